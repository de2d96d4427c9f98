// Calls into a script: how they begin and end, what they may spend, and what becomes of their errors.
#pragma once
#include "moon_host.h"

// ---- Errors -------------------------------------------------------------------------------------

// What a function that Lua calls may raise stands behind its head: the script's `mistakes`, in moon_raise's words; that
// the `budget` is spent; what comes of `calls` of the script's functions; for want of `memory`, which the text of any
// other error needs too.

// Raises a script error at the innermost line of the script; does not return.
int moon_raise(lua_State *L, const char *format, ...);
// The innermost line of the script and its file; 0: none.
int moon_script_line(lua_State *L, lua_Debug *ar);
// The message handler of every protected call: makes text of any error value.
int moon_message_handler(lua_State *L);
// What messages call the value at `index`: "a table", "nil".
const char *moon_type_name(lua_State *L, int index);

// A search for the name nearest to `wanted`.
typedef struct {
    const char *wanted;
    const char *best;
    int distance;
} moon_nearest;
static inline moon_nearest moon_nearest_to(const char *wanted) {
    return (moon_nearest){wanted, NULL, 99};
}
// Charges the comparison, so nothing may be held that must be released.
void moon_nearest_try(lua_State *L, moon_nearest *search, const char *candidate);
// Tries the names in the table; none of them where more than 2,000 could be meant.
void moon_nearest_try_keys(lua_State *L, moon_nearest *search, int table);
// Pushes ": did you mean `x`?" or, when nothing is near, `otherwise`.  // stack: +1
void moon_nearest_push(lua_State *L, const moon_nearest *search, const char *otherwise);
// Puts the name of a key, which is on top, into `slot`, which is nil at first, where it is the smallest so far. Of what
// a table of the script holds only this copy can be relied on: a weak one lets go of its keys.
void moon_keep_smallest(lua_State *L, int slot);

// ---- The way in and out -------------------------------------------------------------------------

// Calls the function below `arguments` values, protected and watched; everything that uses a
// script's state goes through here. Not LUA_OK: the failure is taken.
// stack: function, arguments… → results…
int moon_run(moon_host *host, int arguments, int results);
// Whether the script's state is lost, so that not even its stack may be used; that is the failure then.
bool moon_is_lost(moon_host *host);
// moon_run of a function with one argument, which is nothing of Lua's: all that most uses need.
int moon_run_function(moon_host *host, lua_CFunction function, void *argument);

// Makes `calls` those of the host, each marked as outside of Lua.
void moon_set_calls(moon_host *host, moon_calls calls);

void moon_forget_failure(moon_host *host);
// Makes the host's failure of the error value on top. // stack: error →
void moon_record_failure(moon_host *host, int status);

// What became of a call of a handler that ended with `status` or answered: takes what lies above `bottom`.
// stack: …, results… → …
moon_outcome moon_settle_call(moon_host *host, moon_handler handler, int status, int bottom);

// ---- Handlers -----------------------------------------------------------------------------------

void moon_open_handlers(lua_State *L);
// Takes the assignment of a global in where the text at `name` is a handler's; raises an error for
// a value that no handler may have.
bool moon_assign_handler(lua_State *L, int name, int value);
// Whether the value at `name` is a handler's name; pushes the handler, or nil. // stack: +1 when true
bool moon_push_handler(lua_State *L, int name);
// Once a callback is over: what it assigned takes effect. Allocates nothing in Lua.
void moon_settle_handlers(moon_host *host);
// Notes what looks like a handler and is none, and returns the handlers, nil or false for none.
int moon_find_handlers(lua_State *L);

// ---- The watchdog -------------------------------------------------------------------------------

enum { MOON_LOOK_NANOSECONDS = 5000000 };  // between two looks at a callback that goes on
void moon_watch(moon_host *host);
void moon_disarm(moon_host *host);
void moon_unwatch(moon_host *host);
// Prepares this thread for the watchdog's signal; done once for each.
void moon_meet_thread(void);
extern _Thread_local moon_host *moon_current;
extern _Thread_local pid_t moon_thread;

static inline void moon_enter_callback(moon_host *host) {
    atomic_store_explicit(&host->running, ++host->sequence, memory_order_release);
}
static inline void moon_enter(moon_host *host) {
    if (moon_thread == 0) moon_meet_thread();
    moon_current = host;
    atomic_store_explicit(&host->thread, moon_thread, memory_order_relaxed);
    moon_enter_callback(host);
}
static inline void moon_leave_callback(moon_host *host) {
    atomic_store_explicit(&host->running, 0, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    if (host->is_armed) moon_disarm(host);
}
static inline void moon_leave(moon_host *host) {
    moon_leave_callback(host);
    moon_current = NULL;
}

// ---- The budget ---------------------------------------------------------------------------------

// Charges what a library function does within one instruction; a unit is about as long as one.
// Raises the private error once the budget is spent, so nothing may be held that must be released.
void moon_charge(lua_State *L, int64_t units);
void moon_charge_bytes(lua_State *L, size_t bytes);
// The same for Lua's allocator, which may not raise; only while the host is armed.
void moon_charge_memory(moon_host *host, size_t bytes);
void moon_charge_refusal(moon_host *host);
void moon_arm(moon_host *host, lua_State *L);  // counts what `L` runs from now on
// Called where the thread at work changes: `to` is counted like the callback.
void moon_switch(moon_host *host, lua_State *to);
// In the signal's handler: whether the callback's time is up, `lateness` into it at the first look.
void moon_check_time(moon_host *host, int64_t lateness);
// In the signal's handler, after that: whether it is stuck within one instruction, and must end.
bool moon_is_stuck(moon_host *host);
void moon_record_stuck(moon_host *host);  // makes that the host's breach
