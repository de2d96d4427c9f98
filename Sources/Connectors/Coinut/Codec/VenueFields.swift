internal import PlainJSON
internal import TradingModel
internal import WireText

extension Fields {
    /// A number that names something; nil: absent.
    func number<Number: VenueNumber>(_ type: Number.Type, _ name: String) throws -> Number? {
        guard let value = try int(name) else { return nil }
        guard value >= 0 else { throw BadMessage("`\(name)` is \(value), expected 0 or more") }
        return Number(value)
    }

    func needNumber<Number: VenueNumber>(_ type: Number.Type, _ name: String) throws -> Number {
        guard let number = try number(type, name) else { throw BadMessage("`\(name)` is missing") }
        return number
    }

    /// Our number of an order; nil: absent, or the 0 of an order without one.
    func clientNumber() throws -> ClientNumber? {
        try number(ClientNumber.self, "client_ord_id").flatMap { $0.value == 0 ? nil : $0 }
    }

    func side() throws -> Side {
        switch try need("side") {
        case "BUY": .buy
        case "SELL": .sell
        case let other: throw BadMessage("`side` is `\(other)`, expected BUY or SELL")
        }
    }

    /// A price above 0, under the first of these names that is there; nil: absent or 0.
    func price(_ name: String, _ other: String? = nil) throws -> Price? {
        guard let price = try exact(Price.self, name) else {
            return try other.flatMap { try self.price($0) }
        }
        guard price >= .zero else { throw BadMessage("`\(name)` (`\(price)`) is negative") }
        return price == .zero ? nil : price
    }

    func needPrice(_ name: String) throws -> Price {
        guard let price = try price(name) else { throw BadMessage("`\(name)` is missing or 0") }
        return price
    }

    /// A quantity above 0; nil: absent or 0.
    func quantity(_ name: String) throws -> Quantity? {
        try exact(Quantity.self, name).flatMap { $0 == .zero ? nil : $0 }
    }

    func needQuantity(_ name: String) throws -> Quantity {
        guard let quantity = try quantity(name) else {
            throw BadMessage("`\(name)` is missing or 0")
        }
        return quantity
    }

    /// A moment in microseconds; nil: absent, 0, or what no clock shows.
    func time(_ name: String = "timestamp") throws -> Timestamp? {
        try int(name).flatMap(venueTime(microseconds:))
    }

    /// The words under a name, which is a list or a single one; nil: absent.
    func words(_ name: String) throws -> [StatusWord]? {
        guard has(name) else { return nil }
        if let one = try? text(name) { return [StatusWord(one)] }  // a list is not a text
        return try texts(name).map { StatusWord($0) }
    }

    /// The elements of a list that must be there: where one is missing, nothing is proven empty.
    func needList<Value: WireValue>(_ type: Value.Type, _ name: String) throws -> [Value] {
        try decode(StrictList<Value>.self, name).elements
    }
}

private struct StrictList<Element: WireValue>: WireValue {
    let elements: [Element]
    init(reading json: JSON) throws {
        guard let items = json.items else { throw BadMessage("a list was expected") }
        elements = try items.map { try Element(reading: $0) }
    }
}

func venueTime(microseconds: Int64) -> Timestamp? {
    let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
    let isKnown = microseconds > 0 && !overflow && nanoseconds <= Timestamp.last.nanoseconds
    return isKnown ? Timestamp(nanoseconds: nanoseconds) : nil
}
