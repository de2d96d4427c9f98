import Foundation
import Testing

/// The runner as a user starts it: a process with arguments, two streams and an exit code.
struct Runner {
    let code: Int32
    let output: String
    let errors: String

    /// The package's folder, found from this file.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The program that was built beside the tests.
    static let program = URL(fileURLWithPath: CommandLine.arguments[0])
        .resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("runner")

    /// Runs `runner` with `arguments` in `folder` and waits for its end.
    init(
        _ arguments: [String], in folder: URL = Self.package, environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        // Files, not pipes: neither stream can block the other.
        let scratch = try TemporaryFolder()
        process.environment = [
            "PATH": "/usr/bin:/bin",
            "MOONRUNNER_HOME": scratch.url.appendingPathComponent("home").path,
        ].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let output = try scratch.newFile("output")
        let errors = try scratch.newFile("errors")
        process.standardOutput = output
        process.standardError = errors
        try process.start()
        process.waitForExit()
        code = process.terminationStatus
        self.output = try scratch.text("output")
        self.errors = try scratch.text("errors")
    }

    init(code: Int32, output: String, errors: String) {
        self.code = code
        self.output = output
        self.errors = errors
    }

    /// What `--json` printed, where it is an array of objects.
    func rows() throws -> [[String: Any]] {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
        guard let rows = value as? [[String: Any]] else { throw NotAnObject() }
        return rows
    }

    func json() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
        guard let fields = object as? [String: Any] else { throw NotAnObject() }
        return fields
    }

    struct NotAnObject: Error {}
}

/// A failed call: nothing on standard output, one message that says what to do.
func expectOneMessage(
    _ run: Runner, code: Int32, containing parts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.code == code, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.output == "", sourceLocation: sourceLocation)
    #expect(
        run.errors.hasPrefix("error: "), "\(run.errors)", sourceLocation: sourceLocation)
    for part in parts {
        #expect(
            run.errors.contains(part), "\(run.errors)", sourceLocation: sourceLocation)
    }
}

/// A folder that goes away with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("moonrunner-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Data(text.utf8))
    }

    func write(_ name: String, _ data: Data) throws -> String {
        let file = url.appendingPathComponent(name)
        try data.write(to: file)
        return file.path
    }

    func newFile(_ name: String) throws -> FileHandle {
        try FileHandle(forWritingTo: URL(fileURLWithPath: write(name, "")))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
    }
}

/// The recorded market data beside the package; a stranger's clone has none.
enum SharedData {
    static let folder = Runner.package.deletingLastPathComponent()
        .appendingPathComponent("shared/data")
    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }
    static let absence = "the recorded market data (../shared/data) is not here"

    /// A packed text file's lines.
    static func lines(_ name: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", path(name)]
        let output = Pipe()
        process.standardOutput = output
        try process.start()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitForExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}
