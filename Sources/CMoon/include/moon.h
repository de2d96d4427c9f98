// moon.h: all that Swift knows about Lua.
//
// A moon_host is one script: its Lua state, its limits, and the plain memory through which events
// go in and requests come out. A call delivers one event and runs one handler under lua_pcall;
// whatever the handler asked for lies in the host afterwards until the next call. C calls Swift
// only through moon_calls, whose functions fill in plain values and never touch Lua, so that a Lua
// error (a longjmp) crosses no Swift frame.
//
// None of these functions raises: what can, runs within, protected (moon_run), and its error is the host's failure.
//
// One thread at a time may use a host. Returned text lives until the next call on the host.
#pragma once
#include "moon_values.h"

typedef struct moon_host moon_host;

// The Damerau edit distance of two names, capped at 99: for "did you mean".
int moon_name_distance(const char *left, const char *right);
// Whether a name at `distance` from `wanted` is near enough to suggest.
bool moon_name_is_near(const char *wanted, int distance);

// Whether Lua compiles the source, which is not run. `message` gets why not.
bool moon_compiles(const char *source, size_t count, char *message, size_t capacity);

// ---- What C asks of Swift ---------------------------------------------------------------------

// Which orders pass: all within the limits, only those that reduce, none.
typedef enum { MOON_ACTIVE, MOON_REDUCING, MOON_HALTED } moon_permission;

// Functions that answer with plain values. Where `error` is taken, false (or -1) means that it
// holds what is wrong, in words for the script's author.
typedef struct {
    void *context;

    // While the script loads.
    int32_t (*subscribe)(void *context, const char *symbol, const char *feed, moon_text *error);
    // What an indicator is about to follow: the handler of a feed that the script has subscribed to.
    // `text` gets the size of bars as their events have it, or the error.
    int32_t (*follow)(void *context, const char *symbol, const char *feed, moon_text *text);
    bool (*parameter)(
        void *context, const moon_parameter *declared, moon_value *value, moon_text *error);
    bool (*parameters_end)(void *context, moon_text *error);
    bool (*module)(
        void *context, const char *name, moon_text *source, moon_text *chunk, moon_text *error);

    // Decimals. `direction` is where digits behind the 18th go: -1 down, 1 up.
    double (*nearest)(moon_attos value);
    bool (*shortest)(double value, int direction, moon_attos *attos, moon_text *error);
    bool (*parse)(const char *bytes, size_t count, moon_attos *attos, moon_text *error);

    // Queries, once the host is attached.
    int64_t (*now)(void *context);
    bool (*order)(void *context, int64_t serial, moon_order *order);
    // Of an order that there is: what is rarely asked for. False: it has no fill.
    void (*order_id)(void *context, int64_t serial, moon_text *id);
    void (*order_reason)(void *context, int64_t serial, moon_text *reason);
    bool (*order_average)(void *context, int64_t serial, moon_attos *price);
    void (*position)(void *context, int32_t instrument, moon_position *position);
    bool (*top)(void *context, int32_t instrument, moon_quote *quote);
    bool (*book)(void *context, int32_t instrument, int64_t *venue_time, int64_t *receive_time);
    int32_t (*level_count)(void *context, int32_t instrument, uint8_t side);
    bool (*level)(
        void *context, int32_t instrument, uint8_t side, int32_t depth, moon_level *level);
    bool (*balance)(
        void *context, const char *currency, moon_balance *balance, moon_text *error);
    // Open orders that match, oldest first: fills at most `capacity` serials, returns how many
    // there are. instrument -1 and tag NULL match any.
    int64_t (*orders)(
        void *context, int32_t instrument, const char *tag, int64_t *serials, int64_t capacity);
    // Which orders of an instrument pass now, -1: of any.
    moon_permission (*permission)(void *context, int32_t instrument);
} moon_calls;

// ---- The host ---------------------------------------------------------------------------------

// What a script may use up. Times are nanoseconds; 0: no limit.
typedef struct {
    int64_t instructions, memory;
    int64_t time, load_time;  // processor time of a callback, and of the load
    int64_t hard_limit;       // until a callback that is stuck outside of Lua ends the process
    int32_t intents, log_lines, plots, timers, coroutines;  // of one callback
    int32_t intents_per_second, log_lines_per_second, plots_per_second, timers_per_second;
    int32_t subscriptions;
    uint64_t seed;
} moon_limits;

// Called on the watchdog's thread when a callback is stuck for the hard limit, with what happened; the
// process ends with exit code 3 when it returns. It may cancel orders by a way of its own; it must
// not wait for the thread that is stuck. NULL: the message goes to standard error.
typedef void (*moon_stuck_function)(const char *message);
void moon_on_stuck(moon_stuck_function function);

// A host without a script; NULL: out of memory. `calls.context` must outlive it.
// `names` says what the script may see: lines `+ta.ema` for what it has, `-io reason` for what it
// will ask for and not get; NULL: all that the shim has.
moon_host *moon_open(moon_limits limits, moon_calls calls, const char *names);
// Names that were asked for and do not exist, one in a line, and names that exist and were not
// asked for, which the script therefore does not see. Both are empty when shim and host agree.
const char *moon_missing_names(moon_host *host);
const char *moon_hidden_names(moon_host *host);
void moon_close(moon_host *host);

// How often a use of its Lua state went round the protected entry: 0, else the shim is at fault.
int64_t moon_stray_uses(moon_host *host);

// Where the event at hand is written.
moon_events *moon_events_of(moon_host *host);

// What went wrong in a call: the text, and the innermost line of the script where it is not
// already in the text (empty file: not known).
typedef struct {
    const char *message;
    size_t count;  // its bytes: a script's text may have a zero in it
    const char *file;
    int line;
} moon_failure;

// Fills the script's `state` from text that moon_state_text made. False: see moon_failure_of.
bool moon_set_state(moon_host *host, const char *text, size_t count);
// Compiles and runs a script under the name `chunk`. False: see moon_failure_of.
bool moon_load(moon_host *host, const char *source, size_t count, const char *chunk);
// The script's `state` as text; NULL: see moon_failure_of.
const char *moon_state_text(moon_host *host);
// The same, of `count` bytes, where the script was called since the last time and made it another. NULL:
// it is the same or cannot be written, and `count` stays; or it is not small, and `count` is not 0.
const char *moon_changed_state(moon_host *host, size_t *count);
// Whether moon_state_text and moon_replace_state take no time that matters between two events.
bool moon_state_is_small(moon_host *host);

// Makes the script's memory ready for moon_read_state, on another thread: some milliseconds.
void moon_prepare_reading(moon_host *host);
// The `state` as it is now as text, which another thread makes while the script goes on. NULL: it was
// not prepared, for the memory was being read already.
typedef struct moon_state_reading moon_state_reading;
moon_state_reading *moon_read_state(moon_host *host);
// Waits for it, on any one thread. False: the text is what is wrong. It lasts until the close.
bool moon_state_reading_text(moon_state_reading *reading, const char **text, size_t *count);
void moon_state_reading_close(moon_state_reading *reading);

// The `state` of a script that goes on, made that of another: see moon_mirror.c. `from` belongs to
// one thread, which does what is called the first thread's; `into` to another, which does the rest.
typedef struct moon_mirror moon_mirror;
// The first thread's. NULL: the memory of `from` is being read already.
moon_mirror *moon_mirror_prepare(moon_host *from);
// Makes the memory of `from` ready.
void moon_mirror_arm(moon_mirror *mirror);
// The first thread's, between two events: what `state` is now will be copied.
void moon_mirror_begin(moon_mirror *mirror, moon_host *from);
// Copies it into `into`; `defaults` is text of a state whose entries are added at the end. False:
// `problem` says why it cannot be done.
bool moon_mirror_make(
    moon_mirror *mirror, moon_host *into, const char *defaults, size_t count, moon_text *problem);
// Makes the memory of both ready to be read at the end.
void moon_mirror_rearm(moon_mirror *mirror);
typedef enum {
    MOON_MIRROR_DONE,
    MOON_MIRROR_TOO_MUCH,  // more has changed than can be set between two events: begin again
    MOON_MIRROR_FAILED,    // `problem` says why
} moon_mirror_outcome;
// The first thread's, which has both now: sets what has changed in either since. The readings are of
// the states of both, once it is done; the second is NULL where it is the same as the first.
moon_mirror_outcome moon_mirror_finish(
    moon_mirror *mirror, moon_host *from, moon_host *into, moon_state_reading *readings[2],
    moon_text *problem);
// The first thread's: gives up what has begun and is not finished.
void moon_mirror_stop(moon_mirror *mirror, moon_host *from);
// Frees it, once it is finished or stopped. `into`: NULL once it is done.
void moon_mirror_close(moon_mirror *mirror, moon_host *into);

moon_failure moon_failure_of(moon_host *host);

// As moon_set_state, for a script that has run: entries that the text does not have go, tables that
// both have stay the same tables.
bool moon_replace_state(moon_host *host, const char *text, size_t count);
// After moon_replace_state: entries of this text that `state` does not have are added to it.
bool moon_complete_state(moon_host *host, const char *text, size_t count);
// The global `state_version`, 1 where there is none. False: it is not a whole number from 1.
bool moon_state_shape(moon_host *host, int64_t *shape);
// An indicator that is alive. It is warm when its last update gave values alone.
typedef struct {
    const char *name;  // `ema(60)`; lives as long as the indicator
    int64_t heard;     // updates
    int64_t nil_at;    // the last of them that gave nil; 0: none did
} moon_indicator;

// Writes at most `capacity` of them, in the order of their making, and says how many.
int32_t moon_indicators(moon_host *host, moon_indicator *out, int32_t capacity);

// Runs on_upgrade, which the script must have, on its `state`. False: see moon_failure_of.
bool moon_upgrade(moon_host *host, int64_t from);

typedef enum {
    MOON_ON_TRADE,
    MOON_ON_QUOTE,
    MOON_ON_BOOK,
    MOON_ON_BAR,
    MOON_ON_TICKER,
    MOON_ON_FUNDING,
    MOON_ON_ORDER,
    MOON_ON_FILL,
    MOON_ON_POSITION,
    MOON_ON_STATUS,
    MOON_ON_START,
    MOON_ON_TIMER,
    MOON_ON_STOP,
    MOON_ON_UPGRADE,
    MOON_HANDLER_COUNT,
    MOON_WHEN = MOON_HANDLER_COUNT  // no handler: the function of a condition
} moon_handler;

// `on_trade` and so on; `when`.
const char *moon_handler_name(moon_handler handler);
// Whether the script has the handler now, and whether it had it when it had loaded: what it hears of
// the market goes by that.
bool moon_has_handler(moon_host *host, moon_handler handler);
bool moon_declares_handler(moon_host *host, moon_handler handler);

enum { MOON_MOST_STRAYS = 24 };

// A global function that is not a handler but whose name begins with `on_` or is near to a handler's.
typedef struct {
    char name[88];      // cut where it is long
    char file[64];      // empty: not known
    const char *meant;  // the handler that is probably meant; NULL: none
    int line;           // where it begins
} moon_stray;

// How many there are once the script has loaded; the first of them, those that are near to a handler
// before the others and then by their bytes. NULL: it is not kept.
size_t moon_stray_count(moon_host *host);
const moon_stray *moon_stray_at(moon_host *host, size_t index);

// The fields of each kind of view, in order, and then its methods: NULL behind the last, and
// for the name behind the last kind. Kinds count from 1.
const char *moon_view_name(int kind);
const char *moon_view_field(int kind, int index);

// Begins a run: `slots` says where each subscribed symbol is among the run's instruments (-1:
// nowhere). Returns `count` empty instruments, which the caller fills in before the first call.
moon_instrument *moon_attach(
    moon_host *host, int32_t count, const int32_t *slots, int32_t slot_count, const char *mode);

// Whether the script broke its budget or its memory limit: then no handler is called any more.
bool moon_is_broken(moon_host *host);

typedef enum { MOON_QUIET, MOON_OUTPUT, MOON_FAILED } moon_outcome;

// Runs a handler on the event at hand; quiet at once when the script does not have it.
moon_outcome moon_call(moon_host *host, moon_handler handler);

// Whether indicators of the script follow a feed: moon_follow must then come before each moon_call.
bool moon_follows(const moon_host *host);
// Whether conditions are watched.
bool moon_watches(const moon_host *host);
// Feeds the indicators that follow the event at hand; whether a condition came true by that.
bool moon_follow(moon_host *host, moon_handler event);
// Whether a condition that came true has not been told.
bool moon_is_due(const moon_host *host);
// Calls the function of the next of them.
moon_outcome moon_call_due(moon_host *host);

// Events in a row, so that one protected call serves many of them: trades for on_trade alone, or trades
// and changes of depth for on_trade and on_book.
typedef struct {
    const moon_trade *trades;
    const bool *is_heard;  // by instrument: whether on_trade hears of its trades
    size_t next;           // in: the first event; then the one behind the event at hand
    size_t end;
    // Only of both: then events count, else trades alone.
    const uint8_t *kinds;  // of each event: MOON_EVENT_TRADE or another
    const moon_change *changes;
    const bool *is_book_heard;  // by instrument: whether on_book hears of its depth
    size_t trade, change;       // the rows of the next ones
} moon_stretch;

enum { MOON_EVENT_TRADE, MOON_EVENT_CHANGE };

// Runs on_trade over a stretch up to and including the first trade that it answers or fails at. A
// trade by which a condition comes true ends it too: its functions and on_trade are still to be called.
moon_outcome moon_call_trades(moon_host *host, moon_stretch *stretch);

// Runs on_trade and on_book over a stretch of both, up to and including the first event that either answers
// or fails at, of which `handler` says which. Only while nothing follows a feed.
moon_outcome moon_call_events(moon_host *host, moon_stretch *stretch, moon_handler *handler);

// ---- What a call asked for --------------------------------------------------------------------

typedef enum {
    MOON_PLACE,
    MOON_CANCEL_ORDER,
    MOON_CANCEL_MATCHING,
    MOON_AMEND,
    MOON_TARGET,
    MOON_CLOSE
} moon_intent_kind;

enum { MOON_GTC, MOON_IOC, MOON_FOK };

// What a handler returns: checked when it is built.
typedef struct {
    moon_intent_kind kind;
    int32_t slot;  // the subscribed symbol, -1: any
    uint8_t side, tif;
    bool is_post_only, is_reduce_only, has_quantity, has_price, has_stop, has_tag;
    int64_t order;  // its serial
    moon_attos quantity, price, stop;
    char tag[MOON_TAG_CAPACITY];
} moon_intent;

typedef enum {
    MOON_REQUEST_LOG,
    MOON_REQUEST_ALERT,
    MOON_REQUEST_PLOT,
    MOON_REQUEST_AFTER,
    MOON_REQUEST_EVERY,
    MOON_REQUEST_CANCEL_TIMER,
    MOON_REQUEST_INTENT
} moon_request_kind;

typedef struct {
    moon_request_kind kind;
    int level;  // of a log line: 0 debug, 1 info, 2 warn, 3 error
    double number;
    int64_t nanoseconds;
    const char *text;
    size_t count;
    const moon_intent *intent;
} moon_request;

// How many requests the last call, or the load, left.
size_t moon_request_count(moon_host *host);
moon_request moon_request_at(moon_host *host, size_t index);
// Forgets them; moon_call does so first.
void moon_clear_requests(moon_host *host);

// ---- Test files -------------------------------------------------------------------------------

// A test file is a script with a library of its own: Lua source that is given call(name, value),
// place() and nearest(name, names), and returns the functions that the file gets. Values cross as
// text, see moon_tests.c; answering false, `answer` says what is wrong.
typedef bool (*moon_test_call)(
    void *context, const char *name, const char *value, size_t count, moon_text *answer);

// The name of the library in messages: no line of it is the author's.
#define MOON_TEST_LIBRARY "test library"

// Gives the host, before moon_load, the functions of `library`. False: see moon_failure_of.
bool moon_open_tests(
    moon_host *host, const char *library, size_t count, moon_test_call call, void *context);
// Calls the library's `run` with the number of a test. False: see moon_failure_of.
bool moon_run_test(moon_host *host, int64_t number);
