// moon_heap_parts.h: how a heap is built, for those that look into it.
#pragma once
#include <stdatomic.h>

#include "moon_heap.h"

enum { HEAP_PAGE = 4096, HEAP_CLASSES = 36 };

typedef struct {
    uint32_t free;   // the first free block, in grains from the slab's begin
    uint16_t used;   // blocks
    uint16_t fresh;  // blocks that were never given out begin here
    uint16_t count;  // blocks of the slab
    uint8_t class;
    bool is_listed;        // among those of its class with room
    int32_t next, before;  // in that list
} slab_state;

typedef struct {
    char *base;
    uint32_t page_count;         // of the region
    uint32_t usable;             // pages that may be touched
    uint32_t first_gap;          // no page below is free, in words of `pages`
    uint64_t *pages;             // a bit a page: whether it is in use
    slab_state *slabs;           // by place
    int32_t open[HEAP_CLASSES];  // the first slab of each class with room
} region;

enum { OBJECTS, PARTS, REGION_COUNT };

enum { HEAP_ASIDE = 2048 };

// For tests: blocks are filled when they are taken and when they are freed, and freed ones are not
// given out again soon.
typedef struct {
    size_t turn;
    void *blocks[HEAP_ASIDE];
    size_t sizes[HEAP_ASIDE];
} heap_torture;

struct moon_heap {
    char *base;
    size_t size;
    region regions[REGION_COUNT];
    _Atomic(struct moon_snapshot *) snapshot;  // the one under way; see moon_snapshot.c
    _Atomic bool is_saving;                    // whether the signal's handler is at work on it
    // While a mirror is kept: told of parts that are given back, or resized where they lie, which
    // writes to no page of theirs; and of tables that are freed. See moon_mirror.c.
    void (*on_change)(
        void *context, const moon_heap *heap, const void *block, bool is_object);
    void *context;
    heap_torture *torture;  // NULL: none
};

// The heap that an address lies in; NULL: none.
moon_heap *moon_heap_around(const void *address);
// Whether it lies in memory that is in use.
bool moon_heap_is_usable(const moon_heap *heap, const void *address);
