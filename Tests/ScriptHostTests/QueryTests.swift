import ScriptHost
import Testing
import TradingCore
import TradingModel

@Suite struct `Queries and requests` {
    @Test(arguments: [false, true])
    func `there is no book before depth has come, whoever keeps it`(isShared: Bool) throws {
        let books = [OrderBook(instrument: InstrumentID(0))]
        let run = try EngineRun(
            LuaStrategy(
                text: """
                    subscribe('sim:BTC/USDT:USDT', 'trades', 'book')
                    function on_start() log.info('%s %s', book() == nil, quote() == nil) end
                    function on_trade() log.info('%s', book():count('buy')) end
                    """), books: isShared ? books : nil)
        #expect(run.start().lines == ["true true"])
        _ = run.process { time in
            let change = BookChange(
                instrument: InstrumentID(0), kind: .level, side: .buy,
                price: Price(attos: attosPerUnit), quantity: Quantity(attos: attosPerUnit),
                endsMessage: true, venueTime: time, receiveTime: time)
            if isShared { books[0].apply(change) }
            return .market(.book(change))
        }
        #expect(try run.trade("10").lines == ["1"])
    }

    /// A quote's time is the venue's, whatever comes after it; that of the top of the depth is the
    /// depth's.
    @Test func `a quote keeps the venue's time of it`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades', 'quotes')
            function on_trade() log.info('%d', quote().time_ns) end
            """)
        _ = run.start()
        let one = BookLevel(price: try Price("9.9"), quantity: try Quantity("1"))
        let venueTime = Timestamp(nanoseconds: 1_699_999_990_123_456_789)
        _ = run.process { time in
            .market(
                .quote(
                    Quote(
                        instrument: InstrumentID(0), bid: one, ask: nil, venueTime: venueTime,
                        receiveTime: time)))
        }
        #expect(try run.trade("10").lines == ["1699999990123456789"])
        #expect(try run.trade("10").lines == ["1699999990123456789"])
        let later = venueTime.advanced(byNanoseconds: 7)
        _ = run.process { time in
            .market(
                .book(
                    BookChange(
                        instrument: InstrumentID(0), kind: .level, side: .buy, price: one.price,
                        quantity: one.quantity, endsMessage: true, venueTime: later,
                        receiveTime: time)))
        }
        #expect(try run.trade("10").lines == ["1699999990123456796"])
    }

    @Test func `answer from the engine's state`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades', 'quotes')
            function on_start(why)
              log.info('%s %d %s %d', why.reason, #why.orders, why.position.qty, #why.positions)
              log.info('%s %s %s %s', quote(), book(), mode(), now())
              local i = instrument()
              log.info('%s %s %s %s %s %s', i.kind, i.base, i.settle, i.tick, i.lot, i.taker_fee)
              log.info('%s %s', balance('USDT'))
              balance('USTD')
            end
            function on_trade(t)
              log.info('%s %s %s', quote().bid, quote('sim:BTC/USDT:USDT').ask, position().qty)
            end
            function on_timer(name) log.info('timer %s', name) end
            function on_stop(why) log.info('stop %s', why.reason) end
            """)
        let lines = run.start().lines
        #expect(
            lines[0...3] == [
                "first 0 0.0 1", "nil nil backtest 1700000001.0",
                "linear BTC USDT 0.1 0.001 0.0005", "0.0 0.0",
            ])
        #expect(lines.last?.contains("there is no currency `USTD`") == true)
        #expect(lines.last?.contains("did you mean `USDT`?") == true)
        let quote = Quote(
            instrument: InstrumentID(0),
            bid: BookLevel(price: try Price("9.9"), quantity: try Quantity("1")),
            ask: BookLevel(price: try Price("10"), quantity: try Quantity("1")),
            venueTime: run.now, receiveTime: run.now)
        _ = run.process { _ in .market(.quote(quote)) }
        #expect(try run.trade("10").lines == ["9.9 10.0 0.0"])
        #expect(
            run.process { .stop(reason: "end of data", at: $0) }.lines.contains("stop end of data"))
    }

    @Test func `are refused before the start, with the reason`() {
        let head = "subscribe('sim:BTC/USDT', 'trades') "
        #expect(loadFailure(head + "position()").contains("answers once the strategy has started"))
        #expect(loadFailure(head + "balance('USDT')").contains("answers once the strategy has"))
    }

    @Test func `logs, alerts, plots and timers reach the host in order`() throws {
        let run = try ScriptRun(
            """
            function on_trade()
              log.debug('100%') log.warn('%d of %s', 3, {}) log.error(nil)
              alert('look') plot('fast', 1.5) plot('fast', nil) plot('fast', 0/0)
              after(0.25, 'a') every(60, 'b') cancel_timer('a')
            end
            """)
        #expect(
            try run.trade() == [
                .log(.debug, "100%"), .log(.warn, "3 of table: 1"), .log(.error, "nil"),
                .alert("look"), .plot("fast", 1.5), .after(nanoseconds: 250_000_000, name: "a"),
                .every(nanoseconds: 60_000_000_000, name: "b"), .cancelTimer(name: "a"),
            ])
    }

    @Test func `log lines show all values that they are given`() throws {
        let run = try ScriptRun(
            """
            function on_trade()
              log.info('price', 1.5, nil, 'USDT') log.info(1, 'of', 2) log.info('%d of', 1)
              print('100%', true) log.info(('x'):rep(3000), 'end')
            end
            """)
        #expect(
            try run.trade() == [
                .log(.info, "price\t1.5\tnil\tUSDT"), .log(.info, "1\tof\t2"),
                .log(.info, "1 of"), .log(.info, "100%\ttrue"),
                .log(.info, String(repeating: "x", count: 3_000) + "\tend"),
            ])
    }

    @Test(arguments: [
        ("after(-1, 'x')", "after was given -1, expected seconds from 0"),
        ("every(0, 'x')", "every was given 0, expected seconds above 0"),
        ("after(1, function() end)", "after takes a name, not a function"),
        ("after(1)", "after needs a name"), ("plot('a', 'b')", "draws numbers, got a text"),
        ("quote('sim:ETH/USDT')", "is not subscribed; subscribed are sim:BTC/USDT:USDT"),
        ("orders{tga=1}", "unknown field `tga` in orders{}"),
        ("position(5)", "the symbol given to position is a number"),
        ("trade:copy().x.y = 1", "attempt to index a nil value"),
        ("trade.copy()", "copy was called on nil"),
    ])
    func `are checked`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.contains(message), "\(text)")
    }

    @Test func `state outlives the script as text`() throws {
        let run = try ScriptRun(
            """
            state.count = 3
            state.list = {1, 2.5, 'a"\\n', true, {x = -0.0}}
            state[10] = math.mininteger
            """)
        let text = try run.strategy.stateText()
        #expect(
            text == "return {[10]=0x8000000000000000,[\"count\"]=3,[\"list\"]={[1]=1,[2]=2.5,"
                + "[3]=\"a\\\"\\010\",[4]=true,[5]={[\"x\"]=-0.0}}}")
        let next = try ScriptRun("log.info('%d %s', state.count, state.list[3])", state: text)
        #expect(next.requests { $0.onStart(.reload) }.lines == ["3 a\"\n"])
        #expect(try next.strategy.stateText() == text)
    }

    @Test func `state that holds anything but plain data later names the entry`() throws {
        let run = try ScriptRun("state.a = {b = {}} state.a.b[3] = print")
        #expect { try run.strategy.stateText() } throws: { error in
            "\(error)".contains("state.a.b[3] is a function: state holds plain data only")
        }
        let loop = try ScriptRun("state.me = {} state.me.up = state")
        #expect(throws: ScriptError.self) { try loop.strategy.stateText() }
    }

    @Test func `indicators take numbers and bars`() throws {
        let run = try ScriptRun(
            """
            local average, range = ta.sma(2), ta.atr(1)
            function on_bar(bar) log.info('%s %s', average(bar.close), range(bar)) end
            """)
        var lines: [String] = []
        for close in ["1", "3", "5"] {
            let bar = Bar(
                instrument: InstrumentID(0), size: .time(nanoseconds: 60_000_000_000),
                open: try Price(close), high: try Price("6"), low: try Price("1"),
                close: try Price(close), volume: try Quantity("1"),
                openTime: Timestamp(nanoseconds: 0), closeTime: Timestamp(nanoseconds: 1))
            lines += run.requests { $0.onBar(bar) }.lines
        }
        #expect(lines.last == "4.0 5.0")
        #expect(
            try failure("ta.emma(3)").contains(
                "unknown indicator `ta.emma`: did you mean `ema`?"))
    }

    @Test func `orders that are read in turn stay apart`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            function on_trade(t)
              if t.price == 100 then return {buy{qty=1, price=1}, buy{qty=2, price=2}} end
              local a, b = orders()[1], orders()[2]
              local first, second = a.price, b.price
              local change = amend(a, {price=3})
              log.info('%s %s %s %s', first, second, b.price, a.qty)
              local copied = b:copy()
              log.info('%s %s', a.price, copied.price)
            end
            """)
        _ = run.start()
        _ = try run.trade("100")
        let lines = try run.trade("101").lines
        #expect(lines.contains("1.0 2.0 2.0 1.0") && lines.contains("1.0 2.0"), "\(lines)")
    }

    @Test func `the tops of two symbols that are read in turn stay apart`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades', 'quotes')
            subscribe('sim:ETH/USDT:USDT', 'book')
            function on_trade(t)
              local q, b = quote('sim:BTC/USDT:USDT'), book('sim:ETH/USDT:USDT')
              local first, second = q.bid, b.bid
              log.info('%s %s %s %s', first, second, q.bid, b.bid)
            end
            """)
        _ = run.start()
        let level = BookLevel(price: try Price("99"), quantity: try Quantity("1"))
        _ = run.process { time in
            .market(
                .quote(
                    Quote(
                        instrument: InstrumentID(0), bid: level, ask: nil, venueTime: time,
                        receiveTime: time)))
        }
        _ = try run.process { time in
            .market(
                .book(
                    BookChange(
                        instrument: InstrumentID(1), kind: .level, side: .buy,
                        price: try Price("7"), quantity: try Quantity("1"), endsMessage: true,
                        venueTime: time, receiveTime: time)))
        }
        #expect(try run.trade("100").lines == ["99.0 7.0 99.0 7.0"])
    }
}
