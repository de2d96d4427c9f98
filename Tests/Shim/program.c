// The shape of a generated program: declarations, what all programs have, handlers.
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// `note` shows values whatever they are, `try` what came of a call, `quiet` only makes it. `down` keeps
// functions that call each other from going on for ever. What a metatable's functions do is drawn.
static const char tools[] =
    "local deep, last, keep = 0\n"
    "local function show(v, d)\n"
    "  if math.type(v) == 'float' then return string.format('%.17g', v) end\n"
    "  if type(v) == 'string' then return string.format('%q', v:sub(1, 60)) end\n"
    "  if type(v) ~= 'table' or d > 1 then return tostring(v) end\n"
    "  local out, n = {}, 0\n"
    "  local ok, why = pcall(function()\n"
    "    for k, x in pairs(v) do\n"
    "      n = n + 1\n"
    "      if n > 16 then break end\n"
    "      out[n] = show(k, d + 1) .. '=' .. show(x, d + 1)\n"
    "    end\n"
    "  end)\n"
    "  return '{' .. table.concat(out, ',') .. (ok and '}' or '! ' .. tostring(why) .. '}')\n"
    "end\n"
    "local function note(...)\n"
    "  local out = {}\n"
    "  for i = 1, math.min(12, (select('#', ...))) do out[i] = show((select(i, ...)), 0) end\n"
    "  log.info(select('#', ...), table.concat(out, ' '):sub(1, 400))\n"
    "end\n"
    "local function try(f, ...) note(pcall(f, ...)) end\n"
    "local function quiet(f, ...) pcall(f, ...) end\n"
    "local function down(f, ...)\n"
    "  if deep >= 4 then return 0 end\n"
    "  deep = deep + 1\n"
    "  local r = table.pack(pcall(f, ...))\n"
    "  deep = deep - 1\n"
    "  if not r[1] then error(r[2], 0) end\n"
    "  return table.unpack(r, 2, r.n)\n"
    "end\n"
    "local function closer(n) return setmetatable({}, {__close = function(_, e) note('close', n, e) end}) end\n"
    "local bad = setmetatable({}, {__close = function(_, e) error('closing: ' .. tostring(e)) end})\n"
    "local function collect(t) local n = 0 for _, v in ipairs(t) do n = n + (tonumber(v) or 0) end return n end\n";

static const char *const metamethods[] = {
    "__index = $m", "__index = function(t, k) return down(function() $e return k end) end",
    "__newindex = function(t, k, v) rawset(t, k, v) $v = $v + 1 end",
    "__newindex = $m", "__len = function() return $i end", "__len = function() return $a end",
    "__pairs = function(t) return function(_, k) k = (k or 0) + 1 if k < $i then return k, $a end end, t end",
    "__pairs = function(t) return $a end", "__call = function(self, a, ...) return a, ..., $i end",
    "__call = function() return down(function() $e return $a end) end",
    "__concat = function(a, b) return $s end", "__concat = function(a, b) return tostring(b) end",
    "__eq = function(a, b) return $b end", "__lt = function(a, b) return $b end",
    "__le = function(a, b) error($s) end", "__lt = function(a, b) return a.v < b.v end",
    "__tostring = function() return 'object ' .. $i end", "__tostring = function() return $a end",
    "__tostring = function() error('no text') end", "__name = 'Thing'", "__name = $a",
    "__close = function(_, e) note('closed', e) end", "__close = function() error($s) end",
    "__add = function(a, b) return $n end", "__unm = function(a) return a end",
    "__bnot = function() return {} end", "__idiv = function(a, b) return coroutine.yield(b) end",
    "__metatable = $a", "__mode = 'k'", "__mode = $s", "__band = function(a, b) return down($f, b) end",
};

static void put_objects(maker *it) {
    put(it, "local function object(kind)\n");
    for (int i = 1; i <= 3; i++) {
        char line[64];
        snprintf(line, sizeof line, "  if kind %% 3 == %d then return {\n", i - 1);
        put(it, line);
        for (int count = 2 + (int)pick(it, 5); count > 0; count--) {
            piece begun = begin_piece(it);
            put(it, "    ");
            it->depth = 2;
            say(it, metamethods[pick(it, sizeof metamethods / sizeof *metamethods)]);
            it->depth = 0;
            put(it, ",\n");
            end_piece(it, begun);
        }
        put(it, "  } end\n");
    }
    put(it, "end\n");
}

static void put_variables(maker *it) {
    static const char *const indicators[] = {
        "ta.sma($i + 1)", "ta.ema($i + 1)", "ta.rsi($i + 2)", "ta.wma(3)", "ta.rma(4)",
        "ta.dema(3)", "ta.tema(3)", "ta.hma(4)", "ta.kama(5)", "ta.roc(3)", "ta.mom(2)",
        "ta.change()", "ta.trix(3)", "ta.variance(5)", "ta.stdev(5)", "ta.zscore(4)",
        "ta.highest(5)", "ta.lowest(5)", "ta.linreg(5)", "ta.macd(3, 6, 2)", "ta.bbands(5)",
    };
    // All names first: what they begin with may use any of them.
    put(it, "local n1, n2, n3, n4 = 1, 2.5, 3, 4\nlocal i1, i2, i3 = 3, 4, 5\n"
            "local s1, s2, s3, s4 = 'a', 'two words', '3', ''\n"
            "local N1, N2, N3, L1, L2, L3 = {}, {3, 1, 2}, {1}, {1, 'b', true}, {}, {}\n"
            "local H1, H2, m1, m2, m3 = {1, nil, 3}, {}, {}, {a = 1, b = 'x'}, {}\n"
            "local f1, f2, f3 = function(...) return ... end, function(a, b) return b, a end\n"
            "f3 = function() n1 = 1 return n1 end\n"
            "local c1, c2, c3 = coroutine.create(function() end), coroutine.create(log.info),"
            " coroutine.create(function(a) return coroutine.yield(a) end)\n"
            "local g1, g2 = coroutine.wrap(function() end), coroutine.wrap(function(a) while true do"
            " a = coroutine.yield(a) end end)\n"
            "local w1, w2, w3 = setmetatable({}, {__mode = 'v'}), setmetatable({}, {__mode = 'k'}),"
            " setmetatable({}, {__mode = 'kv'})\n"
            "local w4, w5 = setmetatable({}, {__mode = 'v', __index = {1, 2}}),"
            " setmetatable({}, {__mode = 'k', __name = 'weak'})\n"
            "local o1, o2, o3, o4 = {}, {}, {}, {}\n");
    say(it, "n3, n4, i2, i3, s3, s4 = $n, $n, $i, $i$i, $s, $s\n");
    say(it, "N3 = {$i, $n, $n, $i} m3 = {k1 = $P, [1] = 5}\n");
    for (int i = 1; i <= 4; i++) {
        char line[32];
        snprintf(line, sizeof line, "local t%d = ", i);
        put(it, line);
        say(it, indicators[pick(it, sizeof indicators / sizeof *indicators)]);
        put(it, "\n");
    }
    put_objects(it);
    put(it, "o1, o2, o3, o4 = setmetatable({1, 2, v = 1}, object(0)), setmetatable({v = 2}, object(1)),"
            " setmetatable({v = 3}, object(2)), setmetatable({}, object(0))\n");
}

static void put_handler(maker *it, const char *name, const char *event) {
    piece begun = begin_piece(it);
    put(it, "function ");
    put(it, name);
    put(it, "(");
    put(it, event);
    put(it, ")\ndeep = 0\n");
    it->event = event;
    put_statements(it, 2 + (int)pick(it, 6));
    put_return(it);
    it->event = NULL;
    put(it, "end\n");
    end_piece(it, begun);
}

static void put_handlers(maker *it) {
    static const char *const all[][2] = {
        {"on_trade", "trade"}, {"on_quote", "quote_"}, {"on_bar", "bar"}, {"on_timer", "name"},
        {"on_book", "book_"}, {"on_fill", "fill"}, {"on_order", "order"}, {"on_position", "held"},
        {"on_ticker", "ticker"}, {"on_funding", "funding"}, {"on_status", "status"},
        {"on_start", "why"}, {"on_stop", "why"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (i < 4 ? pick(it, 8) > 0 : pick(it, 2)) put_handler(it, all[i][0], all[i][1]);
    }
    if (it->recipe->version < 2) return;
    put(it, "state_version = 2\nfunction on_upgrade(state, from)\nnote(from)\n");
    put_statements(it, 3);
    put(it, "end\n");
}

// Cuts, doubles or changes some bytes.
static void damage(maker *it) {
    size_t at = pick(it, it->count), length = 1 + pick(it, 40);
    if (at + length > it->count) return;
    switch (pick(it, 4)) {
    case 0: memset(it->bytes + at, ' ', length); break;
    case 1: it->bytes[at] = (char)draw(&it->random); break;
    case 2: memmove(it->bytes + at, it->bytes + it->count / 2, length < it->count / 2 ? length : 1); break;
    default: it->count = at;
    }
}

// What can be seen only of some programs is done only by some.
static uint32_t draw_without(maker *it) {
    return (pick(it, 10) < 7 ? HAS_HOLES : 0) | (pick(it, 10) < 8 ? SEES_WEAK : 0)
           | (pick(it, 10) < 5 ? HAS_OBJECT_KEYS : 0) | (pick(it, 10) < 3 ? WALKS_WEAK : 0);
}

program make_program(const recipe *recipe) {
    maker it = {.recipe = recipe, .random = recipe->seed * 2 + (uint64_t)recipe->version};
    draw(&it.random);
    put(&it, "");
    bool isBroken = pick(&it, 10) == 0, isDamaged = isBroken && pick(&it, 4) == 0;
    if (isBroken && !(recipe->without & IS_BROKEN)) it.features |= IS_BROKEN;
    it.without = recipe->without | draw_without(&it);
    put(&it, "subscribe('sim:A/B', 'trades', 'quotes', 'book', 'bars:1m', 'ticker')\n");
    if (pick(&it, 3) == 0) put(&it, "subscribe('sim:C/B:B', 'trades', 'funding')\n");
    put(&it, "local p = params{size = 0.5, n = 3, name = 'x', mode = {'a', 'b'}, on = true}\n");
    put(&it, tools);
    put_variables(&it);
    put_statements(&it, 2 + (int)pick(&it, 8));
    put_handlers(&it);
    put_beginnings(&it, (int)pick(&it, 4));
    if (isDamaged && it.features & IS_BROKEN) damage(&it);
    return (program){it.bytes, it.count, it.features, it.statements};
}

// ---- Features -----------------------------------------------------------------------------------

static const char *const words[] = {"holes", "weak", "limits", "walks", "broken", "objects"};
enum { WORDS = sizeof words / sizeof *words };

const char *feature_words(uint32_t features, char *out, size_t capacity) {
    size_t at = 0;
    snprintf(out, capacity, "plain");
    for (int i = 0; i < WORDS; i++) {
        if (!(features & 1u << i)) continue;
        at += (size_t)snprintf(out + at, capacity - at, "%s%s", at ? "," : "", words[i]);
    }
    return out;
}

uint32_t feature_named(const char *word, size_t count) {
    for (int i = 0; i < WORDS; i++) {
        if (strlen(words[i]) == count && memcmp(words[i], word, count) == 0) return 1u << i;
    }
    return 0;
}
