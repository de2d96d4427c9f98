import ArgumentParser
import PlainJSON
import ScriptHost

/// `runner check`: what would stop a script, without trading.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks for mistakes in a script without trading.")

    @Argument(help: ArgumentHelp("The Lua script.", valueName: "strategy.lua"))
    var strategy: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Overrides a parameter of the script.", valueName: "name=value"))
    var assignments: [String] = []

    @Flag(help: "Print one JSON array on standard output.")
    var json = false

    func run() throws {
        guard !strategy.hasSuffix("_test.lua") else {
            throw RunFailure(
                .usage,
                "\(strategy) is a test file, and check looks at strategies; run it with: "
                    + "runner test \(strategy)")
        }
        let overrides = try assignments.map { text in
            guard let override = ParameterOverride(text) else {
                throw RunFailure(.usage, "--set: expected name=value, found `\(text)`")
            }
            return override
        }
        let findings = StrategyCheck.findings(file: strategy, parameters: overrides)
        if json {
            Console.print(JSON.array(findings.map(\.json)).line)
        } else {
            for finding in findings { Console.print("\(finding)") }
        }
        guard !findings.contains(where: { $0.severity == .error }) else {
            throw ArgumentParser.ExitCode(ExitCode.failed.rawValue)
        }
        if findings.isEmpty, !json { Console.print("\(strategy): no mistakes found") }
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
