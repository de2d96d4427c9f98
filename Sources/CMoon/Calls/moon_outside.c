// The host's functions as the shim calls them: each call is marked as outside of Lua, so that the
// watchdog does not leave it in the middle (see moon_watch.c).
#include "moon_calls.h"

static void leave_lua(moon_host *host) { host->outside++; }
static void return_to_lua(moon_host *host) { host->outside--; }

// Asks the host; `type` is what it answers.
#define ASK(type, call)                                                                            \
    moon_host *host = context;                                                                     \
    const moon_calls *host_calls = &host->outside_calls;                                           \
    leave_lua(host);                                                                               \
    type answer = host_calls->call;                                                                \
    return_to_lua(host);                                                                           \
    return answer

// Tells the host, which answers nothing.
#define TELL(call)                                                                                 \
    moon_host *host = context;                                                                     \
    const moon_calls *host_calls = &host->outside_calls;                                           \
    leave_lua(host);                                                                               \
    host_calls->call;                                                                              \
    return_to_lua(host)

#define CONTEXT host_calls->context

static int32_t subscribe(void *context, const char *symbol, const char *feed, moon_text *error) {
    ASK(int32_t, subscribe(CONTEXT, symbol, feed, error));
}

static int32_t follow(void *context, const char *symbol, const char *feed, moon_text *text) {
    ASK(int32_t, follow(CONTEXT, symbol, feed, text));
}

static bool parameter(
    void *context, const moon_parameter *declared, moon_value *value, moon_text *error) {
    ASK(bool, parameter(CONTEXT, declared, value, error));
}

static bool parameters_end(void *context, moon_text *error) {
    ASK(bool, parameters_end(CONTEXT, error));
}

static bool module(
    void *context, const char *name, moon_text *source, moon_text *chunk, moon_text *error) {
    ASK(bool, module(CONTEXT, name, source, chunk, error));
}

static int64_t now(void *context) { ASK(int64_t, now(CONTEXT)); }

static bool order(void *context, int64_t serial, moon_order *order) {
    ASK(bool, order(CONTEXT, serial, order));
}

static void order_id(void *context, int64_t serial, moon_text *id) {
    TELL(order_id(CONTEXT, serial, id));
}

static void order_reason(void *context, int64_t serial, moon_text *reason) {
    TELL(order_reason(CONTEXT, serial, reason));
}

static bool order_average(void *context, int64_t serial, moon_attos *price) {
    ASK(bool, order_average(CONTEXT, serial, price));
}

static void position(void *context, int32_t instrument, moon_position *position) {
    TELL(position(CONTEXT, instrument, position));
}

static bool top(void *context, int32_t instrument, moon_quote *quote) {
    ASK(bool, top(CONTEXT, instrument, quote));
}

static bool book(
    void *context, int32_t instrument, int64_t *venue_time, int64_t *receive_time) {
    ASK(bool, book(CONTEXT, instrument, venue_time, receive_time));
}

static int32_t level_count(void *context, int32_t instrument, uint8_t side) {
    ASK(int32_t, level_count(CONTEXT, instrument, side));
}

static bool level(
    void *context, int32_t instrument, uint8_t side, int32_t depth, moon_level *level) {
    ASK(bool, level(CONTEXT, instrument, side, depth, level));
}

static bool balance(
    void *context, const char *currency, moon_balance *balance, moon_text *error) {
    ASK(bool, balance(CONTEXT, currency, balance, error));
}

static int64_t orders(
    void *context, int32_t instrument, const char *tag, int64_t *serials, int64_t capacity) {
    ASK(int64_t, orders(CONTEXT, instrument, tag, serials, capacity));
}

static moon_permission permission(void *context, int32_t instrument) {
    ASK(moon_permission, permission(CONTEXT, instrument));
}

void moon_set_calls(moon_host *host, moon_calls calls) {
    host->outside_calls = calls;
    host->calls = (moon_calls){
        .context = host,
        .subscribe = subscribe,
        .follow = follow,
        .parameter = parameter,
        .parameters_end = parameters_end,
        .module = module,
        // Arithmetic: they hold nothing that must be given back.
        .nearest = calls.nearest,
        .shortest = calls.shortest,
        .parse = calls.parse,
        .now = now,
        .order = order,
        .order_id = order_id,
        .order_reason = order_reason,
        .order_average = order_average,
        .position = position,
        .top = top,
        .book = book,
        .level_count = level_count,
        .level = level,
        .balance = balance,
        .orders = orders,
        .permission = permission,
    };
}
