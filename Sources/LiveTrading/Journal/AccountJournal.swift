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
        venue: String, keyID: String, beginning run: JournalRun,
        clock: @escaping @Sendable () -> Timestamp,
        whenChanged: @escaping @Sendable (Journal.Condition) -> Void
    ) throws(JournalProblem) -> (journal: Journal, other: JournalProblem?) {
        let path = path(venue: venue, keyID: keyID)
        do throws(JournalProblem) {
            return (
                try Journal(path, beginning: run, clock: clock, whenChanged: whenChanged), nil
            )
        } catch {
            guard error.kind == .inUse else { throw error }
            let own = path.dropLast("journal".count) + "\(run.session ?? 0).journal"
            return (
                try Journal(String(own), beginning: run, clock: clock, whenChanged: whenChanged),
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
