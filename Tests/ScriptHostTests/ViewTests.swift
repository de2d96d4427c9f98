import PropertyTesting
import ScriptHost
import Testing
import TradingCore
import TradingModel

@Suite struct `Views of events` {
    @Test func `a trade shows all its fields`() throws {
        let lines = try logged(
            """
            log.info('%s %s %s %s', trade.symbol, trade.price, trade.qty, trade.side)
            log.info('%d %s %.3f %.3f', trade.time_ns, trade.id, trade.time, trade.received)
            """)
        #expect(
            lines == [
                "sim:BTC/USDT:USDT 50000.1 0.25 buy",
                "1700000000000000123 7 1700000000.000 1700000000.500",
            ])
    }

    @Test func `a quote shows both sides, the middle and the spread`() throws {
        let run = try ScriptRun(
            """
            function on_quote(q)
              log.info('%s %s %s %s %s %s', q.bid, q.bid_qty, q.ask, q.ask_qty, q.mid, q.spread)
            end
            """)
        let quote = Quote(
            instrument: InstrumentID(0),
            bid: BookLevel(price: try Price("99.9"), quantity: try Quantity("2")),
            ask: BookLevel(price: try Price("100.2"), quantity: try Quantity("3.5")),
            venueTime: Timestamp(nanoseconds: 1), receiveTime: Timestamp(nanoseconds: 2))
        #expect(run.requests { $0.onQuote(quote) }.lines == ["99.9 2.0 100.2 3.5 100.05 0.3"])
        let empty = Quote(
            instrument: InstrumentID(0), bid: nil, ask: quote.ask, venueTime: quote.venueTime,
            receiveTime: quote.receiveTime)
        #expect(run.requests { $0.onQuote(empty) }.lines == ["nil nil 100.2 3.5 nil nil"])
    }

    @Test func `the middle of a quote is the double nearest to it, on the tick and off it`() throws
    {
        let run = try ScriptRun("function on_quote(q) log.info('%.17g', q.mid) end")
        // From one atto to ten, which is above the tick.
        let units: [Int128] = [1, 7_000_000, 50_000_000_000_000_000, 10_000_000_000_000_000_000]
        for seed in seeds {
            var random = Seeded(seed)
            for _ in 0..<200 {
                let unit = units[random.int(0...3)]
                let bid = Int128(random.int(1...2_000_000_000)) * unit
                let ask = bid + Int128(random.int(0...99)) * unit
                let level = { (attos: Int128) in
                    BookLevel(price: Price(attos: attos), quantity: Quantity(attos: 1))
                }
                let quote = Quote(
                    instrument: InstrumentID(0), bid: level(bid), ask: level(ask),
                    venueTime: .distantPast, receiveTime: .distantPast)
                let shown = run.requests { $0.onQuote(quote) }.lines.first.flatMap { Double($0) }
                let middle = Price(attos: bid + (ask - bid) / 2).double
                #expect(shown == middle, "seed \(seed): \(bid) and \(ask)")
            }
        }
    }

    @Test func `a bar shows its size as it was subscribed`() throws {
        let run = try ScriptRun(
            """
            function on_bar(b)
              log.info('%s %s %s %s %s %s %s %s %s %s', b.size, b.open, b.high, b.low, b.close,
                b.volume, b.buy_volume, b.trades, b.time, b.close_time)
            end
            """)
        let bar = Bar(
            instrument: InstrumentID(0), size: .time(nanoseconds: 60_000_000_000),
            open: try Price("1"), high: try Price("4"), low: try Price("0.5"),
            close: try Price("2"), volume: try Quantity("10"), buyVolume: nil, tradeCount: 3,
            openTime: Timestamp(nanoseconds: 60_000_000_000),
            closeTime: Timestamp(nanoseconds: 120_000_000_000))
        #expect(
            run.requests { $0.onBar(bar) }.lines == ["1m 1.0 4.0 0.5 2.0 10.0 nil 3 60.0 120.0"])
    }

    @Test func `a bar's size is the text of its own symbol's subscription`() throws {
        let strategy = try LuaStrategy(
            text: """
                subscribe('sim:BTC/USDT', 'bars:60s', 'bars:1h')
                subscribe('sim:ETH/USDT', 'bars:1m', 'bars:60m')
                function on_bar(bar) log.info(bar.size) end
                """)
        strategy.attach(
            to: TradingState(
                mode: .paper, instruments: try ScriptRun.instruments(strategy.symbols),
                now: .distantPast))
        var requests: [StrategyRequest] = []
        for seconds in [60, 3_600] as [Int64] {
            for index in 0..<2 {
                let one = try Price("1")
                let bar = Bar(
                    instrument: InstrumentID(index),
                    size: .time(nanoseconds: seconds * 1_000_000_000), open: one, high: one,
                    low: one, close: one, volume: .zero, buyVolume: nil, tradeCount: nil,
                    openTime: .distantPast, closeTime: .distantPast)
                if strategy.onBar(bar) != .quiet { strategy.drainOutput(into: &requests) }
            }
        }
        #expect(requests.lines == ["60s", "1m", "1h", "60m"])
    }

    @Test func `tickers, funding and statuses show theirs`() throws {
        let run = try ScriptRun(
            """
            function on_ticker(t) log.info('%s %s %s %s', t.last, t.mark, t.index, t.volume) end
            function on_funding(f) log.info('%s %s', f.rate, f.mark) end
            function on_status(s) log.info('%s %s %s %s', s.venue, s.state, s.reason, s.symbol) end
            """)
        let time = Timestamp(nanoseconds: 5)
        let ticker = Ticker(
            instrument: InstrumentID(0), last: try Price("3"), venueTime: time, receiveTime: time)
        let funding = Funding(
            instrument: InstrumentID(0), rate: try Rate("-0.0001"), mark: try Price("9"),
            venueTime: time, receiveTime: time)
        let status = VenueStatus(
            venue: "sim", state: .stale, reason: "quiet", receiveTime: time)
        #expect(run.requests { $0.onTicker(ticker) }.lines == ["3.0 nil nil nil"])
        #expect(run.requests { $0.onFunding(funding) }.lines == ["-0.0001 9.0"])
        #expect(run.requests { $0.onStatus(status) }.lines == ["sim stale quiet nil"])
    }

    @Test func `a book answers by level, list and sum`() throws {
        let run = try ScriptRun(
            """
            function on_book(b)
              log.info('%s %s %s', b.bid, b.ask_qty, b.mid)
              local price, qty = b:level('sell', 2)
              log.info('%s %s %s', price, qty, b:level('buy', 9))
              log.info('%d %s %s', #b:bids(2), b:bids()[2].price, b:asks(1)[1].qty)
              log.info('%s %s %d', b:volume('sell', 1), b:volume('sell'), b:count('sell'))
            end
            """)
        let book = OrderBook(instrument: InstrumentID(0))
        for (side, price, quantity) in [
            (Side.buy, "99", "1"), (.buy, "98", "2"), (.sell, "101", "3"), (.sell, "102", "4"),
        ] {
            book.apply(
                BookChange(
                    instrument: InstrumentID(0), kind: .level, side: side, price: try Price(price),
                    quantity: try Quantity(quantity), endsMessage: true,
                    venueTime: Timestamp(nanoseconds: 1), receiveTime: Timestamp(nanoseconds: 2)))
        }
        let engine = try EngineRun(run.strategy, books: [book])
        _ = engine
        #expect(
            run.requests { $0.onBook(book) }.lines
                == ["99.0 3.0 100.0", "102.0 4.0 nil", "2 98.0 3.0", "3.0 7.0 2"])
    }

    @Test func `an unknown field names the nearest`() throws {
        #expect(
            try failure("return trade.prise")
                == "strategy.lua:1: in on_trade: unknown field `prise` of a trade: did you mean "
                + "`price`?")
        #expect(try failure("return trade.xyzzy").contains("; it has symbol, price, qty"))
        #expect(try failure("trade.price = 1").contains("a trade is read-only"))
    }

    @Test func `a view kept past its callback is an error, a copy is not`() throws {
        let run = try ScriptRun(
            """
            local kept, copied, seen
            function on_trade(trade)
              if kept then
                log.info('%s %s', copied.price, tostring(kept))
                return kept.price
              end
              kept, copied = trade, trade:copy()
            end
            """)
        #expect(try run.trade().isEmpty)
        let requests = try run.trade(price: "60000")
        #expect(requests.lines == ["50000.1 trade (kept past its callback)"])
        #expect(
            requests.failure?.contains(
                "this trade was kept past its callback, and its fields are gone: use trade:copy()")
                == true)
    }

    @Test func `as text a view shows its contents and no address`() throws {
        let lines = try logged("log.info(trade) log.info('%s', position())")
        #expect(
            lines[0] == "trade{symbol=\"sim:BTC/USDT:USDT\", price=50000.1, qty=0.25, "
                + "side=\"buy\", time=1700000000.0, received=1700000000.5, id=7}")
        #expect(lines[1].hasPrefix("position{symbol=\"sim:BTC/USDT:USDT\", qty=0.0,"))
    }

    @Test func `what Lua sees is the double nearest to the decimal`() throws {
        let run = try ScriptRun(
            "function on_trade(t) log.info('%a %a', t.price, t.qty) end")
        for seed in seeds {
            var random = Seeded(seed)
            for _ in 0..<100 {
                let price = Price(attos: random.int128(digits: 1...36))
                let quantity = Quantity(attos: random.int128(digits: 1...24) * 1_000_000_000_000)
                let like = try ScriptRun.trade()
                let trade = Trade(
                    instrument: like.instrument, price: price, quantity: quantity,
                    taker: like.taker,
                    venueTime: like.venueTime, receiveTime: like.receiveTime)
                let words = run.requests { $0.onTrade(trade) }.lines[0].split(separator: " ")
                #expect(Double(words[0]) == price.double, "seed \(seed): \(price)")
                #expect(Double(words[1]) == quantity.double, "seed \(seed): \(quantity)")
            }
        }
    }
}
