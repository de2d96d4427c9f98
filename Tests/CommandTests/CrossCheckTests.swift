import Foundation
import Testing

/// The whole of it, over TLS; `scripts/cross_check RUNNER --faults all` does the rest.
@Suite struct `One strategy at two venues at high speed` {
    private func check(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = try Tool.find("python3")
        process.arguments =
            [
                Runner.package.appendingPathComponent("scripts/cross_check").path,
                Runner.program.path,
            ] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.start()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitForExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test(arguments: [
        ["--minutes", "6", "--faults", "drop=0.01,reply-lost=0.05,cut=0.001"],
        [
            "coinex", "coinut", "--minutes", "6", "--faults",
            "reorder=0.1,duplicate=0.1,reply-late=0.3",
        ],
        ["--kills", "6", "--speed", "20"],
    ])
    func `ends with both venues' own books, within its one limit, and replays`(
        arguments: [String]
    ) throws {
        let (code, output) = try check(arguments)
        #expect(code == 0, "\(output)")
        #expect(output.contains("1 of 1 runs end with both venues' own books"), "\(output)")
    }
}
