// moon_heap.h: the memory of one script's Lua state.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct moon_heap moon_heap;

// A heap for `limit` bytes of blocks; NULL: the process has no room for it.
moon_heap *moon_heap_open(size_t limit);
// Gives all of it back, whatever is still in use.
void moon_heap_close(moon_heap *heap);

// Objects and what they own (stacks, the parts of tables) lie apart. Whoever frees a block knows its
// size. NULL: there is no room.
void *moon_heap_take(moon_heap *heap, size_t size, bool is_object);
void moon_heap_free(moon_heap *heap, void *block, size_t size);
// As realloc. A block that becomes smaller always finds room.
void *moon_heap_resize(moon_heap *heap, void *block, size_t old, size_t new);

// For tests: fills blocks with patterns, moves what is resized, and keeps freed blocks aside.
void moon_heap_torture(moon_heap *heap);
