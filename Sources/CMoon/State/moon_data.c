// `state` as the script sees it: an empty table that stands for the real one, so that what goes in
// is looked at. Plain data only can be saved, and the error stands at the line that puts in
// anything else.
//
// Reads find the real table at once. What a script changes later within a table that it put in is
// seen when the state is saved.
#include "moon_data.h"
#include "moon_calls.h"
#include "moon_sandbox.h"
#include "moon_state.h"
#include "moon_views.h"

enum {
    LONGEST_PATH = 8,  // keys of a path in a message
};

const char moon_shown_state_key;

typedef struct {
    lua_State *L;
    int heights;  // where the levels below each table lie; false: it is being looked at
    int path;     // where the keys on the way lie
    int depth;
    bool isSorted;  // whether it goes by the order of the keys, so as to find the first that is wrong
} visit;

static bool is_plain(int type) {
    return type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING;
}

// Pushes the name of the entry at hand: state.a.b[1]. // stack: +1
static const char *push_path(visit *it) {
    lua_State *L = it->L;
    luaL_checkstack(L, 8, "state");
    lua_pushliteral(L, "state");
    for (int i = 1; i <= it->depth && i <= LONGEST_PATH; i++) {
        bool isName = lua_rawgeti(L, it->path, i) == LUA_TSTRING;  // stack: …, name, key
        moon_push_text(L, -1);
        const char *key = moon_push_name(L, -1);
        lua_pushfstring(L, isName ? "%s.%s" : "%s[%s]", lua_tostring(L, -4), key);
        lua_replace(L, -5);
        lua_pop(L, 3);
    }
    if (it->depth > LONGEST_PATH) {
        lua_pushliteral(L, "…");
        lua_concat(L, 2);
    }
    return lua_tostring(L, -1);
}

static void check_entry(lua_State *L, bool isSorted);

// Before the error is told: of several the first, so that it is the same on every run.
static void find_first(visit *it) {
    if (!it->isSorted) check_entry(it->L, true);
}

static void refuse(visit *it, int value) {
    lua_State *L = it->L;
    find_first(it);
    bool isView = moon_view_kind(L, value) != MOON_VIEW_NONE;
    const char *type = moon_type_name(L, value);
    moon_raise(
        L, "`%s` is %s: state holds plain data only (numbers, texts, true, false, tables)%s",
        push_path(it), type, isView ? "; its copy() is a table" : "");
}

static void check_key(visit *it, int key) {
    if (is_plain(lua_type(it->L, key))) return;
    find_first(it);
    const char *type = moon_type_name(it->L, key);
    moon_raise(
        it->L, "`%s` has %s as a key: state holds plain data only, with texts, numbers, true and"
        " false as keys", push_path(it), type);
}

static int check_table(visit *it, int index);

// The levels that the value adds. // stack: …, key, value → …, key, what is left of the value
static int check_field(visit *it, int value) {
    lua_State *L = it->L;
    if (is_plain(lua_type(L, value))) return 0;
    it->depth++;
    lua_pushvalue(L, value - 1);
    lua_rawseti(L, it->path, it->depth);
    if (lua_type(L, value) != LUA_TTABLE) refuse(it, value);
    int levels = check_table(it, value) + 1;
    it->depth--;
    return levels;
}

// Looks at the entries of a table; the levels that they add.
static int check_fields(visit *it, int index) {
    lua_State *L = it->L;
    int height = 0, top = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, index)) {  // stack: …, key, value
        moon_charge(L, 1);
        check_key(it, top + 1);
        if (!it->isSorted) {
            int levels = check_field(it, top + 2);
            if (levels > height) height = levels;
        }
        lua_settop(L, top + 1);
    }
    if (!it->isSorted) return height;
    moon_push_keys(L, index, "state");
    lua_Integer count = (lua_Integer)lua_rawlen(L, top + 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, top + 1, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, index);  // stack: …, keys, key, value
        int levels = check_field(it, top + 3);
        if (levels > height) height = levels;
        lua_settop(L, top + 1);
    }
    lua_settop(L, top);
    return height;
}

// Looks at all that is in the table at `index`; the levels below it.
static int check_table(visit *it, int index) {
    lua_State *L = it->L;
    luaL_checkstack(L, 12, "state");
    if (moon_thaw(L, index)) lua_replace(L, index);
    lua_pushvalue(L, index);
    int type = lua_rawget(L, it->heights);
    int height = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    if (type == LUA_TBOOLEAN) {
        find_first(it);
        moon_raise(L, "`%s` contains itself, and cannot be saved", push_path(it));
    }
    if (it->depth + height >= MOON_DEEPEST_STATE) {
        find_first(it);
        moon_raise(
            L, "`%s` is nested more than %d levels deep, and cannot be saved", push_path(it),
            MOON_DEEPEST_STATE);
    }
    if (type != LUA_TNIL) return height;
    lua_pushvalue(L, index);
    lua_pushboolean(L, 0);
    lua_rawset(L, it->heights);
    height = check_fields(it, index);
    lua_pushvalue(L, index);
    lua_pushinteger(L, height);
    lua_rawset(L, it->heights);
    return height;
}

// Raises an error for an entry that cannot be saved. // stack: shown, key, value, … → …, more
static void check_entry(lua_State *L, bool isSorted) {
    luaL_checkstack(L, 12, "state");
    int top = lua_gettop(L);
    lua_newtable(L);
    lua_newtable(L);
    visit it = {L, top + 1, top + 2, 0, isSorted};  // stack: …, heights, path
    check_key(&it, 2);
    it.depth = 1;
    lua_pushvalue(L, 2);
    lua_rawseti(L, it.path, 1);
    if (is_plain(lua_type(L, 3))) return;
    if (lua_type(L, 3) != LUA_TTABLE) refuse(&it, 3);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_pushboolean(L, 0);
    lua_rawset(L, it.heights);  // the state itself is on the way
    lua_pushvalue(L, 3);
    check_table(&it, lua_gettop(L));
}

// Whether the same table is there already: what is in it was looked at.
// stack: unchanged
static bool is_there(lua_State *L, int real) {
    lua_pushvalue(L, 2);
    lua_rawget(L, real);
    bool isSame = lua_rawequal(L, -1, 3);
    lua_pop(L, 1);
    return isSame;
}

// __newindex. // stack: shown, key, value; upvalue: the real table
static int put(lua_State *L) {  // raises: mistakes, budget, calls
    int real = lua_upvalueindex(1);
    bool isPlain = is_plain(lua_type(L, 3)) && is_plain(lua_type(L, 2));
    if (!isPlain && !is_there(L, real)) {
        check_entry(L, false);
        lua_settop(L, 3);
    }
    lua_rawset(L, real);
    return 0;
}

static int length(lua_State *L) {  // never raises
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)));
    return 1;
}

bool moon_is_state(lua_State *L, int index) {
    lua_pushvalue(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_shown_state_key);
    bool isState = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return isState;
}

void moon_open_state(lua_State *L) {
    lua_newtable(L);  // stack: api, real
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_shown_state_key);
    lua_createtable(L, 0, 5);  // stack: api, real, shown, metatable
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, put, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, length, 1);
    lua_setfield(L, -2, "__len");
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, &moon_frozen_key);
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, -3, "state");  // stack: api, real
    lua_pop(L, 1);
}
