import Matching
import PaperTrading
import PropertyTesting
import RunFigures
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// A strategy may be offered many trades in one go; nobody may be able to tell.
@Suite struct `Running ahead over trades` {
    @Test(arguments: seeds)
    func `a strategy sees, asks and sends the same as with one event at a time`(
        seed: UInt64
    ) throws {
        for symbols in [["sim:BTC/USDT:USDT"], ["sim:BTC/USDT:USDT", "sim:ETH/USDT:USDT"]] {
            let market = try RandomMarket(symbols, seed: seed)
            // A ticker's handler alone makes the host go event by event.
            let ahead = try Session(market, script: script(symbols, feeds: #""trades""#))
            let singly = try Session(
                market, script: script(symbols, feeds: #""trades", "ticker""#))
            try ahead.play(steps: seed % 2 == 0 ? 1 : 50)
            try singly.play(steps: 1)
            #expect(ahead.commands == singly.commands, "seed \(seed)")
            #expect(ahead.summary == singly.summary, "seed \(seed)")
            #expect(ahead.commands.count > 20, "seed \(seed): the script has something to say")
        }
    }

    @Test(arguments: seeds)
    func `equity and drawdown equal those counted out at every event`(seed: UInt64) throws {
        let symbols = ["sim:BTC/USDT:USDT"]
        let market = try RandomMarket(symbols, seed: seed, timesRepeat: false)
        let session = try Session(market, script: script(symbols, feeds: #""trades""#))
        for event in market.events {
            try session.advance(to: event.receiveTime)
            session.countOut()
            #expect(session.equity == session.counted, "seed \(seed)")
        }
        #expect(session.drawdown == session.countedDrawdown, "seed \(seed)")
    }

    /// All that a handler may come back with, at every trade or at some of them.
    @Test(arguments: [
        "return", "return nil", "return {}", "return nothing()",
        "return count % 3 == 0 and {} or nil",
        "if count % 5 == 0 then return {} end", "if count % 5 == 0 then return nil end",
        "if count % 7 == 0 then return {buy{qty = 0.01}} end return {}", "return {buy{qty = 0.01}}",
        "buy{qty = 0.01} return nil", "buy{qty = 0.01}", "log.info('%d', count) return nil",
        "pcall(error, 'x') return nil", "if count % 50 == 0 then error('x') end return nil",
        "if count % 50 == 0 then return false end return nil",
        "if count == 9 then on_trade = nil end return nil",
        "return false", "return count % 3 == 0 and buy{qty = 0.01}",
        "return {false, count % 4 == 0 and buy{qty = 0.01} or nil, nil, cancel{}}",
        "return {count % 4 == 0 and {} or nil}", "if count % 50 == 0 then return 5 end",
        "if count % 50 == 0 then return buy{qty = 0.01}, 5 end", "return table.pack(nil, false)",
        "local before = on_trade on_trade = function(t) on_trade = before return before(t) end",
        "if count % 7 == 0 then on_trade = on_trade return buy{qty = 0.01} end",
    ])
    func `every trade is heard, whatever the handler returns`(answer: String) throws {
        for symbols in [["sim:BTC/USDT:USDT"], ["sim:BTC/USDT:USDT", "sim:ETH/USDT:USDT"]] {
            let market = try RandomMarket(symbols, seed: 3)
            func script(_ feeds: String) -> String {
                """
                for _, symbol in ipairs{\(symbols.map { "'\($0)'" }.joined(separator: ", "))} do
                  subscribe(symbol, \(feeds))
                end
                local count = 0
                local function nothing() end
                local function buy(t) t.symbol = "\(symbols[0])" return _ENV.buy(t) end
                function on_ticker() end
                function on_trade(trade)
                  count = count + 1
                  \(answer)
                end
                function on_stop() log.info("heard %d", count) end
                """
            }
            let ahead = try Session(market, script: script(#""trades""#))
            let singly = try Session(market, script: script(#""trades", "ticker""#))
            try ahead.play(steps: 1)
            try singly.play(steps: 1)
            #expect(ahead.commands == singly.commands)
            #expect(ahead.summary == singly.summary)
            guard !answer.contains("on_trade = nil") else { continue }
            let trades = market.events.count { if case .trade = $0 { true } else { false } }
            #expect(ahead.commands.contains(.log(.info, "heard \(trades)")))
        }
    }

    /// Asks something at every trade, says something and sends orders now and then.
    private func script(_ symbols: [String], feeds: String) -> String {
        """
        local symbols = {\(symbols.map { "\"\($0)\"" }.joined(separator: ", "))}
        for _, symbol in ipairs(symbols) do subscribe(symbol, \(feeds)) end
        local sum, count, kept = 0, 0, nil
        function on_ticker() end
        function on_trade(trade)
          count = count + 1
          local what = math.random(12)
          if what == 1 then sum = sum + now() % 1000
          elseif what == 2 then sum = sum + (quote(trade.symbol).bid or 0)
          elseif what == 3 then
            local ask = book(trade.symbol).asks(1)[1]
            sum = sum + (ask and ask.price or 0)
          elseif what == 4 then sum = sum + (position(symbols[1]).unrealised_pnl or 0)
          elseif what == 5 then sum = sum + balance("USDT").available % 1000 end
          if kept then
            local fine, problem = pcall(function() return kept.price end)
            assert(not fine and problem:find("kept past its callback", 1, true))
          end
          kept = trade
          if count % 40 == 0 then log.info("%d %.9f %s", count, sum, trade.time_ns) end
          if count % 97 == 0 then after(0.25, "later") end
          if count % 150 == 0 then error("on purpose") end
          if math.random(60) == 1 then
            return (trade.side == "buy" and buy or sell){symbol = trade.symbol, qty = 0.01}
          end
          if math.random(200) == 1 then
            return buy{symbol = trade.symbol, qty = 0.01, price = trade.price - 1}
          end
        end
        function on_timer(name) log.info("%s %.3f %.9f", name, now(), sum) end
        function on_fill(fill) log.info("%s %s %.3f", fill.price, fill.qty, now()) end
        """
    }
}

/// Trades and depth of some instruments, mixed at random; times repeat and now and then go back.
private final class RandomMarket: MarketEventSource {
    let instruments: [Instrument]
    private(set) var events: [MarketEvent] = []
    private var given = 0

    init(_ symbols: [String], seed: UInt64, timesRepeat: Bool = true) throws {
        instruments = try symbols.enumerated().map {
            try HandMadeMarket.instrument($0.element, id: $0.offset)
        }
        var random = Seeded(seed)
        var time: Int64 = 1_767_225_600_000_000_000
        var price = 50_000
        for _ in 0..<2_000 {
            let repeats = timesRepeat && random.chance(30)
            let least = timesRepeat ? -200_000 : 1
            time += repeats ? 0 : Int64(random.int(least...9_000_000))
            price += random.int(-30...30)
            let stamp = Timestamp(nanoseconds: time)
            let instrument = random.pick(instruments).id
            let quantity = Quantity(attos: Int128(random.int(1...500)) * 1_000_000_000_000_000)
            if random.chance(60) {
                events.append(
                    .trade(
                        Trade(
                            instrument: instrument, price: Self.price(price), quantity: quantity,
                            taker: random.bool() ? .buy : .sell, venueTime: stamp,
                            receiveTime: stamp)))
            } else {
                let side: Side = random.bool() ? .buy : .sell
                let away = random.int(1...20)
                events.append(
                    .book(
                        BookChange(
                            instrument: instrument, kind: .level, side: side,
                            price: Self.price(side == .buy ? price - away : price + away),
                            quantity: random.chance(30) ? .zero : quantity,
                            endsMessage: random.chance(70), venueTime: stamp, receiveTime: stamp)))
            }
        }
    }

    private static func price(_ tenths: Int) -> Price {
        Price(attos: Int128(tenths) * 100_000_000_000_000_000)
    }

    func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, given < events.count {
            batch.append(events[given])
            given += 1
        }
    }

    func again() -> RandomMarket { RandomMarket(copying: self) }

    private init(copying other: RandomMarket) {
        instruments = other.instruments
        events = other.events
    }
}

/// A script on a random market, with everything that it asked for and what became of it.
private final class Session {
    private(set) var commands: [Command] = []
    private static let start = Money(attos: 1_000_000 * attosPerUnit)
    private(set) var counted = start
    private(set) var countedDrawdown = Money.zero
    private var peak = start
    private var run: SimulatedRun
    private let last: Timestamp

    init(_ market: RandomMarket, script: String) throws {
        let latency = Latency(feed: 0, orderEntry: 3_000_000, response: 2_000_000)
        var paper = PaperSettings(latency: latency)
        paper.balances = [Currency("USDT"): Self.start]
        let venue = MatchingVenue(instruments: market.instruments, settings: paper)
        var settings = EngineSettings()
        settings.maxFailuresPerMinute = 1_000
        for instrument in market.instruments { venue.keepBook(of: instrument.id) }
        settings.sharedBooks = venue.books
        let engine = Engine(
            mode: .backtest, instruments: market.instruments,
            strategy: try LuaStrategy(text: script, seed: 7), settings: settings,
            now: .distantPast)
        run = SimulatedRun(
            engine: engine, venue: venue, source: market.again(), feedLatency: 0,
            equity: EquityCurve(
                currency: Currency("USDT"), start: Self.start,
                instruments: market.instruments, held: [:]))
        last = market.events.map(\.receiveTime).max() ?? .distantPast
        run.listener = { [unowned self] command, _ in commands.append(command) }
        run.reportListener = { [unowned self] _, state in countOut(state) }
    }

    /// Plays all of it in so many steps of equal time, then ends.
    func play(steps: Int) throws {
        let first = try run.nextEventTime() ?? last
        for step in 1...steps {
            let span = (last.nanoseconds - first.nanoseconds) * Int64(step) / Int64(steps)
            _ = try run.advance(to: first.advanced(byNanoseconds: span))
        }
        _ = try run.advance(to: .distantFuture)
        run.finish("the data has ended")
    }

    func advance(to time: Timestamp) throws { _ = try run.advance(to: time) }

    var equity: Money { run.equity.equity }
    var drawdown: Money { run.equity.maxDrawdown }

    func countOut() { countOut(run.engine.state) }

    /// Counts the equity from the engine's own position at the last price.
    private func countOut(_ state: TradingState) {
        let position = state.positions[0]
        let price = state.marks(InstrumentID(0)).last ?? .zero
        counted =
            Self.start + position.realisedPnL - position.fees
            + (position.unrealisedPnL(at: price) ?? .zero)
        peak = max(peak, counted)
        countedDrawdown = max(countedDrawdown, peak - counted)
    }

    /// What both ways must agree in, as text.
    var summary: [String] {
        var lines = run.statistics.map { "\($0)" }
        lines += run.engine.state.positions.map { "\($0)" }
        lines.append("\(run.equity.equity) \(run.equity.maxDrawdown) \(run.tally.rejected)")
        lines.append("\(run.engine.state.now) \(run.tally.orders) \(run.tally.fills)")
        for instrument in run.engine.state.instruments {
            lines.append("\(run.engine.state.marks(instrument.id))")
        }
        return lines
    }
}
