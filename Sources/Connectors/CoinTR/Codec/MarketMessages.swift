package import PlainJSON
package import TradingModel
internal import WireText

/// A market as the lists describe it.
package struct MarketInfo: WireValue, Hashable {
    /// What only futures have.
    package struct Contract: Hashable {
        /// What it settles in.
        package let settle: String
        /// Base currency of one contract.
        package let value: Quantity
        /// In contracts; zero: not said.
        package let least: Quantity
        /// As it is written: samples have nonsense.
        package let tick: String?
        package let mostLeverage: Int?
    }

    package let name: String
    package let base: String
    package let quote: String
    package let priceDecimals: Int
    /// Of sizes; futures are counted in contracts.
    package let sizeDecimals: Int?
    package let least: Quantity
    /// The widths of levels that books are told in, the finest first.
    package let steps: [Price]
    /// Nil: spot.
    package let contract: Contract?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        name = try fields.need("instid").uppercased()
        base = try fields.need("baseccy")
        quote = try fields.need("quoteccy")
        priceDecimals = Int(try fields.needInt("pxprecision"))
        sizeDecimals = try fields.int("amtprecision").map { Int($0) }
        least = try fields.exact(Quantity.self, "minlmtsz") ?? .zero
        steps = try Self.steps(fields)
        contract = try fields.has("ctval") ? Self.contract(fields) : nil
    }

    private static func contract(_ fields: Fields) throws -> Contract {
        let value = try fields.needExact(Quantity.self, "ctval")
        guard value > .zero else { throw BadMessage("`ctVal` is zero") }
        return Contract(
            settle: try fields.need("settleccy"), value: value,
            least: try fields.exact(Quantity.self, "minsz") ?? .zero,
            tick: try fields.text("ticksz"),
            mostLeverage: try fields.int("maxlever").map { Int(clamping: $0) })
    }

    /// A list, or in older revisions one text with commas.
    private static func steps(_ fields: Fields) throws -> [Price] {
        let texts: [String]
        if let list = try? fields.texts("steps") {
            texts = list
        } else {
            texts = (try fields.text("steps") ?? "").split(separator: ",").map { String($0) }
        }
        return texts.compactMap { try? Price($0).admitted() }.filter { $0 > .zero }.sorted()
    }
}

/// One public trade; the size in base currency, or in contracts.
package struct PublicTrade: WireValue, Hashable {
    package let id: UInt64
    package let time: Timestamp?
    /// The taker's.
    package let side: Side
    package let price: Price
    package let size: Quantity

    package init(id: UInt64, time: Timestamp?, side: Side, price: Price, size: Quantity) {
        self.id = id
        self.time = time
        self.side = side
        self.price = price
        self.size = size
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        let number = try fields.needInt("tradeid")
        guard number >= 0 else { throw BadMessage("`tradeId` is negative") }
        id = UInt64(number)
        time = try fields.time("mtime")
        side = try fields.side()
        price = try fields.needExact(Price.self, "px")
        guard let size = try fields.size("sz") else { throw BadMessage("`sz` is missing") }
        self.size = size
    }
}

/// The best levels of a market, whole; sizes in base currency, or in contracts.
package struct WireBook: WireValue, Hashable {
    /// The best first, as the venue has them.
    package var bids: [BookLevel]
    package var asks: [BookLevel]

    package init(bids: [BookLevel] = [], asks: [BookLevel] = []) {
        self.bids = bids
        self.asks = asks
    }

    package init(reading json: JSON) throws {
        // An older revision wraps it in a list.
        let fields = try Fields(json.items?.first ?? json)
        guard fields.has("asks") || fields.has("bids") else {
            throw BadMessage("`asks` and `bids` are missing")
        }
        bids = try Self.levels(fields, "bids")
        asks = try Self.levels(fields, "asks")
    }

    /// A side without levels may be missing.
    private static func levels(_ fields: Fields, _ name: String) throws -> [BookLevel] {
        fields.has(name) ? try fields.decode(LevelRows.self, name).levels : []
    }
}

/// Rows of price and size, as texts or as numbers.
private struct LevelRows: WireValue {
    let levels: [BookLevel]
    init(reading json: JSON) throws {
        levels = try listed(json).map { row in
            try bookLevel(try (row.items ?? []).map(plainText))
        }
    }
}

/// The text of a text or of a number.
private func plainText(_ json: JSON) throws -> String {
    switch json {
    case .text(let text), .number(let text): text
    case .object, .array, .bool, .null:
        throw BadMessage("a field of a row is neither a text nor a number")
    }
}

private func bookLevel(_ row: [String]) throws -> BookLevel {
    guard row.count >= 2 else { throw BadMessage("a level has no size") }
    do {
        return BookLevel(
            price: try Price(row[0]).admitted(), quantity: try Quantity(row[1]).admitted())
    } catch {
        throw BadMessage("a level `\(row[0])`, `\(row[1])`: \(error)")
    }
}

/// The best of a book, named in the singular.
package struct WireTouch: WireValue, Hashable {
    package let bid: BookLevel?
    package let ask: BookLevel?

    package init(bid: BookLevel?, ask: BookLevel?) {
        self.bid = bid
        self.ask = ask
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        guard fields.has("bid") || fields.has("ask") else {
            throw BadMessage("`ask` and `bid` are missing")
        }
        bid = try Self.level(fields, "bid")
        ask = try Self.level(fields, "ask")
    }

    /// An empty side is an empty list, or a level of size zero.
    private static func level(_ fields: Fields, _ name: String) throws -> BookLevel? {
        let row = try fields.texts(name)
        guard !row.isEmpty else { return nil }
        let level = try bookLevel(row)
        return level.quantity > .zero ? level : nil
    }
}

/// What a market of futures is worth now.
package struct WireFigures: WireValue, Hashable {
    package let last: Price?
    package let mark: Price?
    package let index: Price?
    package let fundingRate: Rate?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        last = try Self.price(fields, "lpx")
        mark = try Self.price(fields, "markpx")
        index = try Self.price(fields, "indexpx")
        fundingRate = try fields.cut(Rate.self, "fundingrate")
    }

    private static func price(_ fields: Fields, _ name: String) throws -> Price? {
        try fields.cut(Price.self, name).flatMap { $0 > .zero ? $0 : nil }
    }
}

/// What was traded in a span of time.
package struct WireCandle: WireValue, Hashable {
    package let openTime: Timestamp?
    package let open: Price
    package let high: Price
    package let low: Price
    package let close: Price
    /// In base currency, or in contracts.
    package let volume: Quantity

    /// A row: when it began, in seconds or milliseconds, then its prices, its volume in base currency
    /// and that in quote currency.
    package init(reading json: JSON) throws {
        guard case .array(let items) = json, items.count >= 6 else {
            throw BadMessage("a candle has less than six fields")
        }
        let texts = try items.prefix(6).map(plainText)
        guard let start = Fields.whole(texts[0]) else {
            throw BadMessage("a candle begins at `\(texts[0])`")
        }
        openTime = wireTime(start)
        do {
            open = try Price(texts[1]).admitted()
            high = try Price(texts[2]).admitted()
            low = try Price(texts[3]).admitted()
            close = try Price(texts[4]).admitted()
            volume = try Quantity(texts[5]).admitted()
        } catch {
            throw BadMessage("a candle \(error)")
        }
    }
}

/// A market's last day over HTTP, of which only its time and its price are wanted.
package struct WireTicker: WireValue, Hashable {
    package let instrument: String
    package let last: Price?
    package let time: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.need("instid").uppercased()
        last = try fields.cut(Price.self, "lastpx")
        time = try fields.preciseTime("utime")
    }
}
