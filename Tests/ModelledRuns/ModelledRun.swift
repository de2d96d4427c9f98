package import AccountBooks
package import Matching
package import PaperTrading
package import RunFigures
package import TradingCore
package import TradingModel

/// A simulated run beside an account model that hears what its engine hears.
package final class ModelledRun {
    package private(set) var run: SimulatedRun
    package private(set) var model: AccountModel
    /// Where run and model first differed, in words.
    package private(set) var differences: [String] = []
    /// How many inputs the engine heard.
    private var inputCount = 0
    private var venue: MatchingVenue { run.venue }

    /// - Parameters:
    ///   - depth: the instruments whose depth will come.
    ///   - ownsBooks: whether the engine keeps books of its own, as it must with a feed latency.
    ///   - keepsBooks: whether the engine has its books from the start, as the runner sees to.
    ///   - isPlain: whether the run goes event by event and the model hears it; else only the end
    ///     can be compared, by another run's model.
    ///   - engineSettings: whose books are set here.
    package init(
        _ instruments: [Instrument], _ source: any MarketEventSource, _ strategy: any Strategy,
        _ settings: PaperSettings = PaperSettings(), depth: [InstrumentID] = [],
        ownsBooks: Bool = false, keepsBooks: Bool = false, isPlain: Bool = true,
        engineSettings: EngineSettings = EngineSettings()
    ) {
        let venue = MatchingVenue(instruments: instruments, settings: settings)
        var engineSettings = engineSettings
        var modelSettings = AccountModel.Settings()
        modelSettings.feedLatency = settings.latency.feed
        modelSettings.makerFee = settings.makerFee
        modelSettings.takerFee = settings.takerFee
        for instrument in depth { venue.keepBook(of: instrument) }
        if settings.latency.feed == 0, !ownsBooks {
            engineSettings.sharedBooks = venue.books
            modelSettings.keepsBooks = Set(depth)
        }
        var engine = Engine(
            mode: .backtest, instruments: instruments, strategy: strategy,
            settings: engineSettings, now: .distantPast)
        if keepsBooks {
            engine.showNeededDepth(of: venue.books)
            engine.keepBooks(of: depth)
            modelSettings.keepsBooks = Set(depth)
        }
        let currency = instruments[0].settle
        var start: [Currency: Money] = [:]
        for balance in venue.account.balances { start[balance.currency] = balance.total }
        model = AccountModel(instruments, in: currency, start: start, modelSettings)
        let equity = EquityCurve(
            currency: currency, start: start[currency] ?? .zero, instruments: instruments,
            held: start.filter { $0.key != currency })
        let tap = Tap()
        run = SimulatedRun(
            engine: engine, venue: venue, source: source, feedLatency: settings.latency.feed,
            equity: equity,
            inputListener: isPlain ? { input, equity in tap.hear?(input, equity) } : nil)
        let state = engine.state
        tap.hear = { [unowned self] input, equity in hear(input, equity, state) }
        run.listener = { [unowned self] command, _ in model.hear(command) }
    }

    private final class Tap {
        var hear: ((EngineInput, EquityCurve) -> Void)?
    }

    private func hear(_ input: EngineInput, _ equity: EquityCurve, _ state: TradingState) {
        model.hear(input)
        inputCount += 1
        guard differences.isEmpty else { return }
        var found = model.differences(from: equity.equity, maxDrawdown: equity.maxDrawdown)
        switch input {
        case .report, .position, .market(.funding):
            found += model.differences(from: state.positions)
        default: break
        }
        differences = found.map { "input \(inputCount), \(input): \($0)" }
    }

    /// Plays all of it and says where run and model differ.
    package func play() throws -> [String] {
        _ = try run.advance(to: .distantFuture)
        run.finish("the data has ended")
        return differences
            + model.differencesAtEnd(
                from: run.engine.state, account: venue.account.positions,
                balances: venue.account.balances, equity: run.equity.equity,
                maxDrawdown: run.equity.maxDrawdown)
    }

    /// What two ways of running the same must agree in.
    package var summary: [String] {
        run.engine.state.positions.map { "\($0)" }
            + [
                "\(run.equity.equity) \(run.equity.maxDrawdown)", run.tally.intents.hexadecimal,
                "\(run.tally.fills) \(run.tally.rejected.sorted { $0.key < $1.key })",
            ] + run.statistics.map { "\($0)" }
    }

    package var fills: Int { run.tally.fills }
    package var equity: EquityCurve { run.equity }
}
