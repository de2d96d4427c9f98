// What the files of a mirror share: see moon_mirror.c.
#pragma once
#include "moon_heap_parts.h"
#include "moon_snapshot.h"
#include "moon_state.h"

enum {
    MOST_STEPS = 10000,  // entries looked at or set between two events: some 2 ms
    MOST_FREED = 100000,
    NO_OCCURRENCE = -1,
};

// The parts of a table, by which it is seen whether they are still the same.
typedef struct {
    const moon_lua_value *array;
    const moon_lua_node *nodes;
    size_t places, node_count;
} table_parts;

typedef struct {
    const moon_lua_table *from, *copied;  // the table that it mirrors, and the one that it was made of
    const moon_lua_table *into;
    table_parts from_parts, into_parts;
    bool is_freed;     // `copied` was: what lies there now is another table, or none
    bool is_refilled;  // by another table since: what became of `copied` is no news for it
    bool is_compared;  // as a whole, in this finish
} occurrence;

// Which occurrences have parts on a page: those from begin[page] to begin[page + 1].
typedef struct {
    int32_t *begin, *occurrences;
    int32_t *without_parts;  // occurrences that have none, so that no page tells of them
    int32_t without_count;
} page_index;

// Tables that the first script's collector has freed since the snapshot.
typedef struct {
    const void **tables;
    size_t count, capacity;
    bool is_too_long;
} freed_list;

struct moon_mirror {
    moon_snapshot *from_pages, *into_pages;
    ptrdiff_t shift;  // where the tables that are read lie: in the snapshot's image, or 0 for the heap
    occurrence *occurrences;
    int32_t count, capacity;
    int32_t *by_into;  // a hash table of occurrences by the second script's table
    size_t slots;
    page_index from_index, into_index;
    int32_t *by_from;  // the same by the first script's, an occurrence for each name of a table
    size_t from_slots;
    freed_list freed;
    bool has_freed;  // one of the tables that were copied
    _Atomic uint8_t *from_touched, *into_touched;  // by page: parts were given back or resized there
    moon_text defaults;  // of the second script's state
    moon_state_index default_index;
    bool has_defaults;  // whether some of them were added
    const char *refused;  // why it cannot be done; NULL: it can
    int64_t steps;
};

static inline table_parts moon_parts_of(const moon_lua_table *table) {
    return (table_parts){
        table->array, table->nodes, moon_lua_array_count(table), moon_lua_node_count(table)};
}

static inline bool moon_parts_are_same(table_parts left, table_parts right) {
    return left.array == right.array && left.nodes == right.nodes && left.places == right.places
           && left.node_count == right.node_count;
}

static inline const void *moon_mirror_at(const moon_mirror *it, const void *pointer) {
    return (const char *)pointer + it->shift;
}

static inline bool moon_is_news(const occurrence *one) {
    return !one->is_freed && !one->is_refilled && !one->is_compared;
}

typedef struct {
    moon_mirror *mirror;
    lua_State *L;
    int anchors, keys;  // stack indices of lists
    int depth;
} filling;

// ---- Tables: moon_mirror_tables.c ---------------------------------------------------------------

// Fills the second script's table at `into` from the first's, and remembers that it did.
void moon_mirror_fill(filling *at_fill, int into, const moon_lua_table *from);
// Makes the entries of the table at `into` those of `from`.
void moon_mirror_put_all(filling *at_fill, int into, const moon_lua_table *from);
// Gives the entry whose key is on top the value; NULL: none. // stack: …, key →
void moon_mirror_put(filling *at_fill, int into, const moon_lua_value *value);
// The value of an entry whose key is at `index` of the second script's stack; NULL: there is none.
const moon_lua_value *moon_mirror_find(
    const moon_mirror *it, const moon_lua_table *table, lua_State *L, int index);
// Pushes a key as the second script has it. False: it is none that a state can have. // stack: +1
bool moon_mirror_push_key(const moon_mirror *it, lua_State *L, const moon_lua_node *node);
// Makes tables of the first script known by where they lie, and says which of them were freed.
void moon_mirror_index_tables(moon_mirror *it);
void moon_mirror_drop_freed(moon_mirror *it);
// Whether what lies at `table` is still what was copied.
bool moon_mirror_is_there(const moon_mirror *it, const void *table);

// ---- Pages: moon_mirror_pages.c -----------------------------------------------------------------

void moon_mirror_index_pages(
    const moon_mirror *it, page_index *index, const moon_snapshot *pages, bool isFrom);
void moon_mirror_free_index(page_index *index);
// Looks at all tables on pages that were written to, and sets what is not what it was.
void moon_mirror_compare(filling *at_fill, bool isFrom);
