// Which names a script sees: those that the host's description of the API lists, no others.
//
// The other files put every function that the shim has into the API table and its libraries; this
// one takes out what was not asked for, and notes what was asked for and is not there.
#include "moon_sandbox.h"

// Pushes the set of described names: true for a global, a table of its entries for a library.
// stack: +1
static void push_described(lua_State *L, const char *text) {
    lua_createtable(L, 0, 128);
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        if (!end) end = line + strlen(line);
        if (*line == '+') {
            const char *name = line + 1;
            const char *dot = memchr(name, '.', (size_t)(end - name));
            if (dot) {
                lua_pushlstring(L, name, (size_t)(dot - name));
                lua_pushvalue(L, -1);
                if (lua_rawget(L, -3) != LUA_TTABLE) {  // stack: described, library, nil
                    lua_pop(L, 1);
                    lua_createtable(L, 0, 32);
                    lua_pushvalue(L, -2);
                    lua_pushvalue(L, -2);
                    lua_rawset(L, -5);
                }  // stack: described, library, entries
                lua_pushlstring(L, dot + 1, (size_t)(end - dot - 1));
                lua_pushboolean(L, 1);
                lua_rawset(L, -3);
                lua_pop(L, 2);
            } else {
                lua_pushlstring(L, name, (size_t)(end - name));
                lua_pushboolean(L, 1);
                lua_rawset(L, -3);
            }
        }
        line = *end ? end + 1 : end;
    }
}

static void add_name(moon_text *list, const char *library, const char *name) {
    moon_text_add(list, library, strlen(library));
    moon_text_add(list, name, strlen(name));
    moon_text_add(list, "\n", 1);
}

// Makes `table` have only what `described` lists; `library` begins the names in the notes.
// stack: unchanged
static void keep_described(lua_State *L, int table, int described, const char *library) {
    moon_host *host = moon_of(L);
    lua_pushnil(L);
    while (lua_next(L, described)) {  // stack: …, name, true or entries
        lua_pushvalue(L, -2);
        if (lua_rawget(L, table) == LUA_TNIL && lua_isboolean(L, -2)) {
            add_name(&host->missing_names, library, lua_tostring(L, -3));
        }
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    while (lua_next(L, table)) {  // stack: …, name, value
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        bool isHidden = lua_rawget(L, described) == LUA_TNIL;  // stack: …, name, what is described
        lua_pop(L, 1);
        if (!isHidden) continue;
        add_name(&host->hidden_names, library, lua_tostring(L, -1));
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, table);
    }
}

void moon_open_names(lua_State *L) {
    moon_host *host = moon_of(L);
    if (host->shows_all_names) return;
    int api = lua_gettop(L);
    push_described(L, host->names.bytes);
    int described = lua_gettop(L);
    keep_described(L, api, described, "");
    lua_pushnil(L);
    while (lua_next(L, described)) {  // stack: api, described, name, true or entries
        if (lua_istable(L, -1)) {
            const char *name = lua_tostring(L, -2);
            lua_pushfstring(L, "%s.", name);
            const char *library = lua_tostring(L, -1);  // stack: …, name, entries, library
            lua_pushvalue(L, -3);
            lua_rawget(L, api);  // stack: …, name, entries, library, value
            if (!moon_thaw(L, lua_gettop(L))) lua_newtable(L);
            keep_described(L, lua_gettop(L), lua_gettop(L) - 3, library);
            lua_settop(L, described + 1);
        } else {
            lua_pop(L, 1);
        }
    }
    lua_settop(L, api);
}

const char *moon_missing_names(moon_host *host) { return host->missing_names.bytes; }
const char *moon_hidden_names(moon_host *host) { return host->hidden_names.bytes; }

const char *moon_reason_withheld(moon_host *host, const char *name) {
    size_t count = strlen(name);
    if (strpbrk(name, " \n")) return NULL;
    for (const char *line = host->names.bytes; *line;) {
        const char *end = strchr(line, '\n');
        if (!end) return NULL;
        bool isName = *line == '-' && strncmp(line + 1, name, count) == 0 && line[1 + count] == ' ';
        if (isName) {
            const char *reason = line + count + 2;
            moon_text_set(&host->answer, reason, (size_t)(end - reason));
            return host->answer.bytes;
        }
        line = end + 1;
    }
    return NULL;
}
