// Statements of a generated program. Those that may well fail stand in `try`, which logs what came
// of it, or in `quiet`, which does not.
#include "program.h"

#include <stdlib.h>
#include <string.h>

static const phrase ordinary[] = {
    // Values, texts, numbers.
    {0, "$v = $n"},
    {0, "$x = $I"},
    {0, "$w = ($s):sub(1, 80)"},
    {0, "note($a)"},
    {0, "note($n, $s)"},
    {0, "try(function() return $a + $a, $n // $I end)"},
    {0, "try(function() return $a < $a end)"},
    {0, "try(function() return $a .. $a end)"},
    {0, "try(function() return #$a, -$a, ~$I end)"},
    {0, "note(tostring($a), tonumber($s), tonumber($s, 16 + $i))"},
    {0, "note(math.modf($n), math.tointeger($n), math.ult($I, $I))"},
    {0, "try(math.random, $I, $I)"},
    {0, "try(string.format, '%d %i %u', $n, $I, $i)"},
    {0, "try(string.format, '%c%o%e%10.3s', $i + 65, $i, $n, $s)"},
    {0, "note(string.pack('>I2s1d', $i, $w:sub(1, 9), $n):byte(1, -1))"},
    {0, "try(string.unpack, '<i2z', $s .. '\\0\\0\\0')"},
    {0, "for a, b in string.gmatch($s, $p) do note(a, b) end"},
    {0, "note(string.find($s, $p, $i), string.match($s, $p))"},
    {0, "note(string.gsub($s, $p, '[%0]', $i))"},
    {0, "note(string.gsub($s, $p, {a = 'A', b = false, k = $n}))"},
    {0, "note(string.gsub($s, $p, function(a) $v = $v + 1 return $b and a or nil end))"},
    {0, "try(string.gsub, $s, $p, function() error({$i}) end)"},
    {0, "try(string.gsub, 'abc', '.', function() coroutine.yield($i) end)"},
    {0, "for at, code in utf8.codes('a\\u{e9}$i') do $v = at + code end"},
    {0, "try(utf8.codepoint, $s, 1, -1)"},
    {0, "note(utf8.len($s), utf8.offset($s .. 'xy', 2))"},
    {0, "note(os.date('*t', $i$i00000).yday, os.time{year = 202$i, month = $i, day = 1$i})"},
    {0, "do local big = ('x$i'):rep($i$i00) $w = big:sub(-$i, -1) note(#big, (big:find('y', 1, true))) end"},
    {0, "do local t = {} for i = 1, $i0 do t[i] = ('%d'):format(i):rep(i) end note(#table.concat(t, $s)) end"},
    {0, "try(function() local t = {} for i = 1, 200 do t[#t + 1] = $s .. i end return #table.concat(t) end)"},
    {0, "note(traceback($s):gsub(':%d+:', ':'))"},
    // Control.
    {0, "if $b then $e else $e end"},
    {0, "for i = 1, $i do $e end"},
    {0, "for i = math.maxinteger - $i, math.maxinteger do $v = i end"},
    {0, "for i = $n % 10, 9, 2.5 do $v = i end"},
    {0, "try(function() for i = 1, 3, $i - $i do if i > 9 then break end end end)"},
    {0, "do local i = $i while i > 0 do i = i - 1 if $b then break end $e end end"},
    {0, "do local i = 0 repeat local j = i i = i + 1 $v = j until j >= $i or $b end"},
    {0, "do local i = 0 ::l$#:: i = i + 1 if i < $i then goto l$# end note(i) end"},
    {0, "for i = 1, $i do if i % 2 == 0 then goto l$# end $v = $v + i ::l$#:: end"},
    {0, "do local t = {} for i = 1, 5 do t[i] = function() i = i + $i return i end end"
        " note(t[1](), t[1](), t[2]()) end"},
    {0, "do local a <const>, b = $a, $a note(a, b) end"},
    {0, "do local a <close> = closer($i) $e end"},
    {0, "try(function() local a <close> = closer($i) local b <close> = bad error({$i}) end)"},
    {0, "try(function() local a <close> = $a return 1 end)"},
    {0, "note(select('#', $f($a, nil, nil)), (select(-1, $a, $a)))"},
    {0, "note(table.pack($f($a, $a)).n)"},
    {0, "note((function(...) local a, b = ... return select('#', ...), b, a end)($a, $a, $a))"},
    {0, "note(table.unpack({$a, $a, $a}, 1, 3))"},
    {0, "$f = function(...) return down(function(a, ...) $e return a, ... end, ...) end"},
    // Errors.
    {0, "try(error, $a, $i % 3)"},
    {0, "try(function() error(setmetatable({}, {__tostring = function() return $s end})) end)"},
    {0, "note(xpcall(function() return ($a).x.y end, function(m) return 'handled: ' .. tostring(m) end))"},
    {0, "note(xpcall(error, function(m) error(m) end, $s))"},
    {0, "note(xpcall(function() error() end, function(m) return m, $i end))"},
    {0, "note(pcall(pcall, error, $i), pcall(pcall), pcall(error))"},
    {0, "try(assert, $b, $a)"},
    {0, "try(function() return nosuch end)"},
    {0, "try(function() return $f.x end)"},
    {0, "try(function() u$i = $i return u$i, U$i end)"},
    {0, "try(setmetatable, {}, {__gc = $a})"},
    {0, "do local function r(n) return n > 0 and 1 + r(n - 1) or 0 end note(r($i$i)) end"},
    {0, "try(select, $I, $a, $a)"},
    // Lists and maps.
    {0, "$y[#$y + 1] = $n if #$y > 40 then $y = {$i} end"},
    {0, "table.insert($y, $n) if #$y > 40 then $y = {} end"},
    {0, "try(table.insert, $y, $i, $n)"},
    {0, "note(table.remove($y))"},
    {0, "try(table.remove, $y, $i)"},
    {0, "try(table.sort, $y)"},
    {0, "try(table.sort, $y, function(a, b) return a > b end)"},
    {0, "try(table.sort, {3, 1, 2, 5, 4, $i}, function(a, b) return $b end)"},
    {0, "try(table.sort, {3, 1, 2, $i}, function(a, b) coroutine.yield(a) end)"},
    {0, "try(table.sort, {'b', $s, 'a', $s})"},
    {0, "do local t = {} for i = 1, $i0 do t[i] = (i * 7919) % 101 end table.sort(t) note(t) end"},
    {0, "try(table.concat, $y, ',', $i, $i)"},
    {0, "try(table.concat, $z)"},
    {0, "note(table.move($y, 1, #$y, $i + 1, {}))"},
    {0, "try(table.move, $y, $I % 30 - 5, $I % 20, $i)"},
    {0, "try(table.unpack, $y, $i, $I % 50)"},
    {0, "for i, v in ipairs($z) do $v = i end"},
    {0, "note($y, #$y)"},
    {0, "$z = {$a or 1, $a or 2, $a or 3}"},
    {0, "$m[$k] = $a"},
    {0, "$m = {$k .. '', a = $a, b = $P}"},
    {0, "for k = 1, $i0 do $m['k' .. k] = $b and k or nil end"},
    {0, "note($m)"},
    {0, "try(function() for k, v in pairs($m) do $m[k] = nil $v = $v + 1 end return next($m) end)"},
    {0, "try(function() for k, v in pairs($m) do $m[k .. 'x'] = $i if $v > 1e6 then break end end end)"},
    {0, "try(function() for k, v in pairs($a) do note(k, v) break end end)"},
    {0, "try(next, $m, $k)"},
    {0, "try(function() local k, n = nil, 0 repeat k = next($m, k) n = n + 1 until k == nil or n > 20 return n end)"},
    {0, "do local t = {} t[1] = t t.x = {t, t} note(t == t.x[1], rawlen(t), rawequal(t, t[1])) end"},
    {0, "try(rawset, $m, $a, $a)"},
    {0, "try(function() $m[0/0] = 1 end)"},
    {0, "note(rawget($m, $k), rawlen($y))"},
    {0, "do local t = {} for i = 1, 40 do t[i] = {i, t[i - 1]} end note(#t, t[40][2] == t[39]) end"},
    // Objects.
    {0, "$o = setmetatable({$a, v = $i}, $o and getmetatable($o))"},
    {0, "try(function() return $o.x, $o[$k], $o.v end)"},
    {0, "try(function() $o[$k] = $a end)"},
    {0, "try(function() return #$o end)"},
    {0, "try(function() return $o($a, $a) end)"},
    {0, "try(function() return $o .. $a end)"},
    {0, "try(function() return $o + $a, $o == $o end)"},
    {0, "try(function() return $o < $o, $o <= $o end)"},
    {0, "try(function() return -$o, ~$o, $o // 2, $o & 1 end)"},
    {0, "try(tostring, $o)"},
    {0, "try(function() for k, v in pairs($o) do note(k, v) end end)"},
    {0, "try(function() local x <close> = $o end)"},
    {0, "try(table.concat, $o, ',')"},
    {0, "try(table.unpack, $o, 1, 4)"},
    {0, "try(table.insert, $o, $a)"},
    {0, "try(table.sort, {$o, $o, $o})"},
    {0, "try(ipairs($o), $o, 0)"},
    {0, "try(string.format, '%s %s', $o, $a)"},
    {0, "try(setmetatable, $o, $b and {__index = $m, __mode = 'k'} or nil)"},
    {0, "try(function() getmetatable($o).__index = function(t, k) return k end end)"},
    {0, "$o = setmetatable({}, object($i))"},
    {0, "try(function() return getmetatable($s).__index.rep('x', 3), getmetatable(log) end)"},
    {HAS_OBJECT_KEYS, "do local t = {} for i = 1, $i do t[{}] = i t[function() end] = i end note(t) end"},
    {HAS_OBJECT_KEYS, "do local t = {[$o] = 1, [$m] = 2, [$f] = 3, [$c] = 4, x = 5} note(t, next(t)) end"},
    {HAS_OBJECT_KEYS, "$m[$o] = $i note($m)"},
    // Coroutines.
    {0, "$c = coroutine.create(function(...) local x <close> = closer($i) for i = 1, $i do $e"
        " note(coroutine.yield(i, $a)) end return $a end)"},
    {0, "$g = coroutine.wrap(function(a) while true do a = coroutine.yield($a, a) $e end end)"},
    {0, "note(coroutine.resume($c, $a))"},
    {0, "try($g, $a)"},
    {0, "note(coroutine.status($c), coroutine.isyieldable($c), (select(2, coroutine.running())))"},
    {0, "try(coroutine.close, $c)"},
    {0, "$c = coroutine.create(function() local x <close> = bad coroutine.yield($i) error($s) end)"},
    {0, "$c = coroutine.create(function() note(pcall(function() coroutine.yield($i) error({}) end)) return $i end)"},
    {0, "$c = coroutine.create(function() for k in coroutine.wrap(function() coroutine.yield($i)"
        " coroutine.yield(nil) end) do note(k) end end)"},
    {0, "$c = coroutine.create(function() local t = setmetatable({}, {__index = function(_, k)"
        " return coroutine.yield(k) end, __add = function(a, b) return coroutine.yield(b) end,"
        " __eq = function() return coroutine.yield('eq') end, __lt = function(a, b) return coroutine.yield() end,"
        " __concat = function(a, b) return coroutine.yield(b) end, __call = function(_, x) return coroutine.yield(x) end,"
        " __len = function() return coroutine.yield('len') end, __close = function() coroutine.yield('close') end})"
        " local x <close> = t return t.a, t + $i, t == {}, t .. 'x', t($i), #t, t < t end)"},
    {0, "for i = 1, $i do note(coroutine.resume($c, i)) end"},
    {0, "do local co co = coroutine.create(function() return coroutine.resume(co), coroutine.close(co) end)"
        " note(coroutine.resume(co)) end"},
    {0, "note(coroutine.resume(coroutine.create(function(...) return select('#', ...), xpcall(coroutine.yield,"
        " traceback, ...) end), $a, $a))"},
    {0, "do local t = {} for i = 1, $i0 do t[i] = coroutine.wrap(function(a) for j = 1, 3 do a = a +"
        " coroutine.yield(a) end end) end for i = 1, #t do note(t[i](i), t[i](1)) end end"},
    {0, "try(coroutine.yield, $a)"},
    {0, "do local function deep(n) return n == 0 and $i or coroutine.wrap(deep)(n - 1) end try(deep, $i$i) end"},
    {0, "try(function() local co = coroutine.create(function() local a <close> = closer(1) local b <close>"
        " = bad coroutine.yield() end) coroutine.resume(co) return coroutine.close(co) end)"},
    // Indicators, timers, logs.
    {0, "note(($t($n)))"},
    {0, "for i = 1, $i0 do $v = $t(i * 1.5 + $i) or $v end"},
    {0, "try(ta.atr($i + 1), {high = $i + 9, low = $i, close = $n})"},
    {0, "try(ta.bbands, $n, $n)"},
    {0, "try(ta.macd(3, 6, 2), $a)"},
    {0, "do local a, b = ta.stdev($i + 2), ta.crossover() for i = 1, 12 do note(a(i * $i), b(i, $n)) end end"},
    {0, "do local f = ta.donchian($i + 1) for i = 1, 9 do note(f(i * 1.5, i / 2)) end end"},
    {0, "after($i, 'a$i')"},
    {0, "every($i + 1, 'e' .. $i % 3)"},
    {0, "cancel_timer('e' .. $i % 3)"},
    {0, "try(after, $n, $s)"},
    {0, "try(every, $a, $a)"},
    {0, "plot('p' .. $i, $n)"},
    {0, "try(plot, $a, $a)"},
    {0, "try(log.warn, $s, $a, $n)"},
    {0, "log.debug('%s and %d', $a, $i)"},
    {0, "print($a, $a)"},
    {0, "alert($s)"},
    {0, "note(now(), os.clock(), os.date('%H:%M'))"},
    {0, "note(p.size, p.name, p.n)"},
    {0, "try(function() p.size = $a end)"},
    {0, "try(function() return $O end)"},
    {0, "try(buy, {qty = $n, price = $n, symbol = 'sim:A/B'})"},
    {0, "try(sell, $a)"},
    {0, "note(collect($y))"},
    // State.
    {0, "state[$k] = $P"},
    {0, "state[$k] = nil"},
    {0, "state.list = {$n, $s, $P}"},
    {0, "state.count = (tonumber(state.count) or 0) + 1"},
    {0, "state.map = state.map or {} try(function() state.map[$k] = $P end)"},
    {0, "state.edges = {$d, $d, [$i + 10] = $d}"},
    {0, "state.bytes = $s .. string.char($i, 127 + $i, 92, 34, 10, 13)"},
    {0, "state['\\0k\\255' .. $i] = $i"},
    {0, "do local t = {} state.shared = {t, t, x = t} t[1] = $i end"},
    {0, "state.big = {} for i = 1, $i0 do state.big[i] = {i, tostring(i), [i] = {$i}} end"},
    {0, "do local t = {} for i = 1, $i0 do t = {t} end state.deep = t end"},
    {0, "note(state)"},
    {0, "for k, v in pairs(state) do if type(v) == 'number' then state[k] = v + 1 end end"},
};

// What a version's state begins with, before it takes over that of the one before it.
static const phrase beginnings[] = {
    {0, "state.count = state.count or $i"},
    {0, "state.map = state.map or {$n, x = $s, [$i] = {$i}}"},
    {0, "state.list = {$n, $s, $P}"},
    {0, "if not state.big then state.big = {} for i = 1, $i0 do state.big[i] = {i} end end"},
    {SEES_WEAK, "state.weak = setmetatable({{1}, {2}, {3}, x = {$i}}, {__mode = 'v'})"},
    {SEES_WEAK, "for i = 1, 9 do state['w' .. i] = setmetatable({{}, {i}, x = {}, y = {i}}, {__mode = 'v'}) end"},
    {SEES_WEAK, "state.kept = $P for i = 1, 9 do state[i] = setmetatable({['k' .. i] = {}, [i] = {}}, {__mode = 'v'}) end"},
};

// Looking at weak tables shows when there was a collection.
static const phrase weak[] = {
    {WALKS_WEAK, "for i = 1, $i0 do $W[i] = {i} end"},
    {WALKS_WEAK, "for i = 1, $i00 do $W['k' .. i] = {i} end"},
    {WALKS_WEAK, "for i = 1, $i0 do $W[{}] = {i} end"},
    {WALKS_WEAK, "for i = 1, $i do $W['key ' .. i] = 'value ' .. i $W[i + 0.5] = {} end"},
    {WALKS_WEAK, "do local t = {} for i = 1, $i0 do t[i] = {i} $W[i] = t[i] end keep = t end"},
    {WALKS_WEAK, "quiet(function() for k, v in pairs($W) do local t = {k, v, {}} end end)"},
    {WALKS_WEAK, "quiet(function() for k, v in pairs($W) do local s = 'x' .. tostring(k) .. #$y $W[k] = nil end end)"},
    {WALKS_WEAK, "quiet(function() for k, v in pairs($W) do $W[tostring(k) .. 'y'] = {v} end end)"},
    {WALKS_WEAK, "quiet(function() local k, n = nil, 0 repeat k = next($W, k) n = n + 1 local t = {{}, k} until k == nil or n > 50 end)"},
    {WALKS_WEAK, "quiet(function() for i, v in ipairs($W) do local t = {v, i} end end)"},
    {WALKS_WEAK, "quiet(table.sort, $W, function(a, b) local t = {{}} return a[1] < b[1] end)"},
    {WALKS_WEAK, "quiet(table.concat, $W, ',')"},
    {WALKS_WEAK, "quiet(function() return table.pack(table.unpack($W)) end)"},
    {WALKS_WEAK, "quiet(table.move, $W, 1, 20, 5, {})"},
    {WALKS_WEAK, "quiet(table.insert, $W, 1, {$i})"},
    {WALKS_WEAK, "quiet(table.remove, $W, 1)"},
    {WALKS_WEAK, "quiet(string.gsub, $s, '.', $W)"},
    {WALKS_WEAK, "quiet(buy, $W)"},
    {WALKS_WEAK, "quiet(function() for k, v in pairs(setmetatable({{}, {}, {}, a = {}, b = {}}, {__mode = 'v'})) do"
        " local t = {k .. 'x', {}} end end)"},
    {WALKS_WEAK, "quiet(function() for k, v in pairs(setmetatable({[{}] = 1, [{}] = 2, [$o] = 3, a = {}},"
        " {__mode = 'k'})) do local t = {{}, k} end end)"},
    {WALKS_WEAK, "do local e = setmetatable({}, {__mode = 'k'}) local k = {} for i = 1, $i do local n = {} e[k] = n"
        " k = n end keep = e end"},
    {WALKS_WEAK, "for i = 1, $i0 do quiet(tostring, {}) quiet(tostring, function() end) end"},
    {SEES_WEAK, "note($W)"},
    {SEES_WEAK, "try(function() local n = 0 for k in pairs($W) do n = n + 1 end return n end)"},
    {SEES_WEAK, "note(#$W, next($W))"},
    {SEES_WEAK, "state.weak = $W"},
    {SEES_WEAK, "note(collectgarbage('count'))"},
};

// What `#` says of a table with holes is one of several lengths.
static const phrase holes[] = {
    {HAS_HOLES, "$h = {} for k = 1, 8 do $h['n' .. k .. $w] = k end for k = 1, 8 do $h['n' .. k .. $w] = nil end"
        " $h[1], $h[3], $h[4] = 1, 3, 4 for k = 1, 3 do $h['m' .. k .. $s] = k end note(#$h)"},
    {HAS_HOLES, "$h[$i + 1] = $b and $n or nil"},
    {HAS_HOLES, "$h = {$n, nil, $n, nil, $n, $i}"},
    {HAS_HOLES, "$h = {[1] = $i, [2] = $i, [4] = $i, [8] = $i}"},
    {HAS_HOLES, "for i = 1, $i0, 1 + $i do $h[i] = i end note(#$h)"},
    {HAS_HOLES, "for i = #$h, 1, -2 do $h[i] = nil end note(#$h)"},
    {HAS_HOLES, "for n = 1, 20 do local t = {} for k = 1, 8 do t['a' .. n .. k] = k end for k in pairs(t) do t[k] = nil end"
        " t[1], t[3], t[4] = 1, 3, 4 for k = 1, 3 do t['b' .. n .. k] = k end note(#t, (select('#', table.unpack(t)))) end"},
    {HAS_HOLES, "$h = {n = 1, x = $i} $h[1] = $i $h[2] = $i $h[4] = $i $h[3] = nil note(#$h)"},
    {HAS_HOLES, "try(table.insert, $h, $n)"},
    {HAS_HOLES, "note(table.remove($h))"},
    {HAS_HOLES, "try(table.concat, $h, ',')"},
    {HAS_HOLES, "note(table.unpack($h))"},
    {HAS_HOLES, "try(table.sort, $h)"},
    {HAS_HOLES, "note(select('#', table.unpack($h)), $h)"},
    {HAS_HOLES, "for i, v in ipairs($h) do $v = i end note($v, rawlen($h))"},
    {HAS_HOLES, "do local t = table.pack($a, nil, $a, nil) note(#t, t.n) end"},
    {HAS_HOLES, "do local t = {} for i = 1, $i0 do t['k' .. i] = i end for i = 1, 9 do if i % 3 > 0 then t[i] = i end"
        " end note(#t) end"},
};

// What goes beyond limits, or is wrong.
static const phrase wild[] = {
    {MEETS_LIMITS, "try(function() local t = {} for i = 1, 1e7 do t[i] = {i} end end)"},
    {MEETS_LIMITS, "try(function() local s = 'x' for i = 1, 30 do s = s .. s end end)"},
    {MEETS_LIMITS, "keep = {} for i = 1, 5 do keep[i] = ('x'):rep(16000000) end"},
    {IS_BROKEN, "while true do end"},
    {IS_BROKEN, "while true do pcall(error) end"},
    {MEETS_LIMITS, "do local function r() return 1 + r() end note((pcall(r))) end"},
    {IS_BROKEN, "error({$a})"},
    {IS_BROKEN, "error($s)"},
    {IS_BROKEN, "for i = 1, 1100 do log.info(i) end"},
    {IS_BROKEN, "for i = 1, 1100 do after(1, 'x') end"},
    {IS_BROKEN, "$m = nosuchname"},
    {IS_BROKEN, "coroutine.yield($a)"},
    {IS_BROKEN, "local x <close> = bad error($i)"},
    {IS_BROKEN, "state.f = $f"},
    {IS_BROKEN, "state.o = $o"},
    {IS_BROKEN, "state.me = state"},
    {IS_BROKEN, "do local t = {} for i = 1, 150 do t = {t} end state.deep = t end"},
    {IS_BROKEN, "string.rep($s .. 'x', 1e9)"},
};

// What only a handler can do, with its event.
static const phrase eventful[] = {
    {0, "note($E)"},
    {0, "quiet(function() last = $E end)"},
    {0, "try(function() return $E.price, $E.time, $E.symbol end)"},
    {0, "try(function() return $E:copy() end)"},
    {0, "try(function() last = $E:copy() return last end)"},
    {0, "try(function() return last, last.price end)"},
    {0, "try(function() return $E.nosuch end)"},
    {0, "try(function() $E.price = 1 end)"},
    {0, "note(position('sim:A/B').qty, #orders(), mode(), trading_state())"},
    {0, "note(quote('sim:A/B'), (balance('USDT')))"},
    {0, "try(function() return book('sim:A/B'):bids($i), book('sim:A/B'):level('buy', $i) end)"},
    {0, "try(instrument, $a)"},
    {0, "note(instrument('sim:A/B').tick)"},
    {0, "try(orders, {tag = $s})"},
    {0, "try(function() return orders()[1].state, orders()[1]:copy() end)"},
    {0, "$v = tonumber(type($E) ~= 'string' and $E.price or $i) or $i"},
    {0, "try(function() for k, v in pairs($E) do note(k, v) end end)"},
    {0, "$m[$i] = $O"},
    {0, "try(function() local a = $O return a.kind, a.qty, a.price, a == $O, tostring(a) end)"},
    {HAS_OBJECT_KEYS, "try(function() local t = {[$O] = 1, [$O] = 2} note(t) end)"},
};

static const phrase returns[] = {
    {0, ""}, {0, ""}, {0, ""}, {0, "return"}, {0, "return nil"}, {0, "return {}"},
    {0, "return $O"}, {0, "return $O"}, {0, "return {$O, $O}"}, {0, "return {$O}"},
    {0, "if $b then return $O end"}, {0, "local a = $O return {a, a, a}"},
    {0, "$O"}, {0, "return {$O, nil, $O}"}, {0, "return {x = $O}"}, {0, "return {$O, {$O}}"},
    {0, "return $O, $O"}, {0, "return $a"}, {0, "return {[1] = $O, [3] = $O}"},
    {0, "return {[0] = $O}"}, {0, "return {[{}] = $O}"}, {0, "return {b = 1, a = 2, [1] = $O}"},
    {0, "return setmetatable({$O, $O}, {__index = function() error('x') end})"},
    {SEES_WEAK, "return setmetatable({$O, $O, $O}, {__mode = 'v'})"},
    {0, "local t = {} for i = 1, $i0 do t[i] = $O end return t"},
};

static const phrase *choose(maker *it, const phrase *all, size_t count) {
    const phrase *chosen = &all[pick(it, count)];
    return chosen->features & it->without ? NULL : chosen;
}
#define CHOOSE(it, all) choose(it, all, sizeof all / sizeof *all)

static const phrase *choose_statement(maker *it) {
    bool isWild = it->features & IS_BROKEN && pick(it, 12) == 0;
    uint64_t kind = pick(it, 20);
    if (isWild) return CHOOSE(it, wild);
    if (it->event && kind < 4) return CHOOSE(it, eventful);
    if (kind < 7) return CHOOSE(it, weak);
    if (kind < 9) return CHOOSE(it, holes);
    return CHOOSE(it, ordinary);
}

piece begin_piece(maker *it) {
    return (piece){it->statements++, it->count, it->features};
}

void end_piece(maker *it, piece begun) {
    if (begun.number >= MOST_STATEMENTS || !it->recipe->dropped[begun.number]) return;
    it->count = begun.start;
    it->bytes[begun.start] = 0;
    it->features = begun.features;
}

static void put_phrase(maker *it, const phrase *chosen) {
    piece begun = begin_piece(it);
    it->labels++;
    it->features |= chosen->features;
    say(it, chosen->text);
    put(it, "\n");
    end_piece(it, begun);
}

void put_statement(maker *it) {
    const phrase *chosen = choose_statement(it);
    if (chosen) put_phrase(it, chosen);
}

void put_statements(maker *it, int count) {
    for (int i = 0; i < count; i++) put_statement(it);
}

void put_beginnings(maker *it, int count) {
    for (int i = 0; i < count; i++) {
        const phrase *chosen = CHOOSE(it, beginnings);
        if (chosen) put_phrase(it, chosen);
    }
}

void put_return(maker *it) {
    const phrase *chosen = CHOOSE(it, returns);
    bool isCalm = !(it->features & IS_BROKEN) && pick(it, 3) > 0;  // most handlers return what is right
    if (isCalm) chosen = &returns[pick(it, 12)];
    if (chosen) put_phrase(it, chosen);
}
