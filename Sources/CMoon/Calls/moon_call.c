// One event into one handler, or many into it one after the other.
#include "moon_calls.h"
#include "moon_follow.h"
#include "moon_lua.h"
#include "moon_views.h"

// The kind of view that a handler of an event is called with.
static const uint8_t event_views[MOON_ON_START] = {
    MOON_VIEW_TRADE, MOON_VIEW_QUOTE, MOON_VIEW_BOOK, MOON_VIEW_BAR,      MOON_VIEW_TICKER,
    MOON_VIEW_FUNDING, MOON_VIEW_ORDER, MOON_VIEW_FILL, MOON_VIEW_POSITION, MOON_VIEW_STATUS,
};

static inline uintptr_t view_of_event(const moon_host *host, moon_handler handler) {
    if (handler == MOON_ON_ORDER) return moon_view_live(MOON_VIEW_ORDER, host->events.order);
    if (handler == MOON_ON_POSITION) {
        return moon_view_live(MOON_VIEW_POSITION, host->events.position);
    }
    int32_t index = handler == MOON_ON_BOOK ? host->events.book + 1 : 0;
    return moon_view_now(host->generation, event_views[handler], index);
}

// ---- Calls whose argument must be made ----------------------------------------------------------

// Pushes why the run starts: reason, rehearsal, rollback, orders, position, positions.
static void push_start(lua_State *L, moon_host *host) {
    lua_createtable(L, 0, 6);  // stack: …, why
    lua_pushlstring(L, host->events.text.bytes, host->events.text.count);
    lua_setfield(L, -2, "reason");
    lua_pushboolean(L, host->events.is_rehearsal);
    lua_setfield(L, -2, "rehearsal");
    lua_pushboolean(L, host->events.is_rollback);
    lua_setfield(L, -2, "rollback");
    int64_t total = host->calls.orders(host->calls.context, -1, NULL, NULL, 0);
    int64_t *serials = lua_newuserdatauv(L, (size_t)(total + 1) * sizeof *serials, 0);
    total = host->calls.orders(host->calls.context, -1, NULL, serials, total);
    lua_createtable(L, (int)total, 0);  // stack: …, why, serials, orders
    for (int64_t i = 0; i < total; i++) {
        moon_push_view(L, moon_view_live(MOON_VIEW_ORDER, serials[i]));
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -3, "orders");
    lua_pop(L, 1);                              // stack: …, why
    lua_createtable(L, host->slot_count, 0);    // stack: …, why, positions
    for (int32_t i = host->slot_count - 1; i >= 0; i--) {
        if (host->slots[i] < 0) continue;
        moon_push_view(L, moon_view_live(MOON_VIEW_POSITION, host->slots[i]));
        lua_pushvalue(L, -1);
        lua_setfield(L, -4, "position");  // the first symbol's is set last
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "positions");
}

// stack: handler, its number → results
static int call_with_argument(lua_State *L) {  // raises: calls
    moon_host *host = moon_of(L);
    moon_handler kind = (moon_handler)lua_tointeger(L, 2);
    lua_settop(L, 1);
    const moon_text *text = &host->events.text;
    if (kind == MOON_ON_START) {
        push_start(L, host);
    } else if (kind == MOON_ON_STOP) {
        lua_createtable(L, 0, 1);
        lua_pushlstring(L, text->bytes, text->count);
        lua_setfield(L, -2, "reason");
    } else {
        lua_pushlstring(L, text->bytes, text->count);
    }
    if (kind == MOON_ON_TIMER) lua_pushnumber(L, (lua_Number)host->events.late / 1e9);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

// ---- The call -----------------------------------------------------------------------------------

// What most calls need not: arguments to be made, results to be taken, an error.
static int push_call_with_argument(moon_host *host, moon_handler handler) {
    lua_pushcfunction(host->L, call_with_argument);
    lua_pushvalue(host->L, host->handler[handler]);
    lua_pushinteger(host->L, handler);
    return 2;
}

// Whether a handler has returned, built or asked for something, or set a handler.
// stack: …, results…
static inline bool has_answered(moon_host *host, lua_State *L, int bottom) {
    const moon_lua_thread *thread = (moon_lua_thread *)(void *)L;
    return thread->top != thread->call->function + 1 + bottom || host->request_count != 0
           || host->stirred_generation == host->generation;
}

moon_outcome moon_call(moon_host *host, moon_handler handler) {
    int slot = host->handler[handler];
    if (slot == 0) return MOON_QUIET;
    lua_State *L = host->L;
    host->generation++;
    if (host->request_count) moon_clear_requests(host);
    int arguments = 1;
    if (handler < MOON_ON_START) {
        lua_pushvalue(L, slot);
        uintptr_t view = view_of_event(host, handler);
        lua_pushlightuserdata(L, (void *)view);
        const moon_quote *quote = &host->events.quote;
        if (handler == MOON_ON_QUOTE) moon_put_at_hand(host, view, quote, quote->instrument);
    } else {
        arguments = push_call_with_argument(host, handler);
    }  // stack: …, function, arguments…
    int status = moon_run(host, arguments, LUA_MULTRET);
    // Nothing lies above the handlers between calls, so the top tells whether anything came back.
    bool isQuiet = status == LUA_OK && !has_answered(host, L, host->bottom);
    return isQuiet ? MOON_QUIET : moon_settle_call(host, handler, status, host->bottom);
}

moon_outcome moon_call_due(moon_host *host) {
    lua_State *L = host->L;
    host->generation++;
    if (host->request_count) moon_clear_requests(host);
    moon_push_source_view(L, moon_push_due(host));  // stack: …, function, view
    int status = moon_run(host, 1, LUA_MULTRET);
    bool isQuiet = status == LUA_OK && !has_answered(host, L, host->bottom);
    return isQuiet ? MOON_QUIET : moon_settle_call(host, MOON_WHEN, status, host->bottom);
}

// ---- Many events in one call ---------------------------------------------------------------------

const int64_t moon_trade_offsets[MOON_TRADE_FIELDS] = {
    offsetof(moon_trade, instrument),   offsetof(moon_trade, venue_time),
    offsetof(moon_trade, price),        offsetof(moon_trade, quantity),
    offsetof(moon_trade, receive_time), offsetof(moon_trade, id),
    offsetof(moon_trade, has_id),       offsetof(moon_trade, side),
    offsetof(moon_trade, price_number),
};

const int64_t moon_change_offsets[MOON_CHANGE_FIELDS] = {
    offsetof(moon_change, instrument), offsetof(moon_change, kind),
    offsetof(moon_change, side),       offsetof(moon_change, price),
    offsetof(moon_change, quantity),   offsetof(moon_change, ends_message),
    offsetof(moon_change, venue_time), offsetof(moon_change, receive_time),
};

// Whether all that came back is `nil` or `false`: as good as nothing. // stack: …, results…
static inline bool is_nothing_alone(moon_host *host, lua_State *L, int bottom) {
    return lua_gettop(L) == bottom + 1 && !lua_toboolean(L, bottom + 1) && host->request_count == 0
           && host->stirred_generation != host->generation;
}

// What lua_call is made of.
void luaD_callnoyield(lua_State *L, moon_lua_value *function, int results);

// Whether what a handler returned, built or asked for is anything. // stack: …, results… → …, results…
static __attribute__((noinline)) bool is_anything(moon_host *host, lua_State *L, int bottom) {
    // All that it gave back has to have room in this call.
    moon_lua_thread *thread = (moon_lua_thread *)(void *)L;
    if (thread->call->top < thread->top) thread->call->top = thread->top;
    if (!is_nothing_alone(host, L, bottom)) return true;
    lua_settop(L, bottom);
    return false;
}

// Calls a handler, whose slot is `slot`, with a view of the event at hand; whether it answered. Above the `bottom`
// lowest values there is nothing. Within moon_run. // stack: … → …, results…
static inline __attribute__((always_inline)) bool is_answered(
    moon_host *host, lua_State *L, int bottom, int slot, uintptr_t view) {
    moon_lua_thread *thread = (moon_lua_thread *)(void *)L;
    moon_lua_value *handler = thread->top;
    moon_lua_push(L, thread->call->function[slot]);
    moon_lua_push(L, (moon_lua_value){.pointer = (void *)view, .type = MOON_LUA_LIGHT});
    moon_enter_callback(host);
    luaD_callnoyield(L, handler, LUA_MULTRET);
    moon_leave_callback(host);
    return has_answered(host, L, bottom) && is_anything(host, L, bottom);
}

// The same for the trade at hand.
static inline __attribute__((always_inline)) bool is_trade_answered(
    moon_host *host, lua_State *L, int bottom) {
    const moon_trade *trade = host->events.trade;
    uintptr_t view = moon_view_now(host->generation, MOON_VIEW_TRADE, 0);
    moon_put_at_hand(host, view, trade, (int32_t)trade->instrument);
    return is_answered(host, L, bottom, 1, view);
}

// Goes on to the next trade that is heard; false: there is none.
static inline bool find_trade(moon_host *host, moon_stretch *stretch) {
    while (stretch->next < stretch->end) {
        const moon_trade *trade = stretch->trades + stretch->next++;
        if (!stretch->is_heard[trade->instrument]) continue;
        host->generation++;
        host->events.trade = trade;
        return true;
    }
    return false;
}

// stack: on_trade or nil, the stretch → what the handler returned that ended it
static int run_trades(lua_State *L) {  // raises: mistakes, calls
    moon_host *host = moon_of(L);
    moon_stretch *stretch = lua_touserdata(L, 2);
    lua_settop(L, 1);
    bool isCalled = !lua_isnil(L, 1);
    while (host->following ? moon_follow_trades(L, host, stretch, isCalled)
                           : find_trade(host, stretch)) {
        if (host->following && moon_has_due(host)) return 0;
        if (is_trade_answered(host, L, 1)) return lua_gettop(L) - 1;
    }
    return 0;
}

// Pushes a handler, or nil. // stack: +1
static void push_handler(moon_host *host, moon_handler handler) {
    if (host->handler[handler]) lua_pushvalue(host->L, host->handler[handler]);
    else lua_pushnil(host->L);
}

moon_outcome moon_call_trades(moon_host *host, moon_stretch *stretch) {
    int slot = host->handler[MOON_ON_TRADE];
    if (slot == 0 && (!host->following || host->is_broken)) {  // none, or none any more
        stretch->next = stretch->end;
        return MOON_QUIET;
    }
    lua_State *L = host->L;
    if (host->request_count) moon_clear_requests(host);
    host->built_generation = host->stirred_generation = 0;  // what the last call did is not this one's
    lua_pushcfunction(L, run_trades);
    push_handler(host, MOON_ON_TRADE);
    lua_pushlightuserdata(L, stretch);  // stack: …, run_trades, on_trade, the stretch
    int status = moon_run(host, 2, LUA_MULTRET);
    bool isQuiet = status == LUA_OK && !has_answered(host, L, host->bottom);
    return isQuiet ? MOON_QUIET : moon_settle_call(host, MOON_ON_TRADE, status, host->bottom);
}

// stack: on_trade or nil, on_book or nil, the stretch → what the handler returned that ended it
static int run_events(lua_State *L) {  // raises: calls
    moon_host *host = moon_of(L);
    moon_stretch *stretch = lua_touserdata(L, 3);
    lua_settop(L, 2);
    bool hasTrade = !lua_isnil(L, 1), hasBook = !lua_isnil(L, 2);
    while (stretch->next < stretch->end) {
        if (stretch->kinds[stretch->next++] == MOON_EVENT_TRADE) {
            const moon_trade *trade = stretch->trades + stretch->trade++;
            if (!hasTrade || !stretch->is_heard[trade->instrument]) continue;
            host->generation++;
            host->events.trade = trade;
            if (is_trade_answered(host, L, 2)) return lua_gettop(L) - 2;
        } else {
            const moon_change *change = stretch->changes + stretch->change++;
            // Only at the end of a message is the book whole.
            if (!hasBook || !change->ends_message) continue;
            if (!stretch->is_book_heard[change->instrument]) continue;
            host->generation++;
            host->events.book = (int32_t)change->instrument;
            uintptr_t view =
                moon_view_now(host->generation, MOON_VIEW_BOOK, host->events.book + 1);
            if (is_answered(host, L, 2, 2, view)) return lua_gettop(L) - 2;
        }
    }
    return 0;
}

moon_outcome moon_call_events(moon_host *host, moon_stretch *stretch, moon_handler *handler) {
    *handler = MOON_ON_TRADE;
    if (!host->handler[MOON_ON_TRADE] && !host->handler[MOON_ON_BOOK]) {
        stretch->next = stretch->end;
        return MOON_QUIET;
    }
    if (host->request_count) moon_clear_requests(host);
    host->built_generation = host->stirred_generation = 0;  // what the last call did is not this one's
    lua_pushcfunction(host->L, run_events);
    push_handler(host, MOON_ON_TRADE);
    push_handler(host, MOON_ON_BOOK);
    lua_pushlightuserdata(host->L, stretch);  // stack: …, run_events, on_trade, on_book, the stretch
    int status = moon_run(host, 3, LUA_MULTRET);
    bool isQuiet = status == LUA_OK && !has_answered(host, host->L, host->bottom);
    if (isQuiet) return MOON_QUIET;
    bool isTrade = stretch->kinds[stretch->next - 1] == MOON_EVENT_TRADE;
    *handler = isTrade ? MOON_ON_TRADE : MOON_ON_BOOK;
    return moon_settle_call(host, *handler, status, host->bottom);
}
