import Foundation
import ScriptHost
import StrategyTesting
import Testing

/// A folder with a strategy and a test file in it, which goes away with its owner.
final class TestFolder {
    private let url: URL

    init(_ files: [String: String] = [:]) throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("moonrunner-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Runs a test file of this text beside the other files.
    func run(
        _ text: String, filter: String? = nil, limits: ScriptLimits = ScriptLimits()
    ) throws -> TestFileResult {
        try write("some_test.lua", text)
        return TestFileResult(file: path("some_test.lua"), filter: filter, limits: limits)
    }

    /// Runs one test of this body; nil: it passed.
    func failure(of body: String, limits: ScriptLimits = ScriptLimits()) throws -> ScriptError? {
        let result = try run("test(\"it\", function()\n\(body)\nend)\n", limits: limits)
        try #require(result.failure == nil, "\(String(describing: result.failure))")
        try #require(result.tests.count == 1)
        return result.tests[0].failure
    }
}

/// Scripts that tests load.
enum Scripts {
    /// Buys dips: says and sets something of every kind.
    static let dip = """
        local p = params { symbol = "sim:BTC/USDT:USDT", size = 0.01, level = 60000 }
        subscribe(p.symbol, "trades", "quotes", "book", "bars:1m", "ticker", "funding")
        state.entries = state.entries or 0
        every(60, "minute")
        log.info("loaded")
        function on_start(why) log.info("%s %d", why.reason, #why.orders) end
        function on_trade(trade)
          if trade.price < p.level and position().qty == 0 then
            state.entries = state.entries + 1
            return target(p.symbol, p.size)
          end
        end
        function on_quote(q) log.info("%s %s %s", q.bid, q.ask, quote().bid) end
        function on_book(b)
          local list = {}
          for i, level in ipairs(b:bids()) do list[i] = buy { qty = level.qty, price = level.price } end
          return list
        end
        function on_bar(b) log.info("%s %s %s %s %s", b.size, b.open, b.high, b.low, b.close) end
        function on_ticker(t) alert(t.last) end
        function on_funding(f) plot("rate", f.rate) end
        function on_order(o)
          log.info("%s %s %d", o.id, o.state, #orders())
          if o.state == "working" then return { amend(o, { price = 1 }), cancel(o) } end
        end
        function on_fill(f) log.info("%s %s %s", f.side, f.qty, position().qty) end
        function on_position(q) log.info("%s %s", q.qty, q.average_price or "flat") end
        function on_timer(name) log.info("%s at %s", name, now()) end
        function on_status(s) log.info("%s %s", s.venue, s.state) end
        function on_stop(why) return close(p.symbol) end

        """

    /// The same minute, twice: bars of two symbols.
    static let two = """
        subscribe("sim:BTC/USDT", "trades")
        subscribe("coinex:ETH/USDT", "trades")
        function on_trade(t) log.info("%s %s", t.symbol, instrument(t.symbol).tick) end

        """
}
