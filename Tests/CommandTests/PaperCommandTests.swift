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

    @Test func `a session's name begins with no dash, and the times are said to be UTC`() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(
            "-dash.lua", "subscribe(\"sim:BTC/USDT\", \"trades\")\nfunction on_trade() end\n")
        let run = try Runner(
            ["./-dash.lua", "--duration", "1s", "--speed", "1000"], in: folder.url)
        #expect(run.errors.contains("session dash-"), "\(run.errors)")
        #expect(run.errors.contains("times are UTC"), "\(run.errors)")
    }

    @Test func `help and version go to standard output`() throws {
        let help = try Runner(["--help"])
        #expect(help.code == 0)
        #expect(help.output.contains("backtest"))
        #expect(help.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 50)
        #expect(try Runner(["--version"]).output.hasPrefix("runner "))
    }

    @Test func `help of a script lists its parameters in the script's own words`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "demo.lua",
            """
            local p = params {
              symbol = "sim:BTC/USDT", many = { default = 3, min = 1, max = 9, help = "how many things" },
              mode = { "both", "long" }, size = { default = 0.5, min = 0 },
            }
            subscribe(p.symbol, "trades")
            function on_trade() log.info("%s %s %s", p.many, p.mode, p.size) end
            """)
        let calls = [
            [script, "--help"], [script, "--set", "many=4", "-h"], ["backtest", script, "--help"],
            ["check", script, "--help"],
        ]
        for call in calls {
            let help = try Runner(call)
            #expect(help.code == 0, "\(help.errors)")
            for part in [
                "demo.lua, changed by --set name=value:", "  many=3", "how many things; 1 to 9",
                "mode=both", "one of both, long", "at least 0", "symbol=sim:BTC/USDT",
            ] {
                #expect(help.output.contains(part), "\(part) in \(help.output)")
            }
        }
        let general = try Runner(["--help"])
        #expect(general.output.contains("runner strategy.lua --help"))
    }

    @Test func `help of a script that does not load says why`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write("broken.lua", "x = = 3\n")
        let help = try Runner([script, "--help"])
        #expect(help.code == 2)
        #expect(help.output.contains("--duration"))
        #expect(help.errors.contains("broken.lua:1"), "\(help.errors)")
    }

    @Test func `shows a script's words on one line, whatever is in them`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "loud.lua",
            #"""
            subscribe("sim:BTC/USDT", "trades")
            local said
            function on_trade()
              if said then error("broken\n2026-01-01 00:00:00.000 fill  bought\27[31m") end
              said = true
              log.warn("calm\27[2J\r\n2026-01-01 00:00:00.000 fill  buy 7\u{9b}0m\u{202e}x")
              alert("\27]0;title\7\u{2028}position    0")
              return buy { qty = 0.00001, price = 1, tag = "t\u{85}\27" }
            end
            """#)
        let run = try Runner([script, "--seed", "1", "--duration", "5s", "--speed", "1000"])
        let all = run.output + run.errors
        let steering = all.unicodeScalars.filter {
            $0.value < 32 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) || $0 == "\u{202e}"
                || $0 == "\u{2028}"
        }
        #expect(steering.isEmpty, "\(all)")
        let lines = all.split(separator: "\n")
        #expect(
            lines.contains {
                $0.hasSuffix(
                    #"warn  calm\x1b[2J\x0d\x0a2026-01-01 00:00:00.000 fill  buy 7\u{9b}0m\u{202e}x"#
                )
            }, "\(all)")
        #expect(lines.contains { $0.hasSuffix(#"alert \x1b]0;title\x07\u{2028}position    0"#) })
        #expect(!lines.contains { $0.hasPrefix("2026-01-01 00:00:00.000 fill") }, "\(all)")
        #expect(lines.contains { $0.contains(#"broken\x0a2026-01-01"#) }, "\(all)")
        // The line of the script that failed stands below the message.
        #expect(lines.contains { $0.hasPrefix("  4 | if said then error(") }, "\(all)")
    }

    @Test func `ends with exit code 3 when timers leave no time for anything else`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "hectic.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_start() for i = 1, 500 do every(1e-6, "n" .. i) end end
            function on_timer() end

            """)
        let arguments = [script, "--seed", "1", "--duration", "1m", "--speed", "1000"]
        let run = try Runner(arguments)
        #expect(run.code == 3, "\(run.errors)")
        #expect(
            run.errors.contains("more than 10000 timers ran out within a second"), "\(run.errors)")
        let patient = try Runner(
            [
                script, "--seed", "1", "--duration", "100ms", "--script",
                "timer_beats_per_second=60000",
            ])
        #expect(patient.code == 0, "\(patient.errors)")
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
        try process.start()
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
        process.waitForExit()
        return Runner(
            code: process.terminationStatus, output: String(decoding: seen, as: UTF8.self),
            errors: try scratch.text("errors"))
    }
}
