import Foundation
import LiveTrading
import Testing

@Suite struct `The memory of a session` {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func write(_ version: Int) throws {
        try folder.replace(
            "s.lua",
            """
            -- version \(version)
            subscribe("sim:BTC/USDT:USDT", "trades", "book", "bars:1s")
            state.seen = state.seen or { trades = 0, last = {} }
            local mean, size = ta.ema(50), {}
            for i = 1, 1000 do size[i] = i end
            every(1, "beat")
            function on_trade(t)
              state.seen.trades = state.seen.trades + 1
              state.seen.last[t.id % 50 + 1] = t.price
              mean(t.price)
              if t.id % 20 == 0 then return target(t.symbol, (t.id % 3 - 1) * 0.01) end
            end
            function on_bar(b) end
            function on_timer(name) end
            """)
    }

    /// The pages of a process that are in memory, in KB.
    private func resident(_ process: Process) throws -> Int {
        let path = "/proc/\(process.processIdentifier)/statm"
        let fields = try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1])) * 4
    }

    @Test func `is flat over a thousand reloads`() throws {
        try write(1)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            .resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("runner")
        // No faster: what orders of an hour take is another matter, and a slow machine has many more of them.
        process.arguments = [folder.path("s.lua"), "--seed", "1", "--speed", "10"]
        process.environment = [
            "MOONRUNNER_HOME": folder.path("home"), "MOONRUNNER__RELOAD__WINDOW": "5s",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        defer { process.terminate() }
        let greeting = errors.fileHandleForReading
        var said = Data()
        while !String(decoding: said, as: UTF8.self).contains("session s-") {
            let part = greeting.availableData
            try #require(!part.isEmpty, "\(String(decoding: said, as: UTF8.self))")
            said += part
        }
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder.path("home/sessions")).first)
        let session = RunFolder(name: name, path: folder.path("home/sessions/\(name)"))
        var before = 0
        for version in 2...1_201 {
            try write(version)
            let answer = try #require(Control.send("reload", to: session))
            try #require(answer.code == 0, "\(answer.lines)")
            if version == 200 { before = try resident(process) }
        }
        let after = try resident(process)
        #expect(abs(after - before) <= 5_000, "\(before) KB before, \(after) KB after")
    }
}
