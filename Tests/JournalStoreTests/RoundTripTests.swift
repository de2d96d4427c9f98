import JournalStore
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `What a journal keeps` {
    @Test(arguments: seeds)
    func `is read as it was written, to the last digit`(seed: UInt64) throws {
        let folder = try JournalFolder()
        var random = RandomEntries(seed: seed)
        random.make(400)
        let journal = try SteppedJournal(folder)
        journal.write(random.entries)
        #expect(journal.queue.lost == 0)
        let reader = try JournalReader(folder.journal)
        for expected in random.orders {
            let order = try #require(try reader.order(expected.submitted.id))
            expect(order, expected)
        }
        let open = random.orders.filter(\.state.isOpen).map(\.submitted.id)
        #expect(try reader.openOrders().map(\.id) == open)
        #expect(try reader.gaps() == [])
        try expectExecutions(reader, random.fills.map(\.execution))
        try expectLatest(reader, random.entries)
    }

    private func expect(_ order: RecordedOrder, _ expected: RandomEntries.Expected) {
        let request = expected.submitted.request
        #expect(order.run == "grid-1" && order.strategy == "grid.lua")
        #expect(order.symbol == instruments[request.instrument].symbol)
        #expect(order.side == request.side)
        #expect(order.quantity == expected.quantity && order.price == expected.price)
        #expect(order.stop == request.stop && order.tag == request.tag)
        #expect(order.timeInForce == request.timeInForce)
        #expect(order.isPostOnly == request.isPostOnly)
        #expect(order.isReduceOnly == request.isReduceOnly)
        #expect(order.version == expected.submitted.version)
        #expect(order.status == OrderStatus(expected.state))
        #expect(order.filled == expected.state.filled)
        #expect(order.created == expected.submitted.time && order.updated == expected.updated)
        #expect(order.reason ?? "" == expected.state.reason.description)
        if let venueID = expected.state.venueID { #expect(order.venueID == venueID) }
    }

    private func expectExecutions(
        _ reader: JournalReader, _ expected: [OrderExecution]
    ) throws {
        var read: [RecordedExecution] = []
        while true {
            let page = try reader.executions(since: at(0), after: read.last, atMost: 7)
            if page.isEmpty { break }
            read += page
        }
        #expect(read.map(\.fill) == expected.map(\.fill))
        #expect(read.map(\.order) == expected.map(\.order))
        #expect(read.map(\.side) == expected.map(\.side))
        #expect(read.map(\.time) == expected.map(\.time))
        #expect(read.map(\.venueTime) == expected.map(\.venueTime))
    }

    private func expectLatest(_ reader: JournalReader, _ entries: [JournalEntry]) throws {
        var positions: [InstrumentID: Position] = [:]
        var settled: [InstrumentID: Timestamp] = [:]
        var state: StrategyState?
        var timers: [String: Timestamp] = [:]
        var equity: [Money] = []
        for entry in entries {
            switch entry {
            case .position(let instrument, let position, _): positions[instrument] = position
            case .filled(let transition, let position):
                positions[transition.instrument] = position
            case .settlement(let settlement, let position):
                positions[settlement.instrument] = position
                settled[settlement.instrument] = settlement.settled
            case .state(let kept, _): state = kept
            case .timer(let name, let due, _): timers[name] = due
            case .timerCleared(nil): timers = [:]
            case .timerCleared(let name?): timers[name] = nil
            case .equity(let value, _, _): equity.append(value)
            default: break
            }
        }
        let read = try reader.lastPositions()
        #expect(read.count == positions.count)
        for position in read {
            let place = try #require(instruments.firstIndex { $0.symbol == position.symbol })
            let expected = try #require(positions[InstrumentID(place)])
            #expect(position.net == expected.net && position.entryValue == expected.entryValue)
            #expect(position.averagePrice == expected.averagePrice)
            #expect(position.realisedPnL == expected.realisedPnL && position.fees == expected.fees)
        }
        for instrument in instruments {
            let known = try reader.knownSettlements(of: instrument.symbol, by: "grid.lua")
            #expect(known.last == settled[instrument.id])
            #expect((known.heldSince == nil) == (positions[instrument.id] == nil))
        }
        #expect(try reader.state(of: "grid-1")?.state == state)
        let set = try reader.timers(of: "grid-1").map { ($0.name, $0.due) }
        #expect(Dictionary(uniqueKeysWithValues: set) == timers)
        #expect(try reader.equity(of: "grid-1", atMost: 10_000).map(\.equity) == equity)
    }

    private let fill = Fill(
        id: "77", price: price("61602.01"), quantity: quantity("0.5"), liquidity: .maker,
        fee: money("0.1"), feeCurrency: Currency("USDT"))

    private func execution(_ side: Side = .buy) -> JournalEntry {
        .execution(
            OrderExecution(
                fill, of: ClientOrderID("mr-9"), InstrumentID(0), side, venueTime: at(1), at: at(2))
        )
    }

    @Test func `is an execution once, however often and by whichever run it is told`() throws {
        let folder = try JournalFolder()
        try SteppedJournal(folder).write([execution(), execution()])
        try SteppedJournal(folder, testRun("grid-2")).write([execution()])
        let read = try JournalReader(folder.journal).executions(since: at(0))
        #expect(read.map(\.fill) == [fill])
        #expect(read.map(\.run) == ["grid-1"])
    }

    @Test func `is both sides of a trade of the account with itself`() throws {
        let folder = try JournalFolder()
        try SteppedJournal(folder).write([execution(.buy), execution(.sell)])
        let read = try JournalReader(folder.journal).executions(since: at(0))
        #expect(read.map(\.side) == [.buy, .sell])
    }

    @Test func `is each paper run's executions, whose numbers begin anew`() throws {
        let folder = try JournalFolder()
        try SteppedJournal(folder, testRun("a", mode: .paper)).write([execution()])
        try SteppedJournal(folder, testRun("b", mode: .paper)).write([execution(), execution()])
        let read = try JournalReader(folder.journal).executions(since: at(0))
        #expect(read.map(\.run) == ["a", "b"])
    }

    @Test func `are the orders that a dead run left, with their tags`() throws {
        let folder = try JournalFolder()
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: quantity("1"), price: price("100"),
            tag: "ladder 3")
        let order = SubmittedOrder(
            id: ClientOrderID("mr-1"), request: request, version: 1, at: at(1))
        try SteppedJournal(folder).write([.submitted(order), .started(at: at(2))])

        let next = try SteppedJournal(folder, testRun("grid-2"))
        let reader = try JournalReader(folder.journal)
        let left = try reader.openOrders(exceptOf: "grid-2")
        #expect(left.map(\.tag) == ["ladder 3"] && left.map(\.run) == ["grid-1"])
        let last = try reader.lastRun(of: "grid.lua", trading: [instruments[0].symbol])
        #expect(last?.name == "grid-1" && last?.end == nil)

        // What the next run makes of the order stands with it.
        next.write([
            .transition(
                OrderTransition(
                    .cancelled, of: order.id, InstrumentID(0), .buy, from: .pendingNew,
                    to: .cancelled(nil, filled: .zero), venueTime: at(5), at: at(6)))
        ])
        #expect(try reader.openOrders() == [])
        #expect(try reader.order(order.id)?.status == .cancelled)
    }

    @Test func `is what another version was made of, each text once`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        journal.write([
            .version(
                StrategyVersion(
                    number: 2, hash: "def", since: at(9), parameters: #"[["size","2"]]"#,
                    settings: "[]", files: [.init("grid.lua", "return {}"), .init("b.lua", "x")])),
            .ended(reason: "the duration is over", at: at(10)),
        ])
        #expect(try folder.run("SELECT count(*) FROM texts") == [["2"]])
        #expect(try folder.run("SELECT count(*) FROM version_files") == [["3"]])
        let run = try JournalReader(folder.journal).run(ofSession: 1_700_000_000_000_001)
        #expect(run?.end?.reason == "the duration is over" && run?.end?.time == at(10))
        #expect(run?.session == 1_700_000_000_000_001)
    }
}
