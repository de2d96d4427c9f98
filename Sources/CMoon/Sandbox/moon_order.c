// pairs and next in an order that is the same on every run: Lua's own follows the seed of its
// string hash, which comes from addresses and the clock.
//
// The order: whole numbers from 1 up, the other whole numbers up, other numbers up, strings by
// their bytes, false, true, views by their numbers. Tables and functions as keys have no order that
// a script could know, and are refused.
//
// pairs sorts the keys once, when it begins: entries added during the walk are not met, entries
// removed are passed over. A plain list costs no sorting. next finds its successor among all keys
// each time, so walk with pairs.
#include "moon_calls.h"
#include "moon_sandbox.h"
#include "moon_views.h"

enum { UNITS_TO_A_KEY = 4 };
enum { RANK_INDEX, RANK_INTEGER, RANK_NUMBER, RANK_STRING, RANK_BOOLEAN, RANK_VIEW };

typedef struct {
    int rank;
    int32_t place;  // in the list that it came from, from 1
    union {
        lua_Integer integer;
        lua_Number number;
        struct {
            const char *bytes;
            size_t count;
        } string;
    };
} sort_key;

// The order of the value at `index`; raises an error for one that has none.
static sort_key key_at(lua_State *L, int index, const char *function) {
    sort_key key;
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            key.integer = lua_tointeger(L, index);
            key.rank = key.integer >= 1 ? RANK_INDEX : RANK_INTEGER;
        } else {
            key.rank = RANK_NUMBER;
            key.number = lua_tonumber(L, index);
        }
        break;
    case LUA_TSTRING:
        key.rank = RANK_STRING;
        key.string.bytes = lua_tolstring(L, index, &key.string.count);
        break;
    case LUA_TBOOLEAN:
        key.rank = RANK_BOOLEAN;
        key.integer = lua_toboolean(L, index);
        break;
    case LUA_TLIGHTUSERDATA:
        key.rank = RANK_VIEW;
        key.integer = (lua_Integer)(uintptr_t)lua_touserdata(L, index);
        break;
    default:
        key.rank = RANK_VIEW;
        key.integer = 0;
        moon_raise(
            L, "%s met an object (a table, a function) as a key: those have no order that is the same"
            " on every run; use texts or numbers as keys", function);
    }
    return key;
}

static int compare(const sort_key *left, const sort_key *right) {
    if (left->rank != right->rank) return left->rank < right->rank ? -1 : 1;
    if (left->rank == RANK_NUMBER) {
        return left->number < right->number ? -1 : left->number > right->number;
    }
    if (left->rank == RANK_STRING) {
        size_t left_count = left->string.count, right_count = right->string.count;
        size_t common = left_count < right_count ? left_count : right_count;
        int order = memcmp(left->string.bytes, right->string.bytes, common);
        if (order != 0) return order;
        return left_count < right_count ? -1 : left_count > right_count;
    }
    return left->integer < right->integer ? -1 : left->integer > right->integer;
}

// Merges the sorted runs of `keys` from `start` to `middle` and on to `end`, into `to`.
static void merge(
    lua_State *L, const sort_key *keys, sort_key *to, size_t start, size_t middle, size_t end) {
    size_t left = start, right = middle;
    for (size_t at = start; at < end; at++) {
        moon_charge(L, UNITS_TO_A_KEY);
        bool takesRight =
            left >= middle || (right < end && compare(&keys[right], &keys[left]) < 0);
        to[at] = keys[takesRight ? right++ : left++];
    }
}

// Sorts `count` keys, by turns into the room behind them; where they end up. Not by qsort, which
// cannot be left in the middle when the budget ends.
static sort_key *sort(lua_State *L, sort_key *keys, size_t count) {
    sort_key *from = keys, *to = keys + count;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            merge(L, from, to, start, middle, end);
        }
        sort_key *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

// ---- pairs --------------------------------------------------------------------------------------

// The table that is walked is an upvalue: what pairs returns with the step may be a read-only
// stand-in, and what it stands for must not reach the script.

// Walks a list whose keys are 1 to n. // stack: table, last key → key, value; upvalues: n, table
static int step_list(lua_State *L) {  // raises: budget
    lua_Integer key = lua_tointeger(L, 2) + 1;
    lua_Integer count = lua_tointeger(L, lua_upvalueindex(1));
    lua_settop(L, 1);
    for (; key <= count; key++) {
        moon_charge(L, 1);
        lua_pushinteger(L, key);
        if (lua_rawgeti(L, lua_upvalueindex(2), key) != LUA_TNIL) return 2;
        lua_settop(L, 1);
    }
    return 0;
}

// Walks sorted keys. // stack: table, last key → key, value; upvalues: keys, position, table
static int step_keys(lua_State *L) {  // raises: budget
    lua_Integer position = lua_tointeger(L, lua_upvalueindex(2));
    lua_settop(L, 1);
    for (;;) {
        position++;
        moon_charge(L, 1);
        if (lua_rawgeti(L, lua_upvalueindex(1), position) == LUA_TNIL) return 0;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(3)) != LUA_TNIL) break;  // stack: table, key, value
        lua_settop(L, 1);
    }
    lua_pushinteger(L, position);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

// Pushes the table's keys as a sorted list. `count` is at least how many there are: making room may
// collect garbage, and that may take entries out of a weak table, but adds none. // stack: +1
static void push_sorted_keys(lua_State *L, int table, lua_Integer count, const char *function) {
    lua_createtable(L, (int)count, 0);  // stack: …, keys: they stay alive through it
    int unsorted = lua_gettop(L);
    // The buffers are garbage collected: an error in between leaks nothing.
    sort_key *keys = lua_newuserdatauv(L, (size_t)count * 2 * sizeof *keys, 0);
    lua_createtable(L, (int)count, 0);  // stack: …, keys, buffer, sorted
    lua_Integer found = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {  // nothing in this loop allocates
        moon_charge(L, UNITS_TO_A_KEY);
        lua_pop(L, 1);
        keys[found] = key_at(L, -1, function);
        keys[found].place = (int32_t)found + 1;
        lua_pushvalue(L, -1);
        lua_rawseti(L, unsorted, ++found);
    }
    keys = sort(L, keys, (size_t)found);
    for (lua_Integer i = 0; i < found; i++) {
        lua_rawgeti(L, unsorted, keys[i].place);
        lua_rawseti(L, -2, i + 1);
    }
    lua_replace(L, unsorted);
    lua_settop(L, unsorted);
}

void moon_push_keys(lua_State *L, int table, const char *function) {
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        moon_charge(L, UNITS_TO_A_KEY);
        lua_pop(L, 1);
        count++;
    }
    push_sorted_keys(L, table, count, function);
}

static int ordered_pairs(lua_State *L) {  // raises: mistakes, budget, calls
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    if (moon_view_kind(L, 1) != MOON_VIEW_NONE) {
        lua_getfield(L, 1, "copy");
        lua_pushvalue(L, 1);
        lua_call(L, 1, 1);
        lua_replace(L, 1);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (!moon_thaw(L, 1)) lua_pushvalue(L, 1);  // stack: what is shown, what is walked
    lua_Integer count = 0;
    bool isList = true;
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        moon_charge(L, UNITS_TO_A_KEY);
        lua_pop(L, 1);
        count++;
        isList = isList && lua_isinteger(L, -1) && lua_tointeger(L, -1) == count;
    }
    if (isList) {
        lua_pushinteger(L, count);
        lua_pushvalue(L, 2);
        lua_pushcclosure(L, step_list, 2);
    } else {
        push_sorted_keys(L, 2, count, "pairs");
        lua_pushinteger(L, 0);
        lua_pushvalue(L, 2);
        lua_pushcclosure(L, step_keys, 3);
    }
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

// ---- next ---------------------------------------------------------------------------------------

static int ordered_next(lua_State *L) {  // raises: mistakes, budget
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (moon_thaw(L, 1)) lua_replace(L, 1);
    bool isFirst = lua_isnil(L, 2);
    if (isFirst || (lua_isinteger(L, 2) && lua_tointeger(L, 2) >= 1)) {
        lua_Integer key = (isFirst ? 0 : lua_tointeger(L, 2)) + 1;
        lua_pushinteger(L, key);
        if (lua_rawgeti(L, 1, key) != LUA_TNIL) return 2;
        lua_settop(L, 2);
    }
    sort_key last = isFirst ? (sort_key){.rank = -1} : key_at(L, 2, "next");
    sort_key best = {.rank = -1};
    lua_settop(L, 3);  // stack: table, last, the best so far: nothing in the loop allocates
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        moon_charge(L, UNITS_TO_A_KEY);
        lua_pop(L, 1);
        sort_key key = key_at(L, -1, "next");
        bool isBehind = isFirst || compare(&key, &last) > 0;
        if (!isBehind || (best.rank >= 0 && compare(&key, &best) >= 0)) continue;
        best = key;
        lua_pushvalue(L, -1);
        lua_replace(L, 3);
    }
    if (best.rank < 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushvalue(L, 3);
    lua_pushvalue(L, 3);
    lua_rawget(L, 1);
    return 2;
}

// ---- ipairs -------------------------------------------------------------------------------------

// stack: list, index → next index, value
static int step_places(lua_State *L) {  // raises: mistakes, calls
    lua_Integer place = (lua_Integer)((lua_Unsigned)luaL_checkinteger(L, 2) + 1);
    lua_pushinteger(L, place);
    return lua_geti(L, 1, place) == LUA_TNIL ? 1 : 2;
}

// As Lua's own, with a step that is an object. // upvalue: the step
static int ordered_ipairs(lua_State *L) {  // raises: mistakes
    luaL_checkany(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

void moon_open_order(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"pairs", ordered_pairs}, {"next", ordered_next}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    moon_push_object(L, step_places);
    lua_pushcclosure(L, ordered_ipairs, 1);
    lua_setfield(L, -2, "ipairs");
}
