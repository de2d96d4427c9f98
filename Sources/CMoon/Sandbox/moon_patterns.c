// string.find, match, gmatch and gsub over the matcher of moon_match.c.
#define _GNU_SOURCE  // memmem
#include "moon_calls.h"
#include "moon_match.h"
#include "moon_sandbox.h"

#include <ctype.h>

// Where a search from `init` begins, counted from 0; beyond `count`: there is nothing to search.
static size_t start_of(lua_Integer init, size_t count) {
    if (init > 0) return (size_t)init - 1;
    if (init == 0 || init < -(lua_Integer)count) return 0;
    return count - (size_t)-init;
}

static moon_match matcher(
    lua_State *L, const char *subject, size_t count, const char *pattern, size_t pattern_count) {
    return (moon_match){
        .L = L, .subject = subject, .end = subject + count,
        .pattern = pattern, .pattern_end = pattern + pattern_count,
    };
}

// ---- find and match -----------------------------------------------------------------------------

static bool is_plain(const char *pattern, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (pattern[i] && strchr("^$*+?.([%-", pattern[i])) return false;
    }
    return true;
}

static int find_plain(
    lua_State *L, const char *subject, size_t count, const char *text, size_t text_count,
    size_t start) {
    moon_charge_bytes(L, count - start);
    const char *found = memmem(subject + start, count - start, text, text_count);
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)(found - subject) + 1);
    lua_pushinteger(L, (lua_Integer)(found - subject) + (lua_Integer)text_count);
    return 2;
}

static int search(lua_State *L, bool isFind) {
    size_t count, pattern_count;
    const char *subject = luaL_checklstring(L, 1, &count);
    const char *pattern = luaL_checklstring(L, 2, &pattern_count);
    size_t start = start_of(luaL_optinteger(L, 3, 1), count);
    if (start > count) {
        lua_pushnil(L);
        return 1;
    }
    if (isFind && (lua_toboolean(L, 4) || is_plain(pattern, pattern_count))) {
        return find_plain(L, subject, count, pattern, pattern_count, start);
    }
    bool isAnchored = pattern_count > 0 && *pattern == '^';
    moon_match m =
        matcher(L, subject, count, pattern + isAnchored, pattern_count - isAnchored);
    for (const char *at = subject + start;; at++) {
        const char *end = moon_match_at(&m, at);
        if (end && isFind) {
            lua_pushinteger(L, (lua_Integer)(at - subject) + 1);
            lua_pushinteger(L, (lua_Integer)(end - subject));
            return moon_push_captures(&m, NULL, NULL) + 2;
        }
        if (end) return moon_push_captures(&m, at, end);
        if (at == m.end || isAnchored) break;
    }
    lua_pushnil(L);
    return 1;
}

static int find(lua_State *L) { return search(L, true); }  // raises: mistakes, budget
static int match(lua_State *L) { return search(L, false); }  // raises: mistakes, budget

// ---- gmatch -------------------------------------------------------------------------------------

// upvalues: subject, pattern, where to go on, where the last match ended (-1: none yet)
static int next_match(lua_State *L) {  // raises: mistakes, budget
    size_t count, pattern_count;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &count);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_count);
    moon_match m = matcher(L, subject, count, pattern, pattern_count);
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    size_t start = (size_t)lua_tointeger(L, lua_upvalueindex(3));
    for (; start <= count; start++) {
        const char *end = moon_match_at(&m, subject + start);
        if (!end || end - subject == last) continue;  // not an empty one where the last ended
        lua_pushinteger(L, (lua_Integer)(end - subject));
        lua_pushvalue(L, -1);
        lua_replace(L, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return moon_push_captures(&m, subject + start, end);
    }
    return 0;
}

static int gmatch(lua_State *L) {  // raises: mistakes
    size_t count;
    luaL_checklstring(L, 1, &count);
    luaL_checkstring(L, 2);
    size_t start = start_of(luaL_optinteger(L, 3, 1), count);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)(start > count ? count + 1 : start));
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

// ---- gsub ---------------------------------------------------------------------------------------

// Adds the replacement text at argument 3, its %0 to %9 filled in.
static void add_text(moon_match *m, luaL_Buffer *result, const char *start, const char *end) {
    lua_State *L = m->L;
    size_t count;
    const char *text = lua_tolstring(L, 3, &count);
    const char *last = text + count;
    moon_charge_bytes(L, count);
    for (const char *escape; (escape = memchr(text, '%', (size_t)(last - text)));
         text = escape + 2) {
        luaL_addlstring(result, text, (size_t)(escape - text));
        char letter = escape + 1 < last ? escape[1] : 0;
        if (letter == '%') {
            luaL_addchar(result, '%');
        } else if (letter == '0') {
            luaL_addlstring(result, start, (size_t)(end - start));
        } else if (isdigit((unsigned char)letter)) {
            moon_push_capture(m, letter - '1', start, end);
            luaL_tolstring(L, -1, NULL);  // a position is a number
            lua_remove(L, -2);
            luaL_addvalue(result);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
    }
    luaL_addlstring(result, text, (size_t)(last - text));
}

// Adds what the table or function at argument 3 gives for the match. False: it stays as it was.
static bool add_value(moon_match *m, luaL_Buffer *result, const char *start, const char *end) {
    lua_State *L = m->L;
    if (lua_type(L, 3) == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, moon_push_captures(m, start, end), 1);
    } else {
        moon_push_capture(m, 0, start, end);
        lua_gettable(L, 3);
    }  // stack: …, value
    bool keeps = !lua_toboolean(L, -1);
    if (keeps) {
        lua_pop(L, 1);
        luaL_addlstring(result, start, (size_t)(end - start));
    } else if (lua_isstring(L, -1)) {
        luaL_addvalue(result);
    } else {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    }
    return !keeps;
}

static int gsub(lua_State *L) {  // raises: mistakes, budget, calls
    size_t count, pattern_count;
    const char *subject = luaL_checklstring(L, 1, &count);
    const char *pattern = luaL_checklstring(L, 2, &pattern_count);
    int type = lua_type(L, 3);
    bool isText = type == LUA_TSTRING || type == LUA_TNUMBER;
    luaL_argexpected(
        L, isText || type == LUA_TTABLE || type == LUA_TFUNCTION, 3, "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)count + 1);
    bool isAnchored = pattern_count > 0 && *pattern == '^';
    moon_match m =
        matcher(L, subject, count, pattern + isAnchored, pattern_count - isAnchored);
    lua_settop(L, 3);
    if (isText) luaL_tolstring(L, 3, NULL), lua_replace(L, 3);
    luaL_Buffer result;
    luaL_buffinit(L, &result);
    const char *at = subject, *last = NULL;
    lua_Integer changes = 0;
    bool isChanged = false;
    while (changes < most) {
        const char *end = moon_match_at(&m, at);
        if (end && end != last) {
            changes++;
            if (isText) add_text(&m, &result, at, end), isChanged = true;
            else isChanged |= add_value(&m, &result, at, end);
            at = last = end;
        } else if (at < m.end) {
            luaL_addchar(&result, *at++);
        } else {
            break;
        }
        if (isAnchored) break;
    }
    if (isChanged) {
        luaL_addlstring(&result, at, (size_t)(m.end - at));
        luaL_pushresult(&result);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, changes);
    return 2;
}

void moon_open_patterns(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", find}, {"match", match}, {"gmatch", gmatch}, {"gsub", gsub}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
