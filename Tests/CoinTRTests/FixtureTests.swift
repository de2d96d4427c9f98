import AccountSession
import CoinTR
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import WireText

/// What reads each sample, by the file's name: no sample is read by a catch-all.
private let readers: [String: @Sendable ([UInt8]) throws -> Void] = [
    "futures_rest_depths.json": { body in
        let book = try CoinTRReplies.book(body).get()
        #expect(book.asks == [BookLevel(price: exact("1600"), quantity: exact("298"))])
        #expect(book.bids == [BookLevel(price: exact("1450"), quantity: exact("2"))])
    },
    // Traps 23 and 24.
    "futures_rest_fills.json": { body in
        let fills = try CoinTRReplies.fills(body).get()
        #expect(fills.next == nil && fills.elements.map(\.id) == ["1", "1"])
        #expect(fills.elements.map(\.orderID) == ["1738405854052353", "1738405859295233"])
        #expect(fills.elements.map(\.size) == [exact("1"), exact("1")])
        #expect(fills.elements.map(\.side) == [.buy, .sell])
        #expect(fills.elements.map(\.liquidity) == [.maker, .taker])
        #expect(fills.elements[1].fee == exact("1.24644") && fills.elements[1].feeCurrency == nil)
        #expect(fills.elements[0].time == milliseconds(1_657_873_019_048))
    },
    // Trap 28.
    "futures_rest_instruments.json": { body in
        let info = try #require(try CoinTRReplies.instruments(body).get().first)
        #expect(info.contract?.value == exact("0.01") && info.contract?.mostLeverage == 125)
        #expect(info.steps == [exact("0.01"), exact("0.1"), exact("1"), exact("10")])
        let symbol = try #require(CoinTRInstruments.symbol(of: info))
        #expect(symbol.description == "cointr:ETH/USDT:USDT")
        let instrument = try CoinTRInstruments.instrument(InstrumentID(0), symbol, info)
        #expect(instrument.tick == exact("0.01") && instrument.lot == exact("0.01"))
        #expect(instrument.minQuantity == exact("0.01"))
    },
    // Trap 12.
    "futures_rest_orders_active.json": { body in
        let order = try #require(try CoinTRReplies.orders(body).get().elements.first)
        #expect(order.id == "1739616027148289" && order.clientID == "094732")
        #expect(order.state == .submitted && order.size == exact("1") && order.isPostOnly)
        #expect(order.createdAt == milliseconds(1_659_027_125_482))
    },
    // Trap 13.
    "futures_rest_place_order_ok.json": { body in
        let order = try CoinTRReplies.reference(body).get()
        #expect(order.id == "1739615825821697" && order.state == .submitted)
        #expect(order.clientID == "12341ADK5578905123")
    },
    "futures_rest_positions.json": { body in
        let position = try #require(try CoinTRReplies.positions(body).get().first)
        #expect(position.net == exact("1") && position.averagePrice == exact("24000"))
        #expect(position.leverage == "100" && position.liquidationPrice == exact("2251.16"))
        #expect(!position.isIsolated)
    },
    "futures_rest_trades.json": { body in
        let trades = try CoinTRReplies.trades(body).get()
        #expect(trades.map(\.id) == [2, 3] && trades.map(\.side) == [.sell, .buy])
    },
    "futures_ws_market_snapshot.json": { body in
        let push = try push(body)
        guard case .figures(let figures) = push.content else { throw wrong }
        #expect(push.segment == .futures && push.instrument == "BTCUSDT")
        #expect(figures.mark == exact("23321.2") && figures.index == exact("23319.8"))
        #expect(figures.last == exact("23315.4") && figures.fundingRate == exact("0.0001"))
    },
    "futures_ws_trades_initial.json": { body in
        let push = try push(body)
        guard case .trades(let trades) = push.content else { throw wrong }
        #expect(push.action == .whole && trades.map(\.id) == [1, 2, 3, 4])
        #expect(trades[3].size == exact("10") && trades[3].side == .buy)
        #expect(push.time == milliseconds(1_659_327_443_144))
    },
    // Trap 18.
    "futures_ws_user_orders_update.json": { body in
        let push = try push(body)
        guard case .orders(let orders) = push.content else { throw wrong }
        #expect(push.segment == .futures && push.action == .update)
        #expect(orders.map(\.id) == ["1740030806065153"] && orders[0].size == exact("2"))
        #expect(push.preciseTime == milliseconds(1_659_422_689_551))
    },
    "futures_ws_user_positions_initial.json": { body in
        guard case .positions(let list) = try push(body).content else { throw wrong }
        #expect(list.map(\.net) == [.zero, .zero, exact("1")])
        #expect(list[2].averagePrice == exact("21800") && list[0].averagePrice == nil)
    },
    "spot_rest_balance.json": { body in
        let list = try CoinTRReplies.balances(body).get()
        #expect(list.map(\.currency) == ["BTC", "USDT"])
        #expect(list[0].total == exact("9999.99598") && list[0].available == exact("9999.98598"))
    },
    "spot_rest_cancel_order.json": { body in
        let order = try CoinTRReplies.reference(body).get()
        #expect(order.id == "1740149532655617" && order.state == nil)
    },
    // Trap 14.
    "spot_rest_candlesticks.json": { body in
        let candles = try CoinTRReplies.candles(body).get()
        #expect(candles.map(\.close) == [exact("3.72"), exact("3.708")])
        #expect(candles[1].openTime == milliseconds(1_657_630_800_000))
        #expect(candles[1].volume == exact("8422410"))
    },
    "spot_rest_depths.json": { body in
        let book = try CoinTRReplies.book(body).get()
        #expect(book.bids.map(\.quantity) == [exact("0.30178218")])
    },
    "spot_rest_instruments.json": { body in
        let info = try #require(try CoinTRReplies.instruments(body).get().first)
        let symbol = try #require(CoinTRInstruments.symbol(of: info))
        #expect(symbol.description == "cointr:BTC/USDT")
        let instrument = try CoinTRInstruments.instrument(InstrumentID(0), symbol, info)
        #expect(instrument.tick == exact("0.01") && instrument.lot == exact("0.00001"))
        #expect(instrument.minQuantity == exact("0.0001") && instrument.spotFee == .received)
        // A run without a key pays something too.
        #expect(instrument.makerFee == exact("0.0009") && instrument.takerFee == exact("0.0009"))
    },
    // Traps 12 and 13: a letter for a price, times as texts, a time that nobody named.
    "spot_rest_orders_active.json": { body in
        let order = try #require(try CoinTRReplies.orders(body).get().elements.first)
        #expect(order.clientID == "272bc44f-d1ae-45c9-8fc7-1d375e9d723f")
        #expect(order.size == exact("1") && order.filled == .zero && !order.cannotRest)
        #expect(order.updatedAt == milliseconds(1_658_462_744_325))
    },
    "spot_rest_orders_filled_with_next.json": { body in
        let page = try CoinTRReplies.orders(body).get()
        #expect(page.next == "1740223546392577" && page.elements[0].state == .filled)
        #expect(page.elements[0].filled == exact("0.1") && page.elements[0].side == .sell)
    },
    "spot_rest_place_order_ok.json": { body in
        let order = try CoinTRReplies.reference(body).get()
        #expect(order.clientID == "cointrspot6" && order.state == .submitted)
    },
    "spot_rest_place_order_refused_5050.json": { body in
        guard case .failure(let refusal) = try CoinTRReplies.reference(body) else { throw wrong }
        #expect(refusal.code == "5050" && refusal.clientID == "cointrspot6")
        #expect(refusal.kindForOrder == .incorrect && "\(refusal)" == "code 5050")
    },
    "spot_rest_tickers.json": { body in
        let ticker = try #require(try CoinTRReplies.tickers(body).get().first)
        #expect(ticker.last == exact("9999.99") && ticker.time == milliseconds(1_597_026_383_085))
    },
    "spot_rest_trades.json": { body in
        let trades = try CoinTRReplies.trades(body).get()
        #expect(trades.map(\.id) == [242_720_720, 242_720_719])
    },
    "spot_ws_books_snapshot.json": { body in
        let push = try push(body)
        guard case .book(let book) = push.content else { throw wrong }
        #expect(book.asks.count == 8 && book.bids.count == 8 && push.action == .whole)
        #expect(book.bids[0] == BookLevel(price: exact("8476.97"), quantity: exact("256")))
    },
    "spot_ws_kline_update.json": { body in
        guard case .candles(let candles) = try push(body).content else { throw wrong }
        #expect(candles.map(\.close) == [exact("8548.26")])
        #expect(candles[0].openTime == milliseconds(1_597_026_383_085))
    },
    // Traps 14 and 19.
    "spot_ws_user_balance_update.json": { body in
        let push = try push(body)
        guard case .balances(let list) = push.content else { throw wrong }
        #expect(list.map(\.total) == [exact("2.06736")] && list[0].currency == "BTC")
        #expect(push.time == milliseconds(1_659_606_272_000) && push.preciseTime == nil)
    },
    "spot_ws_user_orders_update.json": { body in
        guard case .orders(let orders) = try push(body).content else { throw wrong }
        #expect(orders.map(\.id) == ["1740223546392577"] && orders[0].price == exact("150"))
    },
    "ws_auth_request.json": { body in
        let sample = try JSON(parsing: body)
        let key = CoinTRKey(id: "78fd833df18857aacddbcc5ff3c6c34a", secret: "unknown")
        let ours = try JSON(
            parsing: Array(SocketRequests.signIn(key, milliseconds: 1_657_770_908_268).utf8))
        #expect(ours["op"] == sample["op"])
        #expect(ours["args"]?["apiKey"] == sample["args"]?["apiKey"])
        #expect(ours["args"]?["timestamp"] == sample["args"]?["timestamp"])
        #expect(ours["args"]?["sign"]?.text?.count == sample["args"]?["sign"]?.text?.count)
        #expect(ours["args"]?.members?.map(\.key) == sample["args"]?.members?.map(\.key))
    },
]

@Suite(.enabled(if: samples.areThere, noSamples))
struct `CoinTR samples` {
    @Test(arguments: samples.names)
    func `are read, each as what it is`(name: String) throws {
        let read = try #require(readers[name], "no reader is named for \(name)")
        try read(try samples.read(name))
    }

    @Test func `are all there that have a reader`() {
        #expect(samples.names == readers.keys.sorted())
    }

    @Test(arguments: ["spot_ws_books_snapshot.json", "futures_ws_trades_initial.json"])
    func `read quickly say the same as read slowly`(name: String) throws {
        let bytes = try samples.read(name)
        var scanner = CoinTRScanner()
        #expect(scanner.scan(bytes.span) != nil)
        expectSameQuickly(bytes)
    }
}
