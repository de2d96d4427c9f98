// What a reload needs of a script: its `state` replaced while tables keep their identity, the shape
// that it declares, and on_upgrade.
#include "moon_parts.h"

typedef struct {
    const char *bytes;
    size_t count;
} state_text;

// ---- state --------------------------------------------------------------------------------------

// Whether the value is a table that may be filled anew: not one that is read-only, nor one that was filled already,
// because two names for one table are two tables once they were text. // stack: unchanged
static bool is_fillable(lua_State *L, int table, int filled) {
    if (lua_type(L, table) != LUA_TTABLE) return false;
    if (moon_thaw(L, table)) {
        lua_pop(L, 1);
        return false;
    }
    lua_pushvalue(L, table);
    bool isNew = lua_rawget(L, filled) == LUA_TNIL;
    lua_pop(L, 1);
    return isNew;
}

// Gives the table at `into` the entries of the one at `from`, and no others. Tables inside are
// filled where they are, so that a local that holds one goes on holding the truth.
static void fill(lua_State *L, int into, int from, int filled) {
    luaL_checkstack(L, 12, "state");
    lua_pushvalue(L, into);
    lua_pushboolean(L, 1);
    lua_rawset(L, filled);
    lua_pushnil(L);
    while (lua_next(L, into)) {  // stack: …, key, value
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        bool isGone = lua_rawget(L, from) == LUA_TNIL;
        lua_pop(L, 1);
        if (!isGone) continue;
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, into);
    }
    lua_pushnil(L);
    while (lua_next(L, from)) {  // stack: …, key, value
        int value = lua_gettop(L);
        lua_pushvalue(L, value - 1);
        lua_rawget(L, into);  // stack: …, key, value, old
        if (lua_istable(L, value) && is_fillable(L, value + 1, filled)) {
            fill(L, value + 1, value, filled);
        } else {
            lua_pushvalue(L, value - 1);
            lua_pushvalue(L, value);
            lua_rawset(L, into);
        }
        lua_settop(L, value - 1);
    }
}

// The tables that a replacement took out of `state`, by name: the defaults may bring them back.
static const char removed_key;

// Reads text that moon_state_text made. // stack: +1
static void push_data(lua_State *L, const state_text *text) {
    int status = luaL_loadbufferx(L, text->bytes, text->count, "=state", "t");
    if (status != LUA_OK) lua_error(L);
    lua_pushnil(L);
    lua_setupvalue(L, -2, 1);  // no environment: it is a constructor and nothing else
    lua_call(L, 0, 1);
    if (!lua_istable(L, -1)) luaL_error(L, "the state is no table");
}

// stack: text →
static int replace_protected(lua_State *L) {
    push_data(L, lua_touserdata(L, 1));
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_newtable(L);  // stack: text, new, state, removed
    lua_pushnil(L);
    while (lua_next(L, 3)) {  // stack: text, new, state, removed, key, value
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 4);
        lua_pop(L, 1);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &removed_key);
    lua_newtable(L);  // stack: text, new, state, filled
    fill(L, 3, 2, 4);
    return 0;
}

// stack: text →
static int complete_protected(lua_State *L) {
    push_data(L, lua_touserdata(L, 1));
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &removed_key);
    if (!lua_istable(L, 4)) return 0;
    lua_newtable(L);  // stack: text, defaults, state, removed, filled
    lua_pushnil(L);
    while (lua_next(L, 2)) {  // stack: …, key, default
        lua_pushvalue(L, 6);
        bool isMissing = lua_rawget(L, 3) == LUA_TNIL;
        lua_settop(L, 7);
        if (isMissing) {
            lua_pushvalue(L, 6);
            lua_rawget(L, 4);  // stack: …, key, default, removed value
            if (lua_istable(L, 7) && is_fillable(L, 8, 5)) {
                fill(L, 8, 7, 5);
            } else {
                lua_pushvalue(L, 7);
            }
            lua_pushvalue(L, 6);
            lua_pushvalue(L, -2);
            lua_rawset(L, 3);
        }
        lua_settop(L, 6);
    }
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &removed_key);
    return 0;
}

bool moon_replace_state(moon_host *host, const char *text, size_t count) {
    moon_forget_failure(host);
    state_text given = {text, count};
    lua_pushcfunction(host->L, replace_protected);
    lua_pushlightuserdata(host->L, &given);
    return moon_run(host, 1, 0) == LUA_OK;
}

bool moon_complete_state(moon_host *host, const char *text, size_t count) {
    moon_forget_failure(host);
    state_text given = {text, count};
    lua_pushcfunction(host->L, complete_protected);
    lua_pushlightuserdata(host->L, &given);
    return moon_run(host, 1, 0) == LUA_OK;
}

// ---- Shape --------------------------------------------------------------------------------------

// stack: where the shape goes →
static int shape_protected(lua_State *L) {
    int64_t *shape = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_env_key);
    lua_pushliteral(L, "state_version");
    *shape = 1;
    if (lua_rawget(L, 2) == LUA_TNIL) return 0;
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1) {
        moon_push_text(L, -1);
        return luaL_error(
            L, "`state_version` is %s, expected a whole number from 1: it says which shape `state`"
            " has", lua_tostring(L, -1));
    }
    *shape = lua_tointeger(L, -1);
    return 0;
}

bool moon_state_shape(moon_host *host, int64_t *shape) {
    moon_forget_failure(host);
    lua_pushcfunction(host->L, shape_protected);
    lua_pushlightuserdata(host->L, shape);
    return moon_run(host, 1, 0) == LUA_OK;
}

// stack: handler, from →
static int upgrade_protected(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_insert(L, 2);  // stack: handler, state, from
    lua_call(L, 2, 1);
    if (lua_isnil(L, 1)) return 0;
    return luaL_error(
        L, "on_upgrade returned %s: it changes the state that it is given, and returns nothing",
        moon_type_name(L, 1));
}

bool moon_upgrade(moon_host *host, int64_t from) {
    lua_State *L = host->L;
    moon_forget_failure(host);
    host->generation++;
    lua_pushcfunction(L, upgrade_protected);
    lua_pushvalue(L, host->handler[MOON_ON_UPGRADE]);
    lua_pushinteger(L, from);
    return moon_run(host, 2, 0) == LUA_OK;
}
