// The libraries: Lua's own without what reaches outside or shows addresses.
#include "moon_parts.h"

#include <time.h>

enum {
    LONGEST_REPEAT = 16 << 20,  // bytes that string.rep may make: it runs uncounted
    MOST_ELEMENTS = 10000000,   // that table.concat and table.move may walk, for the same reason
};

// ---- string -------------------------------------------------------------------------------------

static int repeat(lua_State *L) {
    size_t count, gap = 0;
    luaL_checklstring(L, 1, &count);
    lua_Integer times = luaL_checkinteger(L, 2);
    if (!lua_isnoneornil(L, 3)) luaL_checklstring(L, 3, &gap);
    if (times > 0 && (double)times * (double)(count + gap) > LONGEST_REPEAT) {
        return moon_raise(L, "string.rep would make more than 16 MB");
    }
    int arguments = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, 1);
    return 1;
}

// string.format, with tables and functions shown by number and not by address.
static int format(lua_State *L) {
    const char *pattern = luaL_checkstring(L, 1);
    for (const char *at = pattern; (at = strchr(at, '%')); at++) {
        at += 1 + strspn(at + 1, "-+ #0123456789.");
        if (*at == 'p') return moon_raise(L, "%%p would show an address; use %%s");
        if (!*at) break;
    }
    int arguments = lua_gettop(L);
    for (int i = 2; i <= arguments; i++) {
        int type = lua_type(L, i);
        if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TUSERDATA) continue;
        moon_push_text(L, i);
        lua_replace(L, i);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, 1);
    return 1;
}

// Wraps a function of the table on top in `wrapper`, as its upvalue.
static void wrap(lua_State *L, const char *name, lua_CFunction wrapper) {
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, wrapper, 1);
    lua_setfield(L, -2, name);
}

static void withhold(lua_State *L, const char *name) {
    lua_pushnil(L);
    lua_setfield(L, -2, name);
}

static void open_string(lua_State *L) {
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);  // stack: api, string
    withhold(L, "dump");
    wrap(L, "rep", repeat);
    wrap(L, "format", format);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_string_key);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);  // of all strings; its __index is the table on hand
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
    moon_freeze(L, "string", "function");
    lua_setfield(L, -2, "string");
}

// ---- table --------------------------------------------------------------------------------------

static int concat(lua_State *L) {
    lua_Integer from = luaL_optinteger(L, 3, 1);
    lua_Integer to = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);
    if (to > from && (lua_Unsigned)to - (lua_Unsigned)from > MOST_ELEMENTS) {
        return moon_raise(L, "table.concat over more than 10,000,000 elements");
    }
    int arguments = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, 1);
    return 1;
}

static int move(lua_State *L) {
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
    if (to > from && (lua_Unsigned)to - (lua_Unsigned)from > MOST_ELEMENTS) {
        return moon_raise(L, "table.move of more than 10,000,000 elements");
    }
    int arguments = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, 1);
    return 1;
}

static void open_table(lua_State *L) {
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 0);  // stack: api, table
    wrap(L, "concat", concat);
    wrap(L, "move", move);
    moon_open_sort(L);
    moon_freeze(L, "table", "function");
    lua_setfield(L, -2, "table");
}

// ---- os -----------------------------------------------------------------------------------------

static int64_t engine_seconds(lua_State *L) {
    moon_host *host = moon_of(L);
    int64_t now = host->calls.now(host->calls.context);
    return now >= 0 ? now / 1000000000 : -((-now + 999999999) / 1000000000);
}

static int field_of_date(lua_State *L, const char *name, int otherwise) {
    lua_getfield(L, 1, name);
    int isInteger;
    lua_Integer value = lua_tointegerx(L, -1, &isInteger);
    if (!isInteger && !lua_isnil(L, -1)) moon_raise(L, "field `%s` is no whole number", name);
    if (!isInteger && otherwise < 0) moon_raise(L, "field `%s` is missing in the date", name);
    if (isInteger && (value < -100000000 || value > 100000000)) {
        moon_raise(L, "field `%s` is out of range", name);
    }
    lua_pop(L, 1);
    return isInteger ? (int)value : otherwise;
}

// os.time(): engine time in whole seconds; os.time{year=, …}: that moment, in UTC.
static int os_time(lua_State *L) {
    if (lua_isnoneornil(L, 1)) {
        lua_pushinteger(L, engine_seconds(L));
        return 1;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    struct tm date = {
        .tm_year = field_of_date(L, "year", -1) - 1900,
        .tm_mon = field_of_date(L, "month", -1) - 1,
        .tm_mday = field_of_date(L, "day", -1),
        .tm_hour = field_of_date(L, "hour", 12),
        .tm_min = field_of_date(L, "min", 0),
        .tm_sec = field_of_date(L, "sec", 0),
    };
    lua_pushinteger(L, (lua_Integer)timegm(&date));
    return 1;
}

static void set_integer(lua_State *L, const char *name, int value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

// os.date(format, time): always UTC, so that a script does the same on every machine.
static int os_date(lua_State *L) {
    const char *pattern = luaL_optstring(L, 1, "%Y-%m-%d %H:%M:%S");
    time_t time = lua_isnoneornil(L, 2) ? (time_t)engine_seconds(L)
                                        : (time_t)luaL_checknumber(L, 2);
    if (*pattern == '!') pattern++;
    struct tm date;
    if (!gmtime_r(&time, &date)) return moon_raise(L, "os.date: the time is out of range");
    if (strncmp(pattern, "*t", 2) == 0) {
        lua_createtable(L, 0, 9);
        set_integer(L, "year", date.tm_year + 1900);
        set_integer(L, "month", date.tm_mon + 1);
        set_integer(L, "day", date.tm_mday);
        set_integer(L, "hour", date.tm_hour);
        set_integer(L, "min", date.tm_min);
        set_integer(L, "sec", date.tm_sec);
        set_integer(L, "wday", date.tm_wday + 1);
        set_integer(L, "yday", date.tm_yday + 1);
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "isdst");
        return 1;
    }
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            luaL_addchar(&text, *pattern);
            continue;
        }
        char conversion[3] = {'%', *++pattern, 0};
        if (!*pattern || !strchr("aAbBdHIjmMpSuwyYZ%FTDReVGgUW", *pattern)) {
            return moon_raise(L, "os.date does not know the conversion `%%%s`", conversion + 1);
        }
        char piece[64];
        size_t count = strftime(piece, sizeof piece, conversion, &date);
        luaL_addlstring(&text, piece, count);
    }
    luaL_pushresult(&text);
    return 1;
}

// os.clock(): engine time, which is the only clock here.
static int os_clock(lua_State *L) {
    moon_host *host = moon_of(L);
    lua_pushnumber(L, (lua_Number)host->calls.now(host->calls.context) / 1e9);
    return 1;
}

static void open_os(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"time", os_time}, {"date", os_date}, {"clock", os_clock}, {NULL, NULL}};
    luaL_newlib(L, functions);
    moon_freeze(L, "os", "function");
    lua_setfield(L, -2, "os");
}

// ---- math, utf8 ---------------------------------------------------------------------------------

void moon_open_libraries(lua_State *L) {
    open_string(L);
    open_table(L);
    open_os(L);
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 0);
    moon_open_random(L);
    moon_freeze(L, "math", "function");
    lua_setfield(L, -2, "math");
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 0);
    moon_freeze(L, "utf8", "function");
    lua_setfield(L, -2, "utf8");
}
