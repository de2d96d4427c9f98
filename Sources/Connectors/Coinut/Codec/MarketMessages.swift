package import PlainJSON
package import TradingModel
internal import WireText

/// The best prices and the last 24 hours, from a reply or a push of `inst_tick`.
///
/// What it says about 24 hours may be old: nothing else is to be held against it.
package struct InstrumentTick: WireValue, Hashable {
    package let instrument: InstrumentNumber
    package let transaction: TransactionNumber
    package let time: Timestamp?
    /// Nil: that side is empty.
    package let bid: Price?
    package let ask: Price?
    package let last: Price?
    /// In base currency, since the venue began.
    package let volume: Quantity?
    /// In base currency.
    package let volume24: Quantity?
    package let high24: Price?
    package let low24: Price?
    /// As a share: 0.17 is 17 % up.
    package let change24: Rate?
    package let quoteVolume24: Money?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.needNumber(InstrumentNumber.self, "inst_id")
        transaction = try fields.needNumber(TransactionNumber.self, "trans_id")
        time = try fields.time()
        bid = try fields.price("highest_buy")
        ask = try fields.price("lowest_sell")
        last = try fields.price("last")
        volume = try fields.cut(Quantity.self, "volume")
        volume24 = try fields.cut(Quantity.self, "volume24")
        high24 = try fields.price("high24")
        low24 = try fields.price("low24")
        change24 = try fields.cut(Rate.self, "price_change_24")
        quoteVolume24 = try fields.cut(Money.self, "volume24_quote")
    }

    /// What a usual push has; the rest is absent.
    init(
        instrument: InstrumentNumber, transaction: TransactionNumber, time: Timestamp?, bid: Price?,
        ask: Price?, last: Price?, volume: Quantity?, volume24: Quantity?
    ) {
        self.instrument = instrument
        self.transaction = transaction
        self.time = time
        self.bid = bid
        self.ask = ask
        self.last = last
        self.volume = volume
        self.volume24 = volume24
        high24 = nil
        low24 = nil
        change24 = nil
        quoteVolume24 = nil
    }
}

/// A price of a book with all that is there at it.
package struct CountedLevel: WireValue, Hashable {
    package let price: Price
    /// Zero: nothing is there.
    package let quantity: Quantity
    /// How many orders it is; nil where the venue does not say.
    package let count: Int64?

    package init(price: Price, quantity: Quantity, count: Int64?) {
        self.price = price
        self.quantity = quantity
        self.count = count
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        price = try fields.needPrice("price")
        quantity = try fields.needExact(Quantity.self, "qty")
        count = try fields.int("count")
    }
}

/// A whole order book, from a reply to `inst_order_book`.
///
/// The venue lists levels in one order or the other; here both sides begin with the best.
package struct BookSnapshot: WireValue, Hashable {
    package let instrument: InstrumentNumber
    package let bids: [CountedLevel]
    package let asks: [CountedLevel]
    /// What all bids are worth, in quote currency; maybe of more levels than came.
    package let totalBuy: Money?
    /// What all asks offer, in base currency.
    package let totalSell: Quantity?
    /// Nil: the venue does not say how new it is.
    package let transaction: TransactionNumber?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.needNumber(InstrumentNumber.self, "inst_id")
        bids = try Self.side(fields, "buy") { $0 > $1 }
        asks = try Self.side(fields, "sell") { $0 < $1 }
        totalBuy = try fields.exact(Money.self, "total_buy")
        totalSell = try fields.exact(Quantity.self, "total_sell")
        transaction = try fields.number(TransactionNumber.self, "trans_id")
    }

    private static func side(
        _ fields: Fields, _ name: String, _ isBetter: (Price, Price) -> Bool
    ) throws -> [CountedLevel] {
        let levels = try fields.list(CountedLevel.self, name)
            .filter { $0.quantity > .zero }
            .sorted { isBetter($0.price, $1.price) }
        for (level, next) in zip(levels, levels.dropFirst()) where level.price == next.price {
            throw BadMessage("`\(name)` has the price \(level.price) twice")
        }
        return levels
    }
}

/// A change of one price of a book, from a push of `inst_order_book_update`.
package struct LevelChange: WireValue, Hashable {
    package let instrument: InstrumentNumber
    package let transaction: TransactionNumber
    package let side: Side
    /// What is there now: a quantity of zero deletes the price.
    package let level: CountedLevel
    /// The worth of all bids after it, in quote currency; only changes of bids have it.
    package let totalBuy: Money?
    /// The quantity of all asks after it, in base currency; only changes of asks have it.
    package let totalSell: Quantity?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.needNumber(InstrumentNumber.self, "inst_id")
        transaction = try fields.needNumber(TransactionNumber.self, "trans_id")
        side = try fields.side()
        level = try CountedLevel(reading: json)
        totalBuy = try fields.exact(Money.self, "total_buy")
        totalSell = try fields.exact(Quantity.self, "total_sell")
    }

    package init(
        instrument: InstrumentNumber, transaction: TransactionNumber, side: Side,
        level: CountedLevel, totalBuy: Money? = nil, totalSell: Quantity? = nil
    ) {
        self.instrument = instrument
        self.transaction = transaction
        self.side = side
        self.level = level
        self.totalBuy = totalBuy
        self.totalSell = totalSell
    }
}

/// One public trade.
package struct PublicTrade: WireValue, Hashable {
    package let transaction: TransactionNumber
    /// Nil where the venue does not say.
    package let time: Timestamp?
    /// The taker's.
    package let side: Side
    package let price: Price
    /// Nil in pushes that leave it out: a list of trades then tells it.
    package let quantity: Quantity?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        transaction = try fields.needNumber(TransactionNumber.self, "trans_id")
        time = try fields.time()
        side = try fields.side()
        price = try fields.needPrice("price")
        quantity = try fields.quantity("qty")
    }

    init(
        transaction: TransactionNumber, time: Timestamp?, side: Side, price: Price,
        quantity: Quantity?
    ) {
        self.transaction = transaction
        self.time = time
        self.side = side
        self.price = price
        self.quantity = quantity
    }
}

/// The latest trades, oldest first and each once, from a reply to `inst_trade`.
package struct TradeList: WireValue, Hashable {
    /// Nil where the venue does not say: the nonce then tells the instrument.
    package let instrument: InstrumentNumber?
    package let trades: [PublicTrade]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.number(InstrumentNumber.self, "inst_id")
        var seen: Set<TransactionNumber> = []
        trades = try fields.list(PublicTrade.self, "trades")
            .filter { seen.insert($0.transaction).inserted }
            .sorted { $0.transaction < $1.transaction }
    }
}

/// A trade as it happens, from a push of `inst_trade_update`.
package struct TradePush: WireValue, Hashable {
    package let instrument: InstrumentNumber
    package let trade: PublicTrade

    package init(reading json: JSON) throws {
        instrument = try Fields(json).needNumber(InstrumentNumber.self, "inst_id")
        trade = try PublicTrade(reading: json)
    }

    init(instrument: InstrumentNumber, trade: PublicTrade) {
        self.instrument = instrument
        self.trade = trade
    }
}
