import Matching
import PaperTrading
import RunFigures
import ScriptHost
import TradingCore
import TradingModel

/// A shipped strategy's run over some market data, and what became of it.
struct StrategyRun {
    /// Orders in the order in which they were sent.
    private(set) var sent: [OrderRequest] = []
    private(set) var fills = 0
    /// Refused by the risk gate or the venue.
    private(set) var refused = 0
    /// What handlers failed with, and whatever else the engine logs as an error.
    private(set) var errors: [String] = []
    private(set) var alerts: [String] = []
    private(set) var stopReason: String?
    private(set) var intentsHash = ""
    /// The most that an instrument's position came to with all open orders of a side filled.
    private(set) var largestExposure: [Symbol: Quantity] = [:]
    /// Just before the run was stopped, and after it.
    private(set) var positionsBefore: [Symbol: SignedQuantity] = [:]
    private(set) var positionsAfter: [Symbol: SignedQuantity] = [:]
    /// The open orders just before the run was stopped.
    private(set) var openBefore: [OrderRequest] = []

    /// The share of orders that were refused.
    var refusedShare: Double {
        sent.isEmpty ? 0 : Double(refused) / Double(sent.count + refused)
    }

    /// Runs `strategies/NAME.lua` until the data ends, then stops it.
    init(
        _ name: String, set parameters: [String: String] = [:], on instruments: [Instrument],
        source: any MarketEventSource, seed: UInt64 = 1, latency: Latency = .none,
        sharesBooks: Bool = false
    ) throws {
        let strategy = try LuaStrategy(
            file: Package.path("strategies/\(name).lua"),
            parameters: parameters.sorted { $0.key < $1.key }
                .map { ParameterOverride(name: $0.key, text: $0.value) },
            seed: seed)
        try self.init(
            strategy, on: instruments, source: source, latency: latency, sharesBooks: sharesBooks)
    }

    init(
        _ strategy: LuaStrategy, on instruments: [Instrument], source: any MarketEventSource,
        latency: Latency = .none, sharesBooks: Bool = false
    ) throws {
        let venue = MatchingVenue(
            instruments: instruments, settings: PaperSettings(latency: latency))
        var settings = EngineSettings()
        if sharesBooks {
            for instrument in instruments { venue.keepBook(of: instrument.id) }
            settings.sharedBooks = venue.books
        }
        let engine = Engine(
            mode: .backtest, instruments: instruments, strategy: strategy, settings: settings,
            now: .distantPast)
        var run = SimulatedRun(
            engine: engine, venue: venue, source: source, feedLatency: latency.feed,
            equity: EquityCurve(
                currency: instruments[0].settle, start: .zero, instruments: instruments, held: [:]))
        let record = Record()
        run.listener = { command, state in record.take(command, state) }
        run.reportListener = { report, state in record.take(report, state) }
        _ = try run.advance(to: .distantFuture)
        let state = run.engine.state
        positionsBefore = Self.positions(state)
        openBefore = state.orders.open.map(\.request)
        run.finish("the data has ended")
        positionsAfter = Self.positions(state)
        sent = record.sent
        fills = run.tally.fills
        refused = run.tally.rejected.values.reduce(0, +)
        errors = record.errors
        alerts = record.alerts
        stopReason = run.stopReason
        intentsHash = run.tally.intents.hexadecimal
        for (index, instrument) in instruments.enumerated() {
            largestExposure[instrument.symbol] = record.largestExposure[InstrumentID(index)]
        }
    }

    private static func positions(_ state: TradingState) -> [Symbol: SignedQuantity] {
        Dictionary(
            uniqueKeysWithValues: zip(state.instruments, state.positions)
                .map { ($0.symbol, $1.net) })
    }

    /// What the run's listeners hear.
    private final class Record {
        var sent: [OrderRequest] = []
        var errors: [String] = []
        var alerts: [String] = []
        var largestExposure: [InstrumentID: Quantity] = [:]

        func take(_ command: Command, _ state: TradingState) {
            switch command {
            case .submit(let order):
                sent.append(order.request)
                measure(order.request.instrument, state)
            case .amend(let amendment): measure(amendment.instrument, state)
            case .log(.error, let text): errors.append(text)
            case .alert(let text): alerts.append(text)
            default: break
            }
        }

        func take(_ report: ExecutionReport, _ state: TradingState) {
            measure(report.instrument, state)
        }

        private func measure(_ instrument: InstrumentID, _ state: TradingState) {
            var long = state.positions[instrument.index].net
            var short = long
            for order in state.orders.open
            where order.request.instrument == instrument && !order.request.isReduceOnly {
                let rest = order.remaining.signed(order.request.side)
                if order.request.side == .buy { long += rest } else { short += rest }
            }
            let worst = max(long.magnitude, short.magnitude)
            largestExposure[instrument] = max(largestExposure[instrument] ?? .zero, worst)
        }
    }
}

/// The package's folder, found from this file.
enum Package {
    static func path(_ name: String) -> String {
        let folders = #filePath.split(separator: "/").dropLast(3)
        return "/" + folders.joined(separator: "/") + "/" + name
    }
}
