// Indicators that follow a feed, and conditions that the host watches: what the two files share.
#pragma once
#include "moon_host.h"
#include "moon_lua.h"
#include "moon_ta_arguments.h"

enum {
    MOON_MOST_FOLLOWING = 1000,  // indicators that follow a feed
    MOON_MOST_WATCHED = 1000,    // conditions
    MOON_MOST_SOURCE_FIELDS = 8,
    MOON_SHOWN = 1 + TA_MOST_RESULTS,  // previous, value, second, third
};

// An indicator that follows a feed; the script holds it as an object that shows its results.
typedef struct moon_series {
    const struct moon_series *self;  // its own address: what it is known by
    ta_record *record;
    moon_source *source;
    uint8_t inputs[TA_MOST_INPUTS];  // places among the source's fields
    uint8_t input_count;
    bool takes_typical;  // its first three inputs make one, the typical price
    bool is_known;       // whether it has a first result
    bool is_news;        // whether it has one that the event at hand gave
    bool is_steady;      // whether it has one input and one result, which is known from now on
    double value;        // the first result
    double previous;     // the one before, while several events are taken in at once
    int number;          // counted from 0
    moon_lua_node *shown[MOON_SHOWN];  // where the script reads them; NULL: not yet
} moon_series;

// One side of a condition.
typedef struct {
    moon_series *series;  // NULL: a number
    double number;
} moon_operand;

typedef enum { MOON_CROSSOVER, MOON_CROSSUNDER, MOON_ABOVE, MOON_BELOW } moon_comparison;

typedef struct {
    moon_comparison comparison;
    moon_operand left, right;
} moon_condition;

// A condition with the function that is called when it comes true: when `larger` goes above `smaller`.
// That needs a look at which it was not above; of above and below the first look does too.
typedef struct {
    const double *larger, *smaller;
    const bool *has_larger, *has_smaller;  // whether the event at hand gave them
    bool was_not;  // above, at the last look
    double number;  // of a side that is none of an indicator
    moon_source *source;
    int place;  // of its function, counted from 0 in the order of declaration
} moon_watched;

// What indicators follow: a feed of a symbol, or its position.
struct moon_source {
    moon_handler event;
    moon_view view;
    int32_t slot;
    moon_text size;  // of bars
    int field_count;
    moon_field fields[MOON_MOST_SOURCE_FIELDS];
    double values[MOON_MOST_SOURCE_FIELDS];  // of the event at hand
    bool known[MOON_MOST_SOURCE_FIELDS];
    moon_series **series;
    int series_count;
    bool is_steady;  // whether all its series are, and look at nothing but the price of a trade
    moon_watched **watched;
    int watched_count;
};

struct moon_following {
    moon_source **sources;
    int source_count, series_count, watched_count;
    moon_source **by_instrument;  // of trades; NULL: nothing follows them
    moon_watched *watched[MOON_MOST_WATCHED];
    // Conditions that came true and have not been told, in the order of their declaration.
    moon_watched *due[MOON_MOST_WATCHED];
    int due_count, called_count;
};

void moon_open_following(lua_State *L);  // the method of indicators
void moon_open_when(lua_State *L);       // stack: api → api
void moon_attach_following(moon_host *host);
void moon_close_following(moon_host *host);
// Goes on to the next trade that is heard, which is that at hand then, and feeds what follows it; or as
// far as one by which a condition comes true. False: there is none. Something must follow a feed.
bool moon_follow_trades(lua_State *L, moon_host *host, moon_stretch *stretch, bool until_next);
// Pushes the function of the next condition that came true and gives its source. // stack: +1
const moon_source *moon_push_due(moon_host *host);
void moon_push_called(moon_host *host);  // the one that was pushed last; stack: +1

// In the registry: the objects and their tables, two places for each.
extern const char moon_following_key;
// The names of its results: texts that are always there, so that looking one up allocates nothing.
extern const moon_field moon_shown_fields[MOON_SHOWN];
// The series at `index` of the stack; NULL: it is none.
moon_series *moon_series_at(lua_State *L, int index);
// Reads a result of a series where it is shown, as its metatable would; false: it is no series, or shows nothing
// there.
static inline bool moon_read_series(
    const moon_host *host, const moon_lua_userdata *data, const void *name, moon_lua_value *result) {
    if (data->value_count != 1 || data->count != sizeof(moon_series)) return false;
    const moon_series *series = (const void *)((const char *)data + MOON_LUA_HEAD_AND_VALUE);
    if (series->self != series) return false;
    int place = MOON_SHOWN;
    while (place-- > 0 && host->field_names[moon_shown_fields[place]] != name) continue;
    const moon_lua_node *node = place < 0 ? NULL : series->shown[place];
    if (!node) return false;
    result->number = node->number;
    result->type = node->type;
    return true;
}
// Pushes the view of the event that a source has just heard of. // stack: +1
void moon_push_source_view(lua_State *L, const moon_source *source);
// Looks at a source's conditions, whose indicators have been fed; notes those that came true.
static inline void moon_check_conditions(moon_following *following, const moon_source *source) {
    for (int i = 0; i < source->watched_count; i++) {
        moon_watched *watched = source->watched[i];
        if (!*watched->has_larger || !*watched->has_smaller) continue;
        bool isAbove = *watched->larger > *watched->smaller;
        if (isAbove && watched->was_not) following->due[following->due_count++] = watched;
        watched->was_not = !isAbove;
    }
}
// Whether a condition came true and has not been told. Something must follow a feed.
static inline bool moon_has_due(const moon_host *host) {
    const moon_following *following = host->following;
    return following->called_count < following->due_count && !host->is_broken;
}
// Makes a condition of the arguments 1 and 2. // stack: +1
int moon_new_condition(lua_State *L, moon_comparison comparison);
