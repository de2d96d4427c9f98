import TradingModel

/// The line at the bottom of a terminal: parts, the most important first.
///
/// It is cut between words, never inside a number; `…` stands for what is missing.
struct StatusLine: Equatable {
    /// One part in its forms, the longest first.
    struct Part: Equatable {
        let forms: [String]
        init(_ forms: String...) { self.forms = forms.map(\.onOneLine) }
    }

    private let parts: [Part]
    private static let gap = " │ "

    init(_ parts: [Part]) { self.parts = parts }

    /// Words of which the first are the most important.
    init(_ words: String...) { parts = words.map { Part($0) } }

    /// The line in at most `columns` columns.
    ///
    /// All parts become shorter together before the last of them goes.
    func fitted(to columns: Int) -> String {
        let steps = parts.map(\.forms.count).max() ?? 0
        for step in 0..<steps {
            let line = line(parts[...], step)
            if TerminalText.columns(of: line) <= columns { return line }
        }
        for count in stride(from: parts.count - 1, through: 0, by: -1) {
            let line = line(parts[..<count], steps)
            let taken = TerminalText.columns(of: line)
            let gap = line.isEmpty ? "" : Self.gap
            let room = columns - taken - gap.count
            let next = TerminalText.words(of: parts[count].forms.last ?? "", within: room)
            if !next.isEmpty { return line + gap + next }
            if !line.isEmpty, taken <= columns { return taken + 2 <= columns ? line + " …" : line }
        }
        return ""
    }

    /// The parts in their `step`th form, or the last before it; an empty form is left out.
    private func line(_ parts: ArraySlice<Part>, _ step: Int) -> String {
        parts.compactMap { part in
            let form = part.forms[min(step, part.forms.count - 1)]
            return form.isEmpty ? nil : form
        }.joined(separator: Self.gap)
    }
}
