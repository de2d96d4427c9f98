internal import TradingModel
internal import WireText

extension Fields {
    /// A market's name; samples have blanks around it.
    func market() throws -> String {
        guard let text = try text("market") else { throw BadMessage("`market` is missing") }
        return trimmed(text)
    }

    /// A moment; nil: absent or 0.
    func time(_ names: String...) throws -> Timestamp? {
        guard let text = try text(anyOf: names) else { return nil }
        guard let number = Self.whole(text) else {
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
}

/// Blanks around a name, as documentation samples have them, are no part of it.
func trimmed(_ text: String) -> String {
    guard text.utf8.first == 32 || text.utf8.last == 32 else { return text }
    return String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
}

/// A moment from the venue's number, whose unit follows from its size; nil for 0 and for what no
/// clock shows.
///
/// Milliseconds by the documentation; seconds, and milliseconds with a zero too many, have been
/// seen in its samples. From 1974 to 2200 no two of the units overlap.
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
    let isKnown = factor != 0 && !overflow && nanoseconds <= Timestamp.last.nanoseconds
    return isKnown ? Timestamp(nanoseconds: nanoseconds) : nil
}
