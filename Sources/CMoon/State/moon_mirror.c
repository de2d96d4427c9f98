// The `state` of one script made that of another while the first goes on: for states too large to be
// written and read between two events.
//
// A snapshot of the first script's memory is copied into the second one's tables, on another thread.
// From then on both heaps tell which pages were written to: the first because it trades on, the second
// because it hears what happens. Between two events at last, what lies on those pages is compared
// with what was copied, place by place, and only entries that differ are set. The outcome is that of
// moon_replace_state: tables that both have stay the same tables.
//
// Every occurrence of a table in the tree of `state` is known by a number, with where it lies in the
// first heap and in the second. A table whose parts were moved or given back since is compared as a
// whole.
#include <stdio.h>
#include <stdlib.h>

#include "moon_heap_parts.h"
#include "moon_reload.h"
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

static const char anchors_key;

static table_parts parts_of(const moon_lua_table *table) {
    return (table_parts){
        table->array, table->nodes, moon_lua_array_count(table), moon_lua_node_count(table)};
}

static bool are_same(table_parts left, table_parts right) {
    return left.array == right.array && left.nodes == right.nodes && left.places == right.places
           && left.node_count == right.node_count;
}

static const void *at(const moon_mirror *it, const void *pointer) {
    return (const char *)pointer + it->shift;
}

// ---- Occurrences --------------------------------------------------------------------------------

static int32_t find_occurrence(const moon_mirror *it, const void *into) {
    if (it->slots == 0) return NO_OCCURRENCE;
    for (size_t slot = moon_slot_of(into, it->slots);; slot = (slot + 1) & (it->slots - 1)) {
        int32_t found = it->by_into[slot];
        if (found == NO_OCCURRENCE || it->occurrences[found].into == into) return found;
    }
}

static void insert_occurrence(moon_mirror *it, int32_t index) {
    size_t slot = moon_slot_of(it->occurrences[index].into, it->slots);
    while (it->by_into[slot] != NO_OCCURRENCE) slot = (slot + 1) & (it->slots - 1);
    it->by_into[slot] = index;
}

static void grow(moon_mirror *it) {
    it->capacity = it->capacity ? it->capacity * 2 : 1024;
    it->occurrences = realloc(it->occurrences, (size_t)it->capacity * sizeof *it->occurrences);
    it->slots = (size_t)it->capacity * 2;
    free(it->by_into);
    it->by_into = malloc(it->slots * sizeof *it->by_into);
    if (!it->occurrences || !it->by_into) abort();
    for (size_t i = 0; i < it->slots; i++) it->by_into[i] = NO_OCCURRENCE;
    for (int32_t i = 0; i < it->count; i++) insert_occurrence(it, i);
}

static void build_by_from(moon_mirror *it) {
    it->from_slots = it->slots;
    it->by_from = malloc(it->from_slots * sizeof *it->by_from);
    if (!it->by_from) abort();
    for (size_t i = 0; i < it->from_slots; i++) it->by_from[i] = NO_OCCURRENCE;
    for (int32_t i = 0; i < it->count; i++) {
        size_t slot = moon_slot_of(it->occurrences[i].copied, it->from_slots);
        while (it->by_from[slot] != NO_OCCURRENCE) slot = (slot + 1) & (it->from_slots - 1);
        it->by_from[slot] = i;
    }
}

static void drop_freed(moon_mirror *it) {
    for (size_t i = 0; i < it->freed.count; i++) {
        const void *table = it->freed.tables[i];
        size_t slot = moon_slot_of(table, it->from_slots);
        for (; it->by_from[slot] != NO_OCCURRENCE; slot = (slot + 1) & (it->from_slots - 1)) {
            occurrence *one = &it->occurrences[it->by_from[slot]];
            if (one->copied != table) continue;
            one->is_freed = true;
            it->has_freed = true;
        }
    }
}

// Whether what lies at `table` is still what was copied.
static bool is_still_there(const moon_mirror *it, const void *table) {
    if (!it->has_freed) return true;
    size_t slot = moon_slot_of(table, it->from_slots);
    for (; it->by_from[slot] != NO_OCCURRENCE; slot = (slot + 1) & (it->from_slots - 1)) {
        const occurrence *one = &it->occurrences[it->by_from[slot]];
        if (one->copied == table) return !one->is_freed;
    }
    return true;
}

static bool is_news(const occurrence *one) {
    return !one->is_freed && !one->is_refilled && !one->is_compared;
}

// Notes that the table at `into` is filled from `from`, and keeps it alive.
static void note(moon_mirror *it, lua_State *L, int anchors, int into, const moon_lua_table *from) {
    const void *table = lua_topointer(L, into);
    int32_t known = find_occurrence(it, table);
    if (known == NO_OCCURRENCE) {
        if (it->count == it->capacity) grow(it);
        known = it->count++;
        it->occurrences[known] = (occurrence){.into = table};
        insert_occurrence(it, known);
        lua_pushvalue(L, into);
        lua_rawseti(L, anchors, known + 1);
        it->occurrences[known].copied = from;
    } else {
        it->occurrences[known].is_refilled = true;
    }
    it->occurrences[known].from = from;
}

// ---- Reading the first script's tables ----------------------------------------------------------

// The value of an entry whose key is at `index` of the second script's stack; NULL: there is none.
static const moon_lua_value *find(
    const moon_mirror *it, const moon_lua_table *table, lua_State *L, int index) {
    size_t nodes = moon_lua_node_count(table);
    const moon_lua_node *first = at(it, table->nodes);
    int type = lua_type(L, index);
    if (type == LUA_TSTRING) {
        if (nodes == 0) return NULL;
        size_t count;
        const char *bytes = lua_tolstring(L, index, &count);
        // Both states have the same seed, so a short text has the same hash in both.
        const moon_lua_string *wanted = (const void *)(bytes - offsetof(moon_lua_string, bytes));
        bool isShort = wanted->type == (MOON_LUA_SHORT_STRING & ~MOON_LUA_COLLECTABLE);
        const moon_lua_node *node = isShort ? first + (wanted->hash & (nodes - 1)) : first;
        for (;;) {
            bool isString = node->key_type == MOON_LUA_SHORT_STRING
                            || node->key_type == MOON_LUA_LONG_STRING;
            if (isString && !moon_lua_is_nil(node->type)) {
                const moon_lua_string *key = at(it, node->key.pointer);
                if (moon_lua_string_count(key) == count && memcmp(key->bytes, bytes, count) == 0) {
                    return (const moon_lua_value *)node;
                }
            }
            if (!isShort) {
                if (++node == first + nodes) return NULL;
            } else if (node->next == 0) {
                return NULL;
            } else {
                node += node->next;
            }
        }
    }
    if (lua_isinteger(L, index)) {
        uint64_t place = (uint64_t)lua_tointeger(L, index) - 1;
        if (place < moon_lua_array_count(table)) {
            const moon_lua_value *value = (const moon_lua_value *)at(it, table->array) + place;
            return moon_lua_is_nil(value->type) ? NULL : value;
        }
        if (nodes == 0) return NULL;
        // As Lua's hashint.
        uint64_t number = place + 1;
        size_t divisor = (nodes - 1) | 1;
        size_t main_place = number <= INT32_MAX ? (size_t)((int)number % (int)divisor)
                                                : (size_t)(number % divisor);
        for (const moon_lua_node *node = first + main_place;; node += node->next) {
            bool isKey = node->key_type == MOON_LUA_INTEGER
                         && (uint64_t)node->key.integer == number;
            if (isKey) return moon_lua_is_nil(node->type) ? NULL : (const moon_lua_value *)node;
            if (node->next == 0) return NULL;
        }
    }
    for (const moon_lua_node *node = first; node < first + nodes; node++) {  // rare kinds of keys
        if (moon_lua_is_nil(node->type)) continue;
        bool isKey = type == LUA_TBOOLEAN
                         ? node->key_type == (lua_toboolean(L, index) ? MOON_LUA_TRUE : MOON_LUA_FALSE)
                         : type == LUA_TNUMBER && node->key_type == MOON_LUA_NUMBER
                               && node->key.number == lua_tonumber(L, index);
        if (isKey) return (const moon_lua_value *)node;
    }
    return NULL;
}

// Pushes a key as the second script has it. False: it is none that a state can have. // stack: +1
static bool push_key(const moon_mirror *it, lua_State *L, const moon_lua_node *node) {
    switch (node->key_type) {
    case MOON_LUA_INTEGER: lua_pushinteger(L, node->key.integer); return true;
    case MOON_LUA_NUMBER: lua_pushnumber(L, node->key.number); return true;
    case MOON_LUA_FALSE:
    case MOON_LUA_TRUE: lua_pushboolean(L, node->key_type == MOON_LUA_TRUE); return true;
    case MOON_LUA_SHORT_STRING:
    case MOON_LUA_LONG_STRING: {
        const moon_lua_string *string = at(it, node->key.pointer);
        lua_pushlstring(L, string->bytes, moon_lua_string_count(string));
        return true;
    }
    default: return false;
    }
}

// ---- Setting the second script's ----------------------------------------------------------------

typedef struct {
    moon_mirror *mirror;
    lua_State *L;
    int anchors, keys;  // stack indices of lists
    int depth;
} filling;

static void fill(filling *at, int into, const moon_lua_table *from);

// Whether a value of the first script is the plain value at the top. // stack: …, value
static bool is_equal(const moon_mirror *it, lua_State *L, const moon_lua_value *value) {
    switch (value->type) {
    case MOON_LUA_INTEGER:
        return lua_isinteger(L, -1) && lua_tointeger(L, -1) == value->integer;
    case MOON_LUA_NUMBER: {
        lua_Number number = lua_tonumber(L, -1);
        return lua_type(L, -1) == LUA_TNUMBER && !lua_isinteger(L, -1)
               && memcmp(&number, &value->number, sizeof number) == 0;
    }
    case MOON_LUA_FALSE:
    case MOON_LUA_TRUE:
        return lua_isboolean(L, -1) && lua_toboolean(L, -1) == (value->type == MOON_LUA_TRUE);
    case MOON_LUA_SHORT_STRING:
    case MOON_LUA_LONG_STRING: {
        if (lua_type(L, -1) != LUA_TSTRING) return false;
        const moon_lua_string *string = at(it, value->pointer);
        size_t count;
        const char *bytes = lua_tolstring(L, -1, &count);
        return count == moon_lua_string_count(string) && memcmp(bytes, string->bytes, count) == 0;
    }
    default: return false;
    }
}

// Gives the entry whose key is on top the value; NULL: none. // stack: …, key →
static void put(filling *at_fill, int into, const moon_lua_value *value) {
    moon_mirror *it = at_fill->mirror;
    lua_State *L = at_fill->L;
    it->steps++;
    int key = lua_gettop(L);
    if (!value) {
        lua_pushnil(L);
        lua_rawset(L, into);
        return;
    }
    lua_pushvalue(L, key);
    lua_rawget(L, into);  // stack: …, key, old
    if (value->type != MOON_LUA_TABLE) {
        bool isSame = is_equal(it, L, value);
        lua_settop(L, key);
        if (isSame) return lua_settop(L, key - 1);
        switch (value->type) {
        case MOON_LUA_INTEGER: lua_pushinteger(L, value->integer); break;
        case MOON_LUA_NUMBER: lua_pushnumber(L, value->number); break;
        case MOON_LUA_FALSE:
        case MOON_LUA_TRUE: lua_pushboolean(L, value->type == MOON_LUA_TRUE); break;
        case MOON_LUA_SHORT_STRING:
        case MOON_LUA_LONG_STRING: {
            const moon_lua_string *string = at(it, value->pointer);
            lua_pushlstring(L, string->bytes, moon_lua_string_count(string));
            break;
        }
        default:
            it->refused = "holds what is no plain data";
            lua_pushnil(L);
        }
        lua_rawset(L, into);
        return;
    }
    const moon_lua_table *from = moon_table_behind(value->pointer, it->shift);
    bool isTable = lua_istable(L, -1);
    if (isTable && it->shift == 0) {  // what became of a known table is told by its own pages
        int32_t known = find_occurrence(it, lua_topointer(L, -1));
        bool isKnown = known != NO_OCCURRENCE && it->occurrences[known].from == from
                       && !it->occurrences[known].is_refilled
                       && !it->occurrences[known].is_freed;
        if (isKnown) return lua_settop(L, key - 1);
    }
    // Two names of one table are two tables in a state.
    bool isFilled = it->shift != 0 && isTable
                    && find_occurrence(it, lua_topointer(L, -1)) != NO_OCCURRENCE;
    if (!isTable || isFilled || moon_is_frozen(L, key + 1)) {
        const moon_lua_table *there = at(it, from);
        lua_settop(L, key);
        // As many as there are entries, by what is seen: more only makes it grow.
        lua_createtable(
            L, (int)moon_lua_array_count(there), (int)moon_lua_node_count(there));
        lua_pushvalue(L, key);
        lua_pushvalue(L, key + 1);
        lua_rawset(L, into);
    }
    fill(at_fill, key + 1, from);
    lua_settop(L, key - 1);
}

// Whether it is more than may be done between two events.
static bool is_too_much(const moon_mirror *it) {
    return it->shift == 0 && it->steps > MOST_STEPS;
}

static void check_depth(filling *at_fill) {
    luaL_checkstack(at_fill->L, 12, "state");
    if (at_fill->depth < MOON_DEEPEST_STATE) return;
    at_fill->mirror->refused = "is nested too deeply, or contains itself";
    luaL_error(at_fill->L, "state %s", at_fill->mirror->refused);
}

// Makes the entries of the table at `into` those of `from`.
static void put_all(filling *at_fill, int into, const moon_lua_table *from) {
    moon_mirror *it = at_fill->mirror;
    lua_State *L = at_fill->L;
    const moon_lua_table *table = at(it, from);
    lua_pushnil(L);
    while (lua_next(L, into)) {  // stack: …, key, value
        lua_pop(L, 1);
        it->steps++;
        if (is_too_much(it)) return lua_pop(L, 1);
        if (find(it, table, L, lua_gettop(L))) continue;
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, into);
    }
    size_t places = moon_lua_array_count(table), nodes = moon_lua_node_count(table);
    const moon_lua_value *array = at(it, table->array);
    for (size_t i = 0; i < places; i++) {
        if (moon_lua_is_nil(array[i].type)) continue;
        if (is_too_much(it)) return;
        lua_pushinteger(L, (lua_Integer)i + 1);
        put(at_fill, into, &array[i]);
    }
    const moon_lua_node *node = at(it, table->nodes);
    for (size_t i = 0; i < nodes; i++, node++) {
        if (moon_lua_is_nil(node->type)) continue;
        if (is_too_much(it)) return;
        if (push_key(it, L, node)) put(at_fill, into, (const moon_lua_value *)node);
        else it->refused = "has a key that is no plain data";
    }
}

static void fill(filling *at_fill, int into, const moon_lua_table *from) {
    check_depth(at_fill);
    note(at_fill->mirror, at_fill->L, at_fill->anchors, into, from);
    at_fill->depth++;
    put_all(at_fill, into, from);
    at_fill->depth--;
}

// ---- Pages --------------------------------------------------------------------------------------

static size_t page_of(const moon_snapshot *pages, const void *address) {
    return (size_t)((const char *)address - pages->base) / HEAP_PAGE;
}

// Calls `visit` for each page that parts lie on.
static void each_page(
    const moon_snapshot *pages, const table_parts *parts, void (*visit)(void *, size_t),
    void *context) {
    if (parts->places > 0) {
        size_t last = page_of(pages, (const char *)(parts->array + parts->places) - 1);
        for (size_t page = page_of(pages, parts->array); page <= last; page++) visit(context, page);
    }
    if (parts->node_count > 0) {
        size_t last = page_of(pages, (const char *)(parts->nodes + parts->node_count) - 1);
        for (size_t page = page_of(pages, parts->nodes); page <= last; page++) visit(context, page);
    }
}

typedef struct {
    int32_t *counts;
    int32_t *occurrences;
    int32_t occurrence;
} index_step;

static void count_page(void *context, size_t page) { ((index_step *)context)->counts[page]++; }

static void place_page(void *context, size_t page) {
    index_step *step = context;
    step->occurrences[--step->counts[page]] = step->occurrence;
}

static void build_index(
    const moon_mirror *it, page_index *index, const moon_snapshot *pages, bool isFrom) {
    size_t page_count = pages->size / HEAP_PAGE;
    index->begin = calloc(page_count + 1, sizeof *index->begin);
    index->without_parts = malloc(((size_t)it->count + 1) * sizeof *index->without_parts);
    if (!index->begin || !index->without_parts) abort();
    index_step step = {.counts = index->begin};
    for (int32_t i = 0; i < it->count; i++) {
        const occurrence *one = &it->occurrences[i];
        const table_parts *parts = isFrom ? &one->from_parts : &one->into_parts;
        bool hasParts = parts->places > 0 || parts->node_count > 0;
        if (hasParts) each_page(pages, parts, count_page, &step);
        else index->without_parts[index->without_count++] = i;
    }
    int32_t total = 0;
    for (size_t page = 0; page <= page_count; page++) {
        total += index->begin[page];
        index->begin[page] = total;  // the end, until each is placed below it
    }
    step.occurrences = index->occurrences = malloc(((size_t)total + 1) * sizeof *step.occurrences);
    if (!index->occurrences) abort();
    for (step.occurrence = it->count - 1; step.occurrence >= 0; step.occurrence--) {
        const occurrence *one = &it->occurrences[step.occurrence];
        each_page(pages, isFrom ? &one->from_parts : &one->into_parts, place_page, &step);
    }
}

static void free_index(page_index *index) {
    free(index->begin);
    free(index->occurrences);
    free(index->without_parts);
}

// ---- Beginning ----------------------------------------------------------------------------------

static void note_touched(_Atomic uint8_t *touched, const moon_heap *heap, const void *block) {
    atomic_store_explicit(
        &touched[(size_t)((const char *)block - heap->base) / HEAP_PAGE], 1, memory_order_relaxed);
}

static void note_from(void *context, const moon_heap *heap, const void *block, bool isObject) {
    moon_mirror *it = context;
    if (!isObject) return note_touched(it->from_touched, heap, block);
    freed_list *list = &it->freed;
    if (list->count == list->capacity) {
        list->is_too_long = list->count >= MOST_FREED;
        if (list->is_too_long) return;
        list->capacity = list->capacity ? list->capacity * 2 : 1024;
        list->tables = realloc(list->tables, list->capacity * sizeof *list->tables);
        if (!list->tables) abort();
    }
    list->tables[list->count++] = block;
}

// Its tables are kept alive.
static void note_into(void *context, const moon_heap *heap, const void *block, bool isObject) {
    if (!isObject) note_touched(((moon_mirror *)context)->into_touched, heap, block);
}

moon_mirror *moon_mirror_prepare(moon_host *from) {
    moon_snapshot *pages = moon_snapshot_prepare(from);
    if (!pages) return NULL;
    moon_mirror *it = calloc(1, sizeof *it);
    if (!it) abort();
    it->from_pages = pages;
    it->from_touched = calloc(pages->size / HEAP_PAGE, 1);
    if (!it->from_touched) abort();
    return it;
}

void moon_mirror_arm(moon_mirror *it) {
    for (int i = 0; i < REGION_COUNT; i++) moon_snapshot_arm(it->from_pages, i);
}

void moon_mirror_begin(moon_mirror *it, moon_host *from) {
    moon_snapshot_begin(it->from_pages);
    from->heap->context = it;
    from->heap->on_change = note_from;
}

typedef struct {
    moon_mirror *mirror;
    moon_host *into;
} making;

// stack: what is made →
static int make_protected(lua_State *L) {
    making *made = lua_touserdata(L, 1);
    moon_mirror *it = made->mirror;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_newtable(L);  // stack: made, state, anchors
    lua_pushvalue(L, 3);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &anchors_key);
    moon_note_removed(L, 2);
    if (it->defaults.count > 0) {
        moon_index_state(L, &it->default_index, it->defaults.bytes, it->defaults.count);
    }
    filling all = {.mirror = it, .L = L, .anchors = 3};
    it->shift = moon_snapshot_shift(it->from_pages);
    fill(&all, 2, it->from_pages->state_table);
    if (it->refused) return luaL_error(L, "state %s", it->refused);
    return 0;
}

bool moon_mirror_make(
    moon_mirror *it, moon_host *into, const char *defaults, size_t count, moon_text *problem) {
    moon_snapshot_copy(it->from_pages, true);
    moon_text_set(&it->defaults, defaults, count);
    making made = {it, into};
    if (!moon_run_for_host(into, make_protected, &made)) {
        // In words that name the entry, where that is what is wrong.
        moon_text text = {0};
        ptrdiff_t shift = moon_snapshot_shift(it->from_pages);
        bool isPlain = moon_write_table(it->from_pages->state_table, shift, &text, problem);
        free(text.bytes);
        if (isPlain) moon_text_set(problem, into->failure.bytes, into->failure.count);
        return false;
    }
    for (int32_t i = 0; i < it->count; i++) {
        occurrence *one = &it->occurrences[i];
        one->from_parts = parts_of(at(it, one->from));
        one->into_parts = parts_of(one->into);
    }
    build_by_from(it);
    build_index(it, &it->from_index, it->from_pages, true);
    it->into_pages = moon_snapshot_prepare(into);
    if (!it->into_pages) {
        moon_text_set(problem, "the new version's state is being read", 37);
        return false;
    }
    // Little by little, as for the first: others wait for the memory map meanwhile.
    for (int i = 0; i < REGION_COUNT; i++) moon_snapshot_arm(it->into_pages, i);
    moon_snapshot_begin(it->into_pages);
    moon_snapshot_copy(it->into_pages, true);
    build_index(it, &it->into_index, it->into_pages, false);
    it->into_touched = calloc(it->into_pages->size / HEAP_PAGE, 1);
    if (!it->into_touched) abort();
    into->heap->context = it;
    into->heap->on_change = note_into;
    it->shift = 0;
    return true;
}

// ---- The end ------------------------------------------------------------------------------------

static void push_into(filling *at_fill, int32_t index) {
    lua_rawgeti(at_fill->L, at_fill->anchors, index + 1);
}

static void compare_whole(filling *at_fill, int32_t index) {
    occurrence *one = &at_fill->mirror->occurrences[index];
    if (!is_news(one)) return;
    one->is_compared = true;
    push_into(at_fill, index);
    int into = lua_gettop(at_fill->L);
    put_all(at_fill, into, one->from);
    lua_settop(at_fill->L, into - 1);
}

// Sets the entry whose key is on top from the first script's table. // stack: …, table, key → …, table
static void put_current(filling *at_fill, int into, const moon_lua_table *from) {
    put(at_fill, into, find(at_fill->mirror, from, at_fill->L, lua_gettop(at_fill->L)));
}

// Whether a text of the first or second heap is still the one that it was.
static bool is_same_text(const moon_lua_string *now, ptrdiff_t shift) {
    const moon_lua_string *was = (const void *)((const char *)now + shift);
    size_t count = moon_lua_string_count(now);
    return count == moon_lua_string_count(was) && memcmp(now->bytes, was->bytes, count) == 0;
}

static bool is_same_value(
    const moon_mirror *it, const moon_lua_value *now, const moon_lua_value *was, ptrdiff_t shift) {
    if (now->type != was->type) return false;
    if (moon_lua_is_nil(now->type)) return true;
    if (now->integer != was->integer) return false;
    switch (now->type) {
    case MOON_LUA_SHORT_STRING:
    case MOON_LUA_LONG_STRING: return is_same_text(now->pointer, shift);
    case MOON_LUA_TABLE: return is_still_there(it, now->pointer);
    default: return true;
    }
}

static bool is_same_key(const moon_lua_node *now, const moon_lua_node *was, ptrdiff_t shift) {
    if (now->key_type != was->key_type || now->key.integer != was->key.integer) return false;
    bool isText = now->key_type == MOON_LUA_SHORT_STRING || now->key_type == MOON_LUA_LONG_STRING;
    // The key of an entry that is gone may be freed, and its type tells.
    return !isText || moon_lua_is_nil(now->type) || is_same_text(now->key.pointer, shift);
}

// Fills the list of keys with those of the entries whose places on a page are not what they were; the
// parts are those of `pages`. How many.
static lua_Integer find_changed(
    filling *at_fill, const moon_snapshot *pages, const table_parts *parts, size_t page) {
    moon_mirror *it = at_fill->mirror;
    lua_State *L = at_fill->L;
    const char *begin = pages->base + page * HEAP_PAGE, *end = begin + HEAP_PAGE;
    ptrdiff_t shift = moon_snapshot_shift(pages);
    lua_Integer count = 0;
    for (size_t i = 0; i < parts->places; i++) {
        const moon_lua_value *now = parts->array + i;
        if ((const char *)(now + 1) <= begin) {  // on to the page
            i += (size_t)(begin - (const char *)(now + 1)) / sizeof *now;
            continue;
        }
        if ((const char *)now >= end) break;
        const moon_lua_value *was = (const void *)((const char *)now + shift);
        if (is_same_value(it, now, was, shift)) continue;
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_rawseti(L, at_fill->keys, ++count);
    }
    for (size_t i = 0; i < parts->node_count; i++) {
        const moon_lua_node *now = parts->nodes + i;
        if ((const char *)(now + 1) <= begin) {
            i += (size_t)(begin - (const char *)(now + 1)) / sizeof *now;
            continue;
        }
        if ((const char *)now >= end) break;
        const moon_lua_node *was = (const void *)((const char *)now + shift);
        bool isSame = is_same_value(it, (const void *)now, (const void *)was, shift);
        if (isSame && is_same_key(now, was, shift)) continue;
        if (!moon_lua_is_nil(was->type)) {
            it->shift = shift;  // the key's text, too, is what it was
            bool isKey = push_key(it, L, was);
            it->shift = 0;
            if (isKey) lua_rawseti(L, at_fill->keys, ++count);
        }
        if (!moon_lua_is_nil(now->type)) {
            if (push_key(it, L, now)) lua_rawseti(L, at_fill->keys, ++count);
            else it->refused = "has a key that is no plain data";
        }
    }
    return count;
}

// Sets every entry whose place on a page is not what it was. In two steps, for setting one may move
// others.
static void compare_on_page(
    filling *at_fill, int32_t index, const moon_snapshot *pages, const table_parts *parts,
    size_t page) {
    moon_mirror *it = at_fill->mirror;
    lua_State *L = at_fill->L;
    const moon_lua_table *from = it->occurrences[index].from;
    lua_Integer count = find_changed(at_fill, pages, parts, page);
    if (count == 0) return;
    push_into(at_fill, index);
    int into = lua_gettop(L);
    for (lua_Integer i = 1; i <= count && it->steps <= MOST_STEPS; i++) {
        lua_rawgeti(L, at_fill->keys, i);
        put_current(at_fill, into, from);
    }
    lua_settop(L, into - 1);
}

// Looks at all tables on pages that were written to.
static void compare_pages(filling *at_fill, bool isFrom) {
    moon_mirror *it = at_fill->mirror;
    const moon_snapshot *pages = isFrom ? it->from_pages : it->into_pages;
    const page_index *index = isFrom ? &it->from_index : &it->into_index;
    const _Atomic uint8_t *touched = isFrom ? it->from_touched : it->into_touched;
    size_t page_count = pages->size / HEAP_PAGE;
    for (size_t page = page_count / REGION_COUNT; page < page_count; page++) {
        bool hasChanged = atomic_load_explicit(&touched[page], memory_order_relaxed)
                          || moon_snapshot_has_changed(pages, page);
        if (!hasChanged) continue;
        for (int32_t i = index->begin[page]; i < index->begin[page + 1]; i++) {
            int32_t found = index->occurrences[i];
            occurrence *one = &it->occurrences[found];
            if (!is_news(one)) continue;
            const table_parts *parts = isFrom ? &one->from_parts : &one->into_parts;
            const moon_lua_table *table = isFrom ? one->from : one->into;
            if (!are_same(*parts, parts_of(table))) compare_whole(at_fill, found);
            else compare_on_page(at_fill, found, pages, parts, page);
            if (it->steps > MOST_STEPS || it->refused) return;
        }
    }
    for (int32_t i = 0; i < index->without_count; i++) {
        int32_t found = index->without_parts[i];
        occurrence *one = &it->occurrences[found];
        if (!is_news(one)) continue;
        table_parts now = parts_of(isFrom ? one->from : one->into);
        if (now.places > 0 || now.node_count > 0) compare_whole(at_fill, found);
        if (it->steps > MOST_STEPS || it->refused) return;
    }
}

static void forget(lua_State *L) {
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &anchors_key);
}

// stack: mirror →
static int finish_protected(lua_State *L) {
    moon_mirror *it = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors_key);  // stack: mirror, anchors
    lua_newtable(L);  // stack: mirror, anchors, keys
    filling all = {.mirror = it, .L = L, .anchors = 2, .keys = 3};
    it->steps = it->freed.is_too_long ? MOST_STEPS + 1 : (int64_t)it->freed.count / 16;
    if (it->steps <= MOST_STEPS) {
        drop_freed(it);
        compare_pages(&all, true);
    }
    if (it->steps <= MOST_STEPS && !it->refused) compare_pages(&all, false);
    bool isDone = it->steps <= MOST_STEPS && !it->refused;
    const moon_text *defaults = &it->defaults;
    if (isDone) {
        it->has_defaults =
            moon_add_defaults(L, &it->default_index, defaults->bytes, defaults->count);
    }
    forget(L);
    return 0;
}

void moon_mirror_rearm(moon_mirror *it) {
    moon_snapshot_arm(it->from_pages, OBJECTS);
    if (it->default_index.count > 0) moon_snapshot_arm(it->into_pages, OBJECTS);
}

static void stop_telling(moon_heap *heap) {
    heap->on_change = NULL;
    heap->context = NULL;
}

// The snapshot of an instant that is over, as one of now: as text, which a thread makes.
static moon_state_reading *read_now(moon_snapshot **pages) {
    moon_snapshot *snapshot = *pages;
    *pages = NULL;
    moon_snapshot_begin(snapshot);
    return moon_snapshot_read(snapshot);
}

moon_mirror_outcome moon_mirror_finish(
    moon_mirror *it, moon_host *from, moon_host *into, moon_state_reading *readings[2],
    moon_text *problem) {
    bool isDone = moon_run_for_host(into, finish_protected, it);
    stop_telling(from->heap);
    stop_telling(into->heap);
    if (!isDone) {
        moon_text_set(problem, into->failure.bytes, into->failure.count);
        return MOON_MIRROR_FAILED;
    }
    if (it->refused) {
        moon_text_set(problem, "state ", 6);
        moon_text_add(problem, it->refused, strlen(it->refused));
        return MOON_MIRROR_FAILED;
    }
    if (it->steps > MOST_STEPS) return MOON_MIRROR_TOO_MUCH;
    readings[0] = read_now(&it->from_pages);
    readings[1] = it->has_defaults ? read_now(&it->into_pages) : NULL;
    return MOON_MIRROR_DONE;
}

void moon_mirror_stop(moon_mirror *it, moon_host *from) {
    (void)it;
    stop_telling(from->heap);
}

static int forget_protected(lua_State *L) {
    forget(L);
    return 0;
}

void moon_mirror_close(moon_mirror *it, moon_host *into) {
    if (it->from_pages) moon_snapshot_end(it->from_pages);
    if (it->into_pages) moon_snapshot_end(it->into_pages);
    if (into) {
        stop_telling(into->heap);
        moon_run_for_host(into, forget_protected, NULL);
    }
    free_index(&it->from_index);
    free_index(&it->into_index);
    free(it->occurrences);
    free(it->by_into);
    free(it->by_from);
    free(it->freed.tables);
    free((void *)it->from_touched);
    free((void *)it->into_touched);
    free(it->defaults.bytes);
    free(it->default_index.begins);
    free(it);
}
