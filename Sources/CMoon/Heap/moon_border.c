// The length of a table, `#`, as a function of its entries alone.
//
// Lua leaves open which border of a table with holes `#` gives: its own follows how the entries came
// to lie in memory, and with it the hash of the other keys. This one stands in its place (the linker
// wraps luaH_getn, see Package.swift): 0 when the entry 1 is nil; else the entries 1, 2, 4, 8, … are
// looked at up to the first that is nil, and the border between the last two is halved for.
#include <lua.h>

#include "moon_lua.h"

const moon_lua_value *luaH_getint(moon_lua_table *table, lua_Integer key);
lua_Unsigned __wrap_luaH_getn(moon_lua_table *table);

static inline int is_there(moon_lua_table *table, lua_Unsigned index) {
    // Lua's own length is never asked, so `limit` is the size of the array part.
    const moon_lua_value *value = index - 1 < table->limit
                                      ? &table->array[index - 1]
                                      : luaH_getint(table, (lua_Integer)index);
    return !moon_lua_is_nil(value->type);
}

lua_Unsigned __wrap_luaH_getn(moon_lua_table *table) {
    if (!is_there(table, 1)) return 0;
    lua_Unsigned low = 1, high = 2;
    while (is_there(table, high)) {
        low = high;
        if (high > LUA_MAXINTEGER / 2) {  // keys made to be there: no list is as long
            high = LUA_MAXINTEGER;
            if (is_there(table, high)) return high;
            break;
        }
        high *= 2;
    }
    while (high - low > 1) {
        lua_Unsigned middle = low + (high - low) / 2;
        if (is_there(table, middle)) low = middle;
        else high = middle;
    }
    return low;
}
