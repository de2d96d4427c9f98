import AccountSession
import CoinTR
import HostileVenues
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

private func watching(
    _ symbol: String = CoinTRDesk.spot, _ feeds: FeedSet = [.trades, .book, .ticker]
) throws -> CoinTRDesk {
    let desk = try CoinTRDesk([symbol])
    try desk.goLive()
    desk.input(.subscribe([InstrumentID(0): feeds]))
    return desk
}

private func live(
    _ symbol: String = CoinTRDesk.spot, _ feeds: FeedSet = [.trades, .book, .ticker]
) throws -> CoinTRDesk {
    let desk = try watching(symbol, feeds)
    try desk.acknowledgeAll()
    desk.clear()
    return desk
}

@Suite struct `Books of CoinTR` {
    // Trap 16.
    @Test func `are asked for in the finest steps and all levels`() throws {
        for (symbol, step) in [(CoinTRDesk.spot, "0.01"), ("cointr:LTC/BTC", "0.000001")] {
            let desk = try watching(symbol, [.book])
            let args = try #require(desk.said.first?["args"])
            #expect(args["step"]?.text == step)
            #expect(args["limit"]?.integer == 20 && args["updateSpeed"]?.integer == 300)
        }
    }

    // Promise P11.
    @Test func `are told whole by each push, and once where nothing changed`() throws {
        let desk = try live()
        try desk.hear(Wire.spotBook)
        #expect(desk.books == ["clear +70.01x2.25 +69.9x10 -70.02x3 -70.05x1.5"])
        try desk.hear(Wire.spotBook.replacing("1700000000123", with: "1700000000623"))
        #expect(desk.books.count == 1)
        try desk.hear(Wire.spotBook.replacing("\"2.25\"", with: "\"2\""))
        #expect(desk.books.last == "clear +70.01x2 +69.9x10 -70.02x3 -70.05x1.5")
    }

    // Trap 10.
    @Test func `of futures are told in base currency`() throws {
        let desk = try live(CoinTRDesk.futures)
        try desk.hear(Wire.futuresBook)
        #expect(desk.books == ["clear +70x1.2"])
    }

    // Promise P11.
    @Test(arguments: [
        ("\"70.01\"", "\"70.03\"", "crossed"), ("\"69.9\"", "\"70.02\"", "out of order"),
        ("\"70.05\"", "\"70.02\"", "out of order"),
    ])
    func `that make no sense are cleared, said to be wrong, and asked for anew`(
        old: String, new: String, reason: String
    ) throws {
        let desk = try live()
        try desk.hear(Wire.spotBook)
        desk.clear()
        try desk.hear(Wire.spotBook.replacing(old, with: new))
        #expect(desk.states == [.stale] && desk.saying == ["unsubscribe books_spot LTCUSDT"])
        try desk.acknowledge()
        #expect(desk.saying == ["subscribe books_spot LTCUSDT"])
        try desk.acknowledge()
        try desk.hear(Wire.spotBook)
        #expect(desk.states == [.stale, .resynchronised])
        #expect(desk.books.last == "clear +70.01x2.25 +69.9x10 -70.02x3 -70.05x1.5")
    }

    @Test func `are not told to those who want only the best of them`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        try desk.hear(Wire.spotBook)
        #expect(desk.books == [])
    }
}

@Suite struct `Quotes, trades and tickers of CoinTR` {
    private func quotes(_ desk: CoinTRDesk) -> [String] {
        desk.market.compactMap {
            guard case .quote(let quote) = $0 else { return nil }
            let sides = [quote.bid, quote.ask].map {
                $0.map { "\($0.quantity)@\($0.price)" } ?? "-"
            }
            return sides.joined(separator: " ")
        }
    }

    // Trap 17.
    @Test func `are the best of both sides, told when they change`() throws {
        let desk = try live()
        try desk.hear(Wire.spotTouch)
        try desk.hear(Wire.spotTouch.replacing("1700000000123", with: "1700000000523"))
        #expect(quotes(desk) == ["2.25@70.01 3@70.02"])
        try desk.hear(Wire.spotTouch.replacing("\"2.25\"", with: "\"2\""))
        #expect(quotes(desk).last == "2@70.01 3@70.02")
        // One side older than the other.
        try desk.hear(Wire.spotTouch.replacing("\"70.01\"", with: "\"70.05\""))
        #expect(quotes(desk).count == 2)
        let futures = try live(CoinTRDesk.futures)
        try futures.hear(Wire.futuresTouch)
        #expect(quotes(futures) == ["- 0.8@70.03"])
    }

    // Promise P10.
    @Test func `of before the run are not told, those missed in a gap are, and each once`() throws {
        let desk = try live(CoinTRDesk.futures)
        try desk.hear(Wire.futuresTrades)
        #expect(desk.trades == [])
        let next = { (ids: [Int], action: String) in
            let rows = ids.map {
                #"{"tradeId":\#($0),"px":"70","sz":"5","side":"BUY","mTime":\#(1_700_000_000_000 + $0)}"#
            }
            return #"{"channel":"trades_perp","instId":"LTCUSDT","action":"\#(action)","data":["#
                + rows.joined(separator: ",") + #"],"pTime":1700000001000}"#
        }
        // The newest first, as the lists of spot are.
        try desk.hear(next([80, 79], "update"))
        #expect(desk.trades == ["79 0.5@70", "80 0.5@70"])
        try desk.hear(next([79, 80], "update"))
        #expect(desk.trades.count == 2)
        try desk.cut()
        try desk.open()
        try desk.acknowledgeAll()
        try desk.answerAll()
        try desk.acknowledgeAll()
        try desk.hear(next([78, 79, 80, 81, 82], "initial"))
        #expect(desk.trades == ["79 0.5@70", "80 0.5@70", "81 0.5@70", "82 0.5@70"])
        try desk.hear(next([82, 83], "resumed"))
        #expect(desk.trades.last == "83 0.5@70" && desk.trades.count == 5)
    }

    @Test func `of futures have mark and index, those of spot the last price`() throws {
        func tickers(_ desk: CoinTRDesk) -> [Ticker] {
            desk.market.compactMap { if case .ticker(let ticker) = $0 { ticker } else { nil } }
        }
        let futures = try live(CoinTRDesk.futures)
        try futures.hear(Wire.figures)
        let ticker = try #require(tickers(futures).last)
        #expect(ticker.last == exact("70.02") && ticker.mark == exact("70.05"))
        #expect(ticker.index == exact("70.1"))
        let spot = try live()
        try spot.hear(Wire.candle)
        #expect(tickers(spot).last?.last == exact("70.02") && tickers(spot).last?.mark == nil)
    }

    // Trap 27.
    @Test func `of spot come from the day's candle, whose span is always said`() throws {
        let desk = try watching(CoinTRDesk.spot, [.ticker])
        #expect(desk.saying == ["subscribe kline_spot LTCUSDT"])
        #expect(desk.said[0]["args"]?["bar"] == "1D")
    }

    @Test func `of markets that are not traded are let go`() throws {
        let desk = try live()
        for text in Wire.quick + [Wire.figures, Wire.candle] {
            try desk.hear(text.replacing("LTCUSDT", with: "BTCUSDT"))
        }
        #expect(desk.market.isEmpty && desk.books == [] && desk.problems == [])
    }

    @Test func `that cannot be read lead to agreement, and leave the line alone`() throws {
        let desk = try live()
        try desk.hear(Wire.spotBook.replacing("\"70.02\"", with: "\"x\""))
        #expect(desk.socket != nil && desk.isAsked("orders-active"))
    }
}
