import PropertyTesting
import Testing
import TradingCore
import TradingModel

@Suite struct `A position` {
    @Test func `a round trip realises the difference`() throws {
        var position = Position(of: try .linear())
        try position.apply(.buy, price: Price("50000"), quantity: Quantity("0.2"), fee: Money("5"))
        #expect(position.averagePrice == (try Price("50000")))
        #expect(position.unrealisedPnL(at: try Price("50100")) == (try Money("20")))
        try position.apply(
            .sell, price: Price("50200.5"), quantity: Quantity("0.2"), fee: Money("-1"))
        #expect(position.net == .zero)
        #expect(position.averagePrice == nil)
        #expect(position.realisedPnL == (try Money("40.1")))
        #expect(position.fees == (try Money("4")))
        #expect(position.entryValue == .zero)
        #expect(position.unrealisedPnL(at: try Price("1")) == .zero)
    }

    @Test func `buying more moves the average and selling some does not`() throws {
        var position = Position(of: try .linear())
        try position.apply(.buy, price: Price("100"), quantity: Quantity("1"), fee: .zero)
        try position.apply(.buy, price: Price("200"), quantity: Quantity("3"), fee: .zero)
        #expect(position.averagePrice == (try Price("175")))
        try position.apply(.sell, price: Price("275"), quantity: Quantity("2"), fee: .zero)
        #expect(position.averagePrice == (try Price("175")))
        #expect(position.realisedPnL == (try Money("200")))
        #expect(position.net == (try SignedQuantity("2")))
    }

    @Test func `one fill turns long into short at its own price`() throws {
        var position = Position(of: try .linear(contractSize: "0.001"))
        try position.apply(.buy, price: Price("100"), quantity: Quantity("3"), fee: .zero)
        try position.apply(.sell, price: Price("110"), quantity: Quantity("5"), fee: .zero)
        #expect(position.net == (try SignedQuantity("-2")))
        #expect(position.averagePrice == (try Price("110")))
        #expect(position.realisedPnL == (try Money("0.03")))
        #expect(position.unrealisedPnL(at: try Price("105")) == (try Money("0.01")))
    }

    @Test func `an inverse contract pays in base currency`() throws {
        var position = Position(of: try .inverse(contractSize: "10"))
        try position.apply(.buy, price: Price("50000"), quantity: Quantity("100"), fee: .zero)
        #expect(position.averagePrice == (try Price("50000")))
        // 100 × 10 × (1/50000 − 1/62500)
        #expect(position.unrealisedPnL(at: try Price("62500")) == (try Money("0.004")))
        try position.apply(.sell, price: Price("62500"), quantity: Quantity("150"), fee: .zero)
        #expect(position.realisedPnL == (try Money("0.004")))
        #expect(position.net == (try SignedQuantity("-50")))
        // A short gains when the price falls: 50 × 10 × (1/50000 − 1/62500)
        #expect(position.unrealisedPnL(at: try Price("50000")) == (try Money("0.002")))
    }

    @Test func `the average of inverse entries is harmonic`() throws {
        var position = Position(of: try .inverse(contractSize: "1"))
        try position.apply(.sell, price: Price("20000"), quantity: Quantity("100"), fee: .zero)
        try position.apply(.sell, price: Price("80000"), quantity: Quantity("100"), fee: .zero)
        #expect(position.averagePrice == (try Price("32000")))
    }

    @Test func `longs pay funding to shorts`() throws {
        var long = Position(of: try .linear(contractSize: "0.1"))
        try long.apply(.buy, price: Price("100"), quantity: Quantity("20"), fee: .zero)
        #expect(try long.apply(.stub(rate: "0.0001", mark: "110")) == Money("-0.022"))
        #expect(try long.apply(.stub(rate: "-0.0002", mark: "110")) == Money("0.044"))
        #expect(long.funding == (try Money("0.022")))

        var short = Position(of: try .inverse(contractSize: "10"))
        try short.apply(.sell, price: Price("50000"), quantity: Quantity("100"), fee: .zero)
        #expect(try short.apply(.stub(rate: "0.0001", mark: "40000")) == Money("0.0000025"))

        var flat = Position(of: try .inverse())
        #expect(try flat.apply(.stub(rate: "0.0001", mark: "0")) == .zero)
        var spot = Position(of: try .spot())
        try spot.apply(.buy, price: Price("100"), quantity: Quantity("20"), fee: .zero)
        #expect(try spot.apply(.stub(rate: "0.0001", mark: "100")) == .zero)
    }

    @Test func `prices below zero are prices`() throws {
        var position = Position(of: try .linear())
        try position.apply(.buy, price: Price("-37.63"), quantity: Quantity("2"), fee: .zero)
        #expect(position.averagePrice == (try Price("-37.63")))
        try position.apply(.sell, price: Price("10"), quantity: Quantity("2"), fee: .zero)
        #expect(position.realisedPnL == (try Money("95.26")))
    }

    @Test func `what does not fit is refused and changes nothing`() throws {
        var position = Position(of: try .linear())
        try position.apply(
            .buy, price: Price("1e10"), quantity: Quantity("1e10"), fee: Money("1e20"))
        let before = position
        for (price, quantity, fee) in [
            ("1e10", "1e11", "0"),  // its worth
            ("0.000001", "170141183460000000000", "0"),  // the sum of the quantities
            ("1", "1", "1e20"),  // the sum of the fees
            ("8e9", "1e10", "0"),  // the sum of the worths
        ] {
            #expect(throws: DecimalError.outOfRange) {
                try position.apply(
                    .buy, price: Price(price), quantity: Quantity(quantity), fee: Money(fee))
            }
            #expect(position == before)
        }
        #expect(position.unrealisedPnL(at: try Price("1e12")) == nil)
        #expect(throws: DecimalError.outOfRange) {
            try position.apply(.stub(rate: "1", mark: "1e12"))
        }
        #expect(position == before)

        var inverse = Position(of: try .inverse())
        for price in ["0", "-1"] {
            #expect(throws: DecimalError.outOfRange) {
                try inverse.apply(.buy, price: Price(price), quantity: Quantity("1"), fee: .zero)
            }
        }
        #expect(inverse == Position(of: try .inverse()))
    }

    /// Cash and inventory: what the fills brought in and cost, each rounded once, and no more.
    @Test(arguments: seeds, InstrumentKind.allCases)
    func `nothing is lost over random fills`(seed: UInt64, kind: InstrumentKind) throws {
        var random = Seeded(seed)
        let instrument = try Instrument.random(kind, &random)
        var position = Position(of: instrument)
        var cash = BigInteger.zero
        var fees = BigInteger.zero
        for _ in 0..<60 {
            let fill = RandomFill(&random)
            try position.apply(
                fill.side, price: fill.price, quantity: fill.quantity, fee: fill.fee)
            let value = worth(of: fill.quantity, at: fill.price, instrument)
            cash = (fill.side == .buy) == (kind != .inverse) ? cash - value : cash + value
            fees = fees + BigInteger(fill.fee.attos)

            let mark = RandomFill(&random).price
            let open = worth(of: position.net.magnitude, at: mark, instrument)
            let isAsset = (position.net.side == .buy) == (kind != .inverse)
            let unrealised = try #require(position.unrealisedPnL(at: mark))
            #expect(
                BigInteger(position.realisedPnL.attos) + BigInteger(unrealised.attos)
                    == (isAsset ? cash + open : cash - open))
            #expect(BigInteger(position.fees.attos) == fees)
        }
    }

    private func worth(
        of quantity: Quantity, at price: Price, _ instrument: Instrument
    ) -> BigInteger {
        let amount = BigInteger(quantity.attos) * BigInteger(instrument.contractSize.attos)
        return instrument.kind == .inverse
            ? amount.dividedHalfEven(by: BigInteger(price.attos))
            : (amount * BigInteger(price.attos)).dividedHalfEven(by: .power(ofTen: 36))
    }

    /// Against average cost in fractions that are never rounded.
    @Test(arguments: seeds, InstrumentKind.allCases)
    func `profit is within the roundings of the exact one`(
        seed: UInt64, kind: InstrumentKind
    ) throws {
        var random = Seeded(seed)
        let instrument = try Instrument.random(kind, &random)
        var position = Position(of: instrument)
        var exact = ExactPosition(instrument)
        let fills = 9
        for count in 1...fills {
            let fill = RandomFill(&random)
            try position.apply(fill.side, price: fill.price, quantity: fill.quantity, fee: .zero)
            exact.apply(fill)
            #expect(BigInteger(position.net.attos) == exact.net)
            // Each fill rounds its worth twice (closed, all) and a share of the cost once.
            let allowed = Ratio(BigInteger(2 * count), over: .power(ofTen: 18))
            let realised = Ratio(BigInteger(position.realisedPnL.attos), over: .power(ofTen: 18))
            #expect(!(allowed < (realised - exact.realised).magnitude))
            let entry = Ratio(BigInteger(position.entryValue.attos), over: .power(ofTen: 18))
            #expect(!(allowed < (entry - exact.entryValue).magnitude))
        }
    }

    @Test(arguments: seeds)
    func `short decimals are exact`(seed: UInt64) throws {
        var random = Seeded(seed)
        var position = Position(of: try .linear(contractSize: "0.01"))
        var cash = BigInteger.zero  // 10⁻³⁸
        for _ in 0..<50 {
            let price = Price(attos: Int128(random.int(1...9_999_999)) * 10_000_000_000_000)
            let quantity = Quantity(attos: Int128(random.int(1...999)) * 100_000_000_000_000_000)
            let side: Side = random.bool() ? .buy : .sell
            try position.apply(side, price: price, quantity: quantity, fee: .zero)
            let paid = BigInteger(price.attos) * BigInteger(quantity.signed(side).attos)
            cash = cash - paid
            let open = BigInteger(price.attos) * BigInteger(position.net.attos)
            let unrealised = try #require(position.unrealisedPnL(at: price))
            let profit = BigInteger(position.realisedPnL.attos) + BigInteger(unrealised.attos)
            #expect(profit * .power(ofTen: 20) == cash + open)
        }
    }
}

/// A fill anywhere from crumbs to fortunes.
private struct RandomFill {
    let side: Side
    let price: Price
    let quantity: Quantity
    let fee: Money

    init(_ random: inout Seeded) {
        side = random.bool() ? .buy : .sell
        price = Price(attos: 1_000_000_000_000 + random.int128(digits: 13...23))
        quantity = Quantity(attos: 1 + random.int128(digits: 1...20))
        fee = Money(attos: random.int128(digits: 1...20) * (random.chance(20) ? -1 : 1))
    }
}

/// The textbook's average-cost position, in fractions.
private struct ExactPosition {
    private let instrument: Instrument
    private(set) var net = BigInteger.zero
    private(set) var entryValue = Ratio(.zero)
    private(set) var realised = Ratio(.zero)

    init(_ instrument: Instrument) { self.instrument = instrument }

    private func worth(of quantity: BigInteger, at price: Price) -> Ratio {
        let amount =
            Ratio(quantity, over: .power(ofTen: 18))
            * Ratio(BigInteger(instrument.contractSize.attos), over: .power(ofTen: 18))
        let price = Ratio(BigInteger(price.attos), over: .power(ofTen: 18))
        return instrument.kind == .inverse ? amount / price : amount * price
    }

    mutating func apply(_ fill: RandomFill) {
        let signed = BigInteger(fill.quantity.signed(fill.side).attos)
        var opening = signed.magnitude
        if !net.isZero, net.isNegative != signed.isNegative {
            let closing = min(opening, net.magnitude)
            let share = entryValue * Ratio(closing, over: net.magnitude)
            let gain = worth(of: closing, at: fill.price) - share
            let gains = net.isNegative == (instrument.kind == .inverse)
            realised = gains ? realised + gain : realised - gain
            entryValue = entryValue - share
            opening = opening - closing
        }
        net = net + signed
        entryValue = net.isZero ? Ratio(.zero) : entryValue + worth(of: opening, at: fill.price)
    }
}
