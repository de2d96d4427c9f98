// The libraries os, math and utf8, without what reaches outside. string and table have files of
// their own.
#include "moon_calls.h"
#include "moon_sandbox.h"

#include <math.h>
#include <time.h>

enum { LONGEST_DATE = 1000 };  // bytes of a date's format

// Seconds, some 30 million years: as far as the fields of a date reach in `int`.
static const lua_Number LATEST_TIME = 1e15;

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
    if (!isInteger && !lua_isnil(L, -1)) moon_raise(L, "field `%s` is not a whole number", name);
    if (!isInteger && otherwise < 0) moon_raise(L, "field `%s` is missing in the date", name);
    if (isInteger && (value < -100000000 || value > 100000000)) {
        moon_raise(L, "field `%s` is out of range", name);
    }
    lua_pop(L, 1);
    return isInteger ? (int)value : otherwise;
}

// os.time(): engine time in whole seconds; os.time{year=, …}: that moment, in UTC.
static int os_time(lua_State *L) {  // raises: mistakes
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

// The date of the seconds at `index`, engine time where there are none; a fraction is cut off.
static struct tm date_of(lua_State *L, int index) {
    lua_Number seconds = lua_isnoneornil(L, index) ? (lua_Number)engine_seconds(L)
                                                   : luaL_checknumber(L, index);
    struct tm date = {0};
    bool isInRange = seconds >= -LATEST_TIME && seconds <= LATEST_TIME;  // NaN is not
    time_t time = isInRange ? (time_t)floor(seconds) : 0;
    if (!isInRange || !gmtime_r(&time, &date)) {
        lua_pushnumber(L, seconds);
        const char *given = isnan(seconds) ? "NaN" : luaL_tolstring(L, -1, NULL);
        moon_raise(L, "os.date was given %s, expected seconds since 1970", given);
    }
    return date;
}

static void set_integer(lua_State *L, const char *name, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

// os.date(format, time): always UTC, so that a script does the same on every machine.
static int os_date(lua_State *L) {  // raises: mistakes, calls
    size_t count;
    const char *pattern = luaL_optlstring(L, 1, "%Y-%m-%d %H:%M:%S", &count);
    if (count > LONGEST_DATE) return moon_raise(L, "os.date: the format is too long");
    const char *end = pattern + count;
    if (*pattern == '!') pattern++;
    struct tm date = date_of(L, 2);
    if (strncmp(pattern, "*t", 2) == 0) {
        lua_createtable(L, 0, 9);
        set_integer(L, "year", (lua_Integer)date.tm_year + 1900);
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
    for (; pattern < end; pattern++) {
        if (*pattern != '%') {
            luaL_addchar(&text, *pattern);
            continue;
        }
        char conversion[3] = {'%', *++pattern, 0};
        if (!*pattern || !strchr("aAbBdHIjmMpSuwyYZ%FTDReVGgUW", *pattern)) {
            return moon_raise(L, "os.date does not know the conversion `%%%s`", conversion + 1);
        }
        char piece[64];
        luaL_addlstring(&text, piece, strftime(piece, sizeof piece, conversion, &date));
    }
    luaL_pushresult(&text);
    return 1;
}

// os.clock(): engine time, which is the only clock here.
static int os_clock(lua_State *L) {  // never raises
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
    moon_open_string(L);
    moon_open_table(L);
    open_os(L);
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 0);
    moon_open_random(L);
    moon_freeze(L, "math", "function");
    lua_setfield(L, -2, "math");
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 0);
    moon_charge_lengths(L, (const char *const[]){"len", "codepoint", "offset", "char", NULL});
    moon_freeze(L, "utf8", "function");
    lua_setfield(L, -2, "utf8");
}
