import Coinut
import Testing
import TradingModel
import WireText

private func book(_ text: String) throws -> BookSnapshot {
    guard case .book(let book) = try content(text) else { throw wrong }
    return book
}

private func tick(_ text: String) throws -> InstrumentTick {
    guard case .tick(let tick) = try content(text) else { throw wrong }
    return tick
}

@Suite struct `Coinut market data` {
    // Promise P1.
    @Test func `are instruments with ticks, lots and limits`() throws {
        guard case .instruments(let list) = try content(Wire.instruments) else { throw wrong }
        #expect(list.instruments.map(\.pair) == ["BTCUSDT", "LTCBTC"])
        let info = list.instruments[1]
        let symbol = try #require(CoinutInstruments.symbol(of: info))
        #expect(symbol == (try Symbol("coinut:LTC/BTC")))
        let made = try CoinutInstruments.instrument(InstrumentID(4), symbol, info)
        #expect(made.tick == exact("0.00001") && made.id == InstrumentID(4))
        #expect(made.lot == exact("0.00000001") && made.minQuantity == exact("0.00000001"))
        #expect(made.takerFee == exact("0.001") && made.makerFee == .zero)
        #expect(made.spotFee == .quote && made.kind == .spot)
    }

    @Test(arguments: [("0", "1"), ("8", "0.00000001"), ("18", "0.000000000000000001")])
    func `have the tick that their decimals say`(decimals: String, tick: String) throws {
        let text = Wire.instruments.replacing(
            "\"decimal_places\":5", with: "\"decimal_places\":\(decimals)")
        guard case .instruments(let list) = try content(text) else { throw wrong }
        let info = list.instruments[1]
        let symbol = try #require(CoinutInstruments.symbol(of: info))
        #expect(
            try CoinutInstruments.instrument(InstrumentID(0), symbol, info).tick == exact(tick))
    }

    @Test(arguments: ["-1", "19", "9223372036854775807"])
    func `with absurd decimals are no instruments`(decimals: String) throws {
        let text = Wire.instruments.replacing(
            "\"decimal_places\":5", with: "\"decimal_places\":\(decimals)")
        guard case .instruments(let list) = try content(text) else { throw wrong }
        let error = #expect(throws: BadMessage.self) {
            try CoinutInstruments.instrument(
                InstrumentID(0), try Symbol("coinut:LTC/BTC"), list.instruments[1])
        }
        #expect(error?.reason.contains("LTCBTC has \(decimals) decimals") == true)
    }

    @Test func `may list a pair twice, or not at all`() throws {
        let twice = Wire.instruments.replacing(
            #""quote":"BTC"}]"#, with: #""quote":"BTC"},{"inst_id":9}]"#)
        guard case .instruments(let list) = try content(twice) else { throw wrong }
        #expect(list.instruments.map(\.number.value) == [41, 3])
        let none = Wire.instruments.replacing(
            #"[{"base":"LTC","decimal_places":5,"inst_id":3,"quote":"BTC"}]"#, with: "[]")
        guard case .instruments(let list) = try content(none) else { throw wrong }
        #expect(list.instruments.map(\.pair) == ["BTCUSDT"])
        #expect(reason(Wire.instruments.replacing("SPOT", with: "OPTION")).contains("`SPOT`"))
    }

    @Test func `are whole books, best levels first`() throws {
        let text = Wire.book(
            bids: [Wire.level("1", "5"), Wire.level("3.00000000", "0.5", count: 4)],
            asks: [Wire.level("9.5", "1"), Wire.level("4", "2"), Wire.level("5", "0.00")],
            totalBuy: "6.5", totalSell: "3")
        let read = try book(text)
        #expect(read.bids.map(\.price) == [exact("3"), exact("1")])
        #expect(read.asks.map(\.price) == [exact("4"), exact("9.5")])  // none at 5
        #expect(read.bids[0].count == 4 && read.transaction == TransactionNumber(6_000))
        #expect(read.totalBuy == exact("6.5") && read.totalSell == exact("3"))
    }

    @Test func `with a price twice on one side are refused`() {
        let levels = [Wire.level("0.5", "1"), Wire.level("0.50", "2")]
        #expect(reason(Wire.book(bids: levels, asks: [])) == "`buy` has the price 0.5 twice")
        #expect(reason(Wire.book(bids: [], asks: levels)) == "`sell` has the price 0.5 twice")
    }

    @Test(arguments: ["0", "-1", "1e400", "abc", ""])
    func `have prices above 0`(price: String) throws {
        #expect(!reason(Wire.book(bids: [Wire.level(price, "1")], asks: [])).isEmpty)
        #expect(!reason(Wire.change("BUY", price, "1")).isEmpty)
        #expect(!reason(Wire.trade.replacing("0.02450000", with: price)).isEmpty)
    }

    @Test func `are changes of one level, and deletions`() throws {
        guard
            case .change(let change) = try content(
                Wire.change("BUY", "0.02400000", "2.00000000", total: "0.08325000"))
        else { throw wrong }
        #expect(
            change
                == LevelChange(
                    instrument: InstrumentNumber(3), transaction: TransactionNumber(6_001),
                    side: .buy,
                    level: CountedLevel(price: exact("0.024"), quantity: exact("2"), count: 2),
                    totalBuy: exact("0.08325")))
        guard
            case .change(let gone) = try content(
                Wire.change("SELL", "0.025", "0.00000000", total: "7"))
        else { throw wrong }
        #expect(gone.level.quantity == .zero && gone.side == .sell)
        #expect(gone.totalSell == exact("7") && gone.totalBuy == nil)
    }

    @Test func `are books that are added up`() throws {
        // As asked for with two decimals: prices are shorter, and quantities whole.
        let read = try book(
            Wire.book(
                bids: [Wire.level("11663.38", "0.0351", count: 2)],
                asks: [Wire.level("11700.00", "12", count: 31)]))
        #expect(read.bids[0].price == exact("11663.38") && read.asks[0].count == 31)
    }

    // The answer to the end of a subscription may hold nothing: it must not pass for an empty book.
    @Test(arguments: ["inst_order_book", "inst_trade", "inst_tick"])
    func `without content are only an answer`(name: String) throws {
        let text = "{\"nonce\":9,\"reply\":\"\(name)\",\"status\":[\"OK\"]}"
        #expect(try content(text) == .done(reply: name))
        let empty = try book(Wire.book(bids: [], asks: []))
        #expect(empty.bids.isEmpty && empty.asks.isEmpty)
    }

    @Test func `are trades, oldest first and each once`() throws {
        let row =
            #"{"price":"0.0246","qty":"1","side":"BUY","timestamp":1600000004000000,"trans_id":6102}"#
        guard
            case .trades(let list) = try content(
                Wire.trades.replacing("[{\"price\"", with: "[\(row),{\"price\""))
        else { throw wrong }
        #expect(list.trades.map(\.transaction.value) == [6_100, 6_102])
        #expect(list.trades[0].side == .sell && list.trades[0].quantity == exact("0.75"))
        #expect(list.instrument == InstrumentNumber(3))
    }

    @Test func `are best prices`() throws {
        let read = try tick(Wire.tick)
        #expect(read.bid == exact("0.024") && read.ask == exact("0.025"))
        #expect(read.last == exact("0.0245") && read.volume24 == exact("17.25"))
        #expect(read.volume == exact("12345.00000001") && read.high24 == nil)
        #expect(read.time == Timestamp(nanoseconds: 1_600_000_003_000_001_000))
    }

    @Test func `show an empty side as nothing or as 0`() throws {
        let none = try tick(Wire.tick.replacing("\"highest_buy\":\"0.02400000\",", with: ""))
        #expect(none.bid == nil && none.ask != nil)
        let zero = try tick(Wire.tick.replacing("0.02500000", with: "0.00000000"))
        #expect(zero.ask == nil && zero.bid != nil)
    }
}
