import Foundation
import JournalStore
package import LiveTrading
import PaperTrading
import PropertyTesting
import RunInputs
import ScriptHost
import TradingCore
package import TradingModel
package import VenueSessions
package import VenueSimulators

/// A strategy that trades live at a simulated venue and is killed, stopped and started again, in virtual time.
///
/// Each of its runs has what a real one has: session, engine, journal and order ids on a disk, a recording. A
/// kill drops all of it as it is: between two events, or in the middle of what one led to. What was sent
/// arrives, and nobody hears the answer.
package final class AccountLife {
    package static let start = Timestamp(nanoseconds: 1_790_000_000_000_000_000)

    /// Where in the handling of an action a run dies.
    enum Moment: CaseIterable {
        /// The engine has it, and nothing that it wants has left.
        case beforeRequests
        /// What it wants has left, and nothing else is written down.
        case beforeWriting
        /// All is done.
        case afterwards
    }

    package let plan: LifePlan
    let line: SessionLine
    let disk: LifeJournal
    var ids: LifeIDs
    var random: Seeded
    package internal(set) var trading: VenueTrading<RecordingRun<LiveRun>>?
    package private(set) var watcher = Watcher()
    package private(set) var runs = 0
    /// Actions until it dies; nil: it lives on.
    private var dying: (actions: Int, moment: Moment)?
    /// The state of a strategy that died, where it is carried on by mistake.
    private var lastState: StrategyState?
    /// What is wrong; nothing goes on behind the first.
    package internal(set) var problems: [String] = []
    /// As the venue told them last.
    var instruments: [Instrument] = []
    /// Open orders of others.
    var foreignCount = 0
    /// Whether what cleans up has shown that nothing is open.
    var isCleaned = false
    /// `state` as each restart found it, and how many executions the journal had then.
    package private(set) var restarts: [(state: String, fills: Int)] = []
    /// What this run went on with.
    private(set) var memory: StrategyMemory?
    var recording: LifeRecording?
    /// Hears what happens.
    package var trace: ((Timestamp, String) -> Void)? {
        didSet { line.trace = trace }
    }

    package var now: Timestamp { line.now }
    package var simulator: FaultySimulator { line.simulator }
    var connector: VenueConnector { plan.setting.venue.connector }
    var symbols: [Symbol]

    package init(_ plan: LifePlan) throws {
        self.plan = plan
        random = Seeded(plan.seed ^ 0x5eed)
        symbols = try plan.setting.symbols.map { try Symbol($0) }
        disk = try LifeJournal(at: Self.start)
        ids = LifeIDs(
            plan.setting.venue.connector.clientIDs, seed: plan.seed,
            repeats: plan.mistake == .repeatsNumbers)
        line = SessionLine(
            plan.setting.venue.makeSession(symbols, plan.seed),
            to: try plan.setting.simulator(seed: plan.seed, start: Self.start), seed: plan.seed,
            start: Self.start)
        line.listener = self
    }

    // MARK: - A run

    /// Begins the next run.
    ///
    /// - Returns: false: it died before it had anything.
    func begin() throws -> Bool {
        runs += 1
        disk.clock.set(now)
        let block: Range<Int64>?
        do {
            if random.chance(plan.powerCuts) { ids.crashSoon(steps: random.int(0...6)) }
            block = try ids.begin(at: now)
        } catch let problem as OrderIDProblem where problem == CrashingDisk.crash {
            ids.restart(afterPowerCut: random.bool())
            return false
        }
        let isNumbered = ids.isNumbered
        memory = try StrategyMemory.read(
            of: "life.lua", trading: symbols, in: runs == 1 ? [] : [disk.path],
            isAlive: { _ in false },
            isKnown: { !isNumbered || self.ids.number(of: $0) != nil })
        var restored =
            memory?.restoredOrders(symbols, at: now) { self.ids.number(of: $0) } ?? []
        if plan.mistake == .forgetsOrders { restored = [] }
        if plan.mistake == .forgetsFills {
            for place in restored.indices { restored[place].fillIDs = [] }
        }
        var session = VenuePlan(
            symbols: symbols, key: plan.setting.venue.key,
            clientNumbers: block, settledUntil: memory?.settledUntil ?? [:],
            socketBase: "wss://simulator" + connector.socketPath,
            seed: plan.seed &+ UInt64(runs))
        session.restoredOrders = restored
        line.replace(with: try connector.makeSession(session))
        if let memory {
            let executions = try disk.executions()
            restarts.append((memory.state?.state.text ?? "", executions.count))
            try checkMemory(memory, executions)
        }
        let state = plan.mistake == .stateGoesAhead ? lastState : memory?.state?.state
        let strategy = try load(state)
        watcher = Watcher()
        let watcher = watcher
        trading = VenueTrading(
            asksFirst: true, audience: watcher, patience: connector.patience,
            reconcilePeriod: 11_000_000_000
        ) { instruments in
            self.makeRun(strategy, state, instruments, watcher)
        }
        return true
    }

    func load(_ state: StrategyState?) throws -> LuaStrategy {
        let script = try LuaStrategy.version(startingWith: state) { text throws(ScriptError) in
            try plan.script.load(plan.setting, seed: plan.seed, text)
        }
        if let state { try script.adopt(state) }
        return script
    }

    private func makeRun(
        _ strategy: LuaStrategy, _ state: StrategyState?, _ instruments: [Instrument],
        _ watcher: Watcher
    ) -> RecordingRun<LiveRun> {
        self.instruments = instruments
        let reloads = plan.isRecorded ? LifeRecording.reloads : nil
        let run = LiveRun(
            engine: Engine(
                mode: .live, instruments: instruments, strategy: strategy, settings: settings(),
                now: now), reloads: reloads, patience: connector.patience)
        run.listener = { command, _ in watcher.hear(command) }
        run.reportListener = { report, _ in watcher.hear(report) }
        do {
            let journal = try disk.open(journalRun(instruments))
            run.journal = RunJournal(journal, instruments: instruments.count)
            recording = plan.isRecorded ? try LifeRecording(of: self, instruments, state) : nil
        } catch {
            problems.append("\(error)")
        }
        var recorded = RecordingRun(run, recorder: recording?.recorder)
        guard let memory else { return recorded }
        var earlier = memory.earlierRun(instruments)
        if plan.mistake == .forgetsOrders { earlier.orders = [] }
        if plan.mistake == .forgetsPositions { earlier.positions = [:] }
        if plan.mistake == .forgetsFills {
            for place in earlier.orders.indices { earlier.orders[place].fills = [] }
        }
        recorded.resume(earlier, at: now)
        if let state = memory.state { run.journal?.keep(state.state, at: now) }
        return recorded
    }

    func settings() -> EngineSettings {
        var settings = EngineSettings()
        settings.limits = plan.limits
        settings.orderIDPrefix = ids.prefix
        settings.skipsMissedBeats = true
        return settings
    }

    private func journalRun(_ instruments: [Instrument]) -> JournalRun {
        JournalRun(
            name: "run-\(runs)", mode: .live, venue: connector.name, strategy: "life.lua",
            session: ids.session, started: now, instruments: instruments,
            version: StrategyVersion(
                number: 1, hash: "", since: now, parameters: "[]", settings: "[]", files: []))
    }

    // MARK: - Death

    /// Lets the run die after so many actions.
    func dieSoon() { dying = (random.int(1...600), random.pick(Moment.allCases)) }

    private func isDue(at moment: Moment) -> Bool {
        guard let (actions, end) = dying, trading != nil else { return false }
        return actions <= 0 && moment == end
    }

    /// Drops all that a killed process would take with it; what it sent arrives.
    func die() {
        if let state = trading?.run?.engine.savedState() { lastState = state }
        keepErrors()
        do {
            if random.chance(plan.tornWrites) { try disk.tearWrite(after: random.int(1...6)) }
            try disk.die()
        } catch {
            problems.append("\(error)")
        }
        let isPowerCut = random.chance(plan.powerCuts)
        trace?(now, "=== killed\(isPowerCut ? ", and the power is gone" : "")")
        ids.restart(afterPowerCut: isPowerCut)
        endRecording("killed", isCut: random.bool())
        trading = nil
        dying = nil
        line.deliverSent()
    }

    /// What it said that no run may say.
    func keepErrors() { problems += watcher.errors.map { "it says: \($0)" } }

    func endRecording(_ reason: String, isCut: Bool) {
        guard let recording, let run = trading?.run else { return }
        self.recording = nil
        let cut = isCut ? random.int(1...60_000) : 0
        problems += recording.problems(with: run.run, endedBy: reason, cutBy: cut)
    }

    // MARK: - Time

    /// - Returns: whether it came to what was waited for.
    func pass(_ seconds: Int64, until isReached: () -> Bool = { false }) -> Bool {
        let end = now.advanced(byNanoseconds: seconds * 1_000_000_000)
        while !isReached() {
            guard problems.isEmpty else { return false }
            let due = min(line.nextDue, trading?.nextDue ?? .distantFuture, disk.nextStep)
            guard due <= end else {
                line.idle(to: end)
                disk.clock.set(now)
                return isReached()
            }
            if line.nextDue <= due { line.step(to: due) } else { line.idle(to: due) }
            disk.clock.set(now)
            if disk.nextStep <= now { disk.step() }
            if let trading, trading.nextDue <= now {
                trading.pass(until: now)
                carryOn()
            }
            checkNow()
        }
        return true
    }

    func carryOn() {
        if isDue(at: .beforeRequests) { return die() }
        for request in trading?.drainRequests() ?? [] { line.handle(request) }
        if isDue(at: .beforeWriting) { return die() }
        if !line.isHandling { trading?.rest() }
        if isDue(at: .afterwards) { return die() }
    }
}

extension AccountLife: LineListener {
    package func hear(_ action: SessionAction) {
        guard let trading else {
            if case .reconciled = action { isCleaned = true }
            return
        }
        if case .wantsClientNumbers = action {
            guard let block = try? ids.reserve(at: now) else { return }
            return line.handle(.clientNumbers(block))
        }
        if let dying { self.dying = (dying.actions - 1, dying.moment) }
        disk.clock.set(now)
        trading.apply(action, at: now)
        carryOn()
    }

    package func handledInput(_ session: any VenueSession) {}

    package func cameToRest() {
        guard let trading else { return }
        trading.rest()
        guard watcher.isAsked, trading.stage == .waiting else { return }
        trading.allow(at: now)
        carryOn()
    }
}
