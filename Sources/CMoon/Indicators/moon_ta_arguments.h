// Arguments, results and state of an indicator: what every factory and every update begins and
// ends with. Internal to the moon_ta files.

#ifndef MOON_TA_ARGUMENTS_H
#define MOON_TA_ARGUMENTS_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#define TA_LONGEST 1000000u         // longest window, in values
#define TA_LONGEST_SCANNED 10000u   // for indicators that must scan the window on every update
#define TA_LARGEST 1e100            // beyond it squares and products could overflow into inf
#define TA_MOST_INPUTS 5
#define TA_MOST_RESULTS 3

// MARK: - Arguments

/// Raises unless the factory was called with at most `count` arguments; `names` is for the message.
void ta_parameters(lua_State *L, const char *function, int count, const char *names);

/// The whole number at `index`, from `least` to `most`; when absent, `fallback`, or an error if 0.
uint32_t ta_count(
    lua_State *L, const char *function, int index, const char *name, uint32_t least, uint32_t most,
    uint32_t fallback);

/// The number above 0 at `index`; when absent, `fallback`.
double ta_factor(
    lua_State *L, const char *function, int index, const char *name, double fallback);

/// The number on the stack at `index`, checked as above; `owner` is "the bar's " or "".
double ta_number(
    lua_State *L, const char *function, int index, const char *owner, const char *name);

static inline uint32_t ta_length(
    lua_State *L, const char *function, int index, uint32_t least, uint32_t fallback)
{
    return ta_count(L, function, index, "length", least, TA_LONGEST, fallback);
}

// MARK: - Kinds, state and results

/// What an update gives, in order: numbers, of which some may not be known yet.
typedef struct {
    double values[TA_MOST_RESULTS];
    bool known[TA_MOST_RESULTS];
} ta_results;

static inline void ta_give(ta_results *out, int place, bool known, double value)
{
    out->values[place] = value;
    out->known[place] = known;
}

static inline void ta_one(ta_results *out, bool known, double value)
{
    ta_give(out, 0, known, value);
}

static inline void ta_two(ta_results *out, bool known, double first, double second)
{
    ta_give(out, 0, known, first);
    ta_give(out, 1, known, second);
}

static inline void ta_three(ta_results *out, bool known, double first, double second, double third)
{
    ta_two(out, known, first, second);
    ta_give(out, 2, known, third);
}

enum {
    TA_BOOLEAN = 1,        // its result is true or false, and its inputs never a bar
    TA_WHOLE_SECOND = 2,   // its second result is a whole number
    TA_TYPICAL_PRICE = 4,  // of a bar its first input is the typical price
};

/// A kind of indicator: all that its updates need to know. A step knows nothing of Lua, so that it
/// may be made from a script's call as well as beside a feed.
typedef struct {
    const char *name;
    const char *const *inputs;  // their names
    int input_count, result_count;
    void (*step)(void *state, const double *in, ta_results *out);
    int flags;
} ta_kind;

/// What is known of an indicator besides its state, in front of which it lies: how warm it is.
typedef struct {
    const ta_kind *kind;
    int64_t heard;        // updates
    int64_t nil_at;       // the last update that gave nil for a result; 0: none did
    int32_t input_count;  // of the kind's
    bool follows;         // a feed: see moon_series.c
    char name[48];        // as it was made: `ema(60)`
} ta_record;

_Static_assert(sizeof(ta_record) % 16 == 0, "a state may begin with anything");

/// Memory for a state and the buffers behind it, noted under the factory's name and arguments.
/// // stack: +1, the userdata
void *ta_new_state(lua_State *L, const ta_kind *kind, size_t size);

static inline ta_record *ta_record_of(void *state)
{
    return (ta_record *)state - 1;
}

/// The indicator at `index`, the function that a script calls; NULL: it is none.
ta_record *ta_record_at(lua_State *L, int index);

/// Turns the state on the top of the stack into the indicator.  // stack: indicator
int ta_indicator(lua_State *L);

/// Feeds an indicator the inputs of one update.
static inline void ta_advance(ta_record *record, const double *in, ta_results *out)
{
    const ta_kind *kind = record->kind;
    kind->step(record + 1, in, out);
    record->heard++;
    for (int i = 0; i < kind->result_count; i++)
        if (!out->known[i])
            record->nil_at = record->heard;
}

/// The length of an indicator that is made with nothing else; when absent, `fallback`, or an error if 0.
static inline uint32_t ta_only_length(
    lua_State *L, const ta_kind *kind, uint32_t least, uint32_t fallback)
{
    ta_parameters(L, kind->name, 1, "length");
    return ta_length(L, kind->name, 1, least, fallback);
}

// MARK: - The indicators, by file

extern const luaL_Reg moon_ta_averages[];
extern const luaL_Reg moon_ta_channels[];
extern const luaL_Reg moon_ta_oscillators[];
extern const luaL_Reg moon_ta_trend[];
extern const luaL_Reg moon_ta_volume[];
extern const luaL_Reg moon_ta_conditions[];

extern const char *const ta_value_alone[1];
extern const char *const moon_ta_high_low_close[3];

#endif
