import Foundation
import JournalStore
import LiveTrading
import PaperTrading
import PropertyTesting
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions
import VenueSimulators

/// A strategy that trades live at a simulated venue and is killed again and again, in virtual time.
///
/// Each of its runs has what a real one has, a journal on the disk too. A kill drops session, run and journal
/// as they are: between two events, or in the middle of what one led to. What was sent arrives, and nobody
/// hears the answer.
final class MortalAccount {
    private static let start = Timestamp(nanoseconds: 1_790_000_000_000_000_000)

    /// Where in the handling of an action a run dies.
    enum Moment: CaseIterable {
        /// The engine has it, and nothing that it wants has left.
        case beforeRequests
        /// What it wants has left, and nothing else is written down.
        case beforeWriting
        /// All is done.
        case afterwards
    }

    /// What a test may leave out, to be found.
    enum Mistake: CaseIterable {
        /// The next run does not know the orders that the dead one left.
        case forgetsOrders
        /// It does not know the executions that were counted.
        case forgetsFills
        /// It begins with no position.
        case forgetsPositions
        /// `state` is that of a later instant than the journal's.
        case stateGoesAhead
        /// It gives its orders the numbers that the dead one gave.
        case repeatsNumbers
    }

    let setting: AccountSetting
    let seed: UInt64
    let mistake: Mistake?
    private let line: SessionLine
    private let folder: URL
    private let load: (StrategyState?) throws -> LuaStrategy
    private let connector: VenueConnector
    private var random: Seeded
    private(set) var trading: VenueTrading<LiveRun>?
    private(set) var watcher = Watcher()
    private var journal: Journal?
    private(set) var runs = 0
    /// Actions until it dies; nil: it lives on.
    private var dying: (actions: Int, moment: Moment)?
    private var nextNumber: Int64 = 1
    /// Blocks of numbers of each run, by its prefix.
    private var blocks: [String: [Range<Int64>]] = [:]
    /// The state of a strategy that died, where it is carried on by mistake.
    private var lastState: StrategyState?
    private(set) var errors: [String] = []
    /// `state` as each restart found it, and how many executions the journal had then.
    private(set) var restarts: [(state: String, fills: Int)] = []

    var now: Timestamp { line.now }
    var simulator: FaultySimulator { line.simulator }
    private var path: String { folder.appendingPathComponent("account.journal").path }

    init(
        _ setting: AccountSetting, seed: UInt64, mistake: Mistake? = nil,
        load: @escaping (StrategyState?) throws -> LuaStrategy
    ) throws {
        self.setting = setting
        self.seed = seed
        self.mistake = mistake
        self.load = load
        connector = setting.venue.connector
        random = Seeded(seed ^ 0x5eed)
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("mortal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        line = SessionLine(
            setting.venue.makeSession(try setting.symbols.map { try Symbol($0) }, seed),
            to: try setting.simulator(seed: seed, start: Self.start), seed: seed, start: Self.start)
        line.listener = self
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    // MARK: - Life and death

    /// Trades so many runs, each killed but for the last, which ends as after Ctrl-C.
    ///
    /// - Returns: whether it ended in time.
    func live(runs count: Int) throws -> Bool {
        for run in 1...count {
            try begin()
            if run < count {
                dying = (random.int(1...600), random.pick(Moment.allCases))
                line.handle(.timer)
                guard pass(120, until: { self.trading == nil }) else { return false }
            } else {
                line.handle(.timer)
                guard pass(300, until: { self.trading?.stage == .trading }) else { return false }
                _ = pass(10, until: { false })
                trading?.stop("interrupted", at: now)
                carryOn()
                guard pass(90, until: { self.trading?.stage == .ended }) else { return false }
            }
        }
        if let run = trading?.run { run.journal?.keepLast(run.engine) }
        _ = journal?.finish(reason: "over", at: now, until: .distantFuture)
        return true
    }

    private func begin() throws {
        runs += 1
        let name = "run-\(runs)"
        let prefix = "mr\(mistake == .repeatsNumbers ? 1 : runs)"
        let symbols = try setting.symbols.map { try Symbol($0) }
        let isNumbered = if case .numbers = connector.clientIDs { true } else { false }
        let memory = try StrategyMemory.read(
            of: "mortal.lua", trading: symbols, in: runs == 1 ? [] : [path],
            isAlive: { _ in false },
            isKnown: { !isNumbered || self.number(of: $0) != nil })
        var restored =
            memory?.restoredOrders(symbols, at: now) { isNumbered ? self.number(of: $0) : nil }
            ?? []
        if mistake == .forgetsOrders { restored = [] }
        if mistake == .forgetsFills {
            for place in restored.indices { restored[place].fillIDs = [] }
        }
        let block = nextNumber..<nextNumber + AccountVenue.blockLength
        nextNumber = block.upperBound
        blocks[prefix, default: []].append(block)
        var plan = VenuePlan(
            symbols: symbols, key: VenueKey(id: "simulator-key", secret: "simulator-secret"),
            clientNumbers: isNumbered ? block : nil, restoredOrders: restored,
            socketBase: "wss://simulator" + connector.socketPath, seed: seed &+ UInt64(runs))
        plan.restoredOrders = restored
        line.replace(with: try connector.makeSession(plan))
        let strategy = try load(mistake == .stateGoesAhead ? lastState : memory?.state?.state)
        try keepWhatIsFound(memory)
        let watcher = Watcher()
        self.watcher = watcher
        trading = VenueTrading(
            asksFirst: true, audience: watcher, reconcilePeriod: 11_000_000_000
        ) { instruments in
            self.makeRun(strategy, instruments, name, prefix, memory, watcher)
        }
    }

    private func makeRun(
        _ strategy: LuaStrategy, _ instruments: [Instrument], _ name: String, _ prefix: String,
        _ memory: StrategyMemory?, _ watcher: Watcher
    ) -> LiveRun {
        var settings = EngineSettings()
        settings.orderIDPrefix = prefix
        settings.skipsMissedBeats = true
        let engine = Engine(
            mode: .live, instruments: instruments, strategy: strategy, settings: settings, now: now)
        let run = LiveRun(engine: engine, reloads: nil, patience: connector.patience)
        run.listener = { command, _ in watcher.hear(command) }
        run.reportListener = { report, _ in watcher.hear(report) }
        do {
            let journal = try openJournal(name, instruments)
            run.journal = RunJournal(journal, instruments: instruments.count)
            self.journal = journal
        } catch {
            errors.append("\(error)")
        }
        guard let memory else { return run }
        var earlier = memory.earlierRun(instruments)
        if mistake == .forgetsOrders { earlier.orders = [] }
        if mistake == .forgetsPositions { earlier.positions = [:] }
        if mistake == .forgetsFills {
            for place in earlier.orders.indices { earlier.orders[place].fills = [] }
        }
        run.resume(earlier, at: now)
        if let state = memory.state { run.journal?.keep(state.state, at: now) }
        return run
    }

    private func openJournal(_ name: String, _ instruments: [Instrument]) throws -> Journal {
        var settings = JournalSettings()
        // The disk's time is not the run's.
        settings.patienceNanoseconds = .max / 2
        return try Journal(
            path,
            beginning: JournalRun(
                name: name, mode: .live, venue: connector.name, strategy: "mortal.lua",
                session: UInt64(runs), started: now, instruments: instruments,
                version: StrategyVersion(
                    number: 1, hash: "", since: now, parameters: "[]", settings: "[]", files: [])),
            settings: settings, clock: { Self.start })
    }

    private func number(of order: ClientOrderID) -> Int64? {
        let parts = order.text.split(separator: "-")
        guard parts.count == 2, var place = Int64(parts[1]).map({ $0 - 1 }) else { return nil }
        for block in blocks[String(parts[0])] ?? [] {
            if place < block.count { return block.lowerBound + place }
            place -= Int64(block.count)
        }
        return nil
    }

    private func keepWhatIsFound(_ memory: StrategyMemory?) throws {
        guard let memory else { return }
        let fills = try JournalReader(path).executions(since: .distantPast, atMost: 100_000)
        restarts.append((memory.state?.state.text ?? "", fills.count))
    }

    /// Drops all that a killed process would take with it; what it sent arrives.
    private func die() {
        if let state = trading?.run?.engine.savedState() { lastState = state }
        errors += watcher.errors
        trading = nil
        journal = nil
        dying = nil
        line.deliverSent()
    }

    // MARK: - Time

    private func pass(_ seconds: Int64, until isReached: () -> Bool) -> Bool {
        let end = now.advanced(byNanoseconds: seconds * 1_000_000_000)
        while !isReached() {
            let due = min(line.nextDue, trading?.nextDue ?? .distantFuture)
            guard due <= end else {
                line.idle(to: end)
                return isReached()
            }
            line.step(to: due)
            guard let trading, trading.nextDue <= now else { continue }
            trading.pass(until: now)
            carryOn()
        }
        return true
    }

    private func carryOn() {
        if isDue(at: .beforeRequests) { return die() }
        for request in trading?.drainRequests() ?? [] { line.handle(request) }
        if isDue(at: .beforeWriting) { return die() }
        if !line.isHandling { trading?.writeDown() }
        if isDue(at: .afterwards) { return die() }
    }

    private func isDue(at moment: Moment) -> Bool {
        guard let (actions, end) = dying, trading != nil else { return false }
        return actions <= 0 && moment == end
    }

    /// The books of the venue.
    func executions() throws -> [RecordedExecution] {
        try JournalReader(path).executions(since: .distantPast, atMost: 100_000)
    }
    func keptState() throws -> String {
        try JournalReader(path).state(of: "run-\(runs)")?.state.text ?? ""
    }
}

extension MortalAccount: LineListener {
    func hear(_ action: SessionAction) {
        guard let trading else { return }
        if case .wantsClientNumbers = action {
            let block = nextNumber..<nextNumber + AccountVenue.blockLength
            nextNumber = block.upperBound
            blocks["mr\(mistake == .repeatsNumbers ? 1 : runs)", default: []].append(block)
            return line.handle(.clientNumbers(block))
        }
        if let dying { self.dying = (dying.actions - 1, dying.moment) }
        trading.apply(action, at: now)
        carryOn()
    }

    func handledInput(_ session: any VenueSession) {}

    func cameToRest() {
        guard let trading else { return }
        trading.writeDown()
        guard watcher.isAsked, trading.stage == .waiting else { return }
        trading.allow(at: now)
        carryOn()
    }
}
