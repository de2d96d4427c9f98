import JournalStore
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `An order that a journal's run takes over` {
    private let id = ClientOrderID("by-hand")
    private let request = OrderRequest(
        instrument: InstrumentID(0), side: .buy, quantity: quantity("2"), price: price("90"))

    private func known(_ venueID: String) -> EarlierRun.KnownOrder {
        EarlierRun.KnownOrder(
            id: id, request: request, state: .working(VenueOrderID(venueID), filled: .zero),
            filledNotional: .zero, fills: [], createdAt: at(1), updatedAt: at(1))
    }

    private func ended(_ venueID: String) -> JournalEntry {
        .transition(
            OrderTransition(
                .cancelled, of: id, InstrumentID(0), .buy,
                from: .working(VenueOrderID(venueID), filled: .zero),
                to: .cancelled(VenueOrderID(venueID), filled: .zero), venueTime: at(2), at: at(2)))
    }

    @Test func `is that of its strategy from then on, and stays it in the next run`() throws {
        let folder = try JournalFolder()
        for (name, strategy) in [("a-1", "a.lua"), ("b-1", "b.lua"), ("b-2", "b.lua")] {
            let journal = try SteppedJournal(folder, testRun(name, strategy: strategy))
            journal.write([.takenUp(known("7"))])
            let open = try JournalReader(folder.journal).openOrders()
            #expect(open.map(\.id) == [id])
            #expect(open.map(\.strategy) == [strategy])
        }
        #expect(try JournalReader(folder.journal).openOrders().map(\.run) == ["b-1"])
    }

    @Test func `is another one than an earlier order of the same id that has ended`() throws {
        let folder = try JournalFolder()
        do {
            let journal = try SteppedJournal(folder, testRun("a-1", strategy: "a.lua"))
            journal.write([.takenUp(known("7")), ended("7")])
        }
        let journal = try SteppedJournal(folder, testRun("a-2", strategy: "a.lua"))
        journal.write([.takenUp(known("8"))])
        #expect(
            try folder.run("SELECT venue_id, state FROM orders ORDER BY id") == [
                ["7", "cancelled"], ["8", "working"],
            ])
        journal.write([ended("8")])
        #expect(try JournalReader(folder.journal).openOrders() == [])
    }
}
