import AccountSession
import CoinEx
import PropertyTesting
import Testing
import TradingModel
import WireText

/// What reads each sample, by the file's name: no sample is read by a catch-all.
private let readers: [String: @Sendable ([UInt8]) throws -> Void] = [
    "live_rest_futures_balance.json": { body in
        let balance = try payload(CoinExReplies.balances(body))[0]
        #expect(balance.currency == "USDT")
        #expect(balance.total == exact("0.00000046"))
    },
    "live_rest_futures_depth.json": { body in
        let depth = try payload(CoinExReplies.depth(body))
        #expect(depth.push.levels.count == 6 && depth.push.checksum == 2_956_436_260)
    },
    "live_rest_futures_funding_rate.json": { body in
        let state = try payload(CoinExReplies.states(body))[0]
        #expect(state.nextFundingRate == exact("0.00021074"))
        #expect(state.mark == exact("61602.22"))
        #expect(state.nextFundingTime == Timestamp(nanoseconds: 1_715_760_000_000_000_000))
    },
    "live_rest_futures_order.json": { body in
        let order = try payload(CoinExReplies.order(body))
        #expect(order.id == 136_913_377_780 && order.filled == .zero)
        #expect(order.price == exact("61000.42") && order.unit == nil)
    },
    "live_rest_futures_ticker.json": { body in
        let state = try payload(CoinExReplies.states(body))[0]
        #expect(state.volume == exact("2900.2218") && state.openInterest == nil)
    },
    "live_rest_spot_balance.json": { body in
        let read = try payload(CoinExReplies.balances(body))
        #expect(read.map(\.currency) == ["USDT"])
    },
    "live_rest_spot_cancel_order.json": { body in
        let order = try payload(CoinExReplies.order(body))
        #expect(order.unit == "BTC" && order.unfilled == exact("0.0001"))
        #expect(!order.isComplete(countsInQuote: false))
    },
    "live_rest_spot_deals.json": { body in
        let deal = try payload(CoinExReplies.deals(body))[0]
        #expect(deal.id == 4_137_517_302 && deal.side == .buy)
    },
    "live_rest_spot_depth.json": { body in
        let depth = try payload(CoinExReplies.depth(body))
        #expect(depth.push.isFull && depth.push.last == exact("70857.19"))
    },
    "live_rest_spot_order.json": { body in
        let order = try payload(CoinExReplies.order(body))
        #expect(order.clientID == "x-167673045-a0a3c6461459a801")
    },
    "live_rest_spot_ticker.json": { body in
        let read = try payload(CoinExReplies.states(body))
        #expect(read[0].mark == nil)
    },
    "live_rest_time.json": { body in
        let time = try payload(CoinExReplies.time(body)).time
        #expect(time == Timestamp(nanoseconds: 1_711_699_867_777_000_000))
    },
    "rest_account_trade_fee_rate.json": { body in
        let fees = try payload(CoinExReplies.fees(body))
        #expect(fees.maker == .zero && fees.taker == exact("0.03"))
    },
    "rest_futures_adjust_position_leverage.json": { body in
        let setting = try payload(CoinExReplies.leverage(body))
        #expect(setting.leverage == "10" && setting.marginMode == "cross")
    },
    "rest_futures_balance.json": { body in
        let balance = try payload(CoinExReplies.balances(body))[0]
        #expect(balance.total == exact("132987.88432980158"))
    },
    "rest_futures_cancel_order.json": { body in
        let read = try payload(CoinExReplies.order(body))
        #expect(read.market == "CETUSDT")
    },
    "rest_futures_funding_rate.json": { body in
        let states = try payload(CoinExReplies.states(body))
        #expect(states[1].mark == exact("0.000000152823"))
    },
    "rest_futures_funding_rate_history.json": { body in
        let page = try payload(CoinExReplies.settlements(body))
        #expect(page.elements[0].rate == exact("-0.00027732") && !page.hasNext)
    },
    "rest_futures_market.json": { body in
        let info = try payload(CoinExReplies.markets(body))[0]
        #expect(info.tickSize == exact("0.5") && info.leverages.last == "100")
        #expect(info.isTradable && !info.isInverse)
    },
    "rest_futures_order.json": { body in
        let read = try payload(CoinExReplies.order(body))
        #expect(read.id == 13_400)  // in quotes
    },
    "rest_futures_pending_order.json": { body in
        let page = try payload(CoinExReplies.orders(body))
        #expect(page.elements[0].filled == exact("27564.87468358"))
    },
    "rest_futures_pending_position.json": { body in
        let position = try payload(CoinExReplies.positions(body)).elements[0]
        #expect(position.market == "CETUSDT" && position.leverage == "10")
        #expect(position.net == exact("1000000"))
    },
    "rest_futures_position_level.json": { body in
        let levels = try payload(CoinExReplies.positionLevels(body))[0].levels
        #expect(levels.count == 6 && levels[0].leverage == "100")
    },
    "rest_futures_ticker.json": { body in
        let states = try payload(CoinExReplies.states(body))
        #expect(states[1].volume == exact("88014042237.15"))
    },
    "rest_spot_balance.json": { body in
        let balance = try payload(CoinExReplies.balances(body))[1]
        #expect(balance.available == exact("41232.366264748"))
    },
    "rest_spot_cancel_all_order.json": { body in _ = try payload(CoinExReplies.done(body)) },
    "rest_spot_cancel_order.json": { body in
        let read = try payload(CoinExReplies.order(body))
        #expect(read.unit == "CET")
    },
    "rest_spot_deals.json": { body in
        let read = try payload(CoinExReplies.deals(body))
        #expect(!read.isEmpty)
    },
    "rest_spot_depth.json": { body in
        let read = try payload(CoinExReplies.depth(body))
        #expect(read.push.checksum == 2_578_768_879)
    },
    "rest_spot_finished_order.json": { body in
        let order = try payload(CoinExReplies.orders(body)).elements[0]
        #expect(order.updatedAt == Timestamp(nanoseconds: 1_691_482_451_000_000_000))
    },
    "rest_spot_index.json": { body in
        let read = try payload(CoinExReplies.indexPrices(body))
        #expect(read[0].index == exact("30718.42"))
    },
    "rest_spot_kline.json": { body in
        let candle = try payload(CoinExReplies.candles(body))[0]
        #expect(candle.openTime == Timestamp(nanoseconds: 1_701_761_760_000_000_000))
        #expect(candle.volume == exact("807714.49139758"))
    },
    "rest_spot_market.json": { body in
        let info = try payload(CoinExReplies.markets(body))[0]
        #expect(info.basePrecision == 8 && info.quotePrecision == 2 && info.tickSize == nil)
    },
    "rest_spot_order.json": { body in
        let read = try payload(CoinExReplies.order(body))
        #expect(read.unit == "CET")  // the key stands twice
    },
    "rest_spot_order_status.json": { body in
        let read = try payload(CoinExReplies.order(body))
        #expect(read.status == .partFilled)
    },
    "rest_spot_pending_order.json": { body in
        let read = try payload(CoinExReplies.orders(body))
        #expect(read.elements.count == 1)
    },
    "rest_spot_ticker.json": { body in
        let read = try payload(CoinExReplies.states(body))
        #expect(read.count == 2)
    },
    "rest_spot_transcation_history.json": { body in
        let page = try payload(CoinExReplies.transactions(body))
        #expect(page.elements[0].balance == exact("11.71913105123203357") && page.hasNext)
    },
    "rest_spot_user_deals.json": { body in
        let deal = try payload(CoinExReplies.ownDeals(body)).elements[0]
        #expect(deal.liquidity == .taker && deal.fee == exact("0.0299"))
        #expect(deal.marginMarket == "BTCUSDT")
    },
    // 7.30: the seed's sample has a trailing comma, which is not JSON.
    "seed_futures_ticker_trailing_comma.txt": { body in
        #expect(throws: BadMessage.self) { try CoinExReplies.states(body) }
    },
    "ws_futures_balance_update.json": { body in
        guard case .push(.balances(let list)) = try Frame(parsing: body) else { throw wrong }
        #expect(list[0].available == exact("97.924709827563350000"))
        #expect(list[0].margin == exact("0.614427"))
    },
    "ws_futures_index_update.json": { body in
        guard case .push(.index(let index)) = try Frame(parsing: body) else { throw wrong }
        #expect(index.mark == exact("20000"))
    },
    "ws_futures_order_update.json": { body in
        guard case .push(.order(let push)) = try Frame(parsing: body) else { throw wrong }
        #expect(push.event == .put && push.order.clientID == nil)
    },
    "ws_futures_position_update.json": { body in
        guard case .push(.position(let push)) = try Frame(parsing: body) else { throw wrong }
        #expect(push.position.net == exact("0.001") && !push.isForced)
        #expect(push.position.liquidationPrice == exact("31179.877611940298507462"))
    },
    "ws_futures_state_update.json": { body in
        guard case .push(.states(let states)) = try Frame(parsing: body) else { throw wrong }
        #expect(states.map(\.market) == ["ETHUSD_SIGNPRICE", "DOTUSDT"])
    },
    "ws_futures_stop_update.json": { body in
        guard case .push(.stop(let push)) = try Frame(parsing: body) else { throw wrong }
        #expect(push.event == .put && push.stop.waitsForHigher == true)
    },
    "ws_futures_user_deals_update.json": { body in
        guard case .push(.ownDeal(let deal)) = try Frame(parsing: body) else { throw wrong }
        #expect(deal.orderID == 12_345_678 && deal.clientID == "client_id_1")
    },
    "ws_spot_balance_update.json": { body in
        guard case .push(.balances(let list)) = try Frame(parsing: body) else { throw wrong }
        #expect(list.map(\.marginMarket) == ["BTCUSDT", "BTCUSDT"])
    },
    "ws_spot_bbo_update.json": { body in
        guard case .push(.quote(let quote)) = try Frame(parsing: body) else { throw wrong }
        #expect(quote.ask?.price == exact("20001"))
    },
    "ws_spot_deals_update.json": { body in
        guard case .push(.deals(let push)) = try Frame(parsing: body) else { throw wrong }
        #expect(push.deals.map(\.id) == [3_514_376_759, 3_514_376_758, 3_514_376_757])
    },
    "ws_spot_depth_update.json": { body in
        guard case .push(.depth(let message)) = try Frame(parsing: body) else { throw wrong }
        #expect(message.push.levels.count == 6)
    },
    "ws_spot_index_update.json": { body in
        guard case .push(.index(let index)) = try Frame(parsing: body) else { throw wrong }
        #expect(index.index == exact("40000.91") && index.mark == nil)
    },
    "ws_spot_order_update.json": { body in
        guard case .push(.order(let push)) = try Frame(parsing: body) else { throw wrong }
        #expect(push.order.id == 142_934_016_817 && push.order.marginMarket == nil)
    },
    "ws_spot_state_update.json": { body in
        guard case .push(.states(let states)) = try Frame(parsing: body) else { throw wrong }
        #expect(states[1].last == exact("0.000000152823"))
    },
    // 7.24: the event is a number here.
    "ws_spot_stop_update.json": { body in
        guard case .push(.stop(let push)) = try Frame(parsing: body) else { throw wrong }
        #expect(push.event == .put && push.stop.waitsForHigher == false)
    },
    "ws_spot_user_deals_update.json": { body in
        guard case .push(.ownDeal(let deal)) = try Frame(parsing: body) else { throw wrong }
        #expect(deal.marginMarket == "BTCUSDT")
    },
]

private let wrong = BadMessage("was read as something else")

@Suite(.enabled(if: samples.areThere, noSamples))
struct `CoinEx samples` {
    @Test(arguments: samples.names)
    func `are read, each as what it is`(name: String) throws {
        let read = try #require(readers[name], "no reader is named for \(name)")
        try read(try samples.read(name))
    }

    @Test func `are all there that have a reader`() {
        #expect(samples.names == readers.keys.sorted())
    }

    @Test(arguments: samples.names.filter { $0.hasPrefix("ws_") })
    func `read quickly say the same as read slowly`(name: String) throws {
        try expectSame(try samples.read(name))
    }
}
