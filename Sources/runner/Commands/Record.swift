import ArgumentParser
import Glibc
import LiveTrading
import MarketFiles
import PlainJSON
import TradingCore
import TradingModel
import VenueSessions

/// `runner record`: a venue's market data, to files that `backtest` reads.
struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Records a venue's market data for backtests.",
        discussion: """
            Needs no key. Ends with Ctrl-C or the duration; the files can be read at any time.

            EXAMPLES:
              runner record coinex:BTC/USDT:USDT --out data
              runner record coinex:BTC/USDT coinex:ETH/USDT --out data \\
                --feeds trades,quotes --duration 8h
              runner backtest strategies/ema_cross.lua --set symbol=coinex:BTC/USDT:USDT \\
                --data data/coinex-BTC-USDT-USDT-20260131T000000Z.npy
            """)

    @Argument(help: ArgumentHelp("Such as coinex:BTC/USDT:USDT.", valueName: "symbol"))
    var symbols: [String]

    @Option(help: ArgumentHelp("The folder; made where it is missing.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("What to record of each symbol.", valueName: "names"))
    var feeds: String = "trades,book,quotes"

    @Option(help: ArgumentHelp("Time after which it ends, such as 10m.", valueName: "time"))
    var duration: String?

    @OptionGroup var flags: VenueFlags

    @Flag(help: "Print the summary as one JSON object; log lines go to standard error.")
    var json = false

    func run() throws {
        let plan = try RecordPlan(symbols: checkedSymbols())
        let feeds = try checkedFeeds()
        let span = try checkedDuration(duration)
        let settings = try flags.resolve()
        guard plan.venues.count == 1 || !flags.namesAddress else {
            throw RunFailure(
                .usage,
                "--base-url and --ca-file are for one venue, and the symbols name "
                    + plan.venues.map(\.name).joined(separator: ", ")
                    + ": set venues.NAME.base_url in runner.yaml")
        }
        let sessions = try plan.sessions { try flags.venueSettings(of: $0, in: settings) }
        // A file that may not grow is an error with a message, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        let isNew = try makeFolder()
        // Where nothing was recorded nothing is left behind; a folder with files stays.
        defer { if isNew { unsafe rmdir(out) } }
        announce(plan, feeds)
        Interrupt.watch()
        try RecordRun(
            plan: plan, feeds: feeds, folder: out, duration: span, json: json
        ).run(sessions)
    }

    // MARK: - Checks

    private func checkedSymbols() throws(RunFailure) -> [Symbol] {
        var checked: [Symbol] = []
        for text in symbols {
            let symbol: Symbol
            do throws(InvalidSymbol) { symbol = try Symbol(text) } catch {
                throw RunFailure(.usage, error.description)
            }
            guard !checked.contains(symbol) else {
                throw RunFailure(.usage, "\(symbol) is named twice: name each symbol once")
            }
            checked.append(symbol)
        }
        return checked
    }

    private func checkedFeeds() throws(RunFailure) -> [MarketFeed] {
        let known: [MarketFeed] = [.trades, .book, .quotes]
        var chosen: [MarketFeed] = []
        for name in feeds.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let feed = known.first(where: { $0.description == name }) else {
                let near = nearestName(to: name, among: known.map(\.description))
                throw RunFailure(
                    .usage,
                    "--feeds: there is no feed `\(name)`"
                        + (near.map { "; did you mean `\($0)`?" }
                            ?? "; what can be recorded is trades, book and quotes, with commas "
                            + "between"))
            }
            if !chosen.contains(feed) { chosen.append(feed) }
        }
        return chosen
    }

    /// Makes the folder, or checks that files can be made there, before anything connects.
    ///
    /// - Returns: whether it is new.
    private func makeFolder() throws(RunFailure) -> Bool {
        guard !out.isEmpty else { throw RunFailure(.usage, "--out is empty: name a folder") }
        if unsafe mkdir(out, 0o755) == 0 { return true }
        var problem = errno
        if problem == EEXIST {
            var facts = stat()
            guard unsafe stat(out, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
                throw RunFailure(.usage, "--out \(out) is not a folder: name another")
            }
            if unsafe access(out, W_OK | X_OK) == 0 { return false }
            problem = errno
        }
        let reason = unsafe String(cString: strerror(problem))
        throw RunFailure(
            .usage, "--out \(out): nothing can be written there: \(reason); name another folder")
    }

    private func announce(_ plan: RecordPlan, _ feeds: [MarketFeed]) {
        Console.warn(
            "recording \(feeds.map(\.description).joined(separator: ", ")) of "
                + "\(plan.symbols.map(\.description).joined(separator: ", ")) to \(out); "
                + "times are UTC; Ctrl-C stops")
    }
}
