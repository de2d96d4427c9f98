// moon_snapshot.h: a script's memory as it was at one instant, read while the script goes on.
#pragma once
#include "moon_heap_parts.h"
#include "moon_host.h"

// What a page of the heap is to a snapshot.
typedef enum {
    PAGE_OPEN,       // may be written to: nobody is told
    PAGE_CLOSED,     // read-only, so that a snapshot can begin; what it holds is none's yet
    PAGE_UNTOUCHED,  // read-only, and as it was when the snapshot began
    PAGE_SAVING,     // the script's thread saves it, for it is about to write to it
    PAGE_SAVED,      // and has: the image holds what it was
    PAGE_IMAGED,     // untouched, and in the image
    PAGE_CHANGED,    // written to after that
} moon_page_state;

typedef struct moon_snapshot moon_snapshot;
struct moon_snapshot {
    moon_heap *heap;
    char *base;   // of the heap
    size_t size;  // of all its regions
    char *image;  // as large; pages that were in use are filled in
    _Atomic uint8_t *pages;
    uint64_t *used;           // the pages that were in use when it began, a bit each
    const void *state_table;  // where the table of `state` lies in the heap
};

// Prepares one, on the thread that uses the heap. NULL: there is one.
moon_snapshot *moon_snapshot_prepare(moon_host *host);
// Makes a region read-only little by little, on any thread, while the script goes on.
void moon_snapshot_arm(moon_snapshot *snapshot, int region);
// Begins it, or begins it anew, on the thread that uses the heap, between two calls: quick once it
// was armed.
void moon_snapshot_begin(moon_snapshot *snapshot);
// Copies what was in use into the image, on any thread. `keeps` leaves what tables own protected, so
// that pages go on to tell whether they were written to.
void moon_snapshot_copy(moon_snapshot *snapshot, bool keeps);
// Ends it, on any thread but the one that uses the heap, unless that stands still.
void moon_snapshot_end(moon_snapshot *snapshot);

// From an address of the heap to where the image has it.
static inline ptrdiff_t moon_snapshot_shift(const moon_snapshot *snapshot) {
    return snapshot->image - snapshot->base;
}

static inline bool moon_snapshot_has_changed(const moon_snapshot *snapshot, size_t page) {
    uint8_t state = atomic_load_explicit(&snapshot->pages[page], memory_order_acquire);
    return state != PAGE_UNTOUCHED && state != PAGE_IMAGED && state != PAGE_CLOSED;
}

// Text of the snapshot's `state`, made by a thread that also ends it. The snapshot has begun.
moon_state_reading *moon_snapshot_read(moon_snapshot *snapshot);
