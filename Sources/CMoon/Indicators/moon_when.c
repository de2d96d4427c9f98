// Conditions that the host watches: `when(ta.crossover(fast, slow), function(trade) … end)`. They are
// looked at with each event, once the indicators that follow it have been fed, and the function is
// called when its condition comes true.
#include "moon_calls.h"
#include "moon_follow.h"
#include "moon_sandbox.h"
#include "moon_ta_arguments.h"

#include <math.h>
#include <stdlib.h>

// In the registry: the metatable of conditions, and the functions by the number of their condition.
static const char condition_metatable_key, watchers_key;

static const char *const comparison_names[] = {"crossover", "crossunder", "above", "below"};

// ---- Looking ------------------------------------------------------------------------------------

bool moon_watches(const moon_host *host) {
    return host->following && host->following->watched_count > 0;
}

bool moon_is_due(const moon_host *host) { return host->following && moon_has_due(host); }

void moon_push_called(moon_host *host) {
    const moon_following *following = host->following;
    lua_rawgetp(host->L, LUA_REGISTRYINDEX, &watchers_key);
    lua_rawgeti(host->L, -1, following->due[following->called_count - 1]->place);
    lua_remove(host->L, -2);
}

const moon_source *moon_push_due(moon_host *host) {
    const moon_watched *watched = host->following->due[host->following->called_count++];
    moon_push_called(host);
    return watched->source;
}

// ---- Declaring ----------------------------------------------------------------------------------

static const moon_condition *condition_at(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &condition_metatable_key);
    bool isCondition = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return isCondition ? lua_touserdata(L, index) : NULL;
}

static moon_operand check_side(lua_State *L, int index, const char *function, const char *side) {
    moon_series *series = moon_series_at(L, index);
    if (series) return (moon_operand){.series = series};
    if (lua_type(L, index) == LUA_TNUMBER && isfinite(lua_tonumber(L, index)))
        return (moon_operand){.number = lua_tonumber(L, index)};
    const ta_record *record = ta_record_at(L, index);
    if (record) {
        moon_raise(
            L, "ta.%s: %s is %s, which follows no feed: %s:of(symbol, \"trades\")", function, side,
            record->name, record->name);
    }
    moon_push_text(L, index);
    bool isNumber = lua_type(L, index) == LUA_TNUMBER;
    moon_raise(
        L, "ta.%s: %s is %s, expected an indicator that follows a feed, or a number", function,
        side, isNumber ? lua_tostring(L, -1) : moon_type_name(L, index));
    return (moon_operand){0};
}

int moon_new_condition(lua_State *L, moon_comparison comparison) {
    const char *name = comparison_names[comparison];
    if (lua_gettop(L) != 2) {
        return moon_raise(
            L, "ta.%s watches two values, got %d: ta.%s(fast, slow), or ta.%s(fast, 100)", name,
            lua_gettop(L), name, name);
    }
    moon_condition condition = {.comparison = comparison};
    condition.left = check_side(L, 1, name, "the first value");
    condition.right = check_side(L, 2, name, "the second value");
    const moon_series *left = condition.left.series, *right = condition.right.series;
    if (!left && !right) {
        return moon_raise(
            L, "ta.%s compares two numbers, which stay as they are: one must be an indicator that"
            " follows a feed", name);
    }
    if (left && right && left->source != right->source) {
        return moon_raise(
            L, "ta.%s compares %s with %s, which follow different feeds: both must follow the same",
            name, left->record->name, right->record->name);
    }
    moon_condition *made = lua_newuserdatauv(L, sizeof *made, 0);
    *made = condition;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &condition_metatable_key);
    lua_setmetatable(L, -2);
    return 1;
}

static int above(lua_State *L) { return moon_new_condition(L, MOON_ABOVE); }  // raises: mistakes, calls
static int below(lua_State *L) { return moon_new_condition(L, MOON_BELOW); }  // raises: mistakes, calls

const luaL_Reg moon_ta_conditions[] = {{"above", above}, {"below", below}, {NULL, NULL}};

static void check_when(lua_State *L, moon_host *host, const moon_condition *condition) {
    if (!host->is_loading) {
        moon_raise(L, "when works while the script loads: call it outside of the handlers");
    }
    if (!condition) {
        moon_raise(
            L, "when was given %s, expected a condition: ta.crossover, ta.crossunder, ta.above or"
            " ta.below of indicators that follow a feed", moon_type_name(L, 1));
    }
    if (lua_type(L, 2) != LUA_TFUNCTION) {
        moon_raise(
            L, "when was given %s, expected the function to call when the condition comes true",
            moon_type_name(L, 2));
    }
    if (host->following->watched_count == MOON_MOST_WATCHED) {
        moon_raise(
            L, "more than %d conditions are watched: what should a strategy do with so many?",
            (int)MOON_MOST_WATCHED);
    }
}

// Lets a condition look at one of its sides.
static void set_side(
    moon_watched *watched, const moon_operand *side, const double **value, const bool **is_news) {
    static const bool always = true;
    if (!side->series) watched->number = side->number;
    *value = side->series ? &side->series->value : &watched->number;
    *is_news = side->series ? &side->series->is_news : &always;
}

static moon_watched *make_watched(const moon_condition *condition, int place) {
    moon_watched *watched = calloc(1, sizeof *watched);
    if (!watched) abort();
    moon_comparison comparison = condition->comparison;
    bool isTurned = comparison == MOON_CROSSUNDER || comparison == MOON_BELOW;
    const moon_operand *left = &condition->left, *right = &condition->right;
    set_side(watched, isTurned ? right : left, &watched->larger, &watched->has_larger);
    set_side(watched, isTurned ? left : right, &watched->smaller, &watched->has_smaller);
    watched->was_not = comparison == MOON_ABOVE || comparison == MOON_BELOW;
    watched->source = (left->series ? left->series : right->series)->source;
    watched->place = place;
    return watched;
}

// when(condition, function)
static int when(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    const moon_condition *condition = condition_at(L, 1);
    check_when(L, host, condition);
    moon_following *following = host->following;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &watchers_key);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, following->watched_count);
    moon_watched *watched = make_watched(condition, following->watched_count);
    moon_source *source = watched->source;
    size_t count = (size_t)source->watched_count + 1;
    source->watched = realloc(source->watched, count * sizeof *source->watched);
    if (!source->watched) abort();
    source->watched[source->watched_count++] = watched;
    following->watched[following->watched_count++] = watched;
    return 0;
}

// crossover of ema(50) and ema(200)
static int condition_tostring(lua_State *L) {  // raises: mistakes
    const moon_condition *it = condition_at(L, 1);
    if (!it) return moon_raise(L, "a condition was expected");
    const moon_operand *sides[] = {&it->left, &it->right};
    for (int i = 0; i < 2; i++) {
        if (sides[i]->series) lua_pushstring(L, sides[i]->series->record->name);
        else lua_pushfstring(L, "%f", sides[i]->number);
    }
    lua_pushfstring(
        L, "%s of %s and %s", comparison_names[it->comparison], lua_tostring(L, -2),
        lua_tostring(L, -1));
    return 1;
}

static int no_field(lua_State *L) {  // raises: mistakes
    return moon_raise(L, "a condition has no fields: give it to when()");
}

void moon_open_when(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"__index", no_field},
        {"__newindex", no_field},
        {"__tostring", condition_tostring},
        {NULL, NULL},
    };
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &watchers_key);
    luaL_newlib(L, methods);
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &condition_metatable_key);
    lua_pushcfunction(L, when);
    lua_setfield(L, -2, "when");
}
