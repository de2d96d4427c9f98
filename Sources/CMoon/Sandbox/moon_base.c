// The basic functions: Lua's own where they are harmless, ours where a script could see an address,
// spend what is not counted, or reach what it must not.
#include "moon_calls.h"
#include "moon_data.h"
#include "moon_sandbox.h"

// ---- Text without addresses ---------------------------------------------------------------------

// Pushes the number of an object, given out in the order of asking. // stack: +1
static void push_identity(lua_State *L, int index) {
    moon_host *host = moon_of(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_identity_key);
    lua_pushvalue(L, index);
    if (lua_rawget(L, -2) == LUA_TNIL) {  // stack: identities, nil
        lua_pop(L, 1);
        lua_pushvalue(L, index);
        lua_pushinteger(L, ++host->identities);
        lua_rawset(L, -3);
        lua_pushinteger(L, host->identities);
    }
    lua_remove(L, -2);
}

void moon_push_text(lua_State *L, int index) {
    if (index > lua_gettop(L)) {
        lua_pushliteral(L, "nil");
        return;
    }
    index = lua_absindex(L, index);
    int type = lua_type(L, index);
    bool isObject = type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA
                    || type == LUA_TTHREAD;
    if (isObject) {
        if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
            lua_pop(L, 1);
        } else {
            push_identity(L, index);
            lua_pushfstring(
                L, "%s: %I", lua_typename(L, type), (LUAI_UACINT)lua_tointeger(L, -1));
            lua_remove(L, -2);
            return;
        }
    }
    luaL_tolstring(L, index, NULL);
}

static int tostring(lua_State *L) {  // raises: mistakes, calls
    luaL_checkany(L, 1);
    moon_push_text(L, 1);
    return 1;
}

// ---- Metatables and raw access ------------------------------------------------------------------

static int getmetatable(lua_State *L) {  // raises: mistakes
    luaL_checkany(L, 1);
    if (!lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    luaL_getmetafield(L, 1, "__metatable");  // pushes it where there is one
    return 1;
}

static int setmetatable(lua_State *L) {  // raises: mistakes
    luaL_checktype(L, 1, LUA_TTABLE);
    int type = lua_type(L, 2);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
        return moon_raise(L, "cannot change a protected metatable");
    }
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) {
            return moon_raise(
                L, "`__gc` is not offered to strategies: nothing here needs to be released");
        }
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static bool is_environment(lua_State *L, int index) {
    lua_pushvalue(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_env_key);
    bool isEnvironment = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return isEnvironment;
}

static int rawget(lua_State *L) {  // raises: mistakes
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    if (moon_thaw(L, 1)) lua_replace(L, 1);
    if (is_environment(L, 1) && moon_push_handler(L, 2)) return 1;
    lua_rawget(L, 1);
    return 1;
}

static int rawset(lua_State *L) {  // raises: mistakes, calls
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    if (moon_is_state(L, 1)) {
        lua_settable(L, 1);  // it looks at what goes in
        return 1;
    }
    if (is_environment(L, 1) || moon_thaw(L, 1)) {
        return moon_raise(L, "rawset on a read-only table");
    }
    lua_rawset(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int rawlen(lua_State *L) {  // never raises
    int type = lua_type(L, 1);
    luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    lua_settop(L, 1);
    if (moon_thaw(L, 1)) lua_replace(L, 1);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

// ---- Lua's own, charged -------------------------------------------------------------------------

static int select_values(lua_State *L) {  // raises: budget
    moon_charge(L, lua_gettop(L) / 8);
    return moon_call_own(L);
}

static int number(lua_State *L) {  // raises: budget
    if (lua_type(L, 1) == LUA_TSTRING) moon_charge(L, (int64_t)lua_rawlen(L, 1) / 4);
    return moon_call_own(L);
}

// collectgarbage("count"): kilobytes in use, in steps of 64, so that it tells no secret.
static int collectgarbage(lua_State *L) {  // raises: mistakes
    luaL_optstring(L, 1, "collect");
    if (!moon_text_is(L, 1, "count")) {
        const char *option = lua_isnoneornil(L, 1) ? "collect" : moon_push_name(L, 1);
        return moon_raise(
            L, "collectgarbage(\"%s\") is not offered to strategies, only \"count\"", option);
    }
    lua_pushnumber(L, (lua_Number)(moon_of(L)->memory >> 16) * 64);
    return 1;
}

void moon_open_base(lua_State *L) {
    static const char *const kept[] = {
        "assert", "error", "type", "rawequal",
    };
    luaL_requiref(L, LUA_GNAME, luaopen_base, 0);  // stack: api, Lua's own globals
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        lua_getfield(L, -1, kept[i]);
        lua_setfield(L, -3, kept[i]);
    }
    lua_getfield(L, -1, "select");
    lua_pushcclosure(L, select_values, 1);
    lua_setfield(L, -3, "select");
    lua_getfield(L, -1, "tonumber");
    lua_pushcclosure(L, number, 1);
    lua_setfield(L, -3, "tonumber");
    lua_pop(L, 1);
    static const luaL_Reg functions[] = {
        {"tostring", tostring},
        {"getmetatable", getmetatable},
        {"setmetatable", setmetatable},
        {"rawget", rawget},
        {"rawset", rawset},
        {"rawlen", rawlen},
        {"collectgarbage", collectgarbage},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    lua_pushliteral(L, "Lua 5.4");
    lua_setfield(L, -2, "_VERSION");
    lua_newtable(L);  // weak, so that asking for a text keeps nothing alive
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_identity_key);
}
