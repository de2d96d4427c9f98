import ScriptHost
import TradingModel

/// What `--help` says of the parameters that the script of the call declares.
enum ParameterHelp {
    private static let columns = 80

    /// The script that a call for help names; nil: it names none, or asks for something else.
    static func script(in arguments: [String]) -> String? {
        guard let first = arguments.first, arguments.contains("--help") || arguments.contains("-h")
        else { return nil }
        if first.hasSuffix(".lua") { return first }
        guard ["paper", "backtest", "check"].contains(first) else { return nil }
        return arguments.dropFirst().first { $0.hasSuffix(".lua") && !$0.hasPrefix("-") }
    }

    /// A section of the help, as long as there are parameters; the script is loaded, not started.
    static func text(of script: String) throws(ScriptError) -> String {
        let parameters = try LuaStrategy(file: script).parameters
        guard !parameters.isEmpty else { return "PARAMETERS: \(script.onOneLine) declares none." }
        return "PARAMETERS of \(script.onOneLine), changed by --set name=value:\n"
            + parameters.map(lines(of:)).joined(separator: "\n")
    }

    private static func lines(of parameter: Parameter) -> String {
        let head = "  \(parameter.name)=\(parameter.value)".onOneLine
        let words = [parameter.help.onOneLine, bounds(of: parameter).onOneLine]
            .filter { !$0.isEmpty }.joined(separator: "; ")
        let indent = String(repeating: " ", count: 26)
        let body = wrapped(words, to: columns - indent.count)
        guard let begin = body.first else { return head }
        let isShort = head.count + 2 <= indent.count
        let line =
            isShort ? head + indent.dropFirst(head.count) + begin : head + "\n" + indent + begin
        return ([line] + body.dropFirst().map { indent + $0 }).joined(separator: "\n")
    }

    /// Which values are allowed, where not all are.
    private static func bounds(of parameter: Parameter) -> String {
        guard parameter.choices.isEmpty else {
            return "one of " + parameter.choices.map(\.description).joined(separator: ", ")
        }
        switch (parameter.minimum.map(short), parameter.maximum.map(short)) {
        case (let least?, let most?): return "\(least) to \(most)"
        case (let least?, nil): return "at least \(least)"
        case (nil, let most?): return "at most \(most)"
        case (nil, nil): return ""
        }
    }

    /// As a script would write it: 2 and not 2.0.
    private static func short(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
