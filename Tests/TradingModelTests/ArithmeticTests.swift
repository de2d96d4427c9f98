import PropertyTesting
import Testing
import TradingModel

private let allRoundings: [Rounding] = [.down, .up, .towardZero, .awayFromZero, .halfEven]

extension BigInteger {
    /// The quotient as paper gives it; the oracle of everything that rounds here.
    fileprivate func divided(by divisor: BigInteger, _ rounding: Rounding) -> BigInteger {
        let (quotient, remainder) = divided(by: divisor)
        guard !remainder.isZero else { return quotient }
        let isNegative = isNegative != divisor.isNegative
        let away = isNegative ? quotient - BigInteger(1) : quotient + BigInteger(1)
        return switch rounding {
        case .down: isNegative ? away : quotient
        case .up: isNegative ? quotient : away
        case .towardZero: quotient
        case .awayFromZero: away
        case .halfEven: dividedHalfEven(by: divisor)
        }
    }

    /// Nil when a decimal cannot hold it.
    fileprivate var fitting: BigInteger? { magnitude > BigInteger(Int128.max) ? nil : self }
}

@Suite struct `Decimal arithmetic` {
    private let unit = BigInteger.power(ofTen: 18)

    @Test(arguments: seeds)
    func `multiplies and divides as paper does`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<50 {
            let price = Price(attos: random.attos())
            let quantity = Quantity(attos: abs(random.attos()))
            let money = Money(attos: random.attos())
            let rate = Rate(attos: random.attos())
            let part = Quantity(attos: abs(random.attos()))
            for rounding in allRoundings {
                expectSame(
                    price.times(quantity, rounding)?.attos,
                    (BigInteger(price.attos) * BigInteger(quantity.attos))
                        .divided(by: unit, rounding))
                expectSame(
                    money.times(rate, rounding)?.attos,
                    (BigInteger(money.attos) * BigInteger(rate.attos)).divided(by: unit, rounding))
                guard quantity != .zero else { continue }
                expectSame(
                    money.divided(by: quantity, rounding)?.attos,
                    (BigInteger(money.attos) * unit)
                        .divided(by: BigInteger(quantity.attos), rounding))
            }
            guard quantity != .zero else { continue }
            expectSame(
                money.share(part, of: quantity)?.attos,
                (BigInteger(money.attos) * BigInteger(part.attos))
                    .divided(by: BigInteger(quantity.attos), .halfEven))
        }
    }

    private func expectSame(
        _ found: Int128?, _ exact: BigInteger,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.map { BigInteger($0) } == exact.fitting, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        (Rounding.down, [-3, -2, -2, -1, 0, 1, 1, 2]), (.up, [-2, -2, -1, 0, 1, 1, 2, 3]),
        (.towardZero, [-2, -2, -1, 0, 0, 1, 1, 2]), (.awayFromZero, [-3, -2, -2, -1, 1, 1, 2, 3]),
        (.halfEven, [-2, -2, -2, 0, 0, 1, 2, 2]),
    ])
    func `rounds as it is named`(rounding: Rounding, halves: [Int128]) {
        let values: [Int128] = [-25, -20, -15, -5, 5, 10, 15, 25]
        for (value, expected) in zip(values, halves) {
            #expect(Price(attos: value).rounded(toMultipleOf: 10, rounding).attos == expected * 10)
            let half = Rate(attos: attosPerUnit / 10)
            #expect(Money(attos: value).times(half, rounding)?.attos == expected)
        }
    }

    @Test(arguments: seeds)
    func `finds multiples as paper does`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<50 {
            let value = Price(attos: random.attos())
            // Steps of 64 bits, as ticks and lots are, have a way of their own.
            let steps = [max(1, abs(random.attos())), Int128(random.int(1...Int.max))]
            for step in steps {
                for rounding in allRoundings {
                    let exact =
                        BigInteger(value.attos).divided(by: BigInteger(step), rounding)
                        * BigInteger(step)
                    expectSame(
                        value.roundedIfFitting(toMultipleOf: step, rounding)?.attos, exact)
                }
                let down = value.rounded(toMultipleOf: step, .towardZero)
                #expect(down.isMultiple(of: Price(attos: step)))
                #expect(value.isMultiple(of: Price(attos: step)) == (down == value))
            }
        }
    }

    @Test(arguments: seeds, InstrumentKind.allCases)
    func `values contracts as paper does`(seed: UInt64, kind: InstrumentKind) {
        var random = Seeded(seed)
        for _ in 0..<25 {
            let size = Quantity(attos: max(1, abs(random.attos())))
            let contract = Contract(kind: kind, size: size)
            let quantity = Quantity(attos: abs(random.attos()))
            let price = Price(attos: random.attos())
            let amount = BigInteger(quantity.attos) * BigInteger(size.attos)
            for rounding in allRoundings {
                guard kind != .inverse || price > .zero else {
                    #expect(contract.value(of: quantity, at: price, rounding) == nil)
                    continue
                }
                let exact =
                    kind == .inverse
                    ? amount.divided(by: BigInteger(price.attos), rounding)
                    : (amount * BigInteger(price.attos)).divided(by: unit * unit, rounding)
                expectSame(contract.value(of: quantity, at: price, rounding)?.attos, exact)
                guard kind != .quanto else { continue }  // see below: it is rounded twice
                expectSame(
                    contract.quoteNotional(of: quantity, at: price, rounding)?.attos,
                    kind == .inverse ? amount.divided(by: unit, rounding) : exact)
            }
        }
    }

    @Test(arguments: seeds)
    func `values quanto contracts in quote currency by what their worth costs`(seed: UInt64) throws
    {
        var random = Seeded(seed)
        for _ in 0..<50 {
            // Of such sizes nothing is to be rounded.
            let contract = Contract(
                kind: .quanto, size: Quantity(attos: Int128(random.int(1...99_999)) * satoshi))
            let quantity = Quantity(attos: Int128(random.int(0...9_999)) * attosPerUnit)
            let price = Price(attos: Int128(random.int(1...999_999)) * attosPerUnit / 10)
            let exact =
                BigInteger(quantity.attos) * BigInteger(contract.size.attos)
                * BigInteger(price.attos) * BigInteger(price.attos)
            for rounding in allRoundings {
                expectSame(
                    contract.quoteNotional(of: quantity, at: price, rounding)?.attos,
                    exact.divided(by: unit * unit * unit, rounding))
            }
            #expect(contract.quoteNotional(of: quantity, at: nil, .up) == nil)
        }
    }

    private let satoshi = attosPerUnit / 100_000_000

    @Test(arguments: ["1", "0.001", "10", "0.00000001", "12.5"], InstrumentKind.allCases)
    func `finds the price that gave a worth`(size: String, kind: InstrumentKind) throws {
        let contract = Contract(kind: kind, size: try Quantity(size))
        let price = try Price("62500")
        let quantity = try Quantity("40")
        let value = try #require(contract.value(of: quantity, at: price, .halfEven))
        #expect(contract.price(of: quantity, worth: value, .halfEven) == price)
        #expect(contract.price(of: .zero, worth: .zero, .halfEven) == nil)
        if kind == .inverse { #expect(contract.price(of: quantity, worth: .zero, .up) == nil) }
    }

    @Test func `inverse contracts need no price for their notional`() throws {
        let inverse = Contract(kind: .inverse, size: try Quantity("10"))
        #expect(inverse.quoteNotional(of: try Quantity("3"), at: nil, .up) == (try Money("30")))
        let linear = Contract(kind: .linear, size: try Quantity("10"))
        #expect(linear.quoteNotional(of: try Quantity("3"), at: nil, .up) == nil)
    }

    @Test func `a deadline never wraps into the past`() {
        let late = Timestamp(nanoseconds: .max - 1)
        #expect(late.advanced(byNanoseconds: 5) == .distantFuture)
        #expect(Timestamp(nanoseconds: .min + 1).advanced(byNanoseconds: -5) == .distantPast)
        #expect(late.advanced(byNanoseconds: 1).nanoseconds == .max)
    }
}
