import ScriptHost
import Testing

/// The pattern language by hand; scripts/sanitize compares it with Lua's own over random samples.
@Suite struct `Patterns` {
    @Test(arguments: [
        ("('hello world'):find('o w')", "5 7"),
        ("('hello'):find('l+')", "3 4"),
        ("('hello'):find('xyz')", "nil"),
        ("('a.b'):find('.', 1, true)", "2 2"),
        ("('hello'):find('', 10)", "nil"),
        ("('hello'):find('', 6)", "6 5"),
        ("('hello'):find('l', -2)", "4 4"),
        ("('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key value"),
        ("('2024-01-31'):match('(%d+)-(%d+)-(%d+)')", "2024 01 31"),
        ("('  x '):match('^%s*(.-)%s*$')", "x"),
        ("('f(a(b)c)d'):match('%b()')", "(a(b)c)"),
        ("('THE (quick) fox'):find('%f[%a]%a+%f[%A]', 5)", "6 10"),
        ("('abcabc'):match('(abc)%1')", "abc"),
        ("('abc'):match('()b()')", "2 3"),
        ("('[x]'):match('[]]')", "]"),
        ("('a-z'):match('[a%-]+')", "a-"),
        ("('aXb'):match('[^%l]')", "X"),
        ("('abc'):gsub('%w', '%0%0')", "aabbcc 3"),
        ("('hello world'):gsub('o', '0', 1)", "hell0 world 1"),
        ("('abc'):gsub('', '-')", "-a-b-c- 4"),
        ("('$name is $age'):gsub('%$(%w+)', {name = 'Ann', age = 7})", "Ann is 7 2"),
        ("('abc'):gsub('b', function() return false end)", "abc 1"),
        ("('abc'):gsub('^a', 'x')", "xbc 1"),
        ("('100%'):gsub('%%', ' percent')", "100 percent 1"),
        ("('a\\0b'):find('%z')", "2 2"),
        ("('x'):rep(3, ',')", "x,x,x"),
        ("('x'):rep(0)", ""),
        ("('ab'):rep(1, '-')", "ab"),
        ("('ab'):rep(5)", "ababababab"),
    ])
    func `give what Lua's give`(call: String, result: String) throws {
        let body =
            "local r = table.pack(\(call)) for i = 1, r.n do r[i] = tostring(r[i]) end "
            + "log.info(table.concat(r, ' '))"
        #expect(try logged(body) == [result])
    }

    @Test func `walk by gmatch`() throws {
        let lines = try logged(
            """
            local out = {}
            for key, value in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do out[#out + 1] = key .. value end
            for word in ('one two'):gmatch('%a*') do out[#out + 1] = '<' .. word .. '>' end
            log.info(table.concat(out, ' '))
            """)
        #expect(lines == ["a1 b2 <one> <two>"])
    }

    @Test(arguments: [
        ("('a'):find('%')", "malformed pattern (ends with '%')"),
        ("('a'):find('[a')", "malformed pattern (missing ']')"),
        ("('a'):find('%b')", "missing arguments to '%b'"),
        ("('a'):find('%f')", "missing '[' after '%f'"),
        ("('a'):find('(a')", "unfinished capture"),
        ("('a'):match('a)')", "invalid pattern capture"),
        ("('a'):find('%1')", "invalid capture index"),
        ("('a'):gsub('a', '%x')", "invalid use of '%' in replacement string"),
        ("('a'):gsub('a', function() return {} end)", "invalid replacement value (a table)"),
        ("('a'):rep(300):find(('a?'):rep(300))", "pattern too complex"),
        ("('a'):find(('(a)'):rep(33))", "nil"),
        ("('a'):rep(40):find(('(a)'):rep(33))", "too many captures"),
    ])
    func `say what is wrong with them`(call: String, message: String) throws {
        let body = "log.info(tostring(select(2, pcall(function() return \(call) end))))"
        let lines = try logged(body)
        #expect(lines[0].contains(message), "\(lines)")
    }
}

@Suite struct `Tables` {
    @Test(arguments: [
        ("t = {1, 2} table.insert(t, 3) table.insert(t, 1, 0)", "0 1 2 3"),
        ("t = {1, 2, 3} r = table.remove(t, 1) t[#t + 1] = r", "2 3 1"),
        ("t = {1, 2, 3} table.remove(t)", "1 2"),
        ("t = {} r = table.remove(t) t[1] = tostring(r)", "nil"),
        ("t = table.move({1, 2, 3}, 1, 3, 2)", "1 1 2 3"),
        ("t = table.move({1, 2, 3}, 2, 3, 1)", "2 3 3"),
        ("t = table.move({1, 2}, 1, 2, 1, {})", "1 2"),
        ("t = {table.unpack({1, 2, 3}, 2)}", "2 3"),
        ("t = {table.pack(nil, 2).n}", "2"),
        ("t = {table.concat({1, 'b', 2.5}, '/', 2)}", "b/2.5"),
        ("t = {table.concat({}, ',')}", ""),
        ("t = {table.concat({1, 2, 3}, '', 3, 2)}", ""),
    ])
    func `change as Lua's library changes them`(body: String, result: String) throws {
        let text = "local t, r \(body) log.info('%s', table.concat(t, ' '))"
        #expect(try logged(text) == [result])
    }

    @Test(arguments: [
        ("table.insert({1}, 5, 2)", "position out of bounds"),
        ("table.insert({1}, 1, 2, 3)", "wrong number of arguments to 'insert'"),
        ("table.remove({1}, 5)", "position out of bounds"),
        ("table.concat({1, {}})", "invalid value (at index 2) in table for 'concat'"),
        ("table.insert(1, 2)", "table expected, got number"),
        ("table.unpack({}, 1, 1e8)", "too many results to unpack"),
        ("table.move({}, 1, math.maxinteger, 2)", "wrap around"),
    ])
    func `refuse what Lua's refuses`(call: String, message: String) throws {
        #expect(try failure(call).contains(message))
    }
}
