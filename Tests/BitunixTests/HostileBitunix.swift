import AccountSession
import Bitunix
import Foundation
import HostileVenues
import TradingModel
import VenueSessions

/// A hostile venue that speaks as Bitunix's futures do: requests by HTTP, a socket for the account and one for
/// market data, on which nothing comes here.
struct HostileBitunix: HostileWire {
    private static let account = "private"

    let symbols: [Symbol] = [BitunixDesk.market].map { text in
        guard let symbol = try? Symbol(text) else { preconditionFailure("\(text) is not a symbol") }
        return symbol
    }
    let positionSegments: Set<Int> = [0]
    let wishes: [HostileWish] = [.limit, .limit, .limit, .immediate, .postOnly]
    let mostPlacements = 3

    func session(seed: UInt64) -> any VenueSession {
        var settings = BitunixSettings(symbols: symbols, key: BitunixDesk.key)
        settings.seed = seed
        return BitunixSession(settings)
    }

    func line(_ url: String) -> String { String(url.split(separator: "/").last ?? "") }
    func frame(_ text: String) -> (bytes: [UInt8], isText: Bool) { (Array(text.utf8), true) }

    /// Subscriptions are not answered.
    func hear(
        _ text: String, on line: String, _ venue: inout HostileVenue, at now: Timestamp
    ) -> [HostileMessage] {
        if text.contains(#""op":"login""#) {
            return [.back(#"{"op":"login","data":{"result":true}}"#, within: 50)]
        }
        guard text.contains(#""op":"ping""#) else { return [] }
        return [.back(#"{"op":"ping","pong":1,"ping":1}"#, within: 50)]
    }

    func placement(in call: HTTPCall) -> String? {
        call.path.hasSuffix("/place_order") ? call.body : nil
    }

    /// There are no pushes of executions.
    func push(_ change: HostileChange) -> (line: String, text: String)? {
        switch change {
        case .order(let order, _): (Self.account, push(order))
        case .position(_, let net):
            (
                Self.account,
                Wire.positionPush(
                    thousandths(abs(net)), side: net < 0 ? "SHORT" : "LONG",
                    event: net == 0 ? "CLOSE" : "UPDATE")
            )
        case .execution, .stop: nil
        }
    }

    // MARK: - Requests

    func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply {
        let fault = venue.drawFault()
        switch fault {
        case .lost: return .lost(TransportProblem(.timeout, "before"))
        case .tooOften: return reply(10_005, "null", now)
        default: break
        }
        // What a venue that is too busy says, it also says where it was not.
        let answer = fault == .busy ? (1, "null") : answer(Asked(call), &venue)
        switch fault {
        case .cutBehind: return .lost(TransportProblem(.reset, "after"))
        case .gateway: return .reply(HTTPReply(status: 502, body: Array("<html>".utf8)))
        case .doubt: return reply(1, "null", now)
        default: return reply(answer.0, answer.1, now)
        }
    }

    private func reply(_ code: Int, _ data: String, _ now: Timestamp) -> HostileReply {
        let text = "{\"code\":\(code),\"data\":\(data),\"msg\":\"\"}"
        return .reply(
            HTTPReply(
                status: 200, headers: [HTTPHeader("Date", BitunixDesk.date(now))],
                body: Array(text.utf8)))
    }

    /// A request taken apart.
    private struct Asked {
        let name: String
        let query: [String: String]
        let body: [String: Any]

        init(_ call: HTTPCall) {
            let parts = call.path.split(separator: "?")
            var query: [String: String] = [:]
            for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
                let sides = pair.split(separator: "=")
                query[String(sides[0])] = String(sides[1])
            }
            name = parts[0].split(separator: "/").last.map { String($0) } ?? ""
            body =
                (try? JSONSerialization.jsonObject(with: Data(call.body.utf8))) as? [String: Any]
                ?? [:]
            self.query = query
        }

        func text(_ key: String) -> String? { body[key] as? String }
        func price() -> Int? { text("price").flatMap { Int($0) } }
        func amount() -> Int? {
            guard let text = text("qty"), let quantity = try? Quantity(text) else { return nil }
            return Int(quantity.attos * 1_000 / attosPerUnit)
        }
    }

    private func answer(_ asked: Asked, _ venue: inout HostileVenue) -> (Int, String) {
        do throws(HostileRefusal) {
            switch asked.name {
            case "place_order":
                let order = try venue.place(terms(asked))
                return (0, "{\"orderId\":\"\(order.id)\",\"clientId\":\"\(order.terms.clientID)\"}")
            // Orders keep their ids here: a venue that changes them has no changes.
            case "modify_order" where venue.changesIDs: throw .malformed
            case "modify_order":
                let order = try venue.amend(
                    { "\($0.id)" == asked.text("orderId") }, amount: asked.amount(),
                    price: asked.price())
                return (0, "{\"orderId\":\"\(order.id)\",\"clientId\":\"\(order.terms.clientID)\"}")
            case "cancel_orders": return (0, cancel(asked, &venue))
            default: return look(asked, venue)
            }
        } catch {
            switch error {
            case .notEnough: return (20_003, "null")
            case .wouldTake, .malformed: return (10_002, "null")
            case .unknown: return (20_007, "null")
            }
        }
    }

    private func terms(_ asked: Asked) throws(HostileRefusal) -> HostileTerms {
        let kinds: [String: HostileTerms.Kind] = [
            "GTC": .limit, "IOC": .immediate, "POST_ONLY": .postOnly,
        ]
        guard let client = asked.text("clientId"), let amount = asked.amount(),
            let kind = asked.text("effect").flatMap({ kinds[$0] }), let price = asked.price()
        else { throw .malformed }
        return HostileTerms(
            segment: 0, clientID: client, isBuy: asked.text("side") == "BUY", kind: kind,
            amount: amount, price: price)
    }

    /// What is taken is done at once.
    private func cancel(_ asked: Asked, _ venue: inout HostileVenue) -> String {
        var taken: [String] = []
        var failed: [String] = []
        for entry in asked.body["orderList"] as? [[String: String]] ?? [] {
            let isMeant = { (order: HostileOrder) in
                entry["orderId"].map { $0 == "\(order.id)" }
                    ?? (entry["clientId"] == order.terms.clientID)
            }
            let id = "\"orderId\":\"\(entry["orderId"] ?? "")\",\"clientId\":\"\""
            if (try? venue.cancel(isMeant)) != nil {
                taken.append("{\(id)}")
            } else {
                failed.append("{\(id),\"errorMsg\":\"no\",\"errorCode\":\"20007\"}")
            }
        }
        return "{\"successList\":[\(taken.joined(separator: ","))],"
            + "\"failureList\":[\(failed.joined(separator: ","))]}"
    }

    // MARK: - Questions

    private func look(_ asked: Asked, _ venue: HostileVenue) -> (Int, String) {
        switch asked.name {
        case "trading_pairs": return (0, Wire.pairs)
        case "account": return (0, Wire.account())
        case "get_pending_positions":
            let net = venue.net(0)
            let row = Wire.position(thousandths(abs(net)), side: net < 0 ? "SELL" : "BUY")
            return (0, net == 0 ? "[]" : "[\(row)]")
        case "get_pending_orders": return (0, orders(asked, venue.orders.filter(\.isOpen)))
        case "get_history_orders": return (0, orders(asked, venue.orders.filter { !$0.isOpen }))
        case "get_order_detail":
            // A change may have given it another id.
            let order = venue.orders.last { "\($0.id)" == asked.query["orderId"] }
            return order.map { (0, row($0)) } ?? (20_007, "null")
        case "get_history_trades":
            let rows = venue.executions.reversed().filter { execution in
                asked.query["orderId"].map { $0 == "\(execution.orderID)" } ?? true
            }
            let skip = Int(asked.query["skip"] ?? "") ?? 0
            let page = rows.dropFirst(skip).prefix(100).map { row($0) }
            return (0, Wire.trades(Array(page), total: rows.count))
        default: return (0, "{}")
        }
    }

    private func orders(_ asked: Asked, _ orders: [HostileOrder]) -> String {
        let mine = orders.reversed().filter { order in
            asked.query["clientId"].map { $0 == order.terms.clientID } ?? true
        }
        let skip = Int(asked.query["skip"] ?? "") ?? 0
        return Wire.orders(mine.dropFirst(skip).prefix(100).map { row($0) }, total: mine.count)
    }

    // MARK: - Rows

    private func status(_ order: HostileOrder) -> String {
        if order.isOpen { return order.filled > 0 ? "PART_FILLED" : "NEW_" }
        if order.unfilled == 0 { return "FILLED" }
        return order.filled > 0 ? "PART_FILLED_CANCELED" : "CANCELED"
    }

    private func number(_ order: HostileOrder) -> Int {
        order.terms.clientID.split(separator: "-").last.flatMap { Int($0) } ?? 0
    }

    private func row(_ order: HostileOrder) -> String {
        Wire.order(
            "\(order.id)", number(order), side: order.terms.isBuy ? "BUY" : "SELL",
            effect: order.terms.kind == .immediate ? "IOC" : "GTC",
            quantity: thousandths(order.terms.amount), price: "\(order.terms.price)",
            filled: thousandths(order.filled), status: status(order)
        ).replacing("mr-\(number(order))", with: order.terms.clientID)
    }

    private func push(_ order: HostileOrder) -> String {
        Wire.orderPush(
            status(order), "\(order.id)", number(order),
            event: order.isOpen ? "UPDATE" : "CLOSE", side: order.terms.isBuy ? "Buy" : "Sell",
            quantity: thousandths(order.terms.amount), price: "\(order.terms.price)",
            filled: thousandths(order.filled)
        ).replacing("mr-\(number(order))", with: order.terms.clientID)
    }

    private func row(_ execution: HostileExecution) -> String {
        let fee = SignedQuantity(attos: Int128(execution.fee) * attosPerUnit / 1_000_000)
        return Wire.trade(
            "\(execution.id)", order: "\(execution.orderID)", thousandths(execution.amount),
            price: "\(execution.price)", fee: "\(fee)", side: execution.isBuy ? "BUY" : "SELL")
    }
}
