import Matching
import TestInstruments
import Testing
import TradingModel

@Suite struct `Bars alone` {
    @Test func `an order sent on a bar's close fills at the next open, slipped`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100.5")
        test.order(.buy, "3")
        #expect(test.told() == ["1 accepted"])
        test.bar("102", high: "103", low: "98", close: "99")
        #expect(test.told() == ["1 fill 3 @ 102.01 taker"])
        #expect(test.stampedFills == ["60: 1 fill 3 @ 102.01 taker"])
    }

    @Test func `an order sent between two bars waits for the next one`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.wait(30)
        test.order(.buy, "1")
        test.wait(30)
        #expect(test.told() == ["1 accepted"])
        test.bar("104", high: "104", low: "104", close: "104")
        #expect(test.told() == ["1 fill 1 @ 104.01 taker"])
    }

    @Test func `the delay of the feed does not cost an order its open`() {
        let late = PaperSettings(
            balances: plenty, leverage: 10, slippage: .ticks(0),
            latency: Latency(feed: 5, orderEntry: 3))
        let test = TestVenue([perpetual], late)
        test.bar("100", high: "101", low: "99", close: "100")
        let open = test.now
        test.wait(5)
        test.order(.buy, "1")
        test.wait(5)
        test.endBar(openedAt: open, "103", high: "104", low: "99", close: "100")
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 103 taker"])
    }

    @Test func `a limit must be traded through, and fills at its price`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1", at: "97")
        test.order(.sell, "2", at: "103")
        _ = test.told()
        test.bar("100", high: "103", low: "97", close: "100")
        #expect(test.told() == [])
        test.bar("100", high: "103.01", low: "96.99", close: "100")
        #expect(test.told() == ["1 fill 1 @ 97 maker", "2 fill 2 @ 103 maker"])
    }

    @Test func `settings may let a touch fill`() {
        let touching = PaperSettings(balances: plenty, leverage: 10, barsFillOnTouch: true)
        let test = TestVenue([perpetual], touching)
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1", at: "97")
        test.bar("100", high: "103", low: "97", close: "100")
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 97 maker"])
    }

    @Test func `a new limit that the open meets takes it, an old one keeps its price`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1", at: "99")
        test.bar("100", high: "101", low: "99.5", close: "100")
        test.order(.buy, "1", at: "101")
        _ = test.told()
        test.bar("98", high: "98.5", low: "97.9", close: "98")
        #expect(test.told() == ["2 fill 1 @ 98.01 taker", "1 fill 1 @ 99 maker"])
    }

    @Test(arguments: [
        // The high is nearer to the open: it comes first, and the target fills.
        ("100", "104", "93", "95", ["2 fill 1 @ 103 maker"]),
        // The low is nearer: the stop comes first.
        ("98", "104", "93", "95", ["3 triggered", "3 fill 1 @ 94.99 taker"]),
    ])
    func `the path inside a bar decides between stop and target`(
        open: String, high: String, low: String, close: String, first: [String]
    ) {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1")
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.sell, "1", at: "103", reduceOnly: true)
        test.order(.sell, "1", stop: "95", reduceOnly: true)
        _ = test.told()
        test.bar(open, high: high, low: low, close: close)
        #expect(Array(test.told().prefix(first.count)) == first)
        #expect(test.net == "0")
        #expect(test.venue.openOrderCount == 0)
    }

    @Test func `a stop over which the market opens fills at the open`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1", stop: "105")
        test.bar("107", high: "108", low: "106", close: "107")
        #expect(test.told() == ["1 accepted", "1 triggered", "1 fill 1 @ 107.01 taker"])
    }

    @Test func `a stop limit may wake and fill in one bar`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1", at: "104", stop: "105")
        test.bar("100", high: "106", low: "99.5", close: "103")
        #expect(test.told() == ["1 accepted", "1 triggered", "1 fill 1 @ 104 maker"])
    }

    @Test func `once trades have come bars fill nothing`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1")
        test.order(.buy, "1", at: "90")
        test.trade("100", "1", taker: .buy)
        test.bar("100", high: "101", low: "80", close: "100")
        #expect(
            test.told() == ["1 accepted", "2 accepted", "1 fill 1 @ 100.01 taker"])
    }

    @Test func `immediate or cancel lives until the next open`() {
        let test = TestVenue()
        test.bar("100", high: "101", low: "99", close: "100")
        test.order(.buy, "1", at: "101", .ioc)
        test.order(.buy, "1", at: "99", .fok)
        test.bar("100", high: "101", low: "90", close: "100")
        #expect(
            test.told() == [
                "1 accepted", "2 accepted", "1 fill 1 @ 100.01 taker",
                "2 expired: immediate or cancel: the open is beyond the limit",
            ])
    }
}
