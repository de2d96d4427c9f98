// The pages of a mirror: which tables lie on them, and what of those is not what it was.
#include "moon_heap_parts.h"
#include "moon_lua.h"
#include "moon_mirror_parts.h"
#include "moon_snapshot.h"

#include <stdlib.h>

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

void moon_mirror_index_pages(
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

void moon_mirror_free_index(page_index *index) {
    free(index->begin);
    free(index->occurrences);
    free(index->without_parts);
}

static void push_into(filling *at_fill, int32_t index) {
    lua_rawgeti(at_fill->L, at_fill->anchors, index + 1);
}

static void compare_whole(filling *at_fill, int32_t index) {
    occurrence *one = &at_fill->mirror->occurrences[index];
    if (!moon_is_news(one)) return;
    one->is_compared = true;
    push_into(at_fill, index);
    int into = lua_gettop(at_fill->L);
    moon_mirror_put_all(at_fill, into, one->from);
    lua_settop(at_fill->L, into - 1);
}

// Sets the entry whose key is on top from the first script's table. // stack: …, table, key → …, table
static void put_current(filling *at_fill, int into, const moon_lua_table *from) {
    moon_mirror_put(at_fill, into, moon_mirror_find(at_fill->mirror, from, at_fill->L, lua_gettop(at_fill->L)));
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
    case MOON_LUA_TABLE: return moon_mirror_is_there(it, now->pointer);
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
            bool isKey = moon_mirror_push_key(it, L, was);
            it->shift = 0;
            if (isKey) lua_rawseti(L, at_fill->keys, ++count);
        }
        if (!moon_lua_is_nil(now->type)) {
            if (moon_mirror_push_key(it, L, now)) lua_rawseti(L, at_fill->keys, ++count);
            else it->refused = "has a key that is not plain data";
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

void moon_mirror_compare(filling *at_fill, bool isFrom) {
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
            if (!moon_is_news(one)) continue;
            const table_parts *parts = isFrom ? &one->from_parts : &one->into_parts;
            const moon_lua_table *table = isFrom ? one->from : one->into;
            if (!moon_parts_are_same(*parts, moon_parts_of(table))) compare_whole(at_fill, found);
            else compare_on_page(at_fill, found, pages, parts, page);
            if (it->steps > MOST_STEPS || it->refused) return;
        }
    }
    for (int32_t i = 0; i < index->without_count; i++) {
        int32_t found = index->without_parts[i];
        occurrence *one = &it->occurrences[found];
        if (!moon_is_news(one)) continue;
        table_parts now = moon_parts_of(isFrom ? one->from : one->into);
        if (now.places > 0 || now.node_count > 0) compare_whole(at_fill, found);
        if (it->steps > MOST_STEPS || it->refused) return;
    }
}
