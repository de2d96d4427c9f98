// `state` as scripts see it.
#pragma once
#include "moon_host.h"

extern const char moon_shown_state_key;  // of the registry: `state` as scripts see it
void moon_open_state(lua_State *L);       // stack: api → api
bool moon_is_state(lua_State *L, int index);

// Waits until nobody reads the host's heap from another thread.
void moon_wait_for_readers(moon_host *host);
