// The `ta` table and the checks of what scripts pass to it.

#include "moon_ta.h"
#include "moon_host.h"
#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"

#include <math.h>
#include <stdio.h>

const char *const ta_value_alone[1] = {"value"};
const char *const moon_ta_high_low_close[3] = {"high", "low", "close"};

void moon_ta_open(lua_State *L)
{
    lua_newtable(L);  // stack: ta
    luaL_setfuncs(L, moon_ta_averages, 0);
    luaL_setfuncs(L, moon_ta_channels, 0);
    luaL_setfuncs(L, moon_ta_oscillators, 0);
    luaL_setfuncs(L, moon_ta_trend, 0);
    luaL_setfuncs(L, moon_ta_volume, 0);
    luaL_setfuncs(L, moon_ta_conditions, 0);
}

// MARK: - Parameters of the factories

void ta_parameters(lua_State *L, const char *function, int count, const char *names)
{
    int given = lua_gettop(L);
    if (given <= count)
        return;
    // Most likely ta.sma(close, 20), as other platforms write it: say how it goes here.
    const char *expected = count == 0 ? "no parameters" : lua_pushfstring(L, "only %s", names);
    luaL_error(
        L,
        "ta.%s: expected %s, got %d argument%s; make the indicator once, then feed it on every "
        "event: local f = ta.%s(%s), then f(value)",
        function, expected, given, given == 1 ? "" : "s", function, names);
}

/// What was found, for a message: the number itself, or else the type.
static const char *found(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        return luaL_typename(L, index);
    double x = lua_tonumber(L, index);
    if (x != x)
        return "NaN";  // printed as nan, -nan or NaN, by platform
    return luaL_tolstring(L, index, NULL);  // stack: …, text
}

static uint32_t refuse_count(
    lua_State *L, const char *function, int index, const char *name, const char *bound,
    uint32_t limit)
{
    return (uint32_t)luaL_error(
        L, "ta.%s: %s must be a whole number of %s %d, got %s", function, name, bound, (int)limit,
        found(L, index));
}

uint32_t ta_count(
    lua_State *L, const char *function, int index, const char *name, uint32_t least, uint32_t most,
    uint32_t fallback)
{
    int is_whole = 0;
    if (lua_isnoneornil(L, index) && fallback != 0)
        return fallback;
    // Not from a string: "20" is more often a setting that was never converted than a wish.
    if (lua_type(L, index) != LUA_TNUMBER)
        return refuse_count(L, function, index, name, "at least", least);
    lua_Integer count = lua_tointegerx(L, index, &is_whole);
    if (is_whole && count >= (lua_Integer)least && count <= (lua_Integer)most)
        return (uint32_t)count;
    bool is_long = lua_tonumber(L, index) > most;
    return refuse_count(
        L, function, index, name, is_long ? "at most" : "at least", is_long ? most : least);
}

double ta_factor(lua_State *L, const char *function, int index, const char *name, double fallback)
{
    if (lua_isnoneornil(L, index))
        return fallback;
    if (lua_type(L, index) == LUA_TNUMBER) {
        double factor = lua_tonumber(L, index);
        if (factor > 0 && factor <= TA_LARGEST)
            return factor;
    }
    return luaL_error(
        L, "ta.%s: %s must be a number above 0 and at most 1e100, got %s", function, name,
        found(L, index));
}

// MARK: - Inputs of the indicators

static double refuse_input(
    lua_State *L, const char *function, int index, const char *owner, const char *name)
{
    int type = lua_type(L, index);
    if (type != LUA_TNUMBER) {
        bool is_bar = *owner == '\0' && (type == LUA_TTABLE || type == LUA_TLIGHTUSERDATA);
        return luaL_error(
            L, "ta.%s: %s%s must be a number, got %s%s", function, owner, name,
            luaL_typename(L, index), is_bar ? "; pass one of its fields, such as bar.close" : "");
    }
    double x = lua_tonumber(L, index);
    if (x != x)
        return luaL_error(
            L, "ta.%s: %s%s is NaN, which would spoil every later value; expected a number",
            function, owner, name);
    return luaL_error(
        L, "ta.%s: %s%s must be a number from -1e100 to 1e100, got %s", function, owner, name,
        found(L, index));
}

double ta_number(
    lua_State *L, const char *function, int index, const char *owner, const char *name)
{
    if (lua_type(L, index) == LUA_TNUMBER) {
        double x = lua_tonumber(L, index);
        if (fabs(x) <= TA_LARGEST)  // false for NaN
            return x;
    }
    return refuse_input(L, function, index, owner, name);
}

/// Reads one field of the bar at index 1.
static double bar_field(lua_State *L, const char *function, const char *name)
{
    lua_getfield(L, 1, name);  // stack: bar, …, field
    double field = ta_number(L, function, -1, "the bar's ", name);
    lua_pop(L, 1);  // stack: bar, …
    return field;
}

/// Reads the inputs of an update: from the fields of the bar at index 1, or from the arguments.
/// Raises before anything is stored, so a refused update leaves the state as it was.
static void read_inputs(lua_State *L, const ta_record *record, double in[])
{
    const ta_kind *kind = record->kind;
    int type = lua_type(L, 1), first = 0;
    bool takes_bar = kind->input_count > 1 && !(kind->flags & TA_BOOLEAN);
    if (takes_bar && (type == LUA_TTABLE || type == LUA_TLIGHTUSERDATA)) {
        if (kind->flags & TA_TYPICAL_PRICE) {
            double high = bar_field(L, kind->name, "high"), low = bar_field(L, kind->name, "low");
            in[first++] = ta_typical(high, low, bar_field(L, kind->name, "close"));
        }
        for (int i = first; i < record->input_count; i++)
            in[i] = bar_field(L, kind->name, kind->inputs[i]);
        return;
    }
    if (takes_bar && type != LUA_TNUMBER)
        luaL_error(
            L, "ta.%s: expected a bar or numbers, beginning with %s, got %s", kind->name,
            kind->inputs[0], luaL_typename(L, 1));
    for (int i = 0; i < record->input_count; i++)
        in[i] = ta_number(L, kind->name, i + 1, "", kind->inputs[i]);
}

// MARK: - Updates

/// Pushes the `place`-th result of an update, or nil.  // stack: +1
static void push_result(lua_State *L, const ta_kind *kind, const ta_results *results, int place)
{
    double value = results->values[place];
    if (!results->known[place])
        lua_pushnil(L);
    else if (kind->flags & TA_BOOLEAN)
        lua_pushboolean(L, value != 0);
    else if (kind->flags & TA_WHOLE_SECOND && place == 1)
        lua_pushinteger(L, (lua_Integer)value);
    else
        lua_pushnumber(L, value);
}

/// The function that a script calls with the next value.
static int update(lua_State *L)  // raises: mistakes, calls
{
    ta_record *record = lua_touserdata(L, lua_upvalueindex(1));
    const ta_kind *kind = record->kind;
    double in[TA_MOST_INPUTS];
    ta_results results;
    if (record->follows)
        return luaL_error(
            L, "%s follows a feed and is fed by that: read its value", record->name);
    read_inputs(L, record, in);
    ta_advance(record, in, &results);
    for (int i = 0; i < kind->result_count; i++)
        push_result(L, kind, &results, i);
    return kind->result_count;
}

ta_record *ta_record_at(lua_State *L, int index)
{
    if (lua_tocfunction(L, index) != update)
        return NULL;
    lua_getupvalue(L, index, 1);
    ta_record *record = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return record;
}

int ta_indicator(lua_State *L)  // raises: memory
{
    lua_pushcclosure(L, update, 1);
    return 1;
}

// MARK: - What indicators there are

/// In the registry: a list of the states of all indicators, which it does not keep alive.
static const char states_key;

enum { MOST_STATES = 10000 };  // that are noted: a script may make them for ever

/// Pushes the list, which is made at its first use.  // stack: +1
static void push_states(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &states_key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushinteger(L, 0);  // how many, at 0; stack: states, count
    lua_rawseti(L, -2, 0);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &states_key);
}

/// `ema(60)`: the factory and what it was called with.
static void write_name(
    lua_State *L, const char *factory, int arguments, char *name, size_t capacity)
{
    int length = snprintf(name, capacity, "%s(", factory);
    for (int i = 1; i <= arguments && length < (int)capacity; i++) {
        if (lua_type(L, i) != LUA_TNUMBER)
            continue;
        const char *gap = name[length - 1] == '(' ? "" : ", ";
        length += lua_isinteger(L, i)
            ? snprintf(name + length, capacity - (size_t)length, "%s%lld", gap,
                       (long long)lua_tointeger(L, i))
            : snprintf(name + length, capacity - (size_t)length, "%s%g", gap, lua_tonumber(L, i));
    }
    if (length < (int)capacity)
        snprintf(name + length, capacity - (size_t)length, ")");
}

void *ta_new_state(lua_State *L, const ta_kind *kind, size_t size)
{
    int arguments = lua_gettop(L);
    ta_record *record = lua_newuserdatauv(L, sizeof *record + size, 0);  // stack: …, state
    *record = (ta_record){.kind = kind, .input_count = kind->input_count};
    write_name(L, kind->name, arguments, record->name, sizeof record->name);
    push_states(L);  // stack: …, state, states
    lua_rawgeti(L, -1, 0);
    lua_Integer count = lua_tointeger(L, -1) + 1;
    lua_pop(L, 1);
    if (count <= MOST_STATES) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, -2, count);
        lua_pushinteger(L, count);
        lua_rawseti(L, -2, 0);
    }
    lua_pop(L, 1);  // stack: …, state
    return record + 1;
}

int32_t moon_indicators(moon_host *host, moon_indicator *out, int32_t capacity)
{
    lua_State *L = host->L;
    int32_t found = 0;
    // Nothing here allocates or raises.
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &states_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        return 0;
    }
    lua_rawgeti(L, -1, 0);
    lua_Integer count = lua_tointeger(L, -1);
    lua_pop(L, 1);
    for (lua_Integer i = 1; i <= count && found < capacity; i++) {
        if (lua_rawgeti(L, -1, i) == LUA_TUSERDATA) {
            const ta_record *record = lua_touserdata(L, -1);
            out[found++] = (moon_indicator){
                .name = record->name, .heard = record->heard, .nil_at = record->nil_at};
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return found;
}
