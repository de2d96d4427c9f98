internal import TradingModel

/// Why a script cannot be used or a handler failed, in words for its author.
///
/// Printed, it is the whole message:
///
///     strategy.lua:12: in on_trade: a trade has no field `prise`: did you mean `price`?
///       12 |   return buy{qty = 1, price = trade.prise}
public struct ScriptError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file as it was given; empty where the call is meant and not a file.
    public var file: String
    /// Counted from 1; nil where the file or the call as a whole is meant.
    public var line: Int?
    /// The handler that failed; nil while the script loads.
    public var handler: String?
    /// What is wrong and what to do, without file and line.
    public var message: String
    /// The text of ``line``, where it is known.
    public var sourceLine: String?

    public init(
        file: String, line: Int? = nil, handler: String? = nil, message: String,
        sourceLine: String? = nil
    ) {
        self.file = file
        self.line = line
        self.handler = handler
        self.message = message
        self.sourceLine = sourceLine
    }

    public var description: String {
        var text = file.onOneLine
        if let line { text += ":\(line)" }
        if !file.isEmpty { text += ": " }
        if let handler { text += "in \(handler): " }
        // Without a file it is about the call, in the runner's own words.
        text += file.isEmpty ? message.onSomeLines : message.onOneLine
        if let line, let sourceLine { text += "\n  \(line) | \(shownSource(sourceLine))" }
        return text
    }
}

/// A line of a script, as a message shows it.
func shownSource(_ line: String) -> String { line.replacing("\t", with: " ").onOneLine }
