// The watchdog: what makes a late callback count what it spends, and ends a process that is stuck.
//
// A count hook makes Lua trap at every instruction, some three times slower, so none is set while
// callbacks are quick. One watchdog thread of the process looks every 5 ms (less often while
// nothing runs) whether a host is still in the same callback; then it signals the thread that runs
// it, and the signal's handler arms a count hook, which lua_sethook allows there. From then on all
// that the callback does is counted (moon_budget.c): one that spends more than its limit fails. So
// one below the limit never fails, however slow the machine; one above fails unless it ends within
// those milliseconds; and an endless loop always ends. The hook goes when the callback returns.
//
// Later looks signal again, so that the thread compares its processor time with the limit, and arms
// a coroutine that was resumed in between.
//
// A callback that spends nothing for many looks is stuck within one instruction: a chain of __call
// that leads to itself, keys chosen to fall together. The signal's handler leaves it where it is, by
// a jump to moon_run: only the script is lost.
//
// That is not possible in the host's own code, in C or in Swift, which may hold what others need. A
// callback that is stuck there for as long as the hard limit ends the process, after a function of
// the host's choice was called: nothing in it can be trusted to manage an account. The watchdog counts its
// looks and not a clock, so a process that was stopped, or a machine that slept, is not taken for a
// stuck callback; nor is one that is slow on a busy machine, for it goes on counting.
#define _GNU_SOURCE  // gettid
#include "moon_calls.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

_Thread_local moon_host *moon_current;
_Thread_local pid_t moon_thread;

enum {
    WATCH_IDLE_NANOSECONDS = 50000000,  // between looks while nothing runs
    WATCH_IDLE_LOOKS = 200,             // looks without a callback before it idles: 1 s
    EXIT_STOPPED = 3,                   // trading was stopped by the watchdog
};

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t watch_begin = PTHREAD_COND_INITIALIZER;
static moon_host *watched;
static _Atomic(moon_stuck_function) on_stuck;

void moon_on_stuck(moon_stuck_function function) { atomic_store(&on_stuck, function); }

void moon_meet_thread(void) {
    moon_thread = gettid();
    // Worker threads of Swift's runtime block every signal: then an endless loop would not end.
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGURG);
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
}

// Runs on the thread of the late callback, between any two machine instructions of it.
static void arm(int signal_number) {
    (void)signal_number;
    moon_host *host = moon_current;
    if (!host) return;
    uint64_t running = atomic_load_explicit(&host->running, memory_order_relaxed);
    if (running == 0 || running != atomic_load_explicit(&host->late, memory_order_relaxed)) return;
    moon_check_time(host, MOON_LOOK_NANOSECONDS);
    if (moon_is_stuck(host) && !host->outside) siglongjmp(host->escape, 1);
    host->is_armed = 1;
    moon_arm(host, host->current);
}

static _Noreturn void end_process(moon_host *host) {
    char text[512];
    snprintf(
        text, sizeof text,
        "%s: a callback has been stuck outside of Lua for %lld ms (script.hard_limit) and cannot be"
        " stopped. The process ends",
        host->chunk, (long long)(host->limits.hard_limit / 1000000));
    moon_stuck_function function = atomic_load(&on_stuck);
    if (function) function(text);
    else fprintf(stderr, "error: %s\n", text);
    _exit(EXIT_STOPPED);
}

// Whether the host is in a callback now; one that it was in at the last look too is signalled.
static bool check_host(moon_host *host) {
    uint64_t running = atomic_load_explicit(&host->running, memory_order_acquire);
    bool isActive = running != host->seen;
    host->seen = running;
    if (running == 0 || isActive) {
        host->looks = 0;
        return isActive;
    }
    int64_t counted = atomic_load_explicit(&host->counted, memory_order_relaxed);
    bool goesOn = counted != host->seen_counted && !host->is_exhausted;
    host->seen_counted = counted;
    host->looks = goesOn ? 0 : host->looks + 1;
    if (host->limits.hard_limit > 0
        && host->looks >= host->limits.hard_limit / MOON_LOOK_NANOSECONDS) {
        end_process(host);
    }
    atomic_store_explicit(&host->late, running, memory_order_release);
    // By number and not by pthread_t: a thread that has ended meanwhile is then no harm.
    pid_t thread = atomic_load_explicit(&host->thread, memory_order_relaxed);
    tgkill(getpid(), thread, SIGURG);
    return true;
}

static void *watch(void *unused) {
    (void)unused;
    int idle = 0;
    for (;;) {
        pthread_mutex_lock(&watch_lock);
        while (!watched) pthread_cond_wait(&watch_begin, &watch_lock);
        bool isActive = false;
        for (moon_host *host = watched; host; host = host->next) isActive |= check_host(host);
        pthread_mutex_unlock(&watch_lock);
        idle = isActive ? 0 : idle + 1;
        struct timespec pause = {
            0, idle < WATCH_IDLE_LOOKS ? MOON_LOOK_NANOSECONDS : WATCH_IDLE_NANOSECONDS};
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
