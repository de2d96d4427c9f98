import Foundation
import LiveTrading
import PaperTrading
import RunFigures
import ScriptHost
import Synchronization
import Testing
import TradingCore

@Suite struct `A reload by command` {
    /// Asks from another thread, while the run plays on.
    private func ask(
        _ request: String, _ run: WatchedRun
    ) throws -> (lines: [String], code: Int32) {
        let session = run.session
        let asked = AnswerBox()
        // A thread of its own: tasks share theirs with the tests, which do not wait.
        Thread.detachNewThread { asked.set(Control.send(request, to: session)) }
        try run.play(until: { asked.isSet })
        return try #require(asked.value)
    }

    @Test func `tells the caller what the session tells`() throws {
        let run = try WatchedRun(countingScript("1"), watches: false)
        try run.play(seconds: 5)
        try run.folder.replace("s.lua", countingScript("2"))
        let answer = try ask("reload", run)
        #expect(answer.code == 0)
        #expect(answer.lines.last?.contains("reloaded s.lua: version 2") == true)
        #expect(run.reloads.version == 2)

        try run.folder.replace("s.lua", "x = = 1")
        let refusal = try ask("reload", run)
        #expect(refusal.code == 1)
        #expect(refusal.lines.first?.contains("not reloaded, version 2 goes on") == true)
        #expect(refusal.lines.last?.contains("^") == true)
    }

    @Test func `of an unknown kind is refused`() throws {
        let run = try WatchedRun(countingScript("1"), watches: false)
        #expect(try ask("dance", run).code == 2)
    }

    @Test func `waits for its confirmation where that is asked for`() throws {
        let run = try WatchedRun(countingScript("1"), policy: .confirmed)
        try run.play(seconds: 5)
        try run.folder.replace("s.lua", countingScript("2", body: "return cancel{}"))
        let line = try run.play(until: "is ready and waits")
        #expect(line.contains("runner reload --confirm"))
        #expect(run.lines.contains { $0.contains("intents: 0 same, ") }, "\(run.lines)")
        try run.play(seconds: 60)
        #expect(run.reloads.version == 1)
        let answer = try ask("reload --confirm", run)
        #expect(answer.code == 0, "\(answer.lines)")
        #expect(run.reloads.version == 2)
        let trades = run.run.statistics[0].trades
        run.finish()
        #expect(run.lines.contains("counted \(trades)"))
    }

    @Test func `finds no session where none runs`() throws {
        let folder = try TestFolder()
        let session = RunFolder(name: "none", path: folder.root)
        #expect(Control.send("reload", to: session) == nil)
    }
}

/// An answer from another thread.
private final class AnswerBox: Sendable {
    private let answer = Mutex<(isSet: Bool, lines: [String], code: Int32)>((false, [], -1))

    func set(_ value: (lines: [String], code: Int32)?) {
        answer.withLock { $0 = (true, value?.lines ?? [], value?.code ?? -1) }
    }
    var isSet: Bool { answer.withLock { $0.isSet } }
    var value: (lines: [String], code: Int32)? {
        answer.withLock { $0.isSet ? ($0.lines, $0.code) : nil }
    }
}
