// Lua's own compiler as the arbiter of what is a program.
#include "moon_host.h"

bool moon_compiles(const char *source, size_t count, char *message, size_t capacity) {
    lua_State *L = luaL_newstate();
    if (!L) return false;
    int status = luaL_loadbufferx(L, source, count, "=program", "t");
    const char *text = status == LUA_OK ? "" : lua_tostring(L, -1);
    if (capacity > 0) {
        strncpy(message, text ? text : "", capacity - 1);
        message[capacity - 1] = 0;
    }
    lua_close(L);
    return status == LUA_OK;
}
