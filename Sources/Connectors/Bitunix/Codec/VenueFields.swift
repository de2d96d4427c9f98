package import TradingModel
internal import WireText

extension Fields {
    /// A moment: milliseconds, quoted or not, or a text by ISO 8601; nil: absent or 0.
    func moment(_ names: String...) throws -> Timestamp? {
        guard let text = try text(anyOf: names) else { return nil }
        if let number = Self.whole(text) {
            guard number >= 0, number <= Timestamp.last.nanoseconds / 1_000_000 else {
                throw BadMessage("`\(names[0])` is `\(text)`, which no clock shows")
            }
            return number == 0 ? nil : Timestamp(nanoseconds: number * 1_000_000)
        }
        guard let time = isoTime(Array(text.utf8).span) else {
            throw BadMessage("`\(names[0])` is `\(text)`, expected a time")
        }
        return time
    }

    /// Of orders `BUY` and `SELL`, of positions also `LONG` and `SHORT`, in any case of letters.
    func side() throws -> Side {
        let word = try need("side")
        switch word.uppercased() {
        case "BUY", "LONG": return .buy
        case "SELL", "SHORT": return .sell
        default: throw BadMessage("`side` is `\(word)`, expected BUY or SELL")
        }
    }

    /// A word of the venue's, in upper case and without the underscore that some end with.
    func word(_ names: String...) throws -> String? {
        try text(anyOf: names).map(plainWord)
    }
}

/// `NEW_` and `New` are `NEW`.
func plainWord(_ text: String) -> String {
    var word = text.uppercased()
    while word.hasSuffix("_") { word.removeLast() }
    return word
}

/// `2026-04-07T05:47:52Z`, with any fraction of a second, of which nanoseconds count; nil: something else.
package func isoTime(_ text: Span<UInt8>) -> Timestamp? {
    guard text.count >= 20, text[4] == 45, text[7] == 45, text[10] == 84, text[13] == 58,
        text[16] == 58, text[text.count - 1] == 90,
        let year = number(text, 0..<4), let month = number(text, 5..<7),
        let day = number(text, 8..<10), let hour = number(text, 11..<13),
        let minute = number(text, 14..<16), let second = number(text, 17..<19),
        let seconds = unixSeconds(year, month, day, hour, minute, second)
    else { return nil }
    guard text.count > 20 else { return Timestamp(nanoseconds: seconds * 1_000_000_000) }
    guard text[19] == 46, text.count > 21 else { return nil }
    var nanoseconds: Int64 = 0
    var unit: Int64 = 100_000_000
    for place in 20..<(text.count - 1) {
        let digit = Int64(text[place]) - 48
        guard (0...9).contains(digit) else { return nil }
        nanoseconds += digit * unit
        unit /= 10
    }
    return Timestamp(nanoseconds: seconds * 1_000_000_000 + nanoseconds)
}

private func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    var number: Int64 = 0
    for place in range {
        let digit = Int64(text[place]) - 48
        guard (0...9).contains(digit) else { return nil }
        number = number * 10 + digit
    }
    return number
}
