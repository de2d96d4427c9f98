import JournalStore
import LiveTrading
import RunInputs
import ScriptHost
import Synchronization
import TradingCore
import TradingModel

/// An account's journal during one run.
///
/// It is opened when the instruments are known and before anything is traded; without it no money is.
final class LiveJournal: Sendable {
    private let journal = Mutex<Journal?>(nil)
    private let header: RunHeader
    /// Whose it is: of a run on several accounts one.
    private let account: RecordingHeader.Account
    /// What later runs of the strategy know it by.
    private let strategy: String

    private let settings: JournalSettings

    /// How long the end of a run waits for the disk, in nanoseconds.
    private static let patience: Int64 = 5_000_000_000

    init(
        _ header: RunHeader, _ account: RecordingHeader.Account, strategy: String,
        _ settings: JournalSettings
    ) {
        self.account = account
        self.settings = settings
        self.header = header
        self.strategy = strategy
    }

    private var mode: TradingMode { account.isLive ? .live : .paper }

    /// What a run writes into it.
    private func runJournal(_ journal: Journal, _ instruments: [Instrument]) -> RunJournal {
        let accounts = RunAccounts(of: instruments.map(\.symbol), isShared: false)
        let keeper = header.accounts.first(where: \.isLive) ?? header.accounts[0]
        let scope = accounts.place(at: account.venue).map { place in
            RunJournal.Scope(
                accounts, place: place, keepsWhole: account == keeper,
                isSimulated: !account.isLive)
        }
        return RunJournal(journal, instruments: instruments.count, of: scope)
    }

    private func traded(_ instruments: [Instrument]) -> [Instrument] {
        instruments.filter { $0.symbol.venue == account.venue }
    }

    /// Opens it for a run with real money.
    ///
    /// - Parameters:
    ///   - instruments: all of the run.
    ///   - name: of the run's folder.
    ///   - session: the number in the run's client order ids.
    ///   - hash: of the script's first version.
    ///   - warn: called on any thread with what there is to say.
    func begin(
        _ instruments: [Instrument], name: String, keyID: String, session: UInt64, hash: String,
        files: [ScriptFile], clock: RunClock, warn: @escaping @Sendable (String) -> Void
    ) throws(JournalProblem) -> RunJournal {
        let opened = try AccountJournal.open(
            venue: account.venue, keyID: keyID,
            beginning: JournalRun(
                name: name, mode: mode, venue: account.venue, strategy: strategy,
                session: session, started: clock.now(), instruments: instruments,
                traded: traded(instruments),
                version: StrategyVersion(
                    number: 1, hash: hash, since: clock.now(), header: header, files: files)),
            settings,
            clock: clock.now
        ) { condition in
            switch condition {
            case .failing(let reason):
                warn(
                    "\(self.whose) cannot be written: \(reason); it is tried again, and new "
                        + "orders stop soon")
            case .working: warn("\(self.whose) is written again")
            }
        }
        if let other = opened.other {
            warn("\(other); this run keeps a journal of its own beside it")
        }
        journal.withLock { $0 = opened.journal }
        return runJournal(opened.journal, instruments)
    }

    /// Opens that of a simulated account.
    ///
    /// - Parameters:
    ///   - name: of the run's folder.
    ///   - hash: of the script's first version.
    ///   - warn: called on any thread with what there is to say.
    func beginPaper(
        _ path: String, _ beginning: PaperBeginning, _ instruments: [Instrument], name: String,
        started: Timestamp, hash: String, files: [ScriptFile],
        clock: @escaping @Sendable () -> Timestamp, warn: @escaping @Sendable (String) -> Void
    ) throws(JournalProblem) -> RunJournal {
        let opened = try AccountJournal.openPaper(
            path,
            beginning: JournalRun(
                name: name, mode: mode, venue: account.venue, strategy: strategy,
                session: nil, started: started, instruments: instruments,
                traded: traded(instruments),
                version: StrategyVersion(
                    number: 1, hash: hash, since: started, header: header, files: files),
                account: beginning), settings, clock: clock
        ) { condition in
            switch condition {
            case .failing(let reason):
                warn("the paper account's journal cannot be written: \(reason); it is tried again")
            case .working: warn("the paper account's journal is written again")
            }
        }
        journal.withLock { $0 = opened }
        return runJournal(opened, instruments)
    }

    /// In words: `the journal`, and of several that of which venue.
    private var whose: String {
        header.accounts.count == 1 ? "the journal" : "the journal of \(account.venue)"
    }

    /// Waits, for a while, until what a run makes faster than the disk takes it has room again.
    func makeRoom() {
        guard let journal = journal.withLock({ $0 }), !journal.mayTakeOrders else { return }
        _ = journal.flush(until: wallClock().advanced(byNanoseconds: Self.patience))
    }

    /// Writes down a version that has taken over.
    func add(_ reload: RecordedReload) {
        let version = StrategyVersion(
            number: reload.version, hash: reload.hash, since: reload.swapped, header: header,
            files: reload.files)
        journal.withLock { _ = $0?.put(.version(version)) }
    }

    /// Closes it, and says what did not get into it.
    ///
    /// - Parameter clock: what the journal's clock says now.
    func end(_ reason: String, at now: Timestamp, by clock: Timestamp, warn: (String) -> Void) {
        guard let journal = journal.withLock({ $0.take() }) else { return }
        let end = journal.finish(
            reason: reason, at: now, until: clock.advanced(byNanoseconds: Self.patience))
        let missing = end.unwritten + end.lost
        guard missing > 0 else { return }
        let why = if case .failing(let reason) = end.condition { ": \(reason)" } else { "" }
        warn("\(whose) lacks \(counted(missing, "entry", "entries")) of this run\(why)")
    }
}
