import AccountSession
import CoinEx
import Foundation
import PropertyTesting
import Testing
import TradingModel
import VenueSessions

/// A plain model of the venue's orders in both products, and a network that loses what it likes.
///
/// Quantities are counted in thousandths.
struct FaultyVenue {
    struct WireOrder {
        let id: Int
        let product: String
        let clientID: String
        let side: String
        let type: String
        var amount: Int
        var price: Int
        var filled = 0
        var isOpen = true
        /// Placed to close a position: it never turns it round.
        var closes = false
    }
    struct WireStop {
        enum State {
            case waiting
            case woken
            case cancelled
        }
        var id: Int
        let product: String
        let clientID: String
        let side: String
        let type: String
        var amount: Int
        var price: Int
        let trigger: Int
        var state = State.waiting
    }
    struct Deal {
        let id: Int
        let product: String
        let orderID: Int
        let side: String
        let amount: Int
        let price: Int
    }
    /// What a request led to: an answer, or none.
    enum Outcome {
        case reply(HTTPReply)
        case lost(TransportProblem)
    }
    typealias Answer = (code: Int, body: String)

    var orders: [WireOrder] = []
    var stops: [WireStop] = []
    var deals: [Deal] = []
    /// What was pushed since the last time that it was taken.
    var pushes: [(product: String, text: String)] = []
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

    private mutating func act(_ call: HTTPCall, _ now: Timestamp) -> Answer {
        let parts = call.path.split(separator: "?")
        var query: [String: String] = [:]
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let sides = pair.split(separator: "=")
            query[String(sides[0])] = String(sides[1])
        }
        let body =
            (try? JSONSerialization.jsonObject(with: Data(call.body.utf8))) as? [String: Any] ?? [:]
        let words = parts[0].split(separator: "/")
        let product = words.contains("futures") ? "futures" : "spot"
        let name = words.last.map { String($0) } ?? ""
        if call.method == "POST" { return change(name, body, product) }
        return look(name, query, product, now)
    }

    private mutating func change(
        _ name: String, _ body: [String: Any], _ product: String
    ) -> Answer {
        let client = body["client_id"] as? String
        switch name {
        case "order": return place(body, product, closes: false)
        case "close-position": return place(body, product, closes: true)
        case "stop-order": return placeStop(body, product)
        case "cancel-order":
            return cancel { $0.id == body["order_id"] as? Int && $0.product == product }
        case "cancel-order-by-client-id":
            _ = cancel { $0.clientID == client && $0.product == product }
            return (0, "[]")
        case "cancel-stop-order":
            return cancelStop { $0.id == body["stop_id"] as? Int && $0.product == product }
        case "cancel-stop-order-by-client-id":
            _ = cancelStop { $0.clientID == client && $0.product == product }
            return (0, "[]")
        case "modify-order": return modify(body, product)
        case "modify-stop-order": return modifyStop(body, product)
        default: return (4_004, "{}")
        }
    }

    private func look(
        _ name: String, _ query: [String: String], _ product: String, _ now: Timestamp
    ) -> Answer {
        switch name {
        case "time": return (0, "{\"timestamp\":\(now.nanoseconds / 1_000_000)}")
        case "market":
            return (0, product == "spot" ? SessionDesk.spotMarkets : SessionDesk.futuresMarkets)
        case "trade-fee-rate":
            return (0, "{\"market\":\"BTCUSDT\",\"maker_rate\":\"0\",\"taker_rate\":\"0.001\"}")
        case "pending-order": return list(query, product) { $0.isOpen }
        case "finished-order": return list(query, product) { !$0.isOpen && $0.filled > 0 }
        case "pending-stop-order": return listStops(query, product) { $0 == .waiting }
        case "finished-stop-order": return listStops(query, product) { $0 != .waiting }
        case "pending-position": return (0, "[\(positionJSON.map { "\($0)" } ?? "")]")
        case "order-status":
            guard
                let order = orders.first(where: {
                    "\($0.id)" == query["order_id"] && $0.product == product
                }), order.isOpen || order.filled > 0
            else { return (3_600, "{}") }
            return (0, json(order, withStatus: true))
        case "order-deals":
            let mine = deals.filter { "\($0.orderID)" == query["order_id"] }
            return rows(mine, product)
        case "user-deals": return rows(deals.suffix(40), product)
        default: return (0, "[]")
        }
    }

    private func rows(_ deals: [Deal], _ product: String) -> Answer {
        let mine = deals.filter { $0.product == product }.reversed()
        return (0, "[\(mine.map { json($0) }.joined(separator: ","))]")
    }

    private func list(
        _ query: [String: String], _ product: String, _ isMeant: (WireOrder) -> Bool
    ) -> Answer {
        let rows = orders.filter { order in
            order.product == product && isMeant(order)
                && (query["client_id"].map { $0 == order.clientID } ?? true)
        }
        return (0, "[\(rows.map { json($0) }.joined(separator: ","))]")
    }

    private func listStops(
        _ query: [String: String], _ product: String, _ isMeant: (WireStop.State) -> Bool
    ) -> Answer {
        let rows = stops.filter { stop in
            stop.product == product && isMeant(stop.state)
                && (query["client_id"].map { $0 == stop.clientID } ?? true)
        }
        return (0, "[\(rows.map { json($0) }.joined(separator: ","))]")
    }

    // MARK: - The books

    /// What the account holds of a product by its executions.
    func net(_ product: String) -> Int {
        deals.filter { $0.product == product }.reduce(0) { sum, deal in
            sum + (deal.side == "buy" ? deal.amount : -deal.amount)
        }
    }

    /// Ids of everything that is open or waits.
    var openIDs: [String] {
        (orders.filter(\.isOpen).map(\.clientID)
            + stops.filter { $0.state == .waiting }.map(\.clientID)).sorted()
    }
}

/// Thousandths as a decimal in its shortest form.
func thousandths(_ count: Int) -> String {
    let text = SignedQuantity(attos: Int128(count) * attosPerUnit / 1_000).description
    return text
}
