// Where the fields that are read most lie: what reads them calls nothing of Lua's.
#include "moon_kinds.h"
#include "moon_follow.h"
#include "moon_lua.h"
#include "moon_views.h"

// What a field is, and where it lies in what its view is of.
typedef struct {
    uint16_t form;
    uint16_t has;  // where a flag says whether it has a value; 0: it has one always
    uint16_t offset;
    uint16_t scale;  // of a number, in its instrument
} place;
enum { ELSEWHERE, NUMBER, STATE, TRADED, MIDDLE, SIDE, TAG };

#define LIES(type, field) .offset = offsetof(type, field)
#define PRICE(type, field) {NUMBER, LIES(type, field), .scale = offsetof(moon_instrument, price_scale)}
#define QUANTITY(type, field) {NUMBER, LIES(type, field), .scale = offsetof(moon_instrument, quantity_scale)}
#define OPTIONAL(kind, type, field, flag)                                                          \
    {NUMBER, offsetof(type, flag), LIES(type, field), .scale = offsetof(moon_instrument, kind##_scale)}

// The quote that is the top of a book is the same.
#define QUOTE_PLACES                                                                               \
    [F_bid] = OPTIONAL(price, moon_quote, bid, has_bid),                                           \
    [F_ask] = OPTIONAL(price, moon_quote, ask, has_ask),                                           \
    [F_bid_qty] = OPTIONAL(quantity, moon_quote, bid_quantity, has_bid),                           \
    [F_ask_qty] = OPTIONAL(quantity, moon_quote, ask_quantity, has_ask), [F_mid] = {.form = MIDDLE}

// For each kind that the low bits of an address can name, whether there is one or not.
static const place places[MOON_KINDS][MOON_FIELD_ROOM] = {
    [MOON_VIEW_TRADE] = {
        [F_price] = {.form = TRADED},
        [F_qty] = QUANTITY(moon_trade, quantity),
        [F_side] = {SIDE, LIES(moon_trade, side)},
    },
    [MOON_VIEW_QUOTE] = {QUOTE_PLACES},
    [MOON_VIEW_BOOK] = {QUOTE_PLACES},
    [MOON_VIEW_ORDER] = {
        [F_side] = {SIDE, LIES(moon_order, side)},
        [F_qty] = QUANTITY(moon_order, quantity),
        [F_price] = OPTIONAL(price, moon_order, price, has_price),
        [F_stop] = OPTIONAL(price, moon_order, stop, has_stop),
        [F_state] = {STATE, LIES(moon_order, state)},
        [F_filled] = QUANTITY(moon_order, filled),
        [F_remaining] = QUANTITY(moon_order, remaining),
        [F_tag] = {TAG, LIES(moon_order, tag)},
    },
};

// Halfway between bid and ask, of the exact prices. Twice the middle is mostly a whole number of the scale's
// units, that is not too large: one division then rounds correctly.
static __attribute__((noinline)) double middle(
    moon_host *host, const moon_quote *it, const moon_scale *scale) {
    __int128 bid = moon_wide(it->bid), ask = moon_wide(it->ask);
    int64_t units;
    if (moon_is_whole(bid + ask, scale, &units)) return (double)units / (2 * scale->divisor);
    // Halving loses half an atto at most, far below what a double can tell.
    __int128 half = bid + (ask - bid) / 2;
    return host->calls.nearest((moon_attos){(uint64_t)half, (int64_t)(half >> 64)});
}

static inline void set_fixed(const moon_host *host, int fixed, moon_lua_value *value) {
    value->pointer = host->fixed_strings[fixed];
    value->type = MOON_LUA_SHORT_STRING;
}

// The text of a tag, where one that was asked for lately is the same; NULL: it must be made.
static inline void *known_tag(const moon_host *host, const char *tag) {
    const moon_known_tag *known = &host->tags[moon_tag_slot(tag)];
    return memcmp(known->bytes, tag, MOON_TAG_CAPACITY) == 0 ? known->string : NULL;
}

static inline const moon_scale *scale_of(const moon_at_hand *hand, const place *at) {
    return (const void *)((const char *)hand->instrument + at->scale);
}

// By itself, so that what leads to it needs no registers of its own.
static __attribute__((noinline)) void set_number(
    const moon_host *host, const moon_attos *number, const moon_scale *scale,
    moon_lua_value *value) {
    value->number = moon_number(host, *number, scale);
    value->type = MOON_LUA_NUMBER;
}

// What the field at this place of what is at hand says. False: it is not to be had so. Makes nothing.
static bool read_place(
    moon_host *host, const moon_at_hand *hand, const place *at, moon_lua_value *value) {
    const char *it = hand->it, *lies = it + at->offset;
    switch (at->form) {
    case NUMBER:
        value->type = LUA_TNIL;
        if (at->has && !it[at->has]) return true;
        set_number(host, (const void *)lies, scale_of(hand, at), value);
        return true;
    case TRADED:
        value->number = moon_price_number(host, hand->it);
        value->type = MOON_LUA_NUMBER;
        return true;
    case MIDDLE: {
        const moon_quote *quote = hand->it;
        value->type = LUA_TNIL;
        if (!quote->has_bid || !quote->has_ask) return true;
        value->number = middle(host, quote, &hand->instrument->price_scale);
        value->type = MOON_LUA_NUMBER;
        return true;
    }
    case SIDE:
        value->type = LUA_TNIL;
        if (*lies != MOON_NO_SIDE) {
            set_fixed(host, *lies == MOON_BUY ? MOON_FIXED_BUY : MOON_FIXED_SELL, value);
        }
        return true;
    case STATE: set_fixed(host, *lies, value); return true;
    case TAG: {
        const char *tag = *(const char *const *)lies;
        value->type = LUA_TNIL;
        if (!*tag) return true;
        value->pointer = known_tag(host, tag);
        value->type = MOON_LUA_SHORT_STRING;
        return value->pointer;
    }
    default: return false;
    }
}

bool moon_push_place(
    lua_State *L, moon_host *host, const void *it, int32_t instrument, moon_view kind,
    moon_field field) {
    moon_at_hand hand = {.it = it, .instrument = moon_instrument_of(host, instrument)};
    moon_lua_value value;
    if (!read_place(host, &hand, &places[kind][field], &value)) return false;
    moon_lua_push(L, value);
    return true;
}

void moon_push_tag(lua_State *L, moon_host *host, const char *tag) {
    lua_pushstring(L, tag);
    const void *string = lua_topointer(L, -1);
    if (!moon_lua_is_short(string)) return;
    moon_known_tag *known = &host->tags[moon_tag_slot(tag)];
    if (!known->reference) {
        lua_pushvalue(L, -1);
        known->reference = luaL_ref(L, LUA_REGISTRYINDEX);
    } else {
        lua_pushvalue(L, -1);
        lua_rawseti(L, LUA_REGISTRYINDEX, known->reference);
    }
    memcpy(known->bytes, tag, MOON_TAG_CAPACITY);
    known->string = (void *)string;
}

// Whether this is what was at hand last, and the callback still the same.
static inline bool is_at_hand(const moon_host *host, const moon_at_hand *hand, uintptr_t view) {
    return hand->view == view && hand->generation == host->generation;
}

// Puts what the fields of a view with places lie in at hand. False: there is nothing, or no more.
static bool put_at_hand(moon_host *host, uintptr_t view, moon_view kind) {
    if (kind == MOON_VIEW_ORDER) {
        const moon_order *order = moon_order_of(host, moon_view_number(view));
        if (order) moon_put_at_hand(host, view, order, order->instrument);
        return order;
    }
    if (view >> MOON_GENERATION_SHIFT != host->generation) return false;
    if (kind == MOON_VIEW_TRADE) {
        const moon_trade *trade = host->events.trade;
        moon_put_at_hand(host, view, trade, (int32_t)trade->instrument);
    } else {
        const moon_quote *quote = moon_quote_of(host, view);
        moon_put_at_hand(host, view, quote, quote->instrument);
    }
    return true;
}

// What Lua asks for where a value that is no table is read, as the linker has it (see Package.swift): light
// userdata are views, all of them, and what the field of one is goes to its place at once, without the search for
// a metamethod and a call of Lua's. All else, and every mistake, goes the plain way, which is view_index.
void __real_luaV_finishget(
    lua_State *L, const moon_lua_value *of, moon_lua_value *name, moon_lua_value *result,
    const moon_lua_value *found);
// What is not at hand yet, and what is no plain number.
static __attribute__((noinline)) void finish_view(
    lua_State *L, const moon_lua_value *of, moon_lua_value *name, moon_lua_value *result,
    const moon_lua_value *found) {
    moon_host *host = moon_of(L);
    uintptr_t view = (uintptr_t)of->pointer;
    moon_view kind = view & 15;
    const moon_at_hand *hand = &host->at_hand[kind];
    const place *at = &places[kind][moon_field_of(host, name->pointer)];
    moon_lua_value value;
    bool isFound = at->form != ELSEWHERE
                   && (is_at_hand(host, hand, view) || put_at_hand(host, view, kind))
                   && read_place(host, hand, at, &value);
    if (!isFound) return __real_luaV_finishget(L, of, name, result, found);
    result->pointer = value.pointer;
    result->type = value.type;
}
void __wrap_luaV_finishget(
    lua_State *L, const moon_lua_value *of, moon_lua_value *name, moon_lua_value *result,
    const moon_lua_value *found) {
    const moon_host *host = moon_of(L);
    if (of->type != MOON_LUA_LIGHT || name->type != MOON_LUA_SHORT_STRING) {
        bool isRead = of->type == MOON_LUA_USERDATA && name->type == MOON_LUA_SHORT_STRING
                      && moon_read_series(host, of->pointer, name->pointer, result);
        if (isRead) return;
        return __real_luaV_finishget(L, of, name, result, found);
    }
    uintptr_t view = (uintptr_t)of->pointer;
    const moon_at_hand *hand = &host->at_hand[view & 15];
    if (!is_at_hand(host, hand, view)) return finish_view(L, of, name, result, found);
    const place *at = &places[view & 15][moon_field_of(host, name->pointer)];
    const char *it = hand->it;
    if (at->form == STATE) return set_fixed(host, it[at->offset], result);
    if (at->form == TRADED) {
        double number = ((const moon_trade *)hand->it)->price_number;
        if (number != number) return finish_view(L, of, name, result, found);
        result->number = number;
        result->type = MOON_LUA_NUMBER;
        return;
    }
    if (at->form != NUMBER) return finish_view(L, of, name, result, found);
    if (at->has && !it[at->has]) {
        result->type = LUA_TNIL;
        return;
    }
    set_number(host, (const void *)(it + at->offset), scale_of(hand, at), result);
}
