import ScriptHost
import TradingModel

// Numbers, times and choices out of the plain values that a test file gives.

extension PlainValue {
    /// The exact decimal, in attos; nil where there is none.
    func attos(_ name: String) throws(TestRefusal) -> Int128? {
        try amount(SignedQuantity.self, name)?.attos
    }

    private func amount<Value: ExactDecimal>(
        _ type: Value.Type, _ name: String
    ) throws(TestRefusal) -> Value? {
        do throws(DecimalError) {
            let attos: Int128
            switch self[name] {
            case .none: return nil
            case .integer(let value): attos = Int128(value) * attosPerUnit
            case .number(let value): attos = try ScriptHost.attos(of: value)
            case .text(let text): attos = try SignedQuantity(text).attos
            default: throw DecimalError.empty
            }
            guard attos >= 0 || Value.allowsNegative else { throw DecimalError.negative }
            return try Value(attos: attos).admitted()
        } catch {
            throw TestRefusal("`\(name)` \(error)")
        }
    }

    func price(_ name: String) throws(TestRefusal) -> Price? { try amount(Price.self, name) }

    func quantity(_ name: String) throws(TestRefusal) -> Quantity? {
        try amount(Quantity.self, name)
    }

    func money(_ name: String) throws(TestRefusal) -> Money? { try amount(Money.self, name) }

    func rate(_ name: String) throws(TestRefusal) -> Rate? { try amount(Rate.self, name) }

    /// A span given in seconds, in nanoseconds.
    func nanoseconds(_ name: String) throws(TestRefusal) -> Int64? {
        guard let attos = try attos(name) else { return nil }
        guard let value = Int64(exactly: attos / 1_000_000_000) else {
            throw TestRefusal("`\(name)` is too far away")
        }
        return value
    }

    /// A moment given in seconds since 1970.
    func time(_ name: String) throws(TestRefusal) -> Timestamp? {
        guard let value = try nanoseconds(name) else { return nil }
        guard value >= 0, value <= Timestamp.last.nanoseconds else {
            throw TestRefusal("`\(name)` is not a moment from 1970 to 2200")
        }
        return Timestamp(nanoseconds: value)
    }

    func whole(_ name: String) -> Int64? {
        switch self[name] {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        case .text(let text): Int64(text)
        default: nil
        }
    }

    func flag(_ name: String) -> Bool { self[name] == .boolean(true) }

    func side(_ name: String) -> Side? {
        switch self[name].text {
        case "buy": .buy
        case "sell": .sell
        default: nil
        }
    }

    /// A price level as `{price, qty}`.
    var level: BookLevel? {
        get throws(TestRefusal) {
            let pair = PlainValue.fields(["price": list.first ?? .none, "qty": list.last ?? .none])
            guard let price = try pair.price("price"), let quantity = try pair.quantity("qty")
            else { return nil }
            return BookLevel(price: price, quantity: quantity)
        }
    }

    /// How a parameter's value is written on the command line.
    var argument: String? {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let text): text
        default: nil
        }
    }

    static func number(_ value: some ExactDecimal) -> PlainValue { .number(value.double) }

    /// Seconds since 1970.
    static func seconds(_ time: Timestamp) -> PlainValue {
        let whole = time.nanoseconds / 1_000_000_000
        return .number(Double(whole) + Double(time.nanoseconds % 1_000_000_000) / 1e9)
    }
}
