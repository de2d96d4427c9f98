// What a reload needs of a script: its `state` replaced while tables keep their identity, the shape
// that it declares, and on_upgrade.
#include "moon_reload.h"
#include "moon_calls.h"
#include "moon_data.h"
#include "moon_sandbox.h"
#include "moon_state.h"

#include <stdlib.h>

typedef struct {
    const char *bytes;
    size_t count;
    moon_state_index index;
} state_text;

bool moon_run_for_host(moon_host *host, lua_CFunction function, void *argument) {
    moon_forget_failure(host);
    host->outside++;
    host->is_saving = true;
    int status = moon_run_function(host, function, argument);
    host->is_saving = false;
    host->outside--;
    moon_forget_filled(host);
    return status == LUA_OK;
}

// ---- state --------------------------------------------------------------------------------------

// The entries that `state` had before a replacement, by name: the defaults may bring them back.
static const char removed_key;

void moon_keep_removed(lua_State *L, int state) {
    lua_newtable(L);  // stack: …, removed
    int removed = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, state)) {  // stack: …, removed, key, value
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, removed);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &removed_key);
}

bool moon_add_defaults(
    lua_State *L, const moon_state_index *index, const char *text, size_t count) {
    int base = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &removed_key);  // stack: …, state, removed
    bool hasAdded = lua_istable(L, base + 2)
                    && moon_add_missing(L, index, text, count, base + 1, base + 2);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &removed_key);
    lua_settop(L, base);
    return hasAdded;
}

// stack: text →
static int replace_protected(lua_State *L) {  // raises: mistakes
    const state_text *text = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    moon_keep_removed(L, 2);
    moon_fill_state(L, 2, text->bytes, text->count);
    return 0;
}

// stack: text →
static int complete_protected(lua_State *L) {  // raises: mistakes
    state_text *text = lua_touserdata(L, 1);
    moon_index_state(L, &text->index, text->bytes, text->count);
    moon_add_defaults(L, &text->index, text->bytes, text->count);
    return 0;
}

// stack: text →
static int set_protected(lua_State *L) {  // raises: mistakes
    const state_text *text = lua_touserdata(L, 1);
    moon_push_state(L, text->bytes, text->count);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);  // stack: text, new, state
    lua_pushnil(L);
    while (lua_next(L, 2)) {  // stack: text, new, state, key, value
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 3);
    }
    return 0;
}

static bool run_on_text(moon_host *host, lua_CFunction function, const char *text, size_t count) {
    state_text given = {text, count, {0}};
    bool isDone = moon_run_for_host(host, function, &given);
    free(given.index.begins);
    return isDone;
}

bool moon_set_state(moon_host *host, const char *text, size_t count) {
    return run_on_text(host, set_protected, text, count);
}

bool moon_replace_state(moon_host *host, const char *text, size_t count) {
    return run_on_text(host, replace_protected, text, count);
}

bool moon_complete_state(moon_host *host, const char *text, size_t count) {
    return run_on_text(host, complete_protected, text, count);
}

// ---- Shape --------------------------------------------------------------------------------------

// stack: where the shape goes →
static int shape_protected(lua_State *L) {  // raises: mistakes, calls
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
    return moon_run_function(host, shape_protected, shape) == LUA_OK;
}

// stack: handler, from →
static int upgrade_protected(lua_State *L) {  // raises: mistakes, calls
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_shown_state_key);
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
    if (moon_is_lost(host)) return false;
    host->generation++;
    lua_pushcfunction(L, upgrade_protected);
    lua_pushvalue(L, host->handler[MOON_ON_UPGRADE]);
    lua_pushinteger(L, from);
    bool isDone = moon_run(host, 2, 0) == LUA_OK;
    moon_settle_handlers(host);
    return isDone;
}
