import JournalStore
import LiveTrading
import RunInputs
import ScriptHost
import TradingCore
import TradingModel

/// A strategy's simulated account: where it is kept, and what its last run left there.
struct PaperAccount: Sendable {
    /// What it goes on with; nil: the account begins anew.
    private(set) var memory: StrategyMemory?
    /// Of its journal; nil: it is not kept.
    private(set) var path: String?
    /// What there is to say.
    private(set) var lines: [String] = []
    /// Of the embedded exchange's market; nil: the market is a venue's.
    private(set) var marketSeed: UInt64?

    /// - Parameters:
    ///   - symbols: what is traded on it.
    ///   - marketSeed: of the market that an account of the embedded exchange begins in; nil: a venue's.
    ///   - fresh: the flag for whose sake the account begins anew; nil: none.
    init(
        at venue: String, trading symbols: [Symbol], _ origin: ScriptOrigin,
        _ settings: Settings, marketSeed: UInt64?, fresh: String?
    ) {
        self.marketSeed = marketSeed
        let path = AccountJournal.paperPath(
            venue: venue, strategy: origin.knownPath, symbols: symbols)
        self.path = path
        let found: StrategyMemory?
        do throws(JournalProblem) {
            found = try StrategyMemory.readPaper(
                of: origin.knownPath, trading: symbols, in: path)
        } catch {
            self.path = nil
            lines = ["\(error). This run has a paper account of its own, which is not kept"]
            return
        }
        guard let found, let account = found.paper else { return }
        if let process = Self.process(of: found.run.name) {
            self.path = nil
            lines = [
                "\(found.run.name), process \(process), trades this strategy's paper account; this run "
                    + "has one of its own, which is not kept"
            ]
            return
        }
        guard fresh == nil, account.missing == 0 else {
            lines = [found.leftLine(because: fresh)]
            return
        }
        memory = found
        self.marketSeed = account.marketSeed
        lines = [found.takenLine] + Self.differences(settings, account)
    }

    /// Of the process that trades it now; nil: the run is over.
    private static func process(of run: String) -> Int32? {
        guard let folder = try? RunFolder.find(run) else { return nil }
        return RunPresence.process(of: folder)
    }

    /// Settings that are for an account that begins.
    private static func differences(
        _ settings: Settings, _ account: RecordedPaperAccount
    ) -> [String] {
        settings.balances.sorted { $0.key < $1.key }.compactMap { currency, amount in
            guard let opening = account.opening[currency], opening != amount else { return nil }
            return
                "the account began with \(opening) \(currency), not \(amount), and goes on with what "
                + "it has; --fresh begins with \(amount)"
        }
    }

    /// The start of every client order id: no two orders of an account have one.
    var orderIDPrefix: String { Self.orderIDPrefix(of: [self]) }

    /// The same of a run on several accounts.
    static func orderIDPrefix(of accounts: [PaperAccount]) -> String {
        let usual = EngineSettings().orderIDPrefix
        let runs = accounts.compactMap { $0.memory?.paper?.runs }.max()
        return runs.map { "\(usual)\($0 + 1)" } ?? usual
    }

    /// When the market goes on that rested with the last run; nil: it begins, or is a venue's.
    var marketTime: Timestamp? { marketSeed == nil ? nil : memory?.paper?.reached }

    /// What a run's journal has of it.
    func beginning(_ opening: [Currency: Money]) -> PaperBeginning {
        PaperBeginning(opening: opening, marketSeed: marketSeed, earlier: memory?.run.name)
    }

    /// What a session notes; on the embedded exchange all that it takes to run it again.
    func resumed(at time: Timestamp, _ instruments: [Instrument]) -> RunHeader.Resumed? {
        guard let memory else { return nil }
        guard let marketSeed else { return RunHeader.Resumed(of: memory.run.name, at: time) }
        let earlier = EarlierRunText.write(memory.earlierRun(instruments), instruments)
        return RunHeader.Resumed(
            of: memory.run.name, at: time, replay: (earlier, marketSeed, orderIDPrefix))
    }
}

extension StrategyMemory {
    fileprivate var takenLine: String {
        "goes on with \(run.name), which \(ending): "
            + ([what] + holdings).joined(separator: "; ") + " (--fresh begins anew)"
    }

    fileprivate func leftLine(because flag: String?) -> String {
        let lack = paper.map { ": its journal lacks \(counted($0.missing, "entry", "entries"))" }
        return
            "begins anew\(flag.map { ", by \($0)" } ?? lack ?? ""): of \(run.name), which \(ending), it "
            + "leaves " + ([what] + holdings).joined(separator: "; ")
    }
}
