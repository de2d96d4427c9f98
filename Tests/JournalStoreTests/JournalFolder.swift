import CSQLite
import Foundation
import JournalStore
import Synchronization
import TestInstruments
import TradingCore
import TradingModel

/// A folder with a journal, which goes away with its owner.
final class JournalFolder {
    let url: URL
    var journal: String { path("test-0123456789abcdef.journal") }

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("moonrunner-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// What a killed process, or a machine without power, would leave: file and log as they are now.
    ///
    /// - Parameters:
    ///   - logBytes: as much of the log as came to the disk; nil: all.
    ///   - withIndex: with what the process had in shared memory, which a power cut does not leave.
    func copy(logBytes: Int? = nil, withIndex: Bool = false) throws -> JournalFolder {
        let copy = try JournalFolder()
        try bytes().write(to: URL(fileURLWithPath: copy.journal))
        if let log = FileManager.default.contents(atPath: journal + "-wal") {
            try log.prefix(logBytes ?? log.count)
                .write(to: URL(fileURLWithPath: copy.journal + "-wal"))
        }
        if withIndex, let index = FileManager.default.contents(atPath: journal + "-shm") {
            try index.write(to: URL(fileURLWithPath: copy.journal + "-shm"))
        }
        return copy
    }

    func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: journal)) }
    var logBytes: Int { FileManager.default.contents(atPath: journal + "-wal")?.count ?? 0 }

    func overwrite(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: journal)) }

    /// Writes the log into the file, so that damage to the file is damage to what is read.
    func fold() throws { try run("PRAGMA wal_checkpoint(TRUNCATE)") }

    /// Runs SQL as another program would.
    @discardableResult
    func run(_ sql: String) throws -> [[String?]] {
        let other = try OtherProgram(journal)
        return try other.run(sql)
    }
}

/// Another connection to a file, by SQLite alone.
@safe final class OtherProgram {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private var handle: OpaquePointer?

    init(_ path: String) throws {
        guard unsafe sqlite3_open(path, &handle) == SQLITE_OK else {
            throw Failure(description: path)
        }
        // A test's files need not outlive a power cut.
        try run("PRAGMA synchronous = OFF")
    }

    deinit { unsafe sqlite3_close(handle) }

    /// All statements of a script.
    func runAll(_ script: String) throws {
        guard unsafe sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else {
            throw Failure(description: unsafe String(cString: sqlite3_errmsg(handle)))
        }
    }

    @discardableResult
    func run(_ sql: String) throws -> [[String?]] {
        var statement: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Failure(description: unsafe String(cString: sqlite3_errmsg(handle)))
        }
        defer { unsafe sqlite3_finalize(statement) }
        var rows: [[String?]] = []
        while true {
            let code = unsafe sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else {
                throw Failure(description: unsafe String(cString: sqlite3_errmsg(handle)))
            }
            let count = unsafe sqlite3_column_count(statement)
            rows.append(
                (0..<count).map { column in
                    unsafe sqlite3_column_text(statement, column).map { unsafe String(cString: $0) }
                })
        }
    }
}

/// A clock that a test sets.
final class SetClock: Sendable {
    private let time: Atomic<Int64>
    init(_ nanoseconds: Int64 = day) { time = Atomic(nanoseconds) }
    var now: Timestamp { Timestamp(nanoseconds: time.load(ordering: .relaxed)) }
    func advance(seconds: Int64) { time.add(seconds * 1_000_000_000, ordering: .relaxed) }
}

/// 2023-11-14T22:13:20Z.
let day: Int64 = 1_700_000_000_000_000_000
func at(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: day + seconds * 1_000_000_000) }

let instruments = [spot, instrument("test:ETH/USDT:USDT", id: 1)]

func testRun(
    _ name: String = "grid-1", mode: TradingMode = .live, strategy: String = "grid.lua"
) -> JournalRun {
    JournalRun(
        name: name, mode: mode, venue: "test", strategy: strategy, session: 1_700_000_000_000_001,
        started: at(0), instruments: instruments,
        version: StrategyVersion(
            number: 1, hash: "abc", since: at(0), parameters: "[]", settings: "[]",
            files: [.init("grid.lua", "return {}")]))
}

/// A journal without a thread: a test says when it writes.
final class SteppedJournal {
    let queue: JournalQueue
    let writer: JournalWriter
    private let lock: JournalLock

    init(
        _ folder: JournalFolder, _ run: JournalRun = testRun(),
        settings: JournalSettings = JournalSettings(), clock: SetClock = SetClock()
    ) throws {
        (lock, writer, queue) = try openJournal(folder.journal, beginning: run, settings) {
            clock.now
        }
    }

    deinit { writer.close() }

    /// Puts entries, and writes all that waits.
    func write(_ entries: [JournalEntry]) {
        for entry in entries { queue.append(entry) }
        while case .wrote = writer.step() {}
    }
}
