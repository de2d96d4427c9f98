import Foundation
import Testing

@Suite struct `The record command` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private var data: String { folder.url.appendingPathComponent("data").path }

    private static let counter = Runner.package.appendingPathComponent("examples/count.lua").path
    private static let symbol = "coinex:BTC/USDT:USDT"

    private func backtest(_ file: String) throws -> Runner {
        try Runner([
            "backtest", Self.counter, "--set", "symbol=\(Self.symbol)", "--data", file, "--json",
        ])
    }

    /// The arrays in the folder so far.
    private func arrays() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: data)) ?? []
        return names.filter { $0.hasSuffix(".npy") }.map { data + "/" + $0 }
    }

    private func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }

    /// The whole way over TLS: trades, sums and book as the simulator says it published them.
    @Test func `what is recorded is what the simulator published`() throws {
        let (code, output) = try Tool.runScript("record_check", ["5"])
        #expect(code == 0, "\(output)")
    }

    @Test func `it ends by itself and says what it recorded`() throws {
        let venue = try SimulatedVenue()
        let run = try Runner([
            "record", Self.symbol, "coinex:BTC/USDT", "--out", data, "--duration", "2s",
            "--feeds", "trades,book", "--base-url", venue.baseURL, "--json",
        ])
        #expect(run.code == 0, "\(run.errors)")
        let summary = try run.json()
        #expect(summary["end"] as? String == "the duration is over")
        let recordings = try #require(summary["recordings"] as? [[String: Any]])
        #expect(recordings.map { $0["symbol"] as? String } == [Self.symbol, "coinex:BTC/USDT"])
        for recording in recordings {
            let files = try #require(recording["files"] as? [String])
            #expect(files.count == 1)
            #expect(recording["bytes"] as? Int == size(files[0]))
            #expect((recording["book_changes"] as? Int ?? 0) > 20)
            #expect(recording["quotes"] as? Int == 0)
            // Quotes come all the same, and are not written: nobody asked for them.
            #expect((recording["left_out_not_asked"] as? Int ?? 0) > 0)
            #expect(recording["dropped"] as? Int == 0)
        }
    }

    @Test func `a recorder that is killed leaves a file that a backtest reads`() throws {
        let venue = try SimulatedVenue()
        let process = Process()
        process.executableURL = Runner.program
        process.arguments = [
            "record", Self.symbol, "--out", data, "--base-url", venue.baseURL,
        ]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.start()
        // It is killed once it has flushed some rows: more than a book and a header.
        let deadline = Date(timeIntervalSinceNow: 60)
        while size(arrays().first ?? "") < 20_000, process.isRunning, Date() < deadline {
            _ = RunLoop.current.run(mode: .default, before: Date(timeIntervalSinceNow: 0.05))
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitForExit()
        #expect(process.terminationReason == .uncaughtSignal)
        let file = try #require(arrays().first)
        #expect(size(file) >= 20_000)
        let run = try backtest(file)
        #expect(run.code == 0, "\(run.errors)")
        let all = try #require(try run.json()["data"] as? [String: [String: Any]])
        let facts = try #require(all[Self.symbol])
        // A row has 64 bytes: what is on the disk is read, but for a torn end.
        #expect((facts["events"] as? Int ?? 0) >= 200)
        #expect((facts["bid_levels"] as? Int ?? 0) > 10)
        #expect(run.errors.contains("heard \(facts["trades"] as? Int ?? -1) trades"))
    }

    @Test func `a lost venue is a gap, and the book after it is whole`() throws {
        let venue = try SimulatedVenue("--fault", "cut=0.05", "--seed", "3")
        let run = try Runner([
            "record", Self.symbol, "--out", data, "--duration", "8s", "--base-url", venue.baseURL,
            "--json",
        ])
        #expect(run.code == 0, "\(run.errors)")
        let recordings = try #require(try run.json()["recordings"] as? [[String: Any]])
        #expect((recordings[0]["gaps"] as? Int ?? 0) >= 1, "\(run.errors)")
        let played = try backtest(try #require((recordings[0]["files"] as? [String])?.first))
        let all = try #require(try played.json()["data"] as? [String: [String: Any]])
        #expect(all[Self.symbol]?["crossed"] as? Int == 0)
    }

    @Test func `a disk that takes no more ends it with one message`() throws {
        let venue = try SimulatedVenue()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // Half-kilobyte blocks: 16 kB, which the first books and trades go beyond.
        process.arguments = [
            "-c", "ulimit -f 32 && exec \"$@\"", "sh", Runner.program.path, "record", Self.symbol,
            "--out", data, "--duration", "60s", "--base-url", venue.baseURL,
        ]
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.start()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitForExit()
        #expect(process.terminationStatus == 1, "\(text)")
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(lines.count == 1, "\(text)")
        #expect(text.contains(".npy") && text.contains("can be read"), "\(text)")
        let played = try backtest(try #require(arrays().first))
        #expect(played.code == 0, "\(played.errors)")
    }

    @Test func `an instrument that is not there is named, and nothing is left behind`() throws {
        let venue = try SimulatedVenue()
        let run = try Runner([
            "record", "coinex:BTC/USTD", "--out", data, "--base-url", venue.baseURL,
        ])
        #expect(run.code == 2, "\(run.errors)")
        #expect(run.errors.contains("did you mean coinex:BTC/USDT"), "\(run.errors)")
        #expect(run.output == "")
        #expect(!FileManager.default.fileExists(atPath: data))
    }

    @Test(arguments: [
        (["coinex:BTC/USDT"], ["--out"]),
        (["BTC/USDT", "--out", "data"], ["`BTC/USDT` is not a symbol", "venue:BASE/QUOTE"]),
        (["coinx:BTC/USDT", "--out", "data"], ["no venue `coinx`", "did you mean `coinex`?"]),
        (
            ["sim:BTC/USDT", "--out", "data"],
            ["embedded exchange", "runner simulate-venue coinex"]
        ),
        (
            ["coinex:BTC/USDT", "coinex:BTC/USDT", "--out", "data"],
            ["coinex:BTC/USDT is named twice"]
        ),
        (["coinex:BTC/USDT", "--out", "data", "--feeds", "trade"], ["did you mean `trades`?"]),
        (["coinex:BTC/USDT", "--out", "data", "--feeds", "bars:1m"], ["trades, book and quotes"]),
        (["coinex:BTC/USDT", "--out", "data", "--duration", "soon"], ["--duration is `soon`"]),
        (["coinex:BTC/USDT", "--out", "/dev/null"], ["/dev/null is not a folder"]),
        (["coinex:BTC/USDT", "--out", "no/such/place"], ["nothing can be written there"]),
        (
            ["coinex:BTC/USDT", "--out", "data", "--ca-file", "nowhere.pem"],
            ["nowhere.pem", "cannot be read"]
        ),
        (["coinex:BTC/USDT", "--out", "data", "--base-url", "127.0.0.1"], ["--base-url"]),
    ])
    func `a wrong call gets one message`(arguments: [String], parts: [String]) throws {
        expectOneMessage(
            try Runner(["record"] + arguments, in: folder.url), code: 2, containing: parts)
        #expect(!FileManager.default.fileExists(atPath: data))
    }
}
