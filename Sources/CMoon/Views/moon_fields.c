// What each kind of view says: one function for each, and the names of all fields.
#include "moon_calls.h"
#include "moon_intents.h"
#include "moon_kinds.h"
#include "moon_views.h"

static const char *const field_names[] = {
    "",
#define X(name) #name,
    MOON_FIELDS(X)
#undef X
};

static const int64_t NANOSECONDS = 1000000000;

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

// Pushes the fields that all market events have; false: another one.
static bool push_common(
    lua_State *L, moon_host *host, moon_field field, int32_t instrument, int64_t venue_time,
    int64_t receive_time) {
    switch (field) {
    case F_symbol: push_text(L, &moon_instrument_of(host, instrument)->symbol); return true;
    case F_time: push_seconds(L, venue_time); return true;
    case F_time_ns: lua_pushinteger(L, venue_time); return true;
    case F_received: push_seconds(L, receive_time); return true;
    default: return false;
    }
}

static bool push_trade(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_trade *it = host->events.trade;
    if (moon_push_place(L, host, it, (int32_t)it->instrument, MOON_VIEW_TRADE, field)) return true;
    if (field != F_id) {
        return push_common(L, host, field, it->instrument, it->venue_time, it->receive_time);
    }
    if (it->has_id) lua_pushinteger(L, (lua_Integer)it->id); else lua_pushnil(L);
    return true;
}

// The fields of a top of book.
static bool push_top(
    lua_State *L, moon_host *host, const moon_quote *it, moon_view kind, moon_field field) {
    if (moon_push_place(L, host, it, it->instrument, kind, field)) return true;
    if (field != F_spread) return false;
    __int128 spread = moon_wide(it->ask) - moon_wide(it->bid);
    moon_attos value = {(uint64_t)spread, (int64_t)(spread >> 64)};
    if (!it->has_bid || !it->has_ask) lua_pushnil(L);
    else push_scaled(L, host, value, &moon_instrument_of(host, it->instrument)->price_scale);
    return true;
}

static bool push_quote(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    const moon_quote *it = moon_quote_of(host, view);
    if (push_top(L, host, it, MOON_VIEW_QUOTE, field)) return true;
    return push_common(L, host, field, it->instrument, it->venue_time, it->receive_time);
}

static bool push_book(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    int32_t instrument = moon_view_index(view) - 1;
    if (moon_push_book_field(L, host, instrument, field)) return true;
    if (field == F_symbol || field == F_time || field == F_time_ns || field == F_received) {
        int64_t venue_time = 0, receive_time = 0;
        host->calls.book(host->calls.context, instrument, &venue_time, &receive_time);
        return push_common(L, host, field, instrument, venue_time, receive_time);
    }
    return push_top(L, host, moon_quote_of(host, view), MOON_VIEW_BOOK, field);
}

static bool push_bar(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    (void)view;
    const moon_bar *it = &host->events.bar;
    const moon_instrument *instrument = moon_instrument_of(host, it->instrument);
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
        push_scaled(L, host, it->price, &moon_instrument_of(host, it->instrument)->price_scale);
        return true;
    case F_qty:
        push_scaled(L, host, it->quantity, &moon_instrument_of(host, it->instrument)->quantity_scale);
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
        else push_text(L, &moon_instrument_of(host, it->instrument)->symbol);
        return true;
    default: return false;
    }
}

static bool push_order(lua_State *L, moon_host *host, uintptr_t view, moon_field field) {
    const moon_order *it = moon_order_of(host, moon_view_number(view));
    if (!it) {
        moon_raise(
            L, "this order ended long ago and the host has forgotten it: keep the fields that you"
            " need, or order:copy()");
        return false;
    }
    if (moon_push_place(L, host, it, it->instrument, MOON_VIEW_ORDER, field)) return true;
    switch (field) {
    case F_id:
        host->calls.order_id(host->calls.context, host->order_serial, &host->answer);
        push_text(L, &host->answer);
        return true;
    case F_symbol: push_text(L, &moon_instrument_of(host, it->instrument)->symbol); return true;
    case F_tif: lua_pushstring(L, moon_tif_names[it->tif]); return true;
    case F_post_only: lua_pushboolean(L, it->is_post_only); return true;
    case F_reduce_only: lua_pushboolean(L, it->is_reduce_only); return true;
    case F_tag: moon_push_tag(L, host, it->tag); return true;
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
    int32_t instrument = (int32_t)moon_view_number(view);
    bool isKnown = host->position_generation == host->generation
                   && host->position_instrument == instrument;
    if (!isKnown) {
        host->calls.position(host->calls.context, instrument, &host->position);
        host->position_generation = host->generation;
        host->position_instrument = instrument;
    }
    const moon_position *it = &host->position;
    switch (field) {
    case F_symbol: push_text(L, &moon_instrument_of(host, instrument)->symbol); return true;
    case F_qty:
        push_scaled(L, host, it->quantity, &moon_instrument_of(host, instrument)->quantity_scale);
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
    const moon_instrument *it = moon_instrument_of(host, (int32_t)moon_view_number(view));
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

const moon_kind moon_kinds[MOON_VIEW_COUNT] = {
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

const char *moon_field_name(moon_field field) { return field_names[field]; }
