internal import ScriptHost
internal import TradingCore
internal import TradingModel

/// What a reload tells its user.
package enum ReloadText {
    /// A finding with its line and a mark below the word that it is about.
    static func withCaret(_ finding: Diagnostic) -> String {
        // A finding that knows its column prints its own caret.
        guard finding.column == nil else { return "\(finding)" }
        let place = finding.line.map { "\(finding.file):\($0): " } ?? "\(finding.file): "
        return withCaret(place + finding.message, line: finding.line, finding.sourceLine)
    }

    /// A message whose last line shows the source, as ``ScriptError`` prints it.
    package static func withCaret(_ message: String) -> String {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, let last = lines.last, let bar = last.firstIndex(of: "|"),
            let number = Int(last[..<bar].filter { $0 != " " })
        else { return message.onOneLine }
        let source = String(last[last.index(after: bar)...].drop { $0 == " " })
        return withCaret(
            lines.dropLast().joined(separator: "\n"), line: number, source)
    }

    private static func withCaret(
        _ message: String, line: Int?, _ source: String?
    ) -> String {
        let message = message.onOneLine
        guard let line, let source = source.map({ $0.replacing("\t", with: " ").onOneLine }),
            !source.isEmpty
        else { return message }
        let margin = "  \(line) | "
        let (start, length) = place(in: source, of: message)
        return message + "\n" + margin + source + "\n"
            + String(repeating: " ", count: margin.count + start)
            + String(repeating: "^", count: length)
    }

    /// Where in a source line a message points: at what it quotes, else at all of it.
    private static func place(in source: String, of message: String) -> (start: Int, length: Int) {
        for mark in ["'", "`"] {
            let parts = message.split(separator: Character(mark), omittingEmptySubsequences: false)
            // The odd parts stand between two marks; the last is the nearest to what is wrong.
            for index in stride(from: 1, to: parts.count - 1, by: 2).reversed() {
                let word = parts[index]
                guard !word.isEmpty, let start = offset(of: word, in: source) else { continue }
                return (start, word.count)
            }
        }
        return (0, source.count)
    }

    private static func offset(of word: Substring, in source: String) -> Int? {
        var at = source.startIndex
        var offset = 0
        while at < source.endIndex {
            if source[at...].hasPrefix(word) { return offset }
            at = source.index(after: at)
            offset += 1
        }
        return nil
    }

    // MARK: - The line of a swap

    static func line(
        script: String, hash: String, outcome: SwapOutcome, rehearsalNanoseconds: Int64,
        changes: [String]
    ) -> String {
        let swap = outcome.swap
        var parts = [
            "\(script): version \(swap.version) (\(hash))",
            "swapped in \(milliseconds(outcome.nanoseconds)) ms, gap \(milliseconds(outcome.gap)) "
                + "ms, \(counted(outcome.queuedEvents, "event")) queued",
            "rehearsed on \(span(swap.rehearsedSpan)), \(counted(swap.rehearsedInputs, "input")), "
                + "in \(milliseconds(rehearsalNanoseconds)) ms",
        ]
        if !swap.cold.isEmpty { parts.append(cold(swap)) }
        if !changes.isEmpty { parts.append(changes.joined(separator: ", ")) }
        parts.append(counts(swap.difference))
        return "reloaded " + parts.joined(separator: "; ")
    }

    /// What is not as warm as it was, and what the version before had heard in all.
    private static func cold(_ swap: Swap) -> String {
        let named = swap.cold.prefix(mostNamed).map(\.description.onOneLine)
        let more = swap.cold.count - named.count
        return "cold: " + named.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
            + " (the version before had heard \(span(swap.receivedBefore)))"
    }

    /// Of what is cold; a line should stay one that is read.
    private static let mostNamed = 8

    static func counts(_ difference: IntentDifference) -> String {
        let most = difference.isCut ? " (at least)" : ""
        return "intents: \(difference.same) same, \(difference.new.count) new, "
            + "\(difference.gone.count) gone\(most)"
    }

    /// Every intent that differs, in the order of time.
    static func details(_ difference: IntentDifference, _ instruments: [Instrument]) -> [String] {
        let lines =
            difference.new.map { ($0.time, "+ ", $0.intent) }
            + difference.gone.map { ($0.time, "- ", $0.intent) }
        return lines.sorted { $0.0 < $1.0 }.map { time, sign, intent in
            "  \(sign)\(clock(time)) \(intent.canonical(instruments))"
        }
    }

    /// `fast 50 → 20`, for every parameter that is not what it was.
    static func changes(from old: [Parameter], to new: [Parameter]) -> [String] {
        var lines: [String] = []
        for parameter in new.sorted(by: { $0.name < $1.name }) {
            guard let before = old.first(where: { $0.name == parameter.name }) else {
                lines.append("\(parameter.name) = \(parameter.value) (new)")
                continue
            }
            if before.value != parameter.value {
                lines.append("\(parameter.name) \(before.value) → \(parameter.value)")
            }
        }
        for parameter in old where !new.contains(where: { $0.name == parameter.name }) {
            lines.append("\(parameter.name) is gone")
        }
        return lines
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let hundredths = nanoseconds / 10_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func span(_ nanoseconds: Int64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
    }

    /// The time of day in UTC, with milliseconds.
    private static func clock(_ time: Timestamp) -> String {
        let milliseconds = time.nanoseconds / 1_000_000
        let seconds = milliseconds / 1_000
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return padded(seconds / 3_600 % 24, 2) + ":" + padded(seconds / 60 % 60, 2) + ":"
            + padded(seconds % 60, 2) + "." + padded(milliseconds % 1_000, 3)
    }
}
