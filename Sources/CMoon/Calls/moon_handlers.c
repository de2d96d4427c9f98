// Handlers: global functions that the host keeps apart from the script's other globals, so that it
// hears of each assignment. One takes effect with the next event.
#include "moon_calls.h"
#include "moon_sandbox.h"

static const char *const handler_names[MOON_HANDLER_COUNT] = {
    "on_trade", "on_quote", "on_book",     "on_bar",    "on_ticker", "on_funding", "on_order",
    "on_fill",  "on_position", "on_status", "on_start", "on_timer",  "on_stop",    "on_upgrade",
};

// In the registry: the handlers by number from 1, false for none, and their numbers by name.
static const char handlers_key;

const char *moon_handler_name(moon_handler handler) {
    return handler == MOON_WHEN ? "when" : handler_names[handler];
}

static int slot_of(int handler) { return MOON_MESSAGE_SLOT + 1 + handler; }

void moon_open_handlers(lua_State *L) {
    lua_createtable(L, MOON_HANDLER_COUNT, MOON_HANDLER_COUNT);
    for (int i = 0; i < MOON_HANDLER_COUNT; i++) {
        lua_pushinteger(L, i + 1);
        lua_setfield(L, -2, handler_names[i]);
        lua_pushboolean(L, 0);
        lua_rawseti(L, -2, i + 1);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &handlers_key);
}

// ---- Assignment ---------------------------------------------------------------------------------

// What the engine delivers of the market is settled once the script has loaded.
static bool has_feed(int handler) { return handler < MOON_ON_ORDER; }

static void check_assignment(lua_State *L, moon_host *host, int handler, int value) {
    if (!lua_isnil(L, value) && !lua_isfunction(L, value)) {
        moon_raise(
            L, "the global `%s` is %s, expected the handler function", handler_names[handler],
            moon_type_name(L, value));
    }
    bool isLate = !host->is_loading && has_feed(handler) && lua_isfunction(L, value)
                  && !moon_declares_handler(host, (moon_handler)handler);
    if (isLate) {
        moon_raise(
            L, "`%s` cannot begin now: which feeds a script hears is settled when it has loaded;"
            " define it while the script loads, and exchange it later", handler_names[handler]);
    }
}

bool moon_assign_handler(lua_State *L, int name, int value) {
    if (lua_type(L, name) != LUA_TSTRING) return false;
    int top = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handlers_key);
    lua_pushvalue(L, name);
    if (lua_rawget(L, top + 1) == LUA_TNIL) {  // stack: …, handlers, number
        lua_settop(L, top);
        return false;
    }
    moon_host *host = moon_of(L);
    int number = (int)lua_tointeger(L, -1);
    check_assignment(L, host, number - 1, value);
    if (lua_isnil(L, value)) lua_pushboolean(L, 0);
    else lua_pushvalue(L, value);
    lua_rawseti(L, top + 1, number);
    // Read as a global it is found behind the environment, as the API's own names are.
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_api_key);
    lua_pushvalue(L, name);
    lua_pushvalue(L, value);
    lua_rawset(L, -3);
    lua_settop(L, top);
    if (host->is_loading) return true;
    host->reassigned |= 1u << (number - 1);
    host->stirred_generation = host->generation;
    return true;
}

bool moon_push_handler(lua_State *L, int name) {
    if (lua_type(L, name) != LUA_TSTRING) return false;
    lua_pushvalue(L, name);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handlers_key);
    lua_insert(L, -2);
    bool isHandler = lua_rawget(L, -2) != LUA_TNIL;  // stack: …, handlers, number
    if (isHandler) {
        if (lua_rawgeti(L, -2, lua_tointeger(L, -1)) != LUA_TFUNCTION) {
            lua_pop(L, 1);
            lua_pushnil(L);
        }
        lua_insert(L, -3);
    }
    lua_pop(L, 2);
    return isHandler;
}

void moon_settle_handlers(moon_host *host) {
    if (!host->reassigned || host->is_dead) return;
    lua_State *L = host->L;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handlers_key);
    for (int i = 0; i < MOON_HANDLER_COUNT; i++) {
        if (!(host->reassigned >> i & 1)) continue;
        bool isThere = lua_rawgeti(L, -1, i + 1) == LUA_TFUNCTION;
        lua_replace(L, slot_of(i));
        host->handler[i] = isThere && !host->is_broken ? slot_of(i) : 0;
    }
    lua_pop(L, 1);
    host->reassigned = 0;
}

bool moon_has_handler(moon_host *host, moon_handler handler) { return host->handler[handler] != 0; }

bool moon_declares_handler(moon_host *host, moon_handler handler) {
    return host->declared >> handler & 1;
}

// ---- What looks like a handler ------------------------------------------------------------------

enum { UNITS_TO_A_GLOBAL = 2 };

// A global function that is not a handler; its name lies in the environment.
typedef struct {
    const char *name, *meant;
    size_t count;
} stray;

// The handler that a name probably means; NULL: it is near to none.
static const char *near_handler(lua_State *L, const char *name) {
    moon_nearest search = moon_nearest_to(name);
    for (int i = 0; i < MOON_HANDLER_COUNT; i++) moon_nearest_try(L, &search, handler_names[i]);
    return moon_name_is_near(name, search.distance) ? search.best : NULL;
}

// Those that were probably meant as handlers come first, then by their bytes.
static bool comes_before(const stray *left, const stray *right) {
    if (!left->meant != !right->meant) return left->meant;
    size_t common = left->count < right->count ? left->count : right->count;
    int order = memcmp(left->name, right->name, common);
    return order != 0 ? order < 0 : left->count < right->count;
}

// Puts one in its place among the first `kept`; how many are kept then.
static int keep(stray *strays, int kept, stray found) {
    bool isFull = kept == MOON_MOST_STRAYS;
    int at = isFull ? kept - 1 : kept;
    if (isFull && !comes_before(&found, &strays[at])) return kept;
    for (; at > 0 && comes_before(&found, &strays[at - 1]); at--) strays[at] = strays[at - 1];
    strays[at] = found;
    return isFull ? kept : kept + 1;
}

// Notes a stray for the host: its name, and where the function begins. // stack: unchanged
static void record_stray(lua_State *L, int env, const stray *found, moon_stray *note) {
    lua_pushlstring(L, found->name, found->count);
    lua_rawget(L, env);  // stack: …, function
    lua_Debug ar;
    lua_getinfo(L, ">S", &ar);
    note->meant = found->meant;
    note->line = ar.linedefined > 0 ? ar.linedefined : 0;
    note->file[0] = 0;
    if (note->line) memcpy(note->file, ar.short_src, LUA_IDSIZE);
    const char *shown = moon_push_shown(L, found->name, found->count);
    strncpy(note->name, shown, sizeof note->name - 1);
    lua_pop(L, 1);
}

static void find_strays(lua_State *L, moon_host *host) {
    stray strays[MOON_MOST_STRAYS] = {{0}};
    int kept = 0;
    host->stray_count = 0;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_env_key);  // stack: …, environment
    int env = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, env)) {  // stack: …, environment, key, value
        moon_charge(L, UNITS_TO_A_GLOBAL);
        if (lua_type(L, -2) == LUA_TSTRING && lua_isfunction(L, -1)) {
            stray found = {.count = 0};
            found.name = lua_tolstring(L, -2, &found.count);
            found.meant = near_handler(L, found.name);
            if (found.meant || strncmp(found.name, "on_", 3) == 0) {
                kept = keep(strays, kept, found);
                host->stray_count++;
            }
        }
        lua_pop(L, 1);
    }
    for (int i = 0; i < kept; i++) record_stray(L, env, &strays[i], &host->strays[i]);
    lua_pop(L, 1);
}

size_t moon_stray_count(moon_host *host) { return host->stray_count; }

const moon_stray *moon_stray_at(moon_host *host, size_t index) {
    bool isNamed = index < host->stray_count && index < MOON_MOST_STRAYS;
    return isNamed ? &host->strays[index] : NULL;
}

// ---- Once the script has loaded -----------------------------------------------------------------

int moon_find_handlers(lua_State *L) {  // raises: budget
    moon_host *host = moon_of(L);
    find_strays(L, host);
    luaL_checkstack(L, MOON_HANDLER_COUNT + LUA_MINSTACK, NULL);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handlers_key);  // stack: handlers
    for (int i = 0; i < MOON_HANDLER_COUNT; i++) {
        bool isThere = lua_rawgeti(L, 1, i + 1) == LUA_TFUNCTION;
        host->handler[i] = isThere ? slot_of(i) : 0;
        if (isThere) host->declared |= 1u << i;
    }
    return MOON_HANDLER_COUNT;
}
