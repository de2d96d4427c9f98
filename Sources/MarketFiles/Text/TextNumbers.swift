internal import TradingModel

/// Why a line or a row cannot be used; its reader adds the file and the place.
package struct BadLine: Error, Equatable {
    package let reason: String
}

/// Reads a decimal from text: the usual plain form quickly, anything else the checked way.
func readDecimal<Value: ExactDecimal>(
    _ type: Value.Type, _ bytes: Span<UInt8>, _ range: Range<Int>
) throws(DecimalError) -> Value {
    var digits: UInt64 = 0
    var decimals = 0
    var sawPoint = false
    var isPlain = !range.isEmpty && range.count <= 19
    for at in range where isPlain {
        let digit = bytes[at] &- UInt8(ascii: "0")
        if digit < 10 {
            digits = digits &* 10 &+ UInt64(digit)
            if sawPoint { decimals += 1 }
        } else if bytes[at] == UInt8(ascii: "."), !sawPoint, at != range.lowerBound,
            at != range.upperBound - 1
        {
            sawPoint = true
        } else {
            isPlain = false
        }
    }
    guard isPlain else { return try Value(parsing: bytes.extracting(range)).admitted() }
    return try Value(attos: Int128(digits) * Int128(powersOfTen[18 - decimals])).admitted()
}

/// 10⁰ to 10¹⁸.
private let powersOfTen: [Int64] = (0...18).map { places in
    (0..<places).reduce(1) { power, _ in power * 10 }
}

/// A whole number without a sign; nil for anything else.
func readWhole(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty else { return nil }
    var value: UInt64 = 0
    for at in range {
        let digit = bytes[at] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
        let (sum, stillTooLarge) = product.addingReportingOverflow(UInt64(digit))
        guard !tooLarge, !stillTooLarge else { return nil }
        value = sum
    }
    return value
}

/// The text of a part of a line, as far as an error message shows it.
func excerpt(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    let shown = range.prefix(60).map { bytes[$0] }
    let text = String(decoding: shown, as: UTF8.self)
    return range.count > 60 ? text.onOneLine + "…" : text.onOneLine
}

/// The text of a part of a line.
func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.map { bytes[$0] }, as: UTF8.self)
}

/// Whether a part of a line is this word, in small or capital letters; `word` is in small ones.
func matches(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for (offset, at) in range.enumerated() {
        var byte = bytes[at]
        if byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") { byte |= 0x20 }
        guard unsafe byte == word.utf8Start[offset] else { return false }
    }
    return true
}

/// A number with commas between the thousands.
func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// A number with what it counts: `1 row was`, `2,000 rows were`.
func grouped(_ number: Int, _ one: String, _ several: String) -> String {
    grouped(number) + " " + (number == 1 ? one : several)
}

/// `was` or `were`, behind a number of things.
func was(_ number: Int) -> String { number == 1 ? "was" : "were" }
