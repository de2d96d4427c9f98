internal import Cryptography
internal import Glibc
public import JournalStore
internal import PlainJSON
public import ScriptHost
internal import TradingCore
public import TradingModel

/// Where an account's journal lies, and how a run begins in it.
public enum AccountJournal {
    /// - Parameter keyID: the public part of the account's key.
    public static func path(
        venue: String, keyID: String, home: String = RunFolder.home
    ) -> String {
        let ids = AccountOrderIDs.path(venue: venue, keyID: keyID, home: home)
        return String(ids.dropLast(3)) + "journal"
    }

    /// The journal of a simulated account: of a strategy on these symbols.
    ///
    /// - Parameter strategy: as its runs are called in journals.
    public static func paperPath(
        venue: String, strategy: String, symbols: [Symbol], home: String = RunFolder.home
    ) -> String {
        let names = symbols.map(\.description).sorted().joined(separator: " ")
        let digest = SHA256.digest(of: Array("paper account of \(strategy): \(names)".utf8))
        return "\(home)/accounts/\(paperPrefix)\(venue)-\(hexadecimal(digest.prefix(8))).journal"
    }

    /// How the names of simulated accounts begin.
    static let paperPrefix = "paper-"

    /// Opens the journal of a simulated account.
    ///
    /// - Throws: ``JournalProblem``; then what becomes of the account is not kept.
    public static func openPaper(
        _ path: String, beginning run: JournalRun, _ settings: JournalSettings,
        clock: @escaping @Sendable () -> Timestamp,
        whenChanged: @escaping @Sendable (Journal.Condition) -> Void
    ) throws(JournalProblem) -> Journal {
        do throws(OrderIDProblem) {
            try AccountOrderIDs.makeFolders(for: path)
        } catch {
            throw JournalProblem(.system, path, "\(error)")
        }
        var settings = settings
        // The embedded exchange has a time of its own, which no clock says how old it is.
        if run.account?.marketSeed != nil { settings.keepDays = 36_500 }
        return try Journal(
            path, beginning: run, settings: settings, clock: clock, whenChanged: whenChanged)
    }

    /// When something was written to one of these journals last; nil: never.
    public static func lastWritten(_ paths: [String]) -> Timestamp? {
        let files = paths.flatMap { [$0, $0 + "-wal"] }
        return files.compactMap { file in
            var facts = stat()
            guard unsafe stat(file, &facts) == 0 else { return nil }
            let time = facts.st_mtim
            return Timestamp(
                nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        }.max()
    }

    /// The journals of an account: its own, and those of runs that traded beside another.
    public static func paths(
        venue: String, keyID: String, home: String = RunFolder.home
    ) -> [String] {
        let own = path(venue: venue, keyID: keyID, home: home)
        let beginning = String(own.dropLast("journal".count))
        return fileNames(in: home + "/accounts").map { home + "/accounts/" + $0 }
            .filter { $0.hasPrefix(beginning) && $0.hasSuffix(".journal") }.sorted()
    }

    /// Opens it for a run that is about to trade; beside another run in a file of its own.
    ///
    /// - Returns: the journal, and whether another run has the account's own.
    /// - Throws: ``JournalProblem``; then nothing may be traded.
    public static func open(
        venue: String, keyID: String, beginning run: JournalRun, _ settings: JournalSettings,
        clock: @escaping @Sendable () -> Timestamp,
        whenChanged: @escaping @Sendable (Journal.Condition) -> Void
    ) throws(JournalProblem) -> (journal: Journal, other: JournalProblem?) {
        let path = path(venue: venue, keyID: keyID)
        do throws(JournalProblem) {
            return (
                try Journal(
                    path, beginning: run, settings: settings, clock: clock, whenChanged: whenChanged
                ), nil
            )
        } catch {
            guard error.kind == .inUse else { throw error }
            let own = path.dropLast("journal".count) + "\(run.session ?? 0).journal"
            return (
                try Journal(
                    String(own), beginning: run, settings: settings, clock: clock,
                    whenChanged: whenChanged),
                error
            )
        }
    }
}

extension StrategyVersion {
    /// The one that a run begins with, or that takes over.
    public init(
        number: Int, hash: String, since: Timestamp, header: RunHeader, files: [ScriptFile]
    ) {
        func object(_ pairs: [(String, String)]) -> String {
            JSON.pairs(pairs.map { ($0.0, .text($0.1)) }).line
        }
        self.init(
            number: number, hash: hash, since: since,
            parameters: object(header.parameters.map { ($0.name, $0.text) }),
            settings: object(
                header.settings.map { ($0.dropLast().joined(separator: "."), $0.last ?? "") }),
            files: files.map { File($0.path, $0.text) })
    }
}
