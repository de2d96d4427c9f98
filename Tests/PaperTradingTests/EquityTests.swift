import Matching
import ModelledRuns
import PaperTrading
import RunFigures
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `Equity` {
    private let buy = [1: [Told.market(.buy, "1")]]
    private let start = PaperSettings(balances: [Currency("USDT"): money("1000")], leverage: 10)

    @Test func `follows the middle of quotes where nothing else is known`() throws {
        let run = try PlannedRun(
            [
                Told.quote(0, "99", "101"), Told.quote(10, "89", "91"), Told.quote(20, "49", "51"),
                Told.quote(30, "129", "131"), Told.quote(40, "69", "71"),
            ], start, plan: buy)
        // Bought at 101: −1, −11, −51, +29, −31.
        #expect(run.equity == "969")
        #expect(run.maxDrawdown == "60")
        #expect(run.differences == [])
    }

    @Test(arguments: [[], [InstrumentID(0)]])
    func `follows the middle of the depth, once a message`(shared: [InstrumentID]) throws {
        let events =
            Told.book(0, "99", "101") + Told.book(10, "79", "81") + Told.book(20, "109", "111")
            + Told.book(30, "89", "91")
        let run = try PlannedRun(events, start, depth: shared, plan: buy)
        #expect(run.equity == "989")
        #expect(run.maxDrawdown == "21")  // from the start to the 80 of the second message
        #expect(run.differences == [])
    }

    /// A side that is empty for a moment says nothing of what is held.
    @Test func `goes on with the last middle while a side is empty`() throws {
        let events =
            Told.book(0, "99", "101") + Told.book(10, nil, "81") + [
                Told.funding(15, "0", mark: "9")
            ]
            + Told.book(20, "95", "97")
        let run = try PlannedRun(events, start, plan: buy)
        #expect(run.maxDrawdown == "5")
        #expect(run.equity == "995")
        #expect(run.differences == [])
        let emptied = try PlannedRun(
            Told.book(0, "99", "101") + Told.book(10, "79", nil), start, plan: buy)
        #expect(emptied.equity == "999")
        let valued = emptied.modelled.run.equity.valuation(InstrumentID(0), emptied.engine.state)
        #expect(valued == price("100"))
    }

    @Test func `follows trades instead, from the first one on`() throws {
        let run = try PlannedRun(
            [
                Told.quote(0, "99", "101"), Told.quote(10, "89", "91"), Told.trade(20, "95"),
                Told.quote(30, "49", "51"), Told.trade(40, "96"),
            ], start, plan: buy)
        #expect(run.equity == "995")
        #expect(run.maxDrawdown == "11")  // 90 as the middle; 50 is no price any more
        #expect(run.differences == [])
    }

    @Test func `follows the venue's mark before all others`() throws {
        let run = try PlannedRun(
            [
                Told.trade(0, "100"), Told.trade(1, "100"), Told.ticker(10, mark: "97"),
                Told.trade(20, "40"), Told.quote(25, "1", "3"), Told.ticker(30, mark: "98"),
                Told.trade(40, "300"),
            ], start, plan: buy)
        #expect(run.equity == "998")
        #expect(run.maxDrawdown == "3")
        #expect(run.differences == [])
    }

    @Test func `takes a fill's own price where nobody has named another`() throws {
        // Nothing but an ask: there is no middle, no trade, no mark.
        let run = try PlannedRun([Told.quote(0, nil, "101")], start, plan: buy)
        #expect(run.equity == "1000")
        #expect(run.maxDrawdown == "0")
        #expect(run.differences == [])
    }

    @Test func `has a payment of funding as soon as it is booked`() throws {
        let run = try PlannedRun(
            [Told.trade(0, "100"), Told.trade(1, "100"), Told.funding(2, "0.01", mark: "50")],
            start, plan: buy)
        #expect(run.equity == "999.5")
        #expect(run.maxDrawdown == "0.5")
        #expect(run.differences == [])
    }

    @Test func `counts what spot holds from the start, once for two markets of it`() throws {
        let markets = [instrument("a:BTC/USDT"), instrument("b:BTC/USDT", id: 1)]
        let settings = PaperSettings(
            balances: [Currency("USDT"): money("1000"), Currency("BTC"): money("2")])
        let run = try PlannedRun(
            [
                Told.trade(0, "100", id: 0), Told.trade(1, "100", id: 1),
                Told.trade(2, "90", id: 0), Told.trade(3, "50", id: 1),
            ], settings, on: markets, plan: [:])
        #expect(run.equity == "1180")
        #expect(run.maxDrawdown == "20")
        #expect(run.differences == [])
    }

    @Test func `a worth that does not fit stops the run and names the instrument`() throws {
        let settings = PaperSettings(balances: [Currency("BTC"): money("10000000000000000000")])
        let modelled = ModelledRun(
            [spot],
            GivenEvents([Told.trade(0, "1"), Told.trade(1, "1000000"), Told.trade(2, "1")]),
            RandomTrader(seed: 1, feeds: []), settings, isPlain: false)
        _ = try modelled.play()
        let reason = modelled.run.stopReason ?? ""
        #expect(reason.contains("test:BTC/USDT") && reason.contains("1000000"))
    }
}

@Suite struct `Funding payments` {
    /// The position is closed while the news of the payment is on its way.
    @Test(arguments: [
        Latency(feed: 500_000_000), Latency(feed: 500_000_000, response: 2_000_000_000),
        Latency(feed: 0, response: 300_000_000), Latency(feed: 90_000_000, orderEntry: 40_000_000),
    ])
    func `is what the account was charged, however late the engine hears of it`(
        latency: Latency
    ) throws {
        let settings = PaperSettings(balances: plenty, leverage: 10, latency: latency)
        let run = try PlannedRun(
            [
                Told.trade(0, "100"), Told.trade(1_000, "101"), Told.trade(3_000, "102"),
                Told.funding(3_100, "0.001", mark: "120"), Told.trade(3_450, "103"),
                Told.funding(3_460, "-0.002", mark: nil), Told.trade(9_000, "99"),
            ], settings,
            plan: [
                1: [Told.market(.buy, "2")], 2: [Told.market(.buy, "1")],
                3: [Told.market(.sell, "5")],
            ])
        #expect(run.differences == [])
        #expect(run.positions.0 == run.positions.1)
        #expect(run.positions.0.funding != .zero)
    }

    @Test func `is taken at what the position is valued at where no mark is told`() throws {
        let run = try PlannedRun(
            [
                Told.trade(0, "100"), Told.trade(1, "110"), Told.funding(2, "0.01", mark: nil),
                Told.ticker(3, mark: "300"), Told.funding(4, "0.01", mark: nil),
            ], plan: [1: [Told.market(.buy, "1")]])
        #expect(run.positions.0.funding == money("-4.1"))
        #expect(run.positions.1.funding == money("-4.1"))
        #expect(run.differences == [])
    }

    @Test func `is not paid on spot, nor by who holds nothing`() throws {
        for market in [spot, perpetual] {
            let run = try PlannedRun(
                [
                    Told.funding(0, "0.01", mark: "100"), Told.trade(1, "100"),
                    Told.funding(2, "0.01", mark: "100"), Told.trade(3, "100"),
                ], on: [market], plan: market.kind == .spot ? [2: [Told.market(.buy, "1")]] : [:])
            #expect(run.positions.0.funding == .zero && run.positions.1.funding == .zero)
            #expect(run.differences == [])
        }
    }
}
