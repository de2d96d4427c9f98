// The instruction limit, without slowing down what stays below it.
//
// A count hook makes Lua trap at every instruction, some three times slower, so none is set while
// callbacks are quick. One watchdog thread of the process looks every 5 ms (less often while
// nothing runs) whether a host is still in the same callback; then it signals the thread that runs
// it, and the signal's handler arms a count hook, which lua_sethook allows there. From then on
// instructions are counted: a callback that runs more than its limit of them fails. So one below
// the limit never fails, however slow the machine; one above fails unless it ends within those
// milliseconds; and an endless loop always ends. The hook goes when the callback returns.
//
// Once the limit is passed the hook strikes at every instruction, so that a script's own pcall
// cannot go on: ours re-raises at once, and whatever else catches an error gets the next.
#include "moon_parts.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

_Thread_local moon_host *moon_current;
_Thread_local pid_t moon_thread;

enum {
    WATCH_NANOSECONDS = 5000000,        // how long a callback may run uncounted
    WATCH_IDLE_NANOSECONDS = 50000000,  // between looks while nothing runs
    WATCH_IDLE_LOOKS = 200,             // looks without a callback before it idles: 1 s
    COUNT_STEP = 1000,                  // instructions between two hooks
};

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t watch_begin = PTHREAD_COND_INITIALIZER;
static moon_host *watched;

void moon_meet_thread(void) {
    moon_thread = gettid();
    // Worker threads of Swift's runtime block every signal: then an endless loop would not end.
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGURG);
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
}

static int count_step(const moon_host *host) {
    return host->limits.instructions < COUNT_STEP ? (int)host->limits.instructions : COUNT_STEP;
}

void moon_disarm(moon_host *host) {
    lua_sethook(host->L, NULL, 0, 0);
    host->is_armed = 0;
    host->is_exhausted = false;
    host->counted = 0;
}

static void count(lua_State *L, lua_Debug *ar) {
    (void)ar;
    moon_host *host = moon_of(L);
    if (!host->is_exhausted) {
        host->counted += count_step(host);
        if (host->counted < host->limits.instructions) return;
        host->is_exhausted = true;
        lua_sethook(L, count, LUA_MASKCOUNT, 1);
    }
    moon_raise(
        L, "ran more than %I Lua instructions without returning (the limit of a callback): is there"
        " an endless loop?", (LUAI_UACINT)host->limits.instructions);
}

// Runs on the thread of the late callback, between any two machine instructions of it.
static void arm(int signal_number) {
    (void)signal_number;
    moon_host *host = moon_current;
    if (!host || host->is_armed) return;
    uint64_t running = atomic_load_explicit(&host->running, memory_order_relaxed);
    if (running == 0 || running != atomic_load_explicit(&host->late, memory_order_relaxed)) return;
    host->is_armed = 1;
    lua_sethook(host->L, count, LUA_MASKCOUNT, count_step(host));
}

// Whether the host is in a callback now; one that it was in at the last look too is signalled.
static bool look(moon_host *host) {
    uint64_t running = atomic_load_explicit(&host->running, memory_order_acquire);
    if (running != 0 && running == host->seen) {
        atomic_store_explicit(&host->late, running, memory_order_release);
        // By number and not by pthread_t: a thread that has ended meanwhile is then no harm.
        pid_t thread = atomic_load_explicit(&host->thread, memory_order_relaxed);
        tgkill(getpid(), thread, SIGURG);
    }
    bool isActive = running != host->seen;
    host->seen = running;
    return isActive || running != 0;
}

static void *watch(void *unused) {
    (void)unused;
    int idle = 0;
    for (;;) {
        pthread_mutex_lock(&watch_lock);
        while (!watched) pthread_cond_wait(&watch_begin, &watch_lock);
        bool isActive = false;
        for (moon_host *host = watched; host; host = host->next) isActive |= look(host);
        pthread_mutex_unlock(&watch_lock);
        idle = isActive ? 0 : idle + 1;
        struct timespec pause = {
            0, idle < WATCH_IDLE_LOOKS ? WATCH_NANOSECONDS : WATCH_IDLE_NANOSECONDS};
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void start(void) {
    struct sigaction action = {.sa_handler = arm, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGURG, &action, NULL);
    // The watchdog takes no signal of the process: it inherits a mask that blocks all.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, watch, NULL) != 0) abort();
    pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void moon_watch(moon_host *host) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    pthread_mutex_lock(&watch_lock);
    host->next = watched;
    watched = host;
    pthread_cond_signal(&watch_begin);
    pthread_mutex_unlock(&watch_lock);
}

void moon_unwatch(moon_host *host) {
    pthread_mutex_lock(&watch_lock);
    for (moon_host **at = &watched; *at; at = &(*at)->next) {
        if (*at != host) continue;
        *at = host->next;
        break;
    }
    pthread_mutex_unlock(&watch_lock);
}
