// pcall, xpcall, traceback and the coroutine library: what could swallow the error that ends a
// callback, or leave the thread that is being counted.
#include "moon_calls.h"
#include "moon_sandbox.h"

enum {
    MOST_NESTED_CLOSES = 16,     // each may use all of Lua's C stack again
    COROUTINE_UNITS = 1000,      // a new one costs about so many instructions, and counts from 0
    TRACEBACK_LEVELS = 20,
};

// ---- pcall and xpcall ---------------------------------------------------------------------------

// What a protected call returns: `below` values of the stack are not its results. Also where a
// coroutine goes on that was suspended within one.
static int finish_call(lua_State *L, int status, lua_KContext below) {
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)below;
    if (moon_of(L)->is_exhausted) return lua_error(L);  // it goes all the way out
    lua_pushboolean(L, 0);
    lua_insert(L, -2);  // stack: …, false, error
    return 2;
}

static int protected_call(lua_State *L) {  // raises: mistakes
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);  // stack: true, f, arguments…
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_call);
    return finish_call(L, status, 0);
}

// The script's message handler; the budget's error passes it by, for it could loop.
static int guarded_handler(lua_State *L) {  // raises: calls
    if (moon_of(L)->is_exhausted) return 1;
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);  // stack: handler, error
    lua_call(L, 1, 1);
    return 1;
}

// xpcall(f, handler, …)
static int protected_call_with_handler(lua_State *L) {  // raises: mistakes
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, guarded_handler, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);  // stack: f, handler, true, f, arguments…
    int status = lua_pcallk(L, lua_gettop(L) - 4, LUA_MULTRET, 2, 2, finish_call);
    return finish_call(L, status, 2);
}

// traceback([message]): the message and the calls that led here, innermost first.
static int traceback(lua_State *L) {  // raises: calls
    lua_settop(L, 1);
    if (!lua_isnil(L, 1)) moon_push_text(L, 1);
    else lua_pushliteral(L, "");
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    lua_pushvalue(L, 2);
    luaL_addvalue(&text);
    luaL_addstring(&text, lua_isnil(L, 1) ? "calls, innermost first:" : "\ncalls, innermost first:");
    lua_Debug ar;
    int shown = 0;
    for (int level = 1; lua_getstack(L, level, &ar) && shown < TRACEBACK_LEVELS; level++) {
        lua_getinfo(L, "Slnt", &ar);
        if (ar.currentline <= 0) continue;
        lua_pushfstring(L, "\n  %s:%d: in ", ar.short_src, ar.currentline);
        luaL_addvalue(&text);
        if (ar.name) lua_pushfstring(L, "%s", ar.name);
        else if (*ar.what == 'm') lua_pushliteral(L, "the file");
        else lua_pushfstring(L, "the function of line %d", ar.linedefined);
        luaL_addvalue(&text);
        shown++;
    }
    luaL_pushresult(&text);
    return 1;
}

// ---- Coroutines ---------------------------------------------------------------------------------

static lua_State *check_coroutine(lua_State *L, const char *function) {
    lua_State *co = lua_tothread(L, 1);
    if (!co) {
        moon_raise(
            L, "coroutine.%s was given %s, expected a coroutine", function, moon_type_name(L, 1));
    }
    return co;
}

static int create(lua_State *L) {  // raises: mistakes, budget
    luaL_checktype(L, 1, LUA_TFUNCTION);
    moon_host *host = moon_of(L);
    if (host->coroutine_generation != host->generation) {
        host->coroutine_generation = host->generation;
        host->coroutines = 0;
    }
    if (host->coroutines >= host->limits.coroutines) {
        return moon_raise(
            L, "more than %d coroutines in one callback", (int)host->limits.coroutines);
    }
    host->coroutines++;
    moon_charge(L, COROUTINE_UNITS);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

// Lets `co` run with the top `arguments` values; their number when it returned or yielded, else
// negative with the error on top. // stack: arguments… → results… or error
static int resume(lua_State *L, lua_State *co, int arguments) {
    moon_host *host = moon_of(L);
    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, arguments);
    moon_switch(host, co);
    int results = 0;
    int status = lua_resume(co, L, arguments, &results);
    moon_switch(host, L);
    if (status == LUA_OK || status == LUA_YIELD) {
        if (!lua_checkstack(L, results + 1)) {
            lua_pop(co, results);
            lua_pushliteral(L, "too many results to resume");
            return -1;
        }
        lua_xmove(co, L, results);
        return results;
    }
    lua_xmove(co, L, 1);
    if (host->is_exhausted) lua_error(L);  // the budget's error passes through coroutines too
    return -1;
}

static const char *status_of(lua_State *L, lua_State *co) {
    if (L == co) return "running";
    switch (lua_status(co)) {
    case LUA_YIELD: return "suspended";
    case LUA_OK: {
        lua_Debug ar;
        if (lua_getstack(co, 0, &ar)) return "normal";  // it resumed another
        return lua_gettop(co) == 0 ? "dead" : "suspended";
    }
    default: return "dead";
    }
}

static int co_resume(lua_State *L) {  // raises: mistakes
    lua_State *co = check_coroutine(L, "resume");
    int results = resume(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    int count = results < 0 ? 1 : results;
    lua_insert(L, -(count + 1));
    return count + 1;
}

// Ends a coroutine that is suspended or failed; its pending `close` variables run within the
// budget. Pushes the error where there is one and returns false. // stack: 0 or +1
static bool end(lua_State *L, lua_State *co) {
    moon_host *host = moon_of(L);
    if (host->closing >= MOST_NESTED_CLOSES) {
        lua_pushliteral(L, "C stack overflow: coroutine.close within coroutine.close");
        return false;
    }
    host->closing++;
    moon_switch(host, co);
    int status = lua_resetthread(co);
    moon_switch(host, L);
    host->closing--;
    if (status == LUA_OK) return true;
    lua_xmove(co, L, 1);
    if (host->is_exhausted) lua_error(L);
    return false;
}

// stack: arguments… → results…; upvalue: the coroutine
static int call_wrapped(lua_State *L) {  // raises: mistakes
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, co, lua_gettop(L));
    if (results >= 0) return results;
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_pop(L, 1);
        if (end(L, co)) lua_pushliteral(L, "cannot resume a coroutine that failed");
    }
    return lua_error(L);
}

static int wrap(lua_State *L) {  // raises: mistakes, budget
    create(L);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

static int yield(lua_State *L) {  // raises: mistakes
    if (lua_isyieldable(L)) return lua_yield(L, lua_gettop(L));
    if (L == moon_of(L)->L) {
        return moon_raise(
            L, "yield outside of a coroutine: a handler cannot wait, it returns and is called again"
            " with the next event; use state to remember, after and every to go on later");
    }
    return moon_raise(
        L, "yield across a function of the host (a comparator of table.sort, a replacement of gsub,"
        " a module that is required, a metamethod it called): collect there, and yield outside of"
        " it");
}

static int status(lua_State *L) {  // raises: mistakes
    lua_pushstring(L, status_of(L, check_coroutine(L, "status")));
    return 1;
}

static int is_yieldable(lua_State *L) {  // never raises
    lua_State *co = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
    lua_pushboolean(L, lua_isyieldable(co));
    return 1;
}

static int running(lua_State *L) {  // never raises
    lua_pushboolean(L, lua_pushthread(L));
    return 2;
}

static int co_close(lua_State *L) {  // raises: mistakes
    lua_State *co = check_coroutine(L, "close");
    const char *status = status_of(L, co);
    if (*status == 'r' || *status == 'n') {
        return moon_raise(L, "cannot close a %s coroutine", status);
    }
    if (end(L, co)) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

void moon_open_protected(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"pcall", protected_call},
        {"xpcall", protected_call_with_handler},
        {"traceback", traceback},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    static const luaL_Reg coroutine[] = {
        {"create", create},   {"resume", co_resume},   {"wrap", wrap},
        {"yield", yield},     {"status", status},      {"isyieldable", is_yieldable},
        {"running", running}, {"close", co_close},     {NULL, NULL},
    };
    luaL_newlib(L, coroutine);
    moon_freeze(L, "coroutine", "function");
    lua_setfield(L, -2, "coroutine");
}
