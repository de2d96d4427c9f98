import PropertyTesting
import Testing
import TradingModel

@Suite struct `A decimal scale` {
    @Test func `units invert attos`() throws {
        let scale = DecimalScale(decimals: 1)
        let price = try Price("50000.1")
        #expect(scale.units(price.attos) == 500_001)
        #expect(scale.double(price.attos) == 50000.1)
        #expect(price.double == 50000.1)
        #expect(scale.units(try Price("50000.11").attos) == nil)
        #expect(scale.units(.max) == nil)
        #expect(DecimalScale(decimals: 0).units(.max) == nil)
        #expect(DecimalScale(decimals: 18).units(.max) == nil)
    }

    @Test(arguments: [
        ("1", 0), ("0.5", 1), ("0.25", 2), ("10", 0), ("0.000000000000000001", 18), ("0", 0),
        ("100.10", 1), ("-0.01", 2),
    ])
    func `shows a step with the fewest decimals`(step: String, decimals: Int) throws {
        #expect(DecimalScale(showing: try Price(step).attos).decimals == decimals)
    }

    @Test(arguments: seeds)
    func `units are exact or refused`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<500 {
            let scale = DecimalScale(decimals: random.int(0...18))
            let units = Int64(truncatingIfNeeded: random.next()) >> random.int(0...63)
            let attos = scale.attos(units)
            #expect(scale.units(attos) == units)

            let any = random.attos()
            let (quotient, remainder) = BigInteger(any).divided(
                by: .power(ofTen: 18 - scale.decimals))
            let fits =
                remainder.isZero && quotient >= BigInteger(Int128(Int64.min))
                && quotient <= BigInteger(Int128(Int64.max))
            #expect(scale.units(any).map { BigInteger(Int128($0)) } == (fits ? quotient : nil))
        }
    }

    /// Swift's own reading of the text is the nearest double.
    @Test(arguments: seeds)
    func `doubles are the nearest`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<500 {
            let price = Price(attos: random.attos())
            let nearest = try #require(Double(price.description))
            #expect(price.double == nearest)
            #expect(DecimalScale(decimals: random.int(0...18)).double(price.attos) == nearest)
        }
    }

    /// A script's number that was written with the scale's decimals is exactly that many units.
    @Test(arguments: seeds)
    func `doubles find their way back`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<500 {
            let scale = DecimalScale(decimals: random.int(0...18))
            let units = Int64(truncatingIfNeeded: random.int128(digits: 1...15))
            let price = Price(attos: scale.attos(random.bool() ? units : -units))
            #expect(scale.units(nearest: price.double).map(scale.attos) == price.attos)
            #expect(try Price(price.double.description) == price)

            let between = scale.attos(units) + scale.attos(1) / 2
            if scale.decimals < 18, units < 1_000_000_000_000 {
                #expect(scale.units(nearest: Price(attos: between).double) == nil)
            }
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, 9_007_199_254_740_992])
    func `no units for what is no such number`(value: Double) {
        #expect(DecimalScale(decimals: 0).units(nearest: value) == nil)
    }

    @Test func `zero is zero units`() {
        #expect(DecimalScale(decimals: 2).units(nearest: 0) == 0)
        #expect(DecimalScale(decimals: 2).units(nearest: -0.0) == 0)
        #expect(DecimalScale(decimals: 2).units(nearest: 1e-300) == nil)
    }
}
