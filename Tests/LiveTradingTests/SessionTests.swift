import LiveTrading
import ScriptHost
import Testing
import TradingCore
import TradingModel

@Suite struct `A session's record` {
    private let folder: TestFolder
    private let session: RunFolder

    init() throws {
        folder = try TestFolder()
        session = RunFolder(name: "test", path: folder.root)
    }

    private func begin() throws -> RunRecord {
        try RunRecord(
            in: session,
            RunHeader(
                mode: .live, venue: "coinex", seed: .max, script: "a/s.lua",
                parameters: [("fast", "2\"0")],
                settings: [["paper", "leverage", "5"], ["risk", "symbols", "sim:A/B", "x", "1"]]),
            first: [ScriptFile("a/s.lua", "-- \u{1F}\nreturn"), ScriptFile("a/l/b.lua", "")],
            hash: "01234567")
    }

    @Test func `is read as it was written`() throws {
        let record = try begin()
        record.add(
            RunEnd(
                reason: "interrupted", time: Timestamp(nanoseconds: 5), intents: 7,
                intentsHash: "ab"))
        let read = try RecordedRun(of: session)
        #expect(read.header.mode == .live)
        #expect(read.header.venue == "coinex")
        #expect(read.header.seed == .max)
        #expect(read.header.script == "a/s.lua")
        #expect(read.header.parameters.map(\.text) == ["2\"0"])
        #expect(
            read.header.settings
                == [["paper", "leverage", "5"], ["risk", "symbols", "sim:A/B", "x", "1"]])
        #expect(
            read.first
                == [ScriptFile("a/s.lua", "-- \u{1F}\nreturn"), ScriptFile("a/l/b.lua", "")])
        #expect(read.end?.intents == 7)
        #expect(read.end?.time == Timestamp(nanoseconds: 5))
    }

    @Test func `without an end is one that was killed`() throws {
        _ = try begin()
        #expect(try RecordedRun(of: session).end == nil)
    }

    @Test func `that was cut says where`() throws {
        try folder.write("session.jsonl", "{\"type\":\"rollback\"}\n{\"type\":\"ver")
        let problem = #expect(throws: RunFolder.Problem.self) {
            try RecordedRun(of: session)
        }
        #expect(problem?.description.contains("session.jsonl:2") == true)
    }
}
