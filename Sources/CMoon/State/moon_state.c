// The `state` table as text: a Lua table constructor in ASCII, its keys sorted, so that the same data
// gives the same bytes. Plain data only: a function or a view in it could not come back.
//
// The writer reads the tables where they lie and takes nothing from Lua, neither memory nor time: a
// script cannot tell whether its state was written. Where they lie may also be a copy of the heap,
// which another thread reads (moon_snapshot.c).
#include "moon_state.h"
#include "moon_calls.h"
#include "moon_lua.h"
#include "moon_sandbox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// A key in its order: whole numbers from 1 up, other whole numbers, numbers, texts, false, true.
enum { RANK_INDEX, RANK_INTEGER, RANK_NUMBER, RANK_STRING, RANK_BOOLEAN };

typedef struct {
    int rank;
    uint8_t type;
    union {
        int64_t integer;
        double number;
        const moon_lua_string *string;
    };
    const moon_lua_value *value;
} entry;

typedef struct {
    ptrdiff_t shift;
    moon_text *text, *problem;
    bool has_failed;
    int depth;
    entry path[MOON_DEEPEST_STATE + 1];  // the keys on the way
} writer;

static const void *at(const writer *it, const void *pointer) {
    return (const char *)pointer + it->shift;
}

static void add(writer *it, const char *bytes, size_t count) {
    moon_text_add(it->text, bytes, count);
}

static void add_literal(writer *it, const char *text) { add(it, text, strlen(text)); }

static void fail(writer *it, const char *text) {
    if (!it->has_failed) moon_text_set(it->problem, text, strlen(text));
    it->has_failed = true;
}

// Whether what was written is still allowed.
static bool goes_on(writer *it) {
    if (it->text->count > MOON_LARGEST_STATE) fail(it, "state is larger than 16 MB");
    return !it->has_failed;
}

static int number_text(char *text, size_t capacity, uint8_t type, int64_t integer, double number) {
    if (type == MOON_LUA_INTEGER) {
        // The smallest integer has no literal: its digits alone would read as a float.
        if (integer == INT64_MIN) return snprintf(text, capacity, "0x8000000000000000");
        return snprintf(text, capacity, "%lld", (long long)integer);
    }
    if (isnan(number)) return snprintf(text, capacity, "0/0");
    if (isinf(number)) return snprintf(text, capacity, number > 0 ? "1e999" : "-1e999");
    int count = snprintf(text, capacity, "%.17g", number);
    if (!strpbrk(text, ".e")) count += snprintf(text + count, capacity - (size_t)count, ".0");
    return count;
}

// ASCII stays, other bytes are escaped: so the text is UTF-8 whatever the bytes are.
static void add_string(writer *it, const moon_lua_string *string) {
    size_t count = moon_lua_string_count(string);
    add(it, "\"", 1);
    for (size_t i = 0; i < count && goes_on(it);) {
        size_t plain = i;
        while (plain < count && plain - i < 4096) {
            unsigned char byte = (unsigned char)string->bytes[plain];
            if (byte < 32 || byte >= 127 || byte == '"' || byte == '\\') break;
            plain++;
        }
        add(it, string->bytes + i, plain - i);
        i = plain;
        if (i == count || plain - i >= 4096) continue;
        unsigned char byte = (unsigned char)string->bytes[i];
        if (byte >= 32 && byte < 127 && byte != '"' && byte != '\\') continue;
        char escape[8];
        bool isMark = byte == '"' || byte == '\\';
        int length = snprintf(escape, sizeof escape, isMark ? "\\%c" : "\\%03u", byte);
        add(it, escape, (size_t)length);
        i++;
    }
    add(it, "\"", 1);
}

// ---- What cannot be written ---------------------------------------------------------------------

// Adds a key to a path, as in `state.list[3].price`.
static void add_step(moon_text *path, const entry *key) {
    char text[64];
    switch (key->rank) {
    case RANK_STRING: {
        size_t count = moon_lua_string_count(key->string);
        bool isName = count > 0 && count < 60;
        for (size_t i = 0; i < count && isName; i++) {
            char byte = key->string->bytes[i];
            isName = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_'
                     || (i > 0 && byte >= '0' && byte <= '9');
        }
        writer quoting = {.text = path, .problem = path};
        moon_text_add(path, isName ? "." : "[", 1);
        if (isName) return moon_text_add(path, key->string->bytes, count);
        size_t before = path->count;
        add_string(&quoting, key->string);
        if (path->count > before + 100) {  // a long text: its begin will do
            path->count = before + 100;
            moon_text_add(path, "…\"", strlen("…\""));
        }
        moon_text_add(path, "]", 1);
        return;
    }
    case RANK_BOOLEAN: snprintf(text, sizeof text, key->integer ? "[true]" : "[false]"); break;
    default:
        text[0] = '[';
        number_text(text + 1, sizeof text - 2, key->type, key->integer, key->number);
        strcat(text, "]");
    }
    moon_text_add(path, text, strlen(text));
}

static void refuse(writer *it, const char *what) {
    if (it->has_failed) return;
    moon_text_set(it->problem, "state", 5);
    for (int i = 1; i <= it->depth; i++) add_step(it->problem, &it->path[i]);
    static const char tail[] =
        ": state holds plain data only (numbers, texts, true, false, tables)";
    moon_text_add(it->problem, " is ", 4);
    moon_text_add(it->problem, what, strlen(what));
    moon_text_add(it->problem, tail, sizeof tail - 1);
    it->has_failed = true;
}

static const char *type_name(uint8_t type) {
    switch (type & 0x0f) {
    case LUA_TLIGHTUSERDATA: return "an event or an order of the host";
    case LUA_TFUNCTION: return "a function";
    case LUA_TTHREAD: return "a coroutine";
    case LUA_TUSERDATA: return "an object of the host";
    case LUA_TTABLE: return "a table";
    default: return "no plain data";
    }
}

const moon_lua_table *moon_table_behind(const moon_lua_table *table, ptrdiff_t shift) {
    const moon_lua_table *there = (const void *)((const char *)table + shift);
    if (!there->metatable) return table;
    const moon_lua_table *meta = (const void *)((const char *)there->metatable + shift);
    size_t nodes = moon_lua_node_count(meta);
    const moon_lua_node *node = (const void *)((const char *)meta->nodes + shift);
    for (; nodes > 0; nodes--, node++) {
        bool isBehind = node->key_type == MOON_LUA_LIGHT && node->key.pointer == &moon_frozen_key
                        && node->type == MOON_LUA_TABLE;
        if (isBehind) return node->pointer;
    }
    return table;
}

// ---- Tables -------------------------------------------------------------------------------------

static int compare(const void *left_entry, const void *right_entry) {
    const entry *left = left_entry, *right = right_entry;
    if (left->rank != right->rank) return left->rank < right->rank ? -1 : 1;
    if (left->rank == RANK_NUMBER) {
        return left->number < right->number ? -1 : left->number > right->number;
    }
    if (left->rank == RANK_STRING) {
        size_t left_count = moon_lua_string_count(left->string);
        size_t right_count = moon_lua_string_count(right->string);
        size_t common = left_count < right_count ? left_count : right_count;
        int order = memcmp(left->string->bytes, right->string->bytes, common);
        if (order != 0) return order;
        return left_count < right_count ? -1 : left_count > right_count;
    }
    return left->integer < right->integer ? -1 : left->integer > right->integer;
}

// The key of a place; false: it is none that state can have.
static bool read_key(writer *it, const moon_lua_node *node, entry *found) {
    found->type = node->key_type;
    found->value = (const moon_lua_value *)node;
    switch (node->key_type) {
    case MOON_LUA_INTEGER:
        found->integer = node->key.integer;
        found->rank = found->integer >= 1 ? RANK_INDEX : RANK_INTEGER;
        return true;
    case MOON_LUA_NUMBER:
        found->number = node->key.number;
        found->rank = RANK_NUMBER;
        return true;
    case MOON_LUA_SHORT_STRING:
    case MOON_LUA_LONG_STRING:
        found->string = at(it, node->key.pointer);
        found->rank = RANK_STRING;
        return true;
    case MOON_LUA_FALSE:
    case MOON_LUA_TRUE:
        found->integer = node->key_type == MOON_LUA_TRUE;
        found->rank = RANK_BOOLEAN;
        return true;
    default: return false;
    }
}

// All entries in order; NULL: one has a key that state cannot have. The caller frees them.
static entry *sorted_entries(writer *it, const moon_lua_table *table, size_t *count) {
    size_t places = moon_lua_array_count(table), nodes = moon_lua_node_count(table);
    entry *entries = malloc((places + nodes + 1) * sizeof *entries);
    if (!entries) abort();
    size_t found = 0;
    const moon_lua_value *array = at(it, table->array);
    for (size_t i = 0; i < places; i++) {
        if (moon_lua_is_nil(array[i].type)) continue;
        entries[found++] = (entry){
            .rank = RANK_INDEX, .type = MOON_LUA_INTEGER, .integer = (int64_t)i + 1,
            .value = &array[i]};
    }
    const moon_lua_node *node = at(it, table->nodes);
    for (size_t i = 0; i < nodes; i++, node++) {
        if (moon_lua_is_nil(node->type)) continue;
        if (read_key(it, node, &entries[found])) {
            found++;
            continue;
        }
        char text[80];
        snprintf(text, sizeof text, "a table with %s as a key", type_name(node->key_type));
        refuse(it, text);
        free(entries);
        return NULL;
    }
    if (nodes > 0) qsort(entries, found, sizeof *entries, compare);
    *count = found;
    return entries;
}

static void add_value(writer *it, const moon_lua_value *value);

static void add_key(writer *it, const entry *key) {
    char text[64];
    if (key->rank == RANK_STRING) add_string(it, key->string);
    else if (key->rank == RANK_BOOLEAN) add_literal(it, key->integer ? "true" : "false");
    else {
        int count = number_text(text, sizeof text, key->type, key->integer, key->number);
        add(it, text, (size_t)count);
    }
}

static void add_table(writer *it, const moon_lua_table *table) {
    if (it->depth >= MOON_DEEPEST_STATE) return refuse(it, "nested too deeply, or contains itself");
    size_t count;
    entry *entries = sorted_entries(it, table, &count);
    if (!entries) return;
    add(it, "{", 1);
    it->depth++;
    for (size_t i = 0; i < count && goes_on(it); i++) {
        it->path[it->depth] = entries[i];
        add_literal(it, i > 0 ? ",[" : "[");
        add_key(it, &entries[i]);
        add_literal(it, "]=");
        add_value(it, entries[i].value);
    }
    it->depth--;
    add(it, "}", 1);
    free(entries);
}

static void add_value(writer *it, const moon_lua_value *value) {
    char text[64];
    switch (value->type) {
    case MOON_LUA_INTEGER:
    case MOON_LUA_NUMBER: {
        int count = number_text(text, sizeof text, value->type, value->integer, value->number);
        add(it, text, (size_t)count);
        break;
    }
    case MOON_LUA_SHORT_STRING:
    case MOON_LUA_LONG_STRING: add_string(it, at(it, value->pointer)); break;
    case MOON_LUA_FALSE: add_literal(it, "false"); break;
    case MOON_LUA_TRUE: add_literal(it, "true"); break;
    case MOON_LUA_TABLE:
        add_table(it, at(it, moon_table_behind(value->pointer, it->shift)));
        break;
    default: refuse(it, type_name(value->type));
    }
}

bool moon_write_table(
    const moon_lua_table *table, ptrdiff_t shift, moon_text *text, moon_text *problem) {
    writer it = {.shift = shift, .text = text, .problem = problem};
    moon_text_set(text, "return ", 7);
    add_table(&it, (const moon_lua_table *)at(&it, table));
    return !it.has_failed;
}

// ---- How large it is ----------------------------------------------------------------------------

static size_t count_places(const moon_lua_table *table, size_t most, int depth);

// What a value adds to the places of the table that it is in.
static size_t count_value(const moon_lua_value *value, size_t most, int depth) {
    if (value->type == MOON_LUA_TABLE) return count_places(value->pointer, most, depth + 1);
    if (value->type == MOON_LUA_LONG_STRING) return moon_lua_string_count(value->pointer) / 32;
    return 0;
}

static size_t count_places(const moon_lua_table *table, size_t most, int depth) {
    size_t places = moon_lua_array_count(table), nodes = moon_lua_node_count(table);
    size_t found = 1 + places + nodes;
    if (depth >= MOON_DEEPEST_STATE) return found;
    for (size_t i = 0; i < places && found <= most; i++) {
        found += count_value(&table->array[i], most - found, depth);
    }
    for (size_t i = 0; i < nodes && found <= most; i++) {
        found += count_value((const moon_lua_value *)&table->nodes[i], most - found, depth);
    }
    return found;
}

bool moon_is_small(const moon_lua_table *table) {
    return count_places(table, MOON_SMALL_STATE, 0) <= MOON_SMALL_STATE;
}

// ---- The host's ---------------------------------------------------------------------------------

const char *moon_state_text(moon_host *host) {
    moon_forget_failure(host);
    if (moon_is_lost(host)) return NULL;
    moon_text text = {0};
    bool isWritten = moon_write_table(host->state_table, 0, &text, &host->failure);
    free(host->answer.bytes);
    host->answer = text;
    return isWritten ? host->answer.bytes : NULL;
}

const char *moon_changed_state(moon_host *host, size_t *count) {
    if (host->generation == host->kept_generation || moon_is_lost(host)) return NULL;
    if (!moon_is_small(host->state_table)) {
        *count = MOON_LARGEST_STATE;
        return NULL;
    }
    host->kept_generation = host->generation;
    moon_text *last = &host->kept_states[host->kept_state];
    moon_text *next = &host->kept_states[1 - host->kept_state], problem = {0};
    bool isWritten = moon_write_table(host->state_table, 0, next, &problem);
    free(problem.bytes);
    bool isSame = last->count == next->count && memcmp(last->bytes, next->bytes, next->count) == 0;
    if (!isWritten || isSame) return NULL;
    host->kept_state = 1 - host->kept_state;
    *count = next->count;
    return next->bytes;
}

bool moon_state_is_small(moon_host *host) {
    return host->is_dead || moon_is_small(host->state_table);
}
