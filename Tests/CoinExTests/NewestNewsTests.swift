import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let positions = "GET /v2/futures/pending-position"
private let balances = "GET /v2/assets/spot/balance"

private func row(_ size: String, _ milliseconds: Int?) -> String {
    "{\"market\":\"BTCUSDT\",\"side\":\"long\",\"open_interest\":\"\(size)\""
        + (milliseconds.map { ",\"updated_at\":\($0)" } ?? "") + "}"
}

private func push(_ size: String, _ milliseconds: Int?, to desk: SessionDesk) throws {
    try desk.push(
        "{\"method\":\"position.update\",\"data\":{\"event\":\"update\",\"position\":"
            + "\(row(size, milliseconds))},\"id\":null}", on: "futures")
}

private func holding(_ amount: String, _ milliseconds: Int?) -> String {
    "{\"ccy\":\"USDT\",\"available\":\"\(amount)\",\"frozen\":\"0\""
        + (milliseconds.map { ",\"updated_at\":\($0)" } ?? "") + "}"
}

private func pushBalance(_ amount: String, _ milliseconds: Int?, to desk: SessionDesk) throws {
    try desk.push(
        "{\"method\":\"balance.update\",\"data\":{\"balance_list\":"
            + "[\(holding(amount, milliseconds))]},\"id\":null}")
}

private func futures() throws -> SessionDesk {
    let desk = try SessionDesk(["coinex:BTC/USDT:USDT"])
    try desk.goLive()
    desk.wait(2)
    return desk
}

private func spot() throws -> SessionDesk {
    let desk = try SessionDesk()
    try desk.goLive()
    desk.wait(2)
    return desk
}

/// The venue may send what happened in one moment in either order.
@Suite struct `Two pushes of one moment` {
    private static let times: [Int?] = [1_700_000_002_000, nil]

    @Test(arguments: times)
    func `about a position are told apart by the list, soon`(time: Int?) throws {
        let desk = try futures()
        try push("2", time, to: desk)
        try push("1", time, to: desk)  // the older of the two
        desk.wait(1.1)
        try desk.ok(positions, "[\(row("2", time))]")
        #expect(desk.positions.last?.net == exact("2"))
        desk.wait(5)
        #expect(!desk.isAsked(positions))
    }

    @Test(arguments: times)
    func `about a balance are told apart by the list, soon`(time: Int?) throws {
        let desk = try spot()
        try pushBalance("5", time, to: desk)
        try pushBalance("4", time, to: desk)
        desk.wait(1.1)
        try desk.ok(balances, "[\(holding("5", time))]")
        #expect(desk.balances.last?.total == exact("5"))
        desk.wait(5)
        #expect(!desk.isAsked(balances))
    }

    @Test func `are asked about until no push comes between`() throws {
        let desk = try futures()
        try push("2", nil, to: desk)
        try push("1", nil, to: desk)
        desk.wait(1.1)
        try push("3", nil, to: desk)
        try desk.ok(positions, "[\(row("1", nil))]")
        #expect(desk.positions.last?.net == exact("3"))
        desk.wait(1.1)
        try desk.ok(positions, "[]")
        #expect(desk.positions.last?.net == .zero)
    }

    @Test func `that the list does not show are asked about again`() throws {
        let desk = try futures()
        try push("2", nil, to: desk)
        try push("1", nil, to: desk)
        desk.wait(1.1)
        try push("3", nil, to: desk)
        try desk.ok(positions, "[]")
        #expect(desk.positions.last?.net == exact("3"))
        desk.wait(1.1)
        #expect(desk.isAsked(positions))
    }

    @Test func `that say the same, or are followed by a later one, ask nothing`() throws {
        let desk = try futures()
        try push("2", 1_700_000_002_000, to: desk)
        try push("2", 1_700_000_002_000, to: desk)
        desk.wait(1.1)
        #expect(!desk.isAsked(positions))
        try push("3", 1_700_000_003_000, to: desk)
        desk.wait(1.1)
        #expect(!desk.isAsked(positions))
    }

    @Test func `without a time that come seconds apart came in order`() throws {
        let desk = try futures()
        try push("2", nil, to: desk)
        desk.wait(2)
        try push("1", nil, to: desk)
        desk.wait(2)
        #expect(!desk.isAsked(positions) && desk.positions.last?.net == exact("1"))
    }
}
