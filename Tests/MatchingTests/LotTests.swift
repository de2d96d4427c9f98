import Matching
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `Whole lots` {
    @Test func `an order or amendment of part of a lot is refused`() {
        let test = TestVenue()
        test.trade("100", "1", taker: .buy)
        test.order(.buy, "0.0015")
        test.order(.buy, "0.002", at: "90")
        test.amend(2, quantity: "0.0015")
        #expect(
            test.told() == [
                "1 rejected: the quantity 0.0015 is not a whole number of lots of 0.001",
                "2 accepted",
                "2 amend rejected: the quantity 0.0015 is not a whole number of lots of 0.001",
            ])
    }

    @Test func `of a level's quantity only whole lots are taken`() {
        let test = TestVenue([instrument("test:BTC/USDT:USDT", lot: "0.1")])
        test.book(
            bids: [("99", "1")], asks: [("100", "0.25"), ("101", "0.07"), ("102", "0.99")])
        test.order(.buy, "0.4")
        test.order(.buy, "0.9", at: "102")
        #expect(
            test.told() == [
                "1 accepted", "1 fill 0.2 @ 100 taker", "1 fill 0.2 @ 102 taker", "2 accepted",
                "2 fill 0.7 @ 102 taker",
            ])
    }

    @Test func `what reaches an order and is less than a lot is kept for the next trade`() {
        let test = TestVenue([instrument("test:BTC/USDT:USDT", lot: "0.1")])
        test.trade("100", "1", taker: .buy)
        test.order(.buy, "0.5", at: "99")
        _ = test.told()
        for size in ["0.06", "0.06", "0.09", "0.19"] { test.trade("99", size, taker: .sell) }
        #expect(
            test.told() == [
                "1 fill 0.1 @ 99 maker", "1 fill 0.1 @ 99 maker", "1 fill 0.2 @ 99 maker",
            ])
    }

    /// Each lot, contract and size of a level: what is filled is whole lots and was there.
    @Test(arguments: seeds)
    func `every fill is whole lots, and together no more than was shown`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<20 {
            let lot = random.pick(["0.001", "0.07", "1", "25", "0.000000000000000003"])
            let symbol = random.pick(["test:BTC/USDT:USDT", "test:BTC/USDT", "test:BTC/USD:BTC"])
            let size = random.pick(["1", "0.01", "100"])
            let made = instrument(
                symbol, lot: lot, contractSize: symbol.hasSuffix("USDT") ? "1" : size)
            let test = TestVenue([made])
            let some = { (random: inout Seeded) in
                // Up to nine lots, with dust of any length.
                Quantity(attos: made.lot.attos * Int128(random.int(1...900)) / 100 + 1)
            }
            let (bid, ask) = (some(&random), some(&random))
            test.book(bids: [("99", bid.description)], asks: [("101", ask.description)])
            let joined = "\(Quantity(attos: made.lot.attos * Int128(random.int(1...9))))"
            test.order(.buy, joined, at: random.bool() ? "99" : "100")
            var traded = Quantity.zero
            for _ in 0..<random.int(1...30) {
                let part = some(&random)
                if random.chance(30) {
                    test.level(.buy, "99", part.description)
                } else {
                    traded += part
                    test.trade(random.bool() ? "99" : "100", part.description, taker: .sell)
                }
            }
            let taken = "\(Quantity(attos: made.lot.attos * Int128(random.int(1...9))))"
            test.order(.buy, taken, at: "101", .ioc)
            var (given, tookNow) = (Quantity.zero, Quantity.zero)
            for report in test.allReports {
                guard case .fill(let fill) = report.event else { continue }
                #expect(fill.quantity.isMultiple(of: made.lot), "seed \(seed), lot \(lot)")
                if fill.liquidity == .maker, fill.price == price("100") { given += fill.quantity }
                if fill.liquidity == .taker { tookNow += fill.quantity }
            }
            #expect(given <= traded || given == quantity(joined), "seed \(seed), lot \(lot)")
            #expect(tookNow <= ask, "seed \(seed), lot \(lot)")
        }
    }

    /// Without a queue, what has been traded is what was given, less what is not yet a lot.
    @Test(arguments: seeds)
    func `nothing that reaches an order is lost`(seed: UInt64) {
        var random = Seeded(seed)
        let test = TestVenue()
        test.trade("100", "1", taker: .buy)
        test.order(.buy, "5", at: "99")
        var traded = Quantity.zero
        while test.venue.openOrderCount > 0 {
            let part = Quantity(attos: Int128(random.int(1...3_000_000)) * 1_000_000_000)
            traded += part
            test.trade("99", part.description, taker: .sell)
            let whole = traded.rounded(toMultipleOf: quantity("0.001").attos, .towardZero)
            let held = test.venue.account.positions[0].net.magnitude
            #expect(held == min(whole, quantity("5")), "seed \(seed)")
        }
    }
}
