// moon_state.h: `state` as text, and from text.
#pragma once
#include "moon_host.h"
#include "moon_lua.h"

enum {
    MOON_DEEPEST_STATE = 100,  // levels of tables
    MOON_LARGEST_STATE = 16 << 20,  // bytes as text
    // Places of tables, and a place for each 32 bytes of long texts: written and read within 1 ms.
    MOON_SMALL_STATE = 1500,
};

// The table behind one that only stands for it, where `table` does: the place in the heap, of which
// what is read lies `shift` bytes away.
const moon_lua_table *moon_table_behind(const moon_lua_table *table, ptrdiff_t shift);

// Writes a table that lies `shift` bytes from where its heap is. False: `problem` says which entry
// cannot be written.
bool moon_write_table(
    const moon_lua_table *table, ptrdiff_t shift, moon_text *text, moon_text *problem);

// Whether writing the table takes no time that matters.
bool moon_is_small(const moon_lua_table *table);

// Pushes the table that a text of moon_write_table, or of a test file, stands for; raises an error
// for any other text. // stack: +1
void moon_push_state(lua_State *L, const char *text, size_t count);

// Gives the table at `into` the entries of the text, and no others; tables that both have stay the
// same tables.
void moon_fill_state(lua_State *L, int into, const char *text, size_t count);

// Where the entries of a state's text begin. `begins` is freed by whoever has it.
typedef struct moon_state_index {
    size_t *begins;
    size_t count;
} moon_state_index;
void moon_index_state(lua_State *L, moon_state_index *index, const char *text, size_t count);
// Adds those entries of the text that the table at `state` does not have; a table that is at that
// name in the table at `removed` is filled, and added. False: there were none.
bool moon_add_missing(
    lua_State *L, const moon_state_index *index, const char *text, size_t count, int state,
    int removed);
