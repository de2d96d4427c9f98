// The string library: Lua's own where its work is short or charged here, ours for patterns.
#include "moon_calls.h"
#include "moon_sandbox.h"

enum {
    LONGEST_TEXT = 16 << 20,  // bytes that string.rep may make
    LONGEST_FORMAT = 100000,  // bytes of a format
    LONGEST_QUOTED = 1 << 20,  // bytes of a text for %q, which looks at each of them
};

int moon_call_own(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }  // raises: what it calls

// For functions that walk their text arguments byte by byte, or give a value for each.
static int charge_lengths(lua_State *L) {  // raises: budget
    int arguments = lua_gettop(L);
    size_t total = (size_t)arguments * 4;
    for (int i = 1; i <= arguments; i++) {
        if (lua_type(L, i) == LUA_TSTRING) total += lua_rawlen(L, i);
    }
    moon_charge(L, (int64_t)(total / 4));
    return moon_call_own(L);
}

static void wrap(lua_State *L, const char *name, lua_CFunction wrapper) {
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, wrapper, 1);
    lua_setfield(L, -2, name);
}

void moon_charge_lengths(lua_State *L, const char *const *names) {
    for (; *names; names++) wrap(L, *names, charge_lengths);
}

// string.rep(text, times [, separator]): each step copies all that there is already, so that it takes
// the time of copying and not of a million small copies.
static int repeat(lua_State *L) {  // raises: mistakes
    size_t count, gap = 0;
    const char *text = luaL_checklstring(L, 1, &count);
    lua_Integer times = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &gap);
    if (times < 1) {
        lua_pushliteral(L, "");
        return 1;
    }
    // The double is exact enough: what it rounds is far beyond the limit.
    if ((double)times * (double)(count + gap) > LONGEST_TEXT) {
        return moon_raise(L, "string.rep would make more than 16 MB");
    }
    if (count + gap == 0) times = 1;
    size_t unit = count + gap, total = unit * (size_t)times - gap;
    luaL_Buffer result;
    char *bytes = luaL_buffinitsize(L, &result, total + gap);
    memcpy(bytes, text, count);
    memcpy(bytes + count, separator, gap);
    for (size_t done = unit; done < unit * (size_t)times; done *= 2) {
        size_t left = unit * (size_t)times - done;
        memcpy(bytes + done, bytes, left < done ? left : done);
    }
    luaL_pushresultsize(&result, total);
    return 1;
}

// string.format, with tables and functions shown by number and not by address.
static int format(lua_State *L) {  // raises: mistakes, budget, calls
    size_t count;
    const char *pattern = luaL_checklstring(L, 1, &count);
    if (count > LONGEST_FORMAT) return moon_raise(L, "string.format: the format is too long");
    bool quotes = false;
    const char *end = pattern + count;  // a zero byte is one like others
    for (const char *at = pattern; (at = memchr(at, '%', (size_t)(end - at))); at++) {
        at += 1 + strspn(at + 1, "-+ #0123456789.");
        if (at >= end) break;
        if (*at == 'p') return moon_raise(L, "%%p would show an address; use %%s");
        if (*at == 'q') quotes = true;
    }
    int arguments = lua_gettop(L);
    for (int i = 2; i <= arguments; i++) {
        int type = lua_type(L, i);
        if (type == LUA_TSTRING && quotes && lua_rawlen(L, i) > LONGEST_QUOTED) {
            return moon_raise(L, "string.format was given more than 1 MB together with %%q");
        }
        if (type == LUA_TSTRING) moon_charge(L, (int64_t)lua_rawlen(L, i) / (quotes ? 1 : 16));
        if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TUSERDATA
            && type != LUA_TTHREAD) {
            continue;
        }
        moon_push_text(L, i);
        lua_replace(L, i);
    }
    return moon_call_own(L);
}

// string.byte: as many values as bytes are asked for.
static int byte(lua_State *L) {  // raises: mistakes, budget
    size_t count;
    luaL_checklstring(L, 1, &count);
    if (lua_gettop(L) > 2) moon_charge(L, (int64_t)count / 4);
    return moon_call_own(L);
}

void moon_open_string(lua_State *L) {
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);  // stack: api, string
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    lua_pushcfunction(L, repeat);
    lua_setfield(L, -2, "rep");
    wrap(L, "format", format);
    wrap(L, "byte", byte);
    moon_charge_lengths(
        L, (const char *const[]){
               "char", "lower", "upper", "reverse", "pack", "packsize", "unpack", NULL});
    moon_open_patterns(L);
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
