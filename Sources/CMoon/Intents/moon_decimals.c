// The numbers and texts of scripts as exact decimals.
#include "moon_calls.h"
#include "moon_intents.h"
#include "moon_sandbox.h"

#include <math.h>

// The shortest decimal that reads back as `value`, for those with 15 digits or less: a decimal of
// so few digits is the only one near its double, so the first scale at which a whole number reads
// back is the shortest. False: ask Swift.
static bool shortest_decimal(double value, moon_attos *attos) {
    static const double tens[19] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18,
    };
    double magnitude = fabs(value);
    for (int decimals = 0; decimals <= 18; decimals++) {
        double scaled = magnitude * tens[decimals];
        if (!(scaled < 1e15)) return false;
        int64_t units = (int64_t)(scaled + 0.5);
        if ((double)units / tens[decimals] != magnitude) continue;
        __int128 result = (__int128)units * (int64_t)tens[18 - decimals];
        if (value < 0) result = -result;
        *attos = (moon_attos){(uint64_t)result, (int64_t)(result >> 64)};
        return true;
    }
    return false;
}

moon_attos moon_read_decimal(
    lua_State *L, const char *where, int index, const char *field, int direction) {
    moon_host *host = moon_of(L);
    moon_attos attos = {0, 0};
    if (lua_isinteger(L, index)) {
        __int128 value = (__int128)lua_tointeger(L, index) * 1000000000000000000;
        return (moon_attos){(uint64_t)value, (int64_t)(value >> 64)};
    }
    if (lua_type(L, index) == LUA_TNUMBER) {
        double value = lua_tonumber(L, index);
        if (isnan(value)) {
            moon_raise(L, "`%s` in %s is not a number (NaN): was something divided by zero, or an"
                          " indicator read while warming up?", field, where);
        }
        if (isinf(value)) moon_raise(L, "`%s` in %s is infinite", field, where);
        if (shortest_decimal(value, &attos)) return attos;
        if (host->calls.shortest(value, direction, &attos, &host->answer)) return attos;
        moon_raise(L, "`%s` in %s %s", field, where, host->answer.bytes);
    }
    if (lua_type(L, index) == LUA_TSTRING) {
        size_t count;
        const char *text = lua_tolstring(L, index, &count);
        if (host->calls.parse(text, count, &attos, &host->answer)) return attos;
        moon_raise(
            L, "`%s` in %s: \"%s\" %s", field, where, moon_push_shown(L, text, count),
            host->answer.bytes);
    }
    moon_raise(
        L, "`%s` in %s is %s, expected a number or a decimal text", field, where,
        moon_type_name(L, index));
    return attos;
}
