import Foundation
import Testing

@Suite struct `The simulate-venue command` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func simulate(_ arguments: String...) throws -> Runner {
        try Runner(["simulate-venue"] + arguments)
    }

    private func served(_ arguments: String...) throws -> Runner {
        try Runner(["simulate-venue", "coinex", "--port", "0", "--duration", "0.2s"] + arguments)
    }

    /// The objects that `--json` prints, one a line.
    private func objects(_ run: Runner) throws -> [[String: Any]] {
        try run.output.split(separator: "\n").map {
            try Runner(code: run.code, output: String($0), errors: run.errors).json()
        }
    }

    @Test func `it says how to reach it and what it served`() throws {
        let run = try served("--seed", "7", "--fault", "drop=0.01,reply-lost")
        #expect(run.code == 0, "\(run.errors)")
        for part in [
            "REST       http://127.0.0.1:", "ws://127.0.0.1:", "/v2/futures",
            "/_simulator/state", "key simulator-key, secret simulator-secret", "seed       7",
            "drop=0.01,reply-lost", "runner new my_maker --template maker",
            "COINEX_API_KEY=simulator-key COINEX_API_SECRET=simulator-secret runner my_maker.lua",
            "--set symbol=coinex:BTC/USDT:USDT --live --base-url http://127.0.0.1:",
            "served 0 requests and 0 sockets; 0 orders, 0 fills",
        ] {
            #expect(run.output.contains(part), "\(run.output)")
        }
    }

    @Test func `a venue without post-only orders gets a strategy that sends none`() throws {
        let run = try Runner(["simulate-venue", "coinut", "--port", "0", "--duration", "0.2s"])
        #expect(run.code == 0, "\(run.errors)")
        for part in [
            "simulating coinut at 127.0.0.1:", "WebSocket  ws://127.0.0.1:",
            "runner new my_trend --template trend", "COINUT_API_KEY=simulator-key",
            "runner my_trend.lua --set symbol=coinut:BTC/USDT --live",
        ] {
            #expect(run.output.contains(part), "\(run.output)")
        }
    }

    @Test func `the lines of a client work as they are typed`() throws {
        let venue = try SimulatedVenue()
        let run = try served("--json")
        let facts = try #require(try objects(run).first)
        let base = try #require(facts["base_url"] as? String)
        let strategy = try #require(facts["strategy"] as? String)
        let client = try #require(facts["client"] as? String)
            .replacingOccurrences(of: base, with: venue.baseURL)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(strategy) && \(client) --yes --duration 1s"]
        process.currentDirectoryURL = folder.url
        process.environment = [
            "PATH": Runner.program.deletingLastPathComponent().path + ":/usr/bin:/bin",
            "MOONRUNNER_HOME": folder.url.path,
        ]
        let errors = try folder.newFile("errors")
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        process.standardError = errors
        try process.start()
        process.waitForExit()
        let said = try folder.text("errors")
        #expect(process.terminationStatus == 0, "\(said)")
    }

    @Test func `a secret that a user gave is in no output`() throws {
        for arguments in [["--account", "me:s3same:USDT=5"], ["--account", "me:s3same:USDT=x"]] {
            let run = try Runner(
                ["simulate-venue", "coinex", "--port", "0", "--duration", "0.1s"] + arguments)
            #expect(run.output.contains("key me") || run.code == 2)
            #expect(!(run.output + run.errors).contains("s3same"))
        }
    }

    @Test func `programs get two objects`() throws {
        let run = try served("--json")
        let objects = try objects(run)
        try #require(objects.count == 2, "\(run.output)")
        #expect((objects[0]["port"] as? Int ?? 0) > 0)
        #expect(objects[0]["ca_file"] is NSNull)
        #expect(objects[1]["end"] as? String == "duration")
        #expect(objects[1]["orders"] as? Int == 0)
    }

    @Test func `a test authority's certificate is where it says`() throws {
        let home = folder.url.appendingPathComponent("home").path
        let run = try Runner(
            [
                "simulate-venue", "coinex", "--tls", "--port", "0", "--duration", "0.1s", "--json",
            ], environment: ["MOONRUNNER_HOME": home])
        let first = try #require(try objects(run).first)
        #expect(first["ca_file"] as? String == home + "/simulators/ca.pem")
        #expect((first["base_url"] as? String ?? "").hasPrefix("https://127.0.0.1:"))
        #expect((first["client"] as? String ?? "").contains("--ca-file \(home)/simulators/ca.pem"))
        let text = try String(contentsOfFile: home + "/simulators/ca.pem", encoding: .utf8)
        #expect(text.hasPrefix("-----BEGIN CERTIFICATE-----"))
    }

    @Test func `a recorded market is served`() throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try served("--data", "coinex:BTC/USDT:USDT=\(data)", "--speed", "10")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("trades.csv, 10 times as fast"))
    }

    @Test(arguments: [
        (["coinx"], ["there is no simulator of `coinx`", "did you mean `coinex`?"]),
        (["okx"], ["there is no simulator of `okx`", "there is one of: coinex, coinut"]),
        (["coinut", "--account", "me:a:USDT=1,futures/USDT=1"], ["coinut has no futures"]),
        (["coinut", "--fault", "busy"], ["`busy` is not a fault", "lost-updates"]),
        (["coinex", "--fault", "dorp=0.1"], ["there is no `dorp`", "did you mean `drop`?"]),
        (["coinex", "--fault", "drop=7"], ["`drop=7` is not a fault", "from 0 to 1"]),
        (["coinex", "--account", "me"], ["--account", "KEY:SECRET:BALANCES"]),
        (
            ["coinex", "--account", "me:a:USDT=1", "--account", "me:b:USDT=1"],
            ["the key `me` stands twice"]
        ),
        (["coinex", "--port", "70000"], ["--port is `70000`", "65535"]),
        (["coinex", "--speed", "0"], ["--speed is `0`", "from 1"]),
        (["coinex", "--duration", "soon"], ["--duration is `soon`", "10m"]),
        (["coinex", "--data", "trades.csv"], ["--data coinex:BTC/USDT:USDT=trades.csv"]),
        (["coinex", "--data", "coinex:BTC/USDT=nowhere.csv"], ["nowhere.csv", "No such file"]),
        (["coinex", "--instrument", "tick=1"], ["--instrument describes the files of --data"]),
        (["coinex", "--certificate", "c.pem"], ["add --key FILE"]),
        (["coinex", "--key", "k.pem"], ["add --certificate FILE"]),
        (["coinex", "--certificate", "c.pem", "--key", "k.pem"], ["c.pem", "No such file"]),
    ])
    func `a wrong call gets one message`(arguments: [String], parts: [String]) throws {
        expectOneMessage(
            try Runner(["simulate-venue"] + arguments), code: 2, containing: parts)
    }

    @Test func `it serves until it is interrupted, and a second one finds its port taken`() throws {
        let process = Process()
        process.executableURL = Runner.program
        process.arguments = ["simulate-venue", "coinex", "--port", "0", "--json"]
        process.environment = ["MOONRUNNER_HOME": folder.url.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.start()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let first = try Runner(code: 0, output: line, errors: "").json()
        let port = try #require(first["port"] as? Int)
        expectOneMessage(
            try simulate("coinex", "--port", "\(port)"), code: 2,
            containing: ["port \(port) is in use", "--port 0"])
        process.interrupt()
        process.waitForExit()
        #expect(process.terminationStatus == 0)
        let rest = output.fileHandleForReading.readDataToEndOfFile()
        let last = try Runner(
            code: 0, output: String(decoding: rest, as: UTF8.self), errors: ""
        ).json()
        #expect(last["end"] as? String == "interrupted")
    }
}
