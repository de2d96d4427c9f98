import ScriptHost
import StrategyTesting
import Testing

@Suite struct `Made-up events` {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder(["dip.lua": Scripts.dip, "two.lua": Scripts.two])
    }

    @Test(arguments: [
        ("on_quote(quote {})", "99.5 100.5 99.5"), ("on_quote(quote { bid = 7 })", "7.0 nil 7.0"),
        ("on_quote { bid = 7, ask = 8 }", "7.0 8.0 7.0"),
        ("on_bar(bar {})", "1m 100.0 100.0 100.0 100.0"),
        ("on_bar(bar { open = 5, close = 4 })", "1m 5.0 5.0 4.0 4.0"),
        ("on_bar(bar { close = \"0.000000152823\" })", "1.52823e-07 1.52823e-07"),
        ("on_status(status { state = \"lost\" })", "sim lost"),
        ("on_start()", "first 0"), ("on_start(\"reload\")", "reload 0"),
        ("on_fill(fill { qty = 2, side = \"sell\" })", "sell 2.0 -2.0"),
        ("on_order(order { state = \"rejected\", reason = \"no\" })", "test-1 rejected 0"),
    ])
    func `have what was given, and defaults for the rest`(call: String, line: String) throws {
        let body = """
            local s = strategy("dip.lua")
            s.\(call)
            expect(s.logs[1].text).contains("\(line)")
            """
        #expect(try folder.failure(of: body) == nil)
    }

    @Test(arguments: [
        ("trade { prise = 1 }", "unknown field `prise` in trade{}: did you mean `price`?"),
        ("trade { 1 }", "unknown field `1` in trade{}"), ("trade(5)", "takes a table of fields"),
        ("trade { price = \"x\" }", "expected a number"),
        ("trade { price = 0 }", "expected a price above 0"),
        ("trade { price = 0/0 }", "expected a number"), ("trade { qty = -1 }", "0 or more"),
        ("trade { side = \"long\" }", "one of buy, sell, unknown"),
        ("trade { id = 1.5 }", "whole number"), ("quote { bid = 2, ask = 1 }", "not below the ask"),
        ("book { bids = { { 1 } } }", "level 1 of `bids`"), ("book { bids = 1 }", "list of levels"),
        ("bar { high = 1, close = 2 }", "outside of its low and high"),
        ("order { state = \"done\" }", "expected one of pending"),
        ("order { post_only = 1 }", "true or false"), ("fill { order = 1 }", "an order{…}"),
        ("status { state = \"up\" }", "expected one of connected"),
        ("buy { price = 1 }", "needs `qty`"), ("buy { qty = 1 }", "needs a `symbol`"),
        ("sell { qyt = 1 }", "did you mean `qty`?"), ("amend(1, { price = 1 })", "takes an order"),
    ])
    func `with a mistake name it where it stands`(call: String, part: String) throws {
        let failure = try #require(try folder.failure(of: "local x = \(call)"))
        #expect(failure.message.contains(part), "\(failure.message)")
        #expect(failure.line == 2)
    }

    @Test(arguments: [
        ("s.on_trade(quote {})", "on_trade is called with trade{…}, got quote{"),
        ("s.on_trade(trade { symbol = \"sim:BTC/USDT\" })", "does not subscribe to `sim:BTC/USDT`"),
        ("s.on_trade(trade {}, trade {})", "takes one value"),
        ("s:on_trade(trade {})", "with a dot"),
        ("s.on_bar(bar { size = \"5m\" })", "it has 1m"), ("s.on_timer()", "name of the timer"),
        ("s.on_start(\"again\")", "\"first\" or \"reload\""),
        ("s.on_trad(trade {})", "did you mean `on_trade`?"),
        ("s.on_upgrade()", "has no handler `on_upgrade`"),
        ("s.advnace(1)", "did you mean `advance`?"), ("s.advance(-1)", "forwards only"),
        ("s.market { order {} }", "expected a market event"),
        ("s.account { balance = 1 }", "did you mean `balances`?"),
        ("s.now = 1", "not set from outside"),
        (
            "s.on_fill(fill { order = order { side = \"sell\" }, side = \"buy\" })",
            "not of one side and symbol"
        ),
    ])
    func `given to the wrong place are refused`(call: String, part: String) throws {
        let failure = try #require(
            try folder.failure(of: "local s = strategy(\"dip.lua\")\n\(call)"))
        #expect(failure.message.contains(part), "\(failure.message)")
        #expect(failure.line == 3)
    }

    @Test func `need a symbol where the strategy has several`() throws {
        let failure = try folder.failure(of: "strategy(\"two.lua\").on_trade(trade {})")
        #expect(failure?.message.contains("needs a `symbol`") == true)
        let body = """
            local s = strategy("two.lua", {}, { instruments = { ["coinex:ETH/USDT"] = { tick = 5 } } })
            s.on_trade(trade { symbol = "coinex:ETH/USDT" })
            expect(s.logs[1].text).equals("coinex:ETH/USDT 5.0")
            s.on_trade(trade { symbol = "sim:BTC/USDT" })
            expect(s.logs[1].text).equals("sim:BTC/USDT 0.01")
            """
        #expect(try folder.failure(of: body) == nil)
    }

    @Test func `without a time follow each other by a second, bars by their length`() throws {
        let body = """
            local s = strategy("dip.lua")
            local start = s.now
            s.on_trade(trade {})
            s.on_trade(trade {})
            expect(s.now - start).equals(2)
            s.on_bar(bar {})
            expect(s.now - start).equals(62)
            s.on_trade(trade { time = start + 100.5 })
            expect(s.now - start).equals(100.5)
            """
        #expect(try folder.failure(of: body) == nil)
    }
}
