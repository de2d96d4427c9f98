internal import PlainJSON
package import TradingModel
internal import WireText

extension Fields {
    /// A number; nil: absent, or the word `NONE`, which stands for no price.
    func number<Value: ExactDecimal>(_ type: Value.Type, _ names: String...) throws -> Value? {
        guard let text = try text(anyOf: names), text != "NONE" else { return nil }
        do throws(DecimalError) { return try Value(text).admitted() } catch {
            throw BadMessage("`\(names[0])` (`\(text)`) \(error)")
        }
    }

    /// Whole satoshi, or with a fraction that the venue has worked out.
    func satoshi(_ name: String) throws -> Money? {
        guard let amount = try number(Money.self, name) else { return nil }
        return Money(attos: amount.attos / 100_000_000)
    }

    /// Contracts, with a sign.
    func contracts(_ name: String) throws -> Int64? { try int(name) }

    /// A moment in microseconds; nil: absent.
    func microseconds(_ name: String) throws -> Timestamp? {
        try moment(name, unit: 1_000)
    }

    func seconds(_ name: String) throws -> Timestamp? { try moment(name, unit: 1_000_000_000) }

    private func moment(_ name: String, unit: Int64) throws -> Timestamp? {
        guard let number = try int(name) else { return nil }
        guard number >= 0, number <= Timestamp.last.nanoseconds / unit else {
            throw BadMessage("`\(name)` is `\(number)`, which no clock shows")
        }
        return Timestamp(nanoseconds: number * unit)
    }

    func side() throws -> Side {
        switch try need("side") {
        case "buy": return .buy
        case "sell": return .sell
        case let word: throw BadMessage("`side` is `\(word)`, expected buy or sell")
        }
    }
}

/// The values of an object by their names; an empty list stands for an empty object, and so does null.
func keyed(_ json: JSON?) throws -> [JSONMember] {
    switch json {
    case nil, .null?: return []
    case .array(let items)? where items.isEmpty: return []
    case .object(let members)?: return members
    default: throw BadMessage("an object was expected")
    }
}

extension Quantity {
    /// So many contracts.
    package init(contracts: Int64) {
        self.init(attos: Int128(contracts.magnitude) * attosPerUnit)
    }
}
