import Foundation
import JournalStore
import Synchronization
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// Disks that are late, full or locked, and what is known of it while trading.
@Suite struct `Writing a journal` {
    private func alert(_ number: Int) -> JournalEntry { .alert("\(number)", at: at(Int64(number))) }
    private let texts = "SELECT text FROM alerts ORDER BY id"

    private func isFailing(_ step: JournalWriter.Step, for words: String) -> Bool {
        guard case .failed(let reason, _) = step else { return false }
        return reason.contains(words)
    }

    @Test func `keeps what waits while another program locks the file`() throws {
        let folder = try JournalFolder()
        var settings = JournalSettings()
        settings.lockMilliseconds = 1
        let journal = try SteppedJournal(folder, settings: settings)
        let other = try LockingProcess(folder.journal)
        for number in 1...3 { journal.queue.append(alert(number)) }
        var pauses: [Int64] = []
        for _ in 0..<10 {
            let step = journal.writer.step()
            #expect(isFailing(step, for: "another program keeps it locked"))
            if case .failed(_, let pause) = step { pauses.append(pause / 1_000_000) }
        }
        #expect(pauses == [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
        #expect(journal.queue.waiting == 3)
        other.end()
        journal.queue.append(alert(4))
        journal.write([])
        #expect(try folder.run(texts) == [["1"], ["2"], ["3"], ["4"]])
        #expect(journal.queue.lost == 0 && journal.queue.waiting == 0)
    }

    @Test func `keeps what waits while the disk is full`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        let pages = Int(try #require(folder.run("PRAGMA page_count")[0][0])) ?? 0
        journal.writer.boundFile(pages: pages + 2)
        let long = String(repeating: "x", count: 50_000)
        journal.queue.append(alert(1))
        journal.queue.append(.alert(long, at: at(2)))
        journal.queue.append(alert(3))
        for _ in 0..<3 { #expect(isFailing(journal.writer.step(), for: "the disk is full")) }
        #expect(try folder.run(texts) == [])
        journal.writer.boundFile(pages: 1_000_000)
        journal.write([])
        #expect(try folder.run(texts) == [["1"], [long], ["3"]])
    }

    @Test func `counts what is lost for want of room, and marks it where it is missing`() throws {
        let folder = try JournalFolder()
        var settings = JournalSettings()
        settings.queueLimit = 5
        let journal = try SteppedJournal(folder, settings: settings)
        for number in 1...8 { journal.queue.append(alert(number)) }
        #expect(journal.queue.lost == 3)
        journal.write([])
        journal.write([alert(9)])
        #expect(try folder.run(texts) == ["1", "2", "3", "4", "5", "9"].map { [$0] })
        let gaps = try JournalReader(folder.journal).gaps()
        #expect(gaps.map(\.entries) == [3])
    }

    @Test func `leaves out an entry that the file refuses, and counts it`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        let bad = Reconciliation(
            kind: "position", evidence: "{", instrument: nil, before: nil, after: nil, at: at(2))
        journal.write([alert(1), .reconciliation(bad), alert(3)])
        #expect(try folder.run(texts) == [["1"], ["3"]])
        #expect(journal.queue.lost == 1)
        let gap = try #require(try JournalReader(folder.journal).gaps().first)
        #expect(gap.entries == 1 && gap.reason.contains("json_valid"))
    }

    @Test func `keeps what happened to an order that is not in the file`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        journal.write([
            .transition(
                OrderTransition(
                    .cancelled, of: ClientOrderID("mr-7"), InstrumentID(0), .buy,
                    from: .pendingNew, to: .cancelled(nil, filled: .zero), venueTime: nil, at: at(1)
                ))
        ])
        #expect(
            try folder.run("SELECT client_id, event FROM order_events") == [["mr-7", "cancelled"]])
    }
}

@Suite struct `A journal with its thread` {
    private let texts = "SELECT text FROM alerts ORDER BY id"

    @Test func `writes all in order, and says that the run is over`() throws {
        let folder = try JournalFolder()
        let clock = SetClock()
        let journal = try Journal(folder.journal, beginning: testRun(), clock: { clock.now })
        for number in 1...5_000 { journal.put(.alert("\(number)", at: at(1))) }
        #expect(journal.flush(until: at(60)))
        #expect(try folder.run(texts).compactMap { $0[0] } == (1...5_000).map { "\($0)" })
        let end = journal.finish(reason: "done", at: at(9), until: at(60))
        #expect(end.unwritten == 0 && end.lost == 0 && end.condition == .working)
        #expect(try folder.run("SELECT end_reason FROM runs") == [["done"]])
    }

    @Test func `reports once that it fails and once that it works again`() throws {
        let folder = try JournalFolder()
        let clock = SetClock()
        let changes = Mutex<[Journal.Condition]>([])
        var settings = JournalSettings()
        settings.lockMilliseconds = 1
        let journal = try Journal(
            folder.journal, beginning: testRun(), settings: settings, clock: { clock.now },
            whenChanged: { condition in changes.withLock { $0.append(condition) } })
        let other = try LockingProcess(folder.journal)
        journal.put(.alert("a", at: at(1)))
        while journal.condition == .working { _ = journal.flush(until: clock.now) }
        #expect(journal.condition == .failing("another program keeps it locked"))
        other.end()
        #expect(journal.flush(until: at(60)))
        while journal.condition != .working { _ = journal.flush(until: clock.now) }
        #expect(changes.withLock { $0 } == [.failing("another program keeps it locked"), .working])
    }

    @Test func `allows orders until something has waited for too long`() throws {
        let folder = try JournalFolder()
        let clock = SetClock()
        var settings = JournalSettings()
        settings.lockMilliseconds = 1
        let journal = try Journal(
            folder.journal, beginning: testRun(), settings: settings, clock: { clock.now })
        let other = try LockingProcess(folder.journal)
        #expect(journal.mayTakeOrders)
        journal.put(.alert("a", at: at(1)))
        #expect(journal.mayTakeOrders)
        clock.advance(seconds: 6)
        #expect(!journal.mayTakeOrders)
        other.end()
        #expect(journal.flush(until: at(60)))
        #expect(journal.mayTakeOrders)
    }

    @Test func `allows orders while there is room for what becomes of them`() throws {
        let folder = try JournalFolder()
        var settings = JournalSettings()
        settings.lockMilliseconds = 1
        settings.queueLimit = 10
        settings.queueReserve = 6
        let journal = try Journal(
            folder.journal, beginning: testRun(), settings: settings, clock: { at(0) })
        let other = try LockingProcess(folder.journal)
        for _ in 1...4 { journal.put(.alert("a", at: at(1))) }
        #expect(journal.mayTakeOrders)
        journal.put(.alert("a", at: at(1)))
        #expect(!journal.mayTakeOrders)
        other.end()
        #expect(journal.flush(until: at(60)))
    }

    @Test func `gives up at the deadline, and counts what is not written`() throws {
        let folder = try JournalFolder()
        let clock = SetClock()
        var settings = JournalSettings()
        settings.lockMilliseconds = 1
        let journal = try Journal(
            folder.journal, beginning: testRun(), settings: settings, clock: { clock.now })
        let other = try LockingProcess(folder.journal)
        for _ in 1...3 { journal.put(.alert("a", at: at(1))) }
        clock.advance(seconds: 10)
        let end = journal.finish(reason: "done", at: at(9), until: at(5))
        #expect(end.unwritten == 4)
        other.end()
    }

    @Test func `is one run's at a time, and the second learns whose it is`() throws {
        let folder = try JournalFolder()
        let first = try Journal(folder.journal, beginning: testRun("grid-1"), clock: { at(0) })
        let problem = #expect(throws: JournalProblem.self) {
            try Journal(folder.journal, beginning: testRun("grid-2"), clock: { at(0) })
        }
        #expect(problem?.kind == .inUse)
        let words = "run grid-1, process \(ProcessInfo.processInfo.processIdentifier) on "
        #expect(problem?.description.contains(words) == true)
        #expect(problem?.description.contains("since 2023-11-14T22:13:20Z") == true)
        withExtendedLifetime(first) {}
    }

    @Test func `is free when the run has gone`() throws {
        let folder = try JournalFolder()
        var ended: [Journal] = []
        for name in ["grid-1", "grid-2", "grid-3"] {
            let journal = try Journal(folder.journal, beginning: testRun(name), clock: { at(0) })
            _ = journal.finish(reason: "done", at: at(1), until: at(60))
            ended.append(journal)
        }
        #expect(try folder.run("SELECT count(*) FROM runs WHERE ended IS NOT NULL") == [["3"]])
    }
}

/// A process that has begun to write to a file of SQLite's, and does not end it.
final class LockingProcess {
    private let process = Process()
    private let input = Pipe()

    init(_ path: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            """
            import sqlite3, sys
            file = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
            file.execute("BEGIN IMMEDIATE")
            print("locked", flush=True)
            sys.stdin.read()
            """, path,
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        _ = output.fileHandleForReading.availableData
    }

    deinit { end() }

    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
