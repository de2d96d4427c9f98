import Matching
import TestInstruments
import Testing
import TradingModel

@Suite struct `Taking liquidity` {
    @Test func `a market order walks the book, one fill a level`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "1"), ("101", "2"), ("102", "5")])
        test.order(.buy, "4")

        #expect(
            test.told() == [
                "1 accepted", "1 fill 1 @ 100 taker", "1 fill 2 @ 101 taker",
                "1 fill 1 @ 102 taker",
            ])
        #expect(test.net == "4")
    }

    @Test func `what the book cannot fill of a market order expires`() {
        let test = TestVenue()
        test.book(bids: [("99", "1"), ("98", "1")], asks: [("100", "1")])
        test.order(.sell, "3")

        #expect(
            test.told() == [
                "1 accepted", "1 fill 1 @ 99 taker", "1 fill 1 @ 98 taker",
                "1 expired: no more liquidity",
            ])
    }

    @Test func `a limit order takes up to its price and rests with the remainder`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "1"), ("101", "2"), ("102", "5")])
        test.order(.buy, "4", at: "101")

        #expect(
            test.told() == ["1 accepted", "1 fill 1 @ 100 taker", "1 fill 2 @ 101 taker"])
        #expect(test.venue.openOrderCount == 1)
        test.trade("101", "5", taker: .sell)
        #expect(test.told() == ["1 fill 1 @ 101 maker"])
    }

    @Test func `with quotes alone a market order takes the touch`() {
        let test = TestVenue()
        test.quote(bid: ("99", "1"), ask: ("100", "2"))
        test.order(.buy, "3")

        #expect(
            test.told() == [
                "1 accepted", "1 fill 2 @ 100 taker", "1 expired: no more liquidity",
            ])
    }

    @Test func `with trades alone a market order fills whole at the last price, slipped`() {
        let slippage = PaperSettings(
            balances: plenty, leverage: 10, slippage: .rate(rate("0.0001")))
        let test = TestVenue([perpetual], slippage)
        test.trade("100.50", "0.1", taker: .buy)
        test.order(.buy, "7")
        test.order(.sell, "7")

        #expect(
            test.told() == [
                "1 accepted", "1 fill 7 @ 100.52 taker", "2 accepted", "2 fill 7 @ 100.48 taker",
            ])
    }

    @Test func `slippage never goes beyond a limit`() {
        let test = TestVenue()
        test.trade("100", "1", taker: .buy)
        test.order(.buy, "1", at: "100")
        test.order(.buy, "1", at: "99.99")

        #expect(test.told() == ["1 accepted", "1 fill 1 @ 100 taker", "2 accepted"])
    }

    @Test func `before any data a market order is refused`() {
        let test = TestVenue()
        test.order(.buy, "1")
        #expect(test.told() == ["1 rejected: no market yet"])
    }

    @Test func `liquidity that was taken is not given twice`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "3"), ("101", "9")])
        test.order(.buy, "2")
        test.order(.buy, "2")
        #expect(
            test.told() == [
                "1 accepted", "1 fill 2 @ 100 taker", "2 accepted", "2 fill 1 @ 100 taker",
                "2 fill 1 @ 101 taker",
            ])
    }

    @Test func `endless liquidity fills any size at the touch, again and again`() {
        let test = TestVenue(
            [perpetual], PaperSettings(balances: plenty, leverage: 10, liquidity: .endless))
        test.book(bids: [("99", "1")], asks: [("100", "3"), ("101", "9")])
        test.order(.buy, "5")
        test.order(.buy, "5")
        test.order(.buy, "5", at: "99.5", .ioc)
        #expect(
            test.told() == [
                "1 accepted", "1 fill 5 @ 100 taker", "2 accepted", "2 fill 5 @ 100 taker",
                "3 accepted",
                "3 expired: immediate or cancel: no more liquidity within the limit",
            ])
    }

    @Test func `a level refreshed beyond what was taken gives only the excess`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "3"), ("101", "9")])
        test.order(.buy, "3")
        test.level(.sell, "100", "2")
        test.order(.buy, "1", at: "100", .ioc)
        test.level(.sell, "100", "4")
        test.order(.buy, "2", at: "100", .ioc)

        #expect(
            test.told() == [
                "1 accepted", "1 fill 3 @ 100 taker", "2 accepted",
                "2 expired: immediate or cancel: no more liquidity within the limit",
                "3 accepted", "3 fill 1 @ 100 taker",
                "3 expired: immediate or cancel: no more liquidity within the limit",
            ])
    }

    @Test func `a level that has been empty is new`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "3"), ("101", "9")])
        test.order(.buy, "3")
        test.level(.sell, "100", "0")
        test.level(.sell, "100", "2")
        _ = test.told()
        test.order(.buy, "2", at: "100", .ioc)

        #expect(test.told() == ["2 accepted", "2 fill 2 @ 100 taker"])
    }
}

@Suite struct `Time in force and flags` {
    @Test func `a post-only order that would take liquidity is refused`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "3")])
        test.order(.buy, "1", at: "100", postOnly: true)
        test.order(.buy, "1", at: "99.99", postOnly: true)

        #expect(
            test.told() == ["1 rejected: post-only: would take liquidity at 100", "2 accepted"])
    }

    @Test func `with trades alone a post-only order rests at the last price and never takes`() {
        let test = TestVenue()
        test.trade("100", "1", taker: .buy)
        test.order(.buy, "1", at: "100", postOnly: true)
        test.order(.buy, "1", at: "100.01", postOnly: true)
        test.trade("100", "1", taker: .sell)

        #expect(
            test.told() == [
                "1 accepted", "2 rejected: post-only: would take liquidity at 100",
                "1 fill 1 @ 100 maker",
            ])
    }

    @Test func `immediate or cancel takes what it can and ends`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "3"), ("102", "9")])
        test.order(.buy, "5", at: "101", .ioc)

        #expect(
            test.told() == [
                "1 accepted", "1 fill 3 @ 100 taker",
                "1 expired: immediate or cancel: no more liquidity within the limit",
            ])
        #expect(test.venue.openOrderCount == 0)
    }

    @Test func `fill or kill fills whole or not at all`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "3"), ("101", "1"), ("102", "9")])
        test.order(.buy, "5", at: "101", .fok)
        test.order(.buy, "4", at: "101", .fok)

        #expect(
            test.told() == [
                "1 accepted", "1 expired: fill or kill: 4 of 5 available", "2 accepted",
                "2 fill 3 @ 100 taker", "2 fill 1 @ 101 taker",
            ])
    }

    @Test func `reduce-only is cut down to the position`() {
        let test = TestVenue()
        test.book(bids: [("99", "9")], asks: [("100", "9")])
        test.order(.buy, "1", reduceOnly: true)
        test.order(.buy, "2")
        test.order(.sell, "5", reduceOnly: true)

        #expect(
            test.told() == [
                "1 rejected: reduce-only: there is no position to reduce", "2 accepted",
                "2 fill 2 @ 100 taker", "3 accepted", "3 fill 2 @ 99 taker",
                "3 expired: reduce-only: there is no position to reduce",
            ])
        #expect(test.net == "0")
    }

    @Test func `a resting reduce-only order ends when the position closes otherwise`() {
        let test = TestVenue()
        test.book(bids: [("99", "9")], asks: [("100", "9")])
        test.order(.buy, "2")
        test.order(.sell, "2", at: "110", reduceOnly: true)
        test.order(.sell, "2", stop: "90", reduceOnly: true)
        _ = test.told()
        test.order(.sell, "2")

        #expect(
            test.told() == [
                "4 accepted", "4 fill 2 @ 99 taker",
                "2 expired: reduce-only: there is no position to reduce",
                "3 expired: reduce-only: there is no position to reduce",
            ])
        #expect(test.venue.openOrderCount == 0)
    }

    @Test func `an order that would meet an own one is refused`() {
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("100", "3"), ("105", "5")])
        test.order(.sell, "1", at: "102")
        test.order(.buy, "1", at: "103")
        test.order(.buy, "4")
        test.order(.buy, "1", at: "102", .ioc)
        test.order(.buy, "3", at: "101")

        #expect(
            test.told() == [
                "1 accepted", "2 accepted", "2 fill 1 @ 100 taker",
                "3 rejected: self-trade: would meet the own order 1 at 102", "4 accepted",
                "4 fill 1 @ 100 taker", "5 accepted", "5 fill 1 @ 100 taker",
            ])
    }
}
