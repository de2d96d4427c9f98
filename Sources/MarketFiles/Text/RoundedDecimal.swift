internal import TradingModel

/// Reads a decimal that has more than 18 decimal places, rounding at the 18th, half away from zero.
///
/// Only binary floating point makes such numbers: tools that keep quantities in doubles write
/// `0.0087547500000000004` or `5.514000000000000e-05`. Nil where that is not the difficulty.
func readRounded<Value: ExactDecimal>(
    _ type: Value.Type, _ bytes: Span<UInt8>, _ range: Range<Int>
) -> Value? {
    let exponentMark = range.first { bytes[$0] | 0x20 == UInt8(ascii: "e") } ?? range.upperBound
    guard let point = range.first(where: { bytes[$0] == UInt8(ascii: ".") }), point < exponentMark,
        let exponent = readExponent(bytes, exponentMark..<range.upperBound)
    else { return nil }
    let kept = max(18 - exponent, 0)
    let cut = point + 1 + kept
    guard cut < exponentMark, isDigits(bytes, (point + 1)..<exponentMark) else { return nil }
    do throws(DecimalError) {
        let mantissa = try Value(parsing: bytes.extracting(range.lowerBound..<cut)).admitted().attos
        let step = powerOfTen(exponent)
        let isUp = bytes[cut] >= UInt8(ascii: "5")
        return Value(attos: mantissa / step + (isUp ? (bytes[range.lowerBound] == 45 ? -1 : 1) : 0))
    } catch {
        return nil
    }
}

/// The places that `e-05` moves the point to the left; 0 without an exponent.
private func readExponent(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return 0 }
    guard range.count >= 3, bytes[range.lowerBound + 1] == UInt8(ascii: "-"),
        let places = readWhole(bytes, (range.lowerBound + 2)..<range.upperBound), places <= 18
    else { return nil }
    return Int(places)
}

private func isDigits(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    range.allSatisfy { bytes[$0] &- UInt8(ascii: "0") < 10 }
}

private func powerOfTen(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
}
