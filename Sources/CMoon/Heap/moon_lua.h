// moon_lua.h: how Lua 5.4 lays out what the shim reads past its API: values, tables and strings. Whether the
// library at hand does so is what `shim mirrors` and the tests of reloads, views and lists show.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct lua_State;

// A value and its type.
typedef struct {
    union {
        void *pointer;
        int64_t integer;
        double number;
        int (*function)(struct lua_State *L);
    };
    uint8_t type;
} moon_lua_value;

// The types, with their variants; those of objects have the high bit besides.
enum {
    MOON_LUA_COLLECTABLE = 0x40,
    MOON_LUA_FALSE = 0x01,
    MOON_LUA_LIGHT = 0x02,
    MOON_LUA_TRUE = 0x11,
    MOON_LUA_FUNCTION = 0x16,  // a C function without upvalues
    MOON_LUA_INTEGER = 0x03,
    MOON_LUA_NUMBER = 0x13,
    MOON_LUA_SHORT_STRING = 0x04 | MOON_LUA_COLLECTABLE,
    MOON_LUA_LONG_STRING = 0x14 | MOON_LUA_COLLECTABLE,
    MOON_LUA_TABLE = 0x05 | MOON_LUA_COLLECTABLE,
    MOON_LUA_USERDATA = 0x07 | MOON_LUA_COLLECTABLE,
};

// Where an address is looked for first among `slots` places, a power of two.
static inline size_t moon_slot_of(const void *address, size_t slots) {
    return ((uintptr_t)address >> 4) * 0x9e3779b97f4a7c15u >> 20 & (slots - 1);
}

static inline int moon_lua_is_nil(uint8_t type) { return (type & 0x0f) == 0; }

// A place of a table's hash part.
typedef struct {
    union {
        void *pointer;
        int64_t integer;
        double number;
    };
    uint8_t type, key_type;
    int32_t next;
    union {
        void *pointer;
        int64_t integer;
        double number;
    } key;
} moon_lua_node;

typedef struct {
    void *next;
    uint8_t type, marked;
    uint8_t flags, log_nodes;  // bit 7 of flags: `limit` is a hint and not the array's size
    uint32_t limit;
    moon_lua_value *array;
    moon_lua_node *nodes;
    moon_lua_node *last_free;  // null: `nodes` is the one place that all empty tables share
    void *metatable;
    void *gray;
} moon_lua_table;

typedef struct {
    void *next;
    uint8_t type, marked;
    uint8_t extra, short_count;
    uint32_t hash;
    size_t long_count;
    char bytes[];
} moon_lua_string;

// Userdata without user values.
typedef struct {
    void *next;
    uint8_t type, marked;
    uint16_t value_count;
    size_t count;
    void *metatable;
    char bytes[];
} moon_lua_userdata;

// The bytes in front of those of userdata with one user value.
enum { MOON_LUA_HEAD_AND_VALUE = 56 };

// A call under way.
typedef struct {
    moon_lua_value *function, *top;
    void *previous, *next;
    const void *instruction;  // of a function of Lua's, the one behind that at work
    void *others[2];
    int32_t transfer;
    int16_t results;
    uint16_t status;
} moon_lua_call;

enum { MOON_LUA_CALL_IS_C = 1 << 1 };

// Where a call of a function of Lua's is in its code; NULL: it is none.
static inline const void *moon_lua_instruction(const void *call) {
    const moon_lua_call *it = call;
    return it->status & MOON_LUA_CALL_IS_C ? NULL : it->instruction;
}

_Static_assert(sizeof(moon_lua_call) == 64, "a call is 64 bytes");
_Static_assert(sizeof(moon_lua_value) == 16, "a value is 16 bytes");
_Static_assert(sizeof(moon_lua_node) == 24, "a place of the hash part is 24 bytes");
_Static_assert(sizeof(moon_lua_table) == 56, "a table is 56 bytes");
_Static_assert(offsetof(moon_lua_string, bytes) == 24, "a string has a head of 24 bytes");
_Static_assert(offsetof(moon_lua_userdata, bytes) == 32, "userdata has a head of 32 bytes");

// A thread of Lua's, as far as the shim looks into it.
typedef struct {
    void *next;
    uint8_t type, marked, status, allows_hook;
    uint16_t calls;
    moon_lua_value *top;
    void *global;
    moon_lua_call *call;
} moon_lua_thread;

// Pushes a value, for which there must be room: a call of C has that for 20. // stack: +1
static inline void moon_lua_push(struct lua_State *L, moon_lua_value value) {
    moon_lua_value *top = ((moon_lua_thread *)(void *)L)->top++;
    top->pointer = value.pointer;
    top->type = value.type;
}

static inline int moon_lua_is_short(const moon_lua_string *string) {
    return string->type == (MOON_LUA_SHORT_STRING & ~MOON_LUA_COLLECTABLE);
}

static inline moon_lua_userdata *moon_lua_userdata_of(const void *bytes) {
    return (moon_lua_userdata *)((uintptr_t)bytes - offsetof(moon_lua_userdata, bytes));
}

// How many places the array part has.
static inline size_t moon_lua_array_count(const moon_lua_table *table) {
    size_t limit = table->limit;
    if (!(table->flags & 0x80) || (limit & (limit - 1)) == 0) return limit;
    size_t count = 1;
    while (count < limit) count *= 2;
    return count;
}

static inline size_t moon_lua_node_count(const moon_lua_table *table) {
    return table->last_free ? (size_t)1 << table->log_nodes : 0;
}

static inline size_t moon_lua_string_count(const moon_lua_string *string) {
    return moon_lua_is_short(string) ? string->short_count : string->long_count;
}
