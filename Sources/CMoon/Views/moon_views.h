// Views: their fields as values, for all who push them.
#pragma once
#include "moon_host.h"

// Says what the fields of a view lie in, in the callback at hand.
static inline void moon_put_at_hand(
    moon_host *host, uintptr_t view, const void *it, int32_t instrument) {
    host->at_hand[view & (MOON_KINDS - 1)] =
        (moon_at_hand){view, host->generation, it, host->instruments + instrument};
}

// The field whose name is the interned string at `name`.
static inline uint32_t moon_field_slot(const moon_host *host, const void *name) {
    return (uint32_t)(uintptr_t)name * host->field_factor >> (32 - MOON_FIELD_BITS);
}
static inline moon_field moon_field_of(const moon_host *host, const void *name) {
    moon_field field = host->field_slots[moon_field_slot(host, name)];
    return host->field_names[field] == name ? field : F_none;
}

void moon_open_views(lua_State *L, moon_host *host);   // the views' metatable
static inline __int128 moon_wide(moon_attos value) {
    return (__int128)((unsigned __int128)(uint64_t)value.high << 64 | value.low);
}

// Whether attos are a whole number of the scale's units that fits 53 bits, which a double holds.
static inline bool moon_is_whole(__int128 attos, const moon_scale *scale, int64_t *units) {
    *units = (int64_t)((uint64_t)(attos >> (18 - scale->decimals)) * scale->inverse);
    return (__int128)*units * scale->step == attos && *units <= (int64_t)1 << 53
           && *units >= -((int64_t)1 << 53);
}

// The double nearest to a value on a scale. A whole number of the scale's units needs one division, which
// rounds correctly; the rest goes the exact, slow way.
static inline double moon_number(
    const moon_host *host, moon_attos value, const moon_scale *scale) {
    int64_t units;
    return moon_is_whole(moon_wide(value), scale, &units) ? (double)units / scale->divisor
                                                          : host->calls.nearest(value);
}

// The same of a trade's price, which whoever read the trade may have left beside it.
static inline double moon_price_number(const moon_host *host, const moon_trade *trade) {
    double number = trade->price_number;
    return number == number
               ? number
               : moon_number(host, trade->price, &host->instruments[trade->instrument].price_scale);
}

void moon_push_view(lua_State *L, uintptr_t view);     // stack: +1
// Pushes what a view's field says; the kind has the field. // stack: +1
void moon_push_view_field(lua_State *L, uintptr_t view, moon_view kind, moon_field field);
const char *moon_field_name(moon_field field);
moon_view moon_view_kind(lua_State *L, int index);     // MOON_VIEW_NONE: no view
void moon_open_book(lua_State *L);  // its methods
bool moon_push_book_field(lua_State *L, moon_host *host, int32_t instrument, moon_field field);
void moon_push_exact(lua_State *L, moon_host *host, moon_attos value);
// The order behind a handle, asked for once in a callback; NULL: forgotten by the host.
static inline const moon_order *moon_order_of(moon_host *host, int64_t serial) {
    if (host->order_generation == host->generation && host->order_serial == serial) {
        return &host->order;
    }
    host->at_hand[MOON_VIEW_ORDER].view = 0;  // another order's
    if (!host->calls.order(host->calls.context, serial, &host->order)) return NULL;
    host->order_generation = host->generation;
    host->order_serial = serial;
    return &host->order;
}

enum { MOON_METHODS = 100 };  // in the registry: methods of views, by field
static inline void moon_set_method(lua_State *L, moon_field field, lua_CFunction function) {
    moon_push_object(L, function);
    lua_rawseti(L, LUA_REGISTRYINDEX, MOON_METHODS + field);
}
static inline void moon_push_method(lua_State *L, moon_field field) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, MOON_METHODS + field);
}
