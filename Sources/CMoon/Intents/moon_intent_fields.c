// An intent as scripts and tests see it: its fields, its text, and when two are the same.
#include "moon_calls.h"
#include "moon_intents.h"
#include "moon_lua.h"
#include "moon_sandbox.h"
#include "moon_views.h"

static const char intent_metatable_key;

const moon_intent *moon_intent_at(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA) return NULL;
    const moon_intent *intent = lua_touserdata(L, index);
    return moon_lua_userdata_of(intent)->metatable == moon_of(L)->intent_metatable ? intent : NULL;
}

const char *const moon_tif_names[] = {"gtc", "ioc", "fok"};

static const char *kind_name(const moon_intent *it) {
    switch (it->kind) {
    case MOON_PLACE: return it->side == MOON_BUY ? "buy" : "sell";
    case MOON_CANCEL_ORDER:
    case MOON_CANCEL_MATCHING: return "cancel";
    case MOON_AMEND: return "amend";
    case MOON_TARGET: return "target";
    default: return "close";
    }
}

static const char *const intent_fields[] = {
    "kind", "order", "symbol", "qty", "price", "stop", "tif", "post_only", "reduce_only", "tag",
    NULL};

// Pushes a field, nil where the intent has none; false: no intent has it. // stack: +1 when true
static bool push_intent_field(
    lua_State *L, moon_host *host, const moon_intent *it, const char *name) {
    if (strcmp(name, "kind") == 0) lua_pushstring(L, kind_name(it));
    else if (strcmp(name, "symbol") == 0) {
        if (it->slot >= 0) lua_pushstring(L, host->slot_names[it->slot].bytes);
        else lua_pushnil(L);
    } else if (strcmp(name, "qty") == 0) {
        if (it->has_quantity) moon_push_exact(L, host, it->quantity); else lua_pushnil(L);
    } else if (strcmp(name, "price") == 0) {
        if (it->has_price) moon_push_exact(L, host, it->price); else lua_pushnil(L);
    } else if (strcmp(name, "stop") == 0) {
        if (it->has_stop) moon_push_exact(L, host, it->stop); else lua_pushnil(L);
    } else if (strcmp(name, "tag") == 0) {
        if (it->has_tag) lua_pushstring(L, it->tag); else lua_pushnil(L);
    } else if (strcmp(name, "order") == 0) {
        if (it->order) moon_push_view(L, moon_view_live(MOON_VIEW_ORDER, it->order));
        else lua_pushnil(L);
    } else if (strcmp(name, "tif") == 0) {
        if (it->kind == MOON_PLACE) lua_pushstring(L, moon_tif_names[it->tif]); else lua_pushnil(L);
    } else if (strcmp(name, "post_only") == 0) {
        if (it->kind == MOON_PLACE) lua_pushboolean(L, it->is_post_only); else lua_pushnil(L);
    } else if (strcmp(name, "reduce_only") == 0) {
        if (it->kind == MOON_PLACE) lua_pushboolean(L, it->is_reduce_only); else lua_pushnil(L);
    } else return false;
    return true;
}

static int intent_index(lua_State *L) {  // raises: mistakes, budget
    const moon_intent *it = moon_intent_at(L, 1);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    bool isWhole = moon_text_is(L, 2, name);  // no zero byte in it
    if (it && isWhole && push_intent_field(L, moon_of(L), it, name)) return 1;
    moon_nearest search = moon_nearest_to(name);
    for (int i = 0; intent_fields[i]; i++) moon_nearest_try(L, &search, intent_fields[i]);
    moon_nearest_push(L, &search, "");
    const char *hint = lua_tostring(L, -1);
    return moon_raise(
        L, "unknown field `%s` of an intent%s", moon_push_shown(L, name, strlen(name)), hint);
}

static int intent_newindex(lua_State *L) {  // raises: mistakes
    return moon_raise(L, "an intent cannot be changed: build another");
}

// Intents are equal when they ask for the same: tests compare them.
static int intent_equal(lua_State *L) {  // never raises
    const moon_intent *left = moon_intent_at(L, 1), *right = moon_intent_at(L, 2);
    bool isEqual = left && right && memcmp(left, right, sizeof *left) == 0;
    lua_pushboolean(L, isEqual);
    return 1;
}

// buy{symbol="…", qty=0.01}
static int intent_tostring(lua_State *L) {  // raises: mistakes, calls
    moon_host *host = moon_of(L);
    const moon_intent *it = moon_intent_at(L, 1);
    if (!it) return moon_raise(L, "not an intent");
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    luaL_addstring(&text, kind_name(it));
    luaL_addchar(&text, '{');
    bool isFirst = true;
    for (int i = 1; intent_fields[i]; i++) {
        push_intent_field(L, host, it, intent_fields[i]);  // stack: …, value
        bool isDefault = lua_isnil(L, -1) || (lua_isboolean(L, -1) && !lua_toboolean(L, -1))
                         || (strcmp(intent_fields[i], "tif") == 0 && it->tif == MOON_GTC);
        if (isDefault) {
            lua_pop(L, 1);
            continue;
        }
        const char *quote = lua_type(L, -1) == LUA_TSTRING ? "\"" : "";
        lua_pushfstring(
            L, "%s%s=%s%s%s", isFirst ? "" : ", ", intent_fields[i], quote,
            luaL_tolstring(L, -1, NULL), quote);  // stack: …, value, its text, entry
        lua_replace(L, -3);
        lua_pop(L, 1);
        luaL_addvalue(&text);
        isFirst = false;
    }
    luaL_addchar(&text, '}');
    luaL_pushresult(&text);
    return 1;
}

void moon_open_intent_fields(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"__index", intent_index},
        {"__newindex", intent_newindex},
        {"__eq", intent_equal},
        {"__tostring", intent_tostring},
        {NULL, NULL},
    };
    luaL_newlib(L, methods);  // stack: api, metatable
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
    moon_of(L)->intent_metatable = (void *)lua_topointer(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &intent_metatable_key);
}
