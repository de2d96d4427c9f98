// The table library: Lua's own semantics, in loops that charge what they do. Elements are read and
// written as a script would, through metamethods.
#include "moon_calls.h"
#include "moon_sandbox.h"

enum {
    MOST_UNPACKED = 100000,  // values that table.unpack gives: each call with them copies them all
    UNITS_TO_AN_ELEMENT = 4,
};

static lua_Integer length_of(lua_State *L, int index) {
    if (moon_thaw(L, index)) {  // stack: …, what is behind it
        lua_Integer length = (lua_Integer)lua_rawlen(L, -1);
        lua_pop(L, 1);
        return length;
    }
    return luaL_len(L, index);
}

// Whether the value at `index` is a table, or has the metamethods to stand for one.
static void check_list(lua_State *L, int index) {
    if (lua_type(L, index) == LUA_TTABLE) return;
    if (luaL_getmetafield(L, index, "__index") != LUA_TNIL && !lua_isstring(L, index)) {
        lua_pop(L, 1);
        return;
    }
    luaL_checktype(L, index, LUA_TTABLE);
}

// table.insert(list, value), table.insert(list, position, value)
static int insert(lua_State *L) {  // raises: mistakes, budget, calls
    check_list(L, 1);
    int arguments = lua_gettop(L);
    if (arguments != 2 && arguments != 3) {
        return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_Integer end = (lua_Integer)((lua_Unsigned)length_of(L, 1) + 1);
    lua_Integer position = end;
    if (arguments == 3) {
        position = luaL_checkinteger(L, 2);
        // Unsigned, so that a position below 1 is far beyond the end.
        luaL_argcheck(
            L, (lua_Unsigned)position - 1 < (lua_Unsigned)end, 2, "position out of bounds");
        for (lua_Integer i = end; i > position; i--) {
            moon_charge(L, UNITS_TO_AN_ELEMENT);
            lua_geti(L, 1, i - 1);
            lua_seti(L, 1, i);
        }
    }
    lua_settop(L, arguments);
    lua_seti(L, 1, position);
    return 0;
}

// table.remove(list [, position])
static int remove_at(lua_State *L) {  // raises: mistakes, budget, calls
    check_list(L, 1);
    lua_Integer count = length_of(L, 1);
    lua_Integer position = luaL_optinteger(L, 2, count);
    if (position != count) {
        luaL_argcheck(
            L, (lua_Unsigned)position - 1 <= (lua_Unsigned)count, 2, "position out of bounds");
    }
    lua_geti(L, 1, position);  // stack: list, …, the result
    for (; position < count; position++) {
        moon_charge(L, UNITS_TO_AN_ELEMENT);
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

// table.move(from, first, last, to [, other])
static int move(lua_State *L) {  // raises: mistakes, budget, calls
    check_list(L, 1);
    lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    check_list(L, target);
    if (last >= first) {
        luaL_argcheck(
            L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
        luaL_argcheck(L, to <= LUA_MAXINTEGER - (last - first), 4, "destination wrap around");
        // From the end where the target would overwrite what is still to be read.
        bool isForward = to > last || to <= first || (target == 5 && !lua_rawequal(L, 1, 5));
        for (lua_Integer i = 0; i <= last - first; i++) {
            lua_Integer at = isForward ? i : last - first - i;
            moon_charge(L, UNITS_TO_AN_ELEMENT);
            lua_geti(L, 1, first + at);
            lua_seti(L, target, to + at);
            if (i == LUA_MAXINTEGER) break;
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

// table.concat(list [, separator [, first [, last]]])
static int concat(lua_State *L) {  // raises: mistakes, budget, calls
    check_list(L, 1);
    size_t gap;
    const char *separator = luaL_optlstring(L, 2, "", &gap);
    lua_Integer first = luaL_optinteger(L, 3, 1);
    lua_Integer last = lua_isnoneornil(L, 4) ? length_of(L, 1) : luaL_checkinteger(L, 4);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (lua_Integer i = first; i <= last; i++) {
        moon_charge(L, UNITS_TO_AN_ELEMENT);
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1)) {
            return luaL_error(
                L, "invalid value (at index %I) in table for 'concat'", (LUAI_UACINT)i);
        }
        luaL_addvalue(&text);
        if (i == last) break;  // not beyond the largest integer
        luaL_addlstring(&text, separator, gap);
    }
    luaL_pushresult(&text);
    return 1;
}

// table.unpack(list [, first [, last]])
static int unpack(lua_State *L) {  // raises: mistakes, budget, calls
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = lua_isnoneornil(L, 3) ? length_of(L, 1) : luaL_checkinteger(L, 3);
    if (first > last) return 0;
    lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;  // one less
    if (count >= MOST_UNPACKED || !lua_checkstack(L, (int)count + 1)) {
        return moon_raise(L, "too many results to unpack (at most %d)", MOST_UNPACKED);
    }
    for (lua_Unsigned i = 0; i <= count; i++) {
        moon_charge(L, UNITS_TO_AN_ELEMENT);
        lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
    }
    return (int)count + 1;
}

// table.pack(…)
static int pack(lua_State *L) {  // raises: budget
    int count = lua_gettop(L);
    moon_charge(L, count);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);  // stack: table, values…
    for (int i = count; i >= 1; i--) lua_rawseti(L, 1, i);
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
    return 1;
}

void moon_open_table(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"insert", insert}, {"remove", remove_at}, {"move", move}, {"concat", concat},
        {"unpack", unpack}, {"pack", pack},   {NULL, NULL},
    };
    luaL_newlib(L, functions);  // stack: api, table
    moon_open_sort(L);
    moon_freeze(L, "table", "function");
    lua_setfield(L, -2, "table");
}
