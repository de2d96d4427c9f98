// What scripts ask for: intents, requests, queries.
#pragma once
#include "moon_calls.h"
#include "moon_views.h"

// ---- Intents -------------------------------------------------------------------------------------

void moon_open_intents(lua_State *L);  // stack: api → api
void moon_open_intent_fields(lua_State *L);  // stack: api → api; makes the metatable of intents
const moon_intent *moon_intent_at(lua_State *L, int index);  // NULL: it is none
// Raises an error for a text that no order may have as its tag.
void moon_check_tag(lua_State *L, int index, const char *where);
// The symbol at `index`, or the only one; raises an error otherwise.
int32_t moon_check_slot(lua_State *L, int index, const char *where);
// The instrument of a slot; raises an error before the script has started.
int32_t moon_check_instrument(lua_State *L, int index, const char *where);
extern const char *const moon_tif_names[];

// Reads the number or text at `index` exactly; `direction` is where the 19th decimal goes, `where` the function
// that takes it, for errors.
moon_attos moon_read_decimal(
    lua_State *L, const char *where, int index, const char *field, int direction);
// As moon_read_decimal, above zero.
static inline moon_attos moon_read_amount(
    lua_State *L, const char *where, int index, const char *field, int direction) {
    moon_attos value = moon_read_decimal(L, where, index, field, direction);
    if (moon_wide(value) <= 0) {
        moon_raise(
            L, "`%s` in %s is %s, expected a number above 0", field, where,
            luaL_tolstring(L, index, NULL));
    }
    return value;
}

// ---- Queries and other requests ------------------------------------------------------------------

void moon_open_queries(lua_State *L);   // stack: api → api
void moon_open_requests(lua_State *L);  // stack: api → api
// Counts what a script asks for within a second of engine time. False: it is more than it may.
bool moon_ask(moon_host *host, moon_asked what, int32_t count);
// The same for what is dropped without an error, which is logged once a second.
bool moon_ask_or_drop(moon_host *host, moon_asked what);
void moon_add_request(moon_host *host, moon_stored_request request, const char *text, size_t count);
void moon_log_text(moon_host *host, int level, const char *text, size_t count);
