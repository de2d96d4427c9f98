// A script's memory as it was at one instant, read while the script goes on.
//
// Pages of the script's heap are made read-only. The script's first write to each of them ends in a
// signal, whose handler saves the page and lets the write happen: some microseconds, once a page.
// Meanwhile another thread copies the pages that nobody wrote to. So the script's thread waits for
// nothing, and the copy is of one instant.
//
// To make ten thousand pages read-only takes the system milliseconds. So that is done before, little
// by little, by the other thread; what the script writes to meanwhile is opened again, and closed
// by the script's thread when the snapshot begins: few pages.
//
// A page is copied by whoever claims it first. The reader copies a page aside, and keeps that only if
// the page is still untouched then: the handler says that it touches a page before it can change.
#define _GNU_SOURCE
#include "moon_snapshot.h"
#include "moon_data.h"
#include "moon_heap_parts.h"
#include "moon_state.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum {
    PAGES_AT_ONCE = 64,   // so long others wait for the process's memory map: some 30 µs
    BEHIND_TRADING = 10,  // how nice a thread is that makes text
};

static struct sigaction before_us;

static void pass_on(int number, siginfo_t *info, void *context) {
    if (before_us.sa_flags & SA_SIGINFO) {
        before_us.sa_sigaction(number, info, context);
    } else if (before_us.sa_handler == SIG_DFL || before_us.sa_handler == SIG_IGN) {
        signal(number, SIG_DFL);  // the instruction runs again, and ends the process
    } else {
        before_us.sa_handler(number);
    }
}

// Word by word, for blocks that are hidden from the address sanitizer are copied too.
static __attribute__((no_sanitize("address"))) void copy_page(void *to, const void *from) {
    volatile uint64_t *target = to;
    const volatile uint64_t *source = from;
    for (size_t i = 0; i < HEAP_PAGE / sizeof *target; i++) target[i] = source[i];
}

// Saves a page that is about to be written to.
static void save(moon_snapshot *snapshot, size_t page) {
    _Atomic uint8_t *state = &snapshot->pages[page];
    uint8_t expected = PAGE_UNTOUCHED;
    if (atomic_compare_exchange_strong(state, &expected, PAGE_SAVING)) {
        size_t offset = page * HEAP_PAGE;
        copy_page(snapshot->image + offset, snapshot->base + offset);
        atomic_store_explicit(state, PAGE_SAVED, memory_order_release);
    } else if (expected == PAGE_IMAGED) {
        atomic_store_explicit(state, PAGE_CHANGED, memory_order_release);
    } else if (expected == PAGE_CLOSED) {
        atomic_store_explicit(state, PAGE_OPEN, memory_order_release);
    }
}

static void handle(int number, siginfo_t *info, void *context) {
    char *address = info->si_addr;
    moon_heap *heap = moon_heap_around(address);
    if (!heap || !moon_heap_is_usable(heap, address)) return pass_on(number, info, context);
    size_t page = (size_t)(address - heap->base) / HEAP_PAGE;
    atomic_store(&heap->is_saving, true);  // from now on the snapshot stays until it is saved
    moon_snapshot *snapshot = atomic_load(&heap->snapshot);
    if (snapshot) save(snapshot, page);
    atomic_store(&heap->is_saving, false);
    mprotect(heap->base + page * HEAP_PAGE, HEAP_PAGE, PROT_READ | PROT_WRITE);
}

static void install(void) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGURG);  // whose handler may not come back: see moon_entry.c
    sigaction(SIGSEGV, &action, &before_us);
}

static void release(moon_snapshot *it) {
    if (it->image != MAP_FAILED) munmap(it->image, it->size);
    free(it->pages);
    free(it->used);
    free(it);
}

static size_t first_page(const moon_snapshot *it, int index) {
    return it->size / REGION_COUNT / HEAP_PAGE * (size_t)index;
}

static size_t usable_pages(const moon_snapshot *it, int index) {
    return __atomic_load_n(&it->heap->regions[index].usable, __ATOMIC_ACQUIRE);
}

// The same protection and state for some pages in a row.
static void set_pages(
    moon_snapshot *it, size_t page, size_t count, moon_page_state state, int protection) {
    for (size_t i = page; i < page + count; i++) {
        atomic_store_explicit(&it->pages[i], state, memory_order_release);
    }
    mprotect(it->base + page * HEAP_PAGE, count * HEAP_PAGE, protection);
}

static void set_region(moon_snapshot *it, int index, moon_page_state state, int protection) {
    size_t first = first_page(it, index), count = usable_pages(it, index);
    for (size_t done = 0; done < count; done += PAGES_AT_ONCE) {
        size_t step = count - done < PAGES_AT_ONCE ? count - done : PAGES_AT_ONCE;
        set_pages(it, first + done, step, state, protection);
    }
}

moon_snapshot *moon_snapshot_prepare(moon_host *host) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
    moon_heap *heap = host->heap;
    if (host->is_dead || atomic_load(&heap->snapshot)) return NULL;
    moon_snapshot *it = calloc(1, sizeof *it);
    if (!it) return NULL;
    it->heap = heap;
    it->base = heap->base;
    it->size = heap->size;
    it->state_table = host->state_table;
    size_t pages = heap->size / HEAP_PAGE;
    it->pages = calloc(pages, sizeof *it->pages);
    it->used = calloc(pages / 64, sizeof *it->used);
    it->image = mmap(
        NULL, it->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (!it->pages || !it->used || it->image == MAP_FAILED) {
        release(it);
        return NULL;
    }
    atomic_store(&heap->snapshot, it);
    return it;
}

void moon_snapshot_arm(moon_snapshot *it, int index) {
    set_region(it, index, PAGE_CLOSED, PROT_READ);
}

void moon_snapshot_begin(moon_snapshot *it) {
    size_t words = it->size / HEAP_PAGE / REGION_COUNT / 64;
    for (int i = 0; i < REGION_COUNT; i++) {
        size_t first = first_page(it, i), count = usable_pages(it, i);
        memcpy(it->used + words * (size_t)i, it->heap->regions[i].pages, words * sizeof *it->used);
        for (size_t done = 0; done < count;) {
            uint8_t state = atomic_load_explicit(&it->pages[first + done], memory_order_relaxed);
            if (state == PAGE_UNTOUCHED || state == PAGE_IMAGED || state == PAGE_CLOSED) {
                atomic_store_explicit(
                    &it->pages[first + done], PAGE_UNTOUCHED, memory_order_relaxed);
                done++;
                continue;
            }
            size_t open = 1;
            while (done + open < count && moon_snapshot_has_changed(it, first + done + open)) open++;
            set_pages(it, first + done, open, PAGE_UNTOUCHED, PROT_READ);
            done += open;
        }
    }
}

void moon_snapshot_copy(moon_snapshot *it, bool keeps) {
    _Alignas(8) char aside[HEAP_PAGE];
    size_t pages = it->size / HEAP_PAGE;
    for (size_t page = 0; page < pages; page++) {
        bool isUsed = it->used[page / 64] >> page % 64 & 1;
        if (!isUsed || atomic_load(&it->pages[page]) != PAGE_UNTOUCHED) continue;
        copy_page(aside, it->base + page * HEAP_PAGE);
        atomic_thread_fence(memory_order_acquire);
        uint8_t expected = PAGE_UNTOUCHED;
        if (atomic_compare_exchange_strong(&it->pages[page], &expected, PAGE_IMAGED)) {
            copy_page(it->image + page * HEAP_PAGE, aside);
        }
    }
    for (size_t page = 0; page < pages; page++) {  // what the script's thread is just saving
        while (atomic_load_explicit(&it->pages[page], memory_order_acquire) == PAGE_SAVING) {
            sched_yield();
        }
    }
    set_region(it, OBJECTS, PAGE_OPEN, PROT_READ | PROT_WRITE);
    if (!keeps) set_region(it, PARTS, PAGE_OPEN, PROT_READ | PROT_WRITE);
}

void moon_snapshot_end(moon_snapshot *it) {
    for (int i = 0; i < REGION_COUNT; i++) set_region(it, i, PAGE_OPEN, PROT_READ | PROT_WRITE);
    atomic_store(&it->heap->snapshot, NULL);
    while (atomic_load(&it->heap->is_saving)) sched_yield();
    release(it);
}

// ---- Text, made on a thread of its own ----------------------------------------------------------

struct moon_state_reading {
    moon_snapshot *snapshot;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool is_armed, has_begun;  // behind the lock
    bool is_joined, is_written;
    moon_text text, problem;
};

static void *read_state(void *context) {
    moon_state_reading *it = context;
    pthread_mutex_lock(&it->lock);
    bool isArming = !it->has_begun;
    pthread_mutex_unlock(&it->lock);
    if (isArming) {
        for (int i = 0; i < REGION_COUNT; i++) moon_snapshot_arm(it->snapshot, i);
        pthread_mutex_lock(&it->lock);
        it->is_armed = true;
        pthread_cond_signal(&it->change);
        while (!it->has_begun) pthread_cond_wait(&it->change, &it->lock);
        pthread_mutex_unlock(&it->lock);
    }
    moon_snapshot *snapshot = it->snapshot;
    moon_snapshot_copy(snapshot, false);
    it->is_written = moon_write_table(
        snapshot->state_table, moon_snapshot_shift(snapshot), &it->text, &it->problem);
    moon_snapshot_end(snapshot);
    return NULL;
}

static void *read_behind(void *context) {
    setpriority(PRIO_PROCESS, (id_t)gettid(), BEHIND_TRADING);
    return read_state(context);
}

// NULL: the system has no thread left.
static moon_state_reading *start_reading(moon_snapshot *snapshot, bool hasBegun) {
    moon_state_reading *it = calloc(1, sizeof *it);
    if (!it) abort();
    it->snapshot = snapshot;
    it->has_begun = hasBegun;
    pthread_mutex_init(&it->lock, NULL);
    pthread_cond_init(&it->change, NULL);
    sigset_t all, before;  // signals of the process go to the others
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int result = pthread_create(&it->thread, NULL, read_behind, it);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result == 0) return it;
    it->is_joined = true;
    if (hasBegun) {  // on this thread, then, before anything else
        read_state(it);
        return it;
    }
    moon_snapshot_end(snapshot);
    moon_state_reading_close(it);
    return NULL;
}

moon_state_reading *moon_snapshot_read(moon_snapshot *snapshot) {
    return start_reading(snapshot, true);
}

void moon_prepare_reading(moon_host *host) {
    if (host->reading || host->is_dead) return;
    moon_snapshot *snapshot = moon_snapshot_prepare(host);
    if (snapshot) host->reading = start_reading(snapshot, false);
}

moon_state_reading *moon_read_state(moon_host *host) {
    moon_state_reading *it = host->reading;
    if (!it) return NULL;
    host->reading = NULL;
    pthread_mutex_lock(&it->lock);
    while (!it->is_armed) pthread_cond_wait(&it->change, &it->lock);
    moon_snapshot_begin(it->snapshot);
    it->has_begun = true;
    pthread_cond_signal(&it->change);
    pthread_mutex_unlock(&it->lock);
    return it;
}

bool moon_state_reading_text(moon_state_reading *it, const char **text, size_t *count) {
    if (!it->is_joined) pthread_join(it->thread, NULL);
    it->is_joined = true;
    const moon_text *result = it->is_written ? &it->text : &it->problem;
    *text = result->bytes;
    *count = result->count;
    return it->is_written;
}

void moon_state_reading_close(moon_state_reading *it) {
    if (!it->is_joined) pthread_join(it->thread, NULL);
    pthread_mutex_destroy(&it->lock);
    pthread_cond_destroy(&it->change);
    free(it->text.bytes);
    free(it->problem.bytes);
    free(it);
}

void moon_wait_for_readers(moon_host *host) {
    moon_state_reading *unused = moon_read_state(host);
    if (unused) moon_state_reading_close(unused);
    while (atomic_load(&host->heap->snapshot)) sched_yield();
}
