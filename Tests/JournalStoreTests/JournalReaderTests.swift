import JournalStore
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `The pages of a journal` {
    /// All pages of a reading, each of 7 rows at most.
    private func all<Record>(
        _ page: (Record?) throws -> [Record]
    ) throws -> [Record] {
        var read: [Record] = []
        while true {
            let next = try page(read.last)
            #expect(next.count <= 7)
            if next.isEmpty { return read }
            read += next
        }
    }

    @Test(arguments: seeds)
    func `have every row once, in order, whatever was written`(seed: UInt64) throws {
        let folder = try JournalFolder()
        var random = RandomEntries(seed: seed)
        random.make(400)
        try SteppedJournal(folder).write(random.entries)
        let reader = try JournalReader(folder.journal)
        let orders = try all { try reader.orders(after: $0, atMost: 7) }
        #expect(orders.map(\.id) == random.orders.map(\.submitted.id))
        #expect(orders.map(\.status) == random.orders.map { OrderStatus($0.state) })
        #expect(orders.map(\.updated) == random.orders.map(\.updated))
        let fills = try all { try reader.executions(since: at(0), after: $0, atMost: 7) }
        #expect(fills.map(\.fill) == random.fills.map(\.execution.fill))
        let tags = Dictionary(
            uniqueKeysWithValues: random.orders.map { ($0.submitted.id, $0.submitted.request.tag) })
        #expect(fills.allSatisfy { $0.tag == tags[$0.order] ?? "" })
        try expectWords(reader, random.entries)
        let counts = try reader.counts()
        #expect(counts.orders == orders.count && counts.executions == fills.count)
        #expect(counts.openOrders == random.orders.filter(\.state.isOpen).count)
        #expect(counts.missing == 0)
    }

    private func expectWords(_ reader: JournalReader, _ entries: [JournalEntry]) throws {
        var rules: [String] = []
        var details: [String] = []
        var found: [Reconciliation] = []
        var equity: [Money] = []
        for entry in entries {
            switch entry {
            case .refusal(let refusal, _, _):
                rules.append(refusal.rule.rawValue)
                details.append(refusal.detail)
            case .reconciliation(let reconciliation): found.append(reconciliation)
            case .equity(let value, _, _): equity.append(value)
            default: break
            }
        }
        let refusals = try all { try reader.refusals(after: $0, atMost: 7) }
        #expect(refusals.map(\.rule) == rules && refusals.map(\.detail) == details)
        let read = try all { try reader.reconciliations(after: $0, atMost: 7) }
            .filter { $0.kind != "settlement" }
        #expect(read.map(\.before) == found.map(\.before))
        #expect(read.map(\.evidence) == found.map(\.evidence))
        #expect(read.allSatisfy { $0.symbol == instruments[1].symbol && $0.run == "grid-1" })
        let worth = try all { try reader.equity(after: $0, atMost: 7) }
        #expect(worth.map(\.equity) == equity)
        #expect(try reader.counts().refusals == rules.count)
    }

    private func order(_ id: String, at second: Int64) -> JournalEntry {
        .submitted(
            SubmittedOrder(
                id: ClientOrderID(id),
                request: OrderRequest(
                    instrument: InstrumentID(0), side: .buy, quantity: quantity("1"),
                    price: price("100")), version: 1, at: at(second)))
    }

    private func cancelled(_ id: String, at second: Int64) -> JournalEntry {
        .transition(
            OrderTransition(
                .cancelled, of: ClientOrderID(id), InstrumentID(0), .buy,
                from: .working(nil, filled: .zero),
                to: .cancelled(nil, filled: .zero), venueTime: at(second), at: at(second)))
    }

    private func fill(_ id: String, at second: Int64) -> JournalEntry {
        .execution(
            OrderExecution(
                Fill(
                    id: id, price: price("100"), quantity: quantity("1"), liquidity: .taker,
                    fee: money("0.1"), feeCurrency: Currency("USDT")),
                of: ClientOrderID("mr-1"), InstrumentID(0), .buy, venueTime: at(second),
                at: at(second)))
    }

    @Test func `begin at a time: what was made or changed since, and executions to the nanosecond`()
        throws
    {
        let folder = try JournalFolder()
        try SteppedJournal(folder).write([
            order("mr-1", at: 1), order("mr-2", at: 2), fill("7", at: 3), fill("8", at: 3),
            order("mr-3", at: 4), cancelled("mr-1", at: 5), fill("9", at: 6),
        ])
        let reader = try JournalReader(folder.journal)
        #expect(try reader.orders(since: at(4)).map(\.id.text) == ["mr-1", "mr-3"])
        #expect(try reader.executions(since: at(3)).map(\.fill.id) == ["7", "8", "9"])
        let later = at(3).advanced(byNanoseconds: 1)
        #expect(try reader.executions(since: later).map(\.fill.id) == ["9"])
        let counts = try reader.counts(since: at(4))
        #expect(counts.orders == 2 && counts.executions == 1 && counts.openOrders == 2)
    }

    @Test
    func `have the runs that a time concerns: begun or ended since, and the last if it has no end`()
        throws
    {
        let folder = try JournalFolder()
        try SteppedJournal(folder, testRun("killed")).write([])
        try SteppedJournal(folder, testRun("long")).write([.ended(reason: "done", at: at(50))])
        try SteppedJournal(folder, testRun("short")).write([.ended(reason: "done", at: at(5))])
        try SteppedJournal(folder, testRun("now")).write([])
        let reader = try JournalReader(folder.journal)
        #expect(try reader.runs().map(\.name) == ["killed", "long", "short", "now"])
        #expect(try reader.runs(since: at(20)).map(\.name) == ["long", "now"])
        let page = try reader.runs(atMost: 2)
        #expect(try reader.runs(after: page.last, atMost: 1).map(\.name) == ["short"])
    }
}
