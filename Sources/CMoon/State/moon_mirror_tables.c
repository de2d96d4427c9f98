// The tables of a mirror: read where the first script has them, set where the second has.
#include "moon_lua.h"
#include "moon_mirror_parts.h"
#include "moon_reload.h"
#include "moon_state.h"

#include <stdlib.h>

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

void moon_mirror_index_tables(moon_mirror *it) {
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

void moon_mirror_drop_freed(moon_mirror *it) {
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

bool moon_mirror_is_there(const moon_mirror *it, const void *table) {
    if (!it->has_freed) return true;
    size_t slot = moon_slot_of(table, it->from_slots);
    for (; it->by_from[slot] != NO_OCCURRENCE; slot = (slot + 1) & (it->from_slots - 1)) {
        const occurrence *one = &it->occurrences[it->by_from[slot]];
        if (one->copied == table) return !one->is_freed;
    }
    return true;
}

// Notes that the table at `into` is filled from `from`, and keeps it alive.
static void record_occurrence(moon_mirror *it, lua_State *L, int anchors, int into, const moon_lua_table *from) {
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

const moon_lua_value *moon_mirror_find(
    const moon_mirror *it, const moon_lua_table *table, lua_State *L, int index) {
    size_t nodes = moon_lua_node_count(table);
    const moon_lua_node *first = moon_mirror_at(it, table->nodes);
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
                const moon_lua_string *key = moon_mirror_at(it, node->key.pointer);
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
            const moon_lua_value *value = (const moon_lua_value *)moon_mirror_at(it, table->array) + place;
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

bool moon_mirror_push_key(const moon_mirror *it, lua_State *L, const moon_lua_node *node) {
    switch (node->key_type) {
    case MOON_LUA_INTEGER: lua_pushinteger(L, node->key.integer); return true;
    case MOON_LUA_NUMBER: lua_pushnumber(L, node->key.number); return true;
    case MOON_LUA_FALSE:
    case MOON_LUA_TRUE: lua_pushboolean(L, node->key_type == MOON_LUA_TRUE); return true;
    case MOON_LUA_SHORT_STRING:
    case MOON_LUA_LONG_STRING: {
        const moon_lua_string *string = moon_mirror_at(it, node->key.pointer);
        lua_pushlstring(L, string->bytes, moon_lua_string_count(string));
        return true;
    }
    default: return false;
    }
}

// ---- Setting the second script's ----------------------------------------------------------------

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
        const moon_lua_string *string = moon_mirror_at(it, value->pointer);
        size_t count;
        const char *bytes = lua_tolstring(L, -1, &count);
        return count == moon_lua_string_count(string) && memcmp(bytes, string->bytes, count) == 0;
    }
    default: return false;
    }
}

void moon_mirror_put(filling *at_fill, int into, const moon_lua_value *value) {
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
            const moon_lua_string *string = moon_mirror_at(it, value->pointer);
            lua_pushlstring(L, string->bytes, moon_lua_string_count(string));
            break;
        }
        default:
            it->refused = "holds what is not plain data";
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
        const moon_lua_table *there = moon_mirror_at(it, from);
        lua_settop(L, key);
        // As many as there are entries, by what is seen: more only makes it grow.
        lua_createtable(
            L, (int)moon_lua_array_count(there), (int)moon_lua_node_count(there));
        lua_pushvalue(L, key);
        lua_pushvalue(L, key + 1);
        lua_rawset(L, into);
    }
    moon_mirror_fill(at_fill, key + 1, from);
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

void moon_mirror_put_all(filling *at_fill, int into, const moon_lua_table *from) {
    moon_mirror *it = at_fill->mirror;
    lua_State *L = at_fill->L;
    const moon_lua_table *table = moon_mirror_at(it, from);
    lua_pushnil(L);
    while (lua_next(L, into)) {  // stack: …, key, value
        lua_pop(L, 1);
        it->steps++;
        if (is_too_much(it)) return lua_pop(L, 1);
        if (moon_mirror_find(it, table, L, lua_gettop(L))) continue;
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, into);
    }
    size_t places = moon_lua_array_count(table), nodes = moon_lua_node_count(table);
    const moon_lua_value *array = moon_mirror_at(it, table->array);
    for (size_t i = 0; i < places; i++) {
        if (moon_lua_is_nil(array[i].type)) continue;
        if (is_too_much(it)) return;
        lua_pushinteger(L, (lua_Integer)i + 1);
        moon_mirror_put(at_fill, into, &array[i]);
    }
    const moon_lua_node *node = moon_mirror_at(it, table->nodes);
    for (size_t i = 0; i < nodes; i++, node++) {
        if (moon_lua_is_nil(node->type)) continue;
        if (is_too_much(it)) return;
        if (moon_mirror_push_key(it, L, node)) moon_mirror_put(at_fill, into, (const moon_lua_value *)node);
        else it->refused = "has a key that is not plain data";
    }
}

void moon_mirror_fill(filling *at_fill, int into, const moon_lua_table *from) {
    check_depth(at_fill);
    record_occurrence(at_fill->mirror, at_fill->L, at_fill->anchors, into, from);
    at_fill->depth++;
    moon_mirror_put_all(at_fill, into, from);
    at_fill->depth--;
}
