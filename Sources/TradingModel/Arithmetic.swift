/// `left × right ÷ divisor` in full width, rounded once.
///
/// - Returns: nil when the result does not fit 128 bits.
@usableFromInline
func multiplyDivide(
    _ left: Int128, _ right: Int128, by divisor: Int128, _ rounding: Rounding
) -> Int128? {
    precondition(divisor != 0, "a division by zero must be ruled out by the caller")
    if left == 0 || right == 0 { return 0 }  // no fee, no slippage, nothing held
    let negative = ((left < 0) != (right < 0)) != (divisor < 0)
    let by = divisor.magnitude
    guard let (quotient, remainder) = divide(left.magnitude, times: right.magnitude, by: by)
    else { return nil }
    return rounded(quotient, remainder, of: by, negative: negative, rounding)
}

/// `left × middle × right ÷ divisor` in full width, rounded once; `divisor` must be positive.
///
/// - Returns: nil when the result does not fit 128 bits.
func multiplyDivide(
    _ left: Int128, _ middle: Int128, _ right: Int128, by divisor: Int128, _ rounding: Rounding
) -> Int128? {
    precondition(divisor > 0, "a divisor is positive")
    let negative = ((left < 0) != (middle < 0)) != (right < 0)
    let by = divisor.magnitude
    // What left × middle leaves over is below the divisor, so its share always fits.
    guard let (whole, left) = divide(left.magnitude, times: middle.magnitude, by: by),
        let (share, remainder) = divide(left, times: right.magnitude, by: by)
    else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: right.magnitude)
    let (quotient, carry) = product.addingReportingOverflow(share)
    guard !overflow, !carry else { return nil }
    return rounded(quotient, remainder, of: by, negative: negative, rounding)
}

/// Nil when the quotient does not fit.
private func divide(
    _ left: UInt128, times right: UInt128, by divisor: UInt128
) -> (quotient: UInt128, remainder: UInt128)? {
    let product = left.multipliedFullWidth(by: right)
    if product.high < divisor, divisor >> 64 == 0 {
        let small = UInt64(truncatingIfNeeded: divisor)
        // By hand, 64 bits at a time: most divisors are 10¹⁸, and the general way is ten times slower.
        let upper = UInt64(truncatingIfNeeded: product.low &>> 64)
        let lower = UInt64(truncatingIfNeeded: product.low)
        let high = small.dividingFullWidth((UInt64(truncatingIfNeeded: product.high), upper))
        let low = small.dividingFullWidth((high.remainder, lower))
        return (UInt128(high.quotient) << 64 | UInt128(low.quotient), UInt128(low.remainder))
    }
    guard product.high != 0 else { return product.low.quotientAndRemainder(dividingBy: divisor) }
    guard product.high < divisor else { return nil }
    return divisor.dividingFullWidth(product)
}

/// Rounds a magnitude by what was left over of `divisor` and gives it its sign; nil: does not fit.
private func rounded(
    _ quotient: UInt128, _ remainder: UInt128, of divisor: UInt128, negative: Bool,
    _ rounding: Rounding
) -> Int128? {
    let grows: Bool =
        switch rounding {
        case .towardZero: false
        case .awayFromZero: remainder != 0
        case .down: remainder != 0 && negative
        case .up: remainder != 0 && !negative
        case .halfEven:
            remainder > divisor - remainder
                || (remainder == divisor - remainder && quotient % 2 == 1)
        }
    let (magnitude, overflow) = quotient.addingReportingOverflow(grows ? 1 : 0)
    guard !overflow, magnitude <= UInt128(Int128.max) else { return nil }
    return negative ? -Int128(magnitude) : Int128(magnitude)
}

/// Towards zero, like `quotientAndRemainder(dividingBy:)`, which costs ten times as much where the processor can
/// divide: where divisor and quotient fit 64 bits, as those of amounts and their steps do.
@inline(__always)
private func divide(
    _ attos: Int128, by step: Int128
) -> (quotient: Int128, remainder: Int128) {
    let high = UInt64(truncatingIfNeeded: attos >> 64)
    let small = UInt64(truncatingIfNeeded: step)
    guard attos >= 0, step >> 64 == 0, high < small else {
        return attos.quotientAndRemainder(dividingBy: step)
    }
    let (quotient, remainder) = small.dividingFullWidth((high, UInt64(truncatingIfNeeded: attos)))
    return (Int128(quotient), Int128(remainder))
}

extension ExactDecimal {
    /// The nearest multiple of `step` in the direction of `rounding`; `step` must be positive.
    ///
    /// Traps when that does not fit, which `.towardZero` never does.
    @inlinable
    public func rounded(toMultipleOf step: Int128, _ rounding: Rounding) -> Self {
        guard let multiple = roundedIfFitting(toMultipleOf: step, rounding) else {
            preconditionFailure("\(self) has no multiple of \(step) attos next to it that fits")
        }
        return multiple
    }

    /// The same, or nil when that does not fit.
    @inlinable
    public func roundedIfFitting(toMultipleOf step: Int128, _ rounding: Rounding) -> Self? {
        multiple(of: step, nextTo: attos, rounding).map(Self.init(attos:))
    }

    /// The multiple of `step` that a number stands for, when it lies beside it by no more than what
    /// floating point makes of sums: a part in 10⁹ of the number, never more than a thousandth of
    /// the step; nil when it stands for none.
    ///
    /// 91000 + 0.1 + 0.1 is 91000.20000000001 in binary floating point, and meant as 91000.2.
    @inlinable
    public func meant(onMultiplesOf step: Int128) -> Self? {
        multiple(of: step, meantBy: attos).map(Self.init(attos:))
    }

    /// Whether the value is a whole number of `step`s.
    @inlinable
    public func isMultiple(of step: Self) -> Bool { isWhole(attos, of: step.attos) }
}

// Not generic: of what is, other modules call a copy that asks the type for all it does.

@usableFromInline
func multiple(of step: Int128, nextTo attos: Int128, _ rounding: Rounding) -> Int128? {
    precondition(step > 0, "a step is positive")
    let (quotient, remainder) = divide(attos, by: step)
    guard remainder != 0 else { return attos }
    let away: Int128 = attos < 0 ? -1 : 1
    let grows: Bool =
        switch rounding {
        case .towardZero: false
        case .awayFromZero: true
        case .down: attos < 0
        case .up: attos > 0
        case .halfEven:
            remainder.magnitude * 2 > step.magnitude
                || (remainder.magnitude * 2 == step.magnitude && quotient % 2 != 0)
        }
    let (multiple, overflow) = (grows ? quotient + away : quotient)
        .multipliedReportingOverflow(by: step)
    return overflow ? nil : multiple
}

@usableFromInline
func multiple(of step: Int128, meantBy attos: Int128) -> Int128? {
    precondition(step > 0, "a step is positive")
    let (quotient, remainder) = divide(attos, by: step)
    guard remainder != 0 else { return attos }
    let size = max(attos.magnitude, step.magnitude)
    let slack = min(size / 1_000_000_000, step.magnitude / 1_000)
    if remainder.magnitude <= slack { return attos - remainder }
    guard step.magnitude - remainder.magnitude <= slack else { return nil }
    let (multiple, overflow) = (attos < 0 ? quotient - 1 : quotient + 1)
        .multipliedReportingOverflow(by: step)
    return overflow ? nil : multiple
}

@usableFromInline
func isWhole(_ attos: Int128, of step: Int128) -> Bool {
    step != 0 && divide(attos, by: step).remainder == 0
}

/// A decimal with its decimals fixed, for the quick way between attos, small integers and doubles.
///
/// A price on a known tick is a whole number of 10⁻ᵈ; that number mostly fits 53 bits, and then a
/// single division gives the nearest double. `units` undoes a multiplication by 10¹⁸⁻ᵈ exactly,
/// by shifting out the twos and multiplying with the inverse of the fives modulo 2⁶⁴.
public struct DecimalScale: Hashable, Sendable {
    /// Decimal places, 0 to 18.
    public let decimals: Int
    /// Attos in one unit: 10¹⁸⁻ᵈ.
    public let attosPerStep: Int64
    /// 10ᵈ as a double, exact.
    public let divisor: Double
    /// The inverse of 5¹⁸⁻ᵈ modulo 2⁶⁴.
    public let inverse: UInt64

    /// A scale with `decimals` places; traps outside 0...18.
    public init(decimals: Int) {
        precondition((0...18).contains(decimals), "a scale has 0 to 18 decimals")
        self.decimals = decimals
        var step: Int64 = 1
        var fives: UInt64 = 1
        for _ in decimals..<18 {
            step *= 10
            fives &*= 5
        }
        attosPerStep = step
        divisor = exactPowersOfTen[decimals]
        var inverse = fives  // Newton's iteration doubles the number of right bits each time.
        for _ in 0..<6 { inverse &*= 2 &- fives &* inverse }
        self.inverse = inverse
    }

    /// The fewest decimals that show `attos` exactly.
    public init(showing attos: Int128) {
        var decimals = 18
        var rest = attos
        while decimals > 0, rest % 10 == 0 {
            rest /= 10
            decimals -= 1
        }
        self.init(decimals: rest == 0 ? 0 : decimals)
    }

    /// `attos` counted in 10⁻ᵈ, or nil when it is not a whole number of them or beyond 63 bits.
    @inline(__always) @inlinable public func units(_ attos: Int128) -> Int64? {
        let shift = UInt64(truncatingIfNeeded: 18 &- decimals)
        let low = UInt64(truncatingIfNeeded: attos)
        let high = UInt64(truncatingIfNeeded: attos &>> 64)
        // The low 64 bits of the shifted value; `&<< 1` first, so that no shift reaches 64.
        let shifted = (low &>> shift) | ((high &<< 1) &<< (63 &- shift))
        let candidate = Int64(bitPattern: shifted &* inverse)
        // Two 64-bit factors cannot overflow 128 bits: one multiplication, nothing to check.
        return Int128(candidate) &* Int128(attosPerStep) == attos ? candidate : nil
    }

    /// Units of 10⁻ᵈ as attos.
    @inlinable public func attos(_ units: Int64) -> Int128 {
        Int128(units) &* Int128(attosPerStep)
    }

    /// The nearest double to `attos`.
    @inline(__always) @inlinable public func double(_ attos: Int128) -> Double {
        if let units = units(attos), units.magnitude <= 1 << 53 { return Double(units) / divisor }
        return slowDouble(attos)
    }

    @usableFromInline func slowDouble(_ attos: Int128) -> Double { nearestDouble(attos: attos) }

    /// The units nearest to a double that stands for a decimal of this scale.
    ///
    /// Nil when `value` is not, within two units of its last binary place, such a decimal.
    @inlinable public func units(nearest value: Double) -> Int64? {
        let scaled = value * divisor
        guard abs(scaled) < 9_007_199_254_740_992 else { return nil }
        let whole = scaled.rounded(.toNearestOrEven)
        guard abs(scaled - whole) <= abs(whole) * 4.5e-16 else { return nil }
        return Int64(whole)
    }
}
