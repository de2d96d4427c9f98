import ArgumentParser
import Glibc
import PlainJSON
import ScriptHost

/// `runner check`: what would stop a script, without trading.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks for mistakes in scripts without trading.",
        discussion: """
            EXAMPLES:
              runner check strategies/ema_cross.lua --set fast=20
              runner check strategies/*.lua --json
            """)

    @Argument(help: ArgumentHelp("The Lua scripts.", valueName: "strategy.lua"))
    var strategies: [String]

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Overrides a parameter of the script, of each where there are several.",
            valueName: "name=value"))
    var assignments: [String] = []

    @Option(
        help: ArgumentHelp(
            "The settings file, for what a script may use (default: runner.yaml, if it is here).",
            valueName: "file"))
    var settings: String?

    @Flag(help: "Print one JSON array on standard output.")
    var json = false

    func run() throws {
        var problems = CallProblems()
        let overrides = try problems.collect { try parameterOverrides(assignments) } ?? []
        let limits = try problems.collect { try checkedLimits() } ?? .trading
        let paths = try problems.collect { try scripts() } ?? []
        for path in paths where unsafe access(path, R_OK) != 0 {
            let reason = unsafe String(cString: strerror(errno))
            problems.add("\(path): \(reason)")
        }
        try problems.check()
        var all: [Diagnostic] = []
        for path in paths {
            let found = StrategyCheck.findings(file: path, parameters: overrides, limits: limits)
            // What several of them require is reported once.
            let new = found.filter { !all.contains($0) }
            all += new
            guard !json else { continue }
            for finding in new { Console.print("\(finding)") }
            if found.isEmpty { Console.print("\(path): no mistakes found") }
        }
        if json { Console.print(JSON.array(all.map(\.json)).line) }
        guard !all.contains(where: { $0.severity == .error }) else {
            throw ArgumentParser.ExitCode(ExitCode.failed.rawValue)
        }
    }

    /// The paths without test files, which a shell's `*.lua` brings along.
    private func scripts() throws(RunFailure) -> [String] {
        let tests = strategies.filter { $0.hasSuffix("_test.lua") }
        guard tests.count < strategies.count else {
            throw RunFailure(
                .usage,
                "\(tests[0]) is a test file, and check looks at strategies; run it with: "
                    + "runner test \(tests[0])")
        }
        for test in tests { Console.warn("\(test) is a test file: left out") }
        return strategies.filter { !tests.contains($0) }
    }

    private func checkedLimits() throws(RunFailure) -> ScriptLimits {
        do {
            return try Settings(SettingLayers.file(settings) + SettingLayers.environment()).script
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }
}

extension Diagnostic {
    fileprivate var json: JSON {
        .pairs([
            ("severity", .text(severity.rawValue)),
            ("code", .text(code)),
            ("file", .text(file)),
            ("line", line.map { .integer($0) } ?? .null),
            ("column", column.map { .integer($0) } ?? .null),
            ("end_column", endColumn.map { .integer($0) } ?? .null),
            ("message", .text(message)),
            ("suggestion", suggestion.map { .text($0) } ?? .null),
            ("source", sourceLine.map { .text($0) } ?? .null),
        ])
    }
}
