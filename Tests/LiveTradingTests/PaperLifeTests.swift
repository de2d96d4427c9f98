import JournalStore
import LiveTrading
import Matching
import PaperTrading
import PropertyTesting
import RunFigures
import RunInputs
import Testing
import TradingCore
import TradingModel

@Suite struct `A simulated account whose run dies` {
    /// What orders are, wherever they are kept.
    private func words(_ orders: [EarlierRun.KnownOrder]) -> [String] {
        orders.map { order in
            let request = order.request
            return "\(order.id) \(request.tag) \(request.side) \(request.quantity) "
                + "\(request.price.map { "\($0)" } ?? "market") \(request.stop.map { "\($0)" } ?? "-") "
                + "\(order.state.filled) \(order.state.isUntriggeredStop) \(order.filledNotional)"
        }.sorted()
    }

    private func words(_ orders: [Order]) -> [String] {
        words(
            orders.map {
                EarlierRun.KnownOrder(
                    id: $0.id, request: $0.request, state: $0.state,
                    filledNotional: $0.filledNotional, fills: [], createdAt: $0.createdAt,
                    updatedAt: $0.updatedAt)
            })
    }

    /// What an account has that did nothing but what its positions say.
    private func totals(_ life: PaperLife, _ positions: [Position]) -> [Currency: Money] {
        var totals = life.run.opening
        for (instrument, position) in zip(life.instruments, positions) {
            totals[instrument.settle, default: .zero] += position.broughtIn ?? .zero
            guard instrument.kind == .spot else { continue }
            totals[instrument.symbol.base, default: .zero] += Money(attos: position.net.attos)
        }
        return totals
    }

    private func totals(_ balances: [Balance]) -> [Currency: Money] {
        Dictionary(uniqueKeysWithValues: balances.map { ($0.currency, $0.total) })
    }

    @Test(arguments: seeds)
    func `holds what its executions made of it, to the last digit`(seed: UInt64) throws {
        var random = Seeded(seed)
        let life = try PaperLife(seed: seed, random: &random)
        var fills = 0
        for _ in 1...4 {
            try life.play(milliseconds: random.int(1...20_000))
            fills += life.run.ledger.tally.fills
            let dead = life.run
            let path = try life.leave()
            let memory = try #require(try life.memory(at: path))
            let earlier = memory.earlierRun(life.instruments)
            let state = dead.engine.state
            #expect(words(earlier.orders) == words(Array(state.orders.open)))
            #expect(memory.paper?.missing == 0)
            let text = EarlierRunText.write(earlier, life.instruments)
            let read = try #require(EarlierRunText.read(text, life.instruments))
            #expect(EarlierRunText.write(read, life.instruments) == text)

            try life.restart(with: memory, at: path)
            #expect(life.run.venue.account.positions == state.positions)
            #expect(
                totals(life.run.venue.account.balances) == totals(life, state.positions))
            guard life.settings.latency == .none else { continue }
            #expect(life.run.venue.account.balances == dead.venue.account.balances)
            #expect(life.run.venue.openOrderCount == dead.venue.openOrderCount)
        }
        try life.play(milliseconds: 20_000)
        life.finish()
        let account = life.run.venue.account
        #expect(account.positions == life.run.engine.state.positions)
        #expect(totals(account.balances) == totals(life, account.positions))
        #expect(life.run.venue.openOrderCount == 0)
        #expect(fills > 20, "seed \(seed)")
    }

    @Test func `gives no id twice`() throws {
        var random = Seeded(7)
        let life = try PaperLife(seed: 7, random: &random)
        for _ in 1...3 {
            try life.play(milliseconds: 10_000)
            let path = try life.leave()
            try life.restart(with: try #require(try life.memory(at: path)), at: path)
        }
        try life.play(milliseconds: 10_000)
        life.finish()
        let reader = try JournalReader(life.folder.path("\(life.generation).journal"))
        let orders = try reader.orders().map(\.id)
        let fills = try reader.executions(since: .distantPast).map(\.fill.id)
        let atVenue = try reader.orders().compactMap(\.venueID)
        #expect(Set(orders).count == orders.count)
        #expect(Set(fills).count == fills.count)
        #expect(Set(atVenue).count == atVenue.count)
        #expect(fills.count > 20)
    }

    @Test func `has timers that keep their beat`() throws {
        var random = Seeded(3)
        let life = try PaperLife(seed: 3, random: &random)
        try life.play(milliseconds: 10_000)
        let path = try life.leave()
        let memory = try #require(try life.memory(at: path))
        let due = life.run.engine.runningTimers
        try life.restart(with: memory, at: path)
        try life.play(milliseconds: 1)
        #expect(life.run.engine.runningTimers.map(\.name) == due.map(\.name))
        let period: Int64 = 700_000_000
        for (now, then) in zip(life.run.engine.runningTimers, due) {
            #expect((now.due.nanoseconds - then.due.nanoseconds) % period == 0)
        }
    }
}
