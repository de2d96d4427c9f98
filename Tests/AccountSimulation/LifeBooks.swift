import JournalStore
import LiveTrading
import PlainJSON
import RunInputs
import TradingCore
import TradingModel
import VenueSimulators

/// What must hold when a run has ended and all is quiet: its books and the journal's are the venue's.
extension AccountLife {
    func problemsOfBooks() throws -> [String] {
        guard let run = trading?.run?.run else { return ["there is no run"] }
        let reply = simulator.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: line.venueNow)
        let state = try JSON(parsing: reply.body)
        let executions = try disk.executions()
        var found: [String] = []
        var all: [VenueBooks] = []
        for (index, market) in plan.setting.markets.enumerated() {
            let books = try VenueBooks(state, market, isForeign: plan.setting.venue.isForeign)
            all.append(books)
            let own = executions.filter { $0.symbol == symbols[index] }
            found += problems(of: index, books, own, run.engine.state)
                .map { "\(market.symbol): \($0)" }
        }
        found += problemsOfBalances(all, run.engine.state)
        found += try problemsOfState(executions.count)
        return found
    }

    private func problems(
        of index: Int, _ books: VenueBooks, _ executions: [RecordedExecution],
        _ state: TradingState
    ) -> [String] {
        var found: [String] = []
        let (ids, theirs) = (executions.map(\.fill.id), books.fills.map(\.id))
        if ids.sorted() != theirs.sorted() {
            let (missing, extra) = (Set(theirs).subtracting(ids), Set(ids).subtracting(theirs))
            found.append(
                "\(ids.count) executions in the journal, the venue has \(theirs.count): "
                    + "\(missing.sorted().prefix(5)) are missing, \(extra.sorted().prefix(5)) are not its"
            )
        }
        if books.openOrders != 0 { found.append("\(books.openOrders) orders are open") }
        if books.tooFrequent != 0 { found.append("it asked too often, \(books.tooFrequent) times") }
        for ids in books.taken where Set(ids).count != ids.count {
            found.append("a client order id came twice")
        }
        let position = state.positions[index]
        let fees = books.fills.filter { $0.feeCurrency == state.instruments[index].settle }
            .reduce(Money.zero) { $0 + $1.fee }
        if books.kind == "futures", position.fees != fees {
            found.append("fees \(position.fees), the venue's \(fees)")
        }
        if position.funding != books.funding {
            found.append("funding \(position.funding), the venue's \(books.funding)")
        }
        if let net = books.position, net.attos != position.net.attos {
            found.append("position \(position.net), the venue's \(net)")
        }
        guard let replayed = try? replayed(executions, of: state.instruments[index]) else {
            return found + ["its executions make no position"]
        }
        if replayed.net != position.net || replayed.realisedPnL != position.realisedPnL {
            found.append(
                "position \(position.net), realised \(position.realisedPnL); of its executions "
                    + "\(replayed.net), \(replayed.realisedPnL)")
        }
        return found
    }

    /// What a run goes on with is what the executions in the journal make.
    func checkMemory(_ memory: StrategyMemory, _ executions: [RecordedExecution]) throws {
        for held in memory.positions where plan.mistake == nil {
            guard let instrument = instruments.first(where: { $0.symbol == held.symbol }) else {
                continue
            }
            let own = executions.filter { $0.symbol == held.symbol }
            let made = try replayed(own, of: instrument)
            guard made.net != held.net || made.realisedPnL != held.realisedPnL else { continue }
            problems.append(
                "run \(runs) begins with \(held.net) of \(held.symbol), realised "
                    + "\(held.realisedPnL); of its executions \(made.net), \(made.realisedPnL)")
        }
    }

    /// The position that executions make, one after the other, in a run that nobody killed.
    private func replayed(
        _ executions: [RecordedExecution], of instrument: Instrument
    ) throws -> Position {
        var position = Position(of: instrument)
        for execution in executions {
            let fill = execution.fill
            if instrument.isPosition(fill.feeCurrency) {
                try position.apply(
                    execution.side, price: fill.price, quantity: fill.quantity, taken: fill.fee)
            } else {
                try position.apply(
                    execution.side, price: fill.price, quantity: fill.quantity, fee: fill.fee)
            }
        }
        return position
    }

    /// A currency that is held in wallets of several kinds of market is told as one.
    private func problemsOfBalances(_ all: [VenueBooks], _ state: TradingState) -> [String] {
        var totals: [Currency: Money] = [:]
        for kind in Set(all.map(\.kind)) {
            for row in all.first(where: { $0.kind == kind })?.balances ?? [] {
                totals[row.currency, default: .zero] += row.total
            }
        }
        return totals.sorted { $0.key < $1.key }.compactMap { currency, total in
            guard let ours = state.balances[currency], ours.total != total else { return nil }
            return "\(currency): \(ours.total) in all, the venue's \(total)"
        }
    }

    /// At each start `state` is one event behind at most, never ahead; at the end each such step is missing.
    private func problemsOfState(_ executions: Int) throws -> [String] {
        var found: [String] = []
        var missing = 0
        for (state, journalled) in restarts where !state.isEmpty {
            let count = Self.count(in: state) + missing
            if count > journalled || journalled - count > 1 {
                found.append("state knows \(count) fills, the journal \(journalled)")
            }
            missing += max(0, journalled - count)
        }
        let last = Self.count(in: try disk.state(of: "run-\(runs)"))
        if last + missing != executions {
            found.append("state ends with \(last) and \(missing) fills of \(executions)")
        }
        return found
    }

    /// `fills` of a kept state, which is a Lua table in words.
    private static func count(in state: String) -> Int {
        guard let place = state.firstRange(of: "fills") else { return 0 }
        let digits = state[place.upperBound...].drop { !$0.isNumber }.prefix(while: \.isNumber)
        return Int(digits) ?? -1
    }
}
