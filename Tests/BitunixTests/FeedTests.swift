import AccountSession
import Bitunix
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// A live desk whose feeds were asked for.
private func watching(_ feeds: FeedSet = [.trades, .book, .ticker]) throws -> BitunixDesk {
    let desk = try BitunixDesk()
    try desk.goLive()
    desk.input(.subscribe([InstrumentID(0): feeds]))
    try desk.wait(2)
    try desk.agree()
    desk.clear()
    return desk
}

private let bids = [("99.5", "3"), ("99", "10.25")]
private let asks = [("100.5", "2")]
private let book = Wire.depth(15, bids: bids, asks: asks)

@Suite struct `Feeds of Bitunix` {
    // Trap 14: each push is whole.
    @Test func `replace the book with each window, and never merge`() throws {
        let desk = try watching()
        try desk.hear(book, on: "public")
        #expect(desk.books == ["clear -100.5x2 +99.5x3 +99x10.25"])
        try desk.hear(
            Wire.depth(15, bids: [("99", "1")], asks: asks, time: 1_700_000_000_410), on: "public")
        #expect(desk.books.last == "clear -100.5x2 +99x1")
    }

    @Test func `tell a window that has not changed once`() throws {
        let desk = try watching()
        for step in 0..<5 {
            try desk.hear(
                Wire.depth(15, bids: bids, asks: asks, time: 1_700_000_000_100 + Int64(step) * 310),
                on: "public")
        }
        #expect(desk.books.count == 1)
    }

    // Trap 13: only the time of a message puts it in order.
    @Test func `drop a window that is older than the last`() throws {
        let desk = try watching()
        try desk.hear(book, on: "public")
        try desk.hear(
            Wire.depth(15, bids: [("98", "1")], asks: asks, time: 1_699_999_999_000), on: "public")
        #expect(desk.books.count == 1)
        try desk.hear(
            Wire.depth(1, bids: [("99", "1")], asks: asks, time: 1_700_000_000_500), on: "public")
        try desk.hear(
            Wire.depth(1, bids: [("98", "1")], asks: asks, time: 1_700_000_000_400), on: "public")
        let quotes = desk.market.compactMap {
            if case .quote(let quote) = $0 { quote } else { nil }
        }
        #expect(quotes.map(\.bid?.price) == [exact("99")])
    }

    // Trap 13: silence is the only sign. Promise P11.
    @Test func `clear a book that is silent while others come, and ask for it anew`() throws {
        let desk = try watching()
        try desk.hear(book, on: "public")
        try desk.wait(1.5)
        try desk.hear(Wire.ticker(), on: "public")
        #expect(desk.books.count == 1 && desk.statuses.isEmpty)
        try desk.wait(1)
        try desk.hear(Wire.ticker(), on: "public")
        #expect(
            desk.statuses.map(\.state) == [.stale] && desk.statuses[0].reason.contains("silent"))
        try desk.wait(1.5)
        #expect(
            desk.sent.contains {
                $0.text.contains("unsubscribe") && $0.text.contains("depth_book15")
            })
        #expect(
            desk.sent.contains {
                $0.text.contains(#""subscribe""#) && $0.text.contains("depth_book15")
            })
        // The same window as before is news now.
        try desk.hear(
            Wire.depth(15, bids: bids, asks: asks, time: 1_700_000_009_000), on: "public")
        #expect(desk.statuses.map(\.state) == [.stale, .resynchronised])
        #expect(desk.books.last == "clear -100.5x2 +99.5x3 +99x10.25")
    }

    @Test func `begin anew behind a cut`() throws {
        let desk = try watching()
        try desk.hear(book, on: "public")
        try desk.cut("public")
        try desk.wait(1.5)
        desk.input(.opened(try #require(desk.sockets["public"])))
        try desk.wait(2)
        try desk.hear(book, on: "public")
        #expect(desk.books.count == 2)
    }

    // Trades have no number: one is made of the message's time.
    @Test func `give trades numbers that ascend, and tell a message once`() throws {
        let desk = try watching()
        let first = Wire.publicTrades([("100", "0.5", "buy"), ("100", "0.5", "buy")])
        try desk.hear(first, on: "public")
        #expect(desk.trades.count == 2)  // several alike may be several trades
        try desk.hear(first, on: "public")
        #expect(desk.trades.count == 2)
        try desk.hear(
            Wire.publicTrades([("100.25", "1", "sell")], time: 1_700_000_001_200), on: "public")
        #expect(desk.trades.map(\.taker) == [.buy, .buy, .sell])
        let ids = desk.trades.compactMap(\.id)
        #expect(ids.count == 3 && ids == ids.sorted() && Set(ids).count == 3)
        #expect(desk.trades.first?.venueTime == Timestamp(nanoseconds: 1_700_000_020_000_000_000))
    }

    @Test func `tell other trades of the same millisecond`() throws {
        let desk = try watching()
        try desk.hear(Wire.publicTrades([("100", "0.5", "buy")]), on: "public")
        try desk.hear(Wire.publicTrades([("100", "0.7", "buy")]), on: "public")
        #expect(desk.trades.map(\.quantity) == [exact("0.5"), exact("0.7")])
        #expect(Set(desk.trades.compactMap(\.id)).count == 2)
    }

    @Test func `leave out trades of before their time`() throws {
        let desk = try watching()
        try desk.hear(
            Wire.publicTrades([("100", "0.5", "buy")], second: "2023-11-14T22:13:10Z"), on: "public"
        )
        #expect(desk.trades.isEmpty)
    }

    // Trap: a sample's envelope names another market than its data.
    @Test func `believe a ticker's own name`() throws {
        let desk = try watching()
        try desk.hear(Wire.ticker(envelope: "ETHUSDT"), on: "public")
        try desk.hear(Wire.ticker("ETHUSDT"), on: "public")
        let lasts = desk.market.compactMap {
            if case .ticker(let ticker) = $0 { ticker.last } else { nil }
        }
        #expect(lasts == [exact("101.5")])
    }

    @Test func `tell mark and index`() throws {
        let desk = try watching()
        try desk.hear(Wire.price(), on: "public")
        guard case .ticker(let ticker)? = desk.market.last else {
            Issue.record("no ticker")
            return
        }
        #expect(ticker.mark == exact("100.2") && ticker.index == exact("100.1"))
    }

    // Trap 20: the push has percent.
    @Test func `tell a settlement as a fraction, when its time moves on`() throws {
        let desk = try watching()
        try desk.hear(Wire.price(), on: "public")
        try desk.hear(Wire.price(rate: "-0.025", at: "2023-11-15T00:00:00Z"), on: "public")
        try desk.hear(Wire.price(rate: "-0.025", at: "2023-11-15T00:00:00Z"), on: "public")
        let rates = desk.market.compactMap {
            if case .funding(let funding) = $0 { funding.rate } else { nil }
        }
        #expect(rates == [exact("-0.00025")])
    }

    @Test func `are of markets that are traded`() throws {
        let desk = try watching()
        try desk.hear(Wire.depth(15, bids: bids, asks: asks, market: "BTCUSDT"), on: "public")
        try desk.hear(Wire.publicTrades([("1", "1", "buy")], market: "BTCUSDT"), on: "public")
        try desk.hear(Wire.candle, on: "public")
        #expect(desk.books.isEmpty && desk.trades.isEmpty && desk.problems.isEmpty)
    }

    @Test func `that cannot be read have everything asked for`() throws {
        let desk = try watching()
        try desk.hear("{\"ch\":\"order\",\"ts\":1,\"data\":{\"side\":7}}")
        #expect(desk.isAsked("GET account") && desk.sockets.count == 2)
    }
}
