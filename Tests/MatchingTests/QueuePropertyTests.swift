import Matching
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `Queue position` {
    /// A queue of real orders at one price, and the venue's estimate from what a recording shows.
    @Test(arguments: seeds)
    func `without cancels the estimate is the truth, whichever message comes first`(
        seed: UInt64
    ) {
        var random = Seeded(seed)
        for _ in 0..<50 {
            let test = TestVenue()
            var shown = random.int(1...20)
            test.book(bids: [("99", "\(shown)"), ("98", "1")], asks: [("101", "10")])
            var ahead = shown
            var rest = random.int(1...10)
            test.order(.buy, "\(rest)", at: "99")
            _ = test.told()
            while rest > 0 {
                if random.chance(40) || shown == 0 {
                    shown += random.int(1...10)  // behind us
                    test.level(.buy, "99", "\(shown)")
                    continue
                }
                let traded = random.int(1...shown)
                shown -= traded
                let fill = min(rest, max(0, traded - ahead))
                ahead = max(0, ahead - traded)
                rest -= fill
                let updateFirst = random.bool()
                if updateFirst { test.level(.buy, "99", "\(shown)") }
                test.trade("99", "\(traded)", taker: .sell, stamped: updateFirst ? test.now : nil)
                if !updateFirst { test.level(.buy, "99", "\(shown)") }
                #expect(
                    test.told() == (fill > 0 ? ["1 fill \(fill) @ 99 maker"] : []), "seed \(seed)")
            }
        }
    }

    /// Whatever is cancelled in front, we never get more than was traded here.
    @Test(arguments: seeds)
    func `fills never exceed what was traded`(seed: UInt64) {
        var random = Seeded(seed)
        let test = TestVenue()
        test.book(bids: [("99", "20"), ("98", "1")], asks: [("101", "10")])
        for _ in 0..<5 { test.order(.buy, "3", at: "99") }
        var traded = 0
        for _ in 0..<200 where test.venue.openOrderCount > 0 {
            if random.bool() {
                test.level(.buy, "99", "\(random.int(0...30))")
            } else {
                let size = random.int(1...4)
                traded += size
                test.trade("99", "\(size)", taker: .sell)
            }
            #expect(test.venue.account.positions[0].net.magnitude <= quantity("\(traded)"))
        }
    }
}
