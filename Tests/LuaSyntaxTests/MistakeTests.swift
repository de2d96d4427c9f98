import LuaSyntax
import Testing

@Suite struct `A program that is not Lua` {
    @Test(arguments: [
        ("x = = 1", 5, "unexpected symbol near '='"),
        ("if a = 1 then end", 6, "'then' expected near '='"),
        ("if a then", 10, "'end' expected near <eof>"),
        ("if a\nthen\n", 10, "'end' expected (to close 'if' at line 1) near <eof>"),
        ("for i in", 9, "unexpected symbol near <eof>"), ("for 1", 5, "<name> expected near '1'"),
        ("x", 2, "syntax error near <eof>"), ("(f)", 4, "syntax error near <eof>"),
        ("(a) = 1", 5, "syntax error near '='"), ("f() = 1", 5, "syntax error near '='"),
        ("a.b:c = 1", 7, "function arguments expected near '='"),
        ("break", 1, "break outside a loop"),
        ("function f() break end", 14, "break outside a loop"),
        ("while a do function f() break end end", 25, "break outside a loop"),
        ("goto nowhere", 6, "no visible label 'nowhere' for <goto>"),
        ("goto inside do ::inside:: end", 6, "no visible label 'inside' for <goto>"),
        ("goto on local x ::on:: f()", 6, "<goto on> jumps into the scope of local 'x'"),
        (
            "repeat goto on local x ::on:: until x", 13,
            "<goto on> jumps into the scope of local 'x'"
        ),
        ("::a:: ::a::", 9, "label 'a' already defined"),
        ("::a:: do ::a:: end", 12, "label 'a' already defined"),
        ("local x <const> = 1 x = 2", 21, "attempt to assign to const variable 'x'"),
        (
            "local x <const> = 1 function f() x = 2 end", 34,
            "attempt to assign to const variable 'x'"
        ),
        ("local x <close> = nil x = 2", 23, "attempt to assign to const variable 'x'"),
        ("local x <fixed> = 1", 10, "unknown attribute 'fixed'"),
        (
            "local x <close>, y <close> = a, b", 18,
            "multiple to-be-closed variables in local list"
        ),
        ("return 1 f()", 10, "<eof> expected near 'f'"),
        (
            "function f() return ... end", 21,
            "cannot use '...' outside a vararg function near '...'"
        ),
        ("x = 3x", 5, "malformed number near '3x'"), ("x = 0x", 5, "malformed number near '0x'"),
        ("x = 1..2", 5, "malformed number near '1..2'"),
        ("x = 1e", 5, "malformed number near '1e'"),
        ("x = 'a", 5, "unfinished string near <eof>"),
        ("x = 'a\nb'", 5, "unfinished string near ''a'"),
        ("x = [[a", 5, "unfinished long string near <eof>"),
        ("--[[a", 1, "unfinished long comment near <eof>"),
        ("x = [=a", 5, "invalid long string delimiter"),
        (#"x = '\q'"#, 6, #"invalid escape sequence near '\q'"#),
        (#"x = '\300'"#, 6, #"decimal escape too large near '\300''"#),
        (#"x = '\xg1'"#, 6, #"hexadecimal digit expected near '\xg'"#),
        (#"x = '\u{80000000}'"#, 6, #"UTF-8 value too large near '\u{80000000'"#),
        ("x != 1", 3, "syntax error near '!'"), ("x = a ? b", 7, "unexpected symbol near '?'"),
        ("local function a.b() end", 17, "'(' expected near '.'"),
    ])
    func `is refused where it goes wrong`(text: String, column: Int, message: String) {
        #expect {
            _ = try LuaProgram.parse(text)
        } throws: { error in
            guard let error = error as? SyntaxError else { return false }
            return error.range.lowerBound + 1 == column && error.message == message
        }
    }

    @Test(arguments: [
        ("if a = 1 then end", "to compare, write `==`"), ("x != 1", "not equal is written `~=`"),
        ("x += 1", "Lua has no `+=`: write x = x + 1"), ("a = b && c", "`&&` is written `and`"),
        ("a = b || c", "`||` is written `or`"),
        ("if a then f() else { f() }", "blocks are written `then … end` and `do … end`"),
        ("return 1 f()", "`return` must be the last statement of its block"),
    ])
    func `is answered with how Lua writes it`(text: String, suggestion: String) {
        #expect {
            _ = try LuaProgram.parse(text)
        } throws: { error in
            (error as? SyntaxError)?.suggestion == suggestion
        }
    }

    @Test func `is not crashed on, however deep`() {
        for text in [
            String(repeating: "(", count: 100_000), String(repeating: "{", count: 100_000),
            "x = " + String(repeating: "- ", count: 100_000) + "1",
            String(repeating: "do ", count: 100_000),
            "x = " + String(repeating: "a^", count: 100_000),
            String(repeating: "if a then ", count: 100_000),
            "x = " + String(repeating: "function() return ", count: 100_000),
            "x = a" + String(repeating: ".b", count: 100_000),
            "f" + String(repeating: "()", count: 100_000),
        ] {
            #expect(throws: SyntaxError.self) { try LuaProgram.parse(text) }
        }
    }
}
