import LiveTrading
import PlainJSON
import TradingCore
import TradingModel
import Transport
import VenueSessions

/// Ends what a killed account has open, and shows from the venue's own lists that it has.
///
/// On connections of its own, whatever became of the run. It does not give up: what fails is tried again
/// until it is proven, or until somebody has no patience for it, or the venue refuses the key.
struct AccountKill: Sendable {
    let venue: Venue
    let keys: VenueKeys
    let settings: VenueSettings
    let network: NetworkSettings
    /// What was traded; empty: it is not known, so positions are not closed.
    let symbols: [Symbol]
    /// Orders of others in the traded symbols end too.
    let takesForeign: Bool
    let flattens: Bool
    /// So many signals give it up: others may have ended the run.
    let mostInterrupts = Interrupt.count + 1
    /// Hears what is going on, on the thread that does it.
    let report: @Sendable (String) -> Void

    /// What the venue showed at the end.
    struct Evidence: Sendable {
        /// Open orders that were seen and are gone.
        var cancelled: [ListedOrder] = []
        /// Looked at three times in a row, the last time behind the lag of lists, and nothing was open.
        var hasNoOrders = false
        /// Of the symbols that were traded, by their name; nil: not asked.
        var positions: [(symbol: Symbol, net: SignedQuantity)]?

        var isProven: Bool { hasNoOrders && isFlat }
        var isFlat: Bool { positions?.allSatisfy { $0.net == .zero } ?? true }
    }

    func run() -> Evidence {
        var evidence = Evidence()
        evidence.hasNoOrders = cancelOrders(&evidence)
        guard flattens, evidence.hasNoOrders, hasPositions else { return evidence }
        evidence.positions = closePositions()
        // Closing sends orders too.
        evidence.hasNoOrders = cancelOrders(&evidence)
        return evidence
    }

    private var hasPositions: Bool { symbols.contains { $0.kind != .spot } }

    // MARK: - Orders

    private func cancelOrders(_ evidence: inout Evidence) -> Bool {
        let known = KnownOrderIDs(venue: venue.name, keyID: keys.id)
        let sightings = OpenOrderSightings()
        let (venue, keys, symbols) = (venue, keys, symbols)
        let isProven = untilProven("its open orders") {
            let own = EmergencyStop.run(
                { venue.makeSweep(keys, true, sightings) { known.isOfARun($0) } },
                network: network)
            guard case .proven = own, takesForeign, !symbols.isEmpty else { return own }
            return EmergencyStop.run(
                { venue.makeCleaner(symbols, keys, .all) }, network: network)
        }
        evidence.cancelled += sightings.orders.filter {
            known.isOfARun($0.clientID?.text) && !evidence.cancelled.contains($0)
        }
        return isProven
    }

    /// Tries again and again; false: somebody gave it up.
    private func untilProven(_ what: String, _ attempt: () -> EmergencyStop.Outcome) -> Bool {
        while true {
            switch attempt() {
            case .proven: return true
            case .refused(let problem):
                report(problem.description)
                return false
            case .unproven(let words):
                let why = words.last ?? "it does not answer"
                guard Interrupt.count < mostInterrupts else { return false }
                report(
                    "\(venue.title) has not shown \(what) yet: \(why); trying on, Ctrl-C gives up")
                pause(milliseconds: 500)
            }
        }
    }

    // MARK: - Positions

    /// What is held at the end; nil: the venue has not shown it.
    private func closePositions() -> [(symbol: Symbol, net: SignedQuantity)]? {
        while Interrupt.count < mostInterrupts {
            if let held = closeOnce() {
                if held.allSatisfy({ $0.net == .zero }) { return held }
                let left = held.filter { $0.net != .zero }.map { "\($0.symbol) \($0.net)" }
                report("still held: \(left.joined(separator: ", ")); closing again")
            } else {
                report("\(venue.title) has not shown the positions yet; trying on, Ctrl-C gives up")
                pause(milliseconds: 500)
            }
        }
        return nil
    }

    /// A short run that does nothing but close what it finds.
    private func closeOnce() -> [(symbol: Symbol, net: SignedQuantity)]? {
        var plain = settings
        plain.leverage = nil  // it stays as it is
        plain.margin = nil
        let clock = RunClock()
        guard let orderIDs = try? RunOrderIDs(at: venue, for: keys),
            let session = try? venue.session(
                of: symbols, keys: keys, settings: plain, clientNumbers: orderIDs.firstNumbers,
                seed: UInt64.random(in: 1...999_999))
        else { return nil }
        let audience = KillAudience(report)
        var settings = EngineSettings()
        settings.orderIDPrefix = orderIDs.prefix
        settings.skipsMissedBeats = true
        let trading = VenueTrading<LiveRun>(
            asksFirst: true, audience: audience, connectPatience: Self.connectPatience,
            patience: venue.patience
        ) { [settings] instruments in
            LiveRun(
                engine: Engine(
                    mode: .live, instruments: instruments, strategy: QuietStrategy(),
                    settings: settings, now: clock.now()), reloads: nil, patience: venue.patience)
        }
        VenueLoop<LiveRun>.runHere { loop, onEnd in
            let host = VenueLoop(
                trading, session: session, network: network, on: loop, now: clock.now,
                onEnd: onEnd)
            host.earlierSignals = mostInterrupts - 1
            audience.whenReady = { [unowned host] in
                host.later { trading, now in
                    trading.allow(at: now)
                    trading.kill("kill", flattens: true, at: now)
                }
            }
            return host
        }
        guard let run = trading.run, trading.hasTraded, case .stopped = trading.end,
            run.isWoundDown
        else { return nil }
        let held = run.heldAtVenue
        return run.engine.state.instruments.map { instrument in
            let position = held.first { $0.instrument == instrument.id }
            return (instrument.symbol, position?.net ?? .zero)
        }
    }

    private static let connectPatience: Int64 = 20_000_000_000
}

/// Says what goes wrong while positions are closed.
private final class KillAudience: VenueAudience {
    var whenReady: (() -> Void)?
    private var said: Set<String> = []
    private let report: (String) -> Void

    init(_ report: @escaping (String) -> Void) { self.report = report }

    func log(_ level: LogLevel, _ text: String, at now: Timestamp) {
        if level == .error || level == .warn { reportOnce(text) }
    }
    func status(_ status: VenueStatus, at now: Timestamp) {}
    func problem(_ problem: VenueProblem, at now: Timestamp) { reportOnce(problem.whatHappened) }

    /// What fails again is no news.
    private func reportOnce(_ text: String) {
        if said.insert(text).inserted { report(text) }
    }
    func retries(at time: Timestamp, now: Timestamp) {}
    func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) { whenReady?() }
}

/// Wants nothing and asks for nothing.
private final class QuietStrategy: Strategy {
    func attach(to state: TradingState) {}
    func subscription(to instrument: InstrumentID) -> Subscription { Subscription() }
    func onStart(_ reason: StartReason) -> HandlerOutcome { .quiet }
    func onTrade(_ trade: Trade) -> HandlerOutcome { .quiet }
    func onQuote(_ quote: Quote) -> HandlerOutcome { .quiet }
    func onBook(_ book: OrderBook) -> HandlerOutcome { .quiet }
    func onBar(_ bar: Bar) -> HandlerOutcome { .quiet }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { .quiet }
    func onFunding(_ funding: Funding) -> HandlerOutcome { .quiet }
    func onOrder(_ order: Order) -> HandlerOutcome { .quiet }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome { .quiet }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome { .quiet }
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome { .quiet }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { .quiet }
    func onStop(_ reason: String) -> HandlerOutcome { .quiet }
    func drainOutput(into requests: inout [StrategyRequest]) {}
}

extension AccountKill.Evidence {
    /// What was seen, a line each.
    func lines(at venue: Venue, on time: UTCTime) -> [String] {
        var lines: [String] = []
        if !cancelled.isEmpty {
            let ids = cancelled.map { $0.clientID?.text ?? $0.venueID }.joined(separator: ", ")
            lines.append("cancelled \(counted(cancelled.count, "order")): \(ids)")
        }
        lines.append(
            hasNoOrders
                ? "\(venue.title) showed twice that no order of this program is open, "
                    + "\(time.clock) UTC"
                : "orders of this program may STILL BE OPEN at \(venue.title)")
        for (symbol, net) in positions ?? [] {
            lines.append("position \(symbol): \(net)" + (net == .zero ? "" : ", NOT FLAT"))
        }
        return lines
    }

    var json: [(String, JSON)] {
        [
            ("cancelled", .array(cancelled.map { .text($0.clientID?.text ?? $0.venueID) })),
            ("no_open_orders", .bool(hasNoOrders)),
            (
                "positions",
                positions.map { positions in
                    .pairs(positions.map { ($0.symbol.description, .text("\($0.net)")) })
                } ?? .null
            ),
        ]
    }
}
