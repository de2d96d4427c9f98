import Matching
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `Margin` {
    /// What grows a position is accepted only when it can be paid for.
    @Test(arguments: seeds)
    func `an accepted order never overdraws the account`(seed: UInt64) {
        var random = Seeded(seed)
        let settings = PaperSettings(balances: [Currency("USDT"): money("1000")], leverage: 3)
        let fees = instrument("test:BTC/USDT:USDT", makerFee: "0.0002", takerFee: "0.0005")
        let test = TestVenue([fees], settings)
        for _ in 0..<400 {
            let middle = random.int(95...105)
            test.book(
                bids: [("\(middle - 1)", "7"), ("\(middle - 2)", "50")],
                asks: [("\(middle + 1)", "7"), ("\(middle + 2)", "50")])
            let net = test.venue.account.positions[0].net
            let side: Side = random.bool() ? .buy : .sell
            let size = random.int(1...40)
            let limit = random.bool() ? "\(middle + random.int(-4...4))" : nil
            _ = test.told()
            let number = test.order(side, "\(size)", at: limit)
            let isGrowing =
                net.side != side.opposite || net.magnitude < quantity("\(size)")
            if isGrowing, test.told().contains("\(number) accepted") {
                let available = test.venue.account.balance(of: Currency("USDT"))?.available
                #expect((available ?? .zero) >= .zero, "seed \(seed)")
            }
            if random.chance(30) { test.cancel(random.int(1...number)) }
        }
    }
}
