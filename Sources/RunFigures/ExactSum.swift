package import TradingModel

/// A sum of any size, with up to 36 decimals, to the last digit.
///
/// Most sums fit 128 bits; what no longer does is moved to a wide number, so that the usual addition
/// costs one test.
public struct ExactSum: Hashable, Sendable, CustomStringConvertible {
    private let decimals: Int
    private var units: Int128 = 0
    /// In 10⁻³⁶: what was moved out of ``units``, and products of values finer than the scale.
    private var moved: WideInteger?

    package init(decimals: Int) {
        precondition((0...36).contains(decimals), "a sum has at most 36 decimals")
        self.decimals = decimals
    }

    /// Adds a number of units of 10⁻ᵈ.
    @inline(__always)
    package mutating func add(_ number: Int128) {
        let (sum, overflow) = units.addingReportingOverflow(number)
        if overflow {
            move()
            units = number
        } else {
            units = sum
        }
    }

    /// Adds a product in full, whatever its decimals.
    package mutating func add(_ price: Price, _ quantity: Quantity) {
        let product = price.attos.multipliedFullWidth(by: quantity.attos)
        moved = (moved ?? WideInteger()) + WideInteger(high: product.high, low: product.low)
    }

    @inline(never)
    private mutating func move() { moved = total }

    private var total: WideInteger {
        var own = WideInteger(high: units >> 127, low: UInt128(truncatingIfNeeded: units))
        for _ in decimals..<36 { own = own.timesTen }
        return own + (moved ?? WideInteger())
    }

    public static func == (left: Self, right: Self) -> Bool { left.total == right.total }
    public func hash(into hasher: inout Hasher) { hasher.combine(total) }

    /// All digits, without trailing zeros.
    public var description: String {
        let total = total
        var digits = total.magnitudeDigits
        digits = String(repeating: "0", count: max(0, 37 - digits.utf8.count)) + digits
        let whole = digits.dropLast(36)
        var fraction = digits.suffix(36)
        while fraction.last == "0" { fraction.removeLast() }
        return (total.isNegative ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}

/// A whole number of 384 bits, in two's complement: more than 2⁶³ of the largest products there are.
private struct WideInteger: Hashable, Sendable {
    private var high: Int128 = 0
    private var middle: UInt128 = 0
    private var low: UInt128 = 0

    init() {}

    /// A number of 256 bits.
    init(high: Int128, low: UInt128) {
        self.high = high >> 127
        middle = UInt128(truncatingIfNeeded: high)
        self.low = low
    }

    var isNegative: Bool { high < 0 }

    static func + (left: Self, right: Self) -> Self {
        var sum = Self()
        let (low, carry) = left.low.addingReportingOverflow(right.low)
        let (half, one) = left.middle.addingReportingOverflow(right.middle)
        let (middle, other) = half.addingReportingOverflow(carry ? 1 : 0)
        sum.low = low
        sum.middle = middle
        sum.high = left.high &+ right.high &+ (one || other ? 1 : 0)
        return sum
    }

    var timesTen: Self {
        let two = self + self
        let four = two + two
        return four + four + two
    }

    private var negated: Self {
        var flipped = Self()
        (flipped.high, flipped.middle, flipped.low) = (~high, ~middle, ~low)
        return flipped + Self(high: 0, low: 1)
    }

    /// The decimal digits without a sign.
    var magnitudeDigits: String {
        let number = isNegative ? negated : self
        var words = [UInt128(truncatingIfNeeded: number.high), number.middle, number.low]
            .flatMap { [UInt64(truncatingIfNeeded: $0 >> 64), UInt64(truncatingIfNeeded: $0)] }
        var digits = ""
        repeat {
            var rest: UInt64 = 0
            for place in words.indices {
                (words[place], rest) = UInt64(1_000_000_000_000_000_000)
                    .dividingFullWidth((rest, words[place]))
            }
            let text = String(rest)
            digits = String(repeating: "0", count: 18 - text.utf8.count) + text + digits
        } while words.contains { $0 != 0 }
        let trimmed = digits.drop { $0 == "0" }
        return trimmed.isEmpty ? "0" : String(trimmed)
    }
}
