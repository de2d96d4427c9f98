package import PlainJSON
package import TradingModel
internal import WireText

/// A market as the list of trading pairs describes it.
package struct TradingPair: WireValue, Hashable {
    package let market: String
    package let base: String
    package let quote: String
    package let basePrecision: Int
    package let quotePrecision: Int
    package let minQuantity: Quantity?
    package let leverages: ClosedRange<Int>?
    /// Whether orders over the API are taken.
    package let isTradable: Bool

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.need("symbol")
        base = try fields.need("base")
        quote = try fields.need("quote")
        basePrecision = Int(try fields.needInt("basePrecision"))
        quotePrecision = Int(try fields.needInt("quotePrecision"))
        minQuantity = try fields.exact(Quantity.self, "minTradeVolume")
        let least = try fields.int("minLeverage") ?? 1
        leverages = try fields.int("maxLeverage").flatMap {
            least >= 1 && least <= $0 && $0 <= 1_000 ? Int(least)...Int($0) : nil
        }
        isTradable =
            try (fields.word("symbolStatus") ?? "OPEN") == "OPEN"
            && (fields.flag("isApiSupported") ?? true)
    }
}

/// A window of the best levels of a book, whole at every push; the best first.
package struct DepthPush: Hashable, Sendable {
    /// Levels a side that were subscribed.
    package var levels: Int
    package var time: Timestamp
    package var bids: [BookLevel] = []
    package var asks: [BookLevel] = []

    package init(levels: Int, time: Timestamp) {
        self.levels = levels
        self.time = time
    }

    init(levels: Int, time: Timestamp, reading json: JSON) throws {
        self.init(levels: levels, time: time)
        let fields = try Fields(json)
        bids = try fields.rows("b").compactMap(Self.level)
        asks = try fields.rows("a").compactMap(Self.level)
    }

    /// Nil: of a market that there is not, whose levels are empty texts.
    private static func level(_ row: [String]) throws -> BookLevel? {
        guard row.count == 2 else { throw BadMessage("a level is not a price and a quantity") }
        if row[0].isEmpty || row[1].isEmpty { return nil }
        do throws(DecimalError) {
            return BookLevel(
                price: try Price(row[0]).admitted(), quantity: try Quantity(row[1]).admitted())
        } catch { throw BadMessage("a level (`\(row[0])`, `\(row[1])`) \(error)") }
    }
}

/// A trade of others, which has no number.
package struct PublicTrade: WireValue, Hashable, Sendable {
    /// To the second.
    package let time: Timestamp
    package let price: Price
    package let quantity: Quantity
    /// The taker's.
    package let side: Side

    package init(time: Timestamp, price: Price, quantity: Quantity, side: Side) {
        self.time = time
        self.price = price
        self.quantity = quantity
        self.side = side
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        guard let time = try fields.moment("t") else { throw BadMessage("`t` is missing") }
        self.time = time
        price = try fields.needExact(Price.self, "p")
        quantity = try fields.needExact(Quantity.self, "v")
        switch try fields.word("s") {
        case "BUY": side = .buy
        case "SELL": side = .sell
        default: throw BadMessage("`s` is neither buy nor sell")
        }
    }
}

/// A market's last 24 hours.
package struct DayTicker: WireValue, Hashable {
    /// Its own name is right where the envelope's differs.
    package let market: String?
    package let last: Price?
    package let volume: Quantity?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.text("s")
        last = try fields.exact(Price.self, "la")
        volume = try fields.cut(Quantity.self, "b")
    }
}

/// Mark and index price, and the last settlement of funding.
package struct MarketPrices: WireValue, Hashable {
    package let index: Price?
    package let mark: Price?
    /// As a fraction; the push has percent.
    package let fundingRate: Rate?
    package let fundingTime: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        index = try fields.cut(Price.self, "ip")
        mark = try fields.cut(Price.self, "mp")
        fundingRate = try fields.cut(Rate.self, "fr").map { Rate(attos: $0.attos / 100) }
        fundingTime = try fields.moment("ft")
    }
}

/// A candle of a push, which does not say when it began.
package struct CandlePush: WireValue, Hashable {
    package let open: Price
    package let high: Price
    package let low: Price
    package let close: Price
    package let volume: Quantity

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        open = try fields.needExact(Price.self, "o")
        high = try fields.needExact(Price.self, "h")
        low = try fields.needExact(Price.self, "l")
        close = try fields.needExact(Price.self, "c")
        volume = try fields.needExact(Quantity.self, "b")
    }
}
