// Expressions of a generated program, as texts with gaps:
//
//     $n a number    $I a whole number   $i one from 0 to 9   $d a number at an edge
//     $s a text      $b a condition      $a anything          $k a key
//     $p a pattern   $P plain data       $# a new label       $e some statements
//     $v $w $x $y $z names: a number's, a text's, a whole number's, a plain list's, a list's
//     $m $o $W $f $c $g $h $t names: a map's, an object's, a weak table's, a function's,
//        a coroutine's, a wrapped one's, a list's with holes, an indicator's
//     $E the event at hand   $O an order or several   $$ a dollar sign
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST_EXPRESSION = 3, DEEPEST_BLOCK = 6 };

uint64_t pick(maker *it, uint64_t count) { return draw(&it->random) % count; }

void put(maker *it, const char *text) {
    size_t count = strlen(text);
    if (it->count + count + 1 > it->capacity) {
        it->capacity = (it->count + count + 1) * 2;
        it->bytes = realloc(it->bytes, it->capacity);
        if (!it->bytes) abort();
    }
    memcpy(it->bytes + it->count, text, count + 1);
    it->count += count;
}

static void put_name(maker *it, char letter, int count) {
    char name[16];
    snprintf(name, sizeof name, "%c%d", letter, 1 + (int)pick(it, (uint64_t)count));
    put(it, name);
}

// Says one of `plain` where it is deep already, else one of either.
static void say_one(
    maker *it, const char *const *plain, size_t plain_count, const char *const *deep,
    size_t deep_count) {
    bool isPlain = it->depth >= DEEPEST_EXPRESSION || pick(it, 2) == 0;
    it->depth++;
    say(it, isPlain ? plain[pick(it, plain_count)] : deep[pick(it, deep_count)]);
    it->depth--;
}
#define SAY_ONE(it, plain, deep)                                                                   \
    say_one(it, plain, sizeof plain / sizeof *plain, deep, sizeof deep / sizeof *deep)

static void put_edge(maker *it) {
    static const char *const all[] = {
        "math.maxinteger", "math.mininteger", "(2^53)", "(2^53 + 1)", "(-0.0)", "(0/0)", "(1/0)",
        "(-1/0)", "1e308", "5e-324", "0x7fffffffffffffff", "0xffffffffffffffff", "(3 // 0.0)",
        "(-7 // 2)", "(-7 % 3)", "(-7.5 % 2)", "(5 % -math.huge)", "1e15", "123456789012345680",
        "0.1", "(0.1 + 0.2)", "9007199254740993", "0x1p-3", "3.0", "(math.mininteger // -1)",
        "(math.maxinteger + 1)", "(1 << 63)", "(1 << 64)", "(-1 >> 1)", "1e100",
        "(math.maxinteger + 0.0)", "math.pi", "2147483648", "(-2147483649)",
    };
    put(it, all[pick(it, sizeof all / sizeof *all)]);
}

static void put_number(maker *it) {
    static const char *const plain[] = {
        "$i", "$i", "$v", "$v", "$v", "$x", "$i.5", "$i.25", "(-$i)", "1$i0", "$d",
    };
    static const char *const deep[] = {
        "($n + $n)", "($n - $n)", "($n * $n)", "($n / $n)", "($n % 7)", "($n // 0.5)",
        "math.max($n, $n)", "math.min($n, $n, $i)", "math.abs($n)", "math.sqrt(math.abs($n))",
        "#$s", "(tonumber($s) or $i)", "($b and $n or $n)", "math.floor($n)", "math.ceil($n)",
        "math.fmod($n, 3.5)", "math.random()", "$I", "now()", "math.sin($n)", "math.exp($i)",
        "math.log(1 + math.abs($n))", "($i ^ $i)", "select('#', $a, $a)", "(-($n))",
        "math.atan($n, $n)", "#$y", "(tonumber(($f(1))) or 0)",
    };
    SAY_ONE(it, plain, deep);
}

static void put_integer(maker *it) {
    static const char *const plain[] = {"$i", "$x", "$x", "$i$i", "(-$i)", "#$y", "0x7$iff"};
    static const char *const deep[] = {
        "($I & $I)", "($I | $i)", "($I ~ $I)", "($I << $i)", "($I >> $i)", "(~($I))", "($I + $I)",
        "($I * $i)", "($I // 3)", "($I % 5)", "math.random(1, 9)", "#$s", "(utf8.len($s) or -1)",
        "(math.tointeger($n) or $i)", "select('#', table.unpack($y))", "(string.byte($s) or 0)",
        "(math.type($n) == 'float' and 1 or 2)", "os.time()", "#($s .. $s)", "(math.ult($I, $I) and 1 or 0)",
    };
    SAY_ONE(it, plain, deep);
}

static void put_text(maker *it) {
    static const char *const plain[] = {
        "$w", "$w", "$w", "'a'", "'b$i'", "''", "'10'", "'0x1F'", "' 7 '", "'1e2'", "'\\0z\\xff'",
        "'%d'", "'\"q\\\\'", "'h\\u{e9}\\u{20ac}'", "'\\n\\t\\27'", "'key'", "'nan'", "'a,b,c'", "'-0'",
        "'a text of more than forty bytes, which is long'", "'\\200\\201'",
    };
    static const char *const deep[] = {
        "($s .. $s)", "$w:sub($i, -$i)", "$w:upper()", "$w:lower()", "$w:reverse()", "tostring($a)",
        "string.format('%d %s', $i, $s)", "string.format('%5.2f|%x|%q', $n, $i, $s)",
        "string.format('%g', $n)", "string.format('%-8s|', 'a$i')", "string.format('%a', $n)",
        "$w:rep($i, ',')", "table.concat($y, ';')", "string.char(65 + $i, 97)", "type($a)",
        "($w:gsub($p, '<%0>'))", "($w:match($p) and 'yes' or 'no')", "os.date('%F %T', $i$i000)",
        "utf8.char(0x20ac, 65 + $i)", "($n .. '')", "($i .. $s)", "(coroutine.status($c))",
        "string.pack('<i4z', $i, 'x')", "($b and $s or $s)", "math.type($n)", "tostring($n)",
    };
    SAY_ONE(it, plain, deep);
}

static void put_condition(maker *it) {
    static const char *const plain[] = {"true", "false", "($v > 3)", "($x % 2 == 0)", "($w == '')"};
    static const char *const deep[] = {
        "($n < $n)", "($n <= $n)", "($n == $n)", "($s == $s)", "($s < $s)", "not $b", "($b and $b)",
        "($b or $b)", "rawequal($a, $a)", "($a ~= nil)", "($o == $o)", "(type($a) == 'table')",
        "($o ~= $z)", "(math.type($n) == 'integer')", "coroutine.isyieldable()",
    };
    SAY_ONE(it, plain, deep);
}

static void put_anything(maker *it) {
    static const char *const plain[] = {
        "$n", "$n", "$s", "$s", "$b", "nil", "$z", "$m", "$o", "$f", "$c", "{}", "$y", "$x",
    };
    static const char *const deep[] = {
        "{$a, $a}", "{k = $a, [$i] = $s}", "{$n, $n, $n}", "$P", "function(...) return $a, ... end",
        "($f($a, $a))", "$m[$k]", "setmetatable({$n}, getmetatable($o))", "($a or $a)", "#$y",
        "select(-1, $a, $a)", "(select(2, pcall($f, $a)))", "coroutine.wrap(function() return $i end)",
    };
    SAY_ONE(it, plain, deep);
}

static void put_data(maker *it) {
    static const char *const plain[] = {"$d", "$s", "$i", "$b", "{}", "$v", "$w", "{$i, $s}"};
    static const char *const deep[] = {
        "{$P, $P, $P}", "{a = $P, b = $P}", "{[2^53] = $P, [true] = $i, [false] = $s}",
        "{[1.5] = $P, [-1] = $s, [$i] = $b, z = {$P}}", "{['\\0\\255' .. $s] = $P}", "{{{{$P}}}}",
        "{$i, $i, $i, n = $i, ['end'] = $s}",
    };
    SAY_ONE(it, plain, deep);
}

static void put_key(maker *it) {
    static const char *const all[] = {
        "1", "2", "$i", "'a'", "'b'", "'k$i'", "'k' .. $x % 5", "$w:sub(1, 3)", "true", "1.5",
        "-$i", "$i + 1", "'long key of more than forty bytes, number $i'",
    };
    say(it, all[pick(it, sizeof all / sizeof *all)]);
}

static void put_pattern(maker *it) {
    static const char *const all[] = {
        "'%a+'", "'(%d)'", "'.'", "'()'", "'^.'", "'.$$'", "'[%w_]*'", "'(.)(.-)$$'", "'%s'", "'x*'",
        "'%b()'", "'%f[%w]'", "'[^,]+'", "'(%w)%1'", "'\\0'", "'(%a)-'",
    };
    say(it, all[pick(it, sizeof all / sizeof *all)]);
}

static void put_order(maker *it) {
    static const char *const all[] = {
        "buy{symbol = 'sim:A/B', qty = $i + 1}", "sell{symbol = 'sim:A/B', qty = 0.$i1, price = 10$i}",
        "buy{symbol = 'sim:A/B', qty = '0.0$i1', price = '1$i.5', post_only = true, tag = 't$i'}",
        "sell{symbol = 'sim:A/B', qty = $i.1, stop = 9$i, reduce_only = true, tif = 'ioc'}",
        "cancel{}", "cancel{tag = 't$i'}", "cancel{symbol = 'sim:A/B'}", "target('sim:A/B', $i - 4)",
        "target('sim:A/B', $i.5)", "close('sim:A/B')", "cancel(orders()[1])",
        "amend(orders()[1], {price = 10$i})", "amend(orders()[1], {qty = $i + 1, price = '99.$i'})",
        "buy{symbol = 'sim:A/B', qty = 1 + math.abs($v) % 5}",
    };
    say(it, all[pick(it, sizeof all / sizeof *all)]);
}

static void put_digit(maker *it) {
    char digit[2] = {(char)('0' + pick(it, 10)), 0};
    put(it, digit);
}

static void put_label(maker *it) {
    char label[16];
    snprintf(label, sizeof label, "%d", it->labels);
    put(it, label);
}

static void put_block(maker *it) {
    if (it->depth >= DEEPEST_BLOCK) return;
    it->depth += 2;
    put_statements(it, 1 + (int)pick(it, 2));
    it->depth -= 2;
}

static void fill_gap(maker *it, char gap) {
    switch (gap) {
    case 'n': put_number(it); break;
    case 'I': put_integer(it); break;
    case 'i': put_digit(it); break;
    case 'd': put_edge(it); break;
    case 's': put_text(it); break;
    case 'b': put_condition(it); break;
    case 'a': put_anything(it); break;
    case 'k': put_key(it); break;
    case 'p': put_pattern(it); break;
    case 'P': put_data(it); break;
    case 'O': put_order(it); break;
    case 'e': put_block(it); break;
    case '#': put_label(it); break;
    case 'E': put(it, it->event ? it->event : "nil"); break;
    case 'v': put_name(it, 'n', 4); break;
    case 'w': put_name(it, 's', 4); break;
    case 'x': put_name(it, 'i', 3); break;
    case 'y': put_name(it, 'N', 3); break;
    case 'z': put_name(it, 'L', 3); break;
    case 'm': put_name(it, 'm', 3); break;
    case 'o': put_name(it, 'o', 4); break;
    case 'W': put_name(it, 'w', 5); break;
    case 'f': put_name(it, 'f', 3); break;
    case 'c': put_name(it, 'c', 3); break;
    case 'g': put_name(it, 'g', 2); break;
    case 'h': put_name(it, 'H', 2); break;
    case 't': put_name(it, 't', 4); break;
    case '$': put(it, "$"); break;
    default: abort();  // no gap is called that
    }
}

void say(maker *it, const char *text) {
    char plain[2] = {0, 0};
    for (; *text; text++) {
        if (*text == '$') {
            fill_gap(it, *++text);
        } else {
            plain[0] = *text;
            put(it, plain);
        }
    }
}
