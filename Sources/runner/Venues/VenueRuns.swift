import LiveTrading
import PaperTrading
import RunInputs
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// How a run at a venue is made: for trading, and again for a replay.
///
/// - Parameter header: says what no setting does.
func makeLiveRun(
    _ header: RecordingHeader, strategy: LuaStrategy, settings: Settings, reloads: StrategyReloads,
    riskFigures: RiskFigures? = nil
) -> LiveRun {
    var engineSettings = settings.engineSettings
    engineSettings.skipsMissedBeats = true
    engineSettings.orderIDPrefix = header.orderIDPrefix
    engineSettings.riskFigures = riskFigures
    engineSettings.hasAccountAtEachVenue = true
    let engine = Engine(
        mode: header.isLive ? .live : .paper, instruments: header.instruments, strategy: strategy,
        settings: engineSettings,
        now: header.begun)
    return LiveRun(engine: engine, reloads: reloads, patience: header.patience)
}

extension RecordingHeader {
    /// Whether its accounts stand beside the run, as with real money; else the one account is simulated as
    /// part of it.
    var hasAccountsApart: Bool { isLive || accounts.count > 1 }
}

/// The same on a simulated account over a venue's data.
func makePaperRun(
    _ header: RecordingHeader, strategy: LuaStrategy, settings: Settings, reloads: StrategyReloads,
    listener: ((Command, TradingState) -> Void)? = nil,
    reportListener: ((ExecutionReport, TradingState) -> Void)? = nil,
    marketListener: ((MarketEvent) -> Void)? = nil,
    riskFigures: RiskFigures? = nil
) -> PaperVenueRun {
    let feed = LiveFeed()
    var run = makeRun(
        strategy: strategy, mode: .paper, instruments: header.instruments,
        depth: header.instruments.map(\.id), source: feed, settings: settings, reloads: reloads,
        hidesUnneededDepth: true, skipsMissedBeats: true, orderIDPrefix: header.orderIDPrefix,
        riskFigures: riskFigures)
    run.listener = listener
    run.reportListener = reportListener
    run.marketListener = marketListener
    return PaperVenueRun(run, feed: feed)
}
