// What a script finds around it: its environment, the libraries, texts and tables on their way out.
#pragma once
#include "moon_host.h"

// ---- The libraries -------------------------------------------------------------------------------

void moon_open_params(lua_State *L);    // stack: api → api
void moon_open_base(lua_State *L);      // stack: api → api; pcall, pairs, tostring…
void moon_open_libraries(lua_State *L); // stack: api → api; string, math, table, os…
void moon_open_protected(lua_State *L);  // stack: api → api; pcall, xpcall, traceback, coroutine
void moon_open_string(lua_State *L);    // stack: api → api
void moon_open_patterns(lua_State *L);  // stack: string → string; find, match, gmatch, gsub
void moon_open_table(lua_State *L);     // stack: api → api
// Runs Lua's own function, kept as the upvalue, in the frame of the one that stands for it, so that
// its errors have the name and the place of the call.
int moon_call_own(lua_State *L);
// Makes Lua's own functions of the table on top charge the lengths of their arguments.
void moon_charge_lengths(lua_State *L, const char *const *names);  // ended by NULL
void moon_open_random(lua_State *L);    // stack: math → math
void moon_open_sort(lua_State *L);      // stack: table → table
void moon_open_order(lua_State *L);     // stack: api → api; pairs and next
void moon_open_names(lua_State *L);     // stack: api → api, without what was not asked for
void moon_make_objects(lua_State *L);   // stack: api → api, its functions made objects of the heap
// Why scripts do not get the name; NULL: no reason is known. The text lasts until the next call.
const char *moon_reason_withheld(moon_host *host, const char *name);
void moon_open_sandbox(lua_State *L);   // the environment and all of the above

// ---- Texts ---------------------------------------------------------------------------------------

bool moon_is_utf8(const char *bytes, size_t count);
// Raise an error, in which `what` names the text, for one that is not UTF-8, or has a zero byte too.
void moon_check_utf8(lua_State *L, int index, const char *what);
void moon_check_plain_text(lua_State *L, int index, const char *what);
// Whether the value is the text `wanted`, byte for byte.
bool moon_text_is(lua_State *L, int index, const char *wanted);
// Pushes a name for a message, cut where it is long. // stack: +1
const char *moon_push_shown(lua_State *L, const char *bytes, size_t count);
const char *moon_push_name(lua_State *L, int index);
void moon_push_text(lua_State *L, int index);  // tostring without addresses; stack: +1
void moon_text_add(moon_text *text, const char *bytes, size_t count);

// ---- Tables --------------------------------------------------------------------------------------

// Replaces the table on top by a read-only one; `what` is its name in errors, `noun` what its
// entries are called. // stack: table → proxy
void moon_freeze(lua_State *L, const char *what, const char *noun);
// Whether the value is a frozen table; pushes what is behind it. // stack: +1 when true
bool moon_thaw(lua_State *L, int index);
// Pushes a table's keys as a sorted list; `function` names the walk in errors. // stack: +1
void moon_push_keys(lua_State *L, int table, const char *function);
