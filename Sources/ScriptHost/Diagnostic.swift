internal import TradingModel

/// One finding about a script, of ``StrategyCheck`` or of the load.
///
/// Printed, it is the whole message:
///
///     ema.lua:12:18: error: a trade has no field `prise`: did you mean `price`? [unknown-field]
///       12 | local x = trade.prise
///          |                 ^^^^^
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    public enum Severity: String, Hashable, Sendable {
        /// The script cannot run, or part of it cannot do what it says.
        case error
        /// It can, but probably not as meant.
        case warning
    }
    public var severity: Severity
    /// What kind of finding it is, such as `unknown-global`; docs/check.md lists them.
    public var code: String
    public var file: String
    /// Counted from 1; nil where the file as a whole is meant.
    public var line: Int?
    /// Counted from 1 in characters; nil where the line as a whole is meant.
    public var column: Int?
    /// The column behind the last character that is meant, on the same line.
    public var endColumn: Int?
    public var message: String
    /// What to do, as a clause; nil: the message says it.
    public var suggestion: String?
    /// The text of ``line`` without the blanks around it, where it is known.
    public var sourceLine: String?
    /// How many blanks were taken off the front of ``sourceLine``.
    var indent = 0

    public init(
        severity: Severity, code: String = "load", file: String, line: Int? = nil,
        column: Int? = nil, endColumn: Int? = nil, message: String, suggestion: String? = nil,
        sourceLine: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.file = file
        self.line = line
        self.column = column
        self.endColumn = endColumn
        self.message = message
        self.suggestion = suggestion
        self.sourceLine = sourceLine
    }

    public var description: String {
        var text = file.onOneLine
        if let line { text += ":\(line)" }
        if let column { text += ":\(column)" }
        text += ": \(severity.rawValue): \(message.onOneLine)"
        if let suggestion { text += ": \(suggestion.onOneLine)" }
        text += " [\(code)]"
        guard let line, let sourceLine else { return text }
        text += "\n  \(line) | \(shownSource(sourceLine))"
        guard let column, column > indent, column - indent <= sourceLine.count + 1 else {
            return text
        }
        let gutter = String(repeating: " ", count: "\(line)".count + 2)
        let blanks = String(repeating: " ", count: column - indent - 1)
        let room = sourceLine.count + 1 - (column - indent)
        let marks = max(1, min((endColumn ?? column + 1) - column, room))
        return text + "\n\(gutter) | \(blanks)\(String(repeating: "^", count: marks))"
    }
}
