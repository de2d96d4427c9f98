import Matching
package import PaperTrading
import RunFigures
import ScriptHost
package import TradingCore
import TradingModel

extension Trial {
    /// Runs the trial from the start to its end.
    ///
    /// - Parameter fault: put in on purpose, to see that it is found.
    package func run(_ ways: Ways, planting fault: PlantedFault? = nil) throws -> Outcome {
        let script = try makeStrategy()
        var strategy: any Strategy = script
        // Behind a wrapper nothing is kept for a reload: what cannot be replaced has no state.
        if !ways.isDisjoint(with: [.tradeByTrade, .hearsAll]) || fault != nil {
            strategy = WrappedStrategy(script, ways, fault)
        }
        var run = try makeRun(strategy, ways)
        let record = Record()
        run.listener = { command, state in record.outcome.add(.command(command, state.now)) }
        run.reportListener = { report, state in record.outcome.add(.report(report, state.now)) }
        do {
            for moment in moments {
                try advance(&run, to: moment, ways)
                record.outcome.lookAt(run, "\(moment.nanoseconds)")
            }
            _ = try run.advance(to: .distantFuture)
        } catch {
            record.outcome.note("data: \(error)")
        }
        run.finish("the data has ended")
        record.outcome.close(run, script)
        return record.outcome
    }

    private func advance(
        _ run: inout SimulatedRun, to moment: Timestamp, _ ways: Ways
    ) throws(MarketDataError) {
        if ways.contains(.inSteps), let start = try run.nextEventTime() {
            let span = moment.nanoseconds - start.nanoseconds
            for step in 1..<20 where span > 20 {
                _ = try run.advance(to: start.advanced(byNanoseconds: span / 20 * Int64(step)))
            }
        }
        _ = try run.advance(to: moment)
    }

    /// A run of the trial that has not begun, wired as the runner does it.
    ///
    /// - Parameter inputListener: with one, the run goes event by event.
    package func makeRun(
        _ strategy: any Strategy, _ ways: Ways, inputListener: SimulatedRun.InputListener? = nil
    ) throws -> SimulatedRun {
        var paper = paper
        paper.matchesAlways = ways.contains(.matchedAlways)
        let venue = MatchingVenue(instruments: instruments, settings: paper)
        for instrument in depth { venue.keepBook(of: instrument) }
        let sharesBooks = paper.latency.feed == 0 && !ways.contains(.ownBooks)
        var engine = makeEngine(strategy, sharing: sharesBooks ? venue.books : nil)
        engine.showNeededDepth(of: venue.books)
        let currency = instruments[0].settle
        var held: [Currency: Money] = [:]
        for balance in venue.account.balances where balance.currency != currency {
            held[balance.currency] = balance.total
        }
        let source = try makeSource()
        let window = WindowLimits(span: 60_000_000_000, count: 500)
        return SimulatedRun(
            engine: engine, venue: venue,
            source: ways.contains(.wholeEvents) ? WholeSource(source) : source,
            feedLatency: paper.latency.feed,
            equity: EquityCurve(
                currency: currency, start: venue.account.balance(of: currency)?.total ?? .zero,
                instruments: instruments, held: held),
            reloads: ways.contains(.kept)
                ? StrategyReloads(settings: ReloadSettings(window: window)) : nil,
            plain: ways.plain, inputListener: inputListener)
    }

    /// An engine for the trial that has not started.
    ///
    /// - Parameter books: those of the venue; nil: it keeps its own.
    package func makeEngine(_ strategy: any Strategy, sharing books: [OrderBook?]? = nil) -> Engine
    {
        var settings = EngineSettings()
        settings.limits = limits
        settings.maxFailuresPerMinute = maxFailuresPerMinute
        settings.sharedBooks = books
        var engine = Engine(
            mode: .backtest, instruments: instruments, strategy: strategy, settings: settings,
            now: .distantPast)
        engine.keepBooks(of: depth)
        return engine
    }

    /// What the listeners of a run hear.
    private final class Record {
        var outcome = Outcome()
    }
}
