// Errors: where they happened in the script, and which name was probably meant.
#include "moon_calls.h"
#include "moon_intents.h"
#include "moon_sandbox.h"
#include "moon_views.h"

#include <stdlib.h>

int moon_script_line(lua_State *L, lua_Debug *ar) {
    for (int level = 0; lua_getstack(L, level, ar); level++) {
        lua_getinfo(L, "Sl", ar);
        if (ar->currentline > 0) return ar->currentline;
    }
    return 0;
}

int moon_raise(lua_State *L, const char *format, ...) {
    lua_Debug ar;
    if (moon_script_line(L, &ar)) {
        lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
    } else {
        lua_pushliteral(L, "");
    }
    va_list arguments;
    va_start(arguments, format);
    lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    lua_concat(L, 2);
    return lua_error(L);
}

int moon_message_handler(lua_State *L) {  // raises: calls
    moon_host *host = moon_of(L);
    if (host->is_exhausted) return 1;  // the budget's error says all there is
    lua_Debug ar;
    moon_forget_failure(host);
    if (moon_script_line(L, &ar)) {
        moon_text_set(&host->failure_file, ar.short_src, strlen(ar.short_src));
        host->failure_line = ar.currentline;
    }
    if (lua_type(L, 1) == LUA_TSTRING) return 1;
    if (lua_type(L, 1) == LUA_TTABLE && !luaL_getmetafield(L, 1, "__tostring")) {
        lua_pushliteral(L, "error() was given a table, expected a text");
        return 1;
    }
    moon_push_text(L, 1);
    return 1;
}

const char *moon_type_name(lua_State *L, int index) {
    if (moon_intent_at(L, index)) return "an intent";
    switch (lua_type(L, index)) {
    case LUA_TNONE:
    case LUA_TNIL: return "nil";
    case LUA_TBOOLEAN: return lua_toboolean(L, index) ? "true" : "false";
    case LUA_TNUMBER: return "a number";
    case LUA_TSTRING: return "a text";
    case LUA_TTABLE: return "a table";
    case LUA_TFUNCTION: return "a function";
    case LUA_TLIGHTUSERDATA: {
        static const char *const names[MOON_VIEW_COUNT] = {
            "an unknown view", "a trade",   "a quote",   "a book",   "a bar",      "a ticker",
            "a funding",       "a fill",    "a status",  "an order", "a position", "an instrument",
        };
        return names[moon_view_kind(L, index)];
    }
    default: return "an object";
    }
}

// ---- Nearest names ------------------------------------------------------------------------------

enum { MOON_LONGEST_NAME = 64 };

// The optimal string alignment distance: inserts, deletes, changes and swapped neighbours.
int moon_name_distance(const char *left, const char *right) {
    size_t rows = strlen(left), columns = strlen(right);
    if (rows > MOON_LONGEST_NAME || columns > MOON_LONGEST_NAME) return 99;
    int before[MOON_LONGEST_NAME + 1], last[MOON_LONGEST_NAME + 1], row[MOON_LONGEST_NAME + 1];
    memset(before, 0, sizeof before);
    for (size_t j = 0; j <= columns; j++) last[j] = (int)j;
    for (size_t i = 1; i <= rows; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= columns; j++) {
            int best = last[j - 1] + (left[i - 1] != right[j - 1]);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2]
                           && left[i - 2] == right[j - 1];
            if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
            row[j] = best;
        }
        memcpy(before, last, sizeof before);
        memcpy(last, row, sizeof last);
    }
    return last[columns];
}

bool moon_name_is_near(const char *wanted, int distance) {
    size_t length = strlen(wanted);
    int most = length < 3 ? 0 : length < 6 ? 1 : length < 10 ? 2 : 3;
    return distance <= most;
}

enum {
    MOST_CANDIDATES = 2000,  // names of a table that are compared
    MOST_DIFFERENT = 3,      // letters: the most that moon_name_is_near allows
    STEPS_TO_A_UNIT = 8,     // of a comparison, in about the time of a counted instruction
};

// Whether a name of `count` bytes can be near enough.
static bool has_near_length(const moon_nearest *search, size_t count) {
    size_t wanted = strlen(search->wanted);
    return count <= wanted + MOST_DIFFERENT && wanted <= count + MOST_DIFFERENT
           && count <= MOON_LONGEST_NAME && wanted <= MOON_LONGEST_NAME;
}

void moon_nearest_try(lua_State *L, moon_nearest *search, const char *candidate) {
    size_t count = strlen(candidate);
    if (!has_near_length(search, count)) return;
    moon_charge(L, (int64_t)(1 + count * count / STEPS_TO_A_UNIT));
    int distance = moon_name_distance(search->wanted, candidate);
    bool isBetter = distance < search->distance
                    || (distance == search->distance && search->best
                        && strcmp(candidate, search->best) < 0);
    if (!isBetter) return;
    search->distance = distance;
    search->best = candidate;
}

// The keys come in no defined order, so all of them are compared, or none.
void moon_nearest_try_keys(lua_State *L, moon_nearest *search, int table) {
    int candidates = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        moon_charge(L, 1);
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING) continue;
        candidates += has_near_length(search, (size_t)lua_rawlen(L, -1));
    }
    if (candidates > MOST_CANDIDATES) return;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING) moon_nearest_try(L, search, lua_tostring(L, -1));
    }
}

void moon_keep_smallest(lua_State *L, int slot) {
    if (lua_type(L, -1) == LUA_TSTRING) {
        lua_pushvalue(L, -1);
    } else {
        lua_pushliteral(L, "?");  // the key stays as it is, for lua_next
    }
    bool isSmaller = lua_isnil(L, slot) || strcmp(lua_tostring(L, -1), lua_tostring(L, slot)) < 0;
    if (isSmaller) lua_copy(L, -1, slot);
    lua_pop(L, 1);
}

void moon_nearest_push(lua_State *L, const moon_nearest *search, const char *otherwise) {
    if (search->best && moon_name_is_near(search->wanted, search->distance)) {
        lua_pushfstring(L, ": did you mean `%s`?", search->best);
    } else {
        lua_pushstring(L, otherwise);
    }
}
