// The memory of a script's Lua state, from which the same calls get the same addresses.
//
// Lua hashes objects by their addresses, and so the addresses decide when a table grows, with that
// when garbage is collected, and with that what is left in a weak table. Here a block's place
// follows from the calls before it alone; and since each heap begins at a multiple of 4 GB and Lua
// takes the low 32 bits of an address, it is the same to Lua wherever the heap lies.
//
// Two regions: objects, and what objects own (the parts of tables, stacks). Each is an array of
// pages, found by the first gap that fits. Blocks of up to 16 KB come from slabs of 64 KB, all of
// one size; larger ones are pages of their own. No block has a head: who frees it knows its size.
//
// A heap is closed by giving its pages back, whatever is in them: so a state that was left in the
// middle of something is never touched again.
#define _GNU_SOURCE
#include "moon_heap_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define HIDE(block, size) ASAN_POISON_MEMORY_REGION(block, size)
#define SHOW(block, size) ASAN_UNPOISON_MEMORY_REGION(block, size)
#else
#define HIDE(block, size) ((void)0)
#define SHOW(block, size) ((void)0)
#endif

enum {
    PAGE = HEAP_PAGE,
    SLAB = 65536,
    SLAB_PAGES = SLAB / PAGE,
    LARGEST_SMALL = 16384,
    GRAIN = 16,  // block sizes and places are multiples of it
    CLASS_COUNT = HEAP_CLASSES,
    COMMIT_PAGES = 64,  // made usable at a time: 256 KB
    NO_SLAB = -1,
    TABLE_SIZE = 56,
    KEPT_PAGES = 4096,  // at the end of a region: only a block that becomes smaller moves there
};

// Sizes of blocks: by 16 to 128, then four to a doubling.
static const uint16_t class_sizes[CLASS_COUNT] = {
    16,   32,   48,   64,   80,   96,   112,  128,  160,  192,  224,   256,
    320,  384,  448,  512,  640,  768,  896,  1024, 1280, 1536, 1792,  2048,
    2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192, 10240, 12288, 14336, 16384,
};

static uint8_t class_of_grains[LARGEST_SMALL / GRAIN + 1];

static __attribute__((constructor)) void fill_classes(void) {
    int class = 0;
    for (int grains = 1; grains <= LARGEST_SMALL / GRAIN; grains++) {
        if (grains * GRAIN > class_sizes[class]) class++;
        class_of_grains[grains] = (uint8_t)class;
    }
}

// A block that is free: where the next free one of its slab begins, in grains.
typedef struct {
    uint32_t next;
} free_block;

enum { END_OF_LIST = 0xffffffff };

// ---- Address space ------------------------------------------------------------------------------

#define FIRST_BASE 0x200000000000
#define LAST_BASE 0x400000000000
#define BASE_STEP ((uintptr_t)1 << 32)

// By place: the heap that lies there.
static _Atomic(moon_heap *) heaps[(LAST_BASE - FIRST_BASE) / BASE_STEP];

moon_heap *moon_heap_around(const void *address) {
    uintptr_t place = (uintptr_t)address;
    if (place < FIRST_BASE || place >= LAST_BASE) return NULL;
    // A heap of more than 4 GB is found by each of its places.
    return atomic_load_explicit(&heaps[(place - FIRST_BASE) / BASE_STEP], memory_order_acquire);
}

static void register_heap(moon_heap *heap, moon_heap *value) {
    for (size_t offset = 0; offset < heap->size; offset += BASE_STEP) {
        uintptr_t place = ((uintptr_t)heap->base + offset - FIRST_BASE) / BASE_STEP;
        atomic_store_explicit(&heaps[place], value, memory_order_release);
    }
}

bool moon_heap_is_usable(const moon_heap *heap, const void *address) {
    for (int i = 0; i < REGION_COUNT; i++) {
        const region *it = &heap->regions[i];
        size_t offset = (size_t)((const char *)address - it->base);
        if (offset < (size_t)it->usable * PAGE) return true;
    }
    return false;
}

// Room at a multiple of 4 GB; NULL: there is none.
static char *reserve(size_t size) {
    static uintptr_t turn;
    uintptr_t steps = (LAST_BASE - FIRST_BASE) / BASE_STEP;
    uintptr_t needed = (size + BASE_STEP - 1) / BASE_STEP;
    for (int tries = 0; tries < 4096; tries++) {
        uintptr_t place = __atomic_fetch_add(&turn, needed, __ATOMIC_RELAXED) % steps;
        if (place + needed > steps) continue;
        void *wanted = (void *)(FIRST_BASE + place * BASE_STEP);
        void *given = mmap(
            wanted, size, PROT_NONE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (given == wanted) return given;
        if (given != MAP_FAILED) munmap(given, size);
    }
    return NULL;
}

static bool make_usable(region *it, uint32_t pages) {
    if (pages <= it->usable) return true;
    uint32_t wanted = (pages + COMMIT_PAGES - 1) / COMMIT_PAGES * COMMIT_PAGES;
    if (wanted > it->page_count) wanted = it->page_count;
    size_t size = (size_t)(wanted - it->usable) * PAGE;
    if (mprotect(it->base + (size_t)it->usable * PAGE, size, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    it->usable = wanted;
    return true;
}

static bool open_region(region *it, char *base, size_t size) {
    it->base = base;
    it->page_count = (uint32_t)(size / PAGE);
    it->pages = calloc(it->page_count / 64, sizeof *it->pages);
    it->slabs = calloc(it->page_count / SLAB_PAGES, sizeof *it->slabs);
    for (int class = 0; class < CLASS_COUNT; class++) it->open[class] = NO_SLAB;
    return it->pages && it->slabs;
}

moon_heap *moon_heap_open(size_t limit) {
    moon_heap *heap = calloc(1, sizeof *heap);
    if (!heap) return NULL;
    // Blocks are larger than what is asked for, and gaps stay.
    size_t half = (limit / 2 * 3 + (32 << 20)) >> 20 << 20;
    heap->size = half * REGION_COUNT;
    heap->base = reserve(heap->size);
    for (int i = 0; heap->base && i < REGION_COUNT; i++) {
        if (open_region(&heap->regions[i], heap->base + half * (size_t)i, half)) continue;
        moon_heap_close(heap);
        return NULL;
    }
    if (heap->base) {
        register_heap(heap, heap);
        return heap;
    }
    free(heap);
    return NULL;
}

void moon_heap_close(moon_heap *heap) {
    for (int i = 0; i < REGION_COUNT; i++) {
        SHOW(heap->regions[i].base, (size_t)heap->regions[i].usable * PAGE);
    }
    register_heap(heap, NULL);
    munmap(heap->base, heap->size);
    free(heap->torture);
    for (int i = 0; i < REGION_COUNT; i++) {
        free(heap->regions[i].pages);
        free(heap->regions[i].slabs);
    }
    free(heap);
}

// ---- Pages --------------------------------------------------------------------------------------

static bool is_used(const region *it, uint32_t page) {
    return it->pages[page / 64] >> page % 64 & 1;
}

// The first gap of `count` pages that begins at a multiple of `step`; page_count: there is none.
static uint32_t find_gap(region *it, uint32_t count, uint32_t step) {
    uint32_t words = it->page_count / 64;
    while (it->first_gap < words && it->pages[it->first_gap] == UINT64_MAX) it->first_gap++;
    uint32_t page = it->first_gap * 64;
    while (page + count <= it->page_count) {
        if (page % 64 == 0 && it->pages[page / 64] == UINT64_MAX) {
            page += 64;
            continue;
        }
        uint32_t found = 0;
        while (found < count && !is_used(it, page + found)) found++;
        if (found == count) return page;
        page = (page + found + step) / step * step;  // behind the page in use
    }
    return it->page_count;
}

static void mark(region *it, uint32_t page, uint32_t count, bool isUsed) {
    for (uint32_t i = page; i < page + count; i++) {
        if (isUsed) it->pages[i / 64] |= (uint64_t)1 << i % 64;
        else it->pages[i / 64] &= ~((uint64_t)1 << i % 64);
    }
    if (!isUsed && page / 64 < it->first_gap) it->first_gap = page / 64;
}

static char *allocate_pages(region *it, uint32_t count, uint32_t step, uint32_t kept) {
    uint32_t page = find_gap(it, count, step);
    if (page + count > it->page_count - kept || !make_usable(it, page + count)) return NULL;
    mark(it, page, count, true);
    return it->base + (size_t)page * PAGE;
}

static uint32_t pages_of(size_t size) { return (uint32_t)((size + PAGE - 1) / PAGE); }

// ---- Slabs --------------------------------------------------------------------------------------

static void list(region *it, int32_t place) {
    slab_state *slab = &it->slabs[place];
    slab->is_listed = true;
    slab->before = NO_SLAB;
    slab->next = it->open[slab->class];
    if (slab->next != NO_SLAB) it->slabs[slab->next].before = place;
    it->open[slab->class] = place;
}

static void unlist(region *it, int32_t place) {
    slab_state *slab = &it->slabs[place];
    slab->is_listed = false;
    if (slab->next != NO_SLAB) it->slabs[slab->next].before = slab->before;
    if (slab->before != NO_SLAB) it->slabs[slab->before].next = slab->next;
    else it->open[slab->class] = slab->next;
}

static __attribute__((noinline)) int32_t open_slab(region *it, uint8_t class, uint32_t kept) {
    char *begin = allocate_pages(it, SLAB_PAGES, SLAB_PAGES, kept);
    if (!begin) return NO_SLAB;
    int32_t place = (int32_t)((begin - it->base) / SLAB);
    it->slabs[place] = (slab_state){
        .free = END_OF_LIST, .class = class, .count = SLAB / class_sizes[class]};
    list(it, place);
    HIDE(begin, SLAB);
    return place;
}

// What Lua does most is within one function each, from here on: blocks come and go with every callback.
#define HOT static inline __attribute__((always_inline))

HOT void *allocate_small(region *it, size_t size, uint32_t kept) {
    uint8_t class = class_of_grains[(size + GRAIN - 1) / GRAIN];
    int32_t place = it->open[class];
    if (place == NO_SLAB && (place = open_slab(it, class, kept)) == NO_SLAB) return NULL;
    slab_state *slab = &it->slabs[place];
    char *begin = it->base + (size_t)place * SLAB;
    char *block;
    if (slab->free != END_OF_LIST) {
        block = begin + (size_t)slab->free * GRAIN;
        SHOW(block, sizeof(free_block));
        slab->free = ((free_block *)block)->next;
    } else {
        block = begin + (size_t)slab->fresh++ * class_sizes[class];
    }
    if (++slab->used == slab->count) unlist(it, place);
    SHOW(block, size);
    return block;
}

// Gives up a slab that is empty, but for the last of its class: so one block that comes and goes costs no search.
static __attribute__((noinline)) void free_slab(region *it, int32_t place) {
    const slab_state *slab = &it->slabs[place];
    if (slab->next == NO_SLAB && slab->before == NO_SLAB) return;
    unlist(it, place);
    mark(it, (uint32_t)place * SLAB_PAGES, SLAB_PAGES, false);
}

HOT void free_small(region *it, void *block) {
    size_t offset = (size_t)((char *)block - it->base);
    int32_t place = (int32_t)(offset / SLAB);
    slab_state *slab = &it->slabs[place];
    SHOW(block, sizeof(free_block));
    ((free_block *)block)->next = slab->free;
    HIDE(block, class_sizes[slab->class]);
    slab->free = (uint32_t)(offset % SLAB / GRAIN);
    if (slab->used-- == slab->count) list(it, place);
    if (slab->used == 0) free_slab(it, place);
}

// ---- Blocks -------------------------------------------------------------------------------------

static inline region *region_of(moon_heap *heap, const void *block) {
    return &heap->regions[(const char *)block >= heap->regions[PARTS].base];
}

static inline size_t room_of(size_t size) {
    return size <= LARGEST_SMALL ? class_sizes[class_of_grains[(size + GRAIN - 1) / GRAIN]]
                                 : (size_t)pages_of(size) * PAGE;
}

HOT void *allocate(region *it, size_t size, uint32_t kept) {
    if (size <= LARGEST_SMALL) return allocate_small(it, size, kept);
    char *block = allocate_pages(it, pages_of(size), 1, kept);
    if (block) SHOW(block, size);
    return block;
}

void *moon_heap_take(moon_heap *heap, size_t size, bool isObject) {
    void *block = allocate(&heap->regions[isObject ? OBJECTS : PARTS], size, KEPT_PAGES);
    if (heap->torture && block) memset(block, 0xa5, size);
    return block;
}

static void free_large(moon_heap *heap, void *block, size_t size) {
    region *it = region_of(heap, block);
    if (size <= LARGEST_SMALL) return free_small(it, block);
    HIDE(block, (size_t)pages_of(size) * PAGE);
    mark(it, (uint32_t)(((char *)block - it->base) / PAGE), pages_of(size), false);
}

static void report_change(moon_heap *heap, const void *block, size_t size, bool isObject) {
    if (!isObject || size == TABLE_SIZE) heap->on_change(heap->context, heap, block, isObject);
}

// Fills a freed block with what no value is, and keeps it for some time.
static void keep_aside(moon_heap *heap, void *block, size_t size) {
    heap_torture *torture = heap->torture;
    memset(block, 0xdd, size);
    HIDE(block, size);
    size_t turn = torture->turn++ % HEAP_ASIDE;
    void *last = torture->blocks[turn];
    if (last) {
        SHOW(last, torture->sizes[turn]);
        free_large(heap, last, torture->sizes[turn]);
    }
    torture->blocks[turn] = block;
    torture->sizes[turn] = size;
}

void moon_heap_free(moon_heap *heap, void *block, size_t size) {
    region *it = region_of(heap, block);
    if (heap->on_change) report_change(heap, block, size, it == &heap->regions[OBJECTS]);
    if (heap->torture) return keep_aside(heap, block, size);
    if (size > LARGEST_SMALL) return free_large(heap, block, size);
    free_small(it, block);
}

void moon_heap_torture(moon_heap *heap) {
    heap->torture = calloc(1, sizeof *heap->torture);
    if (!heap->torture) abort();
}

void *moon_heap_resize(moon_heap *heap, void *block, size_t old, size_t new) {
    if (heap->torture) {  // always moves
        void *moved = allocate(region_of(heap, block), new, 0);
        if (!moved) return NULL;
        memset(moved, 0xa5, new);
        memcpy(moved, block, old < new ? old : new);
        moon_heap_free(heap, block, old);
        return moved;
    }
    bool isSmall = old <= LARGEST_SMALL && new <= LARGEST_SMALL;
    bool isLarge = old > LARGEST_SMALL && new > LARGEST_SMALL;
    if ((isSmall || isLarge) && room_of(old) == room_of(new)) {
        if (new > old) SHOW(block, new);
        if (heap->on_change) report_change(heap, block, old, region_of(heap, block) == &heap->regions[OBJECTS]);
        return block;
    }
    region *it = region_of(heap, block);
    if (isLarge && new < old) {  // the pages behind it are free now
        if (heap->on_change) report_change(heap, block, old, region_of(heap, block) == &heap->regions[OBJECTS]);
        uint32_t first = (uint32_t)(((char *)block - it->base) / PAGE);
        mark(it, first + pages_of(new), pages_of(old) - pages_of(new), false);
        return block;
    }
    void *result = allocate(it, new, new < old ? 0 : KEPT_PAGES);
    if (!result) {
        if (new < old) abort();  // 16 MB were kept for it
        return NULL;
    }
    memcpy(result, block, old < new ? old : new);
    moon_heap_free(heap, block, old);
    return result;
}
