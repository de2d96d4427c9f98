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

/// Reads `count` inputs: from the fields of the bar at index 1, or else from the arguments 1 to
/// `count`. Raises before anything is stored, so a refused update leaves the state as it was.
void ta_inputs(
    lua_State *L, const char *function, const char *const names[], int count, double inputs[]);

/// The number on the stack at `index`, checked as above; `owner` is "the bar's " or "".
double ta_number(
    lua_State *L, const char *function, int index, const char *owner, const char *name);

static inline uint32_t ta_length(
    lua_State *L, const char *function, int index, uint32_t least, uint32_t fallback)
{
    return ta_count(L, function, index, "length", least, TA_LONGEST, fallback);
}

/// The only input of an indicator that takes one.
static inline double ta_value(lua_State *L, const char *function)
{
    return ta_number(L, function, 1, "", "value");
}

// MARK: - State and results

/// What is known of an indicator besides its state, in front of which it lies: how warm it is.
typedef struct {
    int64_t heard;   // updates
    int64_t nil_at;  // the last update that gave nil for a result; 0: none did
    char name[48];   // as it was made: `ema(60)`
} ta_record;

_Static_assert(sizeof(ta_record) % 16 == 0, "a state may begin with anything");

/// Memory for a state and the buffers behind it, noted under the factory's name and arguments.
/// // stack: +1, the userdata
void *ta_new_state(lua_State *L, size_t size);

/// Turns the state on the top of the stack into the indicator.  // stack: indicator
static inline int ta_indicator(lua_State *L, lua_CFunction update)
{
    lua_pushcclosure(L, update, 1);
    return 1;
}

static inline ta_record *ta_record_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/// The state at the beginning of an update, which is counted.
static inline void *ta_state(lua_State *L)
{
    ta_record *record = ta_record_of(L);
    record->heard++;
    return record + 1;
}

static inline void ta_push(lua_State *L, bool ready, double value)
{
    if (ready) {
        lua_pushnumber(L, value);
        return;
    }
    ta_record *record = ta_record_of(L);
    record->nil_at = record->heard;
    lua_pushnil(L);
}

static inline int ta_one(lua_State *L, bool ready, double value)
{
    ta_push(L, ready, value);
    return 1;
}

static inline int ta_two(lua_State *L, bool ready, double first, double second)
{
    ta_push(L, ready, first);
    ta_push(L, ready, second);
    return 2;
}

static inline int ta_three(lua_State *L, bool ready, double first, double second, double third)
{
    ta_push(L, ready, first);
    ta_push(L, ready, second);
    ta_push(L, ready, third);
    return 3;
}

// MARK: - The indicators, by file

extern const luaL_Reg moon_ta_averages[];
extern const luaL_Reg moon_ta_channels[];
extern const luaL_Reg moon_ta_oscillators[];
extern const luaL_Reg moon_ta_trend[];
extern const luaL_Reg moon_ta_volume[];

extern const char *const moon_ta_high_low_close[3];

#endif
