// One event into one handler, and what it returned.
#include "moon_follow.h"
#include "moon_lua.h"

#include <stdio.h>
#include <stdlib.h>

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
static int call_with_argument(lua_State *L) {
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

// ---- What a handler returned --------------------------------------------------------------------

static moon_outcome refuse(moon_host *host, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    moon_text_set(&host->failure, text, strlen(text));
    host->is_refused_return = true;
    return MOON_FAILED;
}

// What was returned is wrong: where the handler stands. // the stack is that between calls
static void note_handler_place(moon_host *host, moon_handler handler) {
    lua_Debug ar;
    if (handler == MOON_WHEN) moon_push_told(host);
    else lua_pushvalue(host->L, host->handler[handler]);
    lua_getinfo(host->L, ">S", &ar);
    // A function of the host, such as `on_timer = tostring`, stands on no line.
    host->failure_line = ar.linedefined > 0 ? ar.linedefined : 0;
    moon_text_set(
        &host->failure_file, ar.short_src, host->failure_line ? strlen(ar.short_src) : 0);
}

static void add_intent(moon_host *host, const moon_intent *intent) {
    if (host->intent_count == host->intent_capacity) {
        host->intent_capacity = host->intent_capacity ? host->intent_capacity * 2 : 16;
        host->intents = realloc(host->intents, host->intent_capacity * sizeof *host->intents);
        if (!host->intents) abort();
    }
    host->intents[host->intent_count] = *intent;
    moon_stored_request request = {.kind = MOON_REQUEST_INTENT, .intent = host->intent_count++};
    moon_add_request(host, request, "", 0);
}

enum { LARGEST_PLACE = 10000 };  // of an entry, the empty places before it included

// What a list may have beside its places: the count that table.pack leaves.
static bool is_count(lua_State *L, int key) {
    return moon_text_is(L, key, "n") && lua_isinteger(L, key + 1);
}

// Refuses a table with a key that is no place. // stack: …, key, value → …
static moon_outcome refuse_key(moon_host *host, moon_handler handler, int list) {
    lua_State *L = host->L;
    const char *name = moon_handler_name(handler);
    // Of several names the smallest, so that the message is the same on every run.
    char field[48] = "";
    bool isNamed = false;
    int key = lua_gettop(L) - 1;
    do {
        if (lua_type(L, key) == LUA_TSTRING && !is_count(L, key)) {
            const char *found = lua_tostring(L, key);
            if (!isNamed || strcmp(found, field) < 0) snprintf(field, sizeof field, "%s", found);
            isNamed = true;
        }
        lua_pop(L, 1);
        moon_charge(L, 1);
    } while (lua_next(L, list));
    return isNamed ? refuse(
               host, "%s returned a table with the field `%s`, expected an intent or a list of intents:"
               " buy{…}, sell{…} and so on make one", name, field)
                   : refuse(
                       host, "%s returned a table that is no list, expected an intent or a list of"
                       " intents", name);
}

// Takes a returned list: its intents in the order of their places. Empty places and `false` are what
// a condition leaves, `{a and buy{…} or nil, b and close()}`, and are passed over.
// stack: …, list → …, list
static moon_outcome take_list(moon_host *host, moon_handler handler, int list) {
    lua_State *L = host->L;
    const char *name = moon_handler_name(handler);
    lua_Integer entries = 0, last = 0;
    if (moon_thaw(L, list)) lua_replace(L, list);
    lua_pushnil(L);
    while (lua_next(L, list)) {  // stack: …, list, key, value
        moon_charge(L, 1);
        int key = lua_gettop(L) - 1;
        bool isPlace = lua_isinteger(L, key) && lua_tointeger(L, key) >= 1;
        if (!isPlace && !is_count(L, key)) return refuse_key(host, handler, list);
        if (isPlace && lua_tointeger(L, key) > last) last = lua_tointeger(L, key);
        entries += isPlace && lua_toboolean(L, key + 1);
        lua_pop(L, 1);
    }
    if (entries > host->limits.intents) {
        return refuse(
            host, "%s returned %lld intents, more than the %d that one callback may",
            name, (long long)entries, (int)host->limits.intents);
    }
    if (last > LARGEST_PLACE) {
        return refuse(
            host, "%s returned a list with an entry at the place %lld, expected places up"
            " to %d", name, (long long)last, LARGEST_PLACE);
    }
    size_t before = host->request_count, intents = host->intent_count;
    for (lua_Integer i = 1; i <= last; i++) {
        lua_rawgeti(L, list, i);
        const moon_intent *intent = moon_intent_at(L, -1);
        if (!intent && lua_toboolean(L, -1)) {
            const char *type = moon_type_name(L, -1);
            bool isTable = lua_istable(L, -1);
            lua_pop(L, 1);
            host->request_count = before;
            host->intent_count = intents;
            return refuse(
                host, "entry %lld of the list that %s returned is %s, expected an intent%s",
                (long long)i, name, type, isTable ? ": lists within a list are not taken" : "");
        }
        if (intent) add_intent(host, intent);
        lua_pop(L, 1);
    }
    return host->request_count > 0 ? MOON_OUTPUT : MOON_QUIET;
}

enum { SHORT_LIST = 8 };

// Takes a list as a constructor leaves it, `{a, b}`: nothing in it can fail, so it is walked at once. False:
// it is another, or there is something to refuse. // stack: …, list → …, list
static bool take_short_list(moon_host *host, int list) {
    lua_State *L = host->L;
    const moon_lua_table *table = lua_topointer(L, list);
    size_t places = moon_lua_array_count(table), count = 0;
    if (table->metatable || moon_lua_node_count(table) || places > SHORT_LIST) return false;
    const moon_intent *found[SHORT_LIST];
    for (size_t i = 1; i <= places; i++) {
        lua_rawgeti(L, list, (lua_Integer)i);
        const moon_intent *intent = moon_intent_at(L, -1);
        bool isWrong = !intent && lua_toboolean(L, -1);
        lua_pop(L, 1);
        if (isWrong) return false;
        if (intent) found[count++] = intent;
    }
    if (count > (size_t)host->limits.intents) return false;
    for (size_t i = 0; i < count; i++) add_intent(host, found[i]);
    return true;
}

// stack: list, number of the handler →
static int take_list_protected(lua_State *L) {
    moon_host *host = moon_of(L);
    moon_handler handler = (moon_handler)lua_tointeger(L, 2);
    lua_settop(L, 1);
    host->list_outcome = take_list(host, handler, 1);
    return 0;
}

// Drops the intents of this callback, which lie behind everything else that it asked for.
static moon_outcome refuse_flood(moon_host *host, moon_handler handler) {
    host->request_count -= host->intent_count;
    host->intent_count = 0;
    return refuse(
        host, "%s returned more than %d intents within a second (script.intents_per_second)"
        ": those of this callback are dropped", moon_handler_name(handler),
        (int)host->limits.intents_per_second);
}

// Says once that intents were built and dropped: a forgotten `return` otherwise looks like calm.
static void warn_unreturned(moon_host *host, moon_handler handler) {
    host->warned_unreturned = true;
    char text[256];
    int count = snprintf(
        text, sizeof text,
        "%s built an intent on line %d and returned nothing: only what a handler returns is acted"
        " on (said once)", moon_handler_name(handler), host->built_line);
    moon_log_text(host, 2, text, (size_t)count);
}

// Takes what lies above `bottom`. // stack: …, results… → …, results…
static moon_outcome take_results(moon_host *host, moon_handler handler, int bottom) {
    lua_State *L = host->L;
    int first = bottom + 1;
    int count = lua_gettop(L) - bottom;
    const char *name = moon_handler_name(handler);
    if (count > 1) {
        return refuse(
            host, "%s returned %s values, the second %s: return several intents as a"
            " list, {a, b}", name, count == 2 ? "two" : "several", moon_type_name(L, first + 1));
    }
    if (count == 0 || !lua_toboolean(L, first)) {  // `cond and buy{…}` may give false
        if (host->built_generation == host->generation && !host->warned_unreturned) {
            warn_unreturned(host, handler);
        }
        return host->request_count > 0 ? MOON_OUTPUT : MOON_QUIET;
    }
    const moon_intent *intent = moon_intent_at(L, first);
    if (intent) {
        add_intent(host, intent);
        return MOON_OUTPUT;
    }
    if (lua_istable(L, first)) {
        if (take_short_list(host, first)) return host->request_count > 0 ? MOON_OUTPUT : MOON_QUIET;
        // Of any size, so it is walked as the script's own work is.
        lua_pushcfunction(L, take_list_protected);
        lua_pushvalue(L, first);
        lua_pushinteger(L, handler);
        return moon_run(host, 2, 0) == LUA_OK ? host->list_outcome : MOON_FAILED;
    }
    return refuse(
        host, "%s returned %s, expected nothing, an intent or a list of intents", name,
        moon_type_name(L, first));
}

// ---- The call -----------------------------------------------------------------------------------

// What most calls need not: arguments to be made, results to be taken, an error.
static int push_call_with_argument(moon_host *host, moon_handler handler) {
    lua_pushcfunction(host->L, call_with_argument);
    lua_pushvalue(host->L, host->handler[handler]);
    lua_pushinteger(host->L, handler);
    return 2;
}

static __attribute__((noinline)) moon_outcome settle(
    moon_host *host, moon_handler handler, int status, int bottom) {
    if (status != LUA_OK) {
        moon_settle_handlers(host);
        return MOON_FAILED;
    }
    host->is_refused_return = false;
    moon_outcome outcome = take_results(host, handler, bottom);
    if (host->is_dead) return MOON_FAILED;
    if (host->intent_count && !moon_ask(host, MOON_ASKED_INTENTS, (int32_t)host->intent_count)) {
        outcome = refuse_flood(host, handler);
    }
    lua_settop(host->L, bottom);
    if (host->is_refused_return && !host->is_broken) note_handler_place(host, handler);
    moon_settle_handlers(host);
    return outcome;
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
    return isQuiet ? MOON_QUIET : settle(host, handler, status, host->bottom);
}

moon_outcome moon_call_due(moon_host *host) {
    lua_State *L = host->L;
    host->generation++;
    if (host->request_count) moon_clear_requests(host);
    moon_push_source_view(L, moon_push_due(host));  // stack: …, function, view
    int status = moon_run(host, 1, LUA_MULTRET);
    bool isQuiet = status == LUA_OK && !has_answered(host, L, host->bottom);
    return isQuiet ? MOON_QUIET : settle(host, MOON_WHEN, status, host->bottom);
}

// ---- Many events in one call ---------------------------------------------------------------------

const int64_t moon_trade_offsets[MOON_TRADE_FIELDS] = {
    offsetof(moon_trade, instrument),   offsetof(moon_trade, venue_time),
    offsetof(moon_trade, price),        offsetof(moon_trade, quantity),
    offsetof(moon_trade, receive_time), offsetof(moon_trade, id),
    offsetof(moon_trade, has_id),       offsetof(moon_trade, side),
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
static int run_trades(lua_State *L) {
    moon_host *host = moon_of(L);
    moon_stretch *stretch = lua_touserdata(L, 2);
    lua_settop(L, 1);
    bool isCalled = !lua_isnil(L, 1);
    while (host->following ? moon_follow_trades(L, host, stretch, isCalled)
                           : find_trade(host, stretch)) {
        if (host->following && moon_is_due(host)) return 0;
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
    return isQuiet ? MOON_QUIET : settle(host, MOON_ON_TRADE, status, host->bottom);
}

// stack: on_trade or nil, on_book or nil, the stretch → what the handler returned that ended it
static int run_events(lua_State *L) {
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
    return settle(host, *handler, status, host->bottom);
}

// ---- Requests -----------------------------------------------------------------------------------

size_t moon_request_count(moon_host *host) { return host->request_count; }

moon_request moon_request_at(moon_host *host, size_t index) {
    const moon_stored_request *stored = &host->requests[index];
    return (moon_request){
        .kind = stored->kind,
        .level = stored->level,
        .number = stored->number,
        .nanoseconds = stored->nanoseconds,
        .text = stored->count ? host->request_text + stored->text : "",
        .count = stored->count,
        .intent = stored->kind == MOON_REQUEST_INTENT ? &host->intents[stored->intent] : NULL,
    };
}

void moon_clear_requests(moon_host *host) {
    host->request_count = 0;
    host->intent_count = 0;
    host->request_text_count = 0;
}

void moon_add_request(
    moon_host *host, moon_stored_request request, const char *text, size_t count) {
    if (host->request_count == host->request_capacity) {
        host->request_capacity = host->request_capacity ? host->request_capacity * 2 : 16;
        host->requests = realloc(host->requests, host->request_capacity * sizeof request);
        if (!host->requests) abort();
    }
    if (host->request_text_count + count > host->request_text_capacity) {
        host->request_text_capacity = (host->request_text_count + count) * 2 + 256;
        host->request_text = realloc(host->request_text, host->request_text_capacity);
        if (!host->request_text) abort();
    }
    request.text = host->request_text_count;
    request.count = count;
    if (count) memcpy(host->request_text + host->request_text_count, text, count);
    host->request_text_count += count;
    host->requests[host->request_count++] = request;
}
