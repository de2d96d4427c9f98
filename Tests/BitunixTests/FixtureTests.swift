import AccountSession
import Bitunix
import Foundation
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import WireText

/// What reads each sample of the futures API, by the file's name: no sample is read by a catch-all.
private let readers: [String: @Sendable ([UInt8]) throws -> Void] = [
    "futures_private_ws_balance.json": { body in
        guard case .balance(let balance) = try push(body) else { throw wrong }
        #expect(balance.currency == "USDT" && balance.available == exact("1000"))
    },
    "futures_private_ws_order_create.json": { body in
        guard case .order(let order) = try push(body) else { throw wrong }
        #expect(order.id == "ord123456" && order.status == .working && order.filled == nil)
        #expect(order.clientID == nil && order.price == exact("50000"))
        #expect(order.updatedAt == Timestamp(nanoseconds: 1_672_531_200_000_000_000))
    },
    "futures_private_ws_position_update.json": { body in
        guard case .position(let position) = try push(body) else { throw wrong }
        #expect(position.net == exact("1.5") && position.leverage == "10" && !position.isHedged)
        #expect(position.averagePrice?.description.hasPrefix("33333.3333") == true)
    },
    "futures_rest_account.json": { body in
        let account = try payload(BitunixReplies.account(body))
        #expect(account.isHedged && account.available == exact("998"))
        #expect(account.total == exact("1008"))
    },
    "futures_rest_cancel_orders_mixed.json": { body in
        let reply = try payload(BitunixReplies.cancel(body))
        #expect(reply.taken == 1 && reply.failures.map(\.refusal.code) == [10_013])
    },
    "futures_rest_change_leverage.json": { body in _ = try payload(BitunixReplies.done(body)) },
    // A book over HTTP is never asked for: the socket's windows are whole.
    "futures_rest_depth.json": { body in _ = try payload(BitunixReplies.done(body)) },
    "futures_rest_error_10008_depth_limit.json": { body in
        let refusal = try refusal(BitunixReplies.done(body))
        #expect(refusal.kind == .incorrect)
    },
    "futures_rest_error_20003_insufficient_balance.json": { body in
        let refusal = try refusal(BitunixReplies.reference(body))
        #expect(refusal.kind == .funds && refusal.message == "Insufficient balance")
    },
    "futures_rest_error_404_unknown_path.json": { body in
        let refusal = try refusal(BitunixReplies.done(body))
        #expect(refusal.code == 404)
    },
    "futures_rest_history_trades.json": { body in
        let page = try payload(BitunixReplies.trades(body))
        let trade = try #require(page.elements.first)
        #expect(page.total == 1 && trade.id == "trade123" && trade.orderID == "order123")
        #expect(trade.fee == exact("5") && trade.liquidity == .taker && trade.side == .buy)
    },
    "futures_rest_pending_orders.json": { body in
        let page = try payload(BitunixReplies.orders(body))
        #expect(page.total == 10 && page.elements[0].status == .working)
        #expect(page.elements[0].filled == exact("0.5") && page.elements[0].isHedged)
    },
    "futures_rest_pending_positions.json": { body in
        let position = try payload(BitunixReplies.positions(body))[0]
        #expect(position.net == exact("0.5") && position.averagePrice == exact("60000"))
        #expect(position.liquidationPrice == exact("29100.5") && position.isHedged)
    },
    "futures_rest_place_order.json": { body in
        let reference = try payload(BitunixReplies.reference(body))
        #expect(reference.id == "12345")
    },
    // One row of the list's data.
    "futures_rest_trading_pair_row.json": { body in
        let pair = try TradingPair(reading: try JSON(parsing: body))
        let symbol = try #require(BitunixInstruments.symbol(of: pair))
        #expect(symbol.description == "bitunix:BTC/USDT:USDT" && pair.leverages == 1...125)
        let instrument = try BitunixInstruments.instrument(InstrumentID(0), symbol, pair)
        #expect(instrument.tick == exact("0.1") && instrument.lot == exact("0.0001"))
    },
    "futures_ws_connect.json": { body in
        let frame = try Frame(parsing: body)
        #expect(frame == .greeting)
    },
    "futures_ws_depth_book15_BTCUSDT.json": { body in
        guard case .depth(let depth) = try push(body) else { throw wrong }
        #expect(depth.levels == 15 && depth.bids.count == 3 && depth.asks.count == 3)
        #expect(depth.bids[0].price == exact("86699.6"))
    },
    "futures_ws_login_reply.json": { body in
        let frame = try Frame(parsing: body)
        #expect(frame == .login(refusal: nil))
    },
    // What we send ourselves.
    "futures_ws_login_request.json": { body in try expectOwn(body, op: "login") },
    "futures_ws_market_kline_1min_BTCUSDT.json": { body in
        guard case .candle(let candle) = try push(body) else { throw wrong }
        #expect(candle.volume == exact("5.2395") && candle.high == exact("68590"))
    },
    "futures_ws_ping_reply.json": { body in
        let frame = try Frame(parsing: body)
        #expect(frame == .pong)
    },
    "futures_ws_ping_request.json": { body in
        let seconds = try #require(try JSON(parsing: body)["ping"]?.integer)
        #expect(
            try JSON(parsing: Array(SocketRequests.ping(seconds: seconds).utf8))
                == JSON(parsing: body))
    },
    "futures_ws_subscribe_request.json": { body in try expectOwn(body, op: "subscribe") },
    "futures_ws_ticker_BTCUSDT.json": { body in
        guard case .ticker(let ticker) = try push(body) else { throw wrong }
        #expect(ticker.last == exact("86688.2") && ticker.volume == exact("27478.1701"))
    },
    "futures_ws_trade_BTCUSDT.json": { body in
        guard case .trades(let trades) = try push(body) else { throw wrong }
        #expect(trades.map(\.side) == [.buy, .sell])
        #expect(trades[0].time == Timestamp(nanoseconds: 1_775_540_872_000_000_000))
    },
    "futures_ws_unsubscribe_ack.json": { body in
        let frame = try Frame(parsing: body)
        #expect(frame == .unsubscribed)
    },
    "signing_vector_rest.json": { body in try expectSigned(try JSON(parsing: body)) },
]

private func expectSigned(_ vector: JSON) throws {
    let key = BitunixKey(apiKey: try text(vector, "api_key"), secret: try text(vector, "secret"))
    let sign = key.signature(
        nonce: try text(vector, "nonce"), timestamp: try text(vector, "timestamp"),
        query: try text(vector, "query_params"), body: try text(vector, "body"))
    let expected = try text(vector, "expected_signature")
    #expect(sign == expected)
}

private func text(_ json: JSON, _ name: String) throws -> String {
    let found = json[name]?.text
    return try #require(found)
}

private func refusal<Value>(_ reply: Reply<Value>) throws -> BitunixRefusal {
    guard case .failure(let refusal) = reply else { throw wrong }
    return refusal
}

/// A request that has the members that ours of this name have.
private func expectOwn(_ body: [UInt8], op: String) throws {
    let key = BitunixKey(apiKey: "k", secret: "s")
    let text =
        op == "login"
        ? SocketRequests.login(key, nonce: "n", seconds: 1)
        : SocketRequests.subscribe("depth_books", markets: ["BTCUSDT"])
    let (sample, own) = (try JSON(parsing: body), try JSON(parsing: Array(text.utf8)))
    #expect(sample["op"]?.text == op && own["op"]?.text == op)
    func names(_ json: JSON) -> [String]? {
        json["args"]?.items?.first?.members?.map(\.key).sorted()
    }
    #expect(names(sample) == names(own) && names(own) != nil)
}

/// The spot API has no connector: its samples are read by nobody.
private let ofSpot = samples.names.filter { $0.hasPrefix("spot_") }

@Suite(.enabled(if: samples.areThere, noSamples))
struct `Bitunix samples` {
    @Test(arguments: samples.names.filter { !ofSpot.contains($0) })
    func `are read, each as what it is`(name: String) throws {
        let read = try #require(readers[name], "no reader is named for \(name)")
        try read(try samples.read(name))
    }

    @Test func `are all there that have a reader`() {
        #expect(samples.names.filter { !ofSpot.contains($0) } == readers.keys.sorted())
    }

    @Test(arguments: samples.names.filter { $0.contains("_ws_") && !$0.hasPrefix("spot_") })
    func `read quickly say the same as read slowly`(name: String) throws {
        try expectSame(try samples.read(name))
    }
}
