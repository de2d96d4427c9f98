/// A recursive-descent parser for Lua 5.4 that accepts what its compiler accepts.
///
/// Source of the grammar: the Lua 5.4 reference manual, chapters 3 and 9. It stops at the first
/// error, as the compiler does: what follows one is mostly noise.
package struct Parser {
    var lexer: Lexer
    var token: Token
    /// The bytes of ``token``.
    var range: Range<Int>
    /// Where the token before ends.
    var previousEnd: Int
    private var ahead: Lexer.Located?
    var scope: FunctionScope
    private var functions: [Function] = []
    private var depth = 0

    /// Levels of nesting that the compiler takes; deeper programs are refused, not crashed on.
    private static let deepest = 200

    /// Parses a program; a byte order mark and a first line that begins with `#` are passed over.
    ///
    /// - Throws: ``SyntaxError`` for the first thing that is not Lua.
    package static func program(_ bytes: [UInt8]) throws(SyntaxError) -> LuaProgram {
        var parser = try Parser(bytes)
        return try parser.program()
    }

    private init(_ bytes: [UInt8]) throws(SyntaxError) {
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if start < bytes.count, bytes[start] == UInt8(ascii: "#") {
            while start < bytes.count, !isLineEnd(bytes[start]) { start += 1 }
        }
        lexer = Lexer(bytes, from: start)
        previousEnd = start
        scope = FunctionScope(Function(parent: nil, start: start), parent: nil)
        let first = try lexer.next()
        token = first.token
        range = first.range
    }

    private mutating func program() throws(SyntaxError) -> LuaProgram {
        let function = scope.function
        function.isVariadic = true
        functions.append(function)
        function.body = try block()
        guard token == .end else { throw expected("<eof>") }
        function.range = function.range.lowerBound..<lexer.bytes.count
        return LuaProgram(body: function.body, comments: lexer.comments, functions: functions)
    }

    // MARK: - Tokens

    mutating func advance() throws(SyntaxError) {
        previousEnd = range.upperBound
        let next: Lexer.Located
        if let ahead { next = ahead } else { next = try lexer.next() }
        ahead = nil
        token = next.token
        range = next.range
    }

    /// The token behind the present one.
    mutating func peek() throws(SyntaxError) -> Token {
        if let ahead { return ahead.token }
        let next = try lexer.next()
        ahead = next
        return next.token
    }

    func sees(_ mark: Mark) -> Bool { token == .mark(mark) }

    /// Passes the mark if it is there.
    mutating func consume(_ mark: Mark) throws(SyntaxError) -> Bool {
        guard sees(mark) else { return false }
        try advance()
        return true
    }

    mutating func require(_ mark: Mark) throws(SyntaxError) {
        guard try consume(mark) else { throw expected("'\(mark.rawValue)'") }
    }

    /// Passes the mark that closes what `opener` began.
    mutating func close(
        _ mark: Mark, opener: Mark, at openRange: Range<Int>
    ) throws(SyntaxError) {
        if try consume(mark) { return }
        let opened = line(of: openRange.lowerBound)
        guard opened != line(of: range.lowerBound) else { throw expected("'\(mark.rawValue)'") }
        throw expected(
            "'\(mark.rawValue)'", detail: " (to close '\(opener.rawValue)' at line \(opened))")
    }

    mutating func name() throws(SyntaxError) -> Name {
        guard case .name(let text) = token else { throw expected("<name>") }
        let name = Name(text: text, range: range)
        try advance()
        return name
    }

    func line(of offset: Int) -> Int {
        1 + lexer.bytes[..<offset].count { $0 == 10 }
    }

    func located(from start: Int) -> Range<Int> { start..<max(start, previousEnd) }

    // MARK: - Nesting

    mutating func nested<Result>(
        _ body: (inout Parser) throws(SyntaxError) -> Result
    ) throws(SyntaxError) -> Result {
        depth += 1
        guard depth <= Self.deepest else {
            throw SyntaxError("chunk has too many syntax levels", at: range)
        }
        let result = try body(&self)
        depth -= 1
        return result
    }

    // MARK: - Functions

    /// Parameters and body, from `(` to `end`; `start` is where the function begins.
    mutating func functionBody(
        isMethod: Bool, start: Int, word: Range<Int>
    ) throws(SyntaxError) -> Function {
        let function = Function(parent: scope.function, isMethod: isMethod, start: start)
        functions.append(function)
        scope = FunctionScope(function, parent: scope)
        scope.enterBlock()
        if isMethod {
            let hidden = Name(text: "self", range: word)
            function.parameters.append(Variable(hidden, role: .parameter, owner: function))
        }
        try require(.openParenthesis)
        if !sees(.closeParenthesis) {
            repeat {
                if try consume(.ellipsis) {
                    function.isVariadic = true
                    break
                }
                let name = try name()
                function.parameters.append(Variable(name, role: .parameter, owner: function))
            } while try consume(.comma)
        }
        try require(.closeParenthesis)
        try scope.activate(function.parameters)
        function.body = try statements()
        try close(.end, opener: .function, at: word)
        try scope.leaveBlock()
        function.range = located(from: start)
        guard let outer = scope.parent else { preconditionFailure("a function has one around it") }
        scope = outer
        return function
    }

    // MARK: - Errors

    /// Where the present token stands; for the end, behind the last one.
    private var place: Range<Int> { token == .end ? previousEnd..<previousEnd : range }

    /// The present token as the compiler shows it.
    private var shown: String {
        guard token != .end else { return "<eof>" }
        return "'\(String(decoding: lexer.bytes[range], as: UTF8.self))'"
    }

    func expected(_ what: String, detail: String = "") -> SyntaxError {
        // Inside a table or a call a brace is only a forgotten comma.
        let isInList = token == .mark(.openBrace) && ["'}'", "')'"].contains(what)
        return SyntaxError(
            "\(what) expected\(detail) near \(shown)", at: place,
            suggestion: isInList ? "is a `,` missing before it?" : suggestion())
    }

    func unexpected() -> SyntaxError {
        SyntaxError("unexpected symbol near \(shown)", at: place, suggestion: suggestion())
    }

    func syntaxError(at place: Range<Int>) -> SyntaxError {
        SyntaxError("syntax error near \(shown)", at: place, suggestion: suggestion())
    }

    /// What those who come from other languages mean by the present token.
    private func suggestion() -> String? {
        let next = range.upperBound < lexer.bytes.count ? lexer.bytes[range.upperBound] : 0
        let last = previousEnd > 0 ? lexer.bytes[previousEnd - 1] : 0
        switch token {
        case .mark(.assign):
            return "+-*/%^".utf8.contains(last)
                ? "Lua has no `+=`: write x = x + 1" : "to compare, write `==`"
        case .stray(UInt8(ascii: "!")):
            return next == UInt8(ascii: "=") ? "not equal is written `~=`" : "not is written `not`"
        case .stray(UInt8(ascii: "&")), .mark(.ampersand): return "`&&` is written `and`"
        case .mark(.bar): return "`||` is written `or`"
        case .mark(.plus) where next == UInt8(ascii: "="),
            .mark(.minus) where next == UInt8(ascii: "="),
            .mark(.times) where next == UInt8(ascii: "="),
            .mark(.divide) where next == UInt8(ascii: "="):
            return "Lua has no `+=`: write x = x + 1"
        case .mark(.plus) where last == UInt8(ascii: "+"): return "Lua has no `++`: write x = x + 1"
        case .mark(.openBrace): return "blocks are written `then … end` and `do … end`"
        case .stray(UInt8(ascii: "?")): return "a ? b : c is written `a and b or c`"
        case .end: return "is an `end` missing above?"
        default: return nil
        }
    }
}
