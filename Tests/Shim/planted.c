// Faults put in on purpose, to show that the fuzzer finds their kind: scripts/fuzz --plant. The linker
// puts them before the shim's own functions (--wrap), whose source stays as it is.
#include "moon_calls.h"
#include "moon_intents.h"
#include "moon_sandbox.h"

#include <stdlib.h>

typedef struct {
    const char *bytes;
    size_t count;
    lua_Number number;
    bool isText;
} planted_key;

#if defined(MOON_PLANT_WEAK) || defined(MOON_PLANT_STATE)

static int compare(const void *left, const void *right) {
    const planted_key *one = left, *two = right;
    if (one->isText != two->isText) return one->isText ? 1 : -1;
    if (!one->isText) return one->number < two->number ? -1 : one->number > two->number;
    size_t common = one->count < two->count ? one->count : two->count;
    int order = memcmp(one->bytes, two->bytes, common);
    return order ? order : one->count < two->count ? -1 : one->count > two->count;
}

// The fault: entries are counted, then room is made for them, at which a collection may take weak ones
// away, and then all are sorted though not all are there. // stack: +1, the room
static planted_key *sorted_keys(lua_State *L, int table, size_t *count) {
    *count = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER) ++*count;
    }
    planted_key *keys = lua_newuserdatauv(L, (*count + 1) * sizeof *keys, 0);
    size_t at = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        bool isText = lua_type(L, -1) == LUA_TSTRING;
        if (!isText && lua_type(L, -1) != LUA_TNUMBER) continue;
        planted_key *key = &keys[at++];
        *key = (planted_key){.isText = isText};
        if (isText) key->bytes = lua_tolstring(L, -1, &key->count);
        else key->number = lua_tonumber(L, -1);
    }
    qsort(keys, *count, sizeof *keys, compare);
    return keys;
}
#endif

#if defined(MOON_PLANT_WEAK)
// stack: table, last key → key, value; upvalues: list of keys, position
static int step(lua_State *L) {
    lua_settop(L, 1);
    for (lua_Integer at = lua_tointeger(L, lua_upvalueindex(2)) + 1;; at++) {
        lua_pushinteger(L, at);
        lua_replace(L, lua_upvalueindex(2));
        if (lua_rawgeti(L, lua_upvalueindex(1), at) == LUA_TNIL) return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) return 2;
        lua_settop(L, 1);
    }
}

static int planted_pairs(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    size_t count;
    planted_key *keys = sorted_keys(L, 1, &count);
    lua_createtable(L, (int)count, 0);  // stack: table, room, list
    for (size_t i = 0; i < count; i++) {
        if (keys[i].isText) lua_pushlstring(L, keys[i].bytes, keys[i].count);
        else lua_pushnumber(L, keys[i].number);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, step, 2);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

void __real_moon_open_order(lua_State *L);
void __wrap_moon_open_order(lua_State *L) {  // stack: api → api
    __real_moon_open_order(L);
    lua_pushcfunction(L, planted_pairs);
    lua_setfield(L, -2, "pairs");
}
#endif

#if defined(MOON_PLANT_STATE)
void __real_moon_fill_state(lua_State *L, int into, const char *text, size_t count);
void __wrap_moon_fill_state(lua_State *L, int into, const char *text, size_t count) {
    int top = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, into)) {  // stack: …, key, value
        size_t found;
        if (lua_istable(L, -1)) sorted_keys(L, lua_gettop(L), &found);
        lua_settop(L, top + 1);
    }
    __real_moon_fill_state(L, into, text, count);
}
#endif

#if defined(MOON_PLANT_STRING)
void __real_moon_add_request(
    moon_host *host, moon_stored_request request, const char *text, size_t count);
void __wrap_moon_add_request(
    moon_host *host, moon_stored_request request, const char *text, size_t count) {
    // The fault: a line that is the same as the last one is dropped, but nothing keeps the last one.
    static _Thread_local moon_host *of;
    static _Thread_local const char *last;
    static _Thread_local size_t last_count;
    bool isLine = request.kind == MOON_REQUEST_LOG;
    if (isLine && of == host && last_count == count && memcmp(last, text, count) == 0) return;
    if (isLine) {
        of = host;
        last = text;
        last_count = count;
    }
    __real_moon_add_request(host, request, text, count);
}
#endif
