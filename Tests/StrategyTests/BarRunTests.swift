import Matching
import PaperTrading
import RunFigures
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// What a strategy hears of its orders where only bars are known, and when.
@Suite struct `A strategy on bars alone` {
    private static let minute: Int64 = 60_000_000_000

    /// Bars of a minute, one after the other: open, high, low, close.
    private func minutes(
        _ bars: [(Double, Double, Double, Double)], id: Int = 0
    ) throws -> HandMadeMarket {
        let market = HandMadeMarket(InstrumentID(id))
        for (open, high, low, close) in bars {
            try market.bar(open: open, high: high, low: low, close: close)
        }
        return market
    }

    private let flat = (100.0, 101.0, 99.0, 100.0)

    @Test(arguments: [0, 5_000_000])
    func `hears of a fill before the bar that it happened in`(latency: Int64) throws {
        let run = try BarRun(
            """
            function on_bar(bar)
              log.info("bar %s", bar.close)
              if position().qty == 0 then return buy{qty = 1} end
            end
            function on_fill(fill) log.info("fill %s", fill.price) end
            """, on: try minutes([flat, (102, 103, 101, 102.5), flat]), latency: latency)
        #expect(run.said == ["bar 100.0", "fill 102.0", "bar 102.5", "bar 100.0"])
    }

    @Test func `a bracket sent in on_fill works from that moment on`() throws {
        let run = try BarRun(
            """
            function on_bar()
              if position().qty == 0 and not sent then
                sent = true
                return buy{qty = 1}
              end
            end
            function on_fill(fill)
              log.info("%s %s at %g", fill.side, fill.price, fill.time % 3600)
              if fill.side == "buy" then
                return { sell{qty = 1, stop = 95, reduce_only = true},
                         sell{qty = 1, price = 110, reduce_only = true} }
              end
            end
            """, on: try minutes([flat, (100, 112, 94, 111)]))
        // Down by 6 in 20 s: at 95 after 16.7 s.
        #expect(run.said.first == "buy 100.0 at 60")
        #expect(run.said.last?.hasPrefix("sell 95.0 at 76.6667") == true)
        #expect(run.said.count == 2)
    }

    @Test func `a cancel by a timer inside the bar is in time, or too late`() throws {
        let script = """
            function on_bar()
              if not mine then return buy{qty = 1, price = 95, tag = "x"} end
            end
            function on_order(order)
              if not mine then mine = order; after(wait, "cancel") end
            end
            function on_timer() return cancel(mine) end
            function on_fill(fill) log.info("fill %s", fill.price) end
            """
        let market = try minutes([flat, (100, 120, 94, 111)])
        let early = try BarRun("local wait = 16\n" + script, on: market)
        #expect(early.said == [])
        let late = try BarRun(
            "local wait = 17\n" + script, on: try minutes([flat, (100, 120, 94, 111)]))
        #expect(late.said == ["fill 95.0"])
    }

    @Test func `a position is valued at the fill's price in on_fill, not at the last close`() throws
    {
        let run = try BarRun(
            """
            function on_bar()
              if not sent then sent = true; return buy{qty = 1, price = 95} end
            end
            function on_fill(fill)
              log.info("%s", position().unrealised_pnl)
            end
            """, on: try minutes([flat, (100, 120, 94, 111)]))
        #expect(run.said == ["0.0"])
    }

    @Test func `equity falls by what was lost, not from a close that was never owned`() throws {
        let run = try BarRun(
            """
            function on_bar() if not sent then sent = true; return buy{qty = 1} end end
            function on_fill(fill)
              if fill.side == "buy" then return sell{qty = 1, stop = 95, reduce_only = true} end
            end
            """, on: try minutes([flat, flat, (100, 151, 94, 150)]))
        #expect(run.drawdown == "5")
        #expect(run.equity == "9995")
    }

    @Test func `instruments open together, however many there are`() throws {
        let count = 300  // more than a batch holds
        let market = try minutes([flat, (102, 103, 101, 102), flat])
        for id in 1..<count {
            market.merge(try minutes([flat, (102, 103, 101, 102), flat], id: id))
        }
        let run = try BarRun(
            """
            for id = 0, \(count - 1) do subscribe("sim:C" .. id .. "/USDT:USDT", "bars:1m") end
            local fills, bars = 0, 0
            function on_bar(bar)
              bars = bars + 1
              if bars == \(count) then
                local all = {}
                for id = 0, \(count - 1) do
                  all[#all + 1] = buy{symbol = "sim:C" .. id .. "/USDT:USDT", qty = 0.1}
                end
                return all
              end
              if bars == \(count) + 1 then log.info("%d fills", fills) end
            end
            function on_fill() fills = fills + 1 end
            """, on: market, instruments: count)
        #expect(run.said == ["\(count) fills"])
    }

    @Test func `an order in a long bar is told of inside it, among the bars of others`() throws {
        let market = try minutes(Array(repeating: flat, count: 200))
        let other = HandMadeMarket(InstrumentID(1))
        try other.bar(open: 50, high: 51, low: 49, close: 50, minutes: 60)
        try other.bar(open: 50, high: 51, low: 40, close: 50, minutes: 60)
        try other.bar(open: 50, high: 51, low: 49, close: 50, minutes: 60)
        market.merge(other)
        let run = try BarRun(
            """
            subscribe("sim:C0/USDT:USDT", "bars:1m")
            subscribe("sim:C1/USDT:USDT", "bars:1h")
            function on_bar(bar)
              if bar.symbol == "sim:C1/USDT:USDT" and not sent then
                sent = true
                return buy{symbol = bar.symbol, qty = 1, price = 45}
              end
            end
            function on_fill(fill) log.info("%g, %g", fill.time % 86400, now() % 86400) end
            """, on: market, instruments: 2)
        // High first, at 20 minutes; from there down by 11 in 20 minutes.
        #expect(run.said.count == 1)
        #expect(run.said.first?.hasPrefix("5454.5") == true)
        #expect(run.said.first?.contains(", 5454.5") == true)
    }

    @Test(arguments: [
        ("1", ["1 bar of volume 0 came while orders were open: such bars fill nothing"]),
        ("0", ["orders met bars of volume 0: no bar had a volume, so it was taken as not known"]),
    ])
    func `bars without volume that matter are spoken of`(volume: String, notes: [String]) throws {
        let market = HandMadeMarket()
        for volume in [volume, "0", volume] {
            try market.bar(open: 100, high: 101, low: 99, close: 100, volume: volume)
        }
        let run = try BarRun(
            """
            function on_bar() if not sent then sent = true; return buy{qty = 1, price = 90} end end
            """, on: market)
        #expect(run.notes == notes)
    }

    @Test func `a strategy that answers its fills without end comes to an end`() throws {
        let run = try BarRun(
            """
            function on_bar() if not sent then sent = true; return buy{qty = 1} end end
            function on_fill(fill) return fill.side == "buy" and sell{qty = 1} or buy{qty = 1} end
            """, on: try minutes([flat, flat, flat]))
        #expect(run.said.count == 1)
        #expect(run.said.first?.contains("more than 10000 intents") == true)
    }

    @Test func `orders that still wait when the data ends fill nothing`() throws {
        let run = try BarRun(
            """
            function on_bar(bar) n = (n or 0) + 1; if n == 2 then return buy{qty = 1} end end
            function on_fill(fill) log.info("fill %s", fill.price) end
            """, on: try minutes([flat, flat, flat]), until: 150)
        #expect(run.said == ["fill 100.0"])
    }
}

/// A script's run over bars, and what it said.
private struct BarRun {
    private(set) var said: [String] = []
    let equity: String
    let drawdown: String
    let notes: [String]

    /// - Parameter seconds: when the run is ended; nil: with the data.
    init(
        _ script: String, on market: HandMadeMarket, instruments count: Int = 1, latency: Int64 = 0,
        until seconds: Double? = nil
    ) throws {
        let instruments = try (0..<count).map {
            try HandMadeMarket.instrument("sim:C\($0)/USDT:USDT", id: $0)
        }
        let start = count == 1 ? #"subscribe("sim:C0/USDT:USDT", "bars:1m")"# + "\n" : ""
        let balance = Money(attos: 10_000 * attosPerUnit)
        let venue = MatchingVenue(
            instruments: instruments,
            settings: PaperSettings(
                balances: [Currency("USDT"): balance], leverage: 10,
                latency: Latency(orderEntry: latency, response: latency)))
        let engine = Engine(
            mode: .backtest, instruments: instruments,
            strategy: try LuaStrategy(text: start + "local sent, mine, n\n" + script, seed: 1),
            settings: EngineSettings(),
            now: .distantPast)
        var run = SimulatedRun(
            engine: engine, venue: venue, source: market, feedLatency: 0,
            equity: EquityCurve(
                currency: Currency("USDT"), start: balance, instruments: instruments, held: [:]))
        let said = Lines()
        run.listener = { command, _ in
            if case .log(_, let text) = command { said.lines.append(text) }
        }
        let end = seconds.map {
            Timestamp(nanoseconds: 1_767_225_600_000_000_000 + Int64($0 * 1e9))
        }
        _ = try run.advance(to: end ?? .distantFuture)
        run.finish("over")
        self.said = said.lines
        equity = run.equity.equity.description
        drawdown = run.equity.maxDrawdown.description
        notes = run.fillNotes(of: instruments[0].id)
    }

    private final class Lines {
        var lines: [String] = []
    }
}
