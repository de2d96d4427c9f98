/// The smallest parts of a Lua program.
package enum Token: Hashable, Sendable {
    case name(String)
    case number(Numeral)
    /// A string literal's value, its escapes read; bytes that are no UTF-8 are replaced.
    case text(String)
    /// A reserved word, an operator or punctuation.
    case mark(Mark)
    /// A byte that begins no token of Lua.
    case stray(UInt8)
    case end
}

/// Everything in Lua that is always written the same.
package enum Mark: String, Hashable, Sendable, CaseIterable {
    case and, `break`, `do`, `else`, elseif, end, `false`, `for`, function, goto, `if`, `in`, local
    case `nil`, not, or, `repeat`, `return`, then, `true`, until, `while`
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "^"
    case length = "#"
    case ampersand = "&"
    case tilde = "~"
    case bar = "|"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case equal = "=="
    case notEqual = "~="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case assign = "="
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBrace = "{"
    case closeBrace = "}"
    case openBracket = "["
    case closeBracket = "]"
    case doubleColon = "::"
    case semicolon = ";"
    case colon = ":"
    case comma = ","
    case dot = "."
    case concatenate = ".."
    case ellipsis = "..."

    /// Marks that are made of letters.
    static let words: [String: Mark] = {
        var words: [String: Mark] = [:]
        for mark in allCases where mark.rawValue.first?.isLetter == true {
            words[mark.rawValue] = mark
        }
        return words
    }()
}

/// A number as it is written.
package struct Numeral: Hashable, Sendable {
    package var text: String
    /// Whether it stands for a whole number of Lua's integer type.
    package var isInteger: Bool
    /// The nearest double.
    package var value: Double
}

/// Why a program is not Lua, at the first place where it is not.
package struct SyntaxError: Error, Hashable, Sendable {
    /// In the words of the Lua compiler, without file and line.
    package var message: String
    /// The bytes that are wrong.
    package var range: Range<Int>
    /// What was probably meant, as a clause; nil: no idea.
    package var suggestion: String?

    package init(_ message: String, at range: Range<Int>, suggestion: String? = nil) {
        self.message = message
        self.range = range
        self.suggestion = suggestion
    }
}
