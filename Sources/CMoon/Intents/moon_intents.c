// Intents: what handlers return. Each is checked when it is built, so that the error stands at the
// line that built it, and cannot be changed afterwards.
#include "moon_intents.h"
#include "moon_calls.h"
#include "moon_lua.h"
#include "moon_sandbox.h"
#include "moon_views.h"

// The fields that intents take, in the order of their fixed strings.
enum {
    FIRST_FIELD = MOON_FIXED_SYMBOL,
    FIELD_COUNT = MOON_FIXED_TAG - MOON_FIXED_SYMBOL + 1,
    MOST_PLAIN_PLACES = 16,
};
#define BIT(field) (1u << (MOON_FIXED_##field - FIRST_FIELD))

typedef struct {
    const char *name;  // of the function, for errors
    lua_State *L;
    moon_host *host;
    bool is_plain;  // whether the table at hand is one whose fields were found at once:
    moon_lua_value found[FIELD_COUNT];
} builder;

// ---- Building -----------------------------------------------------------------------------------

// Pushes an intent for the function to return. // stack: +1
static moon_intent *push_intent(builder *it, moon_intent_kind kind) {
    lua_State *L = it->L;
    moon_intent *intent = lua_newuserdatauv(L, sizeof *intent, 0);
    memset(intent, 0, sizeof *intent);
    intent->kind = kind;
    intent->slot = -1;
    // It is new, and its metatable has no finalizer: nothing else is to be done than to name it.
    moon_lua_userdata_of(intent)->metatable = it->host->intent_metatable;
    return intent;
}

// The line that builds an intent; 0: none.
//
// Looking it up takes longer than building, so that of the last instructions that built one is kept. Code
// lies where it is as long as any of it runs, and once a script has loaded no more is made.
static int line_of_building(builder *it) {
    moon_host *host = it->host;
    lua_Debug ar = {.currentline = 0};
    const void *instruction = NULL;
    // Level 0 is the function of the host that builds it.
    if (!host->is_loading && lua_getstack(it->L, 1, &ar)) {
        instruction = moon_lua_instruction(ar.i_ci);
        size_t place = moon_slot_of(instruction, MOON_BUILDING_PLACES);
        if (instruction && host->building[place].instruction == instruction) {
            return host->building[place].line;
        }
    }
    for (int level = 1; ar.currentline <= 0 && lua_getstack(it->L, level, &ar); level++) {
        lua_getinfo(it->L, "l", &ar);  // the line alone: its file is not asked for
    }
    int line = ar.currentline > 0 ? ar.currentline : 0;
    if (instruction) {
        size_t place = moon_slot_of(instruction, MOON_BUILDING_PLACES);
        host->building[place] = (moon_building){instruction, line};
    }
    return line;
}

// Records that one was built: see warn_unreturned.
static void record_building(builder *it) {
    it->host->built_generation = it->host->stirred_generation = it->host->generation;
    if (!it->host->warned_unreturned) it->host->built_line = line_of_building(it);
}

// Finds the fields of a table as a constructor leaves it, `{qty = 1, price = p}`, in one walk over its places:
// nothing in it can be wrong. False: it is another, or there is something to refuse.
static bool find_fields(builder *it, int index, unsigned taken) {
    const moon_lua_table *table = lua_topointer(it->L, index);
    size_t places = moon_lua_node_count(table);
    if (table->metatable || moon_lua_array_count(table) || places > MOST_PLAIN_PLACES) return false;
    for (size_t i = 0; i < places; i++) {
        const moon_lua_node *node = &table->nodes[i];
        if (moon_lua_is_nil(node->type)) continue;
        if (node->key_type != MOON_LUA_SHORT_STRING) return false;
        int field = 0;
        while (node->key.pointer != it->host->fixed_strings[FIRST_FIELD + field]) {
            if (++field == FIELD_COUNT) return false;
        }
        if (!(taken >> field & 1)) return false;
        it->found[field] = (moon_lua_value){.pointer = node->pointer, .type = node->type};
    }
    it->is_plain = true;
    return true;
}

// Refuses keys of the table at `index` that are not in `fields` (ended by NULL), which `taken` has as bits.
static void check_fields(
    builder *it, int index, const char *const *fields, unsigned taken) {
    lua_State *L = it->L;
    if (!lua_istable(L, index)) {
        moon_raise(
            L, "%s takes a table of fields, got %s", it->name, moon_type_name(L, index));
    }
    if (find_fields(it, index, taken)) return;
    if (moon_thaw(L, index)) lua_replace(L, index);
    lua_pushnil(L);
    int smallest = lua_gettop(L);  // so that the message is the same on every run
    lua_pushnil(L);
    while (lua_next(L, index)) {
        moon_charge(L, 1);
        lua_pop(L, 1);  // stack: …, key
        if (lua_type(L, -1) != LUA_TSTRING) {
            moon_raise(L, "%s takes fields by name, such as `%s = …`", it->name, fields[0]);
        }
        bool isKnown = false;
        for (int i = 0; fields[i] && !isKnown; i++) isKnown = moon_text_is(L, -1, fields[i]);
        if (!isKnown) moon_keep_smallest(L, smallest);
    }
    const char *unknown = lua_tostring(L, smallest);
    if (!unknown) {
        lua_pop(L, 1);
        return;
    }
    moon_nearest search = moon_nearest_to(unknown);
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    luaL_addstring(&list, "; it takes ");
    for (int i = 0; fields[i]; i++) {
        moon_nearest_try(L, &search, fields[i]);
        if (i) luaL_addstring(&list, ", ");
        luaL_addstring(&list, fields[i]);
    }
    luaL_pushresult(&list);
    moon_nearest_push(L, &search, lua_tostring(L, -1));
    const char *hint = lua_tostring(L, -1);
    const char *shown = moon_push_shown(L, unknown, strlen(unknown));
    moon_raise(L, "unknown field `%s` in %s%s", shown, it->name, hint);
}

// Pushes a field of the table at `index`; false: it is nil. // stack: +1
static bool get(builder *it, int index, moon_fixed field) {
    lua_State *L = it->L;
    if (it->is_plain) {
        const moon_lua_value *value = &it->found[field - FIRST_FIELD];
        switch (value->type) {
        case LUA_TNIL: lua_pushnil(L); return false;
        case MOON_LUA_NUMBER: lua_pushnumber(L, value->number); return true;
        case MOON_LUA_INTEGER: lua_pushinteger(L, value->integer); return true;
        default: break;
        }
    }
    moon_push_fixed(L, it->host, field);
    return lua_rawget(L, index) != LUA_TNIL;
}

static bool read_flag(builder *it, int index, moon_fixed field) {
    lua_State *L = it->L;
    bool has = get(it, index, field);
    if (has && !lua_isboolean(L, -1)) {
        moon_raise(
            L, "`%s` in %s is %s, expected true or false",
            field == MOON_FIXED_POST_ONLY ? "post_only" : "reduce_only", it->name,
            moon_type_name(L, -1));
    }
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

static int32_t read_slot(builder *it, int index) {
    get(it, index, MOON_FIXED_SYMBOL);
    int32_t slot = moon_check_slot(it->L, lua_gettop(it->L), it->name);
    lua_pop(it->L, 1);
    return slot;
}

void moon_check_tag(lua_State *L, int index, const char *where) {
    size_t count;
    const char *tag = lua_tolstring(L, index, &count);
    bool isRight = count > 0 && count < MOON_TAG_CAPACITY && !memchr(tag, 0, count);
    if (!isRight || !moon_is_utf8(tag, count)) {
        moon_raise(
            L, "`tag` in %s must have 1 to %d bytes of UTF-8 text, none of them zero", where,
            MOON_TAG_CAPACITY - 1);
    }
}

// Reads `tag` into the intent, where there is one.
static void read_tag(builder *it, int index, moon_intent *intent) {
    lua_State *L = it->L;
    if (get(it, index, MOON_FIXED_TAG)) {
        size_t count = 0;
        const char *tag = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &count) : NULL;
        if (!tag) {
            moon_raise(
                L, "`tag` in %s is %s, expected a text", it->name, moon_type_name(L, -1));
        }
        moon_check_tag(L, -1, it->name);
        memcpy(intent->tag, tag, count);
        intent->has_tag = true;
    }
    lua_pop(L, 1);
}

static uint8_t read_tif(builder *it, int index) {
    lua_State *L = it->L;
    uint8_t tif = MOON_GTC;
    if (get(it, index, MOON_FIXED_TIF)) {
        if (moon_text_is(L, -1, "gtc")) tif = MOON_GTC;
        else if (moon_text_is(L, -1, "ioc")) tif = MOON_IOC;
        else if (moon_text_is(L, -1, "fok")) tif = MOON_FOK;
        else
            moon_raise(
                L, "`tif` in %s must be \"gtc\" (until cancelled), \"ioc\" (what fills at once) or"
                " \"fok\" (all at once or nothing)", it->name);
    }
    lua_pop(L, 1);
    return tif;
}

// buy{…} and sell{…}
static int place(lua_State *L, const char *name, uint8_t side) {
    static const char *const fields[] = {
        "symbol", "qty", "price", "tif", "post_only", "reduce_only", "stop", "tag", NULL};
    builder it = {.name = name, .L = L, .host = moon_of(L)};
    lua_settop(L, 1);
    check_fields(&it, 1, fields, (1u << FIELD_COUNT) - 1);
    moon_intent *intent = push_intent(&it, MOON_PLACE);  // stack: fields, intent
    intent->side = side;
    intent->slot = read_slot(&it, 1);
    if (!get(&it, 1, MOON_FIXED_QTY)) {
        moon_raise(L, "%s needs `qty`, the quantity", name);
    }
    intent->quantity = moon_read_amount(L, it.name, lua_gettop(L), "qty", -1);
    intent->has_quantity = true;
    // Digits that no decimal here holds go where the order is less aggressive.
    int direction = side == MOON_BUY ? -1 : 1;
    intent->has_price = get(&it, 1, MOON_FIXED_PRICE);
    if (intent->has_price) {
        intent->price = moon_read_amount(L, it.name, lua_gettop(L), "price", direction);
    }
    intent->has_stop = get(&it, 1, MOON_FIXED_STOP);
    if (intent->has_stop) intent->stop = moon_read_amount(L, it.name, lua_gettop(L), "stop", direction);
    lua_settop(L, 2);
    intent->tif = read_tif(&it, 1);
    intent->is_post_only = read_flag(&it, 1, MOON_FIXED_POST_ONLY);
    intent->is_reduce_only = read_flag(&it, 1, MOON_FIXED_REDUCE_ONLY);
    read_tag(&it, 1, intent);
    if (intent->is_post_only && !intent->has_price) {
        moon_raise(L, "`post_only` in %s needs a `price`: a market order always takes", name);
    }
    if (intent->is_post_only && intent->tif != MOON_GTC) {
        moon_raise(L, "`post_only` in %s goes with tif = \"gtc\" only", name);
    }
    record_building(&it);
    return 1;
}

static int buy(lua_State *L) { return place(L, "buy{}", MOON_BUY); }  // raises: mistakes, budget, calls
static int sell(lua_State *L) { return place(L, "sell{}", MOON_SELL); }  // raises: mistakes, budget, calls

// The serial of the order at `index`.
static int64_t check_order(builder *it, int index) {
    lua_State *L = it->L;
    uintptr_t view = (uintptr_t)lua_touserdata(L, index);
    int64_t serial = (int64_t)(view >> MOON_INDEX_SHIFT);
    if (!moon_order_of(it->host, serial)) {
        moon_raise(
            L, "the order given to %s ended long ago and the host has forgotten it", it->name);
    }
    return serial;
}

// cancel(order), cancel{symbol=, tag=}
static int cancel(lua_State *L) {  // raises: mistakes, budget
    static const char *const fields[] = {"symbol", "tag", NULL};
    builder it = {.name = "cancel", .L = L, .host = moon_of(L)};
    lua_settop(L, 1);
    if (moon_view_kind(L, 1) == MOON_VIEW_ORDER) {
        int64_t serial = check_order(&it, 1);
        push_intent(&it, MOON_CANCEL_ORDER)->order = serial;
        record_building(&it);
        return 1;
    }
    if (!lua_istable(L, 1)) {
        return moon_raise(
            L, "cancel was given %s, expected an order or {symbol=…, tag=…}",
            moon_type_name(L, 1));
    }
    it.name = "cancel{}";
    check_fields(&it, 1, fields, BIT(SYMBOL) | BIT(TAG));
    moon_intent *intent = push_intent(&it, MOON_CANCEL_MATCHING);  // stack: fields, intent
    if (get(&it, 1, MOON_FIXED_SYMBOL)) intent->slot = moon_check_slot(L, 3, it.name);
    lua_pop(L, 1);
    read_tag(&it, 1, intent);
    record_building(&it);
    return 1;
}

// amend(order, {price=, qty=})
static int amend(lua_State *L) {  // raises: mistakes, budget, calls
    static const char *const fields[] = {"price", "qty", NULL};
    builder it = {.name = "amend", .L = L, .host = moon_of(L)};
    lua_settop(L, 2);
    if (moon_view_kind(L, 1) != MOON_VIEW_ORDER) {
        return moon_raise(
            L, "amend was given %s, expected amend(order, {price=…, qty=…})",
            moon_type_name(L, 1));
    }
    check_fields(&it, 2, fields, BIT(PRICE) | BIT(QTY));
    int64_t serial = check_order(&it, 1);
    int direction = it.host->order.side == MOON_BUY ? -1 : 1;
    moon_intent *intent = push_intent(&it, MOON_AMEND);  // stack: order, fields, intent
    intent->order = serial;
    intent->has_price = get(&it, 2, MOON_FIXED_PRICE);
    if (intent->has_price) {
        intent->price = moon_read_amount(L, it.name, lua_gettop(L), "price", direction);
    }
    intent->has_quantity = get(&it, 2, MOON_FIXED_QTY);
    if (intent->has_quantity) intent->quantity = moon_read_amount(L, it.name, lua_gettop(L), "qty", -1);
    lua_settop(L, 3);
    if (!intent->has_price && !intent->has_quantity) {
        return moon_raise(L, "amend needs a new `price`, a new `qty`, or both");
    }
    record_building(&it);
    return 1;
}

// target(symbol, qty), target(qty)
static int target(lua_State *L) {  // raises: mistakes, budget
    builder it = {.name = "target", .L = L, .host = moon_of(L)};
    if (lua_gettop(L) == 1 && lua_type(L, 1) == LUA_TNUMBER) {
        lua_pushnil(L);
        lua_insert(L, 1);  // stack: nil, qty
    }
    lua_settop(L, 2);
    int32_t slot = moon_check_slot(L, 1, it.name);
    if (lua_isnil(L, 2)) {
        return moon_raise(L, "target needs the quantity to hold: target(symbol, qty)");
    }
    bool isShort = lua_type(L, 2) == LUA_TNUMBER && lua_tonumber(L, 2) < 0;
    moon_attos quantity = moon_read_decimal(L, it.name, 2, "qty", isShort ? 1 : -1);
    moon_intent *intent = push_intent(&it, MOON_TARGET);
    intent->slot = slot;
    intent->quantity = quantity;
    intent->has_quantity = true;
    record_building(&it);
    return 1;
}

// close(symbol), close()
static int close_position(lua_State *L) {  // raises: mistakes, budget
    builder it = {.name = "close", .L = L, .host = moon_of(L)};
    lua_settop(L, 1);
    int32_t slot = moon_check_slot(L, 1, it.name);
    push_intent(&it, MOON_CLOSE)->slot = slot;
    record_building(&it);
    return 1;
}

void moon_open_intents(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"buy", buy},       {"sell", sell},   {"cancel", cancel},
        {"amend", amend},   {"target", target}, {"close", close_position},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    moon_open_intent_fields(L);
}
