import Foundation
import RunInputs

/// A disk in memory that has room for so many bytes.
final class FakeDisk: InputDisk {
    private(set) var files: [String: [UInt8]] = [:]
    private var current = ""
    var room = Int.max

    func begin(_ path: String) throws(DiskProblem) {
        current = path
        files[path] = []
    }

    func append(_ bytes: [UInt8]) throws(DiskProblem) {
        let used = files.values.reduce(0) { $0 + $1.count }
        files[current]?.append(contentsOf: bytes.prefix(max(0, room - used)))
        if bytes.count > room - used { throw DiskProblem("no space left") }
    }

    func cut(at length: Int) throws(DiskProblem) {
        files[current]?.removeLast((files[current]?.count ?? 0) - length)
    }

    func close() {}

    /// Puts the files where they can be read.
    func save() throws {
        for (path, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
    }
}

/// A folder that goes away with its owner.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "moonrunner-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ file: Int = 1) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: name(file))))
    }
    func write(_ bytes: [UInt8], _ file: Int = 1) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: name(file)))
    }
    func name(_ file: Int) -> String { path + "/" + InputWriter.name(ofFile: file) }
}
