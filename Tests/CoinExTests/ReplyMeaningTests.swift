import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let rest = orderJSON(7, 1, type: "ioc", amount: "1", price: "100", unfilled: "1")

private func answered(_ reply: VenueTraits.ReplyMeaning) throws -> SessionDesk {
    var traits = VenueTraits.coinEx
    traits.reply = reply
    let desk = try SessionDesk(traits: traits)
    try desk.goLive()
    try desk.submit(1, .buy, "1", at: "100") { $0.timeInForce = .ioc }
    try desk.ok("POST /v2/spot/order", rest)
    return desk
}

@Suite struct `An order that cannot rest` {
    @Test func `is over with a reply that comes behind the matching`() throws {
        let desk = try answered(.settled)
        #expect(desk.events == ["accepted 7", "expired"])
    }

    @Test func `fills after a reply that comes before the matching`() throws {
        let desk = try answered(.taken)
        #expect(desk.events == ["accepted 7"])
        try desk.push(dealPush(dealJSON(9, order: 7, 1, amount: "0.4", price: "100")))
        let gone = orderJSON(
            7, 1, type: "ioc", amount: "1", price: "100", filled: "0.4", unfilled: "0.6")
        try desk.push(orderPush("finish", gone))
        #expect(desk.events == ["accepted 7", "fill 0.4@100", "expired"])
    }

    @Test func `is asked for where no push tells what became of it`() throws {
        let desk = try answered(.taken)
        desk.wait(2)
        let gone = orderJSON(
            7, 1, type: "ioc", amount: "1", price: "100", unfilled: "1", status: "canceled")
        try desk.ok("GET /v2/spot/order-status", gone)
        #expect(desk.events == ["accepted 7", "cancelled"])
    }
}
