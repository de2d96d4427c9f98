import JournalStore
import LiveTrading
import RunFigures
import RunInputs
import ScriptHost
import Threads
import TradingCore
import TradingModel

/// A run's folder: what it takes to run it again, and where commands reach it.
///
/// A run without a folder trades all the same; it cannot be replayed then, nor reloaded by command.
final class RunFiles {
    private let origin: ScriptOrigin
    private var folder: RunFolder?
    private var record: RunRecord?
    /// Shows that the run lives.
    private var presence: RunPresence?
    /// Of its accounts, in their order.
    private let journals: [LiveJournal]
    /// Why the account's journal could not be opened, so that nothing was traded.
    private(set) var journalProblem: JournalProblem?
    /// Of what a run at a venue is told.
    private var recorder: InputRecorder?
    /// What the run says, in its folder; nil: it has none.
    private(set) var log: RunLog?

    private let header: RunHeader
    private var markedIntents = 0
    private var nextMark = Int64.min
    private static let markPeriod: Int64 = 2_000_000_000  // 2 s, in ns

    /// - Parameters:
    ///   - script: its first version, written down before anything is traded.
    ///   - state: the data that it begins with.
    ///   - orderSession: the number in its orders' client ids.
    init(
        accounts: [RecordingHeader.Account], origin: ScriptOrigin, settings: [SettingEntry],
        journal journalSettings: JournalSettings, script: LuaStrategy, state: StrategyState? = nil,
        orderSession: UInt64? = nil,
        resumed: RunHeader.Resumed? = nil
    ) throws {
        self.origin = origin
        header = RunHeader(
            accounts: accounts, seed: origin.seed, script: origin.path,
            parameters: origin.parameters.map { ($0.name, $0.text) },
            settings: settings.map { $0.path + [$0.text] }, state: state,
            orderSession: orderSession, resumed: resumed)
        journals = accounts.map { [header] account in
            LiveJournal(header, account, strategy: origin.knownPath, journalSettings)
        }
        do throws(RunFolder.Problem) {
            folder = try RunFolder.create(script: origin.path)
        } catch {
            Console.warn(
                "no session folder, so no `runner reload`, no `runner replay`, no log file, and nothing is "
                    + "kept for the next run: \(error)")
        }
        guard let folder else { return }
        do throws(OrderIDProblem) {
            presence = try RunPresence(in: folder)
        } catch {
            Console.warn("`runner kill` will not find this run: \(error)")
        }
        do throws(RunFolder.Problem) {
            log = try RunLog(in: folder) { Self.warn(of: $0, "the log file ends here") }
        } catch {
            Console.warn("this run has no log file: \(error)")
        }
        do throws(RunFolder.Problem) {
            let files = script.sources
            record = try RunRecord(
                in: folder, header, first: files, hash: origin.hash(of: files),
                whenBroken: { Self.warn(of: $0, "this run is not recorded") },
                whenReloaded: { [journals] reload in
                    for journal in journals { journal.add(reload) }
                })
        } catch {
            Console.warn("the session is not recorded: \(error)")
        }
    }

    /// Begins to record what a run at a venue is told; nil: it is not recorded.
    func beginRecording(_ header: RecordingHeader, _ settings: Settings) -> InputRecorder? {
        guard let folder, record != nil else { return nil }
        let log = log
        recorder = InputRecording.begin(in: folder, header, settings) { text in
            Console.warn(text)
            log?.add(text.onSomeLines)
        }
        return recorder
    }

    // MARK: - The journal

    /// Opens an account's journal for a run that will trade, or says in ``journalProblem`` why it cannot.
    ///
    /// - Parameter place: of the account.
    func beginJournal(
        _ place: Int, of run: LiveRun, _ script: LuaStrategy, keyID: String, session: UInt64,
        clock: RunClock
    ) {
        let log = log
        let files = script.sources
        do throws(JournalProblem) {
            let made = try journals[place].begin(
                run.engine.state.instruments, name: folder?.name ?? "run-\(session)", keyID: keyID,
                session: session,
                hash: origin.hash(of: files), files: files, clock: clock
            ) { text in
                Console.warn(text)
                log?.add(text.onSomeLines)
            }
            run.journals.append(made)
        } catch {
            journalProblem = journalProblem ?? error
        }
    }

    /// Opens the journal of a simulated account; nil: what becomes of it is not kept, which is said.
    ///
    /// - Parameters:
    ///   - place: of the account.
    ///   - instruments: all of the run.
    func beginPaperJournal(
        _ place: Int, of account: PaperAccount, _ script: LuaStrategy,
        opening: [Currency: Money], _ instruments: [Instrument],
        started: Timestamp, clock: @escaping @Sendable () -> Timestamp
    ) -> RunJournal? {
        guard let path = account.path, let folder else { return nil }
        let log = log
        let files = script.sources
        let warn: @Sendable (String) -> Void = { text in
            Console.warn(text)
            log?.add(text.onSomeLines)
        }
        do throws(JournalProblem) {
            return try journals[place].beginPaper(
                path, account.beginning(opening), instruments, name: folder.name,
                started: started, hash: origin.hash(of: files), files: files, clock: clock,
                warn: warn)
        } catch {
            warn("this paper account is not kept for the next run: \(error)")
            return nil
        }
    }

    /// See ``LiveJournal/makeRoom()``.
    func makeRoomInJournal() {
        for journal in journals { journal.makeRoom() }
    }

    /// - Parameter clock: what the journal's clock says now; nil: the same.
    func endJournal(_ reason: String, at now: Timestamp, by clock: Timestamp? = nil) {
        for journal in journals {
            journal.end(reason, at: now, by: clock ?? now) { text in
                Console.warn(text)
                record(text)
            }
        }
    }

    /// What ends the run from outside.
    ///
    /// - Parameter latches: of its accounts.
    func killSwitch(_ latches: [AccountLatch] = []) -> KillSwitch {
        KillSwitch(folder: folder, latches: latches)
    }

    private static func warn(of problem: String, _ what: String) {
        Console.warn("\(what): \(problem)")
    }

    /// Writes down what was said otherwise than as a log line.
    func record(_ text: String) { log?.add(text.onSomeLines) }

    /// What replaces the script while it runs.
    func reloader(
        of script: LuaStrategy, instruments: [Instrument], watches: Bool, isVerbose: Bool,
        confirms: Bool, limits: WrittenLimits
    ) -> Reloader {
        let reloader = Reloader(
            origin, running: script, instruments: instruments, watches: watches,
            isVerbose: isVerbose, policy: confirms ? .confirmed : .immediate, session: folder,
            record: record, limitSource: limits)
        // Said when it can be reached.
        if record != nil, let folder { Console.warn("session \(folder.name)") }
        return reloader
    }

    /// Writes the rest of what the run was told: whatever it says of its end comes after that.
    func endRecording(_ reason: String) {
        recorder?.finish(reason)
        recorder = nil
    }

    /// Writes down how far it has come, every few seconds: that far it can be run again, should it be killed.
    func mark(at time: Timestamp, _ intents: IntentHash) {
        guard let record, intents.count != markedIntents, monotonicNanoseconds() >= nextMark else {
            return
        }
        nextMark = monotonicNanoseconds() + Self.markPeriod
        markedIntents = intents.count
        record.add(RunMark(at: time, intents))
    }

    func end(_ reason: String, at time: Timestamp, _ intents: IntentHash) {
        record?.add(
            RunEnd(
                reason: reason, time: time, intents: intents.count,
                intentsHash: intents.hexadecimal))
        if let problem = record?.problem {
            Self.warn(
                of: problem,
                "this run was not recorded to its end, so `runner replay` cannot run it again")
        }
        if let problem = log?.problem { Self.warn(of: problem, "its log file is not whole") }
    }
}
