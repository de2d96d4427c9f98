import Foundation
import JournalStore
import Synchronization
import TradingCore
import TradingModel

/// A clock that is told the time.
final class ToldClock: Sendable {
    private let time: Mutex<Timestamp>
    init(_ now: Timestamp) { time = Mutex(now) }
    func set(_ now: Timestamp) { time.withLock { $0 = now } }
    @Sendable func now() -> Timestamp { time.withLock { $0 } }
}

/// The journal of an account in files of the system, written step by step, and what is left of it when a
/// process dies.
final class LifeJournal {
    private let home: URL
    private var folder: URL
    private var deaths = 0
    private(set) var journal: Journal?
    private var writer: JournalWriter?
    let clock: ToldClock
    /// Above this it lets go of what is old; nil: as a run does by itself.
    var mostBytes: Int?
    private(set) var nextStep = Timestamp.distantFuture
    /// What a process that died within a write left, already put aside; nil: none did.
    private var left: URL?

    private static let name = "account.journal"

    init(at now: Timestamp) throws {
        home = FileManager.default.temporaryDirectory
            .appendingPathComponent("life-\(UUID().uuidString)")
        folder = home.appendingPathComponent("0")
        clock = ToldClock(now)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        journal = nil
        try? FileManager.default.removeItem(at: home)
    }

    var path: String { folder.appendingPathComponent(Self.name).path }

    /// A folder for a run's recording.
    func makeFolder(_ name: String) throws -> String {
        let url = home.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url.path
    }

    func open(_ run: JournalRun) throws -> Journal {
        var settings = JournalSettings()
        settings.periodNanoseconds = 100_000_000
        if let mostBytes { settings.keepBytes = mostBytes }
        let made = try Journal.stepped(path, beginning: run, settings: settings, clock: clock.now)
        (journal, writer) = (made.journal, made.writer)
        nextStep = clock.now()
        return made.journal
    }

    /// Writes what waits, as far as a thread would have come by now.
    func step() {
        guard let journal else { return }
        nextStep = clock.now().advanced(byNanoseconds: journal.step() ?? 0)
    }

    /// Lets the file grow no more, as on a full disk, or as it likes.
    func setFull(_ isFull: Bool) { writer?.boundFile(pages: isFull ? 1 : 1_000_000) }

    /// Writes what waits, and puts aside what lies on the disk in the middle of it.
    func tearWrite(after entries: Int) throws {
        var rest = entries
        var failure: (any Error)?
        writer?.onEntry = { [self] in
            rest -= 1
            guard rest == 0 else { return }
            do { left = try copy() } catch { failure = error }
        }
        step()
        writer?.onEntry = nil
        if let failure { throw failure }
    }

    /// The process dies, and what it wrote stays.
    func die() throws {
        let copy = try left ?? copy()
        left = nil
        close()
        try FileManager.default.removeItem(at: folder)
        folder = copy
    }

    private func copy() throws -> URL {
        deaths += 1
        let copy = home.appendingPathComponent("\(deaths)")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for name in ["", "-wal", ".tail"].map({ Self.name + $0 }) {
            let from = folder.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: from.path) else { continue }
            try FileManager.default.copyItem(at: from, to: copy.appendingPathComponent(name))
        }
        return copy
    }

    /// The run has ended, and waited for its last words.
    func finish(_ reason: String) -> Journal.End? {
        let end = journal?.finish(reason: reason, at: clock.now(), until: .distantFuture)
        close()
        return end
    }

    private func close() {
        journal = nil
        writer = nil
        nextStep = .distantFuture
    }

    /// Of all its files.
    var bytes: Int {
        ["", "-wal", "-shm", ".tail"].reduce(0) { $0 + Self.bytes(of: path + $1) }
    }

    static func bytes(of path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int) ?? 0
    }

    /// In the order in which the runs heard of them: their times are those of clocks that were set.
    func executions() throws -> [RecordedExecution] {
        try JournalReader(path).executions(since: .distantPast, atMost: 1_000_000)
            .sorted { $0.place < $1.place }
    }

    func state(of run: String) throws -> String {
        try JournalReader(path).state(of: run)?.state.text ?? ""
    }
}
