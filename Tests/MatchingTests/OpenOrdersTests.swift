import Matching
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `Open orders` {
    /// Ids that end in one number behind several starts, in none, and UUIDs with one lower half.
    private static func id(_ kind: Int, _ number: Int) -> ClientOrderID {
        switch kind {
        case 0, 1: ClientOrderID("\(kind == 0 ? "mr-" : "other-")\(number)")
        case 2: ClientOrderID("order \(number) of mine")
        default:
            ClientOrderID(
                "0000000\(kind)-0000-0000-0000-0000" + "\(number % 8)".padded(to: 8))
        }
    }

    @Test(arguments: seeds)
    func `each is found by its id, however that is written, until it ends`(seed: UInt64) {
        var random = Seeded(seed)
        let test = TestVenue()
        test.book(bids: [("99", "1")], asks: [("101", "1")])
        var open: Set<ClientOrderID> = []
        for _ in 0..<500 {
            let id = Self.id(random.int(0...5), random.int(0...100))
            let isNew = random.int(0...2) > 0
            if isNew {
                let request = OrderRequest(
                    instrument: InstrumentID(0), side: .buy, quantity: quantity("0.001"),
                    price: price("98"))
                test.venue.submit(id, request, at: test.time)
            } else {
                test.venue.cancel(id, InstrumentID(0), at: test.time)
            }
            test.wait(1)
            let isOpen = open.contains(id)
            let told = test.told()
            if isNew {
                let duplicate = "\(id) rejected: duplicate id: an open order has it"
                #expect(told == [isOpen ? duplicate : "\(id) accepted"], "seed \(seed)")
                open.insert(id)
            } else {
                #expect((told == ["\(id) cancelled"]) == isOpen, "seed \(seed)")
                open.remove(id)
            }
            #expect(test.venue.openOrderCount == open.count, "seed \(seed)")
        }
    }
}

extension String {
    /// With zeros in front.
    fileprivate func padded(to count: Int) -> String {
        String(repeating: "0", count: count - utf8.count) + self
    }
}
