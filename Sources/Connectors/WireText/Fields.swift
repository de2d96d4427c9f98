package import PlainJSON
package import TradingModel

/// Why a message of the venue cannot be read.
public struct BadMessage: Error, Hashable, CustomStringConvertible {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
    public var description: String { "the venue's message cannot be read: \(reason)" }
}

/// What a message, or a part of one, is read into.
package protocol WireValue {
    /// - Throws: ``BadMessage``.
    init(reading json: JSON) throws
}

/// The fields of an object, read as the venue means them and not as a sample happened to show them.
///
/// A name may be one of several (the venue's names drifted), a number may stand in quotes, and what
/// is missing, `null` or an empty text is absent. What is there and makes no sense is an error.
package struct Fields {
    private let values: JSON

    package init(_ json: JSON) throws {
        guard case .object = json else { throw BadMessage("an object was expected") }
        values = json
    }

    package func has(_ name: String) -> Bool { values[name] != nil }

    /// What stands under a name; nil: nothing, or `null`.
    private func value(_ name: String) -> JSON? {
        guard let value = values[name], value != .null else { return nil }
        return value
    }

    /// The text of a text or of a number; nil: absent.
    package func text(_ names: String...) throws -> String? { try text(anyOf: names) }

    package func text(anyOf names: [String]) throws -> String? {
        for name in names {
            guard let value = value(name) else { continue }
            guard let text = Self.text(of: value) else {
                throw BadMessage("`\(name)` is neither a text nor a number")
            }
            if !text.isEmpty { return text }
        }
        return nil
    }

    private static func text(of value: JSON) -> String? {
        switch value {
        case .text(let text), .number(let text): text
        case .object, .array, .bool, .null: nil
        }
    }

    package func need(_ name: String, _ others: String...) throws -> String {
        guard let text = try text(anyOf: [name] + others) else {
            throw BadMessage("`\(name)` is missing")
        }
        return text
    }

    /// A whole number, quoted or not.
    package func int(_ names: String...) throws -> Int64? {
        guard let text = try text(anyOf: names) else { return nil }
        guard let number = Self.whole(text) else {
            throw BadMessage("`\(names[0])` is `\(text)`, expected a whole number")
        }
        return number
    }

    /// A whole number, which `7.0` and `1e3` are too.
    package static func whole(_ text: String) -> Int64? {
        if let number = Int64(text) { return number }
        guard let attos = try? SignedQuantity(text).attos else { return nil }
        let (number, rest) = attos.quotientAndRemainder(dividingBy: attosPerUnit)
        return rest == 0 ? Int64(exactly: number) : nil
    }

    package func needInt(_ name: String) throws -> Int64 {
        guard let number = try int(name) else { throw BadMessage("`\(name)` is missing") }
        return number
    }

    package func flag(_ names: String...) throws -> Bool? {
        for name in names {
            guard let value = value(name) else { continue }
            guard case .bool(let flag) = value else {
                throw BadMessage("`\(name)` is neither true nor false")
            }
            return flag
        }
        return nil
    }

    /// An exact decimal: an error if a digit would be lost.
    package func exact<Value: ExactDecimal>(_ type: Value.Type, _ names: String...) throws -> Value?
    {
        guard let text = try text(anyOf: names) else { return nil }
        do throws(DecimalError) { return try Value(text).admitted() } catch {
            throw BadMessage("`\(names[0])` (`\(text)`) \(error)")
        }
    }

    package func needExact<Value: ExactDecimal>(
        _ type: Value.Type, _ name: String, _ others: String...
    ) throws -> Value {
        guard let text = try text(anyOf: [name] + others) else {
            throw BadMessage("`\(name)` is missing")
        }
        do throws(DecimalError) { return try Value(text).admitted() } catch {
            throw BadMessage("`\(name)` (`\(text)`) \(error)")
        }
    }

    /// A decimal that the venue works out to 20 places and more, cut towards zero at the 18th.
    package func cut<Value: ExactDecimal>(_ type: Value.Type, _ names: String...) throws -> Value? {
        guard let text = try text(anyOf: names) else { return nil }
        do throws(DecimalError) { return try Value(cutBehindAttos(text)).admitted() } catch {
            throw BadMessage("`\(names[0])` (`\(text)`) \(error)")
        }
    }

    package func decode<Value: WireValue>(_ type: Value.Type, _ name: String) throws -> Value {
        guard let value = values[name] else { throw BadMessage("`\(name)` is missing") }
        return try Value(reading: value)
    }

    /// A list; what is missing, `null` or an empty object is an empty list.
    package func list<Value: WireValue>(_ type: Value.Type, _ name: String) throws -> [Value] {
        try listed(values[name] ?? .null).map { try Value(reading: $0) }
    }

    /// A list of texts, or of numbers.
    package func texts(_ name: String) throws -> [String] {
        try listed(values[name] ?? .null).map { try Self.need(Self.text(of: $0), in: name) }
    }

    /// A list of lists of texts, such as the levels of a book.
    package func rows(_ name: String) throws -> [[String]] {
        try listed(values[name] ?? .null).map { row in
            try Self.need(row.items, in: name).map { try Self.need($0.text, in: name) }
        }
    }

    private static func need<Value>(_ value: Value?, in name: String) throws -> Value {
        guard let value else { throw BadMessage("`\(name)` is not what was expected") }
        return value
    }
}

/// The elements of a list; `null` and an empty object stand for an empty one.
package func listed(_ json: JSON) throws -> [JSON] {
    switch json {
    case .array(let items): return items
    case .null: return []
    case .object(let members) where members.isEmpty: return []
    case .object, .text, .number, .bool: throw BadMessage("a list was expected")
    }
}

/// The text without what stands behind the 18th decimal place; an exponent is left to the parser.
private func cutBehindAttos(_ text: String) -> String {
    guard let point = text.firstIndex(of: "."), !text.contains(where: { $0 == "e" || $0 == "E" })
    else { return text }
    return String(text.prefix(text.distance(from: text.startIndex, to: point) + 19))
}

/// Reads a message whole; bytes that are no JSON, or not this message, are an error.
package func readJSON<Value: WireValue>(
    _ type: Value.Type, _ bytes: [UInt8]
) throws(BadMessage) -> Value {
    // A message that is not what the venue's own software would write was damaged on the way, and
    // must not be half believed.
    guard String(validating: bytes, as: UTF8.self) != nil, let json = try? JSON(parsing: bytes)
    else { throw BadMessage("it is not JSON") }
    do {
        return try Value(reading: json)
    } catch {
        throw error as? BadMessage ?? BadMessage("\(error)")
    }
}
