// The one way into a script's Lua state: protected, watched, budgeted.
//
// An error of Lua comes back as a failure. A callback that spends too much fails at its next
// instruction (moon_budget.c). One that is stuck within an instruction, where nothing can raise an
// error, is left where it stands: the watchdog's signal jumps back to here. What it left half done
// is never touched again: the state is dead, and its memory goes as a whole when the host is closed.
#include "moon_calls.h"

// Notes that the state is lost, and where the script was. // the stack is not to be relied on
static __attribute__((noinline)) int bury(moon_host *host) {
    moon_current = NULL;
    atomic_store_explicit(&host->running, 0, memory_order_relaxed);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGURG);  // blocked in its own handler, which did not return
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
    host->is_dead = true;
    moon_record_stuck(host);
    return LUA_ERRERR;
}

bool moon_is_lost(moon_host *host) {
    if (!host->is_dead) return false;
    static const char text[] = "the script has ended";
    moon_forget_failure(host);
    moon_text_set(&host->failure, text, sizeof text - 1);
    return true;
}

int moon_run(moon_host *host, int arguments, int results) {
    if (moon_is_lost(host)) return LUA_ERRERR;
    if (sigsetjmp(host->escape, 0)) {
        int status = bury(host);
        moon_record_failure(host, status);
        return status;
    }
    moon_enter(host);
    int status = lua_pcall(host->L, arguments, results, MOON_MESSAGE_SLOT);
    moon_leave(host);
    if (status != LUA_OK) moon_record_failure(host, status);
    return status;
}

int moon_run_function(moon_host *host, lua_CFunction function, void *argument) {
    if (moon_is_lost(host)) return LUA_ERRERR;
    lua_pushcfunction(host->L, function);
    lua_pushlightuserdata(host->L, argument);
    return moon_run(host, 1, 0);
}
