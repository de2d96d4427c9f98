// Queries: what a script may ask of the engine's state at any time in a handler.
#include "moon_calls.h"
#include "moon_intents.h"
#include "moon_sandbox.h"
#include "moon_views.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    LONGEST_CURRENCY = 64,  // bytes
    MOST_SYMBOLS = 20,      // symbols that a message lists
};

// ---- Symbols ------------------------------------------------------------------------------------

// Pushes "a, b, c", the subscribed symbols.
static void push_symbols(lua_State *L, moon_host *host) {
    int32_t shown = host->slot_count < MOST_SYMBOLS ? host->slot_count : MOST_SYMBOLS;
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    for (int32_t i = 0; i < shown; i++) {
        if (i) luaL_addstring(&list, ", ");
        luaL_addlstring(&list, host->slot_names[i].bytes, host->slot_names[i].count);
    }
    if (shown < host->slot_count) {
        char more[32];
        luaL_addlstring(
            &list, more,
            (size_t)snprintf(more, sizeof more, " and %d more", (int)(host->slot_count - shown)));
    }
    luaL_pushresult(&list);
}

int32_t moon_check_slot(lua_State *L, int index, const char *where) {
    moon_host *host = moon_of(L);
    if (lua_type(L, index) == LUA_TSTRING) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_symbols_key);
        lua_pushvalue(L, index < 0 ? index - 1 : index);
        if (lua_rawget(L, -2) != LUA_TNIL) {  // stack: …, symbols, slot
            int32_t slot = (int32_t)lua_tointeger(L, -1);
            lua_pop(L, 2);
            return slot;
        }
        lua_pop(L, 2);
    } else if (!lua_isnoneornil(L, index)) {
        moon_raise(
            L, "the symbol given to %s is %s, expected a text such as \"sim:BTC/USDT\"", where,
            moon_type_name(L, index));
    } else if (host->slot_count == 1) {
        return 0;
    }
    if (host->slot_count == 0) {
        moon_raise(
            L, "%s needs a symbol, and the script has none: subscribe(symbol, \"trades\") first",
            where);
    }
    push_symbols(L, host);
    const char *symbols = lua_tostring(L, -1);
    if (lua_isnoneornil(L, index)) {
        moon_raise(
            L, "%s needs a `symbol`, for the script has several: %s", where, symbols);
    }
    const char *name = lua_tostring(L, index);
    moon_nearest search = moon_nearest_to(name);
    for (int32_t i = 0; i < host->slot_count; i++) {
        moon_nearest_try(L, &search, host->slot_names[i].bytes);
    }
    lua_pushfstring(L, "; subscribed are %s", symbols);
    moon_nearest_push(L, &search, lua_tostring(L, -1));
    const char *hint = lua_tostring(L, -1);
    moon_raise(
        L, "`%s` given to %s is not subscribed%s", moon_push_name(L, index), where, hint);
    return -1;
}

int32_t moon_check_instrument(lua_State *L, int index, const char *where) {
    moon_host *host = moon_of(L);
    int32_t slot = moon_check_slot(L, index, where);
    if (!host->is_attached) {
        moon_raise(
            L, "%s answers once the strategy has started: ask in a handler, such as on_start",
            where);
    }
    if (host->slots[slot] < 0) {
        moon_raise(
            L, "`%s` is not among the instruments of this run", host->slot_names[slot].bytes);
    }
    return host->slots[slot];
}

// ---- The queries --------------------------------------------------------------------------------

// position(symbol): a live view, zero when flat.
static int position(lua_State *L) {  // raises: mistakes, budget
    int32_t instrument = moon_check_instrument(L, 1, "position");
    moon_push_view(L, moon_view_live(MOON_VIEW_POSITION, instrument));
    return 1;
}

// instrument(symbol): its ticks, lots and fees.
static int instrument(lua_State *L) {  // raises: mistakes, budget
    int32_t index = moon_check_instrument(L, 1, "instrument");
    moon_push_view(L, moon_view_live(MOON_VIEW_INSTRUMENT, index));
    return 1;
}

// quote(symbol): the top of book now; nil while there is nothing.
static int quote(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    int32_t index = moon_check_instrument(L, 1, "quote");
    moon_quote top;
    if (!host->calls.top(host->calls.context, index, &top)) {
        lua_pushnil(L);
        return 1;
    }
    moon_push_view(L, moon_view_now(host->generation, MOON_VIEW_QUOTE, index + 1));
    return 1;
}

// book(symbol): the depth now; nil while there is nothing.
static int book(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    int32_t index = moon_check_instrument(L, 1, "book");
    int64_t venue_time, receive_time;
    if (!host->calls.book(host->calls.context, index, &venue_time, &receive_time)) {
        lua_pushnil(L);
        return 1;
    }
    moon_push_view(L, moon_view_now(host->generation, MOON_VIEW_BOOK, index + 1));
    return 1;
}

// balance(currency): what the account has of it, and what of that is free.
static int balance(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    if (lua_type(L, 1) != LUA_TSTRING || lua_rawlen(L, 1) > LONGEST_CURRENCY) {
        return moon_raise(
            L, "balance was given %s, expected a currency such as \"USDT\"", moon_type_name(L, 1));
    }
    if (!host->is_attached) {
        return moon_raise(
            L, "balance answers once the strategy has started: ask in a handler, such as on_start");
    }
    moon_balance found;
    moon_check_plain_text(L, 1, "the currency given to balance");
    bool isKnown = host->calls.balance(
        host->calls.context, lua_tostring(L, 1), &found, &host->answer);
    if (!isKnown) return moon_raise(L, "%s", host->answer.bytes);
    moon_push_exact(L, host, found.total);
    moon_push_exact(L, host, found.available);
    return 2;
}

// Refuses fields of the table at 1 that orders{} does not take; of several the smallest.
static void check_filter(lua_State *L) {
    lua_pushnil(L);
    int smallest = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        moon_charge(L, 1);
        lua_pop(L, 1);
        if (moon_text_is(L, -1, "symbol") || moon_text_is(L, -1, "tag")) continue;
        moon_keep_smallest(L, smallest);
    }
    const char *unknown = lua_tostring(L, smallest);
    if (!unknown) {
        lua_pop(L, 1);
        return;
    }
    moon_raise(
        L, "unknown field `%s` in orders{}; it takes symbol, tag",
        moon_push_shown(L, unknown, strlen(unknown)));
}

// orders{symbol=, tag=}: the open orders that match, oldest first.
static int orders(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    lua_settop(L, 1);
    int32_t index = -1;
    const char *tag = NULL;
    if (!lua_isnil(L, 1)) {
        if (!lua_istable(L, 1)) {
            return moon_raise(
                L, "orders was given %s, expected orders{symbol=…, tag=…}", moon_type_name(L, 1));
        }
        if (moon_thaw(L, 1)) lua_replace(L, 1);
        check_filter(L);
        lua_pushliteral(L, "symbol");
        if (lua_rawget(L, 1) != LUA_TNIL) index = moon_check_instrument(L, 2, "orders");
        lua_pushliteral(L, "tag");
        if (lua_rawget(L, 1) != LUA_TNIL) {  // stack: fields, symbol, tag
            if (lua_type(L, 3) != LUA_TSTRING) {
                return moon_raise(
                    L, "`tag` in orders{} is %s, expected a text", moon_type_name(L, 3));
            }
            moon_check_tag(L, 3, "orders{}");
            tag = lua_tostring(L, 3);
        }
    }
    lua_settop(L, 3);
    if (!host->is_attached) {
        lua_newtable(L);
        return 1;
    }
    int64_t total = host->calls.orders(host->calls.context, index, tag, NULL, 0);
    int64_t *serials = lua_newuserdatauv(L, (size_t)(total + 1) * sizeof *serials, 0);
    host->calls.orders(host->calls.context, index, tag, serials, total);
    lua_createtable(L, (int)total, 0);  // stack: fields, symbol, tag, serials, list
    for (int64_t i = 0; i < total; i++) {
        moon_push_view(L, moon_view_live(MOON_VIEW_ORDER, serials[i]));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

// now(): engine time in seconds since 1970.
static int now(lua_State *L) {  // never raises
    moon_host *host = moon_of(L);
    int64_t time = host->calls.now(host->calls.context);
    lua_pushnumber(
        L, (lua_Number)(time / 1000000000) + (lua_Number)(time % 1000000000) / 1e9);
    return 1;
}

// mode(): "backtest", "paper" or "live"; "check" while the script loads without a run.
static int mode(lua_State *L) {  // raises: memory
    moon_host *host = moon_of(L);
    lua_pushstring(L, host->is_attached ? host->mode.bytes : "check");
    return 1;
}

// trading_state(symbol): which orders pass now; without a symbol where the fewest do.
static int trading_state(lua_State *L) {  // raises: mistakes, budget
    static const char *const names[] = {"active", "reducing", "halted"};
    moon_host *host = moon_of(L);
    int32_t index = lua_isnoneornil(L, 1) ? -1 : moon_check_instrument(L, 1, "trading_state");
    if (!host->is_attached) {
        return moon_raise(
            L, "trading_state answers once the strategy has started: ask in a handler, such as"
            " on_start");
    }
    lua_pushstring(L, names[host->calls.permission(host->calls.context, index)]);
    return 1;
}

// subscribe(symbol, feed, …): while the script loads.
static int subscribe(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    if (!host->is_loading) {
        return moon_raise(
            L, "subscribe works while the script loads: call it outside of the handlers");
    }
    int count = lua_gettop(L);
    if (lua_type(L, 1) != LUA_TSTRING) {
        return moon_raise(
            L, "the symbol given to subscribe is %s, expected a text such as \"sim:BTC/USDT\"",
            moon_type_name(L, 1));
    }
    moon_check_plain_text(L, 1, "the symbol given to subscribe");
    if (count < 2) {
        return moon_raise(
            L, "subscribe needs a feed: subscribe(symbol, \"trades\"); there are trades, quotes,"
            " book, ticker, funding and bars:1m");
    }
    for (int i = 2; i <= count; i++) {
        if (++host->subscriptions > host->limits.subscriptions) {
            return moon_raise(
                L, "more than %d subscriptions: what should a strategy do with so many?",
                (int)host->limits.subscriptions);
        }
        if (lua_type(L, i) != LUA_TSTRING) {
            return moon_raise(
                L, "feed %d given to subscribe is %s, expected a text such as \"trades\"", i - 1,
                moon_type_name(L, i));
        }
        moon_check_plain_text(L, i, "the feed given to subscribe");
        int32_t slot = host->calls.subscribe(
            host->calls.context, lua_tostring(L, 1), lua_tostring(L, i), &host->answer);
        if (slot < 0) return moon_raise(L, "%s", host->answer.bytes);
        if (slot < host->slot_count) continue;
        host->slot_names = realloc(host->slot_names, sizeof(moon_text) * (size_t)(slot + 1));
        host->slots = realloc(host->slots, sizeof(int32_t) * (size_t)(slot + 1));
        if (!host->slot_names || !host->slots) abort();
        for (; host->slot_count <= slot; host->slot_count++) {  // the engine may number on from other versions
            host->slot_names[host->slot_count] = (moon_text){0};
            moon_text_set(&host->slot_names[host->slot_count], "", 0);
            host->slots[host->slot_count] = -1;
        }
        size_t bytes;
        const char *symbol = lua_tolstring(L, 1, &bytes);
        moon_text_set(&host->slot_names[slot], symbol, bytes);
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_symbols_key);
        lua_pushvalue(L, 1);
        lua_pushinteger(L, slot);
        lua_rawset(L, -3);
        lua_pop(L, 1);
    }
    return 0;
}

void moon_open_queries(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"position", position}, {"instrument", instrument}, {"quote", quote},
        {"book", book},         {"balance", balance},       {"orders", orders},
        {"now", now},           {"mode", mode},             {"subscribe", subscribe},
        {"trading_state", trading_state},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_symbols_key);
}
