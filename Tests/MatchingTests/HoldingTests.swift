import Matching
import TestInstruments
import Testing
import TradingModel

@Suite struct `Orders over one holding` {
    /// Trades at 100, and 1 BTC bought for them.
    private func holding() -> TestVenue {
        let test = TestVenue([spot], PaperSettings())
        test.trade("100", "5", taker: .buy)
        test.order(.buy, "1")
        _ = test.told()
        return test
    }

    @Test func `a stop sells the holding, and the target over it ends`() {
        let test = holding()
        test.order(.sell, "1", stop: "95", reduceOnly: true)
        test.order(.sell, "1", at: "110", reduceOnly: true)
        #expect(test.balance("BTC") == "1, 1 available")
        test.trade("94", "1", taker: .sell)
        test.trade("120", "1", taker: .buy)

        #expect(
            test.told() == [
                "2 accepted", "3 accepted", "2 triggered", "2 fill 1 @ 94 taker",
                "3 expired: reduce-only: there is no position to reduce",
            ])
        #expect(test.balance("BTC") == "0, 0 available")
    }

    @Test func `a target sells the holding, and the stop over it ends`() {
        let test = holding()
        test.order(.sell, "1", stop: "95", reduceOnly: true)
        test.order(.sell, "1", at: "110", reduceOnly: true)
        test.trade("111", "1", taker: .buy)

        #expect(
            test.told() == [
                "2 accepted", "3 accepted", "3 fill 1 @ 110 maker",
                "2 expired: reduce-only: there is no position to reduce",
            ])
    }

    @Test func `a reduce-only stop sells what a plain target has set aside`() {
        let test = holding()
        test.order(.sell, "1", at: "110")
        test.order(.sell, "1", stop: "95", reduceOnly: true)
        #expect(test.balance("BTC") == "1, 0 available")
        test.trade("94", "1", taker: .sell)

        #expect(
            test.told() == [
                "2 accepted", "3 accepted", "3 triggered", "3 fill 1 @ 94 taker",
                "2 expired: insufficient balance: needs 1 BTC, 0 available",
            ])
    }

    @Test func `what is left of the holding is all that a plain target still sells`() {
        let test = holding()
        test.order(.sell, "1", at: "110")
        test.order(.sell, "0.4", reduceOnly: true)
        #expect(test.balance("BTC") == "0.6, 0 available")
        test.trade("111", "1", taker: .buy)

        #expect(
            test.told() == [
                "2 accepted", "3 accepted", "3 fill 0.4 @ 100 taker", "2 fill 0.6 @ 110 maker",
                "2 expired: insufficient balance: needs 0.4 BTC, 0 available",
            ])
        #expect(test.balance("BTC") == "0, 0 available")
    }

    @Test(arguments: [true, false])
    func `of a plain stop and a plain target the second is refused`(stopFirst: Bool) {
        let test = holding()
        if stopFirst { test.order(.sell, "1", stop: "95") }
        test.order(.sell, "1", at: "110")
        if !stopFirst { test.order(.sell, "1", stop: "95") }

        #expect(
            test.told() == [
                "2 accepted", "3 rejected: insufficient balance: needs 1 BTC, 0 available",
            ])
    }

    @Test func `a stop that comes before what it is to sell sets it aside once it is there`() {
        let test = TestVenue([spot], PaperSettings())
        test.trade("100", "5", taker: .buy)
        test.order(.buy, "1", at: "99")
        test.order(.sell, "1", stop: "95")
        test.trade("98", "1", taker: .sell)
        #expect(test.balance("BTC") == "1, 0 available")
        test.order(.sell, "1", at: "110")
        test.trade("95", "1", taker: .sell)

        #expect(
            test.told() == [
                "1 accepted", "2 accepted", "1 fill 1 @ 99 maker",
                "3 rejected: insufficient balance: needs 1 BTC, 0 available", "2 triggered",
                "2 fill 1 @ 95 taker",
            ])
    }

    @Test func `a sleeping sell cannot be made larger than what is free`() {
        let test = holding()
        test.order(.sell, "0.5", stop: "95")
        test.order(.sell, "0.5", at: "110")
        _ = test.told()
        test.amend(2, quantity: "0.7")
        test.cancel(3)
        test.amend(2, quantity: "0.7")

        #expect(
            test.told() == [
                "2 amend rejected: insufficient balance: needs 0.7 BTC, 0.5 available",
                "3 cancelled", "2 amended to 0.7 @ market",
            ])
        #expect(test.balance("BTC") == "1, 0.3 available")
    }

    @Test func `what was spent elsewhere is not sold`() {
        let other = instrument("test:ETH/BTC", id: 1)
        let balances = [Currency("USDT"): money("1000"), Currency("BTC"): Money.zero]
        let test = TestVenue([spot, other], PaperSettings(balances: balances))
        test.trade("100", "5", taker: .buy)
        test.order(.buy, "1")
        test.order(.sell, "1", at: "110", reduceOnly: true)
        test.order(.buy, "5", at: "0.2", instrument: 1)
        #expect(test.balance("BTC") == "1, 0 available")
        _ = test.told()
        test.trade("111", "1", taker: .buy)
        #expect(
            test.told() == ["2 expired: insufficient balance: needs 1 BTC, 0 available"])
    }
}

@Suite struct `What orders bind` {
    @Test func `an order that can only reduce binds nothing until it can grow again`() {
        let settings = PaperSettings(balances: [Currency("USDT"): money("2000")])
        let test = TestVenue([perpetual], settings)
        test.book(bids: [("100", "50")], asks: [("101", "50")])
        test.order(.buy, "10", at: "99")
        #expect(test.balance("USDT") == "2000, 1010 available")
        test.order(.sell, "10")
        #expect(test.balance("USDT") == "2000, 1000 available")
        test.order(.buy, "10")
        #expect(test.balance("USDT") == "1990, 1000 available")
        test.cancel(1)
        #expect(test.balance("USDT") == "1990, 1990 available")
    }

    @Test func `an order that grows again binds no more than there is, and is cut when it fills`() {
        let settings = PaperSettings(balances: [Currency("USDT"): money("1100")])
        let test = TestVenue([perpetual], settings)
        test.book(bids: [("100", "50")], asks: [("101", "50")])
        test.order(.sell, "10")
        test.order(.buy, "15", at: "90")
        #expect(
            test.told() == ["1 accepted", "1 fill 10 @ 100 taker"] + [
                "2 rejected: insufficient balance: needs 450 USDT, 100 available"
            ])
        test.order(.buy, "10", at: "90")
        test.order(.buy, "9")
        #expect(test.balance("USDT") == "1091, 181 available")
        test.trade("89", "1", taker: .sell)
        #expect(
            test.told() == [
                "3 accepted", "4 accepted", "4 fill 9 @ 101 taker", "3 fill 10 @ 90 maker",
            ])
    }
}
