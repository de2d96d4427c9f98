import Foundation
import Testing

@Suite struct `The paper command` {
    private func summary(_ arguments: [String]) throws -> [String: Any] {
        let run = try Runner(arguments + ["--json"])
        #expect(run.code == 0, "\(run.errors)")
        return try run.json()
    }

    @Test func `gives the same intents at different speeds with one seed`() throws {
        let arguments = ["strategies/market_maker.lua", "--seed", "7", "--duration", "2m"]
        let fast = try summary(arguments + ["--speed", "1000000"])
        let slow = try summary(arguments + ["--speed", "60"])
        let hash = try #require(fast["intents_sha256"] as? String)
        #expect(slow["intents_sha256"] as? String == hash)
        #expect(fast["intents"] as? Int ?? 0 > 0)
        #expect(slow["equity"] as? String == fast["equity"] as? String)
    }

    @Test func `gives other intents with another seed`() throws {
        let arguments = [
            "strategies/market_maker.lua", "--duration", "2m", "--speed", "1000000",
        ]
        let first = try summary(arguments + ["--seed", "1"])
        let second = try summary(arguments + ["--seed", "2"])
        #expect(first["intents_sha256"] as? String != second["intents_sha256"] as? String)
    }

    @Test func `trades within the first seconds`() throws {
        let fields = try summary([
            "strategies/market_maker.lua", "--seed", "3", "--duration", "5s", "--speed", "1000",
        ])
        #expect(fields["orders"] as? Int ?? 0 > 0)
    }

    @Test func `Ctrl-C cancels the orders, calls on_stop and prints a summary`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "resting.lua",
            """
            subscribe("sim:BTC/USDT", "quotes")
            local sent = false
            function on_quote(q)
              if sent then return end
              sent = true
              return buy{symbol = q.symbol, qty = 0.01, price = q.bid * 0.9, post_only = true}
            end
            function on_order(o) log.info("order %s", o.state) end
            function on_stop(why) log.info("stopping: %s", why.reason) end
            """)
        let run = try Runner.interrupted(onceItPrints: "order working", [script, "--seed", "1"])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("order working"), "\(run.output)")
        #expect(run.output.contains("stopping: interrupted"), "\(run.output)")
        #expect(run.output.contains("order cancelled"), "\(run.output)")
        #expect(run.output.contains("equity"), "\(run.output)")
    }

    @Test func `three failing handlers stop trading with exit code 3`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "failing.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade(t) return t.prise end
            """)
        let run = try Runner([script, "--seed", "1", "--duration", "1m", "--speed", "1000"])
        #expect(run.code == 3)
        #expect(run.output.contains("did you mean `price`"), "\(run.output)")
        #expect(run.output.contains("failing.lua:2"), "\(run.output)")
        #expect(run.errors.contains("trading stopped"), "\(run.errors)")
    }

    @Test func `help and version go to standard output`() throws {
        let help = try Runner(["--help"])
        #expect(help.code == 0)
        #expect(help.output.contains("backtest"))
        #expect(help.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 50)
        #expect(try Runner(["--version"]).output.hasPrefix("runner "))
    }
}

extension Runner {
    /// Runs the runner and sends it what a terminal sends for Ctrl-C once `text` has come.
    static func interrupted(onceItPrints text: String, _ arguments: [String]) throws -> Runner {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let scratch = try TemporaryFolder()
        process.environment = [
            "PATH": "/usr/bin:/bin", "MOONRUNNER_HOME": scratch.url.path,
        ]
        process.standardError = try scratch.newFile("errors")
        try process.run()
        var seen = Data()
        var wasInterrupted = false
        while true {
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { break }  // the process has closed its end
            seen += part
            guard !wasInterrupted, String(decoding: seen, as: UTF8.self).contains(text) else {
                continue
            }
            wasInterrupted = true
            process.interrupt()
        }
        process.waitUntilExit()
        return Runner(
            code: process.terminationStatus, output: String(decoding: seen, as: UTF8.self),
            errors: try scratch.text("errors"))
    }
}
