// Test files: a host whose library asks Swift for strategies, which live in hosts of their own.
//
// Values cross as text, so that neither side touches the other's memory: `z` nil, `t` and `f`,
// `i12;` and `d0.5;` numbers, `s3:abc` texts, `{` keys and values in turn `}` tables; towards Lua
// also `l7:return 1`, a Lua constructor.
#include "moon_calls.h"
#include "moon_sandbox.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    DEEPEST = 50,         // levels of a value
    MOST_CALLS = 200000,  // of a test: each gives the instruction limit time anew
    MOST_NAMES = 2000,    // names that are compared for the nearest
    MOST_LISTED = 40,     // names that a message lists
};

static const char run_key;

// ---- Where the author is ------------------------------------------------------------------------

// Pushes "file:line: " of the innermost line outside of the library; "": there is none. // stack: +1
static void push_place(lua_State *L) {
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0 && strcmp(ar.short_src, MOON_TEST_LIBRARY) != 0) {
            lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

static int place(lua_State *L) {  // raises: memory
    push_place(L);
    return 1;
}

// Raises `text` at the author's line; does not return.
static int raise_there(lua_State *L, const char *text) {
    push_place(L);
    lua_pushstring(L, text);
    lua_concat(L, 2);
    return lua_error(L);
}

// nearest(name, names): ": did you mean `x`?", or a list of them all.
static int nearest(lua_State *L) {  // raises: mistakes, budget
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    moon_nearest search = moon_nearest_to(name);
    lua_Integer count = (lua_Integer)lua_rawlen(L, 2), most = count < MOST_NAMES ? count : MOST_NAMES;
    for (lua_Integer i = 1; i <= most; i++) {
        lua_rawgeti(L, 2, i);
        moon_nearest_try(L, &search, luaL_checkstring(L, -1));
        lua_pop(L, 1);
    }
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    luaL_addstring(&list, "; there are ");
    for (lua_Integer i = 1; i <= most && i <= MOST_LISTED; i++) {
        if (i > 1) luaL_addstring(&list, ", ");
        lua_rawgeti(L, 2, i);
        luaL_addvalue(&list);
    }
    if (count > MOST_LISTED) luaL_addstring(&list, " and more");
    luaL_pushresult(&list);
    // The names stay in their table, so that the best of them is still there.
    moon_nearest_push(L, &search, count > 0 ? lua_tostring(L, -1) : "");
    return 1;
}

// ---- Values to text -----------------------------------------------------------------------------

static void add_value(lua_State *L, moon_text *text, int index, int depth);

static void add_number(lua_State *L, moon_text *text, int index) {
    char digits[64];
    int count;
    if (lua_isinteger(L, index)) {
        count = snprintf(digits, sizeof digits, "i" LUA_INTEGER_FMT ";", lua_tointeger(L, index));
    } else {
        count = snprintf(digits, sizeof digits, "d%.17g;", lua_tonumber(L, index));
    }
    moon_text_add(text, digits, (size_t)count);
}

static void add_string(lua_State *L, moon_text *text, int index) {
    size_t count;
    const char *bytes = lua_tolstring(L, index, &count);
    char head[32];
    int length = snprintf(head, sizeof head, "s%zu:", count);
    moon_text_add(text, head, (size_t)length);
    moon_text_add(text, bytes, count);
}

static void add_table(lua_State *L, moon_text *text, int index, int depth) {
    if (depth >= DEEPEST) raise_there(L, "a table is nested too deeply, or contains itself");
    luaL_checkstack(L, 8, "a table is nested too deeply");
    moon_text_add(text, "{", 1);
    if (moon_thaw(L, index)) lua_replace(L, index);
    lua_pushnil(L);
    while (lua_next(L, index)) {  // stack: …, key, value
        int key = lua_gettop(L) - 1;
        add_value(L, text, key, depth + 1);
        add_value(L, text, key + 1, depth + 1);
        lua_pop(L, 1);
    }
    moon_text_add(text, "}", 1);
}

static void add_value(lua_State *L, moon_text *text, int index, int depth) {
    switch (lua_type(L, index)) {
    case LUA_TNIL: moon_text_add(text, "z", 1); break;
    case LUA_TBOOLEAN: moon_text_add(text, lua_toboolean(L, index) ? "t" : "f", 1); break;
    case LUA_TNUMBER: add_number(L, text, index); break;
    case LUA_TSTRING: add_string(L, text, index); break;
    case LUA_TTABLE: add_table(L, text, index, depth); break;
    default:
        lua_pushfstring(
            L, "%s cannot be given to a strategy: plain data only", moon_type_name(L, index));
        raise_there(L, lua_tostring(L, -1));
    }
}

// ---- Text to values -----------------------------------------------------------------------------

typedef struct {
    lua_State *L;
    const char *at, *end;
} reader;

static void push_value(reader *it);

static int refuse(reader *it) { return luaL_error(it->L, "the host answered in no known form"); }

static char read_byte(reader *it) {
    if (it->at >= it->end) refuse(it);
    return *it->at++;
}

// The digits up to `stop`, without it; they begin at the result and end in `stop`.
static const char *read_until(reader *it, char stop) {
    const char *first = it->at;
    while (read_byte(it) != stop) {}
    return first;
}

static size_t read_count(reader *it) {
    return (size_t)strtoull(read_until(it, ':'), NULL, 10);
}

static const char *read_bytes(reader *it, size_t count) {
    if ((size_t)(it->end - it->at) < count) refuse(it);
    const char *bytes = it->at;
    it->at += count;
    return bytes;
}

// A Lua constructor: run without any global, so it can make data and nothing else.
static void push_constructor(reader *it) {
    size_t count = read_count(it);
    const char *bytes = read_bytes(it, count);
    if (luaL_loadbufferx(it->L, bytes, count, "=state", "t") != LUA_OK) lua_error(it->L);
    lua_pushnil(it->L);
    lua_setupvalue(it->L, -2, 1);
    lua_call(it->L, 0, 1);
}

static void push_table(reader *it) {
    luaL_checkstack(it->L, 8, "the host's answer is nested too deeply");
    lua_newtable(it->L);
    while (it->at < it->end && *it->at != '}') {
        push_value(it);
        push_value(it);  // stack: …, table, key, value
        lua_rawset(it->L, -3);
    }
    read_byte(it);
}

static void push_value(reader *it) {
    size_t count;
    switch (read_byte(it)) {
    case 'z': lua_pushnil(it->L); break;
    case 't': lua_pushboolean(it->L, 1); break;
    case 'f': lua_pushboolean(it->L, 0); break;
    case 'i': lua_pushinteger(it->L, strtoll(read_until(it, ';'), NULL, 10)); break;
    case 'd': lua_pushnumber(it->L, strtod(read_until(it, ';'), NULL)); break;
    case 's':
        count = read_count(it);
        lua_pushlstring(it->L, read_bytes(it, count), count);
        break;
    case 'l': push_constructor(it); break;
    case '{': push_table(it); break;
    default: refuse(it);
    }
}

// ---- The way to Swift and back ------------------------------------------------------------------

// call(name, value): what Swift answers; its refusal is an error at the author's line.
static int call(lua_State *L) {  // raises: mistakes, calls
    moon_host *host = moon_of(L);
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 2);
    if (++host->tests.count > MOST_CALLS) {
        return raise_there(
            L, "asked strategies more than 200000 times in one test: a loop without end?");
    }
    moon_text *value = &host->tests.value, *answer = &host->tests.answer;
    moon_text_set(value, "", 0);
    moon_text_set(answer, "", 0);
    add_value(L, value, 2, 0);
    // The strategy's host has this thread and a budget of its own meanwhile.
    moon_leave(host);
    bool isAnswered = host->tests.call(
        host->tests.context, name, value->bytes, value->count, answer);
    moon_enter(host);
    if (!isAnswered) return raise_there(L, answer->bytes);
    reader it = {L, answer->bytes, answer->bytes + answer->count};
    push_value(&it);
    return 1;
}

// ---- The library --------------------------------------------------------------------------------

typedef struct {
    const char *bytes;
    size_t count;
} library_text;

// Runs the library and makes what it returns part of the API. // stack: library text →
static int open_protected(lua_State *L) {  // raises: mistakes, calls
    const library_text *library = lua_touserdata(L, 1);
    int status = luaL_loadbufferx(L, library->bytes, library->count, "=" MOON_TEST_LIBRARY, "t");
    if (status != LUA_OK) return lua_error(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_api_key);
    lua_setupvalue(L, -2, 1);
    lua_pushcfunction(L, call);
    lua_pushcfunction(L, place);
    lua_pushcfunction(L, nearest);
    lua_call(L, 3, 1);  // stack: library text, functions
    lua_pushliteral(L, "run");
    lua_rawget(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &run_key);
    lua_pushliteral(L, "run");
    lua_pushnil(L);
    lua_rawset(L, 2);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_api_key);  // stack: library text, functions, api
    lua_pushnil(L);
    while (lua_next(L, 2)) {  // stack: …, api, name, function
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 3);
    }
    return 0;
}

bool moon_open_tests(
    moon_host *host, const char *library, size_t count, moon_test_call call, void *context) {
    moon_forget_failure(host);
    host->tests.call = call;
    host->tests.context = context;
    library_text text = {library, count};
    return moon_run_function(host, open_protected, &text) == LUA_OK;
}

// stack: number →
static int run_protected(lua_State *L) {  // raises: calls
    lua_rawgetp(L, LUA_REGISTRYINDEX, &run_key);
    lua_insert(L, 1);
    lua_call(L, 1, 0);
    return 0;
}

bool moon_run_test(moon_host *host, int64_t number) {
    moon_forget_failure(host);
    moon_clear_requests(host);
    if (moon_is_lost(host)) return false;
    host->generation++;
    host->tests.count = 0;
    memset(host->asked, 0, sizeof host->asked);  // time stands still here: a second for each test
    lua_pushcfunction(host->L, run_protected);
    lua_pushinteger(host->L, number);
    return moon_run(host, 1, 0) == LUA_OK;
}
