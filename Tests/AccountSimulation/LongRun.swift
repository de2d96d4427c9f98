import CoinEx
import Foundation
import JournalStore
import LiveTrading
import PaperTrading
import RunInputs
package import ScriptHost
import TradingCore
import TradingModel
package import VenueSessions
import VenueSimulators

/// A shipped market maker that trades live at a simulated venue for weeks, in virtual time: for what a run
/// takes of memory and disk.
///
/// The venue keeps little of its own history, for it is in the same process.
package final class LongRun {
    private static let start = Timestamp(nanoseconds: 1_790_000_000_000_000_000)
    /// Of the journal and of the recording, in bytes.
    package static let mostJournalBytes = 300_000_000
    package static let mostRecordingBytes = 200_000_000

    private let line: SessionLine
    private let disk: LifeJournal
    private let folder: String
    private let audience = QuietAudience()
    private var trading: VenueTrading<RecordingRun<LiveRun>>?
    private var recorder: InputRecorder?
    package private(set) var problems: [String] = []

    package init(seed: UInt64, strategy: LuaStrategy) throws {
        let symbol = try Symbol("coinex:BTC/USDT:USDT")
        var account = VenueAccount.generous
        account.keptRows = 1_000
        let instrument = try SimulatedExchange.instrument(
            Symbol("sim:BTC/USDT:USDT"), id: InstrumentID(0))
        let feed = SimulatedFeed(
            SimulatedMarket(instruments: [instrument].compactMap(\.self), seed: seed),
            start: Self.start, history: 10_000_000_000, speed: 1)
        let venue = CoinExSimulator(
            instruments: [instrument].compactMap(\.self), feed: feed,
            settings: CoinExSimulatorSettings(accounts: [account]), start: Self.start)
        disk = try LifeJournal(at: Self.start)
        disk.mostBytes = Self.mostJournalBytes
        folder = try disk.makeFolder("recording")
        let plan = VenuePlan(
            symbols: [symbol], key: VenueKey(id: account.key, secret: account.secret),
            socketBase: "wss://simulator" + VenueConnector.coinEx.socketPath, seed: seed)
        line = SessionLine(
            try VenueConnector.coinEx.makeSession(plan),
            to: FaultySimulator(
                venue, plan: try AccountVenue.coinEx.readFaults("drop=0.0001,cut=0.00001"),
                seed: seed, start: Self.start), seed: seed, start: Self.start)
        line.listener = self
        trading = VenueTrading(
            asksFirst: true, audience: audience, reconcilePeriod: 60_000_000_000
        ) { [unowned self] instruments in makeRun(strategy, instruments) }
    }

    private func makeRun(
        _ strategy: LuaStrategy, _ instruments: [Instrument]
    ) -> RecordingRun<LiveRun> {
        var settings = EngineSettings()
        settings.orderIDPrefix = ClientOrderIDMaker.prefix(of: 1_790_000_000_000_000)
        settings.skipsMissedBeats = true
        let run = LiveRun(
            engine: Engine(
                mode: .live, instruments: instruments, strategy: strategy, settings: settings,
                now: line.now), reloads: StrategyReloads(settings: ReloadSettings()))
        do {
            let journal = try disk.open(
                JournalRun(
                    name: "long", mode: .live, venue: "coinex", strategy: "market_maker.lua",
                    session: 1_790_000_000_000_000, started: line.now, instruments: instruments,
                    version: StrategyVersion(
                        number: 1, hash: "", since: line.now, parameters: "[]", settings: "[]",
                        files: [])))
            run.journal = RunJournal(journal, instruments: instruments.count)
        } catch {
            problems.append("\(error)")
        }
        let header = RecordingHeader(
            program: "test", isLive: true, venue: "coinex", begun: line.now,
            orderIDPrefix: settings.orderIDPrefix, patience: .usual, instruments: instruments)
        recorder =
            InputRecorder.begin(
                in: folder, header,
                limits: RecordingLimits(mostBytes: Self.mostRecordingBytes), whenEnded: { _ in }
            ).recorder
        return RecordingRun(run, recorder: recorder)
    }

    /// Trades for a while.
    ///
    /// - Returns: whether it still trades.
    package func pass(hours: Int64) -> Bool {
        if line.now == Self.start { line.handle(.timer) }
        let end = line.now.advanced(byNanoseconds: hours * 3_600_000_000_000)
        while let trading {
            let due = min(line.nextDue, trading.nextDue, disk.nextStep)
            guard due <= end else { break }
            if line.nextDue <= due { line.step(to: due) } else { line.idle(to: due) }
            disk.clock.set(line.now)
            if disk.nextStep <= line.now { disk.step() }
            if trading.nextDue <= line.now {
                trading.pass(until: line.now)
                carryOn()
            }
        }
        line.idle(to: end)
        return trading?.stage == .trading
    }

    package var journalBytes: Int { disk.bytes }
    package var recordingBytes: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.reduce(0) { $0 + LifeJournal.bytes(of: folder + "/" + $1) }
    }
    package var orderCount: Int { line.simulator.tally.orders }
    package var fillCount: Int { line.simulator.tally.fills }
    package var errors: [String] { problems + audience.errors }

    private func carryOn() {
        for request in trading?.drainRequests() ?? [] { line.handle(request) }
        if !line.isHandling { trading?.rest() }
    }
}

extension LongRun: LineListener {
    package func hear(_ action: SessionAction) {
        trading?.apply(action, at: line.now)
        carryOn()
    }
    package func handledInput(_ session: any VenueSession) {}
    package func cameToRest() {
        trading?.rest()
        guard trading?.stage == .waiting else { return }
        trading?.allow(at: line.now)
        carryOn()
    }
}

/// Keeps nothing but what is wrong.
private final class QuietAudience: VenueAudience {
    private(set) var errors: [String] = []

    func log(_ level: LogLevel, _ text: String, at now: Timestamp) {
        if level == .error, errors.count < 10 { errors.append(text) }
    }
    func status(_ status: VenueStatus, at now: Timestamp) {}
    func problem(_ problem: VenueProblem, at now: Timestamp) {
        if problem.isPermanent { errors.append(problem.description) }
    }
    func retries(at time: Timestamp, now: Timestamp) {}
    func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) {}
}
