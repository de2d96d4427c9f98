package import PlainJSON
package import TradingModel
internal import WireText

/// A level of a book with what is there now; zero: nothing.
package struct WireLevel: Hashable {
    package let price: Price
    package let quantity: Quantity
}

/// A whole book of a contract.
package struct WireBook: Hashable {
    package let contract: String
    /// Best first.
    package let bids: [WireLevel]
    package let asks: [WireLevel]

    /// Levels without a price are resting targets: they are in no book.
    init(_ contract: String?, _ json: JSON) throws {
        func side(_ name: String) throws -> [JSON] { try listed(json[name] ?? .null) }
        func levels(_ name: String) throws -> [WireLevel] {
            try side(name).compactMap { row in
                let fields = try Fields(row)
                guard let price = try fields.number(Price.self, "price") else { return nil }
                return WireLevel(
                    price: price, quantity: Quantity(contracts: try fields.needInt("totalQuantity"))
                )
            }
        }
        bids = try levels("buy")
        asks = try levels("sell")
        let told = try (side("buy") + side("sell")).first.map { try Fields($0).text("instrument") }
        guard let name = try contract ?? Fields(json).text("instrument") ?? told ?? nil else {
            throw BadMessage("a book of no contract")
        }
        self.contract = name
    }
}

/// Whole books: one, or several by contract.
package struct WireBooks: WireValue, Hashable {
    package let books: [WireBook]

    package init(reading json: JSON) throws {
        if json["buy"] != nil || json["sell"] != nil {
            books = [try WireBook(nil, json)]
        } else {
            books = try keyed(json).map { try WireBook($0.key, $0.value) }
        }
    }
}

/// What changed in a contract's book, and what is best behind it.
package struct WireBookChange: Hashable {
    package let contract: String
    package let bids: [WireLevel]
    package let asks: [WireLevel]
    /// Whether the best of each side is told; a side without orders has none.
    package let tellsBest: Bool
    package let bestBid: Price?
    package let bestAsk: Price?

    init(_ contract: String?, _ json: JSON) throws {
        var told: String?
        func levels(_ name: String) throws -> [WireLevel] {
            try keyed(json[name]).compactMap { member in
                let fields = try Fields(member.value)
                told = try told ?? fields.text("instrument")
                guard member.key != "NONE" else { return nil }
                guard let price = try? Price(member.key) else {
                    throw BadMessage("a level at `\(member.key)`")
                }
                return WireLevel(
                    price: price, quantity: Quantity(contracts: try fields.needInt("totalQuantity"))
                )
            }
        }
        bids = try levels("buy")
        asks = try levels("sell")
        let fields = try Fields(json)
        tellsBest = fields.has("bid") || fields.has("ask")
        bestBid = try fields.number(Price.self, "bid")
        bestAsk = try fields.number(Price.self, "ask")
        guard let name = try contract ?? fields.text("instrument") ?? told else {
            throw BadMessage("a change of no contract's book")
        }
        self.contract = name
    }
}

/// Changes of books: of one, or of several by contract.
package struct WireBookChanges: WireValue, Hashable {
    package let changes: [WireBookChange]

    package init(reading json: JSON) throws {
        if json["buy"] != nil || json["sell"] != nil {
            changes = [try WireBookChange(nil, json)]
        } else {
            changes = try keyed(json).map { try WireBookChange($0.key, $0.value) }
        }
    }
}

/// A public trade, which has no number and no side; of volume 0 it is a print of the index.
package struct WireTrade: WireValue, Hashable {
    /// Nil on pages of one contract.
    package let contract: String?
    package let price: Price
    package let volume: Quantity
    /// To the second.
    package let time: Timestamp

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        contract = try fields.text("instrument")
        price = try fields.needExact(Price.self, "price")
        volume = Quantity(contracts: try fields.needInt("volume"))
        guard let time = try fields.seconds("date") else { throw BadMessage("`date` is missing") }
        self.time = time
    }
}

/// The index of a contract, and the band around it in which it trades.
package struct WireBand: Hashable {
    package let contract: String
    package let price: Price
    package let lowest: Price?
    package let highest: Price?

    init(_ contract: String?, _ json: JSON) throws {
        let fields = try Fields(json)
        guard let name = try contract ?? fields.text("instrument") else {
            throw BadMessage("a band of no contract")
        }
        self.contract = name
        price = try fields.needExact(Price.self, "price")
        lowest = try fields.number(Price.self, "min")
        highest = try fields.number(Price.self, "max")
    }
}

package struct WireBands: WireValue, Hashable {
    package let bands: [WireBand]

    package init(reading json: JSON) throws {
        if json["price"] != nil {
            bands = [try WireBand(nil, json)]
        } else {
            bands = try keyed(json).map { try WireBand($0.key, $0.value) }
        }
    }
}
