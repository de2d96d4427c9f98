// Our pattern functions against Lua's own: the same results, or an error from both.
#include "main.h"
#include "moon_match.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    char bytes[64];
    size_t count;
} text;

static void add(text *it, const char *bytes, size_t count) {
    if (it->count + count > sizeof it->bytes) return;
    memcpy(it->bytes + it->count, bytes, count);
    it->count += count;
}

static text make_subject(uint64_t *state) {
    static const char letters[] = "aaabbcfg(()) 1.%[]-AFGZ_\n\t\x7f\0\xe4";
    text it = {.count = 0};
    for (uint64_t i = draw(state) % 20; i > 0; i--) {
        add(&it, &letters[draw(state) % (sizeof letters - 1)], 1);
    }
    return it;
}

static text make_pattern(uint64_t *state) {
    static const char *const pieces[] = {
        "a", "b", "c", ".", "%a", "%d", "%s", "%w", "%p", "%x", "%u", "%l", "%c", "%g", "%A", "%D",
        "%S", "%W", "[ab]", "[^ab]", "[a-c]", "[%a1]", "[]a]", "[^]]", "[%]]", "[a-]", "[-a]", "%b()",
        "%bab", "%f[a]", "%f[^a]", "%f[%w]", "(", ")", "()", "(a)", "(.-)", "(%a*)", "%1", "%2", "%0",
        "^", "$", "%", "[", "[^", "%.", "%%", "%(", "-", "*", "?", "+", "x", "%b", "%f", "]", "\xe4",
        "[\x80-\xff]",
    };
    static const char suffixes[] = "*+-?";
    text it = {.count = 0};
    if (draw(state) % 6 == 0) add(&it, "^", 1);
    for (uint64_t i = draw(state) % 6; i > 0; i--) {
        const char *piece = pieces[draw(state) % (sizeof pieces / sizeof *pieces)];
        add(&it, piece, strlen(piece));
        if (draw(state) % 3 == 0) add(&it, &suffixes[draw(state) % 4], 1);
    }
    if (draw(state) % 40 == 0) add(&it, "\0", 1);
    if (draw(state) % 6 == 0) add(&it, "$", 1);
    return it;
}

static text make_replacement(uint64_t *state) {
    static const char *const pieces[] = {"x", "%0", "%1", "%2", "%%", "%", "-", "%a", "y%1z"};
    text it = {.count = 0};
    for (uint64_t i = draw(state) % 4; i > 0; i--) {
        const char *piece = pieces[draw(state) % (sizeof pieces / sizeof *pieces)];
        add(&it, piece, strlen(piece));
    }
    return it;
}

static void push(lua_State *L, const text *it) { lua_pushlstring(L, it->bytes, it->count); }

// Takes all that a gmatch iterator gives. // stack: iterator → values…
static int collect(lua_State *L) {
    int last = 0;
    for (int round = 0; round < 30; round++) {
        lua_pushvalue(L, 1);
        lua_call(L, 0, LUA_MULTRET);
        if (lua_gettop(L) == 1 + last || lua_isnil(L, 2 + last)) break;
        luaL_checkstack(L, 40, NULL);
        last = lua_gettop(L) - 1;
    }
    return lua_gettop(L) - 1;
}

// Shows its arguments, for a replacement function.
static int show(lua_State *L) {
    int count = lua_gettop(L);
    lua_pushliteral(L, "<");
    for (int i = 1; i <= count; i++) {
        lua_pushvalue(L, i);
        lua_pushliteral(L, "|");
    }
    lua_concat(L, 2 * count + 1);
    if (lua_rawlen(L, -1) % 3 == 0) lua_pushboolean(L, 0);
    return 1;
}

enum { FIND, MATCH, GMATCH, GSUB, FUNCTIONS };
static const char *const function_names[FUNCTIONS] = {"find", "match", "gmatch", "gsub"};

typedef struct {
    text subject, pattern, replacement;
    int function, kind;       // kind: of the replacement
    lua_Integer init, most;
    bool hasInit, isPlain, hasMost;
} sample;

// Calls the function of the library at `library`; the results, or false and an error.
// stack: … → …, results…
static int call(lua_State *L, int library, const sample *it, bool *isError) {
    int top = lua_gettop(L);
    lua_getfield(L, library, function_names[it->function]);
    push(L, &it->subject);
    push(L, &it->pattern);
    int arguments = 2;
    if (it->function == GSUB) {
        if (it->kind == 0) push(L, &it->replacement);
        else if (it->kind == 1) lua_pushcfunction(L, show);
        else {
            lua_newtable(L);
            lua_pushliteral(L, "yes");
            lua_setfield(L, -2, "a");
            lua_pushinteger(L, 7);
            lua_setfield(L, -2, "b");
        }
        arguments++;
        if (it->hasMost) lua_pushinteger(L, it->most), arguments++;
    } else if (it->hasInit) {
        lua_pushinteger(L, it->init);
        arguments++;
        if (it->function == FIND) lua_pushboolean(L, it->isPlain), arguments++;
    }
    *isError = lua_pcall(L, arguments, LUA_MULTRET, 0) != LUA_OK;
    if (!*isError && it->function == GMATCH) {
        lua_pushcfunction(L, collect);
        lua_insert(L, top + 1);
        *isError = lua_pcall(L, 1, LUA_MULTRET, 0) != LUA_OK;
    }
    return lua_gettop(L) - top;
}

static sample make_sample(uint64_t *state) {
    sample it = {
        .subject = make_subject(state), .pattern = make_pattern(state),
        .replacement = make_replacement(state), .function = (int)(draw(state) % FUNCTIONS),
        .kind = (int)(draw(state) % 3), .init = (lua_Integer)(draw(state) % 30) - 10,
        .most = (lua_Integer)(draw(state) % 5) - 1, .hasInit = draw(state) % 3 == 0,
        .isPlain = draw(state) % 4 == 0, .hasMost = draw(state) % 4 == 0,
    };
    return it;
}

static bool is_same(lua_State *L, int left, int left_count, int right, int right_count) {
    if (left_count != right_count) return false;
    for (int i = 0; i < left_count; i++) {
        if (!lua_rawequal(L, left + i, right + i)) return false;
        if (lua_isinteger(L, left + i) != lua_isinteger(L, right + i)) return false;
    }
    return true;
}

static void print_text(const char *name, const text *it) {
    printf("  %s: ", name);
    for (size_t i = 0; i < it->count; i++) {
        unsigned char byte = (unsigned char)it->bytes[i];
        if (byte < 32 || byte > 126) printf("\\x%02x", byte); else putchar(byte);
    }
    putchar('\n');
}

// Compares one sample; false: it says what differs. // stack: …, Lua's, ours
static bool compare(lua_State *L, int stock, int ours, const sample *it, int *errors) {
    bool leftFails, rightFails;
    int left = call(L, stock, it, &leftFails);
    int right = call(L, ours, it, &rightFails);
    bool isSame = leftFails == rightFails
                  && (leftFails || is_same(L, ours + 1, left, ours + 1 + left, right));
    if (!isSame) {
        printf("%s differs (%d %s, %d %s)\n", function_names[it->function], left,
               leftFails ? lua_tostring(L, ours + 1) : "values", right,
               rightFails ? lua_tostring(L, ours + 1 + left) : "values");
        print_text("subject", &it->subject);
        print_text("pattern", &it->pattern);
        print_text("replacement", &it->replacement);
    }
    *errors += leftFails;
    lua_settop(L, ours);
    return isSame;
}

// Every byte against every class, plain and in a set.
static bool compare_classes(lua_State *L, int stock, int ours) {
    int errors = 0;
    for (int byte = 0; byte < 256; byte++) {
        for (int letter = 1; letter < 256; letter++) {
            char subject[] = {(char)byte}, pattern[] = {'%', (char)letter};
            char set[] = {'[', '^', '%', (char)letter, 'b', '-', 'y', ']'};
            sample it = {.function = MATCH};
            add(&it.subject, subject, 1);
            sample inSet = it;
            add(&it.pattern, pattern, 2);
            add(&inSet.pattern, set, sizeof set);
            if (!compare(L, stock, ours, &it, &errors)) return false;
            if (!compare(L, stock, ours, &inSet, &errors)) return false;
        }
    }
    return true;
}

int compare_patterns(uint64_t seed, int count) {
    fake_engine engine = {.folder = "/nowhere"};
    moon_host *host = moon_open(fake_limits(), fake_calls(&engine), NULL);
    if (!host) return 1;
    lua_State *L = host->L;
    luaL_requiref(L, "stock string", luaopen_string, 0);  // stack: …, Lua's
    int stock = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_string_key);  // stack: …, Lua's, ours
    int ours = lua_gettop(L);
    uint64_t state = seed;
    int errors = 0;
    bool isSame = compare_classes(L, stock, ours);
    for (int i = 0; isSame && i < count; i++) {
        sample it = make_sample(&state);
        isSame = compare(L, stock, ours, &it, &errors);
        if (!isSame) printf("it is sample %d of seed %llu\n", i, (unsigned long long)seed);
    }
    lua_settop(L, stock - 1);
    moon_close(host);
    if (!isSame) return 1;
    printf("patterns: seed %llu, %d samples, %d errors on both sides\n", (unsigned long long)seed,
           count, errors);
    return 0;
}

// ---- Bytecode -----------------------------------------------------------------------------------

typedef struct {
    char *bytes;
    size_t count, capacity;
} sink;

static int write_chunk(lua_State *L, const void *bytes, size_t count, void *context) {
    (void)L;
    sink *it = context;
    if (it->count + count > it->capacity) return 1;
    memcpy(it->bytes + it->count, bytes, count);
    it->count += count;
    return 0;
}

size_t make_bytecode(uint64_t *state, char *bytes, size_t capacity) {
    lua_State *L = luaL_newstate();
    if (!L) abort();
    luaL_loadstring(L, "local x = ... return x and x + 1");
    sink it = {bytes, 0, capacity};
    lua_dump(L, write_chunk, &it, draw(state) % 2);
    lua_close(L);
    for (uint64_t changes = draw(state) % 6; changes > 0; changes--) {
        bytes[1 + draw(state) % (it.count - 1)] = (char)draw(state);
    }
    if (draw(state) % 3 == 0) it.count = 1 + draw(state) % it.count;
    if (it.count > capacity) it.count = capacity;
    return it.count;
}
