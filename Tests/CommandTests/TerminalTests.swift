import Foundation
import Testing

@Suite struct `What a person sees` {
    private let maker = "strategies/market_maker.lua"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    // MARK: - The status line

    @Test(arguments: ["1", "5", "20", "100", "300"])
    func `the status line stands there again right after each line`(speed: String) throws {
        let terminal = try Terminal([maker, "--seed", "1", "--speed", speed], columns: 120)
        try terminal.wait {
            $0.bottom.contains("PnL") && $0.lines.contains { $0.contains(" fill ") }
        }
        let begun = terminal.bytes.count
        try terminal.wait {
            $0.lines.filter { $0.contains(" fill ") }.count >= (speed == "1" ? 2 : 8)
        }
        terminal.pressControlC()
        // Each line ends where the state of the run begins again: nothing is seen in between.
        let shown = String(decoding: terminal.bytes[begun...], as: UTF8.self)
        let pieces = shown.components(separatedBy: "\r\n").dropFirst().dropLast()
        #expect(pieces.allSatisfy { $0.hasPrefix("PnL") }, "\(shown)")
        #expect(try terminal.waitForEnd() == 0)
        #expect(terminal.text.hasSuffix("a second\r\n"))
    }

    @Test(arguments: [40, 60, 80, 120, 200])
    func `what matters most is left on a narrow terminal, and no number is cut`(
        columns: Int
    ) throws {
        let script = try folder.write(
            "two.lua",
            """
            subscribe("sim:ETH/USDT", "trades")
            subscribe("sim:BTC/USDT:USDT", "trades")
            local n = 0
            function on_trade(t)
              n = n + 1
              if n == 3 then return buy{symbol = t.symbol, qty = 0.01} end
            end
            """)
        let terminal = try Terminal(
            [script, "--seed", "1", "--speed", "50"], columns: columns)
        try terminal.wait { $0.bottom.contains("PnL") }
        let state = terminal.bottom
        terminal.pressControlC()
        #expect(try terminal.waitForEnd() == 0)
        #expect(state.count < columns, "\(state)")
        let start = /PnL [+-]?[0-9]+\.[0-9]{2} USDT │ [0-9]+ open(, [0-9]+ sent)? │ 00:[0-9:]{5}/
        #expect(state.prefixMatch(of: start) != nil, "\(state)")
        let word = /[A-Za-z:\/│–…+]+|[+-]?[0-9]+(\.[0-9]+)?|[0-9]{2}:[0-9]{2}:[0-9]{2}|open,|ev\/s/
        let words = state.split(separator: " ")
        #expect(words.allSatisfy { $0.wholeMatch(of: word) != nil }, "\(state)")
        #expect(state.contains("ETH/USDT") || columns == 40, "\(state)")
        #expect(state.contains("BTC/USDT:USDT") || columns <= 80, "\(state)")
        #expect(state.hasSuffix("ev/s") || columns < 200, "\(state)")
    }

    @Test func `the status line follows the terminal's width`() throws {
        let terminal = try Terminal([maker, "--seed", "1", "--speed", "20"], columns: 120)
        try terminal.wait { $0.bottom.contains("ev/s") }
        terminal.resize(to: 40)
        try terminal.wait { $0.bottom.contains("PnL") && $0.bottom.count < 40 }
        terminal.resize(to: 200)
        try terminal.wait { $0.bottom.contains("ev/s") }
        terminal.pressControlC()
        #expect(try terminal.waitForEnd() == 0)
    }

    @Test(arguments: ["dumb", ""])
    func `a terminal that knows no codes gets plain lines`(kind: String) throws {
        let terminal = try Terminal(
            [maker, "--seed", "1", "--speed", "20", "--duration", "1m"],
            environment: ["TERM": kind])
        #expect(try terminal.waitForEnd() == 0)
        let plain = terminal.text.replacingOccurrences(of: "\r\n", with: "")
        #expect(!plain.contains("\r") && !plain.contains("\u{1B}"), "\(terminal.text)")
        #expect(terminal.text.contains(" fill "))
    }

    @Test func `the status line stays on standard error`() throws {
        let log = folder.url.appendingPathComponent("log").path
        let terminal = try Terminal(
            [maker, "--seed", "1", "--speed", "20"], columns: 120, redirection: ">'\(log)'")
        try terminal.wait { $0.bottom.contains("1 sent") }
        terminal.pressControlC()
        #expect(try terminal.waitForEnd() == 0)
        let kept = try folder.text("log")
        #expect(!kept.contains("\r") && !kept.contains("\u{1B}"))
        #expect(kept.contains("equity"))
        #expect(!terminal.text.contains(" fill "))
    }

    @Test func `an empty NO_COLOR leaves colours, any other takes them`() throws {
        let script = try folder.write("broken.lua", "subscribe(")
        let coloured = try Terminal([script], environment: ["NO_COLOR": ""])
        #expect(try coloured.waitForEnd() == 2)
        #expect(coloured.text.hasPrefix("\u{1B}[31merror:"), "\(coloured.text)")
        let plain = try Terminal([script], environment: ["NO_COLOR": "1"])
        #expect(try plain.waitForEnd() == 2)
        #expect(plain.text.hasPrefix("error:"), "\(plain.text)")
    }

    @Test func `says that indicators warm up, and how far they are`() throws {
        let script = try folder.write(
            "slow.lua",
            """
            subscribe("sim:BTC/USDT:USDT", "bars:1m")
            local slow, cross = ta.sma(50), ta.crossover()
            function on_bar(bar)
              local s = slow(bar.close)
              if s and cross(bar.close, s) then return target(0.01) end
            end
            """)
        let terminal = try Terminal([script, "--seed", "1", "--speed", "600"])
        try terminal.wait(for: "warming up: sma(50) has its first value after 50 bars of 1m\r\n")
        try terminal.wait {
            $0.bottom.firstMatch(of: /warming up: [1-9][0-9]? of 50 bars/) != nil
        }
        try terminal.wait { $0.bottom.contains("PnL") && !$0.bottom.contains("warming") }
        terminal.pressControlC()
        #expect(try terminal.waitForEnd() == 0)
    }

    // MARK: - Log lines

    @Test func `a fill fits 80 columns, and the date and its zone are said once`() throws {
        let terminal = try Terminal(
            [maker, "--seed", "1", "--speed", "1000", "--duration", "5m"], columns: 80)
        #expect(try terminal.waitForEnd() == 0)
        let fills = terminal.lines.filter { $0.contains(" fill ") }
        #expect(fills.count > 5)
        #expect(fills.allSatisfy { $0.count <= 80 }, "\(fills)")
        let form =
            /[0-9:]{8} fill  (buy|sell) [0-9.]+ [^ ]+ @ [0-9.]+ .*fee 0\.[0-9]{2}( USDT)?, pos .*/
        #expect(fills.allSatisfy { $0.wholeMatch(of: form) != nil }, "\(fills)")
        let dates = terminal.lines.filter { $0.contains("2026-01-01") }
        #expect(dates.first == "2026-01-01, times are UTC")
        #expect(dates.filter { !$0.hasPrefix(" ") }.count == 1, "\(dates)")
    }

    @Test func `a fill is whole where it is kept`() throws {
        let run = try Runner([maker, "--seed", "1", "--speed", "1000", "--duration", "1m"])
        let fill = try #require(run.output.split(separator: "\n").first { $0.contains(" fill ") })
        let form =
            /2026-01-01 [0-9:]{8}\.[0-9]{3} fill  .* (maker|taker), fee 0\.[0-9]{3,} USDT, position .*/
        #expect(fill.wholeMatch(of: form) != nil, "\(fill)")
    }

    @Test(arguments: ["100", "100 + n"])
    func `a refusal that comes again and again is counted instead of repeated`(
        price: String
    ) throws {
        let script = try folder.write(
            "stubborn.lua",
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local n = 0
            function on_trade(t)
              n = n + 1
              if n > 345 then return end
              if n == 1 then log.info("mine") log.info("mine") end
              return buy{qty = 1000000000, price = \(price), post_only = true}
            end
            """)
        let run = try Runner([script, "--seed", "1", "--speed", "100000", "--duration", "1h"])
        #expect(run.code == 0, "\(run.errors)")
        let warnings = run.output.split(separator: "\n").filter { $0.contains(" warn ") }
        #expect(warnings.count <= 5, "\(warnings)")
        #expect(!(warnings.first?.contains("said") ?? true))
        #expect(warnings.last?.hasSuffix("(said 345 times)") == true, "\(warnings)")
        #expect(run.output.contains("345 ×"), "\(run.output)")
        // A script's own lines are its own affair.
        #expect(run.output.components(separatedBy: "info  mine").count == 3)
    }
}
