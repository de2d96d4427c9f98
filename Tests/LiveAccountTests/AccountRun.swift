import AccountSimulation
import Foundation
import LiveTrading
import PaperTrading
import PlainJSON
import RunInputs
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions
import VenueSimulators

/// A strategy that trades live at a simulated venue, with a network between them, in virtual time.
///
/// Everything is what a real run has, but for sockets and clock; all chance comes from one seed.
final class AccountRun {
    private static let start = Timestamp(nanoseconds: 1_790_000_000_000_000_000)

    let watcher = Watcher()
    let trading: VenueTrading<RecordingRun<LiveRun>>
    /// Records what the run is told; nil: nothing does.
    var recorder: InputRecorder? { made.recorder }
    private let made: Made
    private final class Made { var recorder: InputRecorder? }

    /// Called in the middle of the trading.
    var halfway: (() throws -> Void)?
    private let line: SessionLine
    /// Whether an order is practised behind every message, far oftener than the transport does it.
    private let practises: Bool
    private(set) var practisedOrders = 0
    /// The first that no order of the run may have yet, where a venue takes numbers.
    private var nextNumber = 1 + AccountVenue.blockLength

    var simulator: FaultySimulator { line.simulator }
    var now: Timestamp { line.now }

    init(
        _ setting: AccountSetting, strategy: LuaStrategy, seed: UInt64, practises: Bool = false,
        limits: RiskLimits = RiskLimits(), recording folder: String? = nil,
        reloads: StrategyReloads? = nil
    ) throws {
        self.practises = practises
        line = SessionLine(
            setting.venue.makeSession(try setting.symbols.map { try Symbol($0) }, seed),
            to: try setting.simulator(seed: seed, start: Self.start), seed: seed, start: Self.start)
        let watcher = watcher
        var settings = EngineSettings()
        settings.limits = limits
        let made = Made()
        trading = VenueTrading(
            asksFirst: true, audience: watcher, patience: setting.venue.connector.patience,
            reconcilePeriod: 7_000_000_000
        ) { instruments in
            let engine = Engine(
                mode: .live, instruments: instruments, strategy: strategy, settings: settings,
                now: Self.start)
            let run = LiveRun(engine: engine, reloads: reloads)
            run.listener = { command, _ in watcher.hear(command) }
            run.reportListener = { report, _ in watcher.hear(report) }
            made.recorder = folder.flatMap {
                Self.record(in: $0, instruments, prefix: settings.orderIDPrefix)
            }
            return RecordingRun(run, recorder: made.recorder)
        }
        self.made = made
        line.listener = self
        line.trace = Self.trace
    }

    /// However much faster than a disk virtual time goes, all of it is recorded.
    private static func record(
        in folder: String, _ instruments: [Instrument], prefix: String
    ) -> InputRecorder? {
        let header = RecordingHeader(
            program: "test", isLive: true, venue: instruments[0].symbol.venue, begun: start,
            orderIDPrefix: prefix, patience: .usual, instruments: instruments)
        return InputRecorder.begin(
            in: folder, header,
            limits: RecordingLimits(fileBytes: 200_000, mostWaiting: .max),
            whenEnded: { Issue.record("the recording ends: \($0)") }
        ).recorder
    }

    /// The venue's own books.
    func books() throws -> JSON {
        let reply = simulator.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: now)
        return try JSON(parsing: reply.body)
    }

    /// Trades for some seconds, ends as after Ctrl-C, and waits for the end.
    ///
    /// - Returns: whether it began and ended in time.
    func trade(seconds: Int64) -> Bool {
        line.handle(.timer)
        // A venue that refuses every tenth question is known after some rounds.
        guard pass(300, until: { self.trading.stage == .trading }) else { return false }
        _ = pass(seconds / 2, until: { self.trading.stage != .trading })
        do { try halfway?() } catch { Issue.record(error) }
        goOn(seconds: seconds - seconds / 2)
        trading.stop("interrupted", at: now)
        carryOn()
        return pass(150, until: { self.trading.stage == .ended })
    }

    /// Trades for some seconds more.
    func goOn(seconds: Int64) { _ = pass(seconds, until: { self.trading.stage != .trading }) }

    /// - Returns: whether it came to what was waited for.
    private func pass(_ seconds: Int64, until isReached: () -> Bool) -> Bool {
        let end = now.advanced(byNanoseconds: seconds * 1_000_000_000)
        while !isReached() {
            let due = min(line.nextDue, trading.nextDue)
            guard due <= end else {
                line.idle(to: end)
                return isReached()
            }
            line.step(to: due)
            guard trading.nextDue <= now else { continue }
            trading.pass(until: now)
            carryOn()
        }
        return true
    }

    private func carryOn() {
        for request in trading.drainRequests() { line.handle(request) }
        if !line.isHandling { trading.rest() }
    }
}

extension AccountRun: LineListener {
    func hear(_ action: SessionAction) {
        if case .wantsClientNumbers = action {
            line.handle(.clientNumbers(nextNumber..<nextNumber + AccountVenue.blockLength))
            nextNumber += AccountVenue.blockLength
            return
        }
        trading.apply(action, at: now)
        carryOn()
    }

    func handledInput(_ session: any VenueSession) {
        if practises, session.practiceOrder(at: now) != nil { practisedOrders += 1 }
    }

    func cameToRest() {
        trading.rest()
        guard watcher.isAsked, trading.stage == .waiting else { return }
        trading.allow(at: now)
        carryOn()
    }
}

// MARK: - Looking closer
extension AccountRun {
    /// With `LIVE_ACCOUNT_TRACE=1` everything is printed: for one seed and one setting.
    fileprivate static var trace: ((Timestamp, String) -> Void)? {
        guard ProcessInfo.processInfo.environment["LIVE_ACCOUNT_TRACE"] != nil else { return nil }
        return { print("\(($0.nanoseconds - start.nanoseconds) / 1_000_000) ms", $1.prefix(400)) }
    }
}
