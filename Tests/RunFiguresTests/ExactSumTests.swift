import PropertyTesting
import RunFigures
import TestInstruments
import Testing
import TradingModel

@Suite struct `Sums of the data` {
    @Test func `go beyond what a quantity can hold`() {
        var statistics = DataStatistics(of: spot)
        let trade = Trade(
            instrument: InstrumentID(0), price: price("0.01"),
            quantity: quantity("100000000000000000000"), taker: .buy,
            venueTime: .distantPast, receiveTime: .distantPast)
        for _ in 1...5 { statistics.add(.trade(trade)) }
        #expect(statistics.volume.description == "500000000000000000000")
        #expect(statistics.buyVolume.description == "500000000000000000000")
        #expect(statistics.notional.description == "5000000000000000000")
    }

    @Test func `go beyond what a price times a quantity can hold`() {
        var statistics = DataStatistics(of: spot)
        let trade = Trade(
            instrument: InstrumentID(0), price: price("100000000000000000000"),
            quantity: quantity("100000000000000000000.000000000000000001"), taker: nil,
            venueTime: .distantPast, receiveTime: .distantPast)
        for _ in 1...3 { statistics.add(.trade(trade)) }
        #expect(
            statistics.notional.description == "30000000000000000000000000000000000000300")
    }

    @Test(arguments: seeds)
    func `have every digit`(seed: UInt64) {
        var random = Seeded(seed)
        for decimals in [0, 5, 18, 23, 36] {
            var sum = ExactSum(decimals: decimals)
            var expected = BigInteger.zero  // in 10⁻³⁶
            for _ in 0..<60 {
                if random.chance(70) {
                    let number = random.attos()
                    sum.add(number)
                    expected =
                        expected + BigInteger(number) * BigInteger.power(ofTen: 36 - decimals)
                } else {
                    let (price, quantity) = (random.attos(), random.attos().magnitude)
                    sum.add(Price(attos: price), Quantity(attos: Int128(quantity)))
                    expected = expected + BigInteger(price) * BigInteger(Int128(quantity))
                }
                #expect(sum.description == shown(expected), "seed \(seed)")
            }
        }
    }

    private func shown(_ value: BigInteger) -> String {
        var digits = value.magnitude.description
        digits = String(repeating: "0", count: max(0, 37 - digits.count)) + digits
        var text = digits.dropLast(36) + "." + digits.suffix(36)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return (value.isNegative ? "-" : "") + text
    }
}
