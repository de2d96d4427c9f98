// table.sort: a merge sort, so that equal elements keep their order. Lua's own picks pivots by the
// clock, and thereby an order that differs from run to run.
#include "moon_calls.h"
#include "moon_sandbox.h"

enum { UNITS_TO_A_STEP = 4, MOST_ELEMENTS = 10000000 };

// Whether the element at `left` comes before the one at `right`; 2 is the comparator or nil.
static bool is_before(lua_State *L, int left, int right) {
    if (lua_isnil(L, 2)) return lua_compare(L, left, right, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, left);
    lua_pushvalue(L, right);
    lua_call(L, 2, 1);
    bool result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

// Merges two neighbouring runs of `from` into `to`. // stack: table, comparator, from, to
static void merge(
    lua_State *L, int from, int to, lua_Integer start, lua_Integer middle, lua_Integer end) {
    lua_Integer left = start, right = middle;
    for (lua_Integer at = start; at < end; at++) {
        bool takesRight = left >= middle;
        moon_charge(L, UNITS_TO_A_STEP);
        if (left < middle && right < end) {
            lua_rawgeti(L, from, right);
            lua_rawgeti(L, from, left);
            int top = lua_gettop(L);
            takesRight = is_before(L, top - 1, top);
            lua_pop(L, 2);
        }
        lua_rawgeti(L, from, takesRight ? right++ : left++);
        lua_rawseti(L, to, at);
    }
}

static int sort(lua_State *L) {  // raises: mistakes, budget, calls
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_Integer count = luaL_len(L, 1);
    luaL_argcheck(L, count < MOST_ELEMENTS, 1, "list too long");
    if (count < 2) return 0;
    lua_createtable(L, (int)count, 0);
    lua_createtable(L, (int)count, 0);  // stack: table, comparator, from, to
    int from = 3, to = 4;
    for (lua_Integer i = 1; i <= count; i++) {
        moon_charge(L, UNITS_TO_A_STEP);
        lua_geti(L, 1, i);
        lua_rawseti(L, from, i);
    }
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer start = 1; start <= count; start += 2 * width) {
            lua_Integer middle = start + width, end = middle + width;
            if (middle > count + 1) middle = count + 1;
            if (end > count + 1) end = count + 1;
            merge(L, from, to, start, middle, end);
        }
        int swap = from;
        from = to;
        to = swap;
    }
    for (lua_Integer i = 1; i <= count; i++) {
        moon_charge(L, UNITS_TO_A_STEP);
        lua_rawgeti(L, from, i);
        if (i > 1) {
            lua_rawgeti(L, from, i - 1);  // stack: …, this, the one before
            int top = lua_gettop(L);
            if (is_before(L, top - 1, top)) {
                return moon_raise(
                    L, "invalid order function for sorting: of two elements each comes first");
            }
            lua_pop(L, 1);
        }
        lua_seti(L, 1, i);
    }
    return 0;
}

void moon_open_sort(lua_State *L) {
    lua_pushcfunction(L, sort);
    lua_setfield(L, -2, "sort");
}
