import Matching
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `Simulated account` {
    private let feeSpot = instrument("test:BTC/USDT", makerFee: "0.001", takerFee: "0.002")
    private let feePerpetual = instrument(
        "test:BTC/USDT:USDT", makerFee: "0.0002", takerFee: "0.0005")
    private let inverse = instrument(
        "test:BTC/USD:BTC", tick: "0.5", lot: "1", contractSize: "100", takerFee: "0.0005")

    @Test func `it starts with 10,000 of the quote currency, or 1 of an inverse contract's base`() {
        #expect(TestVenue([feeSpot], PaperSettings()).balance("USDT") == "10000, 10000 available")
        #expect(TestVenue([feeSpot], PaperSettings()).balance("BTC") == "0, 0 available")
        #expect(TestVenue([inverse], PaperSettings()).balance("BTC") == "1, 1 available")
        let rich = PaperSettings(balances: [Currency("USDT"): money("7")])
        #expect(TestVenue([feePerpetual], rich).balance("USDT") == "7, 7 available")
    }

    /// 0.001 BTC for each dollar of the price and contract, and a fee in satoshi for each contract.
    private let quanto = Instrument(
        id: InstrumentID(0), symbol: instrument("test:BTC/USD:BTC").symbol, kind: .quanto,
        tick: price("0.1"), lot: quantity("1"), contractSize: quantity("0.001"),
        unitFees: UnitFees(maker: money("-0.000025"), taker: money("0.0001")))

    @Test
    func `a quanto contract pays a fixed amount of the base for each point, and a fee for each`() {
        let test = TestVenue([quanto], PaperSettings(leverage: 10))
        #expect(test.balance("BTC") == "1, 1 available")
        test.book(bids: [("790", "5")], asks: [("791", "1"), ("792.5", "5")])
        test.order(.buy, "2", at: "750")
        #expect(test.balance("BTC") == "1, 0.8498 available")  // 1.5 ÷ 10, and the taker's fee
        test.cancel(1)
        test.order(.buy, "2")
        // Of 791 and 792.5 a tenth, and twice the taker's fee.
        #expect(test.balance("BTC") == "0.9998, 0.84145 available")
        test.order(.sell, "2", at: "800")
        test.trade("800.1", "2", taker: .buy)
        // 9 and 7.5 points, and twice the maker's rebate.
        #expect(test.balance("BTC") == "1.01635, 1.01635 available")
        #expect(test.venue.account.positions[0].fees == money("0.00015"))
    }

    @Test func `rates of the settings stand for a fee by the contract`() {
        let test = TestVenue([quanto], PaperSettings(takerFee: rate("0.001")))
        test.book(bids: [("790", "5")], asks: [("800", "1")])
        test.order(.buy, "1")
        #expect(test.balance("BTC") == "0.9992, 0.1992 available")
    }

    @Test func `a resting spot buy binds its cost and the fee until it ends`() {
        let test = TestVenue([feeSpot], PaperSettings())
        test.order(.buy, "2", at: "90")
        #expect(test.balance("USDT") == "10000, 9819.64 available")  // 180 and 0.36
        test.amend(1, quantity: "1")
        #expect(test.balance("USDT") == "10000, 9909.82 available")
        test.cancel(1)
        #expect(test.balance("USDT") == "10000, 10000 available")
        #expect(
            test.balanceReports.map(\.available.description) == ["9819.64", "9909.82", "10000"])
    }

    @Test func `a spot fill exchanges the currencies and takes the fee in quote`() {
        let test = TestVenue([feeSpot], PaperSettings())
        test.book(bids: [("99", "5")], asks: [("100", "1"), ("101", "5")])
        test.order(.buy, "2")
        #expect(test.balance("BTC") == "2, 2 available")
        #expect(test.balance("USDT") == "9798.598, 9798.598 available")  // 201 and 0.402
        test.order(.sell, "2", at: "103")
        #expect(test.balance("BTC") == "2, 0 available")
        test.trade("104", "1", taker: .buy)
        #expect(test.balance("BTC") == "0, 0 available")
        #expect(test.balance("USDT") == "10004.392, 10004.392 available")  // 206 less 0.206
    }

    private let coinSpot = instrument(
        "test:BTC/USDT", makerFee: "0.001", takerFee: "0.002", spotFee: .received)

    @Test func `a purchase whose fee is taken out of the coins brings so much less`() {
        let test = TestVenue([coinSpot], PaperSettings())
        test.book(bids: [("99", "5")], asks: [("100", "1"), ("101", "5")])
        test.order(.buy, "2")
        #expect(test.balance("BTC") == "1.996, 1.996 available")
        #expect(test.balance("USDT") == "9799, 9799 available")
        #expect(test.net == "1.996")
        let position = test.venue.account.positions[0]
        #expect(position.fees == money("0.402"))  // 0.002 at 100, 0.002 at 101
        #expect(position.entryValue == money("200.598"))
        let currencies = test.allReports.compactMap { report -> String? in
            guard case .fill(let fill) = report.event else { return nil }
            return "\(fill.fee) \(fill.feeCurrency)"
        }
        #expect(currencies == ["0.002 BTC", "0.002 BTC"])
    }

    @Test func `a sale pays in quote, and binds the coins alone`() {
        let test = TestVenue([coinSpot], PaperSettings())
        test.book(bids: [("99", "5")], asks: [("100", "5")])
        test.order(.buy, "2")
        test.order(.sell, "1.996", at: "103")
        #expect(test.balance("BTC") == "1.996, 0 available")
        test.trade("104", "5", taker: .buy)
        #expect(test.balance("BTC") == "0, 0 available")
        #expect(test.balance("USDT") == "10005.382412, 10005.382412 available")
        let position = test.venue.account.positions[0]
        // 1.996 × 3 gained; 0.004 BTC at 100 and 0.205588 USDT paid.
        #expect(position.realisedPnL == money("5.988"))
        #expect(position.fees == money("0.605588"))
    }

    @Test func `a resting purchase binds its cost alone where the fee is taken out of the coins`() {
        let test = TestVenue([coinSpot], PaperSettings())
        test.order(.buy, "2", at: "90")
        #expect(test.balance("USDT") == "10000, 9820 available")
    }

    @Test func `a reduce-only sale takes the whole lots of what fees have left, and then ends`() {
        let fine = instrument(
            "test:BTC/USDT", lot: "0.01", takerFee: "0.0025", spotFee: .received)
        let test = TestVenue([fine], PaperSettings())
        test.book(bids: [("99", "5")], asks: [("100", "5")])
        test.order(.buy, "1")
        test.order(.sell, "1", at: "110", reduceOnly: true)
        test.order(.sell, "1", reduceOnly: true)

        #expect(
            test.told() == [
                "1 accepted", "1 fill 1 @ 100 taker", "2 accepted", "3 accepted",
                "3 fill 0.99 @ 99 taker",
                "2 expired: reduce-only: less than a lot of the position is left",
                "3 expired: reduce-only: less than a lot of the position is left",
            ])
        #expect(test.net == "0.0075")
        #expect(test.balance("BTC") == "0.0075, 0.0075 available")
    }

    @Test func `spot refuses what it cannot pay for`() {
        let poor = PaperSettings(balances: [Currency("USDT"): money("500")])
        let test = TestVenue([feeSpot], poor)
        test.book(bids: [("99", "9")], asks: [("100", "1"), ("102", "9")])
        test.order(.buy, "6")
        test.order(.sell, "1", at: "110")
        test.order(.buy, "5", at: "99.8")
        test.order(.buy, "4")

        #expect(
            test.told() == [
                "1 rejected: insufficient balance: needs 611.22 USDT, 500 available",
                "2 rejected: insufficient balance: needs 1 BTC, 0 available",
                "3 accepted",
                "4 rejected: insufficient balance: needs 406.812 USDT, 0.002 available",
            ])
        #expect(test.net == "0")
    }

    @Test func `a perpetual binds margin and fee, and gives back what it realised`() {
        let settings = PaperSettings(leverage: 10)
        let test = TestVenue([feePerpetual], settings)
        test.book(bids: [("100", "50")], asks: [("101", "50")])
        test.order(.buy, "10", at: "90")
        #expect(test.balance("USDT") == "10000, 9909.55 available")  // 90 and 0.45
        test.cancel(1)
        test.order(.buy, "10")
        #expect(test.balance("USDT") == "9999.495, 9898.495 available")  // fee 0.505, margin 101
        test.book(bids: [("103", "50")], asks: [("104", "50")])
        test.order(.sell, "10", reduceOnly: true)
        // Gained 20, paid 0.515 again.
        #expect(test.balance("USDT") == "10018.98, 10018.98 available")
    }

    @Test func `a perpetual refuses what grows the position beyond the margin, never what reduces`()
    {
        let settings = PaperSettings(balances: [Currency("USDT"): money("101.01")], leverage: 10)
        let test = TestVenue([feePerpetual], settings)
        test.book(bids: [("100", "50")], asks: [("100.5", "50")])
        test.order(.buy, "11")
        test.order(.buy, "10")
        test.order(.sell, "10", at: "120")
        test.order(.sell, "10", stop: "80")
        test.order(.sell, "30")
        _ = test.order(.sell, "10")

        #expect(
            test.told() == [
                "1 rejected: insufficient balance: needs 111.10275 USDT, 101.01 available",
                "2 accepted", "2 fill 10 @ 100.5 taker", "3 accepted", "4 accepted",
                "5 rejected: insufficient balance: needs 106 USDT, 0.0075 available",
                "6 accepted", "6 fill 10 @ 100 taker",
            ])
    }

    @Test func `a resting order that can no longer be paid for expires when its turn comes`() {
        let settings = PaperSettings(balances: [Currency("USDT"): money("110")], leverage: 10)
        let test = TestVenue([feePerpetual], settings)
        test.book(bids: [("100", "50")], asks: [("100.5", "50")])
        test.order(.buy, "10")
        test.order(.sell, "10", at: "120")
        test.order(.sell, "10")
        _ = test.told()
        test.trade("121", "1", taker: .buy)

        #expect(
            test.told() == [
                "2 expired: insufficient balance: needs 120.24 USDT, 103.9975 available"
            ])
        #expect(test.balance("USDT") == "103.9975, 103.9975 available")
    }

    @Test func `an inverse contract is margined, charged and settled in its base currency`() {
        let test = TestVenue([inverse], PaperSettings(leverage: 5))
        test.book(bids: [("49999.5", "900")], asks: [("50000", "900")])
        test.order(.buy, "100")
        // 100 contracts of 100 USD at 50,000 are 0.2 BTC: margin 0.04, fee 0.0001.
        #expect(test.balance("BTC") == "0.9999, 0.9599 available")
        test.book(bids: [("62500", "900")], asks: [("62500.5", "900")])
        test.order(.sell, "100")
        // Worth 0.16 BTC now: gained 0.04, fee 0.00008.
        #expect(test.balance("BTC") == "1.03982, 1.03982 available")
    }

    @Test func `funding is paid by longs and received by shorts`() {
        let test = TestVenue([perpetual], PaperSettings(leverage: 10))
        test.book(bids: [("100", "50")], asks: [("101", "50")])
        test.order(.sell, "10")
        test.funding("0.0001", mark: "102")
        #expect(test.balance("USDT") == "10000.102, 9900.102 available")
        #expect(test.balanceReports.last?.total == money("10000.102"))
    }

    @Test func `funding that is received late is told after what was heard before it`() {
        let latency = Latency(feed: 0, orderEntry: 0, response: 5_000_000)
        let venue = MatchingVenue(
            instruments: [perpetual], settings: PaperSettings(leverage: 10, latency: latency))
        venue.process(Told.trade(0, "100"))
        let buy = OrderRequest(instrument: perpetual.id, side: .buy, quantity: quantity("1"))
        venue.submit(ClientOrderID("1"), buy, at: Timestamp(nanoseconds: 1_000_000))
        venue.advance(to: Timestamp(nanoseconds: 10_000_000)) { _ in }
        venue.process(Told.trade(40, "101"))
        venue.process(Told.funding(30, "0.001", mark: "101"))
        #expect(venue.nextDue == Timestamp(nanoseconds: 45_000_000))
    }

    @Test func `settings replace every instrument's fees`() {
        let free = PaperSettings(makerFee: rate("-0.0001"), takerFee: rate("0"))
        let test = TestVenue([feePerpetual], free)
        test.book(bids: [("100", "50")], asks: [("101", "50")])
        test.order(.buy, "10")
        test.order(.sell, "10", at: "105", reduceOnly: true)
        test.trade("106", "1", taker: .buy)
        // Gained 40, and a rebate of 0.105.
        #expect(test.balance("USDT") == "10040.105, 10040.105 available")
    }
}
