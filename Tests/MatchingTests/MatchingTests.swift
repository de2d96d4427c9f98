import Matching
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `Liquidity that was taken` {
    @Test(arguments: [false, true])
    func `is forgotten when quotes leave its level, whether or not an order rests`(rests: Bool) {
        let test = TestVenue()
        test.quote(bid: ("99", "1"), ask: ("100", "1"))
        test.order(.buy, "1")
        if rests { test.order(.buy, "1", at: "10") }
        test.quote(bid: ("100", "1"), ask: ("101", "1"))
        test.quote(bid: ("99", "1"), ask: ("100", "1"))
        _ = test.told()
        let number = test.order(.buy, "1")
        #expect(test.told() == ["\(number) accepted", "\(number) fill 1 @ 100 taker"])
    }

    @Test func `is only what an order was given: the rest is for the others`() {
        let test = TestVenue()
        test.quote(bid: ("99", "9"), ask: ("100", "9"))
        test.order(.buy, "1")
        test.order(.sell, "5", at: "101", reduceOnly: true)
        test.order(.sell, "4", at: "101")
        _ = test.told()
        test.quote(bid: ("101", "5"), ask: ("102", "5"))
        #expect(
            test.told() == [
                "2 fill 1 @ 101 maker", "2 expired: reduce-only: there is no position to reduce",
                "3 fill 4 @ 101 maker",
            ])
    }

    @Test func `is nothing when the order could not be paid for`() {
        let settings = PaperSettings(balances: [Currency("USDT"): money("1100")])
        let test = TestVenue([perpetual], settings)
        test.book(bids: [("100", "50")], asks: [("101", "50")])
        test.order(.buy, "10")
        test.order(.sell, "10", at: "110")
        test.order(.sell, "10")
        _ = test.told()
        test.book(bids: [("120", "20")], asks: [("121", "50")])
        #expect(test.told().first?.hasPrefix("2 expired: insufficient balance") == true)
        test.order(.sell, "9", at: "115", .ioc)
        #expect(test.told() == ["4 accepted", "4 fill 9 @ 120 taker"])
    }

    @Test func `a trade at the price passes over what an order cannot use`() {
        let test = TestVenue()
        test.trade("100", "9", taker: .buy)
        test.order(.buy, "1")
        test.order(.sell, "5", at: "101", reduceOnly: true)
        test.order(.sell, "4", at: "101")
        _ = test.told()
        test.trade("101", "5", taker: .buy)
        #expect(
            test.told() == [
                "2 fill 1 @ 101 maker", "2 expired: reduce-only: there is no position to reduce",
                "3 fill 4 @ 101 maker",
            ])
    }

    @Test func `a market order takes what is shown, whatever of ours rests far behind it`() {
        let test = TestVenue()
        test.quote(bid: ("99", "1"), ask: ("100", "1"))
        test.order(.buy, "1", at: "10")
        test.order(.sell, "3")
        #expect(
            test.told() == [
                "1 accepted", "2 accepted", "2 fill 1 @ 99 taker", "2 expired: no more liquidity",
            ])
    }
}

@Suite struct `Before the market` {
    @Test(arguments: ["trade", "quote", "book"])
    func `a limit order beyond the first price takes at that price`(data: String) {
        let test = TestVenue([perpetual], PaperSettings(balances: plenty))
        test.order(.buy, "1", at: "110")
        #expect(test.told() == ["1 accepted"])
        switch data {
        case "trade": test.trade("100", "1", taker: .buy)
        case "quote": test.quote(bid: ("99", "5"), ask: ("100", "5"))
        default: test.book(bids: [("99", "5")], asks: [("100", "5")])
        }
        #expect(test.told() == ["1 fill 1 @ 100 taker"])
    }

    @Test func `a limit order short of the first price rests`() {
        let test = TestVenue()
        test.order(.buy, "1", at: "90")
        test.trade("100", "1", taker: .buy)
        test.trade("89", "1", taker: .sell)
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 90 maker"])
    }

    @Test func `an amendment before the first price meets it too`() {
        let test = TestVenue([perpetual], PaperSettings(balances: plenty))
        test.order(.buy, "1", at: "90")
        test.amend(1, price: "110")
        test.trade("100", "1", taker: .buy)
        #expect(test.told() == ["1 accepted", "1 amended to 1 @ 110", "1 fill 1 @ 100 taker"])
    }

    @Test func `a post-only order that the first price meets ends`() {
        let test = TestVenue()
        test.order(.buy, "1", at: "110", postOnly: true)
        test.trade("100", "1", taker: .buy)
        #expect(
            test.told() == ["1 accepted", "1 expired: post-only: would take liquidity at 100"])
    }

    @Test func `what cannot wait is refused`() {
        let test = TestVenue()
        test.order(.buy, "1", at: "110", .ioc)
        test.order(.buy, "1", at: "110", .fok)
        #expect(test.told() == ["1 rejected: no market yet", "2 rejected: no market yet"])
    }

    @Test func `a limit order that waited for a bar meets the trade that comes instead`() {
        let test = TestVenue([perpetual], PaperSettings(balances: plenty))
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1", at: "110")
        test.trade("100", "1", taker: .buy)
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 100 taker"])
    }
}

@Suite struct `Records from the past` {
    private func late(_ test: TestVenue, _ at: String, by delay: Int64, taker: Side? = nil) {
        let time = Timestamp(nanoseconds: test.now - delay)
        test.process(
            .trade(
                Trade(
                    instrument: InstrumentID(0), price: price(at), quantity: quantity("5"),
                    taker: taker, venueTime: time, receiveTime: time)))
    }

    @Test func `a trade from before an order came does not fill it`() {
        let test = TestVenue()
        test.trade("200", "1", taker: .buy)
        test.wait(10)
        test.order(.buy, "1", at: "150")
        late(test, "100", by: 5)
        late(test, "150", by: 5)
        #expect(test.told() == ["1 accepted"])
        late(test, "100", by: 0)
        #expect(test.told() == ["1 fill 1 @ 150 maker"])
    }

    @Test func `a trade from before a stop came does not wake it, nor becomes the last price`() {
        let test = TestVenue([perpetual], PaperSettings(balances: plenty))
        test.trade("200", "1", taker: .buy)
        test.wait(10)
        test.trade("200", "1", taker: .buy)
        test.order(.sell, "1", stop: "150")
        late(test, "100", by: 5)
        test.order(.sell, "1", stop: "160")
        test.order(.buy, "1")
        #expect(
            test.told() == [
                "1 accepted", "2 accepted", "3 accepted", "3 fill 1 @ 200 taker",
            ])
    }

    @Test func `a trade told late still fills what had come before it`() {
        let test = TestVenue()
        test.trade("200", "1", taker: .buy)
        test.order(.buy, "1", at: "150")
        test.wait(10)
        late(test, "100", by: 5)
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 150 maker"])
    }

    @Test func `a new price makes an order one that came later`() {
        let test = TestVenue()
        test.trade("200", "1", taker: .buy)
        test.order(.buy, "1", at: "140")
        test.wait(10)
        test.amend(1, price: "150")
        late(test, "100", by: 5)
        #expect(test.told() == ["1 accepted", "1 amended to 1 @ 150"])
    }

    @Test func `a quote from before the last does not count`() {
        let test = TestVenue()
        test.wait(20)
        test.quote(bid: ("99", "5"), ask: ("101", "5"))
        let old = Timestamp(nanoseconds: test.now - 5)
        let level = BookLevel(price: price("90"), quantity: quantity("5"))
        test.process(
            .quote(
                Quote(
                    instrument: InstrumentID(0), bid: nil, ask: level, venueTime: old,
                    receiveTime: old)))
        test.order(.buy, "1", at: "95")
        test.order(.buy, "1")
        #expect(test.told() == ["1 accepted", "2 accepted", "2 fill 1 @ 101 taker"])
    }

    @Test func `depth from before an order came leaves it and its queue alone`() {
        let test = TestVenue()
        test.wait(20)
        test.book(bids: [("99", "10"), ("98", "5")], asks: [("101", "10")])
        test.order(.buy, "1", at: "99")
        test.order(.sell, "1", stop: "97")
        let old = Timestamp(nanoseconds: test.now - 5)
        for (side, at, size) in [(Side.buy, "99", "0"), (.sell, "94", "5"), (.buy, "93", "1")] {
            var change = test.change(.level, side, price(at), quantity(size), 0)
            change.endsMessage = true
            change.receiveTime = old
            test.process(.book(change))
        }
        #expect(test.told() == ["1 accepted", "2 accepted"])
    }
}

@Suite struct `Sums that do not fit` {
    private let huge = "100000000000000000000"

    @Test func `an order is refused with the numbers`() {
        let test = TestVenue([perpetual], PaperSettings(balances: plenty))
        test.book(bids: [("99", huge)], asks: [("100", huge)])
        test.order(.buy, huge)
        test.order(.buy, huge, at: "50")
        #expect(
            test.told() == [
                "1 rejected: too large: \(huge) at 100 makes a sum that does not fit",
                "2 rejected: too large: \(huge) at 50 makes a sum that does not fit",
            ])
    }

    @Test(arguments: ["test:BTC/USDT", "test:BTC/USDT:USDT", "test:BTC/USD:BTC"])
    func `whatever is ordered and traded, nothing traps`(symbol: String) {
        let rich = [
            Currency("USDT"): money("170000000000000000000"),
            Currency("BTC"): money("170000000000000000000"),
        ]
        for at in ["0.01", "1", "1.5", "100", huge] {
            let made = instrument(symbol, makerFee: "0.5", takerFee: "0.5")
            let test = TestVenue([made], PaperSettings(balances: rich, slippage: .ticks(100)))
            test.trade(at, huge, taker: .buy)
            for _ in 0..<3 {
                for side in [Side.buy, .sell] {
                    test.order(side, huge)
                    test.order(side, huge, at: at)
                    test.order(side, huge, at: "1")
                    test.order(side, huge, stop: at)
                    test.trade(at, huge, taker: side)
                    test.trade(at, huge, taker: side.opposite)
                    test.funding("0.9", mark: at)
                }
            }
            test.book(bids: [(at, huge)], asks: [("\(huge)", huge)])
            test.order(.sell, huge)
        }
    }
}
