// The methods of a book: levels come from the host's depth one at a time, exact until they are
// pushed.
#include "moon_calls.h"
#include "moon_sandbox.h"
#include "moon_views.h"

static int32_t check_book(lua_State *L, const char *method) {
    if (moon_view_kind(L, 1) != MOON_VIEW_BOOK) {
        moon_raise(
            L, "%s was called on %s: write book:%s(…), with a colon", method, moon_type_name(L, 1),
            method);
    }
    uintptr_t view = (uintptr_t)lua_touserdata(L, 1);
    if (view >> MOON_GENERATION_SHIFT != moon_of(L)->generation) {
        moon_raise(L, "this book was kept past its callback: ask for it anew with book(symbol)");
    }
    return (int32_t)(uint16_t)(view >> MOON_INDEX_SHIFT) - 1;
}

static uint8_t check_side(lua_State *L, int index, const char *method) {
    if (moon_text_is(L, index, "buy") || moon_text_is(L, index, "bid")) return MOON_BUY;
    if (moon_text_is(L, index, "sell") || moon_text_is(L, index, "ask")) return MOON_SELL;
    moon_raise(L, "book:%s needs the side, \"buy\" for bids or \"sell\" for asks", method);
    return MOON_NO_SIDE;
}

// A whole number from 1; more than there can be levels is as good as all.
static int32_t check_count(lua_State *L, int index, const char *method) {
    int isInteger;
    lua_Integer count = lua_tointegerx(L, index, &isInteger);
    if (!isInteger || count < 1) {
        moon_raise(L, "book:%s counts levels from 1, expected a whole number above 0", method);
    }
    return count > 1000000 ? 1000000 : (int32_t)count;
}

// book:level(side, i): price and quantity of the i-th best level; nil behind the last.
static int level(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    int32_t instrument = check_book(L, "level");
    uint8_t side = check_side(L, 2, "level");
    moon_level found;
    int32_t depth = check_count(L, 3, "level") - 1;
    if (!host->calls.level(host->calls.context, instrument, side, depth, &found)) {
        lua_pushnil(L);
        return 1;
    }
    moon_push_exact(L, host, found.price);
    moon_push_exact(L, host, found.quantity);
    return 2;
}

static int levels(lua_State *L, const char *method, uint8_t side) {
    moon_host *host = moon_of(L);
    int32_t instrument = check_book(L, method);
    int32_t most = lua_isnoneornil(L, 2) ? 1000000 : check_count(L, 2, method);
    int32_t count = host->calls.level_count(host->calls.context, instrument, side);
    if (count > most) count = most;
    lua_createtable(L, count, 0);  // stack: …, list
    moon_level found;
    for (int32_t i = 0; i < count; i++) {
        if (!host->calls.level(host->calls.context, instrument, side, i, &found)) break;
        lua_createtable(L, 0, 2);  // stack: …, list, level
        moon_push_exact(L, host, found.price);
        lua_setfield(L, -2, "price");
        moon_push_exact(L, host, found.quantity);
        lua_setfield(L, -2, "qty");
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

// book:bids(n), book:asks(n): a list of {price=, qty=}, best first; all without n.
static int bids(lua_State *L) { return levels(L, "bids", MOON_BUY); }  // raises: mistakes
static int asks(lua_State *L) { return levels(L, "asks", MOON_SELL); }  // raises: mistakes

// book:volume(side, n): the quantity of the n best levels, summed exactly; of all without n.
static int volume(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    int32_t instrument = check_book(L, "volume");
    uint8_t side = check_side(L, 2, "volume");
    int32_t most = lua_isnoneornil(L, 3) ? 1000000 : check_count(L, 3, "volume");
    unsigned __int128 sum = 0;
    moon_level found;
    for (int32_t i = 0; i < most; i++) {
        if (!host->calls.level(host->calls.context, instrument, side, i, &found)) break;
        sum += (unsigned __int128)(uint64_t)found.quantity.high << 64 | found.quantity.low;
    }
    moon_push_exact(L, host, (moon_attos){(uint64_t)sum, (int64_t)(sum >> 64)});
    return 1;
}

// book:count(side): how many levels there are.
static int level_count(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    int32_t instrument = check_book(L, "count");
    uint8_t side = check_side(L, 2, "count");
    lua_pushinteger(L, host->calls.level_count(host->calls.context, instrument, side));
    return 1;
}

bool moon_push_book_field(lua_State *L, moon_host *host, int32_t instrument, moon_field field) {
    (void)host;
    (void)instrument;
    switch (field) {
    case F_level: moon_push_method(L, F_level); return true;
    case F_bids: moon_push_method(L, F_bids); return true;
    case F_asks: moon_push_method(L, F_asks); return true;
    case F_volume: moon_push_method(L, F_volume); return true;
    case F_count: moon_push_method(L, F_count); return true;
    default: return false;
    }
}

void moon_open_book(lua_State *L) {
    moon_set_method(L, F_level, level);
    moon_set_method(L, F_bids, bids);
    moon_set_method(L, F_asks, asks);
    moon_set_method(L, F_volume, volume);
    moon_set_method(L, F_count, level_count);
}
