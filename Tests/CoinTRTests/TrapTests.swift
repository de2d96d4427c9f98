import AccountSession
import CoinTR
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// What misleads those who read the venue's pages, by its number there; what has a test beside others has its
/// number above that test.
@Suite struct `The traps of CoinTR` {
    private func requests(_ desk: CoinTRDesk) -> [HTTPCall] {
        desk.actions.compactMap { if case .request(_, let call) = $0 { call } else { nil } }
    }

    @Test func `1, 2: bucket and time stamp are of one reading, taken when the request leaves`()
        throws
    {
        let desk = try CoinTRDesk()
        try desk.goLive()
        // Held back by the rate from one half minute into the next.
        try desk.wait(
            Double(CoinTRDesk.start.nanoseconds + 9_000_000_000 - desk.now.nanoseconds) / 1e9)
        for number in 1...12 { try desk.submit(number) }
        try desk.wait(3, answers: true)
        let orders = requests(desk).filter(\.isOrder)
        #expect(orders.count == 12)
        for call in orders {
            let query = String(call.path.drop { $0 != "?" }.dropFirst())
            let stamp = try #require(Int64(query.split(separator: "=").last ?? ""))
            let sign = CoinTRDesk.key.signature(query: query, body: call.body, milliseconds: stamp)
            #expect(call.headers.contains(HTTPHeader("X-COINTR-SIGN", sign)))
        }
        let stamps = orders.compactMap { Int64($0.path.split(separator: "=").last ?? "") }
        #expect(Set(stamps.map { $0 / 30_000 }).count == 2, "they are of two half minutes")
    }

    @Test func `3, 4: every signed request has the time in its query, and is signed as it is sent`()
        throws
    {
        let desk = try CoinTRDesk([CoinTRDesk.spot, CoinTRDesk.futures])
        desk.input(.timer)
        try desk.answerAll()
        try desk.goLive()
        try desk.submit(1)
        try desk.submit(2, in: 1)
        let signed = requests(desk).filter {
            !$0.headers.filter { $0.name == "X-COINTR-SIGN" }.isEmpty
        }
        #expect(signed.count >= 2 && signed.allSatisfy { $0.path.contains("timestamp=") })
        #expect(signed.allSatisfy { $0.sendWithin == 5_000_000_000 })
    }

    @Test func `8: flags are sent, empty where there are none`() throws {
        let desk = try CoinTRDesk.ordering()
        #expect(desk.calls.contains { $0.call.body.contains(#""flags":"""#) })
    }

    @Test func `15, 16: books come over the socket alone, in their finest steps`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        desk.input(.subscribe([InstrumentID(0): [.book]]))
        try desk.wait(60, answers: true)
        #expect(!requests(desk).contains { $0.path.contains("depths") })
    }

    @Test func `18: news of the account are told on other channels than were asked for`() throws {
        let desk = try CoinTRDesk.ordering()
        try desk.hear(Wire.news("orders_spot", [Wire.order(901, "mr-1")], action: "initial"))
        #expect(desk.events == ["accepted 901"])
        // The same id of another product is another order.
        try desk.hear(
            Wire.news("fills_perp", [Wire.fill(5, of: 901, size: "1")]))
        #expect(desk.events == ["accepted 901"])
    }

    @Test func `12, 13: ids are compared as they are, however they are written`() throws {
        let desk = try CoinTRDesk.ordering()
        try desk.reply("order", Wire.placed(9_007_199_254_740_993, "mr-1"))
        try desk.hear(
            Wire.news("fills_spot", [Wire.fill(5, of: 9_007_199_254_740_992, size: "1")]))
        #expect(desk.events == ["accepted 9007199254740993"])
        let row = Wire.fill(6, of: 9_007_199_254_740_993, size: "1")
            .replacing("ordId", with: "ordid").replacing("tradeId", with: "TRADEID")
        try desk.hear(Wire.news("fills_spot", [row]))
        #expect(desk.events.last == "fill 1@70")
    }

    @Test func `26: the fee of a fill is what the venue says, whatever rates it shows`() throws {
        let desk = try CoinTRDesk.resting()
        try desk.hear(Wire.news("fills_spot", [Wire.fill(5, of: 901, size: "1", fee: "0.0123")]))
        #expect(desk.fills.map(\.fee) == [exact("0.0123")])
    }

    @Test func `28: futures are counted in contracts whatever their limits say`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.futures])
        try desk.prepare()
        let told = desk.actions.compactMap { action -> [Instrument]? in
            if case .instruments(let list) = action { list } else { nil }
        }
        #expect(told.first?.first?.minQuantity == exact("0.1"))
        #expect(told.first?.first?.tick == exact("0.01"))
    }
}
