// Names that scripts use as fields, and how a view reaches Lua.
#pragma once
#include <string.h>

#include "moon.h"

#define MOON_FIELDS(X)                                                                             \
    X(symbol) X(price) X(qty) X(side) X(time) X(time_ns) X(received) X(id) X(bid) X(ask)           \
    X(bid_qty) X(ask_qty) X(mid) X(spread) X(size) X(open) X(high) X(low) X(close) X(volume)       \
    X(buy_volume) X(trades) X(close_time) X(last) X(mark) X(index) X(rate) X(order) X(fee)         \
    X(fee_currency) X(liquidity) X(venue) X(state) X(reason) X(stop) X(tif) X(post_only)           \
    X(reduce_only) X(tag) X(filled) X(remaining) X(average_price) X(created) X(updated)            \
    X(realised_pnl) X(unrealised_pnl) X(fees) X(funding) X(kind) X(base) X(quote) X(settle)        \
    X(tick) X(lot) X(min_qty) X(min_notional) X(contract_size) X(maker_fee) X(taker_fee)           \
    X(version) X(copy) X(level) X(bids) X(asks) X(count) X(of)                 \
    X(previous) X(value) X(second) X(third)

typedef enum {
    F_none,
#define X(name) F_##name,
    MOON_FIELDS(X)
#undef X
        F_end
} moon_field;

enum { MOON_FIELD_BITS = 11, MOON_FIELD_ROOM = 128 };  // of a slot's number; for the fields
_Static_assert((int)F_end <= (int)MOON_FIELD_ROOM, "there is room for the fields");

// A view reaches Lua as light userdata: the kind in the low 4 bits; above, for events and books,
// 16 bits of instrument and 44 of the callback's generation; for orders the serial; for positions
// and instruments the instrument.
typedef enum {
    MOON_VIEW_NONE,
    MOON_VIEW_TRADE,
    MOON_VIEW_QUOTE,  // instrument 0: the event at hand, else the top of instrument - 1
    MOON_VIEW_BOOK,   // of instrument - 1
    MOON_VIEW_BAR,
    MOON_VIEW_TICKER,
    MOON_VIEW_FUNDING,
    MOON_VIEW_FILL,
    MOON_VIEW_STATUS,
    MOON_VIEW_ORDER,
    MOON_VIEW_POSITION,
    MOON_VIEW_INSTRUMENT,
    MOON_VIEW_COUNT
} moon_view;

enum { MOON_GENERATION_SHIFT = 20, MOON_INDEX_SHIFT = 4, MOON_KINDS = 1 << MOON_INDEX_SHIFT };

static inline uintptr_t moon_view_now(uint64_t generation, moon_view kind, int32_t index) {
    return (uintptr_t)(generation << MOON_GENERATION_SHIFT
                       | (uint64_t)(uint16_t)index << MOON_INDEX_SHIFT | kind);
}
static inline uintptr_t moon_view_live(moon_view kind, int64_t number) {
    return (uintptr_t)((uint64_t)number << MOON_INDEX_SHIFT | kind);
}

// What the fields of a view lie in, where that is known.
typedef struct {
    uintptr_t view;
    uint64_t generation;  // of the callback in which it lies there
    const void *it;
    const moon_instrument *instrument;
} moon_at_hand;

// The text of a tag that was asked for lately, and where the registry keeps it; 0: nowhere yet.
enum { MOON_KNOWN_TAGS = 16 };  // a power of two
typedef struct {
    char bytes[MOON_TAG_CAPACITY];
    void *string;
    int reference;
} moon_known_tag;
// Where a tag is among them.
static inline size_t moon_tag_slot(const char *tag) {
    uint64_t begin;
    memcpy(&begin, tag, sizeof begin);
    return begin * 0x9e3779b97f4a7c15u >> 32 & (MOON_KNOWN_TAGS - 1);
}
