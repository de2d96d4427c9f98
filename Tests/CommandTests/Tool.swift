import Foundation
import Testing

/// A program beside ours that a test starts.
struct Tool: Error, CustomStringConvertible {
    let name: String
    var description: String {
        "`\(name)` is not on the PATH: `make test` installs it, and so does `scripts/setup \(name)`"
    }

    /// Where it is, or an error that names it and says how to get it.
    static func find(
        _ name: String, path: String? = ProcessInfo.processInfo.environment["PATH"]
    ) throws -> URL {
        for folder in (path ?? "/usr/bin:/bin").split(separator: ":") {
            let file = URL(fileURLWithPath: String(folder)).appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw Tool(name: name)
    }

    /// Runs one of our Python scripts with the runner.
    static func runScript(
        _ name: String, _ arguments: [String]
    ) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = try find("python3")
        process.arguments =
            [
                Runner.package.appendingPathComponent("scripts/\(name)").path,
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
}

@Suite struct `A tool that a test needs` {
    @Test func `is found on the PATH, or named with the way to get it`() throws {
        #expect(try Tool.find("sh", path: "/nowhere:/bin").path == "/bin/sh")
        let missing = #expect(throws: Tool.self) { try Tool.find("python3", path: "/nowhere") }
        #expect(missing?.description.contains("`scripts/setup python3`") == true)
    }
}
