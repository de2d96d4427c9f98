import AccountSession
import CoinTR
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

private func sent(_ desk: CoinTRDesk, _ end: String) -> [HTTPCall] {
    desk.actions.compactMap { action in
        guard case .request(_, let call) = action, call.path.contains(end) else { return nil }
        return call
    }
}

@Suite struct `Lists of orders at CoinTR` {
    @Test func `of others are told and left alone`() throws {
        let desk = try CoinTRDesk()
        try desk.open()
        try desk.acknowledgeAll()
        try desk.answerAll(orders: [Wire.order(777, "somebody", filled: "0.25")])
        #expect(desk.foreign.map(\.venueID.text) == ["777"])
        #expect(desk.foreign[0].remaining == exact("0.75"))
        #expect(sent(desk, "cancel-order").filter { $0.body.contains("777") }.isEmpty)
    }

    @Test func `have executions in pages, whose window stands while they are read`() throws {
        let desk = try CoinTRDesk.resting()
        desk.cancel(1)
        try desk.reply("cancel-order", #"{"code":0,"data":{"ordId":901}}"#)
        let first = try desk.reply(
            "fills", Wire.list([Wire.fill(6, of: 901, size: "0.25")], next: "1700000000600.6"))
        try desk.wait(3)
        let second = try desk.reply(
            "fills", Wire.list([Wire.fill(5, of: 901, size: "0.5")], next: "a/b=c"))
        let third = try desk.reply("fills", Wire.list([]))
        let whole = { (call: HTTPCall) in
            call.path.split(separator: "&").filter {
                !$0.hasPrefix("after=") && !$0.hasPrefix("timestamp=")
            }
        }
        #expect(whole(first) == whole(second) && whole(second) == whole(third))
        #expect(first.path.contains("startTime=") && first.path.contains("endTime=1"))
        #expect(!first.path.contains("after=") && second.path.contains("&after=1700000000600.6&"))
        #expect(third.path.contains("&after=a%2Fb%3Dc&"))
        #expect(desk.events.count == 4 && desk.events.last == "cancelled")
    }

    // Trap 7.
    @Test func `of an earlier run are asked for by their ids, and last among those that filled`()
        throws
    {
        let symbol = try Symbol(CoinTRDesk.spot)
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: exact("1"), price: exact("70"))
        let desk = try CoinTRDesk([symbol.description]) { settings in
            settings.restoredOrders = [
                RestoredOrder(
                    id: ClientOrderID("mr-9"), request: request, venueID: VenueOrderID("901"),
                    wasTriggered: false, filled: .zero, fillIDs: [])
            ]
        }
        try desk.open()
        try desk.acknowledgeAll()
        try desk.reply("orders-active", Wire.list([]))
        let byID = try desk.reply("orders-recent", Wire.refused(5052, text: "Order does not exist"))
        #expect(byID.path.contains("ordIds=901"))
        let filled = try desk.reply(
            "orders-filled",
            Wire.list([Wire.order(901, "mr-9", filled: "1", state: "FILLED")]))
        #expect(filled.path.contains("ordIds=901") && filled.path.contains("startTime="))
        #expect(desk.events == [])
        try desk.wait(2.1)
        while desk.isAsked("fills") {
            try desk.reply("fills", Wire.list([Wire.fill(5, of: 901, size: "1")]))
        }
        #expect(desk.events == ["fill 1@70"])
    }

    // Promise P14.
    @Test func `go five in a second, and wait no longer than they are worth`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        for number in 1...40 { try desk.submit(number) }
        #expect(sent(desk, "/trade/order?").count == 5)
        try desk.wait(30, answers: true)
        let count = sent(desk, "/trade/order?").count
        #expect((20...30).contains(count))
        #expect(desk.events.count { $0.contains("send fewer") } == 40 - count)
    }

    // Promise P15.
    @Test func `are practised as they are sent`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        #expect(desk.session.practiceOrder(at: desk.now) == nil, "no price is known")
        try desk.hear(Wire.candle)
        guard case .request(let call)? = desk.session.practiceOrder(at: desk.now) else {
            Issue.record("nothing is practised")
            return
        }
        #expect(call.path.hasPrefix("/v1/spot/trade/order?timestamp="))
        #expect(call.headers.contains { $0.name == "X-COINTR-SIGN" && $0.value.count == 64 })
    }
}
