// A stand-in for MOON_TORTURE where the shim was not built with it: Lua's allocator is wrapped where a
// state is made (-Wl,--wrap=lua_newstate). `gc` refuses an allocation now and then, once, so that Lua
// collects first; `poison` fills memory and keeps freed blocks back.
#if defined(MOON_TORTURE_STAND_IN)
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_BLOCKS = 4096 };

typedef struct torture {
    struct torture *older;  // all are kept as long as the process
    lua_Alloc own;
    void *context;
    uint64_t every, count;
    bool refused, poisons;
    struct {
        void *block;
        size_t size;
    } kept[KEPT_BLOCKS];
    size_t next;
} torture;

// Freed, but not for others yet.
static void put_aside(torture *it, void *block, size_t size) {
    memset(block, 0xdd, size);
    void *old = it->kept[it->next].block;
    if (old) it->own(it->context, old, it->kept[it->next].size, 0);
    it->kept[it->next].block = block;
    it->kept[it->next].size = size;
    it->next = (it->next + 1) % KEPT_BLOCKS;
}

static void *move(torture *it, void *block, size_t old, size_t new) {
    size_t size = block ? old : 0;
    if (new == 0) {
        if (block) put_aside(it, block, size);
        return NULL;
    }
    void *result = it->own(it->context, NULL, 0, new);
    if (!result) return NULL;
    memset(result, 0xa5, new);
    if (block) {
        memcpy(result, block, size < new ? size : new);
        put_aside(it, block, size);
    }
    return result;
}

static void *allocate(void *context, void *block, size_t old, size_t new) {
    torture *it = context;
    bool grows = new > (block ? old : 0);
    if (grows && it->every && !it->refused && ++it->count % it->every == 0) {
        it->refused = true;
        return NULL;
    }
    if (grows) it->refused = false;
    return it->poisons ? move(it, block, old, new) : it->own(it->context, block, old, new);
}

lua_State *__real_lua_newstate(lua_Alloc own, void *context);
lua_State *__wrap_lua_newstate(lua_Alloc own, void *context) {
    const char *mode = getenv("MOON_TORTURE"), *every = getenv("MOON_TORTURE_EVERY");
    if (!mode || !*mode) return __real_lua_newstate(own, context);
    static torture *newest;
    torture *it = calloc(1, sizeof *it);
    if (!it) return NULL;
    it->older = newest;
    newest = it;
    it->own = own;
    it->context = context;
    it->poisons = strstr(mode, "poison");
    lua_State *L = __real_lua_newstate(allocate, it);
    if (strstr(mode, "gc")) it->every = every ? strtoull(every, NULL, 10) : 1;
    return L;
}
#endif
