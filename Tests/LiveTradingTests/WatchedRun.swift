import LiveTrading
import Matching
import PaperTrading
import RunFigures
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// A script on the embedded exchange whose saves are taken over, played as fast as it goes.
final class WatchedRun {
    let folder: TestFolder
    let session: RunFolder
    private(set) var lines: [String] = []
    private(set) var swaps: [SwapOutcome] = []
    private(set) var run: SimulatedRun
    /// How many trades of the data the run has handled.
    var trades: Int { run.statistics[0].trades }
    private let reloader: Reloader
    private var time: Timestamp
    let reloads: StrategyReloads

    /// A wait that takes longer has failed: it would never end.
    private static let patience = Duration.seconds(120)

    struct Impatience: Error {
        let lines: [String]
    }

    init(
        _ script: String, files: [String: String] = [:], watches: Bool = true,
        policy: ReloadPolicy = .immediate, settings: ReloadSettings = ReloadSettings(),
        beforeLoad: (@Sendable () -> Void)? = nil
    ) throws {
        let folder = try TestFolder()
        for (name, text) in files {
            if let slash = name.lastIndex(of: "/") { try folder.makeFolder(String(name[..<slash])) }
            try folder.write(name, text)
        }
        try folder.write("s.lua", script)
        try folder.makeFolder("session")
        var origin = ScriptOrigin(
            path: folder.path("s.lua"), parameters: [], limits: ScriptLimits(), seed: 1)
        origin.beforeLoad = beforeLoad
        let strategy = try LuaStrategy(file: origin.path, seed: 1)
        let instruments = strategy.symbols.enumerated().compactMap { place, symbol in
            SimulatedExchange.instrument(symbol, id: InstrumentID(place))
        }
        let venue = MatchingVenue(instruments: instruments)
        reloads = StrategyReloads(settings: settings)
        run = SimulatedRun(
            engine: Engine(
                mode: .paper, instruments: instruments, strategy: strategy,
                settings: EngineSettings(), now: .distantPast),
            venue: venue, source: SimulatedMarket(instruments: instruments, seed: 1),
            feedLatency: 0,
            equity: EquityCurve(
                currency: instruments[0].settle, start: .zero, instruments: instruments, held: [:]),
            reloads: reloads)
        time = SimulatedExchange.start
        session = RunFolder(name: "test", path: folder.path("session"))
        reloader = Reloader(
            origin, running: strategy, instruments: instruments, watches: watches,
            isVerbose: false, policy: policy, session: session,
            record: try RunRecord(
                in: session,
                RunHeader(
                    mode: .paper, venue: "sim", seed: 1, script: origin.path, parameters: [],
                    settings: []),
                first: strategy.sources, hash: origin.hash(of: strategy.sources)))
        reloader.follow(reloads)
        self.folder = folder
        run.listener = { [unowned self] command, _ in
            if case .log(_, let text) = command { lines.append(text) }
            if case .tradingStopped(let reason) = command { lines.append("stopped: \(reason)") }
        }
    }

    deinit { reloader.close() }

    /// Plays 10 ms of simulated time, and what a reload needs between two events.
    func step() throws {
        time = time.advanced(byNanoseconds: 10_000_000)
        _ = try run.advance(to: time)
        if let outcome = reloader.between(&run, at: time) {
            swaps.append(outcome)
            reloader.finish(outcome, gap: outcome.nanoseconds, queued: 0)
        }
        lines += reloader.drainLines()
    }

    func play(seconds: Int) throws {
        for _ in 0..<seconds * 100 { try step() }
    }

    /// Plays until a line with `text` has come, and returns it.
    @discardableResult
    func play(until text: String) throws -> String {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while clock.now < end {
            if let line = lines.first(where: { $0.contains(text) }) { return line }
            try step()
        }
        throw Impatience(lines: lines)
    }

    /// Plays until `isOver` says so.
    func play(until isOver: () -> Bool) throws {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while clock.now < end {
            if isOver() { return }
            try step()
        }
        throw Impatience(lines: lines)
    }

    func forgetLines() { lines = [] }

    func close() { reloader.close() }

    func finish() { run.finish("done") }
}

/// Counts trades in `state`, and fails when one is missing or comes twice.
func countingScript(_ note: String, body: String = "") -> String {
    """
    subscribe("sim:BTC/USDT:USDT", "trades")
    -- \(note)
    state.trades = state.trades or 0
    state.last = state.last or 0
    function on_trade(trade)
      if trade.id ~= state.last + 1 then error("trade " .. trade.id .. " after " .. state.last) end
      state.last = trade.id
      state.trades = state.trades + 1
      \(body)
    end
    function on_stop() log.info("counted %d", state.trades) end
    """
}
