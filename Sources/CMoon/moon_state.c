// The `state` table as text: a Lua table constructor, its keys sorted, so that the same data gives
// the same bytes. Plain data only: a function or a view in it could not come back.
#include "moon_parts.h"

#include <math.h>
#include <stdio.h>

enum { DEEPEST = 100, LARGEST_STATE = 16 << 20 };  // levels; bytes

typedef struct {
    lua_State *L;
    moon_text *text;
    int path;  // where the list of the keys on the way lies
    int depth;
} writer;

static void add(writer *it, const char *bytes, size_t count) {
    moon_text_add(it->text, bytes, count);
    if (it->text->count > LARGEST_STATE) luaL_error(it->L, "state is larger than 16 MB");
}

static void add_literal(writer *it, const char *text) { add(it, text, strlen(text)); }

static void add_number(writer *it, int index) {
    lua_State *L = it->L;
    char text[64];
    if (lua_isinteger(L, index)) {
        lua_Integer value = lua_tointeger(L, index);
        // The smallest integer has no literal: its digits alone would read as a float.
        if (value == LUA_MININTEGER) snprintf(text, sizeof text, "0x8000000000000000");
        else snprintf(text, sizeof text, LUA_INTEGER_FMT, value);
    } else {
        lua_Number value = lua_tonumber(L, index);
        if (isnan(value)) snprintf(text, sizeof text, "0/0");
        else if (isinf(value)) snprintf(text, sizeof text, value > 0 ? "1e999" : "-1e999");
        else {
            snprintf(text, sizeof text, "%.17g", value);
            if (!strpbrk(text, ".e")) strcat(text, ".0");
        }
    }
    add_literal(it, text);
}

static void add_string(writer *it, int index) {
    size_t count;
    const char *bytes = lua_tolstring(it->L, index, &count);
    add_literal(it, "\"");
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        char escape[8];
        if (byte == '"' || byte == '\\') snprintf(escape, sizeof escape, "\\%c", byte);
        else if (byte < 32 || byte == 127) snprintf(escape, sizeof escape, "\\%03u", byte);
        else snprintf(escape, sizeof escape, "%c", byte);
        add_literal(it, escape);
    }
    add_literal(it, "\"");
}

// Raises an error that names the entry that cannot be saved: state.a.b
static void refuse(writer *it, const char *what) {
    lua_State *L = it->L;
    lua_pushliteral(L, "state");  // stack: …, name
    for (int i = 1; i <= it->depth; i++) {
        bool isName = lua_rawgeti(L, it->path, i) == LUA_TSTRING;
        moon_push_text(L, -1);  // stack: …, name, key, its text
        lua_pushfstring(
            L, isName ? "%s.%s" : "%s[%s]", lua_tostring(L, -3), lua_tostring(L, -1));
        lua_replace(L, -4);
        lua_pop(L, 2);
    }
    luaL_error(
        L, "%s is %s: state holds plain data only (numbers, texts, true, false, tables)",
        lua_tostring(L, -1), what);
}

static void add_value(writer *it, int index);

static void add_table(writer *it, int index) {
    lua_State *L = it->L;
    if (it->depth >= DEEPEST) refuse(it, "nested too deeply, or contains itself");
    if (moon_thaw(L, index)) lua_replace(L, index);
    luaL_checkstack(L, 12, "state");
    moon_push_keys(L, index, "state");
    int keys = lua_gettop(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, keys);
    add_literal(it, "{");
    it->depth++;
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, keys, i);
        lua_pushvalue(L, -1);
        lua_rawseti(L, it->path, it->depth);
        lua_pushvalue(L, -1);
        lua_rawget(L, index);  // stack: …, keys, key, value
        if (i > 1) add_literal(it, ",");
        add_literal(it, "[");
        add_value(it, lua_gettop(L) - 1);
        add_literal(it, "]=");
        add_value(it, lua_gettop(L));
        lua_settop(L, keys);
    }
    it->depth--;
    add_literal(it, "}");
    lua_settop(L, keys - 1);
}

static void add_value(writer *it, int index) {
    lua_State *L = it->L;
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: add_number(it, index); break;
    case LUA_TSTRING: add_string(it, index); break;
    case LUA_TBOOLEAN: add_literal(it, lua_toboolean(L, index) ? "true" : "false"); break;
    case LUA_TTABLE: add_table(it, index); break;
    default: refuse(it, moon_type_name(L, index));
    }
}

int moon_write_state(lua_State *L) {
    moon_host *host = moon_of(L);
    lua_settop(L, 0);
    lua_newtable(L);  // stack: path
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    moon_text_set(&host->answer, "return ", 7);
    writer it = {L, &host->answer, 1, 0};
    add_value(&it, 2);
    return 0;
}
