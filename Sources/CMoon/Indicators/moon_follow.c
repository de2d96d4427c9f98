// Indicators beside the feed: bound while the script loads, `ta.ema(50):of(symbol, "trades")`, fed by
// the host with each event before any handler hears of it, read as a field.
//
// What the script holds is an object whose __index is a table that only the host can reach. The host
// writes a result where Lua reads it, so that a read calls no function and an update allocates
// nothing. A result gets its place in the table when it is first known: until then it is nil.
#include "moon_follow.h"
#include "moon_lua.h"
#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"
#include "moon_views.h"

// ---- What an event says -------------------------------------------------------------------------

static uintptr_t view_of(const moon_host *host, const moon_source *source) {
    int32_t instrument = host->slots[source->slot];
    if (source->view == MOON_VIEW_POSITION) return moon_view_live(MOON_VIEW_POSITION, instrument);
    int32_t index = source->view == MOON_VIEW_BOOK ? instrument + 1 : 0;
    return moon_view_now(host->generation, source->view, index);
}

void moon_push_source_view(lua_State *L, const moon_source *source) {
    moon_push_view(L, view_of(moon_of(L), source));
}

// Reads a field as the script reads it.
static void read_field(lua_State *L, moon_host *host, moon_source *source, int place) {
    moon_push_view_field(L, view_of(host, source), source->view, source->fields[place]);
    int isNumber = 0;
    source->values[place] = lua_tonumberx(L, -1, &isNumber);
    source->known[place] = isNumber;
    lua_pop(L, 1);
}

static void read_fields(lua_State *L, moon_host *host, moon_source *source) {
    for (int i = 0; i < source->field_count; i++) read_field(L, host, source, i);
}

// The same of a trade, whose price comes first: most look at nothing else.
static inline void read_trade(lua_State *L, moon_host *host, moon_source *source) {
    source->values[0] = moon_price_number(host, host->events.trade);
    for (int i = 1; i < source->field_count; i++) read_field(L, host, source, i);
}

// ---- An update ----------------------------------------------------------------------------------

// The entry of a table under the name on top; NULL: it has none.
static moon_lua_node *entry_of(lua_State *L, const moon_lua_table *table) {
    const void *name = lua_topointer(L, -1);
    for (size_t i = 0; i < moon_lua_node_count(table); i++) {
        moon_lua_node *node = &table->nodes[i];
        if (node->key_type == MOON_LUA_SHORT_STRING && node->key.pointer == name) return node;
    }
    return NULL;
}

// Makes the place where a result is read: it has been nil up to now. Allocates nothing, for the table
// was made for all of them; but it may move the other entries.
static __attribute__((noinline)) void make_place(lua_State *L, moon_series *series, int place) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_following_key);
    lua_rawgeti(L, -1, 2 * series->number + 2);  // stack: …, following, table
    lua_pushstring(L, moon_field_name(moon_shown_fields[place]));
    lua_pushnumber(L, 0);
    lua_rawset(L, -3);
    for (int i = 0; i < MOON_SHOWN; i++) {
        lua_pushstring(L, moon_field_name(moon_shown_fields[i]));
        series->shown[i] = entry_of(L, lua_topointer(L, -2));
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

static inline void show(lua_State *L, moon_series *series, int place, double value) {
    if (!series->shown[place]) make_place(L, series, place);
    series->shown[place]->number = value;
}

// Shows the results behind the first.
static __attribute__((noinline)) void show_others(
    lua_State *L, moon_series *series, const ta_results *results) {
    const ta_kind *kind = series->record->kind;
    for (int i = 1; i < kind->result_count; i++) {
        if (!results->known[i]) continue;
        show(L, series, i + 1, results->values[i]);
        if (!(i == 1 && kind->flags & TA_WHOLE_SECOND)) continue;
        series->shown[i + 1]->integer = (int64_t)results->values[i];
        series->shown[i + 1]->type = MOON_LUA_INTEGER;
    }
}

// Makes the inputs of an indicator of several; false: the event does not have them all.
static __attribute__((noinline)) bool gather(
    const moon_source *source, const moon_series *series, double *in) {
    for (int i = 0; i < series->input_count; i++) {
        if (!source->known[series->inputs[i]]) return false;
        in[i] = source->values[series->inputs[i]];
    }
    if (!series->takes_typical) return true;
    in[0] = ta_typical(in[0], in[1], in[2]);
    in[1] = in[3];
    in[2] = in[4];
    return true;
}

static __attribute__((noinline)) void feed(
    lua_State *L, moon_source *source, moon_series *series) {
    double several[TA_MOST_INPUTS];
    const double *in = &source->values[series->inputs[0]];
    bool isFed;
    if (series->input_count == 1) {
        isFed = source->known[series->inputs[0]];
    } else {
        isFed = gather(source, series, several);
        in = several;
    }
    series->is_news = false;
    if (!isFed) return;
    ta_results results;
    ta_advance(series->record, in, &results);
    if (series->is_known) show(L, series, 0, series->value);
    if (results.known[0]) show(L, series, 1, results.values[0]);
    if (series->record->kind->result_count > 1) show_others(L, series, &results);
    series->is_known = series->is_news = results.known[0];
    series->value = results.values[0];
    series->is_steady = series->input_count == 1 && series->record->kind->result_count == 1
                        && series->shown[0] && series->is_known;
}

// The same, of one input and one result that is read where it is shown: what most are, once warm.
static inline void feed_steady(moon_source *source, moon_series *series) {
    ta_record *record = series->record;
    ta_results results;
    record->kind->step(record + 1, &source->values[series->inputs[0]], &results);
    record->heard++;
    series->is_news = true;
    series->shown[0]->number = series->value;
    series->shown[1]->number = series->value = results.values[0];
}

static inline void advance(lua_State *L, moon_following *following, moon_source *source) {
    for (int i = 0; i < source->series_count; i++) {
        moon_series *series = source->series[i];
        if (series->is_steady && source->known[series->inputs[0]]) feed_steady(source, series);
        else feed(L, source, series);
    }
    moon_check_conditions(following, source);
}

static bool are_all_steady(const moon_source *source) {
    if (source->field_count != 1) return false;
    for (int i = 0; i < source->series_count; i++) {
        if (!source->series[i]->is_steady) return false;
    }
    return true;
}

// Feeds a price to a series that is steady: what an update must do and no more.
static inline void feed_price(moon_series *series, double price) {
    ta_results results;
    series->record->kind->step(series->record + 1, &price, &results);
    series->previous = series->value;
    series->value = results.values[0];
}

// Shows what so many prices have come to.
static inline void show_prices(moon_series *series, int64_t count) {
    series->record->heard += count;
    series->shown[0]->number = series->previous;
    series->shown[1]->number = series->value;
}

// Feeds the next trade and those of its instrument behind it, until one makes a condition come true.
static void follow_steadily(
    moon_host *host, moon_following *following, moon_source *source, moon_stretch *stretch) {
    const moon_trade *first = stretch->trades + stretch->next, *trade = first;
    const moon_trade *end = stretch->trades + stretch->end;
    do {
        double price = moon_price_number(host, trade++);
        for (int i = 0; i < source->series_count; i++) feed_price(source->series[i], price);
        moon_check_conditions(following, source);
    } while (!following->due_count && trade < end && trade->instrument == first->instrument);
    for (int i = 0; i < source->series_count; i++) show_prices(source->series[i], trade - first);
    host->generation += trade - first;
    host->events.trade = trade - 1;
    stretch->next = trade - stretch->trades;
}

bool moon_follow_trades(
    lua_State *L, moon_host *host, moon_stretch *stretch, bool until_next) {
    moon_following *following = host->following;
    following->due_count = following->called_count = 0;
    while (stretch->next < stretch->end) {
        const moon_trade *trade = stretch->trades + stretch->next;
        if (!stretch->is_heard[trade->instrument]) {
            stretch->next++;
            continue;
        }
        moon_source *source = following->by_instrument[trade->instrument];
        if (source && source->is_steady && !until_next) {
            follow_steadily(host, following, source, stretch);
            if (following->due_count) return true;
            continue;
        }
        stretch->next++;
        host->generation++;
        host->events.trade = trade;
        if (source && source->is_steady) {
            double price = moon_price_number(host, trade);
            for (int i = 0; i < source->series_count; i++) {
                feed_price(source->series[i], price);
                show_prices(source->series[i], 1);
            }
            moon_check_conditions(following, source);
        } else if (source) {
            read_trade(L, host, source);
            advance(L, following, source);
            source->is_steady = are_all_steady(source);
        }
        if (until_next || following->due_count) return true;
    }
    return false;
}

// The instrument of the event at hand.
static int32_t instrument_of(const moon_host *host, moon_handler event) {
    const moon_events *events = &host->events;
    switch (event) {
    case MOON_ON_TRADE: return (int32_t)events->trade->instrument;
    case MOON_ON_QUOTE: return events->quote.instrument;
    case MOON_ON_BOOK: return events->book;
    case MOON_ON_BAR: return events->bar.instrument;
    case MOON_ON_TICKER: return events->ticker.instrument;
    case MOON_ON_FUNDING: return events->funding.instrument;
    case MOON_ON_POSITION: return events->position;
    default: return -1;
    }
}

// Whether a source hears of the event at hand; a start says how all positions stand.
static bool hears(const moon_host *host, const moon_source *source, moon_handler event) {
    int32_t instrument = host->slots[source->slot];
    if (event == MOON_ON_START) return source->event == MOON_ON_POSITION && instrument >= 0;
    if (source->event != event || instrument != instrument_of(host, event)) return false;
    return event != MOON_ON_BAR || strcmp(source->size.bytes, host->events.bar.size.bytes) == 0;
}

bool moon_follows(const moon_host *host) { return host->following != NULL; }

bool moon_follow(moon_host *host, moon_handler event) {
    moon_following *following = host->following;
    if (!following || host->is_broken || host->is_dead) return false;
    following->due_count = following->called_count = 0;
    host->generation++;  // what a query answered before is not what it answers now
    for (int i = 0; i < following->source_count; i++) {
        moon_source *source = following->sources[i];
        if (!hears(host, source, event)) continue;
        if (event == MOON_ON_TRADE) read_trade(host->L, host, source);
        else read_fields(host->L, host, source);
        advance(host->L, following, source);
    }
    return following->due_count > 0;
}
