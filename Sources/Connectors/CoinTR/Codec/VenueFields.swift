internal import PlainJSON
internal import TradingModel
internal import WireText

/// The same with the names of all fields in lower case.
///
/// The venue spells them now one way and now another: `cTime` and `ctime`, `acctId` and `acctid`.
func lowered(_ json: JSON) -> JSON {
    switch json {
    case .object(let members):
        .object(members.map { JSONMember(key: $0.key.lowercased(), value: lowered($0.value)) })
    case .array(let items): .array(items.map(lowered))
    case .text, .number, .bool, .null: json
    }
}

/// A message whose names are read in lower case.
struct Lowered<Value: WireValue>: WireValue {
    let value: Value
    init(reading json: JSON) throws { value = try Value(reading: lowered(json)) }
}

extension Fields {
    /// A moment, whose unit follows from its size; nil: absent or 0.
    func time(_ names: String...) throws -> Timestamp? {
        guard let text = try text(anyOf: names) else { return nil }
        guard let number = Self.whole(text) else {
            throw BadMessage("`\(names[0])` is `\(text)`, expected a time")
        }
        return wireTime(number)
    }

    /// A moment that is told to the millisecond; nil: absent, or only the second is told, by which
    /// nothing can be put in order.
    func preciseTime(_ name: String) throws -> Timestamp? {
        guard let number = try int(name), number >= firstMillisecond else { return nil }
        return wireTime(number)
    }

    func side() throws -> Side {
        switch try need("side").lowercased() {
        case "buy": .buy
        case "sell": .sell
        case let other: throw BadMessage("`side` is `\(other)`, expected buy or sell")
        }
    }

    /// A size, which the venue shows below zero where it was sold.
    func size(_ names: String...) throws -> Quantity? {
        for name in names {
            if let size = try cut(SignedQuantity.self, name) { return size.magnitude }
        }
        return nil
    }

    /// One of the venue's words, in capitals and with low lines.
    func word(_ name: String) throws -> String? {
        try text(name).map { $0.uppercased().replacing("-", with: "_") }
    }
}

/// Below it a number counts seconds.
let firstMillisecond: Int64 = 100_000_000_000

/// A moment from the venue's number; nil for 0 and for what no clock shows.
///
/// Milliseconds by the documentation; seconds in candlesticks, and by accident elsewhere. From 1974 to
/// 2200 no number can be both.
func wireTime(_ number: Int64) -> Timestamp? {
    guard number > 0 else { return nil }
    let factor: Int64 = number < firstMillisecond ? 1_000_000_000 : 1_000_000
    let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow || nanoseconds > Timestamp.last.nanoseconds
        ? nil : Timestamp(nanoseconds: nanoseconds)
}
