// Views: what an event, an order or a position looks like to a script.
//
// A view is light userdata, so making one allocates nothing; all share one metatable, whose
// __index finds the event in the host's memory. A handle to an event carries the number of its
// callback, so that one kept past it is known by that and never read.
#include "moon_lua.h"
#include "moon_parts.h"

#include <stdio.h>

static const char *const field_names[] = {
    "",
#define X(name) #name,
    MOON_FIELDS(X)
#undef X
};

static const char *const fixed_texts[MOON_FIXED_COUNT] = {
    "pending", "waiting", "working", "amending", "cancelling", "unknown", "filled", "cancelled",
    "rejected", "expired", "buy", "sell", "symbol", "qty", "price", "stop", "tif", "post_only",
    "reduce_only", "tag",
};

static const int64_t NANOSECONDS = 1000000000;

// ---- Values -------------------------------------------------------------------------------------

static inline void push_scaled(
    lua_State *L, moon_host *host, moon_attos value, const moon_scale *scale) {
    lua_pushnumber(L, moon_number(host, value, scale));
}

void moon_push_exact(lua_State *L, moon_host *host, moon_attos value) {
    lua_pushnumber(L, host->calls.nearest(value));
}

static void push_optional(lua_State *L, moon_host *host, bool has, moon_attos value) {
    if (has) moon_push_exact(L, host, value); else lua_pushnil(L);
}

static void push_text(lua_State *L, const moon_text *text) {
    if (text->count) lua_pushlstring(L, text->bytes, text->count); else lua_pushnil(L);
}

// Seconds since 1970: a double holds them to about a quarter of a microsecond.
static void push_seconds(lua_State *L, int64_t nanoseconds) {
    lua_pushnumber(L, (lua_Number)(nanoseconds / NANOSECONDS)
                          + (lua_Number)(nanoseconds % NANOSECONDS) / 1e9);
}

static const moon_instrument *instrument_of(moon_host *host, int32_t instrument) {
    return &host->instruments[instrument];
}

// ---- Where the fields that are read most lie -----------------------------------------------------

// What a field is, and where it lies in what its view is of. Those that stand here are found without a call of
// Lua's.
typedef struct {
    uint16_t form;
    uint16_t has;  // where a flag says whether it has a value; 0: it has one always
    uint16_t offset;
    uint16_t scale;  // of a number, in its instrument
} place;
enum { ELSEWHERE, NUMBER, STATE, MIDDLE, SIDE, TAG };

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
        [F_price] = PRICE(moon_trade, price),
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

// False: the field lies elsewhere. // stack: +1 when true
static bool push_place(
    lua_State *L, moon_host *host, const void *it, int32_t instrument, moon_view kind,
    moon_field field) {
    moon_at_hand hand = {.it = it, .instrument = instrument_of(host, instrument)};
    moon_lua_value value;
    if (!read_place(host, &hand, &places[kind][field], &value)) return false;
    moon_lua_push(L, value);
    return true;
}

// Pushes a tag, and keeps it for those that ask for the same next.
static void push_tag(lua_State *L, moon_host *host, const char *tag) {
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

// Pushes the fields that all market events have; false: another one.
static bool push_common(
    lua_State *L, moon_host *host, moon_field field, int32_t instrument, int64_t venue_time,
    int64_t receive_time) {
    switch (field) {
    case F_symbol: push_text(L, &instrument_of(host, instrument)->symbol); return true;
    case F_time: push_seconds(L, venue_time); return true;
    case F_time_ns: lua_pushinteger(L, venue_time); return true;
    case F_received: push_seconds(L, receive_time); return true;
    default: return false;
    }
}

void moon_push_view(lua_State *L, uintptr_t view) { lua_pushlightuserdata(L, (void *)view); }

// ---- One function for each kind: pushes the field, or returns false -----------------------------

typedef bool push_field(lua_State *L, moon_host *host, uintptr_t view, moon_field field);

static int64_t number_of(uintptr_t view) { return (int64_t)(view >> MOON_INDEX_SHIFT); }
static int32_t index_of(uintptr_t view) { return (uint16_t)(view >> MOON_INDEX_SHIFT); }

static bool push_trade(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_trade *it = host->events.trade;
    if (push_place(L, host, it, (int32_t)it->instrument, MOON_VIEW_TRADE, field)) return true;
    if (field != F_id) {
        return push_common(L, host, field, it->instrument, it->venue_time, it->receive_time);
    }
    if (it->has_id) lua_pushinteger(L, (lua_Integer)it->id); else lua_pushnil(L);
    return true;
}

// The quote of the event, or one that was asked for in this callback; of a book its top.
static inline const moon_quote *quote_of(moon_host *host, uintptr_t view) {
    int32_t index = index_of(view);
    if (index == 0) return &host->events.quote;
    if (host->top_generation != host->generation || host->top_instrument != index - 1) {
        // What another quote or book had at hand is no longer there.
        host->at_hand[MOON_VIEW_QUOTE].view = host->at_hand[MOON_VIEW_BOOK].view = 0;
        host->top.instrument = index - 1;
        host->calls.top(host->calls.context, index - 1, &host->top);
        host->top_generation = host->generation;
        host->top_instrument = index - 1;
    }
    return &host->top;
}

// The fields of a top of book.
static bool push_top(
    lua_State *L, moon_host *host, const moon_quote *it, moon_view kind, moon_field field) {
    if (push_place(L, host, it, it->instrument, kind, field)) return true;
    if (field != F_spread) return false;
    __int128 spread = moon_wide(it->ask) - moon_wide(it->bid);
    moon_attos value = {(uint64_t)spread, (int64_t)(spread >> 64)};
    if (!it->has_bid || !it->has_ask) lua_pushnil(L);
    else push_scaled(L, host, value, &instrument_of(host, it->instrument)->price_scale);
    return true;
}

static bool push_quote(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    const moon_quote *it = quote_of(host, view);
    if (push_top(L, host, it, MOON_VIEW_QUOTE, field)) return true;
    return push_common(L, host, field, it->instrument, it->venue_time, it->receive_time);
}

static bool push_book(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    int32_t instrument = index_of(view) - 1;
    if (moon_push_book_field(L, host, instrument, field)) return true;
    if (field == F_symbol || field == F_time || field == F_time_ns || field == F_received) {
        int64_t venue_time = 0, receive_time = 0;
        host->calls.book(host->calls.context, instrument, &venue_time, &receive_time);
        return push_common(L, host, field, instrument, venue_time, receive_time);
    }
    return push_top(L, host, quote_of(host, view), MOON_VIEW_BOOK, field);
}

static bool push_bar(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_bar *it = &host->events.bar;
    const moon_instrument *instrument = instrument_of(host, it->instrument);
    const moon_scale *price = &instrument->price_scale, *quantity = &instrument->quantity_scale;
    switch (field) {
    case F_open: push_scaled(L, host, it->open, price); return true;
    case F_high: push_scaled(L, host, it->high, price); return true;
    case F_low: push_scaled(L, host, it->low, price); return true;
    case F_close: push_scaled(L, host, it->close, price); return true;
    case F_volume: push_scaled(L, host, it->volume, quantity); return true;
    case F_buy_volume:
        if (it->has_buy_volume) push_scaled(L, host, it->buy_volume, quantity); else lua_pushnil(L);
        return true;
    case F_trades:
        if (it->has_trades) lua_pushinteger(L, it->trades); else lua_pushnil(L);
        return true;
    case F_size: push_text(L, &it->size); return true;
    case F_close_time: push_seconds(L, it->close_time); return true;
    case F_received: return false;
    default:
        return push_common(L, host, field, it->instrument, it->open_time, it->close_time);
    }
}

static bool push_ticker(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_ticker *it = &host->events.ticker;
    switch (field) {
    case F_last: push_optional(L, host, it->has_last, it->last); return true;
    case F_mark: push_optional(L, host, it->has_mark, it->mark); return true;
    case F_index: push_optional(L, host, it->has_index, it->index); return true;
    case F_volume: push_optional(L, host, it->has_volume, it->volume); return true;
    default:
        return push_common(L, host, field, it->instrument, it->venue_time, it->receive_time);
    }
}

static bool push_funding(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_funding *it = &host->events.funding;
    switch (field) {
    case F_rate: moon_push_exact(L, host, it->rate); return true;
    case F_mark: push_optional(L, host, it->has_mark, it->mark); return true;
    default:
        return push_common(L, host, field, it->instrument, it->venue_time, it->receive_time);
    }
}

static bool push_fill(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_fill *it = &host->events.fill;
    switch (field) {
    case F_price:
        push_scaled(L, host, it->price, &instrument_of(host, it->instrument)->price_scale);
        return true;
    case F_qty:
        push_scaled(L, host, it->quantity, &instrument_of(host, it->instrument)->quantity_scale);
        return true;
    case F_side:
        moon_push_fixed(L, host, it->side == MOON_BUY ? MOON_FIXED_BUY : MOON_FIXED_SELL);
        return true;
    case F_order: moon_push_view(L, moon_view_live(MOON_VIEW_ORDER, it->order)); return true;
    case F_fee: moon_push_exact(L, host, it->fee); return true;
    case F_fee_currency: push_text(L, &it->fee_currency); return true;
    case F_liquidity: lua_pushstring(L, it->is_maker ? "maker" : "taker"); return true;
    case F_id: push_text(L, &it->id); return true;
    case F_received: return false;
    default: return push_common(L, host, field, it->instrument, it->time, it->time);
    }
}

static bool push_status(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_status *it = &host->events.status;
    switch (field) {
    case F_venue: push_text(L, &it->venue); return true;
    case F_state: push_text(L, &it->state); return true;
    case F_reason: push_text(L, &it->reason); return true;
    case F_time: push_seconds(L, it->time); return true;
    case F_symbol:
        if (it->instrument < 0) lua_pushnil(L);
        else push_text(L, &instrument_of(host, it->instrument)->symbol);
        return true;
    default: return false;
    }
}

const moon_order *moon_order_of(moon_host *host, int64_t serial) {
    if (host->order_generation == host->generation && host->order_serial == serial) {
        return &host->order;
    }
    host->at_hand[MOON_VIEW_ORDER].view = 0;  // another order's
    if (!host->calls.order(host->calls.context, serial, &host->order)) return NULL;
    host->order_generation = host->generation;
    host->order_serial = serial;
    return &host->order;
}

static bool push_order(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    const moon_order *it = moon_order_of(host, number_of(view));
    if (!it) {
        moon_raise(
            L, "this order ended long ago and the host has forgotten it: keep the fields that you"
            " need, or order:copy()");
        return false;
    }
    if (push_place(L, host, it, it->instrument, MOON_VIEW_ORDER, field)) return true;
    switch (field) {
    case F_id:
        host->calls.order_id(host->calls.context, host->order_serial, &host->answer);
        push_text(L, &host->answer);
        return true;
    case F_symbol: push_text(L, &instrument_of(host, it->instrument)->symbol); return true;
    case F_tif: lua_pushstring(L, moon_tif_names[it->tif]); return true;
    case F_post_only: lua_pushboolean(L, it->is_post_only); return true;
    case F_reduce_only: lua_pushboolean(L, it->is_reduce_only); return true;
    case F_tag: push_tag(L, host, it->tag); return true;
    case F_reason:
        host->calls.order_reason(host->calls.context, host->order_serial, &host->answer);
        push_text(L, &host->answer);
        return true;
    case F_average_price: {
        moon_attos price;
        bool has = host->calls.order_average(host->calls.context, host->order_serial, &price);
        push_optional(L, host, has, price);
        return true;
    }
    case F_created: push_seconds(L, it->created); return true;
    case F_updated: push_seconds(L, it->updated); return true;
    case F_version: lua_pushinteger(L, it->version); return true;
    default: return false;
    }
}

static bool push_position(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    int32_t instrument = (int32_t)number_of(view);
    bool isKnown = host->position_generation == host->generation
                   && host->position_instrument == instrument;
    if (!isKnown) {
        host->calls.position(host->calls.context, instrument, &host->position);
        host->position_generation = host->generation;
        host->position_instrument = instrument;
    }
    const moon_position *it = &host->position;
    switch (field) {
    case F_symbol: push_text(L, &instrument_of(host, instrument)->symbol); return true;
    case F_qty:
        push_scaled(L, host, it->quantity, &instrument_of(host, instrument)->quantity_scale);
        return true;
    case F_average_price: push_optional(L, host, it->has_average, it->average); return true;
    case F_realised_pnl: moon_push_exact(L, host, it->realised); return true;
    case F_unrealised_pnl: push_optional(L, host, it->has_unrealised, it->unrealised); return true;
    case F_fees: moon_push_exact(L, host, it->fees); return true;
    case F_funding: moon_push_exact(L, host, it->funding); return true;
    default: return false;
    }
}

static bool push_instrument(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    const moon_instrument *it = instrument_of(host, (int32_t)number_of(view));
    switch (field) {
    case F_symbol: push_text(L, &it->symbol); return true;
    case F_kind: push_text(L, &it->kind); return true;
    case F_base: push_text(L, &it->base); return true;
    case F_quote: push_text(L, &it->quote); return true;
    case F_settle: push_text(L, &it->settle); return true;
    case F_tick: moon_push_exact(L, host, it->tick); return true;
    case F_lot: moon_push_exact(L, host, it->lot); return true;
    case F_min_qty: moon_push_exact(L, host, it->min_quantity); return true;
    case F_min_notional: moon_push_exact(L, host, it->min_notional); return true;
    case F_contract_size: moon_push_exact(L, host, it->contract_size); return true;
    case F_maker_fee: moon_push_exact(L, host, it->maker_fee); return true;
    case F_taker_fee: moon_push_exact(L, host, it->taker_fee); return true;
    default: return false;
    }
}

// ---- The kinds ----------------------------------------------------------------------------------

static const struct {
    const char *name, *article;
    push_field *push;
    const uint8_t fields[20];  // in the order of tostring; ended by F_none
} kinds[MOON_VIEW_COUNT] = {
    [MOON_VIEW_TRADE] = {"trade", "a trade", push_trade,
        {F_symbol, F_price, F_qty, F_side, F_time, F_time_ns, F_received, F_id}},
    [MOON_VIEW_QUOTE] = {"quote", "a quote", push_quote,
        {F_symbol, F_bid, F_ask, F_bid_qty, F_ask_qty, F_mid, F_spread, F_time, F_time_ns,
         F_received}},
    [MOON_VIEW_BOOK] = {"book", "a book", push_book,
        {F_symbol, F_bid, F_ask, F_bid_qty, F_ask_qty, F_mid, F_spread, F_time, F_time_ns,
         F_received}},
    [MOON_VIEW_BAR] = {"bar", "a bar", push_bar,
        {F_symbol, F_size, F_open, F_high, F_low, F_close, F_volume, F_buy_volume, F_trades,
         F_time, F_time_ns, F_close_time}},
    [MOON_VIEW_TICKER] = {"ticker", "a ticker", push_ticker,
        {F_symbol, F_last, F_mark, F_index, F_volume, F_time, F_time_ns, F_received}},
    [MOON_VIEW_FUNDING] = {"funding", "a funding", push_funding,
        {F_symbol, F_rate, F_mark, F_time, F_time_ns, F_received}},
    [MOON_VIEW_FILL] = {"fill", "a fill", push_fill,
        {F_symbol, F_price, F_qty, F_side, F_fee, F_fee_currency, F_liquidity, F_time, F_time_ns,
         F_id, F_order}},
    [MOON_VIEW_STATUS] = {"status", "a status", push_status,
        {F_venue, F_symbol, F_state, F_reason, F_time}},
    [MOON_VIEW_ORDER] = {"order", "an order", push_order,
        {F_id, F_symbol, F_side, F_qty, F_price, F_stop, F_tif, F_post_only, F_reduce_only, F_tag,
         F_state, F_filled, F_remaining, F_average_price, F_reason, F_created, F_updated,
         F_version}},
    [MOON_VIEW_POSITION] = {"position", "a position", push_position,
        {F_symbol, F_qty, F_average_price, F_realised_pnl, F_unrealised_pnl, F_fees, F_funding}},
    [MOON_VIEW_INSTRUMENT] = {"instrument", "an instrument", push_instrument,
        {F_symbol, F_kind, F_base, F_quote, F_settle, F_tick, F_lot, F_min_qty, F_min_notional,
         F_contract_size, F_maker_fee, F_taker_fee}},
};

static const char *const book_methods[] = {"level", "bids", "asks", "volume", "count", NULL};

const char *moon_view_name(int kind) {
    return kind > MOON_VIEW_NONE && kind < MOON_VIEW_COUNT ? kinds[kind].name : NULL;
}

const char *moon_view_field(int kind, int index) {
    int count = 0;
    while (kinds[kind].fields[count]) count++;
    if (index < count) return field_names[kinds[kind].fields[index]];
    index -= count;
    static const int method_count = sizeof book_methods / sizeof *book_methods - 1;
    if (kind == MOON_VIEW_BOOK && index < method_count) return book_methods[index];
    if (kind == MOON_VIEW_BOOK) index -= method_count;
    return index == 0 ? "copy" : NULL;
}

const char *moon_field_name(moon_field field) { return field_names[field]; }

void moon_push_view_field(lua_State *L, uintptr_t view, moon_view kind, moon_field field) {
    kinds[kind].push(L, moon_of(L), view, field);
}

static bool is_live(moon_view kind) { return kind >= MOON_VIEW_ORDER; }

moon_view moon_view_kind(lua_State *L, int index) {
    if (!lua_islightuserdata(L, index)) return MOON_VIEW_NONE;
    moon_view kind = (uintptr_t)lua_touserdata(L, index) & 15;
    return kind < MOON_VIEW_COUNT ? kind : MOON_VIEW_NONE;
}

static int raise_unknown_field(lua_State *L, moon_view kind, const char *name) {
    moon_nearest search = moon_nearest_to(name);
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    luaL_addstring(&list, "; it has ");
    for (int i = 0; kinds[kind].fields[i]; i++) {
        const char *field = field_names[kinds[kind].fields[i]];
        moon_nearest_try(L, &search, field);
        if (i) luaL_addstring(&list, ", ");
        luaL_addstring(&list, field);
    }
    moon_nearest_try(L, &search, "copy");
    for (int i = 0; kind == MOON_VIEW_BOOK && book_methods[i]; i++) {
        moon_nearest_try(L, &search, book_methods[i]);
        luaL_addstring(&list, ", ");
        luaL_addstring(&list, book_methods[i]);
    }
    luaL_pushresult(&list);
    moon_nearest_push(L, &search, lua_tostring(L, -1));
    const char *hint = lua_tostring(L, -1);
    return moon_raise(
        L, "unknown field `%s` of %s%s", moon_push_shown(L, name, strlen(name)),
        kinds[kind].article, hint);
}

static int copy(lua_State *L);

// What a read of a view that is neither a field nor right ends in. // stack: view, name → value
static __attribute__((noinline)) int no_field(lua_State *L, moon_view kind, moon_field field) {
    if (lua_type(L, 2) != LUA_TSTRING) {
        return moon_raise(
            L, "%s has named fields, not [%s]", kinds[kind].article, moon_type_name(L, 2));
    }
    if (field == F_copy) {
        moon_push_method(L, F_copy);
        return 1;
    }
    return raise_unknown_field(L, kind, lua_tostring(L, 2));
}

static __attribute__((noinline)) int raise_kept(lua_State *L, moon_view kind) {
    const char *name = kind && kind < MOON_VIEW_COUNT ? kinds[kind].name : "view";
    return moon_raise(
        L, "this %s was kept past its callback, and its fields are gone: use %s:copy()", name,
        name);
}

// Whether this is what was at hand last, and the callback still the same.
static inline bool is_at_hand(const moon_host *host, const moon_at_hand *hand, uintptr_t view) {
    return hand->view == view && hand->generation == host->generation;
}

// Puts what the fields of a view with places lie in at hand. False: there is nothing, or no more.
static bool put_at_hand(moon_host *host, uintptr_t view, moon_view kind) {
    if (kind == MOON_VIEW_ORDER) {
        const moon_order *order = moon_order_of(host, number_of(view));
        if (order) moon_put_at_hand(host, view, order, order->instrument);
        return order;
    }
    if (view >> MOON_GENERATION_SHIFT != host->generation) return false;
    if (kind == MOON_VIEW_TRADE) {
        const moon_trade *trade = host->events.trade;
        moon_put_at_hand(host, view, trade, (int32_t)trade->instrument);
    } else {
        const moon_quote *quote = quote_of(host, view);
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
    if (of->type != MOON_LUA_LIGHT || name->type != MOON_LUA_SHORT_STRING) {
        return __real_luaV_finishget(L, of, name, result, found);
    }
    const moon_host *host = moon_of(L);
    uintptr_t view = (uintptr_t)of->pointer;
    const moon_at_hand *hand = &host->at_hand[view & 15];
    if (!is_at_hand(host, hand, view)) return finish_view(L, of, name, result, found);
    const place *at = &places[view & 15][moon_field_of(host, name->pointer)];
    const char *it = hand->it;
    if (at->form == STATE) return set_fixed(host, it[at->offset], result);
    if (at->form != NUMBER) return finish_view(L, of, name, result, found);
    if (at->has && !it[at->has]) {
        result->type = LUA_TNIL;
        return;
    }
    set_number(host, (const void *)(it + at->offset), scale_of(hand, at), result);
}

// stack: view, name → value
static int view_index(lua_State *L) {
    moon_host *host = moon_of(L);
    uintptr_t view = (uintptr_t)lua_touserdata(L, 1);
    moon_view kind = view & 15;
    // Only strings have the addresses of the field names, so the type need not be looked at.
    moon_field field = moon_field_of(host, lua_topointer(L, 2));
    if (view >> MOON_GENERATION_SHIFT != host->generation && !is_live(kind)) {
        return raise_kept(L, kind);
    }
    return kinds[kind].push(L, host, view, field) ? 1 : no_field(L, kind, field);
}

static int view_newindex(lua_State *L) {
    moon_view kind = moon_view_kind(L, 1);
    return moon_raise(
        L, "%s is read-only: use copy() for a table that can be changed", kinds[kind].article);
}

// Checks that argument 1 is a view that may be read now.
static uintptr_t check_view(lua_State *L, const char *function) {
    moon_view kind = moon_view_kind(L, 1);
    if (kind == MOON_VIEW_NONE) {
        moon_raise(
            L, "%s was called on %s: write view:%s(), with a colon", function,
            moon_type_name(L, 1), function);
    }
    uintptr_t view = (uintptr_t)lua_touserdata(L, 1);
    bool isGone = !is_live(kind) && view >> MOON_GENERATION_SHIFT != moon_of(L)->generation;
    if (isGone) raise_kept(L, kind);
    return view;
}

// view:copy(): a plain table of the fields that are not nil; what is a view in it stays one.
static int copy(lua_State *L) {
    moon_host *host = moon_of(L);
    uintptr_t view = check_view(L, "copy");
    moon_view kind = view & 15;
    lua_createtable(L, 0, 12);  // stack: view, table
    int table = lua_gettop(L);
    for (int i = 0; kinds[kind].fields[i]; i++) {
        moon_field field = kinds[kind].fields[i];
        lua_pushstring(L, field_names[field]);
        kinds[kind].push(L, host, view, field);  // stack: view, table, name, value
        lua_rawset(L, table);
    }
    return 1;
}

// trade{symbol="…", price=50000.1, …}: never an address, the same on every run.
static int view_tostring(lua_State *L) {
    moon_host *host = moon_of(L);
    moon_view kind = moon_view_kind(L, 1);
    uintptr_t view = (uintptr_t)lua_touserdata(L, 1);
    if (kind == MOON_VIEW_NONE) {
        lua_pushliteral(L, "view");
        return 1;
    }
    if (!is_live(kind) && view >> MOON_GENERATION_SHIFT != host->generation) {
        lua_pushfstring(L, "%s (kept past its callback)", kinds[kind].name);
        return 1;
    }
    if (kind == MOON_VIEW_ORDER && !moon_order_of(host, number_of(view))) {
        lua_pushliteral(L, "order (forgotten)");
        return 1;
    }
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    luaL_addstring(&text, kinds[kind].name);
    luaL_addchar(&text, '{');
    bool isFirst = true;
    for (int i = 0; kinds[kind].fields[i]; i++) {
        moon_field field = kinds[kind].fields[i];
        if (field == F_time_ns || field == F_order) continue;
        kinds[kind].push(L, host, view, field);  // stack: …, value
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        const char *quote = lua_type(L, -1) == LUA_TSTRING ? "\"" : "";
        lua_pushfstring(
            L, "%s%s=%s%s%s", isFirst ? "" : ", ", field_names[field], quote,
            luaL_tolstring(L, -1, NULL), quote);  // stack: …, value, its text, entry
        lua_replace(L, -3);
        lua_pop(L, 1);  // stack: …, entry
        luaL_addvalue(&text);
        isFirst = false;
    }
    luaL_addchar(&text, '}');
    luaL_pushresult(&text);
    return 1;
}

// Gives each field the slot of its name; false: two have the same one.
static bool give_slots(moon_host *host) {
    memset(host->field_slots, F_none, sizeof host->field_slots);
    for (int field = F_none + 1; field < F_end; field++) {
        uint8_t *slot = &host->field_slots[moon_field_slot(host, host->field_names[field])];
        if (*slot != F_none) return false;
        *slot = (uint8_t)field;
    }
    return true;
}

void moon_open_views(lua_State *L, moon_host *host) {
    lua_createtable(L, F_end, 0);  // stack: …, anchors
    for (int field = F_none + 1; field < F_end; field++) {
        lua_pushstring(L, field_names[field]);
        host->field_names[field] = lua_topointer(L, -1);
        lua_rawseti(L, -2, field);  // anchored: short strings are interned, so this is the key
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, host->field_names);
    host->field_factor = 0x9e3779b9u;
    while (!give_slots(host)) host->field_factor += 0x61c88646u;  // the factor stays odd
    for (int fixed = 0; fixed < MOON_FIXED_COUNT; fixed++) {
        lua_pushstring(L, fixed_texts[fixed]);
        host->fixed_strings[fixed] = (void *)lua_topointer(L, -1);
        host->fixed[fixed] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    moon_set_method(L, F_copy, copy);
    moon_open_book(L);
    static const luaL_Reg methods[] = {
        {"__index", view_index},
        {"__newindex", view_newindex},
        {"__tostring", view_tostring},
        {NULL, NULL},
    };
    moon_push_view(L, 0);
    luaL_newlib(L, methods);  // stack: …, a view, metatable
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);  // of all light userdata
    lua_pop(L, 1);
}
