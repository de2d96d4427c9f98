// What a handler returned: nothing, an intent or a list of intents. All else is refused, and said where the
// handler stands.
#include "moon_calls.h"
#include "moon_follow.h"
#include "moon_intents.h"
#include "moon_lua.h"
#include "moon_sandbox.h"

#include <stdio.h>
#include <stdlib.h>

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
static void record_handler_place(moon_host *host, moon_handler handler) {
    lua_Debug ar;
    if (handler == MOON_WHEN) moon_push_called(host);
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
                       host, "%s returned a table that is not a list, expected an intent or a list of"
                       " intents", name);
}

// Takes a returned list: its intents in the order of their places. Empty places and `false` are what
// a condition leaves, `{a and buy{…} or nil, b and close()}`, and are passed over.
// stack: …, list → …, list
static moon_outcome read_list(moon_host *host, moon_handler handler, int list) {
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
static bool read_short_list(moon_host *host, int list) {
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
static int read_list_protected(lua_State *L) {  // raises: budget
    moon_host *host = moon_of(L);
    moon_handler handler = (moon_handler)lua_tointeger(L, 2);
    lua_settop(L, 1);
    host->list_outcome = read_list(host, handler, 1);
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
static moon_outcome read_results(moon_host *host, moon_handler handler, int bottom) {
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
        if (read_short_list(host, first)) return host->request_count > 0 ? MOON_OUTPUT : MOON_QUIET;
        // Of any size, so it is walked as the script's own work is.
        lua_pushcfunction(L, read_list_protected);
        lua_pushvalue(L, first);
        lua_pushinteger(L, handler);
        return moon_run(host, 2, 0) == LUA_OK ? host->list_outcome : MOON_FAILED;
    }
    return refuse(
        host, "%s returned %s, expected nothing, an intent or a list of intents", name,
        moon_type_name(L, first));
}

moon_outcome moon_settle_call(
    moon_host *host, moon_handler handler, int status, int bottom) {
    if (status != LUA_OK) {
        moon_settle_handlers(host);
        return MOON_FAILED;
    }
    host->is_refused_return = false;
    moon_outcome outcome = read_results(host, handler, bottom);
    if (host->is_dead) return MOON_FAILED;
    if (host->intent_count && !moon_ask(host, MOON_ASKED_INTENTS, (int32_t)host->intent_count)) {
        outcome = refuse_flood(host, handler);
    }
    lua_settop(host->L, bottom);
    if (host->is_refused_return && !host->is_broken) record_handler_place(host, handler);
    moon_settle_handlers(host);
    return outcome;
}
