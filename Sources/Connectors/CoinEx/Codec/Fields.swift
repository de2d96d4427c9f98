internal import FoundationEssentials
internal import TradingModel
internal import VenueSessions

/// Why a message of the venue cannot be read.
package struct BadMessage: Error, Hashable, CustomStringConvertible {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
    package var description: String { "the venue's message cannot be read: \(reason)" }
}

/// Any key of an object.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

/// The fields of an object, read as the venue means them and not as a sample happened to show them.
///
/// A name may be one of several (the venue's names drifted), a number may stand in quotes, and what
/// is missing, `null` or an empty text is absent. What is there and makes no sense is an error.
struct Fields {
    private let values: KeyedDecodingContainer<AnyKey>

    init(_ decoder: any Decoder) throws { values = try decoder.container(keyedBy: AnyKey.self) }
    init(_ values: KeyedDecodingContainer<AnyKey>) { self.values = values }

    func has(_ name: String) -> Bool { values.contains(AnyKey(name)) }

    /// The text of a text or of a whole number; nil: absent.
    func text(_ names: String...) throws -> String? { try text(anyOf: names) }

    private func text(anyOf names: [String]) throws -> String? {
        for name in names {
            let key = AnyKey(name)
            guard values.contains(key), try !values.decodeNil(forKey: key) else { continue }
            if let text = try? values.decode(String.self, forKey: key) {
                if text.isEmpty { continue }
                return text
            }
            if let number = try? values.decode(Int64.self, forKey: key) { return String(number) }
            // A decimal without quotes: 38 digits are kept, none goes through binary.
            if let number = try? values.decode(Decimal.self, forKey: key) {
                return number.description
            }
            throw BadMessage("`\(name)` is neither a text nor a number")
        }
        return nil
    }

    /// A market's name; samples have blanks around it.
    func market() throws -> String {
        guard let text = try text("market") else { throw BadMessage("`market` is missing") }
        return trimmed(text)
    }

    func need(_ name: String, _ others: String...) throws -> String {
        guard let text = try text(anyOf: [name] + others) else {
            throw BadMessage("`\(name)` is missing")
        }
        return text
    }

    /// A whole number, quoted or not.
    func int(_ names: String...) throws -> Int64? {
        guard let text = try text(anyOf: names) else { return nil }
        guard let number = Int64(text) else {
            throw BadMessage("`\(names[0])` is `\(text)`, expected a whole number")
        }
        return number
    }

    func needInt(_ name: String) throws -> Int64 {
        guard let number = try int(name) else { throw BadMessage("`\(name)` is missing") }
        return number
    }

    func flag(_ names: String...) throws -> Bool? {
        for name in names {
            let key = AnyKey(name)
            guard values.contains(key), try !values.decodeNil(forKey: key) else { continue }
            guard let flag = try? values.decode(Bool.self, forKey: key) else {
                throw BadMessage("`\(name)` is neither true nor false")
            }
            return flag
        }
        return nil
    }

    /// An exact decimal: an error if a digit would be lost.
    func exact<Value: ExactDecimal>(_ type: Value.Type, _ names: String...) throws -> Value? {
        guard let text = try text(anyOf: names) else { return nil }
        do throws(DecimalError) { return try Value(text) } catch {
            throw BadMessage("`\(names[0])` (`\(text)`) \(error)")
        }
    }

    func needExact<Value: ExactDecimal>(
        _ type: Value.Type, _ name: String, _ others: String...
    ) throws -> Value {
        guard let text = try text(anyOf: [name] + others) else {
            throw BadMessage("`\(name)` is missing")
        }
        do throws(DecimalError) { return try Value(text) } catch {
            throw BadMessage("`\(name)` (`\(text)`) \(error)")
        }
    }

    /// A decimal that the venue works out to 20 places and more, cut towards zero at the 18th.
    func cut<Value: ExactDecimal>(_ type: Value.Type, _ names: String...) throws -> Value? {
        guard let text = try text(anyOf: names) else { return nil }
        do throws(DecimalError) { return try Value(cutBehindAttos(text)) } catch {
            throw BadMessage("`\(names[0])` (`\(text)`) \(error)")
        }
    }

    /// A moment; nil: absent or 0.
    func time(_ names: String...) throws -> Timestamp? {
        guard let text = try text(anyOf: names) else { return nil }
        guard let number = Int64(text) else {
            throw BadMessage("`\(names[0])` is `\(text)`, expected a time in milliseconds")
        }
        return wireTime(number)
    }

    func side() throws -> Side {
        switch try need("side") {
        case "buy": .buy
        case "sell": .sell
        case let other: throw BadMessage("`side` is `\(other)`, expected buy or sell")
        }
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try values.decode(type, forKey: AnyKey(name))
    }

    /// A list; what is missing, `null` or an empty object is an empty list.
    func list<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> [Value] {
        let key = AnyKey(name)
        guard values.contains(key), try !values.decodeNil(forKey: key) else { return [] }
        do { return try values.decode([Value].self, forKey: key) } catch {
            if let object = try? values.nestedContainer(keyedBy: AnyKey.self, forKey: key),
                object.allKeys.isEmpty
            {
                return []
            }
            throw error
        }
    }
}

/// Blanks around a name, as documentation samples have them, are no part of it.
func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
}

/// The text without what stands behind the 18th decimal place; an exponent is left to the parser.
private func cutBehindAttos(_ text: String) -> String {
    guard let point = text.firstIndex(of: "."), !text.contains(where: { $0 == "e" || $0 == "E" })
    else { return text }
    return String(text.prefix(text.distance(from: text.startIndex, to: point) + 19))
}

/// A moment from the venue's number, whose unit follows from its size; nil for 0 and for what no
/// clock shows.
///
/// Milliseconds by the documentation; seconds, and milliseconds with a zero too many, have been
/// seen in its samples. From 1974 to 2262 no two of the units overlap.
func wireTime(_ number: Int64) -> Timestamp? {
    let factor: Int64 =
        switch number {
        case ..<1: 0
        case ..<100_000_000_000: 1_000_000_000  // 11 digits at most: seconds
        case ..<10_000_000_000_000: 1_000_000  // 13 digits at most: milliseconds
        case ..<1_000_000_000_000_000: 100_000  // 14 digits, the last a zero too many
        case ..<100_000_000_000_000_000: 1_000  // microseconds
        default: 1
        }
    let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: factor)
    return factor == 0 || overflow ? nil : Timestamp(nanoseconds: nanoseconds)
}

/// Decodes a message whole; bytes that are no JSON, or not this message, are an error.
func decodeJSON<Value: Decodable>(
    _ type: Value.Type, _ bytes: [UInt8]
) throws(BadMessage) -> Value {
    guard StrictJSON.accepts(bytes) else { throw BadMessage("it is no JSON") }
    do {
        return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as BadMessage {
        throw error
    } catch let error as DecodingError {
        throw BadMessage(reason(of: error))
    } catch {
        throw BadMessage("it is no JSON")
    }
}

private func reason(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
        "`\(place(context, key))` is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
        "`\(place(context))` is not what was expected"
    case .dataCorrupted(let context): "it is no JSON (\(context.debugDescription))"
    @unknown default: "it cannot be decoded"
    }
}

private func place(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
    (context.codingPath.map(\.stringValue) + (last.map { [$0.stringValue] } ?? []))
        .joined(separator: ".")
}
