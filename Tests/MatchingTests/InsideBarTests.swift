import Matching
import TestInstruments
import Testing
import TradingModel

/// What happens while a bar is under way.
///
/// Each takes 60 ns: an extreme comes after 20, the other after 40.
@Suite struct `Inside a bar` {
    /// A venue after a first bar around 100.
    private func venue(_ latency: Latency = .none, onTouch: Bool = false) -> TestVenue {
        let settings = PaperSettings(
            balances: plenty, leverage: 10, latency: latency, barsFillOnTouch: onTouch)
        let test = TestVenue([perpetual], settings)
        test.bar("100", high: "101", low: "99", close: "100")
        return test
    }

    @Test func `fills are stamped with the moment at which the path comes by`() {
        let test = venue()
        test.order(.buy, "1")
        test.order(.buy, "1", at: "98")
        test.order(.sell, "1", at: "103")
        test.order(.buy, "1", stop: "103.5")
        let bar = test.beginBar("100", high: "104", low: "97", close: "100")
        test.end(bar)
        // Down by 3 in 20 ns, up by 7 in 20.
        #expect(
            test.stampedFills == [
                "60: 1 fill 1 @ 100 taker", "73: 2 fill 1 @ 98 maker", "97: 3 fill 1 @ 103 maker",
                "98: 4 fill 1 @ 103.5 taker",
            ])
    }

    @Test func `a report comes as time does, not at the end of the bar`() {
        let test = venue()
        test.order(.buy, "1")
        test.order(.buy, "1", at: "98")
        _ = test.told()
        let bar = test.beginBar("100", high: "104", low: "97", close: "100")
        test.wait(1)
        #expect(test.told() == ["1 fill 1 @ 100 taker"])
        test.wait(12)
        #expect(test.told() == [])
        test.wait(1)
        #expect(test.told() == ["2 fill 1 @ 98 maker"])
        test.end(bar)
        #expect(test.told() == [])
    }

    @Test func `a stop sent when the entry filled guards the rest of the bar`() {
        let test = venue()
        test.order(.buy, "1")
        let bar = test.beginBar("100", high: "104", low: "94", close: "103")
        test.wait(1)
        test.order(.sell, "1", stop: "95", reduceOnly: true)
        test.order(.sell, "1", at: "103", reduceOnly: true)
        test.end(bar)
        // Up to 104 first: the target fills, and takes the stop off.
        #expect(test.stampedFills.last == "75: 3 fill 1 @ 103 maker")
        #expect(test.net == "0")
        #expect(test.venue.openOrderCount == 0)
    }

    @Test func `an order fills on no part of the path that lies behind it`() {
        let test = venue()
        let bar = test.beginBar("100", high: "110", low: "95", close: "108")
        test.wait(30)  // at 102.5, on its way up
        test.order(.buy, "1", at: "96")
        test.order(.sell, "1", stop: "96")
        test.end(bar)
        #expect(test.stampedFills == [])
    }

    @Test func `an order that takes in mid-bar gets the price of the moment`() {
        let test = venue()
        let bar = test.beginBar("100", high: "110", low: "95", close: "108")
        test.wait(10)
        test.order(.buy, "1")
        test.wait(20)
        test.order(.buy, "1", at: "103")
        test.order(.buy, "1", at: "102", .ioc)
        test.order(.sell, "1", stop: "104")
        test.end(bar)
        #expect(
            test.stampedFills == [
                "70: 1 fill 1 @ 97.5 taker", "90: 2 fill 1 @ 102.5 taker",
                "90: 4 fill 1 @ 102.5 taker",
            ])
        #expect(
            test.told().contains("3 expired: immediate or cancel: the price is beyond the limit"))
    }

    @Test func `a post-only order is held against the path's place`() {
        let test = venue()
        let bar = test.beginBar("100", high: "110", low: "95", close: "108")
        test.wait(10)
        test.order(.buy, "1", at: "98", postOnly: true)
        test.order(.buy, "1", at: "96", postOnly: true)
        test.end(bar)
        #expect(
            test.told() == [
                "1 rejected: post-only: would take liquidity at 97.5", "2 accepted",
                "2 fill 1 @ 96 maker",
            ])
    }

    @Test(arguments: [(13, false), (14, true)])
    func `a cancel is in time as long as the path has not come by`(after: Int64, fills: Bool) {
        let test = venue()
        let order = test.order(.buy, "1", at: "98")
        let bar = test.beginBar("100", high: "104", low: "97", close: "100")
        test.wait(after)
        test.cancel(order)
        test.end(bar)
        #expect(test.stampedFills == (fills ? ["73: 1 fill 1 @ 98 maker"] : []))
    }

    @Test func `an amended order meets the rest of the path alone`() {
        let test = venue()
        let order = test.order(.buy, "1", at: "90")
        let bar = test.beginBar("100", high: "110", low: "95", close: "108")
        test.wait(30)
        test.amend(order, price: "96")  // was there ten nanoseconds ago
        test.end(bar)
        #expect(test.stampedFills == [])
        test.amend(order, price: "110")
        test.bar("107", high: "109", low: "106", close: "108")
        #expect(test.stampedFills == ["120: 1 fill 1 @ 107 taker"])
    }

    @Test func `an amendment beyond the market takes at the open, as a new order does`() {
        let test = venue()
        let order = test.order(.buy, "1", at: "90")
        test.bar("100", high: "101", low: "99", close: "100")
        test.amend(order, price: "105")
        test.bar("100", high: "102", low: "99.5", close: "101")
        #expect(test.stampedFills == ["120: 1 fill 1 @ 100 taker"])
    }

    @Test func `a limit order beyond a market that nobody knew yet takes at the first open`() {
        let test = TestVenue([perpetual], PaperSettings(balances: plenty, leverage: 10))
        test.order(.buy, "1", at: "110")
        test.bar("100", high: "101", low: "99", close: "100")
        #expect(test.stampedFills == ["0: 1 fill 1 @ 100 taker"])
    }

    @Test func `an order that rests where the market opens beyond fills at its price, at the open`()
    {
        let test = venue()
        test.order(.buy, "1", at: "97")
        test.bar("100", high: "101", low: "99", close: "100")
        test.bar("96", high: "96.5", low: "95", close: "96")
        #expect(test.stampedFills == ["120: 1 fill 1 @ 97 maker"])
    }

    @Test
    func `the way of an order does not cost it the open, but it fills no sooner than it is there`()
    {
        let test = venue(Latency(feed: 4, orderEntry: 5))
        let bar = test.beginBar("100", high: "104", low: "97", close: "100")
        test.wait(4)
        test.order(.buy, "1")
        test.order(.buy, "1", at: "99.5")
        test.order(.sell, "1", stop: "99.5")
        test.end(bar)
        #expect(
            test.stampedFills == [
                "69: 1 fill 1 @ 100 taker", "69: 2 fill 1 @ 99.5 maker",
                "69: 3 fill 1 @ 98.65 taker",
            ])
    }

    @Test func `who has heard of a fill inside the bar gets its open no more`() {
        let test = venue(Latency(feed: 100))
        test.order(.buy, "1", at: "98")
        let bar = test.beginBar("100", high: "104", low: "97", close: "100")
        test.wait(14)
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 98 maker"])
        test.order(.sell, "1", at: "97.5")
        test.end(bar)
        #expect(test.stampedFills.last == "74: 2 fill 1 @ 97.9 taker")
    }

    @Test func `a bar without volume fills nothing and wakes nothing`() {
        let test = venue()
        test.order(.buy, "1")
        test.order(.buy, "1", at: "98")
        test.order(.sell, "1", stop: "98")
        _ = test.told()
        test.end(test.beginBar("100", high: "104", low: "90", close: "100", volume: "0"))
        #expect(test.told() == [])
        test.end(test.beginBar("101", high: "104", low: "99", close: "100"))
        #expect(test.told() == ["1 fill 1 @ 101 taker"])
    }

    @Test func `where no bar says a volume bars fill as usual`() {
        let test = TestVenue([perpetual], PaperSettings(balances: plenty, leverage: 10))
        for _ in 0..<2 {
            test.end(test.beginBar("100", high: "104", low: "90", close: "100", volume: "0"))
            test.order(.buy, "1")
        }
        #expect(test.stampedFills == ["60: 1 fill 1 @ 100 taker"])
    }

    @Test func `a bar of no length is met all at once`() {
        let test = venue()
        test.order(.buy, "1")
        test.order(.sell, "1", stop: "95", reduceOnly: true)
        test.wait(10)
        test.end(test.beginBar("100", high: "101", low: "94", close: "96", span: 0))
        #expect(
            test.stampedFills == ["70: 1 fill 1 @ 100 taker", "70: 2 fill 1 @ 95 taker"])
    }

    @Test func `orders at one price fill at one moment, the oldest first`() {
        let test = venue()
        test.order(.buy, "1", at: "98")
        test.order(.buy, "2", at: "98")
        let bar = test.beginBar("100", high: "104", low: "97", close: "100")
        test.wait(14)
        test.cancel(2)  // its moment was 13
        test.end(bar)
        #expect(test.stampedFills == ["73: 1 fill 1 @ 98 maker", "73: 2 fill 2 @ 98 maker"])
    }

    @Test func `a stop that cannot be paid when it wakes expires at that moment`() {
        let poor = PaperSettings(balances: [Currency("USDT"): money("150")], leverage: 1)
        let test = TestVenue([perpetual], poor)
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1")
        test.order(.buy, "1", stop: "102")
        test.end(test.beginBar("100", high: "104", low: "99", close: "100"))
        #expect(test.stampedFills == ["60: 1 fill 1 @ 100 taker"])
        #expect(test.told().last?.hasPrefix("2 expired: insufficient balance") == true)
    }

    @Test func `what touches fills at the corner where settings let it`() {
        let test = venue(onTouch: true)
        test.order(.buy, "1", at: "97")
        test.order(.sell, "1", at: "104")
        test.end(test.beginBar("100", high: "104", low: "97", close: "100"))
        #expect(test.stampedFills == ["80: 1 fill 1 @ 97 maker", "100: 2 fill 1 @ 104 maker"])
    }

    @Test func `trades that come while a bar is under way end its part in fills`() {
        let test = venue()
        test.order(.buy, "1", at: "98")
        let bar = test.beginBar("100", high: "104", low: "97", close: "100")
        test.wait(5)
        test.trade("100", "1", taker: .buy)
        test.end(bar)
        #expect(test.stampedFills == [])
    }
}
