import LuaSyntax
import Testing

@Suite struct `The Lua grammar` {
    private func check(_ text: String, _ shown: String) throws {
        #expect(try LuaProgram.parse(text).shown == shown, "\(text)")
    }

    @Test(arguments: [
        ("x = 1 + 2 * 3", "@x = (1i + (2i * 3i))"),
        ("x = 1 - 2 - 3", "@x = ((1i - 2i) - 3i)"),
        ("x = 2 ^ 3 ^ 2", "@x = (2i ^ (3i ^ 2i))"),
        ("x = -2 ^ 2", "@x = (- (2i ^ 2i))"),
        ("x = 2 ^ -3", "@x = (2i ^ (- 3i))"),
        ("x = 'a' .. 'b' .. 'c'", "@x = (\"a\" .. (\"b\" .. \"c\"))"),
        ("x = a or b and c", "@x = (@a or (@b and @c))"),
        ("x = not a == b", "@x = ((not @a) == @b)"),
        ("x = 1 < 2 == true", "@x = ((1i < 2i) == true)"),
        ("x = a | b ~ c & d << 1", "@x = (@a | (@b ~ (@c & (@d << 1i))))"),
        ("x = 1 .. 2 + 3", "@x = (1i .. (2i + 3i))"),
        ("x = 1 << 2 .. 3", "@x = (1i << (2i .. 3i))"),
        ("x = ~a ~ ~b", "@x = ((~ @a) ~ (~ @b))"),
        ("x = #a + -b", "@x = ((# @a) + (- @b))"),
        ("x = 7 // 2 % 3 / 4", "@x = (((7i // 2i) % 3i) / 4i)"),
        (
            "x = a ~= b and a <= b and a >= b and a > b",
            "@x = ((((@a ~= @b) and (@a <= @b)) and (@a >= @b)) and (@a > @b))"
        ),
        ("x = (a + b) * c", "@x = (<(@a + @b)> * @c)"),
        ("x = - - 1", "@x = (- (- 1i))"),
        ("x = not not nil", "@x = (not (not nil))"),
    ])
    func `binds operators by their priority`(text: String, shown: String) throws {
        try check(text, shown)
    }

    @Test(arguments: [
        ("f()", "@f()"), ("f'x'", "@f(\"x\")"), ("f[[x]]", "@f(\"x\")"), ("f{1}", "@f({1i})"),
        ("a.b.c(1, 2)", "@a[\"b\"][\"c\"](1i, 2i)"), ("a:b(1)", "@a:b(1i)"),
        ("a:b'x':c{}", "@a:b(\"x\"):c({})"), ("('x'):rep(3)", "<\"x\">:rep(3i)"),
        ("a[1][2].b()", "@a[1i][2i][\"b\"]()"), ("f(...)", "@f(...)"),
        ("f\n(g)()", "@f(@g)()"), ("f(function() end)", "@f(function() {})"),
        ("local a = f\n(1)", "local a = @f(1i)"),
    ])
    func `reads calls, on the next line too`(text: String, shown: String) throws {
        try check(text, shown)
    }

    @Test(arguments: [
        ("", ""), (";;;", ""), ("do end", "do {}"), ("local a", "local a"),
        ("local a, b = 1", "local a, b = 1i"),
        ("a, b.c, d[1] = 1, 2", "@a, @b[\"c\"], @d[1i] = 1i, 2i"),
        ("local x <const>, y <close> = 1, nil", "local x <const>, y <close> = 1i, nil"),
        ("while a do b() end", "while @a {@b()}"),
        ("repeat local x until x", "repeat {local x} until x"),
        ("if a then elseif b then c() else d() end", "if @a {} elseif @b {@c()} else {@d()}"),
        ("for i = 1, 2 do f(i) end", "for i = 1i, 2i {@f(i)}"),
        ("for i = 1, 2, 3 do break end", "for i = 1i, 2i, 3i {break}"),
        ("for k, v in pairs(t) do f(k, v) end", "for k, v in @pairs(@t) {@f(k, v)}"),
        ("function f(a, b, ...) return a, ... end", "function @f(a, b, ...) {return a, ...}"),
        (
            "function a.b.c:d(x) return self, x end",
            "function @a[\"b\"][\"c\"][\"d\"](self, x) {return self, x}"
        ),
        ("local function f() return f end", "local function f() {return f}"),
        ("local f = function() return f end", "local f = function() {return @f}"),
        ("local x = x", "local x = @x"), ("return", "return"), ("return;", "return"),
        ("return 1, 2;", "return 1i, 2i"), ("goto done; ::done::", "goto done; ::done::"),
        ("do local x; goto e; local y; ::e:: ; end", "do {local x; goto e; local y; ::e::}"),
        (
            "t = {1, 'a'; x = 2, [3] = 4, f(), ...,}",
            "@t = {1i, \"a\", x = 2i, [3i] = 4i, @f(), ...}"
        ),
        ("t = {x == 1, x = 1}", "@t = {(@x == 1i), x = 1i}"),
        (
            "do local x = 1 do local x = 2 f(x) end f(x) end f(x)",
            "do {local x = 1i; do {local x = 2i; @f(x)}; @f(x)}; @f(@x)"
        ),
        ("local _ENV = {} x = y", "local _ENV = {}; _ENV[\"x\"] = _ENV[\"y\"]"),
        ("\u{feff}f()", "@f()"), ("#!/usr/bin/lua\nf()", "@f()"),
    ])
    func `reads every statement`(text: String, shown: String) throws {
        try check(text, shown)
    }

    @Test(arguments: [
        ("0", "0i"), ("42", "42i"), ("0xff", "0xffi"),
        ("0XFFFFFFFFFFFFFFFFFF", "0XFFFFFFFFFFFFFFFFFFi"),
        ("9223372036854775807", "9223372036854775807i"),
        ("9223372036854775808", "9.223372036854775808e+18"),
        ("3.", "3.0"), (".5", "0.5"), ("3e2", "300.0"), ("3.5E-1", "0.35"), ("0x.8", "0.5"),
        ("0x1p4", "16.0"), ("0xA.8p1", "21.0"), ("0xep1", "28.0"), ("1e+1", "10.0"),
    ])
    func `reads numerals`(text: String, shown: String) throws {
        let program = try LuaProgram.parse("x = \(text)")
        // The digits of a double are Swift's affair: compare by value.
        let expected = shown.hasSuffix("i") ? shown : "\(try #require(Double(shown)))"
        #expect(program.shown == "@x = \(expected)")
    }

    @Test(arguments: [
        (#"'a\n\t\\\'\"'"#, "a\n\t\\'\""), (#"'\65\066\x43'"#, "ABC"), (#"'\u{48}\u{20AC}'"#, "H€"),
        ("'a\\z  \n  b'", "ab"), ("'a\\\nb'", "a\nb"), ("'a\\\r\nb'", "a\nb"),
        ("[[a\nb]]", "a\nb"), ("[[\na]]", "a"), ("[==[a]]b]=]c]==]", "a]]b]=]c"),
        ("[[a\r\nb]]", "a\nb"),
        (#"'\0'"#, "\0"), (#""it's""#, "it's"), ("[[]]", ""), (#"'\u{7FFFFFFF}'"#, "\u{fffd}"),
    ])
    func `reads texts`(text: String, value: String) throws {
        guard
            case .assign(_, let values)? = try LuaProgram.parse("x = \(text)").body.statements
                .first?.kind, case .text(let found)? = values.first?.kind
        else {
            Issue.record("no text")
            return
        }
        #expect(found == value)
    }

    @Test func `passes over comments and keeps them`() throws {
        let program = try LuaProgram.parse(
            "-- one\nf() --[[two\nlines]] g() --[==[ three ]] ]==]\n--[=four\n--")
        #expect(program.shown == "@f(); @g()")
        #expect(
            program.comments.map(\.text) == [" one", "two\nlines", " three ]] ", "[=four", ""])
    }

    @Test func `knows where everything stands`() throws {
        let text = "local a = 1\nreturn a + b.c(2)"
        let program = try LuaProgram.parse(text)
        func source(_ range: Range<Int>) -> String {
            String(decoding: Array(text.utf8)[range], as: UTF8.self)
        }
        #expect(
            program.body.statements.map { source($0.range) } == [
                "local a = 1", "return a + b.c(2)",
            ])
        guard case .returns(let values) = program.body.statements[1].kind,
            case .binary(_, let left, let right) = values[0].kind
        else {
            Issue.record("no sum")
            return
        }
        #expect(
            [values[0], left, right].map { source($0.range) } == ["a + b.c(2)", "a", "b.c(2)"])
    }
}
