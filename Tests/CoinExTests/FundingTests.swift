import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let list = "GET /v2/futures/position-funding-history"
private let settlement = 1_700_006_400_000

/// A desk whose market has told of a settlement, and now tells of the next.
private func settled(holding size: String?) throws -> SessionDesk {
    let desk = try SessionDesk(["coinex:BTC/USDT:USDT"])
    let row = size.map {
        "{\"market\":\"BTCUSDT\",\"side\":\"short\",\"open_interest\":\"\($0)\"}"
    }
    try desk.goLive(positions: "[\(row ?? "")]")
    for time in [settlement - 28_800_000, settlement, settlement] {
        try desk.push(
            "{\"method\":\"state.update\",\"data\":{\"state_list\":[{\"market\":\"BTCUSDT\","
                + "\"last\":\"100\",\"mark_price\":\"101\",\"latest_funding_rate\":\"0.0002\","
                + "\"latest_funding_time\":\(time)}]},\"id\":null}", on: "futures")
    }
    return desk
}

private func row(_ time: Int, rate: String = "0.0001", price: String = "99.5") -> String {
    """
    {"position_id":1,"market":"BTCUSDT","market_type":"FUTURES","side":"short",\
    "margin_mode":"cross","open_interest":"2","settle_price":"\(price)",\
    "funding_rate":"\(rate)","funding_value":"0.0199","created_at":\(time)}
    """
}

extension SessionDesk {
    fileprivate var funding: [Funding] {
        market.compactMap { if case .funding(let funding) = $0 { funding } else { nil } }
    }
}

@Suite struct `CoinEx funding` {
    @Test func `is what the account was charged, not what the market shows`() throws {
        let desk = try settled(holding: "2")
        #expect(desk.funding.isEmpty)
        desk.wait(2)
        let earlier = row(settlement - 28_797_000, price: "7")
        try desk.ok(list, "[\(earlier)]")  // not there yet
        #expect(desk.funding.isEmpty)
        desk.wait(2)
        try desk.ok(list, "[\(row(settlement + 3_000)),\(earlier)]")
        #expect(desk.funding.count == 1)
        #expect(desk.funding.first?.rate == exact("0.0001"))
        #expect(desk.funding.first?.mark == exact("99.5"))
        // Short 2 at 99.5, and a positive rate: received.
        #expect(desk.funding.first?.payment == exact("0.0199"))
        desk.wait(4)
        #expect(!desk.isAsked(list) && desk.funding.count == 1)
    }

    @Test func `is what was charged then, whatever the position is by now`() throws {
        let desk = try settled(holding: "7")
        desk.wait(2)
        try desk.ok(list, "[\(row(settlement))]")
        #expect(desk.funding.map(\.payment) == [exact("0.0199")])
    }

    @Test func `of settlements that passed while the connection was down is told too`() throws {
        let desk = try settled(holding: "2")
        desk.wait(2)
        try desk.ok(
            list,
            "[\(row(settlement, rate: "0.0003")),\(row(settlement - 14_400_000, rate: "-0.0001"))]")
        #expect(desk.funding.map(\.rate) == [exact("-0.0001"), exact("0.0003")])
    }

    @Test func `without a position is news of the market, at once`() throws {
        let desk = try settled(holding: nil)
        #expect(desk.funding.map(\.rate) == [exact("0.0002")])
        desk.wait(4)
        #expect(!desk.isAsked(list))
    }

    @Test func `that the venue does not list is worked out from the market, and said so`() throws {
        let desk = try settled(holding: "2")
        for _ in 0..<15 {
            desk.wait(2)
            try desk.answer(list, "<html>not found</html>", status: 404)
            try desk.acknowledge()
        }
        #expect(desk.funding.map(\.rate) == [exact("0.0002")])
        #expect(desk.funding.map(\.mark) == [exact("101")])
        desk.wait(4)
        #expect(!desk.isAsked(list))
        let warnings: [String] = desk.actions.compactMap { action in
            guard case .log(.warn, let text) = action else { return nil }
            return text
        }
        #expect(warnings.contains { $0.contains("worked out") })
    }
}
