import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

extension SessionDesk {
    fileprivate var differences: [AccountDifference] {
        actions.compactMap { if case .difference(let found) = $0 { found } else { nil } }
    }
    fileprivate var adopted: [EarlierRun.KnownOrder] {
        actions.compactMap { if case .adopted(let order) = $0 { order } else { nil } }
    }
    fileprivate var funding: [Funding] {
        market.compactMap { if case .funding(let funding) = $0 { funding } else { nil } }
    }

    /// Up to where everything of the account is asked for.
    fileprivate func beginToReconcile() throws {
        try prepare()
        openSockets()
        try acknowledge()
        try acknowledge()
    }
}

@Suite struct `What CoinEx's lists show otherwise` {
    @Test func `is an execution that no push told, and not one that a push did`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "100")
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 1, amount: "1", price: "100", unfilled: "1"))
        let told = dealJSON(1, order: 7, 1, amount: "0.4", price: "100")
        try desk.push(dealPush(told))
        #expect(desk.differences == [])
        desk.input(.reconcile)
        let missed = dealJSON(2, order: 7, 1, amount: "0.25", price: "100")
        try desk.ok("GET /v2/spot/user-deals", "[\(missed),\(told)]")
        #expect(desk.differences.map(\.kind) == [.missedExecution])
        let text = try #require(desk.differences.first?.description)
        #expect(text.contains("execution 2") && text.contains("quantity 0.25"), "\(text)")
        #expect(text.contains("list the market's executions"), "\(text)")
        #expect(desk.events.suffix(2) == ["fill 0.4@100", "fill 0.25@100"])
        // Asked for once more it is no news.
        desk.input(.reconcile)
        while desk.isAsked("GET /v2/spot/user-deals") {
            try desk.ok("GET /v2/spot/user-deals", "[\(missed),\(told)]")
        }
        #expect(desk.differences.count == 1)
    }

    @Test func `is an order that nothing shows any more, once that is sure`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "100")
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 1, amount: "1", price: "100", unfilled: "1"))
        desk.clear()
        try desk.live(120)
        #expect(desk.differences.map(\.kind) == [.lostOrder])
        #expect(desk.differences.first?.description.contains("order mrtest-1") == true)
        #expect(desk.events.last == "cancelled")
    }

    private static let settled = 1_700_006_400_000

    private func row(_ time: Int, rate: String = "0.0001") -> String {
        """
        {"position_id":1,"market":"BTCUSDT","market_type":"FUTURES","side":"short",\
        "margin_mode":"cross","open_interest":"2","settle_price":"100",\
        "funding_rate":"\(rate)","funding_value":"0.02","created_at":\(time)}
        """
    }
    private static let list = "GET /v2/futures/position-funding-history"
    private static let short =
        #"[{"market":"BTCUSDT","side":"short","open_interest":"2"}]"#

    /// A desk of a run that goes on with an earlier one, which knew of settlements up to the one that is named.
    private func goingOn(since milliseconds: Int) throws -> SessionDesk {
        let symbol = try Symbol("coinex:BTC/USDT:USDT")
        let desk = try SessionDesk(["coinex:BTC/USDT:USDT"]) {
            $0.settledUntil = [symbol: Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000)]
        }
        desk.now = Timestamp(nanoseconds: Int64(Self.settled + 20_000) * 1_000_000)
        try desk.beginToReconcile()
        return desk
    }

    private func tell(_ desk: SessionDesk, settlement time: Int) throws {
        try desk.push(
            "{\"method\":\"state.update\",\"data\":{\"state_list\":[{\"market\":\"BTCUSDT\","
                + "\"last\":\"100\",\"mark_price\":\"100\",\"latest_funding_rate\":\"0.0002\","
                + "\"latest_funding_time\":\(time)}]},\"id\":null}", on: "futures")
    }

    @Test func `is funding that was settled while no run lived, told before the agreement`() throws
    {
        let desk = try goingOn(since: Self.settled - 30_000_000)
        try desk.ok(
            Self.list,
            "[\(row(Self.settled + 3_000)),\(row(Self.settled - 28_797_000, rate: "0.0003"))]")
        #expect(desk.funding.map(\.rate) == [exact("0.0003"), exact("0.0001")])
        #expect(desk.funding.map(\.payment) == [exact("0.06"), exact("0.02")])
        #expect(desk.differences.map(\.kind) == [.settlementWhileAway, .settlementWhileAway])
        #expect(desk.agreements == 0)
        try desk.reconcile(positions: Self.short)
        #expect(desk.agreements == 1)
        try desk.acknowledge()
        // The market tells of the same settlement: it is counted.
        try tell(desk, settlement: Self.settled)
        desk.wait(5)
        #expect(!desk.isAsked(Self.list) && desk.funding.count == 2)
    }

    @Test func `is not what was known, and a settlement whose row comes later is awaited`() throws {
        let desk = try goingOn(since: Self.settled - 1_000_000)
        try desk.ok(Self.list, "[\(row(Self.settled - 28_797_000))]")
        #expect(desk.funding == [] && desk.differences == [])
        try desk.reconcile(positions: Self.short)
        try desk.acknowledge()
        try tell(desk, settlement: Self.settled)
        desk.wait(2)
        try desk.ok(Self.list, "[\(row(Self.settled + 30_000)),\(row(Self.settled - 28_797_000))]")
        #expect(desk.funding.map(\.payment) == [exact("0.02")])
    }

    @Test func `is asked for until the venue tells it, or given up and said`() throws {
        let desk = try goingOn(since: Self.settled - 30_000_000)
        try desk.reconcile(positions: Self.short)
        for _ in 0..<15 {
            #expect(desk.agreements == 0)
            try desk.answer(Self.list, "<html>not found</html>", status: 404)
            desk.wait(2)
            try desk.acknowledge()
        }
        #expect(desk.agreements == 1 && desk.funding == [])
        let warnings: [String] = desk.actions.compactMap { action in
            guard case .log(.warn, let text) = action else { return nil }
            return text
        }
        #expect(warnings.contains { $0.contains("since the last run") })
    }
}

@Suite struct `CoinEx orders that are adopted` {
    private static let untouched =
        #"{"order_id":7,"market":"BTCUSDT","side":"sell","type":"limit","amount":"3","price":"90","#
        + #""unfilled_amount":"3","filled_amount":"0","client_id":"by-hand"}"#
    private static let begun =
        #"{"order_id":9,"market":"BTCUSDT","side":"sell","type":"limit","amount":"3","price":"91","#
        + #""unfilled_amount":"2","filled_amount":"1","client_id":""}"#
    private static let stop =
        #"{"stop_id":8,"market":"BTCUSDT","side":"buy","amount":"4","price":"0","#
        + #""trigger_price":"120","trigger_direction":"higher","client_id":""}"#

    private func connected(adopts: Bool) throws -> SessionDesk {
        let desk = try SessionDesk { $0.adoptsOrders = adopts }
        try desk.beginToReconcile()
        desk.clear()
        try desk.reconcile(
            orders: "[\(Self.untouched),\(Self.begun)]", stops: "[\(Self.stop)]")
        try desk.acknowledge()
        return desk
    }

    @Test func `are those that have not begun to fill, with or without an id of their own`() throws
    {
        let desk = try connected(adopts: true)
        let orders = desk.adopted.sorted { $0.id.text < $1.id.text }
        #expect(orders.map(\.id.text) == ["adopted-spot-8", "by-hand"])
        #expect(orders.map(\.request.stop) == [exact("120"), nil])
        #expect(orders.last?.request.price == exact("90"))
        #expect(orders.last?.state == .working(VenueOrderID("7"), filled: .zero))
        #expect(desk.foreignOrders.map(\.venueID.text) == ["9"])
        #expect(try connected(adopts: false).adopted == [])
    }

    @Test func `fill and are cancelled as the run's own`() throws {
        let desk = try connected(adopts: true)
        try desk.push(
            dealPush(
                #"{"deal_id":4,"created_at":1700000000000,"order_id":7,"client_id":"by-hand","market":"BTCUSDT","#
                    + #""side":"sell","price":"90","amount":"1","role":"maker","fee":"0","fee_ccy":"USDT"}"#
            ))
        #expect(desk.reports.last?.order == ClientOrderID("by-hand"))
        #expect(desk.events.last == "fill 1@90")
        desk.input(.command(.cancel(ClientOrderID("by-hand"), InstrumentID(0))))
        #expect(desk.isAsked("POST /v2/spot/cancel-order"))
        desk.input(.command(.cancel(ClientOrderID("adopted-spot-8"), InstrumentID(0))))
        #expect(desk.isAsked("POST /v2/spot/cancel-stop-order"))
    }

    @Test func `are no longer taken over once the run trades`() throws {
        let desk = try connected(adopts: true)
        desk.clear()
        desk.input(.reconcile)
        let late = Self.untouched.replacing(#""order_id":7"#, with: #""order_id":70"#)
            .replacing("by-hand", with: "later")
        try desk.ok("GET /v2/spot/pending-order", "[\(Self.untouched),\(late)]")
        #expect(desk.adopted == [])
        #expect(desk.foreignOrders.map(\.venueID.text) == ["70"])
    }
}
