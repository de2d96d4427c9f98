import JournalStore
import LiveTrading
import ScriptHost
import TradingModel
import VenueSessions

/// The journals of one account, read as one.
///
/// Runs that traded beside another keep a file each: their rows are merged by time.
struct OpenJournals {
    let paths: [String]
    let readers: [JournalReader]

    /// - Throws: where a file cannot be read, or none of them has anything.
    init(_ paths: [String]) throws(JournalProblem) {
        var open: [(String, JournalReader)] = []
        var empty: JournalProblem?
        for path in paths {
            do throws(JournalProblem) {
                open.append((path, try JournalReader(path)))
            } catch {
                // One that a run began to make when it died has nothing; the others may have.
                guard error.kind == .missing else { throw error }
                empty = error
            }
        }
        if open.isEmpty, let empty { throw empty }
        self.paths = open.map(\.0)
        readers = open.map(\.1)
    }

    // MARK: - Rows

    func eachSession(
        since time: Timestamp, _ body: (RecordedJournalRun) throws(JournalProblem) -> Bool
    ) throws(JournalProblem) {
        try merge(
            by: \.started,
            { reader, last throws(JournalProblem) in try reader.runs(since: time, after: last) },
            body)
    }

    /// The latest position in each instrument, of those that changed since a time.
    func positions(since time: Timestamp) throws(JournalProblem) -> [RecordedPosition] {
        var latest: [Symbol: RecordedPosition] = [:]
        for reader in readers {
            for position in try reader.lastPositions() where position.time >= time {
                guard position.time >= latest[position.symbol]?.time ?? .distantPast else {
                    continue
                }
                latest[position.symbol] = position
            }
        }
        return latest.values.sorted { $0.symbol.description < $1.symbol.description }
    }

    /// Goes through the rows of all files, the earliest first.
    ///
    /// - Parameters:
    ///   - page: the rows of a file that follow one; nil: its first.
    ///   - body: returns whether to go on.
    func merge<Record>(
        by time: (Record) -> Timestamp,
        _ page: (JournalReader, Record?) throws(JournalProblem) -> [Record],
        _ body: (Record) throws(JournalProblem) -> Bool
    ) throws(JournalProblem) {
        var pages: [(rows: [Record], next: Int)] = []
        for reader in readers { pages.append((try page(reader, nil), 0)) }
        while true {
            var first: (file: Int, time: Timestamp)?
            for file in pages.indices {
                let (rows, next) = pages[file]
                guard next < rows.count else { continue }
                let at = time(rows[next])
                if first.map({ at < $0.time }) ?? true { first = (file, at) }
            }
            guard let file = first?.file else { return }
            let row = pages[file].rows[pages[file].next]
            guard try body(row) else { return }
            pages[file].next += 1
            if pages[file].next == pages[file].rows.count {
                pages[file] = (try page(readers[file], row), 0)
            }
        }
    }
}

extension JournalProblem {
    /// What a call that wanted to read it ends with.
    var failure: RunFailure {
        switch kind {
        case .missing, .foreign, .newer, .older: RunFailure(.usage, description)
        case .damaged, .badValue, .inUse, .knownRun, .readOnly, .system:
            RunFailure(.failed, description)
        }
    }
}

/// Which files a call means.
enum JournalChoice {
    /// The paths of an account's journals.
    ///
    /// - Parameter script: whose paper account is meant; nil: accounts of real money come first.
    static func paths(
        file: String?, venue: Venue?, paper script: String? = nil
    ) throws(RunFailure) -> [String] {
        if let file { return [file] }
        let folder = RunFolder.home + "/accounts"
        if let script { return try paperPaths(of: script, folder) }
        if let venue, let id = try VenueKeys.readID(of: venue) {
            let found = AccountJournal.paths(venue: venue.name, keyID: id)
            guard found.isEmpty else { return found }
            throw RunFailure(
                .usage,
                "there is no journal of this key's account at \(venue.title) in \(folder): live runs "
                    + "write it")
        }
        let all = AccountJournal.accounts()
        let live = all.filter { account in
            venue.map { account.name.hasPrefix($0.name + "-") }
                ?? !AccountJournal.isPaper(account.name)
        }
        if venue == nil, live.isEmpty, all.count > 1 {
            throw several(all.flatMap(\.paths), "paper accounts have journals")
        }
        let accounts = venue == nil && live.isEmpty ? all : live
        guard let only = accounts.first else {
            throw RunFailure(
                .usage,
                "there is no journal\(venue.map { " of \($0.title)" } ?? "") in \(folder): live runs "
                    + "write one for each account, paper runs one for each strategy and its symbols, "
                    + "which --paper strategy.lua shows")
        }
        guard accounts.count == 1 else {
            throw RunFailure(
                .usage,
                "\(accounts.count) accounts have journals; name a venue with the key's id in the "
                    + "environment, or one with --file:\n"
                    + accounts.flatMap(\.paths).map { "  " + $0 }.joined(separator: "\n"))
        }
        return only.paths
    }

    private static func paperPaths(
        of script: String, _ folder: String
    ) throws(RunFailure) -> [String] {
        let known = ScriptOrigin(path: script, parameters: [], limits: ScriptLimits(), seed: 0)
            .knownPath
        let found = AccountJournal.accounts().filter { AccountJournal.isPaper($0.name) }
            .flatMap(\.paths).filter { strategy(of: $0) == known }
        guard found.count <= 1 else {
            throw several(found, "paper accounts of \(script) have journals")
        }
        guard !found.isEmpty else {
            throw RunFailure(
                .usage,
                "there is no journal of a paper account of \(script) in \(folder): a run of it writes one"
            )
        }
        return found
    }

    private static func several(_ paths: [String], _ what: String) -> RunFailure {
        let list = paths.map { path in
            "  \(path)" + (strategy(of: path).map { "  \($0)" } ?? "")
        }
        return RunFailure(
            .usage,
            "\(paths.count) \(what); name one with --paper strategy.lua, or with --file:\n"
                + list.joined(separator: "\n"))
    }

    /// Whose a paper account is; nil: that cannot be read.
    private static func strategy(of path: String) -> String? {
        (try? JournalReader(path).runs(atMost: 1))?.first?.strategy
    }
}
