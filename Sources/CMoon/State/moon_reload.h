// moon_reload.h: what moon_reload.c and moon_mirror.c share.
#pragma once
#include "moon_sandbox.h"
#include "moon_state.h"

// As moon_run_function, for work of the host's own on a script's state: bounded by how large that may be, and
// not by the script's budget; a failure of it does not end the script. False: the failure is taken.
bool moon_run_for_host(moon_host *host, lua_CFunction function, void *argument);

// Whether the value is a read-only table.
static inline bool moon_is_frozen(lua_State *L, int index) {
    if (!moon_thaw(L, index)) return false;
    lua_pop(L, 1);
    return true;
}

// Keeps the entries of the table at `state` by name: the defaults may bring back those that go.
void moon_keep_removed(lua_State *L, int state);
// Adds the entries of a state's text that `state` does not have. False: there were none.
bool moon_add_defaults(
    lua_State *L, const moon_state_index *index, const char *text, size_t count);
// Forgets which tables were filled from a text.
void moon_forget_filled(moon_host *host);
