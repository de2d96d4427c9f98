import CoinEx
import Foundation
import PropertyTesting
import Testing
import TradingModel
import VenueSessions

/// A plain model of the venue's spot orders, and a network that loses what it likes.
struct FaultyVenue {
    struct WireOrder {
        let id: Int
        let clientID: String
        let side: String
        let type: String
        var amount: Int
        var price: Int
        var filled = 0
        var isOpen = true
    }
    struct Deal {
        let id: Int
        let orderID: Int
        let amount: Int
        let price: Int
    }
    /// What a request led to: an answer, or none.
    enum Outcome {
        case reply(HTTPReply)
        case lost(TransportProblem)
    }

    private(set) var orders: [WireOrder] = []
    private(set) var deals: [Deal] = []
    /// What was pushed since the last time that it was taken.
    var pushes: [String] = []
    var random: Seeded
    /// In percent of the requests and pushes: 5 to 32.
    var faults: Int
    /// Whether a change gives an order another id.
    let changesIDs: Bool

    init(seed: UInt64) {
        random = Seeded(seed)
        changesIDs = random.bool()
        faults = 5 + Int(seed % 4) * 9
    }

    // MARK: - Requests

    mutating func handle(_ call: HTTPCall, _ now: Timestamp) -> Outcome {
        let fault = random.chance(faults) ? random.int(0...5) : -1
        switch fault {
        case 0: return .lost(TransportProblem(.timeout, "before"))
        case 1 where call.isOrder: return .reply(reply(4_001, "{}"))
        case 2: return .reply(reply(4_213, "{}"))
        default: break
        }
        let data = act(call, now)
        switch fault {
        case 3: return .lost(TransportProblem(.reset, "after"))
        case 4: return .reply(HTTPReply(status: 502, body: Array("<html>".utf8)))
        case 5: return .reply(reply(4_002, "{}"))
        default: return .reply(reply(data.code, data.body))
        }
    }

    private func reply(_ code: Int, _ data: String) -> HTTPReply {
        HTTPReply(
            status: 200, body: Array("{\"code\":\(code),\"data\":\(data),\"message\":\"\"}".utf8))
    }

    private mutating func act(_ call: HTTPCall, _ now: Timestamp) -> (code: Int, body: String) {
        let parts = call.path.split(separator: "?")
        var query: [String: String] = [:]
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let sides = pair.split(separator: "=")
            query[String(sides[0])] = String(sides[1])
        }
        let body =
            (try? JSONSerialization.jsonObject(with: Data(call.body.utf8))) as? [String: Any] ?? [:]
        switch parts[0].split(separator: "/").last ?? "" {
        case "time": return (0, "{\"timestamp\":\(now.nanoseconds / 1_000_000)}")
        case "market": return (0, SessionDesk.spotMarkets)
        case "trade-fee-rate":
            return (0, "{\"market\":\"BTCUSDT\",\"maker_rate\":\"0\",\"taker_rate\":\"0.001\"}")
        case "order": return place(body)
        case "cancel-order": return cancel { $0.id == body["order_id"] as? Int }
        case "cancel-order-by-client-id":
            _ = cancel { $0.clientID == body["client_id"] as? String }
            return (0, "[]")
        case "modify-order": return modify(body)
        case "pending-order": return list(query) { $0.isOpen }
        case "finished-order": return list(query) { !$0.isOpen && $0.filled > 0 }
        case "order-status":
            guard let order = orders.first(where: { "\($0.id)" == query["order_id"] }),
                order.isOpen || order.filled > 0
            else { return (3_600, "{}") }
            return (0, json(order, withStatus: true))
        case "order-deals":
            let mine = deals.filter { "\($0.orderID)" == query["order_id"] }
            return (0, "[\(mine.reversed().map(json).joined(separator: ","))]")
        case "user-deals":
            return (0, "[\(deals.suffix(20).reversed().map(json).joined(separator: ","))]")
        default: return (0, "[]")
        }
    }

    private mutating func list(
        _ query: [String: String], _ isMeant: (WireOrder) -> Bool
    ) -> (code: Int, body: String) {
        let rows = orders.filter { order in
            isMeant(order) && (query["client_id"].map { $0 == order.clientID } ?? true)
        }
        return (0, "[\(rows.map { json($0) }.joined(separator: ","))]")
    }

    private mutating func place(_ body: [String: Any]) -> (code: Int, body: String) {
        guard let clientID = body["client_id"] as? String,
            let amount = (body["amount"] as? String).flatMap({ Int($0) }),
            let price = (body["price"] as? String).flatMap({ Int($0) }),
            let side = body["side"] as? String, let type = body["type"] as? String
        else { return (4_004, "{}") }
        if random.chance(5) { return (3_109, "{}") }
        orders.append(
            WireOrder(
                id: 1_000 + orders.count, clientID: clientID, side: side, type: type,
                amount: amount, price: price))
        let place = orders.count - 1
        if type == "ioc" {
            if random.bool() { fill(place, random.int(1...amount)) }
            if orders[place].isOpen { finish(place) }
        } else if random.chance(20) {
            fill(place, random.int(1...amount))
            if orders[place].isOpen { push("put", place) }
        } else {
            push("put", place)
        }
        return (0, json(orders[place]))
    }

    private mutating func cancel(
        _ isMeant: (WireOrder) -> Bool
    ) -> (code: Int, body: String) {
        guard let place = orders.firstIndex(where: { isMeant($0) && $0.isOpen }) else {
            return (3_600, "{}")
        }
        finish(place)
        return (0, json(orders[place]))
    }

    private mutating func modify(_ body: [String: Any]) -> (code: Int, body: String) {
        guard
            let place = orders.firstIndex(where: { $0.id == body["order_id"] as? Int && $0.isOpen })
        else { return (3_600, "{}") }
        let amount = (body["amount"] as? String).flatMap { Int($0) } ?? orders[place].amount
        guard amount > orders[place].filled else { return (4_004, "{}") }
        let price = (body["price"] as? String).flatMap { Int($0) } ?? orders[place].price
        guard changesIDs else {
            orders[place].amount = amount
            orders[place].price = price
            push("modify", place)
            return (0, json(orders[place]))
        }
        let old = orders[place]
        finish(place)
        orders.append(
            WireOrder(
                id: 1_000 + orders.count, clientID: old.clientID, side: old.side, type: old.type,
                amount: amount, price: price, filled: old.filled))
        push("put", orders.count - 1)
        return (0, json(orders[orders.count - 1]))
    }

    // MARK: - The market

    /// Somebody takes from an open order.
    mutating func trade() {
        let open = orders.indices.filter { orders[$0].isOpen }
        guard !open.isEmpty else { return }
        let place = random.pick(open)
        fill(place, random.int(1...(orders[place].amount - orders[place].filled)))
        if orders[place].isOpen { push("update", place) }
    }

    private mutating func fill(_ place: Int, _ amount: Int) {
        orders[place].filled += amount
        deals.append(
            Deal(
                id: 1 + deals.count, orderID: orders[place].id, amount: amount,
                price: orders[place].price))
        let deal = json(deals[deals.count - 1])
        if orders[place].filled == orders[place].amount { finish(place) }
        pushes.append(dealPush(deal))
    }

    private mutating func finish(_ place: Int) {
        orders[place].isOpen = false
        // What leaves the book without having been filled at once is pushed.
        if orders[place].type == "ioc", orders[place].filled == 0 { return }
        push("finish", place)
    }

    private mutating func push(_ event: String, _ place: Int) {
        pushes.append(orderPush(event, json(orders[place])))
    }

    /// What the account holds by its executions.
    var net: Int {
        deals.reduce(0) { sum, deal in
            let side = orders.first { $0.id == deal.orderID }?.side
            return sum + (side == "buy" ? deal.amount : -deal.amount)
        }
    }

    private func json(_ order: WireOrder) -> String { json(order, withStatus: false) }

    private func json(_ order: WireOrder, withStatus: Bool) -> String {
        let status =
            order.isOpen
            ? (order.filled > 0 ? "part_filled" : "open")
            : (order.filled == order.amount ? "filled" : "part_canceled")
        return """
            {"order_id":\(order.id),"market":"BTCUSDT","side":"\(order.side)","type":"\(order.type)",\
            "amount":"\(order.amount)","price":"\(order.price)",\
            "unfilled_amount":"\(order.amount - order.filled)","filled_amount":"\(order.filled)",\
            "client_id":"\(order.clientID)"\(withStatus ? ",\"status\":\"\(status)\"" : "")}
            """
    }

    private func json(_ deal: Deal) -> String {
        let order = orders.first { $0.id == deal.orderID }
        return """
            {"deal_id":\(deal.id),"order_id":\(deal.orderID),"market":"BTCUSDT",\
            "side":"\(order?.side ?? "buy")","client_id":"\(order?.clientID ?? "")",\
            "price":"\(deal.price)","amount":"\(deal.amount)","role":"taker","fee":"0","fee_ccy":"USDT"}
            """
    }
}
