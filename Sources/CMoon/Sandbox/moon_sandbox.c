// The environment of a script: its own globals in front, an allow-list behind them.
//
// The script's globals live in a table of their own. What it does not find there comes from the
// API table, which it cannot change; what is not there either is an error with the nearest name,
// unless the script once assigned it.
#include "moon_sandbox.h"
#include "moon_calls.h"
#include "moon_data.h"
#include "moon_follow.h"
#include "moon_intents.h"
#include "moon_ta.h"
#include "moon_views.h"

#include <stdlib.h>

// __index of the API table: a name that is nowhere. // stack: api, name
static int unknown_global(lua_State *L) {  // raises: mistakes, budget
    lua_settop(L, 2);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_assigned_key);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) {  // assigned, and nil by now
        lua_pushnil(L);
        return 1;
    }
    if (lua_type(L, 2) != LUA_TSTRING) {
        lua_pushnil(L);
        return 1;
    }
    const char *name = lua_tostring(L, 2);
    bool isWhole = moon_text_is(L, 2, name);  // no zero byte in it
    const char *reason = isWhole ? moon_reason_withheld(moon_of(L), name) : NULL;
    if (reason) return moon_raise(L, "`%s` is not offered to strategies: %s", name, reason);
    moon_nearest search = moon_nearest_to(name);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_api_key);
    moon_nearest_try_keys(L, &search, lua_gettop(L));
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_env_key);
    moon_nearest_try_keys(L, &search, lua_gettop(L));
    moon_nearest_push(L, &search, ": it was never assigned");
    const char *hint = lua_tostring(L, -1);
    return moon_raise(L, "unknown global `%s`%s", moon_push_name(L, 2), hint);
}

// __newindex of the environment: a global's first assignment. // stack: environment, name, value
static int new_global(lua_State *L) {  // raises: mistakes
    bool isHandler = moon_assign_handler(L, 2, 3);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_api_key);
    lua_pushvalue(L, 2);
    if (!isHandler && lua_rawget(L, -2) != LUA_TNIL && lua_type(L, 2) == LUA_TSTRING) {
        if (moon_text_is(L, 2, "state")) {
            return moon_raise(
                L, "`state` itself cannot be replaced: assign its fields, state.x = …");
        }
        return moon_raise(L, "`%s` belongs to Moonrunner: use another name", lua_tostring(L, 2));
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_assigned_key);
    lua_pushvalue(L, 2);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    if (isHandler) return 0;
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 0;
}

// Sets the metatable on top, protected, on the table below it. // stack: table, metatable → table
static void set_protected(lua_State *L) {
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

// ---- Read-only tables ---------------------------------------------------------------------------

// stack: proxy, name → raises; upvalues: name of the table, of its entries, the table
static int unknown_entry(lua_State *L) {  // raises: mistakes, budget
    const char *what = lua_tostring(L, lua_upvalueindex(1));
    const char *noun = lua_tostring(L, lua_upvalueindex(2));
    if (lua_type(L, 2) != LUA_TSTRING) {
        return moon_raise(L, "`%s` has named entries, not [%s]", what, moon_type_name(L, 2));
    }
    const char *name = moon_push_name(L, 2);
    lua_pushfstring(L, "%s.%s", what, name);
    const char *reason = moon_reason_withheld(moon_of(L), lua_tostring(L, -1));
    if (reason) return moon_raise(L, "`%s.%s` is not offered to strategies: %s", what, name, reason);
    moon_nearest search = moon_nearest_to(name);
    lua_pushvalue(L, lua_upvalueindex(3));
    moon_nearest_try_keys(L, &search, lua_gettop(L));
    moon_nearest_push(L, &search, "");
    return moon_raise(L, "unknown %s `%s.%s`%s", noun, what, name, lua_tostring(L, -1));
}

static int refuse_write(lua_State *L) {  // raises: mistakes
    return moon_raise(L, "`%s` is read-only", lua_tostring(L, lua_upvalueindex(1)));
}

void moon_freeze(lua_State *L, const char *what, const char *noun) {
    // stack: table; the unknown name is found behind it
    lua_createtable(L, 0, 1);
    lua_pushstring(L, what);
    lua_pushstring(L, noun);
    lua_pushvalue(L, -4);
    lua_pushcclosure(L, unknown_entry, 3);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);  // stack: table
    lua_newtable(L);          // stack: table, proxy
    lua_createtable(L, 0, 4);  // stack: table, proxy, metatable
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, what);
    lua_pushcclosure(L, refuse_write, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, &moon_frozen_key);
    set_protected(L);  // stack: table, proxy
    lua_remove(L, -2);
}

bool moon_thaw(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index)) return false;
    bool isFrozen = lua_rawgetp(L, -1, &moon_frozen_key) != LUA_TNIL;
    lua_remove(L, -2);
    if (!isFrozen) lua_pop(L, 1);
    return isFrozen;
}

// ---- require ------------------------------------------------------------------------------------

// In the registry: the errors of modules that failed, by name.
static const char failed_key;

// Reads and compiles a module. // stack: name, loaded → …, chunk
static void push_module(lua_State *L, moon_host *host) {
    moon_text source = {0}, chunk = {0};
    const char *name = lua_tostring(L, 1);
    bool isRead = host->calls.module(host->calls.context, name, &source, &chunk, &host->answer);
    if (!isRead) {
        free(source.bytes);
        free(chunk.bytes);
        moon_raise(L, "%s", host->answer.bytes);
    }
    lua_pushfstring(L, "@%s", chunk.bytes);
    int status = luaL_loadbufferx(L, source.bytes, source.count, lua_tostring(L, -1), "t");
    free(source.bytes);
    free(chunk.bytes);
    if (status != LUA_OK) lua_error(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_env_key);
    lua_setupvalue(L, -2, 1);
}

// Runs a module, which may require others. // stack: name, loaded → value
static int run_module(lua_State *L) {  // raises: mistakes, calls
    push_module(L, moon_of(L));
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    if (!lua_isnil(L, -1)) return 1;
    lua_pushboolean(L, 1);
    return 1;
}

// Raises the error on top, and keeps it for who asks again. What ran out of memory may be tried
// again. // stack: name, loaded, …, error
static int fail(lua_State *L, int status) {
    if (moon_of(L)->is_exhausted) return lua_error(L);  // it goes all the way out
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    lua_rawset(L, 2);
    if (status == LUA_ERRMEM) return lua_error(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &failed_key);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -3);
    if (lua_isnil(L, -1)) {  // error(nil)
        lua_pop(L, 1);
        lua_pushliteral(L, "nil");
    }
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return lua_error(L);
}

// require "name": runs NAME.lua beside the script once, and returns what it returned; true where it
// returned nothing. One that failed fails again with the same error.
static int require(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    if (lua_type(L, 1) != LUA_TSTRING) {
        return moon_raise(L, "require takes a name, got %s", moon_type_name(L, 1));
    }
    lua_settop(L, 1);
    moon_check_plain_text(L, 1, "the name given to require");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_loaded_key);  // stack: name, loaded
    lua_pushvalue(L, 1);
    lua_rawget(L, 2);  // stack: name, loaded, value
    if (lua_islightuserdata(L, 3) && lua_touserdata(L, 3) == (void *)&moon_loaded_key) {
        return moon_raise(
            L, "`%s` requires itself, directly or through others", moon_push_name(L, 1));
    }
    if (!lua_isnil(L, 3)) return 1;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &failed_key);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, -2) != LUA_TNIL) return lua_error(L);
    if (!host->is_loading) {
        return moon_raise(L, "require works while the script loads: call it outside of handlers");
    }
    lua_settop(L, 2);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)&moon_loaded_key);
    lua_rawset(L, 2);
    lua_pushcfunction(L, run_module);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);  // stack: name, loaded, run_module, name, loaded
    int status = lua_pcall(L, 2, 1, 0);
    if (status != LUA_OK) return fail(L, status);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, 2);
    return 1;
}

// ---- Functions as objects -----------------------------------------------------------------------

// Makes objects of the bare functions of a table. // stack: unchanged
static void make_objects(lua_State *L, int table) {
    lua_pushnil(L);
    while (lua_next(L, table)) {  // stack: …, name, value
        lua_CFunction function = lua_tocfunction(L, -1);
        bool isBare = function && !lua_getupvalue(L, -1, 1);
        if (function && !isBare) lua_pop(L, 1);
        if (isBare) {
            lua_pushvalue(L, -2);
            moon_push_object(L, function);
            lua_rawset(L, table);
        }
        lua_pop(L, 1);
    }
}

void moon_make_objects(lua_State *L) {
    int api = lua_gettop(L);
    make_objects(L, api);
    lua_pushnil(L);
    while (lua_next(L, api)) {  // stack: api, name, value
        if (moon_thaw(L, lua_gettop(L))) make_objects(L, lua_gettop(L));
        lua_settop(L, api + 1);
    }
    // The functions of a test file's library come later; they are of Lua or have values of their own.
}

// ---- The environment ----------------------------------------------------------------------------

static void set_registry(lua_State *L, const void *key) {
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

// Lua finds the names of functions for its errors in a table of libraries, where one was not called
// by a name: pcall(string.rep). // stack: api → api
static void name_functions(lua_State *L) {
    static const char *const libraries[] = {
        "string", "table", "math", "os", "utf8", "coroutine", "log", "ta"};
    lua_newtable(L);  // stack: api, named
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        lua_getfield(L, -2, libraries[i]);
        if (moon_thaw(L, -1)) lua_setfield(L, -3, libraries[i]);
        lua_pop(L, 1);
    }
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, LUA_GNAME);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

void moon_open_sandbox(lua_State *L) {
    moon_open_views(L, moon_of(L));
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_assigned_key);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_loaded_key);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &failed_key);
    moon_open_handlers(L);

    lua_newtable(L);  // stack: api
    set_registry(L, &moon_api_key);
    moon_open_base(L);
    moon_open_protected(L);
    moon_open_order(L);
    moon_open_libraries(L);
    moon_open_intents(L);
    moon_open_queries(L);
    moon_open_requests(L);
    moon_open_params(L);
    moon_open_following(L);
    moon_open_when(L);
    lua_pushcfunction(L, require);
    lua_setfield(L, -2, "require");
    moon_open_state(L);
    moon_ta_open(L);
    moon_freeze(L, "ta", "indicator");
    lua_setfield(L, -2, "ta");
    moon_open_names(L);
    moon_make_objects(L);
    name_functions(L);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, unknown_global);
    lua_setfield(L, -2, "__index");
    set_protected(L);  // stack: api

    lua_newtable(L);  // stack: api, environment
    set_registry(L, &moon_env_key);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, new_global);
    lua_setfield(L, -2, "__newindex");
    set_protected(L);
    lua_pop(L, 2);
}
