import Matching
import ModelledRuns
import PaperTrading
import RunFigures
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `The end of the data` {
    private let trades = (0...3).map { Told.trade(Int64($0) * 1_000, "10\($0)") }
    private func settings(feed: Int64, entry: Int64 = 0, response: Int64 = 0) -> PaperSettings {
        PaperSettings(
            balances: plenty, leverage: 10,
            latency: Latency(
                feed: feed * 1_000_000, orderEntry: entry * 1_000_000,
                response: response * 1_000_000))
    }

    @Test func `does not swallow what a late feed still holds`() throws {
        let run = try PlannedRun(trades, settings(feed: 2_500), plan: [:])
        #expect(
            run.heard == [
                "trade 100 at 2.5 s", "trade 101 at 3.5 s", "trade 102 at 4.5 s",
                "trade 103 at 5.5 s", "stop at 5.5 s",
            ])
        #expect(run.modelled.run.statistics[0].trades == 4)
    }

    @Test func `lets timers fire up to the last event on its way, and not beyond`() throws {
        let second: Int64 = 1_000_000_000
        let run = try PlannedRun(
            trades, settings(feed: 2_500), timers: [4 * second, 5 * second, 6 * second], plan: [:])
        #expect(
            run.heard == [
                "trade 100 at 2.5 s", "trade 101 at 3.5 s", "timer at 4.0 s", "trade 102 at 4.5 s",
                "timer at 5.0 s", "trade 103 at 5.5 s", "stop at 5.5 s",
            ])
    }

    @Test func `fills orders that come of late events, in the order of their times`() throws {
        // Sent at 3.5 s, there at 3.9 s, told at 4.2 s: before the trade that is heard at 4.5 s.
        let run = try PlannedRun(
            trades, settings(feed: 2_500, entry: 400, response: 300),
            plan: [2: [Told.market(.buy, "1")], 4: [Told.market(.sell, "1")]])
        #expect(
            run.heard
                == [
                    "trade 100 at 2.5 s", "trade 101 at 3.5 s", "fill 103 at 4.2 s",
                    "trade 102 at 4.5 s", "trade 103 at 5.5 s", "stop at 5.5 s",
                    "fill 103 at 6.2 s",
                ])
        #expect(run.positions.0 == run.positions.1)
        #expect(run.differences == [])
    }

    @Test func `lets payments on their way arrive`() throws {
        let run = try PlannedRun(
            trades + [Told.funding(3_100, "0.01", mark: "100")], settings(feed: 2_500),
            plan: [1: [Told.market(.buy, "1")]])
        #expect(run.positions.0.funding == money("-1"))
        #expect(run.differences == [])
    }

    @Test func `is an order's turn too where the last message of a book has no end`() throws {
        let events =
            Told.book(0, "99", "101") + [Told.trade(1_000, "100")]
            + Told.book(1_001, "99", "101", ends: false)
        let run = try PlannedRun(
            events, settings(feed: 0, entry: 1), plan: [2: [Told.market(.buy, "1")]])
        #expect(run.engine.state.orders.openCount == 0)
        #expect(run.positions.0 == run.positions.1)
    }
}
