import PlainJSON
import ScriptHost
import StrategyTesting
import TradingModel

/// How `runner test` shows what became of the tests.
enum TestOutput {
    private static let column = 60

    /// One file: a line for each test, and why the failed ones failed.
    static func show(_ result: TestFileResult) {
        Console.print(Console.coloured(result.file.onOneLine, .bold))
        for line in result.printed { Console.print("    │ \(line.onOneLine)") }
        if let failure = result.failure {
            Console.print("  \(Console.coloured("✗", .red)) the file cannot be run")
            show(failure)
        }
        for test in result.tests {
            let hasPassed = test.failure == nil
            let mark = Console.coloured(hasPassed ? "✓" : "✗", hasPassed ? .green : .red)
            let place = test.line.map { "line \($0)" } ?? ""
            let name = test.name.onOneLine
            let gap = String(repeating: " ", count: max(2, column - name.count))
            let note = hasPassed && !test.hasExpectations ? "  (compares nothing)" : ""
            Console.print("  \(mark) \(name)\(gap)\(place)\(note)")
            for line in test.printed { Console.print("    │ \(line.onOneLine)") }
            if let failure = test.failure { show(failure) }
        }
        Console.print("")
    }

    private static func show(_ failure: ScriptError) {
        var text = failure.message
        if let line = failure.line { text += "\n\(failure.file):\(line)" }
        if let line = failure.line, let source = failure.sourceLine {
            text += "\n  \(line) | \(source.onOneLine)"
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            Console.print("      \(line)")
        }
    }

    struct Summary {
        let passed: Int
        let failed: Int
        let brokenFiles: Int
        let fileCount: Int
        let seconds: Double
        /// Whether somebody ended it before all tests were run.
        var isInterrupted = false

        init(_ results: [TestFileResult], seconds: Double) {
            let tests = results.flatMap(\.tests)
            passed = tests.filter { $0.failure == nil }.count
            failed = tests.count - passed
            brokenFiles = results.filter { $0.failure != nil }.count
            fileCount = results.count
            self.seconds = seconds
        }

        var isEmpty: Bool { passed + failed + brokenFiles == 0 }
        var hasFailed: Bool { failed + brokenFiles > 0 }

        var text: String {
            var parts = ["\(passed) passed"]
            if failed > 0 { parts.append("\(failed) failed") }
            if brokenFiles > 0 {
                parts.append("\(counted(brokenFiles, "file")) not run")
            }
            if isInterrupted { parts.append("interrupted") }
            let files = counted(fileCount, "file")
            let hundredths = Int((seconds * 100).rounded())
            let digits = "\(hundredths % 100)"
            let time = "\(hundredths / 100)." + (digits.utf8.count < 2 ? "0" : "") + digits
            return Console.coloured(
                parts.joined(separator: ", "), hasFailed || isInterrupted ? .red : .green)
                + " in \(files), \(time) s"
        }

        func json(_ results: [TestFileResult]) -> JSON {
            .pairs([
                ("passed", .integer(passed)), ("failed", .integer(failed)),
                ("broken_files", .integer(brokenFiles)), ("seconds", .figure(seconds)),
                ("interrupted", .bool(isInterrupted)),
                ("files", .array(results.map(\.json))),
            ])
        }
    }
}

extension TestFileResult {
    fileprivate var json: JSON {
        .pairs([
            ("file", .text(file)), ("error", failure?.json ?? .null),
            ("printed", .array(printed.map { .text($0) })),
            ("tests", .array(tests.map(\.json))),
        ])
    }
}

extension TestResult {
    fileprivate var json: JSON {
        .pairs([
            ("name", .text(name)), ("line", line.map { .integer($0) } ?? .null),
            ("passed", .bool(failure == nil)), ("compares_nothing", .bool(!hasExpectations)),
            ("failure", failure?.json ?? .null),
            ("printed", .array(printed.map { .text($0) })),
        ])
    }
}

extension ScriptError {
    fileprivate var json: JSON {
        .pairs([
            ("file", .text(file)), ("line", line.map { .integer($0) } ?? .null),
            ("message", .text(message)),
            ("source", sourceLine.map { .text($0) } ?? .null),
        ])
    }
}
