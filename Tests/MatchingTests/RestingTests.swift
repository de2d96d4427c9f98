import Matching
import TestInstruments
import Testing
import TradingModel

@Suite struct `Resting orders` {
    /// A bid of 2 behind a queue of 10 at 99.
    private func queued() -> TestVenue {
        let test = TestVenue()
        test.book(bids: [("99", "10"), ("98", "5")], asks: [("101", "10")])
        test.order(.buy, "2", at: "99")
        _ = test.told()
        return test
    }

    @Test func `trades at the price eat the queue before they fill us`() {
        let test = queued()
        test.trade("99", "7", taker: .sell)
        #expect(test.told() == [])
        test.trade("99", "4", taker: .sell)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
        test.trade("99", "4", taker: .sell)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
    }

    @Test func `of several orders that a message meets the best price fills first`() {
        let test = TestVenue()
        test.book(bids: [("90", "10")], asks: [("110", "10")])
        test.order(.sell, "1", at: "101")
        test.order(.buy, "1", at: "91")  // rests between them, and is not met
        test.order(.sell, "1", at: "100")
        _ = test.told()
        test.level(.buy, "105", "5")
        #expect(test.told() == ["3 fill 1 @ 100 maker", "1 fill 1 @ 101 maker"])
    }

    @Test func `trades of the other taker's side do not reach us`() {
        let test = queued()
        test.trade("99", "50", taker: .buy)
        #expect(test.told() == [])
        test.trade("99", "11", taker: nil)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
    }

    @Test func `a trade and the depth update that shows it count once`() {
        let test = queued()
        test.trade("99", "7", taker: .sell)
        test.level(.buy, "99", "3")
        test.trade("99", "3", taker: .sell)
        test.level(.buy, "99", "0")
        #expect(test.told() == [])
        test.trade("99", "1", taker: .sell)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
    }

    @Test func `a depth update that comes before its trade counts once too`() {
        let test = queued()
        test.level(.buy, "99", "3")
        test.trade("99", "7", taker: .sell, stamped: test.now)
        #expect(test.told() == [])
        test.trade("99", "3", taker: .sell)
        #expect(test.told() == [])
        test.trade("99", "1", taker: .sell)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
    }

    @Test func `cancels shorten the queue in proportion`() {
        let test = queued()
        test.level(.buy, "99", "30")  // 20 more, all behind us
        test.level(.buy, "99", "15")  // half is cancelled: 5 of the 10 in front
        test.trade("99", "5", taker: .sell)
        #expect(test.told() == [])
        test.trade("99", "1", taker: .sell)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
    }

    @Test func `a trade through our price fills us whole`() {
        let test = queued()
        test.trade("98.99", "0.001", taker: .sell)
        #expect(test.told() == ["1 fill 2 @ 99 maker"])
    }

    @Test func `a recorded trade with what we took already does not fill the rest`() {
        let test = queued()
        test.order(.buy, "15", at: "101")
        _ = test.told()
        test.trade("100.9", "1", taker: .buy)
        #expect(test.told() == [])
        test.trade("100.9", "1", taker: .sell)
        #expect(test.told() == ["2 fill 5 @ 101 maker"])
    }

    @Test func `a price that improves the book has no queue`() {
        let test = queued()
        test.order(.buy, "2", at: "99.5")
        test.trade("99.5", "1", taker: .sell)
        #expect(test.told() == ["2 accepted", "2 fill 1 @ 99.5 maker"])
    }

    @Test func `an opposite price that meets ours fills by what it shows, once`() {
        let test = queued()
        test.level(.sell, "99", "0.5")
        test.level(.buy, "97", "1")
        #expect(test.told() == ["1 fill 0.5 @ 99 maker"])
        test.level(.sell, "98.5", "9")
        #expect(test.told() == ["1 fill 1.5 @ 99 maker"])
    }

    @Test func `two own orders at a price share a trade, the older first`() {
        let test = queued()
        test.level(.buy, "99", "13")
        test.order(.buy, "2", at: "99")
        _ = test.told()
        test.trade("99", "16", taker: .sell)
        #expect(test.told() == ["1 fill 2 @ 99 maker", "2 fill 1 @ 99 maker"])
    }

    @Test func `a new snapshot is read as the change since the last`() {
        let test = queued()
        test.book(bids: [("99", "4"), ("98", "5")], asks: [("101", "10")])
        test.trade("99", "4", taker: .sell)
        #expect(test.told() == [])
        test.trade("99", "1", taker: .sell)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
    }

    @Test func `behind the visible depth the queue is what the level shows when it comes in sight`()
    {
        let test = queued()
        test.order(.buy, "1", at: "95")
        test.level(.buy, "95", "6")
        test.level(.buy, "99", "0")
        test.level(.buy, "98", "0")
        _ = test.told()
        test.cancel(1)
        test.trade("95", "6", taker: .sell)
        #expect(test.told() == ["1 cancelled"])
        test.trade("95", "1", taker: .sell)
        #expect(test.told() == ["2 fill 1 @ 95 maker"])
    }

    @Test func `with quotes alone the touch is the queue`() {
        let test = TestVenue()
        test.quote(bid: ("99", "4"), ask: ("101", "1"))
        test.order(.buy, "2", at: "99")
        test.order(.buy, "2", at: "98")
        test.trade("99", "5", taker: .sell)
        #expect(test.told() == ["1 accepted", "2 accepted", "1 fill 1 @ 99 maker"])
        test.quote(bid: ("98", "3"), ask: ("99", "0.5"))
        test.trade("98", "4", taker: .sell)
        #expect(
            test.told() == [
                "1 fill 0.5 @ 99 maker", "1 fill 0.5 @ 99 maker", "2 fill 1 @ 98 maker",
            ])
    }

    @Test func `stamps and arrival may differ without counting twice`() {
        let test = queued()
        test.wait(1_000)  // what follows reaches us late, but was stamped in this order
        test.level(.buy, "99", "8", stamped: 5)  // 2 cancelled, all in front
        test.trade("99", "4", taker: .sell, stamped: 6)
        test.level(.buy, "99", "4", stamped: 7)
        test.trade("99", "4", taker: .sell, stamped: 8)
        #expect(test.told() == [])
        test.trade("99", "1", taker: .sell, stamped: 9)
        #expect(test.told() == ["1 fill 1 @ 99 maker"])
    }

    @Test func `a lower quantity keeps the place in the queue`() {
        let test = queued()
        test.level(.buy, "99", "20")
        test.amend(1, quantity: "1")
        test.trade("99", "11", taker: .sell)
        #expect(test.told() == ["1 amended to 1 @ 99", "1 fill 1 @ 99 maker"])
    }

    @Test func `more quantity or a new price loses the place`() {
        let test = queued()
        test.level(.buy, "99", "20")
        test.amend(1, quantity: "3")
        test.trade("99", "20", taker: .sell)
        #expect(test.told() == ["1 amended to 3 @ 99"])
        test.amend(1, price: "101")
        #expect(test.told() == ["1 amended to 3 @ 101", "1 fill 3 @ 101 taker"])
    }

    @Test func `a refused amendment leaves the order as it was`() {
        let test = queued()
        test.order(.sell, "1", at: "103")
        _ = test.told()
        test.amend(2, price: "99")
        test.amend(1, quantity: "2.5")
        test.trade("99", "3", taker: .sell)
        test.amend(7, price: "99")

        #expect(
            test.told() == [
                "2 amend rejected: self-trade: would meet the own order 1 at 99",
                "1 amended to 2.5 @ 99",
                "7 amend rejected: no open order has this id: it is filled, cancelled or never "
                    + "reached the venue",
            ])
    }

    @Test func `a cancelled order is gone, and cancelling it again is refused`() {
        let test = queued()
        test.cancel(1)
        test.cancel(1)
        test.trade("98", "100", taker: .sell)
        #expect(
            test.told() == [
                "1 cancelled",
                "1 cancel rejected: no open order has this id: it is filled, cancelled or never "
                    + "reached the venue",
            ])
    }
}

@Suite struct `Stop orders` {
    @Test func `a stop sleeps until the last price reaches it`() {
        let test = TestVenue()
        test.book(bids: [("99", "5")], asks: [("101", "5")])
        test.order(.buy, "1", stop: "105")
        test.order(.sell, "1", stop: "95")
        test.trade("104.99", "1", taker: .buy)
        #expect(test.told() == ["1 accepted", "2 accepted"])
        test.trade("105", "1", taker: .buy)
        #expect(test.told() == ["1 triggered", "1 fill 1 @ 101 taker"])
        test.trade("94", "1", taker: .sell)
        #expect(test.told() == ["2 triggered", "2 fill 1 @ 99 taker"])
    }

    @Test func `a stop limit rests at its limit after it woke`() {
        let test = TestVenue()
        test.book(bids: [("99", "5")], asks: [("107", "5")])
        test.order(.buy, "1", at: "106", stop: "105")
        test.trade("105", "1", taker: .buy)
        test.trade("106", "1", taker: .sell)
        #expect(test.told() == ["1 accepted", "1 triggered", "1 fill 1 @ 106 maker"])
    }

    @Test func `without trades the middle of the book wakes stops`() {
        let test = TestVenue()
        test.book(bids: [("99", "5")], asks: [("101", "5")])
        test.order(.sell, "1", stop: "98")
        test.book(bids: [("97", "5")], asks: [("99", "5")])
        #expect(test.told() == ["1 accepted", "1 triggered", "1 fill 1 @ 97 taker"])
    }

    @Test func `a stop whose price has been reached wakes at once`() {
        let test = TestVenue()
        test.trade("100", "1", taker: .buy)
        test.order(.sell, "1", stop: "100")
        #expect(test.told() == ["1 accepted", "1 triggered", "1 fill 1 @ 99.99 taker"])
    }

    @Test func `a stop that cannot be paid for when it wakes expires`() {
        let test = TestVenue([spot], PaperSettings(slippage: .ticks(0)))
        test.trade("100", "1", taker: .buy)
        test.order(.buy, "1000", stop: "110")
        test.trade("110", "1", taker: .buy)
        #expect(
            test.told() == [
                "1 accepted", "1 triggered",
                "1 expired: insufficient balance: needs 110000 USDT, 10000 available",
            ])
    }
}

@Suite struct `Orders on their way` {
    @Test func `an order meets the book of its arrival, and its reports come later`() {
        let slow = PaperSettings(
            balances: plenty, leverage: 10, latency: Latency(orderEntry: 10, response: 5))
        let test = TestVenue([perpetual], slow)
        test.book(bids: [("99", "5")], asks: [("100", "5")])
        test.order(.buy, "1")
        #expect(test.venue.nextDue == Timestamp(nanoseconds: 11))
        test.book(bids: [("102", "5")], asks: [("103", "5")])
        test.wait(9)
        #expect(test.told() == [])
        #expect(test.venue.nextDue == Timestamp(nanoseconds: 16))
        test.wait(5)
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 103 taker"])
        #expect(test.allReports.map(\.venueTime.nanoseconds) == [11, 11])
        #expect(test.allReports.map(\.receiveTime.nanoseconds) == [16, 16])
        #expect(test.venue.nextDue == .distantFuture)
    }

    @Test func `a cancel can come too late`() {
        let slow = PaperSettings(
            balances: plenty, leverage: 10, latency: Latency(orderEntry: 10, response: 5))
        let test = TestVenue([perpetual], slow)
        test.book(bids: [("99", "5")], asks: [("100", "5")])
        test.order(.buy, "1", at: "99.5")
        test.wait(20)
        test.cancel(1)
        test.trade("99", "1", taker: .sell)
        test.wait(50)
        #expect(
            test.told() == [
                "1 accepted", "1 fill 1 @ 99.5 maker",
                "1 cancel rejected: no open order has this id: it is filled, cancelled or never "
                    + "reached the venue",
            ])
    }

    @Test func `an order never meets a message that is half told`() {
        let test = TestVenue()
        test.book(bids: [("99", "5")], asks: [("100", "5")])
        test.process(.book(test.change(.clear, .buy, .zero, .zero, 0)))
        test.order(.buy, "1")
        #expect(test.told() == [])
        var last = test.change(.level, .sell, price("101"), quantity("1"), 0)
        last.endsMessage = true
        test.process(.book(last))
        #expect(test.told() == ["1 accepted", "1 fill 1 @ 101 taker"])
    }
}
