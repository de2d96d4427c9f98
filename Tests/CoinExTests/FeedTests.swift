import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions
import WireText

/// A live session whose first instrument has these feeds.
private func live(
    _ feeds: FeedSet, _ symbols: [String] = ["coinex:BTC/USDT"]
) throws -> SessionDesk {
    let desk = try SessionDesk(symbols)
    try desk.goLive()
    desk.input(.subscribe([InstrumentID(0): feeds]))
    return desk
}

private func deals(_ rows: [(id: Int, time: Int, price: String)]) -> String {
    let list = rows.map {
        "{\"deal_id\":\($0.id),\"created_at\":\($0.time),\"side\":\"sell\",\"price\":\"\($0.price)\",\"amount\":\"1\"}"
    }
    return "{\"method\":\"deals.update\",\"data\":{\"market\":\"BTCUSDT\",\"deal_list\":["
        + list.joined(separator: ",") + "]},\"id\":null}"
}

@Suite struct `CoinEx feeds` {
    @Test func `a whole book and its changes are told as book changes`() throws {
        let desk = try live([.book])
        #expect(desk.sent.contains { $0.text.contains(#"[["BTCUSDT",50,"0",false]]"#) })
        try desk.acknowledge()
        desk.clear()
        try desk.push(changedBook)  // before the whole book: of no use
        #expect(desk.market.isEmpty)
        try desk.push(wholeBook)
        try desk.push(changedBook)
        let book = OrderBook(instrument: InstrumentID(0))
        for case .book(let change) in desk.market { book.apply(change) }
        #expect(book.levels(.buy, count: 9).map(\.price.description) == ["100.5", "100", "99"])
        #expect(book.levels(.sell, count: 9).map(\.price.description) == ["101.5", "102", "103"])
        #expect(book.messages == 2 && !book.isInMessage)
    }

    // Promise P11.
    @Test func `a wrong checksum empties the book, says so and asks for it again`() throws {
        let desk = try live([.book])
        try desk.acknowledge()
        try desk.push(wholeBook)
        desk.clear()
        let lost = changedBook.replacing("3426056816", with: "1")
        try desk.push(lost)
        #expect(desk.statuses.map(\.state) == [.stale])
        #expect(desk.statuses[0].instrument == InstrumentID(0))
        #expect(desk.market.count == 1)
        guard case .book(let clear) = desk.market[0] else { throw BadMessage("no book") }
        #expect(clear.kind == .clear && clear.endsMessage)
        #expect(
            desk.sent.map(\.text).contains {
                $0.contains(#"depth.unsubscribe","params":{"market_list":["BTCUSDT"]}"#)
            })
        #expect(desk.sent.map(\.text).contains { $0.contains("depth.subscribe") })
        try desk.acknowledge()
        try desk.push(changedBook)
        #expect(desk.market.count == 1)
        try desk.push(wholeBook)
        #expect(desk.statuses.map(\.state) == [.stale, .resynchronised])
    }

    @Test func `after three wrong checksums whole books are asked for`() throws {
        let desk = try live([.book])
        for _ in 0..<3 {
            desk.forgetSent()
            try desk.push(wholeBook.replacing("379983600", with: "1"))
            desk.wait(1)
        }
        #expect(desk.sent.contains { $0.text.contains(#"[["BTCUSDT",50,"0",true]]"#) })
    }

    // 7.12: the first push repeats what happened before; resubscribing repeats it again.
    @Test func `deals are told once, oldest first, and not those of before`() throws {
        let desk = try live([.trades])
        try desk.acknowledge()
        desk.clear()
        try desk.push(
            deals([
                (12, 1_700_000_000_100, "3"), (11, 1_699_999_999_000, "2"),
                (10, 1_699_999_998_000, "1"),
            ]))
        #expect(desk.trades.map(\.id) == [12])
        try desk.push(
            deals([
                (14, 1_700_000_000_400, "5"), (13, 1_700_000_000_300, "4"),
                (12, 1_700_000_000_100, "3"),
            ]))
        #expect(desk.trades.map(\.id) == [12, 13, 14])
        #expect(desk.trades.last?.taker == .sell)
        try desk.push(deals([(14, 1_700_000_000_400, "5")]))
        #expect(desk.trades.count == 3)
    }

    @Test func `deals missed while the socket was down are told from the history`() throws {
        let desk = try live([.trades])
        try desk.acknowledge()
        try desk.push(deals([(20, 1_700_000_000_100, "3")]))
        desk.clear()
        desk.input(
            .closed(try #require(desk.sockets["spot"]), reason: TransportProblem(.reset, "")))
        desk.wait(2)
        desk.forgetSent()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        try desk.reconcile()
        try desk.acknowledge()
        try desk.push(
            deals([
                (22, 1_700_000_001_000, "1"), (21, 1_700_000_000_900, "1"),
                (20, 1_700_000_000_100, "3"),
            ]))
        #expect(desk.trades.map(\.id) == [21, 22])
    }

    // 7.22: the same name in both products; 7.23: markets nobody asked for.
    @Test func `a market's pushes count for its product alone`() throws {
        let desk = try live([.trades, .ticker], ["coinex:BTC/USDT", "coinex:BTC/USDT:USDT"])
        desk.input(
            .subscribe([InstrumentID(0): [.trades], InstrumentID(1): [.trades, .ticker]]))
        try desk.acknowledge()
        desk.clear()
        try desk.push(deals([(12, 1_800_000_000_100, "3")]))
        try desk.push(deals([(5, 1_800_000_000_100, "4")]), on: "futures")
        #expect(desk.trades.map(\.instrument) == [InstrumentID(0), InstrumentID(1)])
        desk.clear()
        try desk.push(
            #"{"method":"state.update","data":{"state_list":[{"market":"BTCUSD_SIGNPRICE","last":"1"},"#
                + #"{"market":"BTCUSDT","last":"5","mark_price":"5.5","index_price":"5.4","volume":"51996.00000000000000000000"}]},"id":null}"#,
            on: "futures")
        #expect(desk.market.count == 1)
        guard case .ticker(let ticker) = desk.market[0] else { throw BadMessage("no ticker") }
        #expect(ticker.instrument == InstrumentID(1) && ticker.mark == exact("5.5"))
    }

    @Test func `funding is told once when it is settled`() throws {
        let desk = try live([.funding], ["coinex:BTC/USDT:USDT"])
        try desk.acknowledge()
        desk.clear()
        func state(_ time: Int, _ rate: String) -> String {
            "{\"method\":\"state.update\",\"data\":{\"state_list\":[{\"market\":\"BTCUSDT\","
                + "\"last\":\"100\",\"mark_price\":\"101\",\"latest_funding_rate\":\"\(rate)\","
                + "\"latest_funding_time\":\(time),\"next_funding_rate\":\"0.3\"}]},\"id\":null}"
        }
        for text in [
            state(1_699_990_000_000, "0.1"), state(1_700_000_100_000, "-0.0002"),
            state(1_700_000_100_000, "-0.0002"), state(1_699_990_000_000, "0.1"),
        ] {
            try desk.push(text, on: "futures")
        }
        let fundings = desk.market.compactMap { event -> Funding? in
            if case .funding(let funding) = event { funding } else { nil }
        }
        #expect(fundings.count == 1)
        #expect(fundings[0].rate == exact("-0.0002") && fundings[0].mark == exact("101"))
    }

    // 7.25: whether a second subscription adds or replaces is not sure.
    @Test func `every subscription says the whole list`() throws {
        let desk = try SessionDesk(["coinex:BTC/USDT", "coinex:ETH/USDT"])
        try desk.goLive()
        desk.input(.subscribe([InstrumentID(0): [.trades]]))
        #expect(
            desk.sent.contains {
                $0.text.contains(#"deals.subscribe","params":{"market_list":["BTCUSDT"]}"#)
            })
        try desk.acknowledge()
        desk.input(.subscribe([InstrumentID(0): [.trades], InstrumentID(1): [.trades]]))
        #expect(
            desk.sent.contains {
                $0.text.contains(
                    #"deals.subscribe","params":{"market_list":["BTCUSDT","ETHUSDT"]}"#)
            })
        try desk.acknowledge()
        desk.input(.subscribe([InstrumentID(1): [.trades]]))
        #expect(
            desk.sent.contains {
                $0.text.contains(#"deals.unsubscribe","params":{"market_list":["BTCUSDT"]}"#)
            })
    }

    // Promise P14.
    @Test func `no more than ten messages a second go over a socket`() throws {
        let desk = try live([.trades])
        desk.wait(2)
        desk.forgetSent()
        for number in 0..<20 {
            desk.input(.subscribe([InstrumentID(0): number % 2 == 0 ? [] : [.trades]]))
        }
        #expect(desk.sent.count <= 10)
        desk.wait(1)
        #expect(desk.sent.count <= 20)
        desk.wait(2)
        #expect(desk.sent.count >= 20)
    }

    // 7.1: documentation and replies of 2024 swap volume and value.
    @Test(arguments: [("10", "1000"), ("1000", "10")])
    func `a candle's volume is found whichever way round it comes`(volume: String, value: String)
        throws
    {
        let body =
            #"{"code":0,"data":[{"market":"X","created_at":1700000000000,"open":"100","close":"101","high":"102","low":"99","#
            + "\"volume\":\"\(volume)\",\"value\":\"\(value)\"}],\"message\":\"\"}"
        let candle = try payload(CoinExReplies.candles(Array(body.utf8)))[0]
        #expect(candle.volume == exact("10"))
        let minute: Int64 = 60_000_000_000
        let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        let end = start.advanced(byNanoseconds: minute)
        #expect(
            candle.bar(of: InstrumentID(0), nanoseconds: minute, closedBy: end)?.closeTime == end)
        // The last one still runs.
        #expect(candle.bar(of: InstrumentID(0), nanoseconds: minute, closedBy: start) == nil)
    }
}
