import PropertyTesting
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// Feeds a script whose twins, one called and one following, log where they differ.
private func differences(_ body: String, seed: UInt64 = 1, trades: Int = 300) throws -> [String] {
    let run = try ScriptRun(body)
    var random = Seeded(seed)
    var lines: [String] = []
    for _ in 0..<trades {
        let price = "\(random.int(900...1100)).\(random.int(0...9))"
        lines += try run.trade(price: price, quantity: "0.\(random.int(1...9))").lines
    }
    return lines
}

@Suite struct `An indicator that follows a feed` {
    @Test(arguments: [
        "value()", "sma(7)", "ema(7)", "wma(7)", "rma(7)", "dema(5)", "tema(4)", "hma(9)",
        "kama(7)",
        "linreg(7)", "rsi(7)", "macd(5, 9, 4)", "roc(7)", "mom(7)", "change()", "trix(4)",
        "variance(7)", "stdev(7)", "zscore(7)", "bbands(7, 1.5)", "highest(7)", "lowest(7)",
        "vwap()", "vwap(60)", "vwma(7)", "obv()",
    ])
    func `has the values of one that is called`(indicator: String) throws {
        let isOfVolume = ["vwap", "vwma", "obv"].contains { indicator.hasPrefix($0) }
        let inputs = isOfVolume ? "t.price, t.qty, t.time" : "t.price"
        let lines = try differences(
            """
            local plain = ta.\(indicator)
            local bound = ta.\(indicator):of('sim:BTC/USDT:USDT', 'trades')
            local count, last = 0, nil
            function on_trade(t)
              local first, second, third = plain(\(inputs))
              local same = bound.value == first and bound.previous == last
              if second then same = same and bound.second == second end
              if third then same = same and bound.third == third end
              if not same then log.error("%s is not %s", bound, first) end
              if first then count = count + 1 end
              if count == 100 then count = count + 1 log.info("compared") end
              last = first
            end
            """)
        #expect(lines == ["compared"])
    }

    @Test(arguments: [
        "tr()", "atr(5)", "adx(4)", "supertrend(4, 2)", "stoch(5, 3, 2)", "willr(5)", "cci(5)",
        "donchian(5)", "keltner(5, 2, 4)", "mfi(4)", "vwap(3600)", "obv()", "vwma(4)",
    ])
    func `takes all its inputs from bars`(indicator: String) throws {
        let run = try ScriptRun(
            """
            local plain = ta.\(indicator)
            local bound = ta.\(indicator):of('sim:BTC/USDT:USDT', 'bars:1m')
            function on_bar(bar)
              local first, second, third = plain(bar)
              local same = bound.value == first
              if second then same = same and bound.second == second end
              if third then same = same and bound.third == third end
              log.info(tostring(same))
            end
            """)
        var random = Seeded(3)
        for minute in 0..<40 {
            let low = random.int(90...110)
            let high = low + random.int(0...9)
            let open = Timestamp(nanoseconds: Int64(minute) * 60_000_000_000)
            let bar = Bar(
                instrument: InstrumentID(0), size: .time(nanoseconds: 60_000_000_000),
                open: try Price("\(low)"), high: try Price("\(high)"), low: try Price("\(low)"),
                close: try Price("\(random.int(low...high))"),
                volume: try Quantity("\(random.int(0...5))"), buyVolume: nil, tradeCount: nil,
                openTime: open, closeTime: open.advanced(byNanoseconds: 60_000_000_000))
            #expect(run.requests { $0.onBar(bar) }.lines == ["true"])
        }
    }

    @Test func `is fed before any handler, and without one`() throws {
        let run = try ScriptRun(
            """
            local price = ta.value():of('sim:BTC/USDT:USDT', 'trades')
            function on_timer() log.info("%s %s", price.value, price.previous) end
            """)
        #expect(run.requests { $0.onTimer("x", late: 0) }.lines == ["nil nil"])
        try run.trade(price: "100")
        #expect(run.requests { $0.onTimer("x", late: 0) }.lines == ["100.0 nil"])
        try run.trade(price: "101")
        #expect(run.requests { $0.onTimer("x", late: 0) }.lines == ["101.0 100.0"])
        let wanted = run.strategy.subscription(to: InstrumentID(0))
        #expect(wanted.feeds == [.trades])
    }

    @Test func `passes over what does not have its field`() throws {
        let run = try ScriptRun(
            """
            local mid = ta.value():of('sim:BTC/USDT:USDT', 'quotes')
            function on_quote(quote) log.info("%s %s", quote.mid, mid.value) end
            """)
        func quote(ask: String?) throws -> [String] {
            let level = BookLevel(price: try Price("100"), quantity: try Quantity("1"))
            let ask = try ask.map { BookLevel(price: try Price($0), quantity: try Quantity("1")) }
            let time = Timestamp(nanoseconds: 1)
            let quote = Quote(
                instrument: InstrumentID(0), bid: level, ask: ask, venueTime: time,
                receiveTime: time)
            return run.requests { $0.onQuote(quote) }.lines
        }
        #expect(try quote(ask: "102") == ["101.0 101.0"])
        #expect(try quote(ask: nil) == ["nil 101.0"])
        #expect(try quote(ask: "104") == ["102.0 102.0"])
    }

    @Test func `says what it is, and cannot be changed`() throws {
        let bound = "local b = ta.ema(2):of('sim:BTC/USDT:USDT', 'trades')"
        #expect(
            try failure("log.info(b) error(tostring(b))", setUp: bound).contains("ema(2): warming"))
        #expect(try failure("b.value = 1", setUp: bound).contains("read-only"))
        #expect(try failure("local x = b.valu", setUp: bound).contains("did you mean `value`?"))
        #expect(try failure("local x = b.second", setUp: bound).contains("it has value, previous"))
        #expect(try failure("local x = b[1]", setUp: bound).contains("has named fields"))
        #expect(try failure("state.b = b", setUp: bound).contains("state"))
        #expect(try failure("rawset(b, 'value', 1)", setUp: bound).contains("table expected"))
        #expect(try failure("error(getmetatable(b))", setUp: bound).contains("protected"))
    }

    @Test(arguments: [
        ("ta.ema(5):of('sim:BTC/USD', 'trades')", "`sim:BTC/USD` given to of is not subscribed"),
        (
            "ta.ema(5):of('sim:BTC/USDT:USDT', 'bars:5m')",
            "`bars:5m` of sim:BTC/USDT:USDT is not subs"
        ),
        ("ta.ema(5):of('sim:BTC/USDT:USDT', 'trade')", "did you mean `trades`?"),
        ("ta.ema(5):of('sim:BTC/USDT:USDT')", "the feed given to of is nil"),
        ("ta.ema(5):of('sim:BTC/USDT:USDT', 'trades', 'prize')", "did you mean `price`?"),
        ("ta.ema(5):of('sim:BTC/USDT:USDT', 'trades', 7)", "expected one of price, qty"),
        ("ta.atr(5):of('sim:BTC/USDT:USDT', 'trades')", "needs `high`, which trades do not have"),
        ("ta.atr(5):of('sim:BTC/USDT:USDT', 'bars:1m', 'high')", "leave the field out"),
        ("ta.crossover():of('sim:BTC/USDT:USDT', 'trades')", "give it two indicators"),
        ("local e = ta.ema(5) e(1) e:of('sim:BTC/USDT:USDT', 'trades')", "make another"),
        ("local e = ta.ema(5) for i = 1, 2 do e:of('sim:BTC/USDT:USDT', 'trades') end", "already"),
        ("local e = ta.ema(5) e:of('sim:BTC/USDT:USDT', 'trades') e(1)", "read its value"),
        ("local x = print.name", "a function has no field"),
        (
            "ta.ema(5):off('sim:BTC/USDT:USDT', 'trades')",
            "ema(5) has no field off: call it, or let it follow a feed by ema(5):of(symbol"
        ),
        ("local x = ta.ema(5).value", "ema(5) has no field value: call it, or let it"),
        ("print:of('sim:BTC/USDT:USDT', 'trades')", "of was called on a function"),
        (
            "for i = 1, 1001 do ta.value():of('sim:BTC/USDT:USDT', 'trades') end",
            "more than 1000 indicators follow feeds"
        ),
    ])
    func `refuses what cannot be followed`(line: String, message: String) {
        let text = loadFailure("subscribe('sim:BTC/USDT:USDT', 'trades', 'bars:1m') \(line)")
        #expect(text.contains(message), "\(text)")
    }

    @Test func `is bound while the script loads`() throws {
        let line = "e:of('sim:BTC/USDT:USDT', 'trades')"
        #expect(try failure(line, setUp: "local e = ta.ema(5)").contains("while the script loads"))
    }

    @Test func `counts as warm as one that is called`() throws {
        let run = try ScriptRun("local e = ta.ema(3):of('sim:BTC/USDT:USDT', 'trades')")
        for _ in 0..<5 { try run.trade() }
        let warmth = try #require(run.strategy.indicators.first)
        #expect(warmth.name == "ema(3)")
        #expect(warmth.received == 5)
        #expect(warmth.lastWithout == 2)
    }

    @Test func `lives within the script's memory`() {
        var limits = ScriptLimits()
        limits.memoryBytes = 1_000_000
        let text = loadFailure(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            for i = 1, 100 do ta.sma(10000):of('sim:BTC/USDT:USDT', 'trades') end
            """, limits: limits)
        #expect(text.contains("of memory that a script may have"), "\(text)")
    }
}
