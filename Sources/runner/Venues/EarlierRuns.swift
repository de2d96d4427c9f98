import JournalStore
import LiveTrading
import ScriptHost
import Threads
import TradingCore
import TradingModel
import VenueSessions

/// What a live run finds of runs before it and beside it, before it connects.
struct EarlierRuns {
    let venue: Venue
    let keys: VenueKeys
    let orderIDs: RunOrderIDs
    let origin: ScriptOrigin

    /// What the last run of the script left on the account; nil: nothing.
    ///
    /// - Parameters:
    ///   - symbols: what is traded on it.
    ///   - shares: whether other symbols may be traded beside another run.
    func memory(
        trading symbols: [Symbol], shares: Bool
    ) throws(RunFailure) -> StrategyMemory? {
        try checkOthers(trading: symbols, shares: shares)
        let paths = AccountJournal.paths(venue: venue.name, keyID: keys.id)
        let lastWritten = AccountJournal.lastWritten(paths)
        defer { waitForRequests(of: lastWritten) }
        return try memory(trading: symbols, paths)
    }

    /// Until the venue counts no request of a run any more that ended a moment ago.
    private func waitForRequests(of lastWritten: Timestamp?) {
        guard let lastWritten else { return }
        let passed = wallClock().nanoseconds - lastWritten.nanoseconds
        guard (0..<VenuePlan.requestRest).contains(passed) else { return }
        Doorbell().wait(nanoseconds: VenuePlan.requestRest - passed)
    }

    private func memory(
        trading symbols: [Symbol], _ paths: [String]
    ) throws(RunFailure) -> StrategyMemory? {
        let isNumbered = if case .numbers = venue.clientIDs { true } else { false }
        do throws(JournalProblem) {
            return try StrategyMemory.read(
                of: origin.knownPath, trading: symbols,
                in: paths,
                isAlive: orderIDs.isAlive,
                isKnown: { !isNumbered || orderIDs.number(of: $0) != nil })
        } catch {
            throw RunFailure(
                .failed,
                "\(error). Without its journal no account is traded, so nothing was traded; "
                    + "MOONRUNNER_HOME names another folder")
        }
    }

    // MARK: - Beside it

    /// Refuses to trade an account that another run trades, or what that one trades.
    ///
    /// - Parameter shares: whether other symbols may be traded beside it.
    private func checkOthers(trading symbols: [Symbol], shares: Bool) throws(RunFailure) {
        let sessions = orderIDs.livingRuns
        guard !sessions.isEmpty else { return }
        let found = RunFolder.all().compactMap { folder -> OtherRun? in
            guard let record = try? RecordedRun(of: folder),
                let session = record.header.orderSession, sessions.contains(session)
            else { return nil }
            return OtherRun(folder: folder, record: record, session: session)
        }
        let unknown = sessions.filter { session in !found.contains { $0.session == session } }
        var words = found.map(\.words)
        words += unknown.map { session in
            let time = Timestamp(nanoseconds: Int64(clamping: session) * 1_000)
            return "one that began at \(UTCTime(time).iso)"
        }
        guard shares else {
            throw RunFailure(
                .usage,
                "another run trades this account: \(words.joined(separator: "; ")). Two that trade the "
                    + "same would undo each other's orders: end it first (runner kill NAME), or trade "
                    + "other symbols beside it with --share")
        }
        let taken = found.flatMap { $0.record.symbols.filter(symbols.contains) }
        guard taken.isEmpty else {
            throw RunFailure(
                .usage,
                "\(taken.map(\.description).joined(separator: " and ")) "
                    + "\(taken.count == 1 ? "is" : "are") traded already: "
                    + "\(words.joined(separator: "; ")). --share is for other symbols")
        }
        guard unknown.isEmpty else {
            throw RunFailure(
                .usage,
                "what is traded beside it is not known: \(words.joined(separator: "; ")). Try it again "
                    + "once that one trades")
        }
    }
}

extension ScriptOrigin {
    /// The script with the data that its last run kept.
    func load(
        with state: StrategyState, trading symbols: [Symbol]
    ) throws(RunFailure) -> LuaStrategy {
        do {
            let script = try LuaStrategy.version(startingWith: state) {
                text throws(ScriptError) in
                try LuaStrategy(
                    file: path, parameters: parameters, limits: limits, seed: seed, state: text)
            }
            try script.adopt(state)
            guard script.symbols == symbols else {
                throw RunFailure(
                    .usage,
                    "\(path): what it subscribes to hangs on its `state`, so it cannot be told "
                        + "what it goes on with; --fresh begins anew")
            }
            return script
        } catch let failure as RunFailure {
            throw failure
        } catch {
            throw RunFailure(
                .usage,
                "the data that its last run kept cannot be taken over: \(error). Mend the script, or "
                    + "begin anew with --fresh")
        }
    }
}

/// A run that trades the account now.
private struct OtherRun {
    let folder: RunFolder
    let record: RecordedRun
    let session: UInt64

    var words: String {
        let process = RunPresence.process(of: folder).map { ", process \($0)" } ?? ""
        let symbols = record.symbols.map(\.description).joined(separator: ", ")
        return "\(folder.name) (\(record.header.script)\(process)), which trades \(symbols)"
    }
}

/// What is said of it before anything is traded.
extension StrategyMemory {
    /// How the run ended that left it.
    var ending: String { run.end.map { "ended: \($0.reason)" } ?? "was killed" }

    /// Orders, timers and `state`, in words.
    var what: String {
        var parts = orders.isEmpty ? [] : [counted(orders.count, "order")]
        parts += timers.isEmpty ? [] : [counted(timers.count, "timer")]
        parts += state.map { ["its `state` of \(UTCTime($0.time).iso)"] } ?? []
        return parts.isEmpty ? "no order, no timer and no `state`" : parts.joined(separator: ", ")
    }

    /// What was held, a line each.
    var holdings: [String] {
        positions.map { position in
            "\(position.symbol) \(position.net)" + (position.averagePrice.map { " @ \($0)" } ?? "")
                + ", realised PnL \(position.realisedPnL), fees \(position.fees)"
        }
    }

    /// - Parameter isFresh: whether it is left behind.
    func lines(isFresh: Bool, at venue: Venue) -> [String] {
        guard !isFresh else {
            let stay =
                orders.isEmpty
                ? "" : "; its orders stay open, to cancel them: runner cancel-all \(venue.name)"
            return ["begins anew: of \(run.name), which \(ending), it leaves \(what)\(stay)"]
        }
        var lines = ["goes on with \(run.name), which \(ending): \(what)"]
        lines += holdings
        for order in ordersElsewhere {
            lines.append("order \(order.id) in \(order.symbol) is left as it is")
        }
        for position in positionsElsewhere {
            lines.append(
                "\(position.symbol) \(position.net) is not traded any more, and left as it is")
        }
        return lines
    }
}
