import AccountSession
import CoinTR
import Testing
import TradingModel
import WireText

private func terms(
    _ side: Side = .buy, _ size: String = "1", at price: String? = "70.5"
) -> OrderTerms {
    OrderTerms(
        name: "LTCUSDT", clientID: "desk-1", side: side, size: exact(size),
        price: price.map { exact($0) })
}

@Suite struct `CoinTR requests` {
    // Trap 8.
    @Test func `of orders have their flags, even where there are none`() {
        let plain = CoinTRRequests.place(terms(), .futures)
        #expect(
            plain.body
                == #"{"instId":"LTCUSDT","clOrdId":"desk-1","px":"70.5","sz":"1","side":"BUY","#
                + #""ordType":"LIMIT","flags":"","timeInForce":"GTC"}"#)
        #expect(plain.isOrder && plain.isSigned && plain.method == "POST")
        var both = terms(.sell)
        both.isPostOnly = true
        both.isReduceOnly = true
        let flagged = CoinTRRequests.place(both, .futures).body
        #expect(flagged.contains(#""flags":"POST_ONLY,REDUCE_ONLY""#))
    }

    @Test func `of spot orders wait for the first matching`() {
        var order = terms(.sell, "0.25")
        order.lifetime = .ioc
        let request = CoinTRRequests.place(order, .spot)
        #expect(request.path == "/v1/spot/trade/order")
        #expect(
            request.body
                == #"{"instId":"LTCUSDT","clOrdId":"desk-1","px":"70.5","baseQty":"0.25","side":"SELL","#
                + #""ordType":"LIMIT","flags":"","timeInForce":"IOC","asyncState":"MATCHED"}"#)
    }

    @Test func `of market orders have neither a price nor a lifetime`() {
        let body = CoinTRRequests.place(terms(.sell, at: nil), .spot).body
        #expect(body.contains(#""ordType":"MARKET""#))
        #expect(!body.contains("px") && !body.contains("timeInForce"))
    }

    @Test func `of cancels name one id and wait for the end`() {
        #expect(
            CoinTRRequests.cancel(.spot, "LTCUSDT", id: "9").body
                == #"{"instId":"LTCUSDT","ordId":"9","asyncState":"CLOSED"}"#)
        #expect(
            CoinTRRequests.cancel(.futures, "LTCUSDT", clientID: "desk-1").body
                == #"{"instId":"LTCUSDT","clOrdId":"desk-1"}"#)
        #expect(
            CoinTRRequests.cancelBatch(.spot, "LTCUSDT", ids: ["9", "10"]).body
                == #"{"instId":"LTCUSDT","ordIds":"9,10"}"#)
    }

    // Trap 22.
    @Test func `of positions name the markets`() {
        #expect(
            CoinTRRequests.positions(["LTCUSDT", "BTCUSDT"]).path
                == "/v1/futures/account/positions?instIds=LTCUSDT%2CBTCUSDT")
    }

    @Test func `of lists have a beginning, and an end that is set when they leave`() {
        let since = milliseconds(1_700_000_000_000)
        #expect(
            CoinTRRequests.fills(.spot, "LTCUSDT", since: since).path
                == "/v1/spot/trade/fills?instId=LTCUSDT&startTime=1700000000000&limit=100&endTime=")
        #expect(
            CoinTRRequests.filledOrders(.futures, "LTCUSDT", id: "9", since: .distantPast).path
                == "/v1/futures/trade/orders-filled?instId=LTCUSDT&ordIds=9&limit=100&endTime=")
    }

    // Traps 16 and 27.
    @Test func `over the socket say the width of levels and the span of candles`() {
        #expect(
            SocketRequests.subscribe(
                "books_spot", "LTCUSDT", [("step", "\"0.01\""), ("limit", "20")])
                == #"{"op":"subscribe","channel":"books_spot","args":{"instId":"LTCUSDT","step":"0.01","#
                + #""limit":20}}"#)
        #expect(
            SocketRequests.subscribe(privately: "user_data_spot")
                == #"{"op":"subscribe","channel":"user_data_spot","args":{}}"#)
        #expect(
            SocketRequests.unsubscribe("trades_perp", "LTCUSDT")
                == #"{"op":"unsubscribe","channel":"trades_perp","args":{"instId":"LTCUSDT"}}"#)
    }
}

@Suite struct `CoinTR markets` {
    private func infos(_ text: String) throws -> [MarketInfo] {
        try CoinTRReplies.instruments(Array(text.utf8)).get()
    }

    // Trap 10.
    @Test func `of futures count contracts, which are so much of the base currency`() throws {
        let info = try infos(Wire.futuresInstruments)[0]
        let symbol = try Symbol("cointr:LTC/USDT:USDT")
        #expect(CoinTRInstruments.symbol(of: info) == symbol)
        let instrument = try CoinTRInstruments.instrument(InstrumentID(0), symbol, info)
        #expect(instrument.lot == exact("0.1") && instrument.minQuantity == exact("0.1"))
        let unit = SizeUnit(contract: info.contract?.value)
        #expect(unit.base(exact("25") as Quantity) == exact("2.5"))
        #expect(unit.size(exact("2.5")) == exact("25"))
        #expect(unit.base(exact("-3") as SignedQuantity) == exact("-0.3"))
        #expect(SizeUnit.base.size(exact("2.5")) == exact("2.5"))
        // What is no whole number of contracts is not made one.
        #expect(unit.size(exact("0.25")) == exact("2.5"))
    }

    // Trap 28.
    @Test func `of futures may state ticks and minimums that are none`() throws {
        let symbol = try Symbol("cointr:LTC/USDT:USDT")
        let tick = { (text: String) throws -> Price in
            let all = Wire.futuresInstruments.replacing(#""tickSz":"7""#, with: text)
            let info = try infos(all)[0]
            return try CoinTRInstruments.instrument(InstrumentID(0), symbol, info).tick
        }
        #expect(try tick(#""tickSz":"7""#) == exact("0.01"))
        #expect(try tick(#""tickSz":"0""#) == exact("0.01"))
        #expect(try tick(#""tickSz":"x""#) == exact("0.01"))
        #expect(try tick(#""tickSz":"0.005""#) == exact("0.005"))
    }

    @Test func `that settle in what they are of are no symbols`() throws {
        #expect(CoinTRInstruments.symbol(of: try infos(Wire.futuresInstruments)[1]) == nil)
    }

    @Test func `of spot and futures share a name`() throws {
        let spot = try Symbol("cointr:LTC/USDT")
        let futures = try Symbol("cointr:LTC/USDT:USDT")
        #expect(CoinTRInstruments.name(of: spot) == CoinTRInstruments.name(of: futures))
        #expect(CoinTRInstruments.segment(of: spot) == .spot)
        #expect(CoinTRInstruments.segment(of: futures) == .futures)
    }

    @Test func `have steps in a list or in a text`() throws {
        let spot = try infos(Wire.spotInstruments)
        #expect(spot.map { $0.steps.first } == [exact("0.01"), exact("0.000001")])
    }

    @Test func `whose decimals make no sense are not used`() throws {
        let symbol = try Symbol("cointr:LTC/USDT")
        for change in [#""pxPrecision":"19""#, #""pxPrecision":"-1""#] {
            let info = try infos(
                Wire.spotInstruments.replacing(#""pxPrecision":"2""#, with: change))[0]
            #expect(throws: BadMessage.self) {
                try CoinTRInstruments.instrument(InstrumentID(0), symbol, info)
            }
        }
    }

    @Test func `nearest to one that there is not are named`() throws {
        let wanted = try Symbol("cointr:LTC/USDC")
        #expect(
            CoinTRInstruments.nearest(to: wanted, among: try infos(Wire.spotInstruments))
                == ["cointr:LTC/USDT", "cointr:LTC/BTC"])
    }
}
