// What the files about intents share.
#pragma once
#include "moon_parts.h"

// Reads the number or text at `index` exactly; `direction` is where the 19th decimal goes, `where` the function
// that takes it, for errors.
moon_attos moon_read_decimal(
    lua_State *L, const char *where, int index, const char *field, int direction);
// As moon_read_decimal, above zero.
static inline moon_attos moon_read_amount(
    lua_State *L, const char *where, int index, const char *field, int direction) {
    moon_attos value = moon_read_decimal(L, where, index, field, direction);
    if (moon_wide(value) <= 0) {
        moon_raise(
            L, "`%s` in %s is %s, expected a number above 0", field, where,
            luaL_tolstring(L, index, NULL));
    }
    return value;
}
void moon_open_intent_fields(lua_State *L);  // stack: api → api; makes the metatable of intents
