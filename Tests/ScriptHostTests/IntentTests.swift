import PropertyTesting
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// The intents that `on_trade` returns.
private func intents(_ body: String) throws -> [Intent] {
    let run = try ScriptRun("function on_trade(trade) \(body) end")
    let requests = try run.trade()
    #expect(requests.failure == nil)
    return requests.intents
}

@Suite struct `Intents` {
    private let btc = InstrumentID(0)

    @Test func `a handler returns nothing, one intent or a list`() throws {
        #expect(try intents("return").isEmpty)
        #expect(try intents("return {}").isEmpty)
        #expect(try intents("return close()") == [.close(btc)])
        #expect(
            try intents("return {cancel{}, target(-2)}") == [
                .cancel(.matching(instrument: nil, tag: nil)),
                .target(btc, try SignedQuantity("-2")),
            ])
    }

    @Test func `an order carries every field exactly`() throws {
        let found = try intents(
            """
            return {
              buy{symbol = 'sim:BTC/USDT:USDT', qty = '0.010', price = 50000.1, post_only = true,
                tag = 'entry'},
              sell{qty = 2, tif = 'ioc', reduce_only = true, stop = '49000.50'},
            }
            """)
        #expect(
            found == [
                .place(
                    OrderRequest(
                        instrument: btc, side: .buy, quantity: try Quantity("0.01"),
                        price: try Price("50000.1"), isPostOnly: true, tag: "entry")),
                .place(
                    OrderRequest(
                        instrument: btc, side: .sell, quantity: try Quantity("2"),
                        timeInForce: .ioc, isReduceOnly: true, stop: try Price("49000.5"))),
            ])
    }

    @Test func `hold their tags, so that a new one for each order costs nothing`() throws {
        let tag = "once \(UInt64.random(in: 0 ... .max))"
        let made = try intents("return {buy{qty=1, tag='\(tag)'}, cancel{tag='\(tag)'}}")
        guard case .place(let request) = made.first else { throw MissingIntent() }
        #expect(request.tag.description == tag)
        #expect(InternedText(known: tag) == nil)
    }

    @Test func `cancels select by symbol and tag`() throws {
        #expect(
            try intents("return {cancel{tag='a'}, cancel{symbol='sim:BTC/USDT:USDT'}}") == [
                .cancel(.matching(instrument: nil, tag: "a")),
                .cancel(.matching(instrument: btc, tag: nil)),
            ])
    }

    @Test(arguments: [
        ("return buy{qty=1, prise=2}", "unknown field `prise` in buy{}: did you mean `price`?"),
        ("return buy{price=2}", "buy{} needs `qty`, the quantity"),
        ("return buy{qty=-1}", "`qty` in buy{} is -1, expected a number above 0"),
        ("return buy{qty=0}", "`qty` in buy{} is 0, expected a number above 0"),
        ("return buy{qty=0/0}", "`qty` in buy{} is not a number (NaN)"),
        ("return buy{qty=1/0}", "`qty` in buy{} is infinite"),
        ("return buy{qty='1,5'}", "`qty` in buy{}: \"1,5\" is not a decimal number"),
        ("return buy{qty={}}", "`qty` in buy{} is a table, expected a number or a decimal text"),
        ("return buy{qty=1, 2}", "buy{} takes fields by name"),
        ("return buy(1)", "buy{} takes a table of fields, got a number"),
        ("return sell{qty=1, tif='day'}", "`tif` in sell{} must be \"gtc\""),
        ("return sell{qty=1, post_only=true}", "`post_only` in sell{} needs a `price`"),
        ("return sell{qty=1, post_only=1}", "`post_only` in sell{} is a number, expected true"),
        ("return sell{qty=1, tag=''}", "`tag` in sell{} must have 1 to 63 bytes"),
        ("return buy{symbol='sim:BTC/USDC:USDC', qty=1}", "is not subscribed: did you mean"),
        ("return target('sim:BTC/USDT:USDT')", "target needs the quantity to hold"),
        ("return cancel()", "cancel was given nil, expected an order or"),
        ("return amend(1, {})", "amend was given a number, expected amend(order"),
        ("return 5", "on_trade returned a number, expected nothing, an intent or a list"),
        ("return {symbol='x', qty=1}", "on_trade returned a table with the field `qty`"),
        ("return {close(), 'x'}", "entry 2 of the list that on_trade returned is a text"),
        ("return {close(), true}", "entry 2 of the list that on_trade returned is true"),
        ("return close(), close()", "on_trade returned two values, the second an intent"),
        ("local i = close() i.qty = 1", "an intent cannot be changed"),
    ])
    func `mistakes say what is wrong and where`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.contains(message), "\(text)")
        #expect(text.hasPrefix("strategy.lua:1: in on_trade: "))
    }

    @Test func `an error shows its line`() throws {
        let strategy = try LuaStrategy(
            text: "subscribe('sim:BTC/USDT', 'trades')\nfunction on_trade(t)\n\treturn t.x\nend\n",
            name: "deep/folder/mine.lua")
        let state = TradingState(
            mode: .paper, instruments: try ScriptRun.instruments(strategy.symbols),
            now: .distantPast)
        strategy.attach(to: state)
        #expect(strategy.onTrade(try ScriptRun.trade()) == .failed)
        var requests: [StrategyRequest] = []
        strategy.drainOutput(into: &requests)
        let text = try #require(requests.failure)
        #expect(text.hasPrefix("deep/folder/mine.lua:3: in on_trade: unknown field `x` of a trade"))
        #expect(text.hasSuffix("\n  3 | return t.x"))
    }

    @Test func `built and not returned is said once`() throws {
        let run = try ScriptRun("function on_trade() buy{qty=1} end")
        #expect(try run.trade().lines.first?.contains("built an intent on line 1") == true)
        #expect(try run.trade().isEmpty)
    }

    @Test func `built and not returned is told with its own line, whatever came before`() throws {
        let run = try ScriptRun(
            """
            local n = 0
            local function quote(side) return side{qty=1} end
            function on_trade()
              n = n + 1
              if n < 20 then return {quote(buy), quote(sell),
                sell{qty=2}} end
              local ok, it = pcall(sell, {qty=3})
              if n < 25 then return it end
              buy{qty=n}
            end
            """)
        for _ in 1..<25 { #expect(try run.trade().lines.isEmpty) }
        #expect(try run.trade().lines.first?.contains("built an intent on line 9") == true)
    }

    @Test func `intents can be read and compared by tests`() throws {
        let lines = try logged(
            """
            local i = buy{qty=0.5, price='1.25', tag='a'}
            log.info('%s %s %s %s %s', i.kind, i.symbol, i.qty, i.price, i.stop)
            log.info('%s %s', i == buy{qty=0.5, price=1.25, tag='a'}, i == buy{qty=0.5})
            log.info(i)
            """)
        #expect(
            lines[0...2] == [
                "buy sim:BTC/USDT:USDT 0.5 1.25 nil", "true false",
                "buy{symbol=\"sim:BTC/USDT:USDT\", qty=0.5, price=1.25, tag=\"a\"}",
            ])
    }

    @Test func `a number comes back as the shortest decimal that reads as it`() throws {
        for seed in seeds {
            var random = Seeded(seed)
            let numbers = (0..<200).map { _ in
                random.bool()
                    ? Double(
                        bitPattern: UInt64(random.int(0x3E00...0x4300)) << 48 | random.next() >> 16)
                    : Double(random.int(1...9_999_999)) / [1, 10, 1e3, 1e7][random.int(0...3)]
            }.filter { $0 > 1e-6 && $0 < 1e15 }
            let list = numbers.map { "buy{qty=\($0)}" }.joined(separator: ",")
            let found = try intents("return {\(list)}")
            for (number, intent) in zip(numbers, found) {
                guard case .place(let order) = intent else { continue }
                let text = number.description
                if let exact = try? Quantity(text) {
                    #expect(order.quantity == exact, "seed \(seed): \(text)")
                } else {
                    let below = number - order.quantity.double
                    #expect(abs(below) < 2e-18, "seed \(seed): \(text), cut at the 18th decimal")
                }
            }
            #expect(found.count == numbers.count)
        }
    }

    @Test func `digits that no decimal holds go to the careful side`() throws {
        let found = try intents(
            "return {buy{qty=1e-7/3, price=1e-6/3}, sell{qty=1, price=1e-6/3}, target(-1e-7/3)}")
        guard case .place(let buy) = found[0], case .place(let sell) = found[1],
            case .target(_, let target) = found[2]
        else { return #expect(Bool(false)) }
        #expect(buy.quantity.description == "0.000000033333333333")
        #expect(buy.price?.description == "0.000000333333333333")
        #expect(sell.price?.description == "0.000000333333333334")
        #expect(target.description == "-0.000000033333333333")
    }

    @Test func `orders are kept, cancelled and amended by their handles`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            local kept
            function on_trade(t)
              if t.price == 100 then return buy{qty=1, price=99, tag='a'} end
              if t.price == 101 then return amend(kept, {price=98}) end
              if t.price == 102 then return cancel(kept) end
              local all = orders{tag='a'}
              log.info('%d %s %s', #all, tostring(all[1] == kept), kept.state)
            end
            function on_order(o)
              kept = o
              log.info('%s %s %s %s %s %s', o.state, o.side, o.price, o.filled, o.remaining, o.tag)
            end
            function on_fill(f)
              log.info('fill %s %s %s %s %s %s', f.id, f.price, f.qty, f.liquidity, f.fee,
                f.order.state)
            end
            function on_position(p) log.info('%s %s', p.qty, p.average_price) end
            """)
        _ = run.start()
        let sent = try run.trade("100").submitted
        let id = try #require(sent.first?.id)
        #expect(
            run.report(id, .accepted(VenueOrderID("v"))).lines == ["working buy 99.0 0.0 1.0 a"])
        #expect(try run.trade("103").lines == ["1 true working"])
        let fill = Fill(
            id: "f1", price: try Price("99"), quantity: try Quantity("0.25"), liquidity: .maker,
            fee: try Money("0.01"), feeCurrency: Currency("USDT"))
        let lines = run.report(id, .fill(fill)).lines
        #expect(lines.contains("fill f1 99.0 0.25 maker 0.01 working"))
        #expect(lines.contains("0.25 99.0"))
        #expect(try run.trade("102").contains(.cancel(id, InstrumentID(0))))
        #expect(run.report(id, .cancelled).lines == ["cancelled buy 99.0 0.25 0.0 a"])
        #expect(try run.trade("103").lines == ["0 false cancelled"])
    }

    @Test func `each order says its own tag, however many there are`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            function on_trade(t)
              local list = {}
              for i = 1, 40 do
                list[i] = buy{qty=1, price=i, tag=('x'):rep(i % 3 * 25) .. i}
              end
              return list
            end
            function on_order(o) log.info('%s %s %s', o.price, o.tag, o.tag == o:copy().tag) end
            """)
        _ = run.start()
        let sent = try run.trade("100").submitted
        #expect(sent.count == 40)
        for _ in 0..<2 {  // those that were asked for before, too
            for (place, order) in sent.enumerated() {
                let number = place + 1
                let tag = String(repeating: "x", count: number % 3 * 25) + "\(number)"
                let lines = run.report(order.id, .lost(reason: "")).lines
                #expect(lines == ["\(number).0 \(tag) true"])
            }
        }
    }

    @Test func `whatever a handler returns, nothing crashes`() throws {
        let values = [
            "nil", "1", "-0.0", "0/0", "'x'", "true", "{}", "{{}}", "print", "trade", "close()",
            "target(1)", "position()", "{close()}", "{close(), {}}", "{[0]=close()}", "{x=1}",
            "state", "math", "{[1.5]=close()}", "{nil, close()}", "{[true]=1}",
            "setmetatable({}, "
                + "{__index=function() error('no') end})", "cancel{}", "2^53", "{[2^53]=close()}",
        ]
        for seed in seeds {
            var random = Seeded(seed)
            for _ in 0..<40 {
                let list = (0..<random.int(0...4)).map { _ in random.pick(values) }
                let value =
                    random.bool() ? random.pick(values) : "{\(list.joined(separator: ","))}"
                let run = try ScriptRun("function on_trade(trade) return \(value) end")
                let requests = try run.trade()
                #expect(requests.failure == nil || requests.intents.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test func `whatever an intent is made of, nothing crashes`() throws {
        let names = [
            "symbol", "qty", "price", "tif", "post_only", "reduce_only", "stop", "tag", "x",
        ]
        let values = [
            "nil", "1", "-1", "0", "1e400", "-1/0", "0/0", "2^63", "1e-300", "5e-324", "'1'",
            "'1e40'", "''", "'gtc'", "('a'):rep(100)", "true", "{}", "print", "trade",
            "'sim:BTC/USDT:USDT'", "math.mininteger", "1e20", "'\\0'", "0.1",
            "99999999999999999999",
        ]
        for seed in seeds {
            var random = Seeded(seed)
            for _ in 0..<40 {
                let fields = (0..<random.int(0...6)).map { _ in
                    "\(random.pick(names))=\(random.pick(values))"
                }.joined(separator: ",")
                let call = random.pick(["buy", "sell", "cancel", "orders"])
                let run = try ScriptRun("function on_trade(trade) return \(call){\(fields)} end")
                let requests = try run.trade()
                #expect(requests.failure == nil || requests.intents.isEmpty, "seed \(seed)")
            }
        }
    }
}

private struct MissingIntent: Error {}
