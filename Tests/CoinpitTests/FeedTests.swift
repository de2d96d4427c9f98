import AccountSession
import Coinpit
import HostileVenues
import PropertyTesting
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `Feeds of Coinpit` {
    private static let book =
        #"{"buy":[{"price":789.9,"numberOfOrders":1,"totalQuantity":5,"instrument":"BTC1"},"#
        + #"{"price":789,"numberOfOrders":2,"totalQuantity":7,"instrument":"BTC1"}],"#
        + #""sell":[{"price":790.1,"numberOfOrders":1,"totalQuantity":4,"instrument":"BTC1"},"#
        + #"{"price":"NONE","numberOfOrders":1,"totalQuantity":9,"instrument":"BTC1"}],"#
        + #""bid":789.9,"ask":790.1}"#

    private func desk() throws -> CoinpitDesk {
        let desk = try CoinpitDesk()
        try desk.goLive()
        desk.input(.subscribe([InstrumentID(0): [.trades, .quotes, .book]]))
        try desk.event("orderbook", "{\"BTC1\":\(Self.book)}")
        return desk
    }

    private func best(_ desk: CoinpitDesk) -> [String] {
        let book = OrderBook(instrument: InstrumentID(0))
        for case .book(let change) in desk.market { book.apply(change) }
        return [Side.buy, .sell].flatMap { side in
            book.levels(side, count: 9).map { "\(side) \($0.quantity)@\($0.price)" }
        }
    }

    @Test func `tell a book without the targets that have no price`() throws {
        #expect(try best(desk()) == ["buy 5@789.9", "buy 7@789", "sell 4@790.1"])
    }

    @Test func `apply changes in each of their forms, and zero takes a level away`() throws {
        let change =
            #""buy":{"789.9":{"price":789.9,"totalQuantity":0,"instrument":"BTC1"},"#
            + #""789.50":{"price":789.5,"totalQuantity":3,"instrument":"BTC1"}},"#
            + #""sell":{"NONE":{"price":"NONE","totalQuantity":1,"instrument":"BTC1"}},"#
            + #""bid":789.5,"ask":790.1"#
        for form in [
            "{\(change),\"instrument\":\"BTC1\"}", "{\(change)}", "{\"BTC1\":{\(change)}}",
        ] {
            let desk = try desk()
            try desk.event("difforderbook", form)
            #expect(best(desk) == ["buy 3@789.5", "buy 7@789", "sell 4@790.1"])
            #expect(!desk.statuses.contains(.stale))
        }
    }

    // Promise P11.
    @Test func `clear a book whose best prices are not the venue's, and ask for it anew`() throws {
        let desk = try desk()
        desk.clear()
        try desk.event("difforderbook", #"{"BTC1":{"buy":{},"sell":{},"bid":789.8,"ask":790.1}}"#)
        #expect(desk.statuses == [.stale])
        #expect(best(desk) == [])
        #expect(desk.sent == [#"42["GET /state",""]"#])
        try desk.event("orderbook", "{\"BTC1\":\(Self.book)}")
        #expect(desk.statuses == [.stale, .resynchronised])
    }

    @Test func `drop trades that are prints of the index, and say no side and no number`() throws {
        let desk = try desk()
        let second = desk.now.nanoseconds / 1_000_000_000
        try desk.event(
            "trade", "{\"date\":\(second),\"price\":790.1,\"volume\":0,\"instrument\":\"BTC1\"}")
        try desk.event(
            "trade", "{\"date\":\(second),\"price\":790.1,\"volume\":2,\"instrument\":\"BTC1\"}")
        let trades = desk.market.compactMap {
            if case .trade(let trade) = $0 { trade } else { nil }
        }
        #expect(trades.map(\.quantity) == [exact("2")])
        #expect(trades.map(\.taker) == [nil])
        #expect(trades.map(\.id) == [nil])
    }

    @Test func `tell the index of a band, by its contract or flat`() throws {
        for form in [
            #"{"BTC1":{"price":790.4,"min":780,"max":800,"instrument":"BTC1"}}"#,
            #"{"price":790.4,"min":780,"max":800,"instrument":"BTC1"}"#,
        ] {
            let desk = try desk()
            try desk.event("priceband", form)
            let tickers = desk.market.compactMap {
                if case .ticker(let ticker) = $0 { ticker } else { nil }
            }
            #expect(tickers.last?.index == exact("790.4"))
        }
    }
}
