import ArgumentParser
import Glibc
import LiveTrading
import PlainJSON
import ScriptHost
import StrategyTesting

/// `runner test`: a strategy's own tests, against made-up events.
struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs a strategy's own tests against made-up events.",
        discussion: """
            A test file is Lua; its name ends in _test.lua. A folder stands for all that are in it.

            EXAMPLES:
              runner test demo_test.lua
              runner test --filter stop        only tests whose name contains `stop`
            """)

    @Argument(
        help: ArgumentHelp(
            "Test files or folders (default: the one at hand).", valueName: "path"))
    var paths: [String] = []

    @Option(help: ArgumentHelp("Only tests whose name contains this.", valueName: "text"))
    var filter: String?

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func run() throws {
        let files = try TestFiles.find(paths.isEmpty ? ["."] : paths)
        let clock = ContinuousClock()
        let start = clock.now
        var results: [TestFileResult] = []
        Interrupt.watch()
        for file in files where !Interrupt.isRaised {
            let result = TestFileResult(file: file, filter: filter) { Interrupt.isRaised }
            results.append(result)
            let hasNothing = result.tests.isEmpty && result.failure == nil
            if !json, !hasNothing { TestOutput.show(result) }
        }
        let isInterrupted = results.count < files.count || results.contains(where: \.isInterrupted)
        let seconds = (clock.now - start) / .seconds(1)
        var summary = TestOutput.Summary(results, seconds: seconds)
        summary.isInterrupted = isInterrupted
        guard isInterrupted || !summary.isEmpty else {
            throw RunFailure(.usage, nothingFound(results))
        }
        Console.print(json ? summary.json(results).line : summary.text)
        if isInterrupted {
            throw RunFailure(.failed, "interrupted: not all tests were run")
        }
        if summary.hasFailed { throw ArgumentParser.ExitCode(ExitCode.failed.rawValue) }
    }

    private func nothingFound(_ results: [TestFileResult]) -> String {
        let declared = results.map(\.declared).reduce(0, +)
        let files = results.map(\.file).joined(separator: ", ")
        if let filter, declared > 0 {
            return declared == 1
                ? "the one test in \(files) has no `\(filter)` in its name"
                : "none of the \(declared) tests in \(files) has `\(filter)` in its name"
        }
        return "there is no test in \(files); one begins with test(\"name\", function() … end)"
    }
}

/// The test files that a call means.
enum TestFiles {
    /// Files as given, folders as the test files in them, sorted; each once.
    static func find(_ paths: [String]) throws(RunFailure) -> [String] {
        var found: [String] = []
        for path in paths {
            guard isFolder(path) else {
                guard unsafe access(path, F_OK) == 0 else {
                    throw RunFailure(.usage, "\(path): No such file or directory")
                }
                guard path.hasSuffix(".lua") else {
                    throw RunFailure(
                        .usage, "\(path): a test file is Lua, and its name ends in _test.lua")
                }
                found.append(path)
                continue
            }
            let files = names(in: path).filter { $0.hasSuffix("_test.lua") }.sorted()
            guard !files.isEmpty else {
                throw RunFailure(
                    .usage,
                    "\(path == "." ? "this folder" : path) has no test file; their names end in "
                        + "_test.lua, and `runner new NAME` writes one")
            }
            let prefix = path == "." ? "" : path.hasSuffix("/") ? path : path + "/"
            found += files.map { prefix + $0 }
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }

    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return unsafe stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    private static func names(in folder: String) -> [String] {
        guard let handle = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            names.append(
                unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                    unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                })
        }
        return names
    }
}
