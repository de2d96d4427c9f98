// Views: what an event, an order or a position looks like to a script.
//
// A view is light userdata, so making one allocates nothing; all share one metatable, whose
// __index finds the event in the host's memory. A handle to an event carries the number of its
// callback, so that one kept past it is known by that and never read.
#include "moon_views.h"
#include "moon_calls.h"
#include "moon_kinds.h"
#include "moon_sandbox.h"

static const char *const fixed_texts[MOON_FIXED_COUNT] = {
    "pending", "waiting", "working", "amending", "cancelling", "unknown", "filled", "cancelled",
    "rejected", "expired", "buy", "sell", "symbol", "qty", "price", "stop", "tif", "post_only",
    "reduce_only", "tag",
};

void moon_push_view(lua_State *L, uintptr_t view) { lua_pushlightuserdata(L, (void *)view); }

static const char *const book_methods[] = {"level", "bids", "asks", "volume", "count", NULL};

const char *moon_view_name(int kind) {
    return kind > MOON_VIEW_NONE && kind < MOON_VIEW_COUNT ? moon_kinds[kind].name : NULL;
}

const char *moon_view_field(int kind, int index) {
    int count = 0;
    while (moon_kinds[kind].fields[count]) count++;
    if (index < count) return moon_field_name(moon_kinds[kind].fields[index]);
    index -= count;
    static const int method_count = sizeof book_methods / sizeof *book_methods - 1;
    if (kind == MOON_VIEW_BOOK && index < method_count) return book_methods[index];
    if (kind == MOON_VIEW_BOOK) index -= method_count;
    return index == 0 ? "copy" : NULL;
}

void moon_push_view_field(lua_State *L, uintptr_t view, moon_view kind, moon_field field) {
    moon_kinds[kind].push(L, moon_of(L), view, field);
}

moon_view moon_view_kind(lua_State *L, int index) {
    if (!lua_islightuserdata(L, index)) return MOON_VIEW_NONE;
    moon_view kind = (uintptr_t)lua_touserdata(L, index) & 15;
    return kind < MOON_VIEW_COUNT ? kind : MOON_VIEW_NONE;
}

static int raise_unknown_field(lua_State *L, moon_view kind, const char *name) {
    moon_nearest search = moon_nearest_to(name);
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    luaL_addstring(&list, "; it has ");
    for (int i = 0; moon_kinds[kind].fields[i]; i++) {
        const char *field = moon_field_name(moon_kinds[kind].fields[i]);
        moon_nearest_try(L, &search, field);
        if (i) luaL_addstring(&list, ", ");
        luaL_addstring(&list, field);
    }
    moon_nearest_try(L, &search, "copy");
    for (int i = 0; kind == MOON_VIEW_BOOK && book_methods[i]; i++) {
        moon_nearest_try(L, &search, book_methods[i]);
        luaL_addstring(&list, ", ");
        luaL_addstring(&list, book_methods[i]);
    }
    luaL_pushresult(&list);
    moon_nearest_push(L, &search, lua_tostring(L, -1));
    const char *hint = lua_tostring(L, -1);
    return moon_raise(
        L, "unknown field `%s` of %s%s", moon_push_shown(L, name, strlen(name)),
        moon_kinds[kind].article, hint);
}

static int copy(lua_State *L);

// What a read of a view that is neither a field nor right ends in. // stack: view, name → value
static __attribute__((noinline)) int no_field(lua_State *L, moon_view kind, moon_field field) {
    if (lua_type(L, 2) != LUA_TSTRING) {
        return moon_raise(
            L, "%s has named fields, not [%s]", moon_kinds[kind].article, moon_type_name(L, 2));
    }
    if (field == F_copy) {
        moon_push_method(L, F_copy);
        return 1;
    }
    return raise_unknown_field(L, kind, lua_tostring(L, 2));
}

static __attribute__((noinline)) int raise_kept(lua_State *L, moon_view kind) {
    const char *name = kind && kind < MOON_VIEW_COUNT ? moon_kinds[kind].name : "view";
    return moon_raise(
        L, "this %s was kept past its callback, and its fields are gone: use %s:copy()", name,
        name);
}

// stack: view, name → value
static int view_index(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    uintptr_t view = (uintptr_t)lua_touserdata(L, 1);
    moon_view kind = view & 15;
    // Only strings have the addresses of the field names, so the type need not be looked at.
    moon_field field = moon_field_of(host, lua_topointer(L, 2));
    if (view >> MOON_GENERATION_SHIFT != host->generation && !moon_is_live(kind)) {
        return raise_kept(L, kind);
    }
    return moon_kinds[kind].push(L, host, view, field) ? 1 : no_field(L, kind, field);
}

static int view_newindex(lua_State *L) {  // raises: mistakes
    moon_view kind = moon_view_kind(L, 1);
    return moon_raise(
        L, "%s is read-only: use copy() for a table that can be changed", moon_kinds[kind].article);
}

// Checks that argument 1 is a view that may be read now.
static uintptr_t check_view(lua_State *L, const char *function) {
    moon_view kind = moon_view_kind(L, 1);
    if (kind == MOON_VIEW_NONE) {
        moon_raise(
            L, "%s was called on %s: write view:%s(), with a colon", function,
            moon_type_name(L, 1), function);
    }
    uintptr_t view = (uintptr_t)lua_touserdata(L, 1);
    bool isGone = !moon_is_live(kind) && view >> MOON_GENERATION_SHIFT != moon_of(L)->generation;
    if (isGone) raise_kept(L, kind);
    return view;
}

// view:copy(): a plain table of the fields that are not nil; what is a view in it stays one.
static int copy(lua_State *L) {  // raises: mistakes
    moon_host *host = moon_of(L);
    uintptr_t view = check_view(L, "copy");
    moon_view kind = view & 15;
    lua_createtable(L, 0, 12);  // stack: view, table
    int table = lua_gettop(L);
    for (int i = 0; moon_kinds[kind].fields[i]; i++) {
        moon_field field = moon_kinds[kind].fields[i];
        lua_pushstring(L, moon_field_name(field));
        moon_kinds[kind].push(L, host, view, field);  // stack: view, table, name, value
        lua_rawset(L, table);
    }
    return 1;
}

// trade{symbol="…", price=50000.1, …}: never an address, the same on every run.
static int view_tostring(lua_State *L) {  // raises: mistakes, calls
    moon_host *host = moon_of(L);
    moon_view kind = moon_view_kind(L, 1);
    uintptr_t view = (uintptr_t)lua_touserdata(L, 1);
    if (kind == MOON_VIEW_NONE) {
        lua_pushliteral(L, "view");
        return 1;
    }
    if (!moon_is_live(kind) && view >> MOON_GENERATION_SHIFT != host->generation) {
        lua_pushfstring(L, "%s (kept past its callback)", moon_kinds[kind].name);
        return 1;
    }
    if (kind == MOON_VIEW_ORDER && !moon_order_of(host, moon_view_number(view))) {
        lua_pushliteral(L, "order (forgotten)");
        return 1;
    }
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    luaL_addstring(&text, moon_kinds[kind].name);
    luaL_addchar(&text, '{');
    bool isFirst = true;
    for (int i = 0; moon_kinds[kind].fields[i]; i++) {
        moon_field field = moon_kinds[kind].fields[i];
        if (field == F_time_ns || field == F_order) continue;
        moon_kinds[kind].push(L, host, view, field);  // stack: …, value
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        const char *quote = lua_type(L, -1) == LUA_TSTRING ? "\"" : "";
        lua_pushfstring(
            L, "%s%s=%s%s%s", isFirst ? "" : ", ", moon_field_name(field), quote,
            luaL_tolstring(L, -1, NULL), quote);  // stack: …, value, its text, entry
        lua_replace(L, -3);
        lua_pop(L, 1);  // stack: …, entry
        luaL_addvalue(&text);
        isFirst = false;
    }
    luaL_addchar(&text, '}');
    luaL_pushresult(&text);
    return 1;
}

// Gives each field the slot of its name; false: two have the same one.
static bool assign_slots(moon_host *host) {
    memset(host->field_slots, F_none, sizeof host->field_slots);
    for (int field = F_none + 1; field < F_end; field++) {
        uint8_t *slot = &host->field_slots[moon_field_slot(host, host->field_names[field])];
        if (*slot != F_none) return false;
        *slot = (uint8_t)field;
    }
    return true;
}

void moon_open_views(lua_State *L, moon_host *host) {
    lua_createtable(L, F_end, 0);  // stack: …, anchors
    for (int field = F_none + 1; field < F_end; field++) {
        lua_pushstring(L, moon_field_name(field));
        host->field_names[field] = lua_topointer(L, -1);
        lua_rawseti(L, -2, field);  // anchored: short strings are interned, so this is the key
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, host->field_names);
    host->field_factor = 0x9e3779b9u;
    while (!assign_slots(host)) host->field_factor += 0x61c88646u;  // the factor stays odd
    for (int fixed = 0; fixed < MOON_FIXED_COUNT; fixed++) {
        lua_pushstring(L, fixed_texts[fixed]);
        host->fixed_strings[fixed] = (void *)lua_topointer(L, -1);
        host->fixed[fixed] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    moon_set_method(L, F_copy, copy);
    moon_open_book(L);
    static const luaL_Reg methods[] = {
        {"__index", view_index},
        {"__newindex", view_newindex},
        {"__tostring", view_tostring},
        {NULL, NULL},
    };
    moon_push_view(L, 0);
    luaL_newlib(L, methods);  // stack: …, a view, metatable
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);  // of all light userdata
    lua_pop(L, 1);
}
