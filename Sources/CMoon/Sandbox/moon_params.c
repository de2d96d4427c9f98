// params{…}: what a script lets its user set, with types from the defaults.
//
// Swift holds the overrides and decides on each value; this side reads the declarations and makes
// the read-only table.
#include "moon_calls.h"
#include "moon_sandbox.h"

// Reads the value at `index`; its text stays Lua's. False: no type that a parameter may have.
static bool read_value(lua_State *L, int index, moon_value *value) {
    memset(value, 0, sizeof *value);
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        value->type = lua_isinteger(L, index) ? MOON_INTEGER : MOON_NUMBER;
        value->number = lua_tonumber(L, index);
        if (value->type == MOON_INTEGER) value->integer = lua_tointeger(L, index);
        return true;
    case LUA_TSTRING:
        value->type = MOON_STRING;
        value->text.bytes = (char *)lua_tolstring(L, index, &value->text.count);
        return true;
    case LUA_TBOOLEAN:
        value->type = MOON_BOOLEAN;
        value->integer = lua_toboolean(L, index);
        return true;
    default: return false;
    }
}

static void push_value(lua_State *L, const moon_value *value) {
    switch (value->type) {
    case MOON_INTEGER: lua_pushinteger(L, value->integer); break;
    case MOON_NUMBER: lua_pushnumber(L, value->number); break;
    case MOON_BOOLEAN: lua_pushboolean(L, (int)value->integer); break;
    default: lua_pushlstring(L, value->text.bytes, value->text.count);
    }
}

// Texts come back from Swift, which has UTF-8 only.
static void check_text(lua_State *L, int index, const char *what, const char *name) {
    if (lua_type(L, index) != LUA_TSTRING) return;
    size_t count;
    const char *text = lua_tolstring(L, index, &count);
    if (!moon_is_utf8(text, count)) {
        moon_raise(L, "%s of parameter `%s` is not UTF-8 text", what, name);
    }
}

// Reads a list of choices at `index`; the first is the default unless there is one already.
// stack: +1, their buffer
static void read_choices(lua_State *L, int index, const char *name, moon_parameter *parameter) {
    lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    if (count < 1) {
        moon_raise(L, "parameter `%s` has a list without choices", name);
    }
    parameter->choices = lua_newuserdatauv(L, (size_t)count * sizeof *parameter->choices, 0);
    parameter->choice_count = (size_t)count;
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, index, i);
        check_text(L, -1, "a choice", name);
        moon_value *choice = &parameter->choices[i - 1];
        if (!read_value(L, -1, choice) || choice->type == MOON_BOOLEAN) {
            moon_raise(
                L, "choice %I of parameter `%s` is %s, expected texts or numbers", (LUAI_UACINT)i,
                name, moon_type_name(L, -1));
        }
        lua_pop(L, 1);  // the list keeps its texts
    }
    if (parameter->value.type == 0) parameter->value = parameter->choices[0];
}

static bool read_bound(
    lua_State *L, int index, const char *name, const char *field, double *bound) {
    lua_pushstring(L, field);
    bool has = lua_rawget(L, index) != LUA_TNIL;
    if (has && lua_type(L, -1) != LUA_TNUMBER) {
        moon_raise(
            L, "`%s` of parameter `%s` is %s, expected a number", field, name,
            moon_type_name(L, -1));
    }
    *bound = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return has;
}

// Reads {default=, min=, max=, choices=, help=} at `index`. // stack: grows
static void read_long_form(lua_State *L, int index, const char *name, moon_parameter *parameter) {
    static const char *const fields[] = {"default", "min", "max", "choices", "help"};
    lua_pushnil(L);
    int smallest = lua_gettop(L);  // so that the message is the same on every run
    lua_pushnil(L);
    while (lua_next(L, index)) {
        moon_charge(L, 1);
        lua_pop(L, 1);
        bool isKnown = false;
        for (int i = 0; i < 5 && !isKnown; i++) isKnown = moon_text_is(L, -1, fields[i]);
        if (!isKnown) moon_keep_smallest(L, smallest);
    }
    const char *unknown = lua_tostring(L, smallest);
    if (unknown) {
        moon_nearest search = moon_nearest_to(unknown);
        for (int i = 0; i < 5; i++) moon_nearest_try(L, &search, fields[i]);
        moon_nearest_push(L, &search, "; it takes default, min, max, choices, help");
        const char *hint = lua_tostring(L, -1);
        moon_raise(
            L, "unknown field `%s` of parameter `%s`%s",
            moon_push_shown(L, unknown, strlen(unknown)), name, hint);
    }
    lua_pop(L, 1);
    lua_getfield(L, index, "default");
    check_text(L, -1, "the default", name);
    bool hasDefault = read_value(L, -1, &parameter->value);
    lua_getfield(L, index, "choices");
    if (!lua_isnil(L, -1)) {
        luaL_checktype(L, -1, LUA_TTABLE);
        read_choices(L, lua_gettop(L), name, parameter);
    } else if (!hasDefault) {
        moon_raise(
            L, "parameter `%s` needs a `default`: a number, a text, true or false", name);
    }
    parameter->has_minimum = read_bound(L, index, name, "min", &parameter->minimum);
    parameter->has_maximum = read_bound(L, index, name, "max", &parameter->maximum);
    lua_getfield(L, index, "help");
    if (lua_type(L, -1) == LUA_TSTRING) {
        check_text(L, -1, "the help", name);
        parameter->help.bytes = (char *)lua_tolstring(L, -1, &parameter->help.count);
    }
}

// Reads the declaration at `index`. // stack: grows
static void read_declaration(lua_State *L, int index, const char *name, moon_parameter *parameter) {
    check_text(L, index, "the default", name);
    if (read_value(L, index, &parameter->value)) return;
    if (!lua_istable(L, index)) {
        moon_raise(
            L, "parameter `%s` is %s, expected a number, a text, true, false, a list of choices or"
            " {default=…, min=…, max=…}", name, moon_type_name(L, index));
    }
    if (lua_rawlen(L, index) > 0) {
        read_choices(L, index, name, parameter);
    } else {
        read_long_form(L, index, name, parameter);
    }
}

static int params(lua_State *L) {  // raises: mistakes, budget
    moon_host *host = moon_of(L);
    if (!host->is_loading) {
        return moon_raise(L, "params works while the script loads: call it outside of handlers");
    }
    if (host->has_params) {
        return moon_raise(L, "params may be called once: declare all parameters in one block");
    }
    if (!lua_istable(L, 1)) {
        return moon_raise(
            L, "params takes a table, params{fast = 50, …}, got %s", moon_type_name(L, 1));
    }
    host->has_params = true;
    lua_settop(L, 1);
    if (moon_thaw(L, 1)) lua_replace(L, 1);
    moon_push_keys(L, 1, "params");
    lua_newtable(L);  // stack: declarations, names, values
    lua_Integer count = (lua_Integer)lua_rawlen(L, 2);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_settop(L, 3);
        moon_parameter parameter;
        memset(&parameter, 0, sizeof parameter);
        if (lua_rawgeti(L, 2, i) != LUA_TSTRING) {
            return moon_raise(L, "params takes parameters by name, such as `fast = 50`");
        }
        moon_check_plain_text(L, 4, "the name of a parameter");
        const char *name = lua_tolstring(L, 4, &parameter.name.count);
        parameter.name.bytes = (char *)name;
        lua_pushvalue(L, 4);
        lua_rawget(L, 1);  // stack: declarations, names, values, name, declaration
        luaL_checkstack(L, 20, NULL);
        read_declaration(L, 5, name, &parameter);
        bool isRight = host->calls.parameter(
            host->calls.context, &parameter, &host->value, &host->answer);
        if (!isRight) return moon_raise(L, "%s", host->answer.bytes);
        lua_pushvalue(L, 4);
        push_value(L, &host->value);
        lua_rawset(L, 3);
    }
    lua_settop(L, 3);
    if (!host->calls.parameters_end(host->calls.context, &host->answer)) {
        return moon_raise(L, "%s", host->answer.bytes);
    }
    moon_freeze(L, "params", "parameter");
    return 1;
}

void moon_open_params(lua_State *L) {
    lua_pushcfunction(L, params);
    lua_setfield(L, -2, "params");
}
