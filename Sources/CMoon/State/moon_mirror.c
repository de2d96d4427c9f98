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
#include "moon_heap_parts.h"
#include "moon_mirror_parts.h"
#include "moon_reload.h"
#include "moon_sandbox.h"
#include "moon_snapshot.h"
#include "moon_state.h"

#include <stdio.h>
#include <stdlib.h>

static const char anchors_key;

// ---- Beginning ----------------------------------------------------------------------------------

static void record_touched(_Atomic uint8_t *touched, const moon_heap *heap, const void *block) {
    atomic_store_explicit(
        &touched[(size_t)((const char *)block - heap->base) / HEAP_PAGE], 1, memory_order_relaxed);
}

static void record_from(void *context, const moon_heap *heap, const void *block, bool isObject) {
    moon_mirror *it = context;
    if (!isObject) return record_touched(it->from_touched, heap, block);
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
static void record_into(void *context, const moon_heap *heap, const void *block, bool isObject) {
    if (!isObject) record_touched(((moon_mirror *)context)->into_touched, heap, block);
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
    from->heap->on_change = record_from;
}

typedef struct {
    moon_mirror *mirror;
    moon_host *into;
} making;

// stack: what is made →
static int make_protected(lua_State *L) {  // raises: mistakes
    making *made = lua_touserdata(L, 1);
    moon_mirror *it = made->mirror;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    lua_newtable(L);  // stack: made, state, anchors
    lua_pushvalue(L, 3);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &anchors_key);
    moon_keep_removed(L, 2);
    if (it->defaults.count > 0) {
        moon_index_state(L, &it->default_index, it->defaults.bytes, it->defaults.count);
    }
    filling all = {.mirror = it, .L = L, .anchors = 3};
    it->shift = moon_snapshot_shift(it->from_pages);
    moon_mirror_fill(&all, 2, it->from_pages->state_table);
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
        one->from_parts = moon_parts_of(moon_mirror_at(it, one->from));
        one->into_parts = moon_parts_of(one->into);
    }
    moon_mirror_index_tables(it);
    moon_mirror_index_pages(it, &it->from_index, it->from_pages, true);
    it->into_pages = moon_snapshot_prepare(into);
    if (!it->into_pages) {
        moon_text_set(problem, "the new version's state is being read", 37);
        return false;
    }
    // Little by little, as for the first: others wait for the memory map meanwhile.
    for (int i = 0; i < REGION_COUNT; i++) moon_snapshot_arm(it->into_pages, i);
    moon_snapshot_begin(it->into_pages);
    moon_snapshot_copy(it->into_pages, true);
    moon_mirror_index_pages(it, &it->into_index, it->into_pages, false);
    it->into_touched = calloc(it->into_pages->size / HEAP_PAGE, 1);
    if (!it->into_touched) abort();
    into->heap->context = it;
    into->heap->on_change = record_into;
    it->shift = 0;
    return true;
}

// ---- The end ------------------------------------------------------------------------------------

static void forget(lua_State *L) {
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &anchors_key);
}

// stack: mirror →
static int finish_protected(lua_State *L) {  // raises: mistakes
    moon_mirror *it = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors_key);  // stack: mirror, anchors
    lua_newtable(L);  // stack: mirror, anchors, keys
    filling all = {.mirror = it, .L = L, .anchors = 2, .keys = 3};
    it->steps = it->freed.is_too_long ? MOST_STEPS + 1 : (int64_t)it->freed.count / 16;
    if (it->steps <= MOST_STEPS) {
        moon_mirror_drop_freed(it);
        moon_mirror_compare(&all, true);
    }
    if (it->steps <= MOST_STEPS && !it->refused) moon_mirror_compare(&all, false);
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

static int forget_protected(lua_State *L) {  // raises: memory
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
    moon_mirror_free_index(&it->from_index);
    moon_mirror_free_index(&it->into_index);
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
