internal import LuaSyntax

/// A file of the script under check: its text, its syntax, and what its author silenced.
final class CheckedFile {
    let path: String
    let program: LuaProgram?
    let error: SyntaxError?
    private let bytes: [UInt8]
    /// Where each line begins.
    private let lineStarts: [Int]

    init(path: String, text: String) {
        self.path = path
        let bytes = Array(text.utf8)
        self.bytes = bytes
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == 10 }.map { $0 + 1 }
        do throws(SyntaxError) {
            program = try Parser.program(bytes)
            error = nil
        } catch {
            program = nil
            self.error = error
        }
    }

    /// The line that a byte is on, counted from 1.
    func line(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    private func bytes(ofLine line: Int) -> Range<Int> {
        let start = lineStarts[line - 1]
        let end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
        return start..<max(start, end)
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The finding at a range of bytes; where that spans lines, the first is shown.
    func diagnostic(
        _ code: CheckCode, at range: Range<Int>, _ message: String, suggestion: String?
    ) -> Diagnostic {
        let start = min(range.lowerBound, bytes.count)
        let line = line(of: start)
        let whole = bytes(ofLine: line)
        let column = text(whole.lowerBound..<start).count + 1
        let end = min(max(range.upperBound, start), whole.upperBound)
        let width = max(1, start < end ? text(start..<end).count : 1)
        let source = text(whole)
        var diagnostic = Diagnostic(
            severity: code.severity, code: code.rawValue, file: path, line: line, column: column,
            endColumn: column + width, message: message, suggestion: suggestion,
            sourceLine: ScriptFiles.shown(source[...]))
        diagnostic.indent = source.prefix { $0 == " " || $0 == "\t" }.count
        return diagnostic
    }

    /// The finding for a line as a whole: its columns are those of what is written on it.
    func diagnostic(_ code: CheckCode, line: Int, _ message: String) -> Diagnostic? {
        guard line > 0, line <= lineStarts.count else { return nil }
        let whole = bytes(ofLine: line)
        var start = whole.lowerBound
        while start < whole.upperBound, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
        var end = whole.upperBound
        while end > start, [9, 13, 32].contains(bytes[end - 1]) { end -= 1 }
        return diagnostic(code, at: start..<end, message, suggestion: nil)
    }

    // MARK: - Silenced lines

    /// What `-- check: ignore` silences: codes by line; none named: all of the line.
    private(set) lazy var silenced: [Int: Set<String>] = {
        var silenced: [Int: Set<String>] = [:]
        for (comment, codes) in ignoreComments {
            let line = line(of: comment.range.lowerBound)
            let before = text(bytes(ofLine: line).lowerBound..<comment.range.lowerBound)
            // Alone on its line it speaks of the next one.
            let isAlone = before.allSatisfy(\.isWhitespace)
            silenced[isAlone ? line + 1 : line, default: []].formUnion(codes.isEmpty ? [""] : codes)
        }
        return silenced
    }()

    func isSilenced(_ diagnostic: Diagnostic) -> Bool {
        guard let line = diagnostic.line, let codes = silenced[line] else { return false }
        return codes.contains("") || codes.contains(diagnostic.code)
    }

    /// The codes in ignore comments that no finding has.
    var unknownCodes: [(code: String, range: Range<Int>)] {
        ignoreComments.flatMap { comment, codes in
            codes.filter { CheckCode(rawValue: $0) == nil }.map { ($0, comment.range) }
        }
    }

    private var ignoreComments: [(comment: Comment, codes: [String])] {
        (program?.comments ?? []).compactMap { comment in
            let words = comment.text.split { " ,\t".contains($0) }.map(String.init)
            guard words.count >= 2, words[0] == "check:", words[1] == "ignore" else { return nil }
            // Behind two more dashes there may be a reason.
            return (comment, Array(words.dropFirst(2).prefix { !$0.hasPrefix("--") }))
        }
    }
}
