// What a script asks of its host beside intents: log lines, alerts, plots and timers. Each has a
// quota for a callback and one for a second, so that a script gone wild neither fills the disk nor
// stalls the engine.
#include "moon_calls.h"
#include "moon_intents.h"
#include "moon_sandbox.h"

#include <math.h>
#include <stdlib.h>

enum { LONGEST_LINE = 4096 };  // bytes of a log line; the rest is cut off

static void check_quota(lua_State *L, int32_t *count, int32_t most, const char *what) {
    moon_host *host = moon_of(L);
    if (host->quota_generation != host->generation) {  // the first of its callback
        host->quota_generation = host->generation;
        host->log_lines = host->plots = host->timers = 0;
    }
    if (++*count > most) {
        moon_raise(L, "more than %d %s in one callback", (int)most, what);
    }
}

void moon_log_text(moon_host *host, int level, const char *text, size_t count) {
    if (count > LONGEST_LINE) count = LONGEST_LINE;
    moon_stored_request request = {.kind = MOON_REQUEST_LOG, .level = level};
    moon_add_request(host, request, text, count);
}

// Leaves the values from 1 on as one text, with tabs between.
static void join_values(lua_State *L) {
    int count = lua_gettop(L);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (int i = 1; i <= count; i++) {
        if (i > 1) luaL_addchar(&text, '\t');
        moon_push_text(L, i);
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
}

static void log_top(lua_State *L, int level) {
    moon_host *host = moon_of(L);
    size_t count;
    const char *text = lua_tolstring(L, -1, &count);
    if (moon_ask_or_drop(host, MOON_ASKED_LOG_LINES)) moon_log_text(host, level, text, count);
}

// log.info(value, …) shows the values; log.info(format, …) is string.format.
static int log_line(lua_State *L, int level) {
    moon_host *host = moon_of(L);
    check_quota(L, &host->log_lines, host->limits.log_lines, "log lines");
    luaL_checkany(L, 1);
    bool isFormat = lua_gettop(L) > 1 && lua_type(L, 1) == LUA_TSTRING
        && memchr(lua_tostring(L, 1), '%', lua_rawlen(L, 1));
    if (isFormat) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_string_key);
        lua_getfield(L, -1, "format");
        lua_replace(L, -2);
        lua_insert(L, 1);  // stack: format function, arguments…
        lua_call(L, lua_gettop(L) - 1, 1);
    } else {
        join_values(L);
    }
    log_top(L, level);
    return 0;
}

static int log_debug(lua_State *L) { return log_line(L, 0); }  // raises: mistakes, calls
static int log_info(lua_State *L) { return log_line(L, 1); }  // raises: mistakes, calls
static int log_warn(lua_State *L) { return log_line(L, 2); }  // raises: mistakes, calls
static int log_error(lua_State *L) { return log_line(L, 3); }  // raises: mistakes, calls

// print(…): the values with tabs between, as log.info.
static int print(lua_State *L) {  // raises: mistakes, calls
    moon_host *host = moon_of(L);
    check_quota(L, &host->log_lines, host->limits.log_lines, "log lines");
    join_values(L);
    log_top(L, 1);
    return 0;
}

static int alert(lua_State *L) {  // raises: mistakes, calls
    moon_host *host = moon_of(L);
    check_quota(L, &host->log_lines, host->limits.log_lines, "log lines and alerts");
    luaL_checkany(L, 1);
    moon_push_text(L, 1);
    size_t count;
    const char *text = lua_tolstring(L, -1, &count);
    if (!moon_ask_or_drop(host, MOON_ASKED_LOG_LINES)) return 0;
    moon_stored_request request = {.kind = MOON_REQUEST_ALERT};
    moon_add_request(host, request, text, count > LONGEST_LINE ? LONGEST_LINE : count);
    return 0;
}

// The text at `index`, for a name; raises an error for anything else.
static const char *check_name(lua_State *L, int index, const char *what, size_t *count) {
    if (lua_type(L, index) != LUA_TSTRING || lua_rawlen(L, index) == 0
        || lua_rawlen(L, index) > 200) {
        moon_raise(
            L, "%s needs a name of 1 to 200 bytes, got %s", what, moon_type_name(L, index));
    }
    const char *name = lua_tolstring(L, index, count);
    if (!moon_is_utf8(name, *count)) moon_raise(L, "the name given to %s is not UTF-8 text", what);
    return name;
}

// plot(name, value): a point of a line on the charts; nil draws nothing.
static int plot(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    check_quota(L, &host->plots, host->limits.plots, "plots");
    size_t count;
    const char *name = check_name(L, 1, "plot", &count);
    if (lua_isnoneornil(L, 2)) return 0;
    if (lua_type(L, 2) != LUA_TNUMBER) {
        return moon_raise(L, "plot(\"%s\", …) draws numbers, got %s", name, moon_type_name(L, 2));
    }
    lua_Number value = lua_tonumber(L, 2);
    if (!isfinite(value) || !moon_ask_or_drop(host, MOON_ASKED_PLOTS)) return 0;
    moon_stored_request request = {.kind = MOON_REQUEST_PLOT, .number = value};
    moon_add_request(host, request, name, count);
    return 0;
}

static void check_timers(lua_State *L, moon_host *host) {
    check_quota(L, &host->timers, host->limits.timers, "timers");
    if (moon_ask(host, MOON_ASKED_TIMERS, 1)) return;
    moon_raise(
        L, "more than %d timers within a second (script.timers_per_second)",
        (int)host->limits.timers_per_second);
}

// after(seconds, name), every(seconds, name)
static int set_timer(lua_State *L, moon_request_kind kind, const char *function) {
    moon_host *host = moon_of(L);
    check_timers(L, host);
    lua_Number seconds = lua_type(L, 1) == LUA_TNUMBER ? lua_tonumber(L, 1) : -1;
    bool isRight = seconds >= 0 && seconds <= 1e9 && (kind == MOON_REQUEST_AFTER || seconds > 0);
    if (!isRight) {
        moon_push_text(L, 1);
        return moon_raise(
            L, "%s was given %s, expected seconds %s", function, lua_tostring(L, -1),
            kind == MOON_REQUEST_AFTER ? "from 0" : "above 0");
    }
    if (lua_isfunction(L, 2)) {
        return moon_raise(
            L, "%s takes a name, not a function: the handler on_timer(name) is called with it",
            function);
    }
    size_t count;
    const char *name = check_name(L, 2, function, &count);
    int64_t nanoseconds = (int64_t)(seconds * 1e9 + 0.5);
    if (kind == MOON_REQUEST_EVERY && nanoseconds < 1) nanoseconds = 1;
    moon_stored_request request = {.kind = kind, .nanoseconds = nanoseconds};
    moon_add_request(host, request, name, count);
    return 0;
}

static int after(lua_State *L) { return set_timer(L, MOON_REQUEST_AFTER, "after"); }  // raises: mistakes, calls
static int every(lua_State *L) { return set_timer(L, MOON_REQUEST_EVERY, "every"); }  // raises: mistakes, calls

static int cancel_timer(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    check_timers(L, host);
    size_t count;
    const char *name = check_name(L, 1, "cancel_timer", &count);
    moon_stored_request request = {.kind = MOON_REQUEST_CANCEL_TIMER};
    moon_add_request(host, request, name, count);
    return 0;
}

void moon_open_requests(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"print", print}, {"alert", alert}, {"plot", plot},
        {"after", after}, {"every", every}, {"cancel_timer", cancel_timer},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    static const luaL_Reg log[] = {
        {"debug", log_debug}, {"info", log_info}, {"warn", log_warn}, {"error", log_error},
        {NULL, NULL},
    };
    luaL_newlib(L, log);
    moon_freeze(L, "log", "function");
    lua_setfield(L, -2, "log");
}

// ---- What the host reads of them -----------------------------------------------------------------

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
