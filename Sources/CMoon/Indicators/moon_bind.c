// Binding: `ta.ema(50):of(symbol, "trades")`, while the script loads; the feeds that can be followed.
#include "moon_calls.h"
#include "moon_follow.h"
#include "moon_intents.h"
#include "moon_sandbox.h"
#include "moon_ta_arguments.h"
#include "moon_views.h"

#include <stdlib.h>

const char moon_following_key;
static const char series_key;  // of an object's metatable: that it is one

const moon_field moon_shown_fields[MOON_SHOWN] = {F_previous, F_value, F_second, F_third};

// ---- What can be followed -----------------------------------------------------------------------

static const struct {
    const char *feed;
    moon_handler event;
    moon_view view;
    const uint8_t fields[8];  // the first where none is named; ended by F_none
} feeds[] = {
    {"trades", MOON_ON_TRADE, MOON_VIEW_TRADE, {F_price, F_qty}},
    {"quotes", MOON_ON_QUOTE, MOON_VIEW_QUOTE, {F_mid, F_bid, F_ask, F_bid_qty, F_ask_qty, F_spread}},
    {"book", MOON_ON_BOOK, MOON_VIEW_BOOK, {F_mid, F_bid, F_ask, F_bid_qty, F_ask_qty, F_spread}},
    {"bars", MOON_ON_BAR, MOON_VIEW_BAR, {F_close, F_open, F_high, F_low, F_volume, F_buy_volume}},
    {"ticker", MOON_ON_TICKER, MOON_VIEW_TICKER, {F_last, F_mark, F_index, F_volume}},
    {"funding", MOON_ON_FUNDING, MOON_VIEW_FUNDING, {F_rate, F_mark}},
    {"position", MOON_ON_POSITION, MOON_VIEW_POSITION, {F_qty, F_realised_pnl}},
};

enum { FEED_COUNT = sizeof feeds / sizeof *feeds };

// The place of an event's feed among them.
static int feed_of(moon_handler event) {
    int feed = 0;
    while (feeds[feed].event != event) feed++;
    return feed;
}

static moon_following *following_of(moon_host *host) {
    if (!host->following) host->following = calloc(1, sizeof *host->following);
    if (!host->following) abort();
    return host->following;
}

// The source of this event, made where there is none.
static moon_source *find_source(
    moon_host *host, moon_handler event, int32_t slot, const moon_text *size) {
    moon_following *following = following_of(host);
    for (int i = 0; i < following->source_count; i++) {
        moon_source *source = following->sources[i];
        bool isSame = source->event == event && source->slot == slot
                      && strcmp(source->size.bytes, size->bytes) == 0;
        if (isSame) return source;
    }
    size_t count = (size_t)following->source_count + 1;
    following->sources = realloc(following->sources, count * sizeof *following->sources);
    moon_source *source = calloc(1, sizeof *source);
    if (!following->sources || !source) abort();
    source->event = event;
    source->view = feeds[feed_of(event)].view;
    source->slot = slot;
    moon_text_set(&source->size, size->bytes, size->count);
    if (event == MOON_ON_TRADE) {  // see read_trade
        source->fields[source->field_count++] = F_price;
        source->known[0] = true;
    }
    following->sources[following->source_count++] = source;
    return source;
}

// The place of a field among those that a source reads.
static uint8_t place_of(moon_source *source, moon_field field) {
    int place = 0;
    while (place < source->field_count && source->fields[place] != field) place++;
    if (place == source->field_count) source->fields[source->field_count++] = field;
    return (uint8_t)place;
}

void moon_close_following(moon_host *host) {
    moon_following *following = host->following;
    if (!following) return;
    for (int i = 0; i < following->source_count; i++) {
        moon_source *source = following->sources[i];
        free(source->size.bytes);
        free(source->series);
        free(source->watched);
        free(source);
    }
    for (int i = 0; i < following->watched_count; i++) free(following->watched[i]);
    free(following->sources);
    free(following->by_instrument);
    free(following);
}

void moon_attach_following(moon_host *host) {
    moon_following *following = host->following;
    if (!following) return;
    free(following->by_instrument);
    following->by_instrument =
        calloc((size_t)host->instrument_count + 1, sizeof *following->by_instrument);
    if (!following->by_instrument) abort();
    for (int i = 0; i < following->source_count; i++) {
        moon_source *source = following->sources[i];
        int32_t instrument = host->slots[source->slot];
        if (source->event == MOON_ON_TRADE && instrument >= 0)
            following->by_instrument[instrument] = source;
    }
}

// ---- Binding ------------------------------------------------------------------------------------

moon_series *moon_series_at(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return NULL;
    bool isSeries = lua_rawgetp(L, -1, &series_key) == LUA_TBOOLEAN;
    lua_pop(L, 2);
    return isSeries ? lua_touserdata(L, index) : NULL;
}

// Says which field of the feed an input is, F_none: it has none.
static moon_field field_of_input(const moon_source *source, const char *input) {
    static const struct {
        const char *name;
        uint8_t of_trade, of_bar;
    } inputs[] = {
        {"price", F_price, F_none}, {"close", F_price, F_close}, {"volume", F_qty, F_volume},
        {"high", F_none, F_high},   {"low", F_none, F_low},      {"time", F_time, F_time},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        if (strcmp(inputs[i].name, input) != 0) continue;
        if (source->view == MOON_VIEW_TRADE) return inputs[i].of_trade;
        if (source->view == MOON_VIEW_BAR) return inputs[i].of_bar;
    }
    return F_none;
}

static void add_input(moon_series *series, moon_field field) {
    series->inputs[series->input_count++] = place_of(series->source, field);
}

// Finds the inputs of an indicator that has several: each is a field of the feed.
static void bind_inputs(lua_State *L, moon_series *series) {
    const ta_record *record = series->record;
    const char *name = record->kind->name;
    if (record->kind->flags & TA_BOOLEAN) {
        moon_raise(
            L, "ta.%s follows no feed: give it two indicators that do, ta.%s(fast, slow), and that"
            " to when()", name, name);
    }
    bool isTypical = record->kind->flags & TA_TYPICAL_PRICE && series->source->view == MOON_VIEW_BAR;
    series->takes_typical = isTypical;
    if (isTypical) {
        add_input(series, F_high);
        add_input(series, F_low);
        add_input(series, F_close);
    }
    for (int i = isTypical ? 1 : 0; i < record->input_count; i++) {
        moon_field field = field_of_input(series->source, record->kind->inputs[i]);
        if (field == F_none) {
            moon_raise(
                L, "ta.%s needs `%s`, which %s do not have: let it follow bars, such as bars:1m",
                name, record->kind->inputs[i], feeds[feed_of(series->source->event)].feed);
        }
        add_input(series, field);
    }
}

// Finds the field that an indicator of one input follows: argument 4, or the feed's first.
static void bind_field(lua_State *L, moon_series *series) {
    int feed = feed_of(series->source->event);
    const uint8_t *fields = feeds[feed].fields;
    if (lua_isnoneornil(L, 4)) return add_input(series, fields[0]);
    const char *wanted = lua_type(L, 4) == LUA_TSTRING ? lua_tostring(L, 4) : NULL;
    moon_nearest search = moon_nearest_to(wanted ? wanted : "");
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    for (int i = 0; fields[i]; i++) {
        const char *name = moon_field_name(fields[i]);
        if (wanted && moon_text_is(L, 4, name)) {
            luaL_pushresult(&list);
            lua_pop(L, 1);
            return add_input(series, fields[i]);
        }
        moon_nearest_try(L, &search, name);
        if (i) luaL_addstring(&list, ", ");
        luaL_addstring(&list, name);
    }
    luaL_pushresult(&list);
    const char *names = lua_tostring(L, -1);
    if (!wanted) {
        moon_raise(
            L, "the field given to of is %s, expected one of %s", moon_type_name(L, 4), names);
    }
    lua_pushfstring(L, "; there are %s", names);
    moon_nearest_push(L, &search, lua_tostring(L, -1));
    const char *hint = lua_tostring(L, -1);
    moon_raise(
        L, "`%s` is not a field of %s that can be followed%s", moon_push_name(L, 4), feeds[feed].feed,
        hint);
}

// The source that arguments 2 and 3 name, which the script must have subscribed to.
static moon_source *check_source(lua_State *L, moon_host *host) {
    int32_t slot = moon_check_slot(L, 2, "of");
    if (lua_type(L, 3) != LUA_TSTRING) {
        moon_raise(
            L, "the feed given to of is %s, expected a text such as \"trades\"",
            moon_type_name(L, 3));
    }
    moon_check_plain_text(L, 3, "the feed given to of");
    moon_text_set(&host->answer, "", 0);
    if (moon_text_is(L, 3, "position"))
        return find_source(host, MOON_ON_POSITION, slot, &host->answer);
    int32_t event = host->calls.follow(
        host->calls.context, host->slot_names[slot].bytes, lua_tostring(L, 3), &host->answer);
    if (event < 0) moon_raise(L, "%s", host->answer.bytes);
    return find_source(host, (moon_handler)event, slot, &host->answer);
}

// The indicator at index 1, which may begin to follow a feed.
static ta_record *check_indicator(lua_State *L, moon_host *host) {
    ta_record *record = ta_record_at(L, 1);
    if (!record) {
        moon_raise(
            L, "of was called on %s, expected an indicator: ta.ema(50):of(symbol, \"trades\")",
            moon_type_name(L, 1));
    }
    if (!host->is_loading) {
        moon_raise(
            L, "of works while the script loads: bind %s outside of the handlers", record->name);
    }
    if (record->follows) moon_raise(L, "%s follows a feed already: make another", record->name);
    if (record->heard) {
        moon_raise(
            L, "%s has been given values by the script and cannot follow a feed: make another",
            record->name);
    }
    if (following_of(host)->series_count >= MOON_MOST_FOLLOWING) {
        moon_raise(
            L, "more than %d indicators follow feeds: what should a strategy do with so many?",
            (int)MOON_MOST_FOLLOWING);
    }
    return record;
}

static int raise_read_only(lua_State *L) {  // raises: mistakes
    moon_series *series = moon_series_at(L, 1);
    return moon_raise(
        L, "%s follows a feed and is read-only", series ? series->record->name : "an indicator");
}

// ema(50): 50123.4
static int series_tostring(lua_State *L) {  // raises: mistakes, calls
    moon_series *series = moon_series_at(L, 1);
    if (!series) return moon_raise(L, "an indicator that follows a feed was expected");
    if (!series->is_known) {
        lua_pushfstring(L, "%s: warming up", series->record->name);
        return 1;
    }
    lua_pushnumber(L, series->value);
    lua_pushfstring(L, "%s: %s", series->record->name, luaL_tolstring(L, -1, NULL));
    return 1;
}

// A field that is not there: nil while it warms up. Its upvalue is how many results there are.
// stack: table, name → nil, or raises
static int no_result(lua_State *L) {  // raises: mistakes, budget
    lua_Integer count = lua_tointeger(L, lua_upvalueindex(1));
    if (lua_type(L, 2) != LUA_TSTRING) {
        return moon_raise(
            L, "an indicator that follows a feed has named fields, not [%s]", moon_type_name(L, 2));
    }
    moon_nearest search = moon_nearest_to(lua_tostring(L, 2));
    for (int i = 0; i <= count; i++) {
        if (moon_text_is(L, 2, moon_field_name(moon_shown_fields[i]))) {
            lua_pushnil(L);
            return 1;
        }
        moon_nearest_try(L, &search, moon_field_name(moon_shown_fields[i]));
    }
    moon_nearest_push(
        L, &search,
        count == 1   ? "; it has value, previous"
        : count == 2 ? "; it has value, second, previous"
                     : "; it has value, second, third, previous");
    const char *hint = lua_tostring(L, -1);
    return moon_raise(
        L, "unknown field `%s` of an indicator that follows a feed%s", moon_push_name(L, 2), hint);
}

// Gives the series on top its metatable, and both their places. // stack: …, series → …, series
static void make_shown(lua_State *L, moon_series *series) {
    lua_createtable(L, 0, MOON_SHOWN);  // stack: …, series, results
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, series->record->kind->result_count);
    lua_pushcclosure(L, no_result, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_createtable(L, 0, 5);  // stack: …, series, results, metatable
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, raise_read_only);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, series_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_pushboolean(L, 1);
    lua_rawsetp(L, -2, &series_key);
    lua_setmetatable(L, -3);  // stack: …, series, results
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_following_key);
    lua_pushvalue(L, -3);
    lua_rawseti(L, -2, 2 * series->number + 1);
    lua_insert(L, -2);  // stack: …, series, following, results
    lua_rawseti(L, -2, 2 * series->number + 2);
    lua_pop(L, 1);
}

// Adds what has been made whole to its source, with nothing left that could fail.
static void add_series(moon_following *following, moon_series *series) {
    moon_source *source = series->source;
    size_t count = (size_t)source->series_count + 1;
    source->series = realloc(source->series, count * sizeof *source->series);
    if (!source->series) abort();
    source->series[source->series_count++] = series;
    following->series_count++;
    series->record->follows = true;
}

// indicator:of(symbol, feed, [field])
static int of(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    ta_record *record = check_indicator(L, host);
    lua_settop(L, 4);
    moon_source *source = check_source(L, host);
    moon_series *series = lua_newuserdatauv(L, sizeof *series, 1);  // stack: …, series
    *series = (moon_series){
        .self = series, .record = record, .source = source, .number = following_of(host)->series_count};
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);  // its state stays as long as it does
    if (record->input_count == 1) {
        bind_field(L, series);
    } else {
        if (!lua_isnil(L, 4)) {
            return moon_raise(
                L, "ta.%s has several inputs and takes them all from the feed: leave the field out",
                record->kind->name);
        }
        bind_inputs(L, series);
    }
    make_shown(L, series);
    add_series(following_of(host), series);
    return 1;
}

// What is read of a function: indicators have one method. // stack: function, name
static int function_index(lua_State *L) {  // raises: mistakes
    if (moon_text_is(L, 2, "of")) {
        moon_push_method(L, F_of);
        return 1;
    }
    bool isText = lua_type(L, 2) == LUA_TSTRING;
    const char *field = isText ? moon_push_name(L, 2) : moon_type_name(L, 2);
    const ta_record *record = ta_record_at(L, 1);
    if (!record) return moon_raise(L, "a function has no field %s: call it", field);
    return moon_raise(
        L, "%s has no field %s: call it, or let it follow a feed by %s:of(symbol, \"trades\")",
        record->name, field, record->name);
}

void moon_open_following(lua_State *L) {
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moon_following_key);
    moon_set_method(L, F_of, of);
    lua_pushcfunction(L, function_index);
    lua_createtable(L, 0, 2);  // stack: …, a function, metatable
    lua_pushcfunction(L, function_index);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);  // of all functions
    lua_pop(L, 1);
}
