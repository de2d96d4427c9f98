// Text of a `state` into tables: the table constructors that moon_write_table and test files make.
// Not by Lua's compiler, whose limits are those of programs: 16 MB of data are no program.
#include "moon_lua.h"
#include "moon_reload.h"
#include "moon_state.h"

#include <stdlib.h>

enum { LONGEST_NUMBER = 400 };

typedef struct {
    lua_State *L;
    const char *begin, *at, *end;
} reader;

static _Noreturn void refuse(reader *it, const char *expected) {
    luaL_error(
        it->L, "the text of the state has no %s at byte %d", expected, (int)(it->at - it->begin));
    abort();
}

static void skip_blanks(reader *it) {
    while (it->at < it->end && strchr(" \t\r\n", *it->at) && *it->at) it->at++;
}

static bool takes(reader *it, char byte) {
    skip_blanks(it);
    if (it->at == it->end || *it->at != byte) return false;
    it->at++;
    return true;
}

static bool takes_word(reader *it, const char *word) {
    size_t count = strlen(word);
    if ((size_t)(it->end - it->at) < count || memcmp(it->at, word, count) != 0) return false;
    it->at += count;
    return true;
}

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

// What stands behind a backslash.
static char read_escape(reader *it) {
    static const char letters[] = "abfnrtv", bytes[] = "\a\b\f\n\r\t\v";
    if (it->at == it->end) refuse(it, "end of a text");
    char byte = *it->at++;
    if (byte >= '0' && byte <= '9') {
        int value = byte - '0';
        for (int i = 0; i < 2 && it->at < it->end && *it->at >= '0' && *it->at <= '9'; i++) {
            value = value * 10 + (*it->at++ - '0');
        }
        if (value > 255) refuse(it, "byte from 0 to 255");
        return (char)value;
    }
    if (byte == 'x' && it->end - it->at >= 2) {
        int high = hex_digit(it->at[0]), low = hex_digit(it->at[1]);
        if (high < 0 || low < 0) refuse(it, "two hexadecimal digits");
        it->at += 2;
        return (char)(high * 16 + low);
    }
    const char *letter = byte ? strchr(letters, byte) : NULL;
    if (letter) return bytes[letter - letters];
    if (byte == '"' || byte == '\'' || byte == '\\' || byte == '\n') return byte;
    refuse(it, "escape that is known");
}

// stack: +1
static void push_string(reader *it) {
    const char *first = it->at;
    while (it->at < it->end && *it->at != '"' && *it->at != '\\') it->at++;
    if (it->at < it->end && *it->at == '"') {  // most texts
        lua_pushlstring(it->L, first, (size_t)(it->at++ - first));
        return;
    }
    luaL_Buffer text;
    luaL_buffinit(it->L, &text);
    luaL_addlstring(&text, first, (size_t)(it->at - first));
    while (it->at < it->end && *it->at != '"') {
        char byte = *it->at++;
        luaL_addchar(&text, byte == '\\' ? read_escape(it) : byte);
    }
    if (it->at++ >= it->end) refuse(it, "end of a text");
    luaL_pushresult(&text);
}

// stack: +1
static void push_number(reader *it) {
    if (takes_word(it, "0/0") || takes_word(it, "-(0/0)") || takes_word(it, "(0/0)")) {
        lua_pushnumber(it->L, (lua_Number)__builtin_nan(""));
        return;
    }
    char digits[LONGEST_NUMBER] = {0};
    size_t count = 0;
    bool isFloat = false;
    while (it->at < it->end && count + 1 < sizeof digits
           && strchr("+-.0123456789abcdefABCDEFxXpP", *it->at) && *it->at) {
        isFloat = isFloat || (strchr(".eE", *it->at) && digits[1] != 'x');
        digits[count++] = *it->at++;
        digits[count] = 0;
    }
    if (count == 0) refuse(it, "value");
    char *end;
    if (!isFloat) {
        bool isHex = count > 2 && (digits[1] == 'x' || digits[1] == 'X');
        long long value = isHex ? (long long)strtoull(digits, &end, 16) : strtoll(digits, &end, 10);
        lua_pushinteger(it->L, (lua_Integer)value);
    } else {
        lua_pushnumber(it->L, (lua_Number)strtod(digits, &end));
    }
    if (*end) refuse(it, "number");
}

static void push_value(reader *it, int depth);

// Reads the begin of an entry up to its value. // stack: +1: the key
static void push_entry_key(reader *it, lua_Integer *next, int depth) {
    if (!takes(it, '[')) return lua_pushinteger(it->L, (*next)++);
    push_value(it, depth);
    bool isNoNumber = lua_isnumber(it->L, -1) && lua_tonumber(it->L, -1) != lua_tonumber(it->L, -1);
    if (lua_isnil(it->L, -1) || isNoNumber) refuse(it, "key that a table can have");
    if (!takes(it, ']') || !takes(it, '=')) refuse(it, "`]=`");
}

// Whether another entry follows.
static bool takes_next(reader *it) {
    if (takes(it, ',')) return !takes(it, '}');
    if (!takes(it, '}')) refuse(it, "`,` or `}`");
    return false;
}

// stack: +1
static void push_table(reader *it, int depth) {
    lua_State *L = it->L;
    if (depth >= MOON_DEEPEST_STATE) refuse(it, "end of tables within tables");
    luaL_checkstack(L, 8, "state");
    lua_newtable(L);
    lua_Integer next = 1;
    if (takes(it, '}')) return;
    do {
        push_entry_key(it, &next, depth);
        push_value(it, depth);  // stack: …, table, key, value
        lua_rawset(L, -3);
    } while (takes_next(it));
}

// stack: +1
static void push_value(reader *it, int depth) {
    skip_blanks(it);
    if (it->at == it->end) refuse(it, "value");
    switch (*it->at) {
    case '{':
        it->at++;
        push_table(it, depth + 1);
        break;
    case '"':
        it->at++;
        push_string(it);
        break;
    case 't':
    case 'f':
    case 'n':
        if (takes_word(it, "true")) lua_pushboolean(it->L, 1);
        else if (takes_word(it, "false")) lua_pushboolean(it->L, 0);
        else if (takes_word(it, "nil")) lua_pushnil(it->L);
        else refuse(it, "value");
        break;
    default: push_number(it);
    }
}

// ---- Into tables that are there -----------------------------------------------------------------

// A set of tables, outside of the script's memory. The host keeps it, so that an error leaks nothing.
typedef struct moon_pointers {
    const void **places;
    size_t count, capacity;
} pointers;

static size_t place_of(const pointers *set, const void *pointer) {
    size_t place = moon_slot_of(pointer, set->capacity);
    while (set->places[place] && set->places[place] != pointer) {
        place = (place + 1) & (set->capacity - 1);
    }
    return place;
}

// False: it was there already.
static bool insert(pointers *set, const void *pointer) {
    if (set->count * 2 >= set->capacity) {
        pointers larger = {.capacity = set->capacity ? set->capacity * 2 : 256};
        larger.places = calloc(larger.capacity, sizeof *larger.places);
        if (!larger.places) abort();
        for (size_t i = 0; i < set->capacity; i++) {
            if (set->places[i]) larger.places[place_of(&larger, set->places[i])] = set->places[i];
        }
        larger.count = set->count;
        free(set->places);
        *set = larger;
    }
    size_t place = place_of(set, pointer);
    if (set->places[place]) return false;
    set->places[place] = pointer;
    set->count++;
    return true;
}

void moon_forget_filled(moon_host *host) {
    if (host->filled) free(host->filled->places);
    free(host->filled);
    host->filled = NULL;
}

static pointers *filled_of(lua_State *L) {
    moon_host *host = moon_of(L);
    if (!host->filled) host->filled = calloc(1, sizeof *host->filled);
    if (!host->filled) abort();
    return host->filled;
}

// Whether the value on top is a table that may be filled anew: not one that is read-only, nor one
// that was filled already, because two names for one table are two tables once they were text.
static bool is_fillable(lua_State *L) {
    if (lua_type(L, -1) != LUA_TTABLE || moon_is_frozen(L, lua_gettop(L))) return false;
    return insert(filled_of(L), lua_topointer(L, -1));
}

// Skips a value; its text was read before, or will be.
static void skip_value(reader *it) {
    int depth = 0;
    for (; it->at < it->end; it->at++) {
        switch (*it->at) {
        case '"':
            for (it->at++; it->at < it->end && *it->at != '"'; it->at++) {
                if (*it->at == '\\') it->at++;
            }
            break;
        case '{': depth++; break;
        case '}':
            if (depth-- == 0) return;
            break;
        case ',':
        case ']':
            if (depth == 0) return;
            break;
        default: break;
        }
    }
}

static void fill_table(reader *it, int into, int depth);

// Gives the entry whose key is on top the value that follows. // stack: …, key →
static void fill_entry(reader *it, int into, int depth) {
    lua_State *L = it->L;
    int key = lua_gettop(L);
    skip_blanks(it);
    if (it->at < it->end && *it->at == '{') {
        lua_pushvalue(L, key);
        lua_rawget(L, into);
        if (is_fillable(L)) {
            it->at++;
            fill_table(it, key + 1, depth + 1);
            return lua_settop(L, key - 1);
        }
        lua_settop(L, key);
    }
    push_value(it, depth);
    lua_rawset(L, into);
}

// Takes out what the text, from `first` on, does not have.
static void remove_others(reader *it, int into, const char *first, int depth) {
    lua_State *L = it->L;
    const char *after = it->at;
    lua_newtable(L);  // stack: …, named
    int named = lua_gettop(L);
    it->at = first;
    lua_Integer next = 1;
    if (!takes(it, '}')) {
        do {
            push_entry_key(it, &next, depth);
            skip_value(it);
            lua_pushboolean(L, 1);
            lua_rawset(L, named);
        } while (takes_next(it));
    }
    it->at = after;
    lua_pushnil(L);
    while (lua_next(L, into)) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        bool isNamed = lua_rawget(L, named) != LUA_TNIL;
        lua_pop(L, 1);
        if (isNamed) continue;
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, into);
    }
    lua_settop(L, named - 1);
}

// Gives the table at `into` the entries that follow, and no others. Tables inside are filled where
// they are, so that a local that holds one goes on holding the truth.
static void fill_table(reader *it, int into, int depth) {
    lua_State *L = it->L;
    if (depth >= MOON_DEEPEST_STATE) refuse(it, "end of tables within tables");
    luaL_checkstack(L, 8, "state");
    const char *first = it->at;
    lua_Integer next = 1, count = 0, there = 0;
    if (!takes(it, '}')) {
        do {
            push_entry_key(it, &next, depth);
            fill_entry(it, into, depth);
            count++;
        } while (takes_next(it));
    }
    lua_pushnil(L);
    for (; lua_next(L, into); there++) lua_pop(L, 1);
    if (there != count) remove_others(it, into, first, depth);
}

// ---- Whole states -------------------------------------------------------------------------------

static reader begin(lua_State *L, const char *text, size_t count) {
    reader it = {L, text, text, text + count};
    skip_blanks(&it);
    takes_word(&it, "return");
    if (!takes(&it, '{')) refuse(&it, "table");
    return it;
}

static void check_end(reader *it) {
    skip_blanks(it);
    if (it->at != it->end) refuse(it, "end");
}

void moon_push_state(lua_State *L, const char *text, size_t count) {
    reader it = begin(L, text, count);
    push_table(&it, 0);
    check_end(&it);
}

void moon_fill_state(lua_State *L, int into, const char *text, size_t count) {
    moon_forget_filled(moon_of(L));
    insert(filled_of(L), lua_topointer(L, into));
    reader it = begin(L, text, count);
    fill_table(&it, into, 0);
    check_end(&it);
}

void moon_index_state(lua_State *L, moon_state_index *index, const char *text, size_t count) {
    reader it = begin(L, text, count);
    lua_Integer next = 1;
    size_t capacity = 0;
    index->count = 0;
    if (takes(&it, '}')) return;
    do {
        if (index->count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            index->begins = realloc(index->begins, capacity * sizeof *index->begins);
            if (!index->begins) abort();
        }
        skip_blanks(&it);
        index->begins[index->count++] = (size_t)(it.at - text);
        push_entry_key(&it, &next, 0);
        lua_pop(L, 1);
        skip_value(&it);
    } while (takes_next(&it));
}

bool moon_add_missing(
    lua_State *L, const moon_state_index *index, const char *text, size_t count, int state,
    int removed) {
    moon_forget_filled(moon_of(L));
    lua_Integer next = 1;
    bool hasAdded = false;
    for (size_t i = 0; i < index->count; i++) {
        reader it = {L, text, text + index->begins[i], text + count};
        push_entry_key(&it, &next, 0);
        int key = lua_gettop(L);
        lua_pushvalue(L, key);
        bool isMissing = lua_rawget(L, state) == LUA_TNIL;
        lua_settop(L, key);
        if (isMissing) {  // a table that was taken out is the same one when it comes back
            lua_pushvalue(L, key);
            lua_pushvalue(L, key);
            lua_rawget(L, removed);
            lua_rawset(L, state);
            fill_entry(&it, state, 0);
            hasAdded = true;
        }
        lua_settop(L, key - 1);
    }
    return hasAdded;
}
