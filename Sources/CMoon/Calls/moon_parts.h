// moon_parts.h: what the shim's files share; Swift never sees it.
#pragma once
#define _GNU_SOURCE  // gettid
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "moon.h"
#include "moon_heap.h"

// Lua keeps the last texts that these were given, by their addresses in the process, and makes an
// object or not by that. Nothing that a script can see may hang on it.
#undef lua_pushliteral
#define lua_pushliteral(L, text) lua_pushlstring(L, "" text, sizeof(text) - 1)
#define lua_pushstring(L, text) moon_push_string(L, text)
static inline const char *moon_push_string(lua_State *L, const char *text) {
    return lua_pushlstring(L, text, strlen(text));
}

// ---- Names that scripts use as fields -----------------------------------------------------------

#define MOON_FIELDS(X)                                                                             \
    X(symbol) X(price) X(qty) X(side) X(time) X(time_ns) X(received) X(id) X(bid) X(ask)           \
    X(bid_qty) X(ask_qty) X(mid) X(spread) X(size) X(open) X(high) X(low) X(close) X(volume)       \
    X(buy_volume) X(trades) X(close_time) X(last) X(mark) X(index) X(rate) X(order) X(fee)         \
    X(fee_currency) X(liquidity) X(venue) X(state) X(reason) X(stop) X(tif) X(post_only)           \
    X(reduce_only) X(tag) X(filled) X(remaining) X(average_price) X(created) X(updated)            \
    X(realised_pnl) X(unrealised_pnl) X(fees) X(funding) X(kind) X(base) X(quote) X(settle)        \
    X(tick) X(lot) X(min_qty) X(min_notional) X(contract_size) X(maker_fee) X(taker_fee)           \
    X(version) X(copy) X(level) X(bids) X(asks) X(count) X(of)                 \
    X(previous) X(value) X(second) X(third)

typedef enum {
    F_none,
#define X(name) F_##name,
    MOON_FIELDS(X)
#undef X
        F_end
} moon_field;

enum { MOON_FIELD_BITS = 11, MOON_FIELD_ROOM = 128 };  // of a slot's number; for the fields
_Static_assert((int)F_end <= (int)MOON_FIELD_ROOM, "there is room for the fields");

// ---- Views --------------------------------------------------------------------------------------

// A view reaches Lua as light userdata: the kind in the low 4 bits; above, for events and books,
// 16 bits of instrument and 44 of the callback's generation; for orders the serial; for positions
// and instruments the instrument.
typedef enum {
    MOON_VIEW_NONE,
    MOON_VIEW_TRADE,
    MOON_VIEW_QUOTE,  // instrument 0: the event at hand, else the top of instrument - 1
    MOON_VIEW_BOOK,   // of instrument - 1
    MOON_VIEW_BAR,
    MOON_VIEW_TICKER,
    MOON_VIEW_FUNDING,
    MOON_VIEW_FILL,
    MOON_VIEW_STATUS,
    MOON_VIEW_ORDER,
    MOON_VIEW_POSITION,
    MOON_VIEW_INSTRUMENT,
    MOON_VIEW_COUNT
} moon_view;

enum { MOON_GENERATION_SHIFT = 20, MOON_INDEX_SHIFT = 4, MOON_KINDS = 1 << MOON_INDEX_SHIFT };

static inline uintptr_t moon_view_now(uint64_t generation, moon_view kind, int32_t index) {
    return (uintptr_t)(generation << MOON_GENERATION_SHIFT
                       | (uint64_t)(uint16_t)index << MOON_INDEX_SHIFT | kind);
}
static inline uintptr_t moon_view_live(moon_view kind, int64_t number) {
    return (uintptr_t)((uint64_t)number << MOON_INDEX_SHIFT | kind);
}

// ---- The host -----------------------------------------------------------------------------------

typedef struct {
    moon_request_kind kind;
    int level;
    double number;
    int64_t nanoseconds;
    size_t text, count;  // where its text lies in the host's request text
    size_t intent;
} moon_stored_request;

// Where intents were built last: see line_of_building.
enum { MOON_BUILDING_PLACES = 16 };  // a power of two
typedef struct {
    const void *instruction;
    int line;
} moon_building;

// What the fields of a view lie in, where that is known.
typedef struct {
    uintptr_t view;
    uint64_t generation;  // of the callback in which it lies there
    const void *it;
    const moon_instrument *instrument;
} moon_at_hand;

// The text of a tag that was asked for lately, and where the registry keeps it; 0: nowhere yet.
enum { MOON_KNOWN_TAGS = 16 };  // a power of two
typedef struct {
    char bytes[MOON_TAG_CAPACITY];
    void *string;
    int reference;
} moon_known_tag;
// Where a tag is among them.
static inline size_t moon_tag_slot(const char *tag) {
    uint64_t begin;
    memcpy(&begin, tag, sizeof begin);
    return begin * 0x9e3779b97f4a7c15u >> 32 & (MOON_KNOWN_TAGS - 1);
}

// What a script may ask for only so often.
typedef enum {
    MOON_ASKED_INTENTS,
    MOON_ASKED_LOG_LINES,
    MOON_ASKED_PLOTS,
    MOON_ASKED_TIMERS,
    MOON_ASKED_COUNT
} moon_asked;

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

// Says what the fields of a view lie in, in the callback at hand.
static inline void moon_put_at_hand(
    moon_host *host, uintptr_t view, const void *it, int32_t instrument) {
    host->at_hand[view & (MOON_KINDS - 1)] =
        (moon_at_hand){view, host->generation, it, host->instruments + instrument};
}

// Pushes one of the strings that were made once. // stack: +1
static inline int moon_push_fixed(lua_State *L, moon_host *host, int fixed) {
    return lua_rawgeti(L, LUA_REGISTRYINDEX, host->fixed[fixed]);
}

// Fixed places of the main stack: the message handler, then the handlers in their order.
enum { MOON_MESSAGE_SLOT = 1 };

// Keys of the registry, by address.
extern const char moon_api_key, moon_env_key, moon_assigned_key, moon_state_key, moon_loaded_key,
    moon_symbols_key, moon_identity_key, moon_frozen_key, moon_string_key;

// ---- moon_errors.c ------------------------------------------------------------------------------

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

// ---- moon_entry.c -------------------------------------------------------------------------------

// Calls the function below `arguments` values, protected and watched; everything that uses a
// script's state goes through here. Not LUA_OK: the failure is taken.
// stack: function, arguments… → results…
int moon_run(moon_host *host, int arguments, int results);
// Whether the script's state is lost, so that not even its stack may be used; that is the failure then.
bool moon_is_lost(moon_host *host);
// moon_run of a function with one argument, which is nothing of Lua's: all that most uses need.
int moon_run_function(moon_host *host, lua_CFunction function, void *argument);

// ---- moon_outside.c -----------------------------------------------------------------------------

// Makes `calls` those of the host, each marked as outside of Lua.
void moon_set_calls(moon_host *host, moon_calls calls);

// ---- moon_host.c --------------------------------------------------------------------------------

void moon_forget_failure(moon_host *host);
// Makes the host's failure of the error value on top. // stack: error →
void moon_take_failure(moon_host *host, int status);

// ---- moon_returns.c -----------------------------------------------------------------------------

// What became of a call of a handler that ended with `status` or answered: takes what lies above `bottom`.
// stack: …, results… → …
moon_outcome moon_settle_call(moon_host *host, moon_handler handler, int status, int bottom);

// ---- moon_handlers.c ----------------------------------------------------------------------------

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

// ---- moon_data.c --------------------------------------------------------------------------------

extern const char moon_shown_state_key;  // of the registry: `state` as scripts see it
void moon_open_state(lua_State *L);       // stack: api → api
bool moon_is_state(lua_State *L, int index);

// ---- moon_texts.c -------------------------------------------------------------------------------

bool moon_is_utf8(const char *bytes, size_t count);
// Raise an error, in which `what` names the text, for one that is no UTF-8, or has a zero byte too.
void moon_check_utf8(lua_State *L, int index, const char *what);
void moon_check_plain_text(lua_State *L, int index, const char *what);
// Whether the value is the text `wanted`, byte for byte.
bool moon_text_is(lua_State *L, int index, const char *wanted);
// Pushes a name for a message, cut where it is long. // stack: +1
const char *moon_push_shown(lua_State *L, const char *bytes, size_t count);
const char *moon_push_name(lua_State *L, int index);

// ---- moon_watch.c -------------------------------------------------------------------------------

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

// ---- moon_budget.c ------------------------------------------------------------------------------

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
void moon_look_at_time(moon_host *host, int64_t lateness);
// In the signal's handler, after that: whether it is stuck within one instruction, and must end.
bool moon_is_stuck(moon_host *host);
void moon_note_stuck(moon_host *host);  // makes that the host's breach

// ---- The other files ----------------------------------------------------------------------------

// The field whose name is the interned string at `name`.
static inline uint32_t moon_field_slot(const moon_host *host, const void *name) {
    return (uint32_t)(uintptr_t)name * host->field_factor >> (32 - MOON_FIELD_BITS);
}
static inline moon_field moon_field_of(const moon_host *host, const void *name) {
    moon_field field = host->field_slots[moon_field_slot(host, name)];
    return host->field_names[field] == name ? field : F_none;
}

void moon_open_views(lua_State *L, moon_host *host);   // the views' metatable
static inline __int128 moon_wide(moon_attos value) {
    return (__int128)((unsigned __int128)(uint64_t)value.high << 64 | value.low);
}

// Whether attos are a whole number of the scale's units that fits 53 bits, which a double holds.
static inline bool moon_is_whole(__int128 attos, const moon_scale *scale, int64_t *units) {
    *units = (int64_t)((uint64_t)(attos >> (18 - scale->decimals)) * scale->inverse);
    return (__int128)*units * scale->step == attos && *units <= (int64_t)1 << 53
           && *units >= -((int64_t)1 << 53);
}

// The double nearest to a value on a scale. A whole number of the scale's units needs one division, which
// rounds correctly; the rest goes the exact, slow way.
static inline double moon_number(
    const moon_host *host, moon_attos value, const moon_scale *scale) {
    int64_t units;
    return moon_is_whole(moon_wide(value), scale, &units) ? (double)units / scale->divisor
                                                          : host->calls.nearest(value);
}

// The same of a trade's price, which whoever read the trade may have left beside it.
static inline double moon_price_number(const moon_host *host, const moon_trade *trade) {
    double number = trade->price_number;
    return number == number
               ? number
               : moon_number(host, trade->price, &host->instruments[trade->instrument].price_scale);
}

void moon_push_view(lua_State *L, uintptr_t view);     // stack: +1
// Pushes what a view's field says; the kind has the field. // stack: +1
void moon_push_view_field(lua_State *L, uintptr_t view, moon_view kind, moon_field field);
const char *moon_field_name(moon_field field);
moon_view moon_view_kind(lua_State *L, int index);     // MOON_VIEW_NONE: no view
void moon_open_book(lua_State *L);  // its methods
bool moon_push_book_field(lua_State *L, moon_host *host, int32_t instrument, moon_field field);
void moon_push_exact(lua_State *L, moon_host *host, moon_attos value);
// The order behind a handle, asked for once in a callback; NULL: forgotten by the host.
static inline const moon_order *moon_order_of(moon_host *host, int64_t serial) {
    if (host->order_generation == host->generation && host->order_serial == serial) {
        return &host->order;
    }
    host->at_hand[MOON_VIEW_ORDER].view = 0;  // another order's
    if (!host->calls.order(host->calls.context, serial, &host->order)) return NULL;
    host->order_generation = host->generation;
    host->order_serial = serial;
    return &host->order;
}
extern const char *const moon_tif_names[];

// A function that a script may get hold of is an object of the heap, with a place that is the same
// on every run, and not a bare pointer into the program.
static inline void moon_push_object(lua_State *L, lua_CFunction function) {
    lua_pushnil(L);
    lua_pushcclosure(L, function, 1);
}
enum { MOON_METHODS = 100 };  // in the registry: methods of views, by field
static inline void moon_set_method(lua_State *L, moon_field field, lua_CFunction function) {
    moon_push_object(L, function);
    lua_rawseti(L, LUA_REGISTRYINDEX, MOON_METHODS + field);
}
static inline void moon_push_method(lua_State *L, moon_field field) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, MOON_METHODS + field);
}

// ---- moon_follow.c and moon_when.c --------------------------------------------------------------

void moon_open_following(lua_State *L);  // the method of indicators
void moon_open_when(lua_State *L);       // stack: api → api
void moon_attach_following(moon_host *host);
void moon_close_following(moon_host *host);
// Goes on to the next trade that is heard, which is that at hand then, and feeds what follows it; or as
// far as one by which a condition comes true. False: there is none. Something must follow a feed.
bool moon_follow_trades(lua_State *L, moon_host *host, moon_stretch *stretch, bool until_next);
// Pushes the function of the next condition that came true and gives its source. // stack: +1
const moon_source *moon_push_due(moon_host *host);
void moon_push_told(moon_host *host);  // the one that was pushed last; stack: +1

// ---- What scripts ask for ------------------------------------------------------------------------

void moon_open_intents(lua_State *L);  // stack: api → api
const moon_intent *moon_intent_at(lua_State *L, int index);  // NULL: it is none
// Raises an error for a text that no order may have as its tag.
void moon_check_tag(lua_State *L, int index, const char *where);
// The symbol at `index`, or the only one; raises an error otherwise.
int32_t moon_check_slot(lua_State *L, int index, const char *where);
// The instrument of a slot; raises an error before the script has started.
int32_t moon_check_instrument(lua_State *L, int index, const char *where);

void moon_open_queries(lua_State *L);   // stack: api → api
void moon_open_requests(lua_State *L);  // stack: api → api
void moon_open_params(lua_State *L);    // stack: api → api
void moon_open_base(lua_State *L);      // stack: api → api; pcall, pairs, tostring…
void moon_open_libraries(lua_State *L); // stack: api → api; string, math, table, os…
void moon_open_protected(lua_State *L);  // stack: api → api; pcall, xpcall, traceback, coroutine
void moon_open_string(lua_State *L);    // stack: api → api
void moon_open_patterns(lua_State *L);  // stack: string → string; find, match, gmatch, gsub
void moon_open_table(lua_State *L);     // stack: api → api
// Runs Lua's own function, kept as the upvalue, in the frame of the one that stands for it, so that
// its errors have the name and the place of the call.
int moon_call_own(lua_State *L);
// Makes Lua's own functions of the table on top charge the lengths of their arguments.
void moon_charge_lengths(lua_State *L, const char *const *names);  // ended by NULL
void moon_open_random(lua_State *L);    // stack: math → math
void moon_open_sort(lua_State *L);      // stack: table → table
void moon_open_order(lua_State *L);     // stack: api → api; pairs and next
void moon_open_names(lua_State *L);     // stack: api → api, without what was not asked for
void moon_make_objects(lua_State *L);   // stack: api → api, its functions made objects of the heap
// Why scripts do not get the name; NULL: no reason is known. The text lasts until the next call.
const char *moon_reason_withheld(moon_host *host, const char *name);
void moon_open_sandbox(lua_State *L);   // the environment and all of the above
// Counts what a script asks for within a second of engine time. False: it is more than it may.
bool moon_ask(moon_host *host, moon_asked what, int32_t count);
// The same for what is dropped without an error, which is logged once a second.
bool moon_ask_or_drop(moon_host *host, moon_asked what);
void moon_add_request(moon_host *host, moon_stored_request request, const char *text, size_t count);
void moon_log_text(moon_host *host, int level, const char *text, size_t count);
void moon_push_text(lua_State *L, int index);  // tostring without addresses; stack: +1
// Replaces the table on top by a read-only one; `what` is its name in errors, `noun` what its
// entries are called. // stack: table → proxy
void moon_freeze(lua_State *L, const char *what, const char *noun);
// Whether the value is a frozen table; pushes what is behind it. // stack: +1 when true
bool moon_thaw(lua_State *L, int index);
// Waits until nobody reads the host's heap from another thread.
void moon_wait_for_readers(moon_host *host);
void moon_text_add(moon_text *text, const char *bytes, size_t count);
// Pushes a table's keys as a sorted list; `function` names the walk in errors. // stack: +1
void moon_push_keys(lua_State *L, int table, const char *function);
