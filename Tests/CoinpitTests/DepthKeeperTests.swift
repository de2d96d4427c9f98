import Coinpit
import PropertyTesting
import Testing
import TradingModel
import WireText

@Suite struct `A kept book of Coinpit` {
    private static func level(_ price: Int, _ quantity: Int) -> String {
        "{\"price\":\(price),\"totalQuantity\":\(quantity),\"numberOfOrders\":1,\"instrument\":\"BTC1\"}"
    }

    private static func rows(_ side: [Int: Int], best: (Int, Int) -> Bool) -> String {
        side.sorted { best($0.key, $1.key) }.map { level($0.key, $0.value) }
            .joined(separator: ",")
    }

    private static func changes(_ side: [Int: Int]) -> String {
        side.sorted { $0.key < $1.key }
            .map { "\"\($0.key)\":\(level($0.key, $0.value))" }.joined(separator: ",")
    }

    /// Against a table of quantities by price.
    @Test(arguments: seeds)
    func `is what a table of its levels is, and knows when it is not the venue's`(seed: UInt64)
        throws
    {
        var random = Seeded(seed)
        var bids: [Int: Int] = [700: 5]
        var asks: [Int: Int] = [800: 5]
        var keeper = DepthKeeper()
        let whole = "{\"buy\":[\(Self.rows(bids, best: >))],\"sell\":[\(Self.rows(asks, best: <))]}"
        let books = try value(WireBooks.self, whole).books
        let isNews = keeper.replace(by: books[0])
        #expect(isNews)
        let isNewsAgain = keeper.replace(by: books[0])
        #expect(!isNewsAgain, "the same again is no news")
        for _ in 0..<300 {
            var changed: [Side: [Int: Int]] = [:]
            for _ in 0..<random.int(0...3) {
                let isBid = random.bool()
                let price = isBid ? random.int(650...740) : random.int(760...850)
                let quantity = random.chance(40) ? 0 : random.int(1...9)
                changed[isBid ? .buy : .sell, default: [:]][price] = quantity
                if isBid {
                    bids[price] = quantity == 0 ? nil : quantity
                } else {
                    asks[price] = quantity == 0 ? nil : quantity
                }
            }
            let isLost = random.chance(5)
            let best = (
                bids.keys.max().map { "\($0)" } ?? "\"NONE\"",
                asks.keys.min().map { "\($0)" } ?? "\"NONE\""
            )
            let text =
                "{\"buy\":{\(isLost ? "" : Self.changes(changed[.buy] ?? [:]))},"
                + "\"sell\":{\(isLost ? "" : Self.changes(changed[.sell] ?? [:]))},"
                + "\"bid\":\(best.0),\"ask\":\(best.1),\"instrument\":\"BTC1\"}"
            let change = try value(WireBookChanges.self, text).changes[0]
            let wrong = keeper.apply(change)
            let own = [Side.buy, .sell].map {
                keeper.levels($0).first.map { "\($0.price)" } ?? "\"NONE\""
            }
            #expect((wrong == nil) == (own == [best.0, best.1]))
            if isLost || wrong != nil {
                let now =
                    "{\"buy\":[\(Self.rows(bids, best: >))],\"sell\":[\(Self.rows(asks, best: <))],\"instrument\":\"BTC1\"}"
                _ = keeper.replace(by: try value(WireBooks.self, now).books[0])
            }
            #expect(
                keeper.levels(.buy).map { "\($0.price)" } == bids.keys.sorted(by: >).map { "\($0)" }
            )
            #expect(
                keeper.levels(.sell).map { "\($0.price)" } == asks.keys.sorted().map { "\($0)" })
            #expect(
                keeper.levels(.buy).map { "\($0.quantity)" }
                    == bids.sorted { $0.key > $1.key }.map { "\($0.value)" })
        }
    }
}
