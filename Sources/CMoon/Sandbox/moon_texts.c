// Texts of scripts on their way out: counted bytes, which may hold a zero or be no UTF-8.
//
// What goes to Swift as a name (a tag, a timer, a symbol) must be UTF-8, for what is not would be
// repaired there, and two names could become one. It is refused where it is given.
#include "moon_calls.h"
#include "moon_sandbox.h"

enum { LONGEST_SHOWN = 80 };  // bytes of a name in a message; the rest is cut off

// The bytes of the character that begins at `at`; 0: none does.
static size_t character_at(const unsigned char *at, size_t left) {
    unsigned char first = *at;
    if (first < 0x80) return 1;
    size_t count = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (count == 0 || count > left) return 0;
    for (size_t i = 1; i < count; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
    }
    bool isTooLong = (first == 0xe0 && at[1] < 0xa0) || (first == 0xf0 && at[1] < 0x90);
    bool isNone = (first == 0xed && at[1] > 0x9f) || (first == 0xf4 && at[1] > 0x8f);
    return isTooLong || isNone ? 0 : count;
}

bool moon_is_utf8(const char *bytes, size_t count) {
    const unsigned char *at = (const unsigned char *)bytes, *end = at + count;
    while (at < end) {
        size_t length = character_at(at, (size_t)(end - at));
        if (length == 0) return false;
        at += length;
    }
    return true;
}

void moon_check_utf8(lua_State *L, int index, const char *what) {
    size_t count;
    const char *bytes = lua_tolstring(L, index, &count);
    moon_charge_bytes(L, count);
    if (!moon_is_utf8(bytes, count)) moon_raise(L, "%s is not UTF-8 text", what);
}

void moon_check_plain_text(lua_State *L, int index, const char *what) {
    moon_check_utf8(L, index, what);
    size_t count;
    const char *bytes = lua_tolstring(L, index, &count);
    if (memchr(bytes, 0, count)) moon_raise(L, "%s has a zero byte in it", what);
}

bool moon_text_is(lua_State *L, int index, const char *wanted) {
    if (lua_type(L, index) != LUA_TSTRING) return false;
    size_t count;
    const char *bytes = lua_tolstring(L, index, &count);
    return count == strlen(wanted) && memcmp(bytes, wanted, count) == 0;
}

const char *moon_push_shown(lua_State *L, const char *bytes, size_t count) {
    size_t shown = count;
    if (shown > LONGEST_SHOWN) {
        shown = LONGEST_SHOWN;
        while (shown > 0 && ((unsigned char)bytes[shown] & 0xc0) == 0x80) shown--;
    }
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (size_t i = 0; i < shown; i++) {
        if (bytes[i]) luaL_addchar(&text, bytes[i]);
        else luaL_addstring(&text, "\\0");  // messages end at a zero
    }
    if (shown < count) luaL_addstring(&text, "…");
    luaL_pushresult(&text);
    return lua_tostring(L, -1);
}

const char *moon_push_name(lua_State *L, int index) {
    size_t count;
    const char *bytes = lua_tolstring(L, index, &count);
    return moon_push_shown(L, bytes, count);
}
