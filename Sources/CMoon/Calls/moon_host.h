// A script's host: what all files of the shim know of it. Swift never sees it.
#pragma once
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/types.h>

#include "moon_field_names.h"
#include "moon_heap.h"
#include "moon_stored.h"

// Lua keeps the last texts that these were given, by their addresses in the process, and makes an
// object or not by that. Nothing that a script can see may hang on it.
#undef lua_pushliteral
#define lua_pushliteral(L, text) lua_pushlstring(L, "" text, sizeof(text) - 1)
#define lua_pushstring(L, text) moon_push_string(L, text)
static inline const char *moon_push_string(lua_State *L, const char *text) {
    return lua_pushlstring(L, text, strlen(text));
}

// What indicators follow and what is watched; see moon_follow.h.
typedef struct moon_following moon_following;
typedef struct moon_source moon_source;

// Strings that are pushed again and again: made once, found by their number. The states of orders
// stand at their own.
typedef enum {
    MOON_FIXED_BUY = MOON_STATE_COUNT,
    MOON_FIXED_SELL,
    MOON_FIXED_SYMBOL,
    MOON_FIXED_QTY,
    MOON_FIXED_PRICE,
    MOON_FIXED_STOP,
    MOON_FIXED_TIF,
    MOON_FIXED_POST_ONLY,
    MOON_FIXED_REDUCE_ONLY,
    MOON_FIXED_TAG,
    MOON_FIXED_COUNT
} moon_fixed;

struct moon_host {
    lua_State *L;
    uint64_t generation;  // counts callbacks
    moon_events events;
    moon_following *following;        // NULL: no indicator follows a feed
    int handler[MOON_HANDLER_COUNT];  // its stack slot; 0: the script has none
    uint64_t stirred_generation;      // of the last callback that built an intent or set a handler
    int bottom;                       // the top of the stack between calls
    moon_calls calls;          // marked as outside of Lua, see moon_outside.c
    moon_calls outside_calls;  // as they were given
    moon_limits limits;

    // Fields by the addresses of their names, which are interned: no two share a slot, see moon_field_of.
    uint32_t field_factor;
    uint8_t field_slots[1 << MOON_FIELD_BITS];
    const void *field_names[MOON_FIELD_ROOM];

    int fixed[MOON_FIXED_COUNT];  // where the registry has these strings, and where they lie
    void *fixed_strings[MOON_FIXED_COUNT];

    // Instruments, and the subscribed symbols' places among them.
    moon_instrument *instruments;
    int32_t instrument_count;
    int32_t *slots;  // by symbol: its instrument, -1 before moon_attach
    moon_text *slot_names;
    int32_t slot_count;
    bool is_attached, is_loading;
    moon_text mode;

    // What Swift last answered, valid while the generation is.
    uint64_t order_generation, position_generation, top_generation;
    int64_t order_serial;
    int32_t position_instrument, top_instrument;
    moon_order order;
    moon_at_hand at_hand[MOON_KINDS];  // of each kind the last; 0 is no view: nothing is
    moon_known_tag tags[MOON_KNOWN_TAGS];
    moon_position position;
    moon_quote top;
    moon_value value;  // a parameter's
    moon_text answer;  // errors and texts that Swift fills in

    // What the call asked for.
    moon_stored_request *requests;
    size_t request_count, request_capacity;
    void *intent_metatable;  // what an intent is known by
    moon_intent *intents;
    size_t intent_count, intent_capacity;
    char *request_text;
    size_t request_text_count, request_text_capacity;
    int32_t log_lines, plots, timers;
    uint64_t quota_generation;  // the callback that they were counted in
    uint64_t built_generation;  // of the last intent that was built
    int built_line;
    moon_building building[MOON_BUILDING_PLACES];
    bool warned_unreturned;
    bool is_refused_return;     // whether what the handler returned is wrong
    moon_outcome list_outcome;  // what became of a returned list

    // The failure of the last call.
    moon_text failure, failure_file;
    int failure_line;

    // Memory: used, its limit, where it ran out.
    moon_heap *heap;
    char *state;              // Lua's first block
    struct moon_pointers *filled;  // tables that a state's text has filled; see moon_state_read.c
    moon_state_reading *reading;  // of its state, not begun yet; see moon_snapshot.c
    const void *state_table;  // where the table of `state` lies
    moon_text kept_states[2];   // the last that moon_changed_state gave, and the one before
    int kept_state;
    uint64_t kept_generation;
    bool is_opening;
    size_t memory, memory_limit;
    int64_t blocks;               // taken so far
    int64_t stray_uses;           // blocks that were taken outside of moon_run
    int64_t refused_every;        // for tests: every so many are refused once
    bool is_refused;
    char memory_file[LUA_IDSIZE];
    int memory_line;

    // The budget; see moon_watch.c and moon_budget.c.
    _Atomic uint64_t running;  // the callback at work, 0: none
    _Atomic uint64_t late;     // the callback that the watchdog found late
    _Atomic pid_t thread;
    uint64_t sequence;
    volatile sig_atomic_t is_armed;  // whether what the callback spends is counted
    volatile sig_atomic_t is_over;   // whether its time is up
    lua_State *volatile current;     // the coroutine at work; between callbacks L
    _Atomic bool is_exhausted;       // whether the budget is broken and the callback must end
    _Atomic int64_t counted;         // units spent since the callback was found late
    int64_t time_begin;
    sigjmp_buf escape;               // where moon_run began
    volatile sig_atomic_t outside;   // how deep it is in what must not be left: see moon_outside.c
    int64_t still_counted, still;    // what was spent at the last signal, for how many it stayed so
    bool is_dead;                    // the state was left half done: nothing may use it any more
    moon_host *next;  // in the watchdog's list
    uint64_t seen;    // the watchdog's own: the callback at its last look
    int64_t seen_counted, looks;  // what it had spent, and how often that was the same
    char chunk[64];   // the script's name, for the watchdog

    // What broke: the text, and where.
    moon_text breach;
    char breach_file[LUA_IDSIZE];
    int breach_line;
    bool is_broken;  // for good: no handler is called any more
    bool is_saving;  // whether the state is being written or read, which breaks nothing

    // Coroutines and what is asked for within a second; see moon_coroutine.c and moon_quota.c.
    int closing;  // coroutine.close within coroutine.close
    int32_t coroutines;
    uint64_t coroutine_generation;
    int32_t subscriptions;
    int64_t second;  // of engine time, in which the following were counted
    int32_t asked[MOON_ASKED_COUNT], dropped[MOON_ASKED_COUNT];

    uint64_t random[4];  // the state of math.random
    int64_t identities;  // numbers given out by tostring
    bool has_params;
    moon_text names, missing_names, hidden_names;  // see moon_names.c
    bool shows_all_names;  // no description was given

    // See moon_handlers.c. Of handlers one bit each: there when the script had loaded; assigned in
    // the callback at hand.
    uint32_t declared, reassigned;
    moon_stray strays[MOON_MOST_STRAYS];
    size_t stray_count;

    struct {
        moon_test_call call;
        void *context;
        moon_text value, answer;
        int64_t count;  // of calls since the test began
    } tests;  // see moon_tests.c
};

static inline moon_host *moon_of(lua_State *L) {
    return *(moon_host **)lua_getextraspace(L);
}

// Pushes one of the strings that were made once. // stack: +1
static inline int moon_push_fixed(lua_State *L, moon_host *host, int fixed) {
    return lua_rawgeti(L, LUA_REGISTRYINDEX, host->fixed[fixed]);
}

// A function that a script may get hold of is an object of the heap, with a place that is the same
// on every run, and not a bare pointer into the program.
static inline void moon_push_object(lua_State *L, lua_CFunction function) {
    lua_pushnil(L);
    lua_pushcclosure(L, function, 1);
}
// Fixed places of the main stack: the message handler, then the handlers in their order.
enum { MOON_MESSAGE_SLOT = 1 };

// Keys of the registry, by address.
extern const char moon_api_key, moon_env_key, moon_assigned_key, moon_state_key, moon_loaded_key,
    moon_symbols_key, moon_identity_key, moon_frozen_key, moon_string_key;
