// What a callback may spend, and how it ends when that is spent: see moon_watch.c for when counting
// begins.
//
// Instructions are counted by Lua's count hook. What happens within one instruction is charged by
// the function that does it: library loops their elements, the pattern matcher its steps, the
// allocator its bytes. The time that is left (one instruction may copy a million values) is the
// processor time of the thread, which the watchdog's signal looks at.
//
// A broken budget raises a private value, a null pointer that no script can make, and strikes again
// at every instruction from then on: our pcall, xpcall and coroutine functions pass it on at once,
// and whatever else catches an error gets the next. So it ends the callback, and with it the
// strategy.
#include "moon_calls.h"

#include <stdio.h>
#include <time.h>

enum {
    COUNT_STEP = 1000,      // instructions between two hooks
    LOAD_FACTOR = 10,
    BYTES_TO_A_UNIT = 64,  // bytes that are copied in about the time of a counted instruction
    STILL_LOOKS = 10,       // signals in a row without anything spent: stuck, once its time is over
    REFUSAL_SHARE = 64,     // a refused allocation costs a collection: this share of the bytes used
};

static int count_step(const moon_host *host) {
    return host->limits.instructions < COUNT_STEP ? (int)host->limits.instructions : COUNT_STEP;
}

// The processor time that the callback, or the load, may take, in nanoseconds; 0: no limit.
static int64_t time_limit(const moon_host *host) {
    return host->is_loading ? host->limits.load_time : host->limits.time;
}

// The load is nobody's callback: it may run ten times as many.
static int64_t instruction_limit(const moon_host *host) {
    int64_t limit = host->limits.instructions;
    return host->is_loading && limit < INT64_MAX / LOAD_FACTOR ? limit * LOAD_FACTOR : limit;
}

static void record_place(moon_host *host, lua_State *L) {
    lua_Debug ar;
    host->breach_line = moon_script_line(L, &ar);
    if (host->breach_line) memcpy(host->breach_file, ar.short_src, LUA_IDSIZE);
}

void moon_record_stuck(moon_host *host) {
    char text[240];
    int64_t limit = time_limit(host) > 0 ? time_limit(host) : host->limits.hard_limit / 2;
    const char *name = time_limit(host) == 0 ? "hard_limit, half of it"
                       : host->is_loading    ? "load_time"
                                             : "time";
    int count = snprintf(
        text, sizeof text,
        "did not get on within one step for longer than %lld ms (script.%s): a `__call` that leads to"
        " itself, keys made to collide, or a source that takes this long to compile",
        (long long)(limit / 1000000), name);
    moon_text_set(&host->breach, text, (size_t)count);
    record_place(host, host->current);
}

// Notes what was broken and where; only the first counts.
static void record_breach(moon_host *host, lua_State *L) {
    if (host->is_exhausted) return;
    host->is_exhausted = true;
    char text[256];
    int count;
    if (host->is_over) {
        count = snprintf(
            text, sizeof text,
            "ran for more than %lld ms without returning (script.%s, the limit of %s): a loop or"
            " recursion without end, or too much work?", (long long)(time_limit(host) / 1000000),
            host->is_loading ? "load_time" : "time", host->is_loading ? "the load" : "a callback");
    } else {
        count = snprintf(
            text, sizeof text,
            "ran more than %lld Lua instructions without returning (script.instructions, the limit"
            " of a callback%s): a loop or recursion without end, or too much work?",
            (long long)instruction_limit(host),
            host->is_loading ? ", ten times for the load" : "");
    }
    moon_text_set(&host->breach, text, (size_t)count);
    record_place(host, L);
}

// Atomic for the watchdog, which looks on; only this thread writes.
static void spend(moon_host *host, int64_t units) {
    int64_t counted = atomic_load_explicit(&host->counted, memory_order_relaxed);
    atomic_store_explicit(&host->counted, counted + units, memory_order_relaxed);
}

static int break_off(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    record_breach(host, L);
    moon_arm(host, L);
    lua_pushlightuserdata(L, NULL);
    return lua_error(L);
}

static bool is_spent(const moon_host *host) {
    return host->is_over || host->is_exhausted || host->counted >= instruction_limit(host);
}

static void count(lua_State *L, lua_Debug *ar) {
    (void)ar;
    moon_host *host = moon_of(L);
    spend(host, lua_gethookcount(L));
    if (is_spent(host)) break_off(L);
}

void moon_arm(moon_host *host, lua_State *L) {
    int step = is_spent(host) ? 1 : count_step(host);
    if (lua_gethook(L) && lua_gethookcount(L) == step) return;  // setting it starts it anew
    lua_sethook(L, count, LUA_MASKCOUNT, step);
}

void moon_disarm(moon_host *host) {
    lua_sethook(host->L, NULL, 0, 0);
    host->is_armed = 0;
    host->is_over = 0;
    host->is_exhausted = false;
    host->counted = 0;
    host->still = 0;
}

void moon_switch(moon_host *host, lua_State *to) {
    host->current = to;
    atomic_signal_fence(memory_order_seq_cst);
    // A signal in between is no loss: the next one, 5 ms later, looks again.
    if (host->is_armed) moon_arm(host, to);
    else if (lua_gethook(to)) lua_sethook(to, NULL, 0, 0);
}

void moon_charge(lua_State *L, int64_t units) {
    moon_host *host = moon_of(L);
    if (!host->is_armed) return;
    spend(host, units);
    if (is_spent(host)) break_off(L);
}

void moon_charge_bytes(lua_State *L, size_t bytes) {
    moon_charge(L, (int64_t)(bytes / BYTES_TO_A_UNIT));
}

void moon_charge_memory(moon_host *host, size_t bytes) {
    spend(host, (int64_t)(bytes / BYTES_TO_A_UNIT));
    // Lua's allocator may not raise: the hook does, at the next instruction.
    if (is_spent(host)) moon_arm(host, host->current);
}

void moon_charge_refusal(moon_host *host) {
    if (!host->is_armed) return;
    spend(host, (int64_t)(host->memory / REFUSAL_SHARE));
    if (is_spent(host)) moon_arm(host, host->current);
}

// ---- Time ---------------------------------------------------------------------------------------

static int64_t thread_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void moon_check_time(moon_host *host, int64_t lateness) {
    int64_t limit = time_limit(host);
    if (!host->is_armed) {
        host->time_begin = thread_nanoseconds() - lateness;
    } else if (limit > 0 && thread_nanoseconds() - host->time_begin > limit) {
        host->is_over = 1;
    }
}

bool moon_is_stuck(moon_host *host) {
    int64_t counted = atomic_load_explicit(&host->counted, memory_order_relaxed);
    bool goesOn = !host->is_armed || counted != host->still_counted;
    host->still_counted = counted;
    host->still = goesOn ? 0 : host->still + 1;
    if (host->is_over) return host->still >= STILL_LOOKS;
    // Without a limit of time, well before the watchdog ends the process.
    int64_t patience = host->limits.hard_limit / 2 / MOON_LOOK_NANOSECONDS;
    return time_limit(host) == 0 && patience > 0 && host->still >= patience;
}
