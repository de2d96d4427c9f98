import Coinut
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

private func watching(_ feeds: FeedSet, depth: Int? = nil) throws -> CoinutDesk {
    let desk = try CoinutDesk(access: nil) { $0.depthLevels = depth }
    desk.input(.subscribe([InstrumentID(0): feeds]))
    try desk.open()
    return desk
}

private func live(_ feeds: FeedSet) throws -> CoinutDesk {
    let desk = try watching(feeds)
    try desk.agree()
    desk.clear()
    return desk
}

private func bids(_ price: String, transaction: Int64? = 6000) -> (Int64) -> String {
    { nonce in
        Wire.book(
            bids: [Wire.level(price, "3")], asks: [Wire.level("0.025", "2")],
            totalBuy: price == "0.024" ? "0.072" : "0.069", totalSell: "2",
            transaction: transaction, nonce: nonce)
    }
}

@Suite struct `Books of Coinut` {
    @Test func `come whole, then as levels that are replaced and deleted`() throws {
        let desk = try watching([.book])
        try desk.agree()
        #expect(desk.books == ["clear +0.024x3 -0.025x2"])
        desk.clear()
        try desk.hear(Wire.change("BUY", "0.02400000", "1", total: "0.024", transaction: 6001))
        try desk.hear(Wire.change("SELL", "0.025", "0", total: "0", transaction: 6002))
        try desk.hear(Wire.change("SELL", "0.026", "4", total: "4", transaction: 6003))
        #expect(desk.books == ["+0.024x1", "-0.025x0", "-0.026x4"])
        try desk.hear(Wire.change("BUY", "0.024", "9", transaction: 6000))  // from before
        #expect(desk.books.count == 3)
    }

    @Test func `take in changes that came before them`() throws {
        let desk = try watching([.book])
        try desk.hear(Wire.change("BUY", "0.024", "1", total: "0.024", transaction: 6001))
        #expect(desk.books.isEmpty && desk.market.isEmpty)
        try desk.agree()
        #expect(desk.books == ["clear +0.024x1 -0.025x2"])
    }

    // Gaps in its numbers show nothing: the totals do. Promise P11.
    @Test func `are asked for anew where their sum is not the venue's for a second`() throws {
        let desk = try live([.book])
        try desk.hear(Wire.change("BUY", "0.023", "1", total: "0.2", transaction: 6001))
        try desk.wait(0.5)
        #expect(desk.states.isEmpty)
        try desk.wait(4)
        #expect(desk.states == [.stale])
        #expect(desk.books.last == "clear" || desk.market.contains { $0.isClear })
        desk.clear()
        while desk.isAsked("inst_order_book") {
            try desk.answer("inst_order_book", bids("0.023", transaction: 6010))
        }
        #expect(desk.books == ["clear +0.023x3 -0.025x2"])
        #expect(desk.states == [.resynchronised])
    }

    // Promise P11.
    @Test func `are asked for anew where they stay crossed`() throws {
        let desk = try live([.book])
        try desk.hear(Wire.change("BUY", "0.0255", "1", transaction: 6001))
        try desk.wait(4)
        #expect(desk.states == [.stale] && desk.isAsked("inst_order_book"))
    }

    // T12: without a number nobody knows how new a book is.
    @Test func `without a number are looked at again, and stand meanwhile`() throws {
        let desk = try watching([.book])
        while desk.isAsked("inst_order_book") {
            try desk.answer("inst_order_book", bids("0.024", transaction: nil))
        }
        desk.clear()
        try desk.wait(3)
        #expect(desk.isAsked("inst_order_book") && desk.states.isEmpty)
        while desk.isAsked("inst_order_book") {
            try desk.answer("inst_order_book", bids("0.023", transaction: nil))
        }
        #expect(desk.books == ["clear +0.023x3 -0.025x2"])
        desk.clear()
        try desk.wait(8)
        #expect(!desk.isAsked("inst_order_book"))
    }

    @Test func `of some levels are asked for with their number and cut to it`() throws {
        let desk = try watching([.book], depth: 10)
        #expect(desk.sent("inst_order_book").allSatisfy { $0.contains("\"top_n\":10") })
        let levels = (1...12).map { Wire.level("0.0\(10 + $0)", "1") }
        while desk.isAsked("inst_order_book") {
            try desk.answer("inst_order_book") {
                Wire.book(bids: levels, asks: [], nonce: $0)
            }
        }
        #expect(desk.books[0].split(separator: " ").count == 11)
    }

    @Test func `of an earlier connection are void`() throws {
        let desk = try live([.book])
        try desk.cut()
        try desk.open()
        desk.clear()
        try desk.hear(Wire.change("BUY", "0.024", "7", transaction: 7000))
        #expect(desk.books.isEmpty && desk.market.isEmpty)
    }

    // Promise P10.
    @Test func `are not told to those who want only the best of them`() throws {
        let desk = try live([.quotes])
        try desk.hear(Wire.change("BUY", "0.0245", "1", transaction: 6001))
        try desk.hear(Wire.change("BUY", "0.02", "1", transaction: 6002))
        #expect(desk.books.isEmpty)
        #expect(
            desk.market.compactMap(\.quoted) == ["0.0245x1 0.025x2"])  // the second is behind it
    }
}

@Suite struct `Trades and tickers of Coinut` {
    // Promise P10.
    @Test func `begin with the subscription, each once`() throws {
        let desk = try watching([.trades])
        let early = Wire.trade.replacing("1600000002000001", with: "1700000000500000")
        try desk.hear(early)  // they may come before the list
        #expect(desk.market.isEmpty)
        try desk.answer("inst_trade") {
            Wire.trades.replacing("\"nonce\":503", with: "\"nonce\":\($0)")
                .replacing("1600000004000000", with: "1700000000900000")
        }
        #expect(desk.market.compactMap(\.traded) == ["0.0246x1 buy"])  // the other was before
        try desk.hear(early.replacing("6100", with: "6103"))
        try desk.hear(early.replacing("6100", with: "6103"))
        #expect(desk.market.compactMap(\.traded) == ["0.0246x1 buy", "0.0245x0.75 sell"])
    }

    // T8: without a quantity and with a time of 0.
    @Test func `without a quantity are looked up in the list`() throws {
        let desk = try live([.trades])
        let push =
            #"{"inst_id":3,"price":"0.0246","reply":"inst_trade_update","side":"BUY","#
            + #""timestamp":0,"trans_id":6110}"#
        try desk.hear(push)
        try desk.hear(push)
        #expect(desk.market.isEmpty)
        #expect(desk.asked.count { $0.name == "inst_trade" } == 2)  // left, and asked for anew
        try desk.answer("inst_trade", CoinutDesk.done("inst_trade"))
        try desk.answer("inst_trade") {
            // T: the list may not say of which market it is; the nonce does.
            "{\"nonce\":\($0),\"reply\":\"inst_trade\",\"status\":[\"OK\"],\"trades\":["
                + #"{"price":"0.0246","qty":"0.5","side":"BUY","timestamp":0,"trans_id":6110}]}"#
        }
        #expect(desk.market.compactMap(\.traded) == ["0.0246x0.5 buy"])
    }

    @Test func `tell last price and volume`() throws {
        let desk = try live([.ticker])
        try desk.hear(Wire.tick)
        let tickers = desk.market.compactMap { event -> Ticker? in
            if case .ticker(let ticker) = event { ticker } else { nil }
        }
        #expect(tickers.map(\.last) == [exact("0.0245")])
        #expect(tickers.map(\.volume24h) == [exact("17.25")])
        #expect(tickers.map(\.venueTime.nanoseconds) == [1_600_000_003_000_001_000])
    }
}

extension MarketEvent {
    fileprivate var quoted: String? {
        guard case .quote(let quote) = self else { return nil }
        return [quote.bid, quote.ask].map { level in
            level.map { "\($0.price)x\($0.quantity)" } ?? "-"
        }.joined(separator: " ")
    }

    fileprivate var traded: String? {
        guard case .trade(let trade) = self else { return nil }
        return "\(trade.price)x\(trade.quantity) \(trade.taker.map { "\($0)" } ?? "-")"
    }

    fileprivate var isClear: Bool {
        if case .book(let change) = self { change.kind == .clear } else { false }
    }
}
