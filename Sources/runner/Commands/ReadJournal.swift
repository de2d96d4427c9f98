import ArgumentParser
import JournalStore
import LiveTrading
import MarketFiles
import PlainJSON
import TradingModel
import VenueSessions

/// `runner journal`: what runs on an account did.
struct ReadJournal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Shows what runs ordered, filled and held.",
        discussion: """
            Without a view it shows the last sessions, the positions and how much there is. The account is that of \
            the key in the environment where a venue is named, the paper account of a script with --paper, else the \
            only one there is. It can be read while a run writes.

            EXAMPLES:
              runner journal
              runner journal fills --since 7d
              runner journal orders coinex --since 2026-01-31T09:30 --csv
            """)

    /// What can be shown.
    enum View: String, CaseIterable {
        case orders
        case fills
        case positions
        case sessions
        case equity
        case refusals
        case reconciliations
        case gaps
    }

    @Argument(
        help: ArgumentHelp(
            "One of \(View.allCases.map(\.rawValue).joined(separator: ", ")) (default: a summary).",
            valueName: "view"))
    var view: String?

    @Argument(help: ArgumentHelp("Whose account's, such as coinex.", valueName: "venue"))
    var venue: String?

    @Option(
        help: ArgumentHelp(
            "From when on: a span before now (1h, 7d), or a date and time in UTC.",
            valueName: "time"))
    var since: String?

    @Flag(help: "Print one JSON value: an array of rows; of the summary an object.")
    var json = false

    @Flag(help: "Print the rows as CSV.")
    var csv = false

    @Option(help: ArgumentHelp("The journal's file, wherever it lies.", valueName: "path"))
    var file: String?

    @Option(help: ArgumentHelp("The paper account of a script.", valueName: "strategy.lua"))
    var paper: String?

    func run() throws {
        let (view, venue) = try words()
        guard !json || !csv else { throw RunFailure(.usage, "--json and --csv exclude each other") }
        guard !csv || view != nil else {
            throw RunFailure(.usage, "the summary is not a table: runner journal fills --csv")
        }
        guard file == nil || venue == nil else {
            throw RunFailure(.usage, "--file names the journal: leave out the venue")
        }
        guard paper == nil || (file == nil && venue == nil) else {
            throw RunFailure(
                .usage,
                "--paper names the journal: leave out \(file == nil ? "the venue" : "--file")")
        }
        let time = try sinceTime()
        let paths = try JournalChoice.paths(file: file, venue: venue, paper: paper)
        do throws(JournalProblem) {
            let journals = try OpenJournals(paths)
            guard let view else {
                let summary = try JournalSummary(journals, since: time)
                return Console.print(json ? summary.json.line : summary.text)
            }
            try show(view, of: journals, since: time)
        } catch {
            throw error.failure
        }
    }

    /// The view and the venue: either may be left out.
    private func words() throws(RunFailure) -> (View?, Venue?) {
        guard let first = view else { return (nil, nil) }
        if let known = View(rawValue: first) {
            guard let name = self.venue else { return (known, nil) }
            return (known, try Venue.trading(name))
        }
        guard self.venue == nil, let known = Venue.named(first) else {
            throw RunFailure(
                .usage,
                unknownName(
                    "view", first,
                    among: View.allCases.map(\.rawValue)
                        + (self.venue == nil ? Venue.all.map(\.name) : [])))
        }
        return (nil, known)
    }

    private func sinceTime() throws(RunFailure) -> Timestamp {
        guard let since else { return .distantPast }
        if since.last?.isLetter == true,
            let span = SettingValue.nanoseconds(since, bareUnit: 1_000_000_000)
        {
            return wallClock().advanced(byNanoseconds: -span)
        }
        if let time = moment(of: since) { return time }
        throw RunFailure(
            .usage,
            "--since is `\(since)`, expected a span such as 1h or 7d, or a date and time such as "
                + "2026-01-31T09:30")
    }

    // MARK: - Views

    private var form: JournalForm { csv ? .csv : json ? .json : .table }

    private func show(
        _ view: View, of journals: OpenJournals, since time: Timestamp
    ) throws(JournalProblem) {
        switch view {
        case .orders:
            try rows(of: journals, .orders, "no orders", by: \.created) {
                reader, last throws(JournalProblem) in try reader.orders(since: time, after: last)
            }
        case .fills:
            try rows(of: journals, .fills, "no fills", by: \.time) {
                reader, last throws(JournalProblem) in
                try reader.executions(since: time, after: last)
            }
        case .positions:
            var printer = JournalPrinter([JournalColumn].positions, form, what: "no positions")
            for position in try journals.positions(since: time) { _ = printer.add(position) }
            printer.finish()
        case .sessions:
            var printer = JournalPrinter([JournalColumn].sessions, form, what: "no sessions")
            try journals.eachSession(since: time) { printer.add($0) }
            printer.finish()
        case .equity:
            try rows(of: journals, .equity, "no equity", by: \.time) {
                reader, last throws(JournalProblem) in try reader.equity(since: time, after: last)
            }
        case .refusals:
            try rows(of: journals, .refusals, "no refusals", by: \.time) {
                reader, last throws(JournalProblem) in
                try reader.refusals(since: time, after: last)
            }
        case .reconciliations:
            try rows(of: journals, .reconciliations, "no reconciliations", by: \.time) {
                reader, last throws(JournalProblem) in
                try reader.reconciliations(since: time, after: last)
            }
        case .gaps:
            try rows(of: journals, .gaps, "no gaps", by: \.time) {
                reader, last throws(JournalProblem) in try reader.gaps(since: time, after: last)
            }
        }
    }

    private func rows<Record>(
        of journals: OpenJournals, _ columns: [JournalColumn<Record>], _ none: String,
        by time: (Record) -> Timestamp,
        _ page: (JournalReader, Record?) throws(JournalProblem) -> [Record]
    ) throws(JournalProblem) {
        var printer = JournalPrinter(columns, form, what: none)
        try journals.merge(by: time, page) { printer.add($0) }
        printer.finish()
    }
}
