import Matching
import PaperTrading
import RunFigures
import ScriptHost
import TradingCore
import TradingModel

/// Wires a script, a paper venue and a stream of market data into one run.
///
/// - Parameters:
///   - depth: the instruments whose depth will come.
///   - hidesUnneededDepth: whether depth that the script does not need is there for the venue's fills
///     alone: the script's quotes are then the quotes that come, not what the depth says.
///   - skipsMissedBeats: whether time passes by itself, so that a timer's beats may be missed.
///   - orderIDPrefix: the start of every client order id; nil: the usual one.
///   - riskFigures: of the order that is asked about; nil: none is.
func makeRun(
    strategy: LuaStrategy, mode: TradingMode, instruments: [Instrument],
    depth: [InstrumentID], source: any MarketEventSource, settings: Settings,
    reloads: StrategyReloads? = nil, hidesUnneededDepth: Bool = false,
    skipsMissedBeats: Bool = false, orderIDPrefix: String? = nil, riskFigures: RiskFigures? = nil
) -> SimulatedRun {
    let venue = MatchingVenue(instruments: instruments, settings: settings.paper)
    var engineSettings = settings.engineSettings
    engineSettings.skipsMissedBeats = skipsMissedBeats
    engineSettings.riskFigures = riskFigures
    if let orderIDPrefix { engineSettings.orderIDPrefix = orderIDPrefix }
    // Without a late feed venue and strategy see the same book at the same time: one is enough.
    for instrument in depth { venue.keepBook(of: instrument) }
    if settings.feedLatency == 0 || hidesUnneededDepth {
        engineSettings.sharedBooks = hidesUnneededDepth ? venue.books.map { _ in nil } : venue.books
    }
    var engine = Engine(
        mode: mode, instruments: instruments, strategy: strategy, settings: engineSettings,
        now: .distantPast)
    engine.showNeededDepth(of: venue.books)
    engine.keepBooks(of: depth)
    let currency = instruments[0].settle
    var held: [Currency: Money] = [:]
    for balance in venue.account.balances where balance.currency != currency {
        held[balance.currency] = balance.total
    }
    return SimulatedRun(
        engine: engine, venue: venue, source: source, feedLatency: settings.feedLatency,
        equity: EquityCurve(
            currency: currency, start: venue.account.balance(of: currency)?.total ?? .zero,
            instruments: instruments, held: held), reloads: reloads)
}

extension Settings {
    /// What the simulated venue assumes.
    var paper: PaperSettings {
        PaperSettings(
            balances: balances, makerFee: makerFee, takerFee: takerFee, leverage: leverage,
            slippage: .rate(slippage),
            latency: Latency(
                feed: feedLatency, orderEntry: entryLatency, response: responseLatency),
            barsFillOnTouch: barsFillOnTouch, liquidity: liquidity)
    }
}
