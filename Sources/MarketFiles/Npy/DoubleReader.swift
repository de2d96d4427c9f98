internal import TradingModel

/// Reads doubles that stand for decimals as those decimals, exactly.
struct DoubleReader {
    /// Beyond so many decimals the digits of a price near 1,000 no longer fit ``reach``.
    private static let finest = 12

    /// Up to here a product's rounding is far below half a step, so that the step nearest to it is
    /// the one that was meant; beyond, the shortest decimal decides.
    private static let reach: Double = 562_949_953_421_312  // 2⁴⁹

    private let scale: DecimalScale
    private let divisor: Double
    private let attosPerStep: UInt64

    init(_ scale: DecimalScale) {
        self.scale = scale
        divisor = scale.divisor
        attosPerStep = UInt64(scale.attosPerStep)
    }

    /// `DecimalScale.units(nearest:)` as attos, for 0 and more and without a call to round.
    ///
    /// Adding 1.5 × 2⁵² leaves the nearest whole number in the low bits of the sum. Nil means that
    /// the value needs a closer look; what is negative or no number always does.
    @inline(__always) func quickAttos(_ value: Double) -> Int128? { quickly(value)?.attos }

    /// The same, with the double nearest to it: the one that was read may lie beside it.
    @inline(__always) func quickly(_ value: Double) -> (attos: Int128, number: Double)? {
        let shift: Double = 6_755_399_441_055_744
        let scaled = value * divisor
        let shifted = scaled + shift
        let whole = shifted - shift
        guard scaled < Self.reach, abs(scaled - whole) <= whole * 4.5e-16 else {
            return nil
        }
        let units = shifted.bitPattern &- shift.bitPattern
        // Both are exact, so that the quotient is rounded once.
        return (
            Int128(truncatingIfNeeded: UInt128(units) &* UInt128(attosPerStep)), whole / divisor
        )
    }

    /// Whether `double`, which was made of `value`, gives it back.
    func reads<Value: ExactDecimal>(_ double: Double, as value: Value) -> Bool {
        if let attos = quickAttos(double), attos == value.attos { return true }
        do throws(DecimalError) {
            return try decimal(Value.self, of: double) == value
        } catch {
            return false  // too large or too fine to be read at all
        }
    }

    /// Takes a finer scale where a value needed one, so that its like are read fast from then on.
    mutating func adopt(_ attos: Int128) {
        guard scale.units(attos) == nil else { return }
        let decimals = meaningfulDecimals(attos)
        if decimals > scale.decimals, decimals <= Self.finest {
            self = DoubleReader(DecimalScale(decimals: decimals))
        }
    }

    /// The decimal on the instrument's scale, or where `value` is none, the shortest decimal that
    /// reads back as it.
    ///
    /// - Throws: for NaN, infinities and what 128 bits of attos cannot hold.
    func decimal<Value: ExactDecimal>(
        _ type: Value.Type, of value: Double
    ) throws(DecimalError) -> Value {
        if abs(value * divisor) < Self.reach, let units = scale.units(nearest: value),
            units != 0 || value == 0
        {
            return try Value(attos: scale.attos(units)).admitted()
        }
        return try Value(value.description).admitted()
    }
}
