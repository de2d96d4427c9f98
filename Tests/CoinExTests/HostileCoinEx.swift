import AccountSession
import CoinEx
import Foundation
import HostileVenues
import TradingModel
import VenueSessions

/// A hostile venue that speaks as CoinEx does: requests by HTTP, pushes over a socket for each product.
struct HostileCoinEx: HostileWire {
    private static let products = ["spot", "futures"]
    private static let futures = 1

    let symbols: [Symbol] = ["coinex:BTC/USDT", "coinex:BTC/USDT:USDT"].map { text in
        guard let symbol = try? Symbol(text) else { preconditionFailure("\(text) is not a symbol") }
        return symbol
    }
    let positionSegments: Set<Int> = [futures]
    let wishes: [HostileWish] = [
        .immediate, .immediate, .postOnly, .postOnly, .stop, .stop, .reducing, .reducing, .limit,
        .limit,
    ]
    let mostPlacements = 3

    func session(seed: UInt64) -> any VenueSession {
        var settings = CoinExSettings(symbols: symbols, key: SessionDesk.key)
        settings.seed = seed
        return CoinExSession(settings)
    }

    func line(_ url: String) -> String { String(url.split(separator: "/").last ?? "") }

    func frame(_ text: String) -> (bytes: [UInt8], isText: Bool) { (gzip(text), false) }

    /// Pings, signatures and subscriptions, all of which are acknowledged.
    func hear(
        _ text: String, on line: String, _ venue: inout HostileVenue, at now: Timestamp
    ) -> [HostileMessage] {
        let id = text.split(separator: "\"id\":").last?.dropLast() ?? "0"
        return [.back("{\"id\":\(id),\"code\":0,\"message\":\"OK\"}", within: 50)]
    }

    func placement(in call: HTTPCall) -> String? {
        let places = ["/order", "/stop-order", "/close-position"]
        return places.contains(where: { call.path.hasSuffix($0) }) ? call.body : nil
    }

    func push(_ change: HostileChange) -> (line: String, text: String)? {
        switch change {
        case .order(let order, let event):
            (Self.products[order.terms.segment], orderPush(Self.word(event), row(order)))
        case .stop(let stop, let event):
            (
                Self.products[stop.terms.segment],
                Self.push("stop", Self.word(event), "stop", row(stop))
            )
        case .execution(let execution):
            (Self.products[execution.segment], dealPush(row(execution)))
        case .position(let segment, let net):
            (
                Self.products[segment],
                Self.push("position", net == 0 ? "close" : "update", "position", position(net))
            )
        }
    }

    private static func push(
        _ name: String, _ event: String, _ key: String, _ row: String
    ) -> String {
        "{\"method\":\"\(name).update\",\"data\":{\"event\":\"\(event)\",\"\(key)\":\(row)},\"id\":null}"
    }

    private static func word(_ event: HostileChange.OrderEvent) -> String {
        switch event {
        case .entered: "put"
        case .filled: "update"
        case .amended: "modify"
        case .left: "finish"
        }
    }

    private static func word(_ event: HostileChange.StopEvent) -> String {
        switch event {
        case .entered: "put"
        case .woken: "active"
        case .cancelled: "cancel"
        }
    }
}

// MARK: - Requests
extension HostileCoinEx {
    private typealias Answer = (code: Int, data: String)

    func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply {
        var fault = venue.drawFault()
        if fault == .busy, !call.isOrder { fault = nil }
        switch fault {
        case .lost: return .lost(TransportProblem(.timeout, "before"))
        case .busy: return reply(4_001, "{}")
        case .tooOften: return reply(4_213, "{}")
        default: break
        }
        let answer = answer(Asked(call), &venue, now)
        switch fault {
        case .cutBehind: return .lost(TransportProblem(.reset, "after"))
        case .gateway: return .reply(HTTPReply(status: 502, body: Array("<html>".utf8)))
        case .doubt: return reply(4_002, "{}")
        default: return reply(answer.code, answer.data)
        }
    }

    private func reply(_ code: Int, _ data: String) -> HostileReply {
        let text = "{\"code\":\(code),\"data\":\(data),\"message\":\"\"}"
        return .reply(HTTPReply(status: 200, body: Array(text.utf8)))
    }

    /// A request taken apart.
    private struct Asked {
        let isChange: Bool
        let name: String
        let segment: Int
        let query: [String: String]
        let body: [String: Any]

        init(_ call: HTTPCall) {
            let parts = call.path.split(separator: "?")
            var query: [String: String] = [:]
            for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
                let sides = pair.split(separator: "=")
                query[String(sides[0])] = String(sides[1])
            }
            let words = parts[0].split(separator: "/")
            let object = try? JSONSerialization.jsonObject(with: Data(call.body.utf8))
            isChange = call.method == "POST"
            name = words.last.map { String($0) } ?? ""
            segment = words.contains("futures") ? HostileCoinEx.futures : 0
            body = object as? [String: Any] ?? [:]
            self.query = query
        }

        func text(_ key: String) -> String? { body[key] as? String }
        func number(_ key: String) -> Int? { body[key] as? Int }
        func price(_ key: String) -> Int? { text(key).flatMap { Int($0) } }
        /// In thousandths.
        func amount() -> Int? {
            guard let text = text("amount"), let quantity = try? Quantity(text) else { return nil }
            return Int(quantity.attos * 1_000 / attosPerUnit)
        }
    }

    private func answer(_ asked: Asked, _ venue: inout HostileVenue, _ now: Timestamp) -> Answer {
        do throws(HostileRefusal) {
            guard asked.isChange else { return look(asked, venue, now) }
            return (0, try change(asked, &venue))
        } catch {
            switch error {
            case .notEnough: return (3_109, "{}")
            case .wouldTake: return (3_622, "{}")
            case .unknown: return (3_600, "{}")
            case .malformed: return (4_004, "{}")
            }
        }
    }

    private func change(
        _ asked: Asked, _ venue: inout HostileVenue
    ) throws(HostileRefusal) -> String {
        let segment = asked.segment
        let client = asked.text("client_id")
        switch asked.name {
        case "order": return row(try venue.place(terms(asked, isBuy: isBuy(asked))))
        case "close-position":
            let isBuy = venue.closesByBuying(segment)
            return row(try venue.place(terms(asked, isBuy: isBuy, closes: true)))
        case "stop-order":
            let terms = try terms(asked, isBuy: isBuy(asked))
            guard let trigger = asked.price("trigger_price") else { throw .malformed }
            return "{\"stop_id\":\(venue.placeStop(terms, trigger: trigger).id)}"
        case "cancel-order":
            let id = asked.number("order_id")
            return row(try venue.cancel { $0.id == id && $0.terms.segment == segment })
        case "cancel-order-by-client-id":
            _ = try? venue.cancel { $0.terms.clientID == client && $0.terms.segment == segment }
            return "[]"
        case "cancel-stop-order":
            let id = asked.number("stop_id")
            return row(try venue.cancelStop { $0.id == id && $0.terms.segment == segment })
        case "cancel-stop-order-by-client-id":
            _ = try? venue.cancelStop { $0.terms.clientID == client && $0.terms.segment == segment }
            return "[]"
        case "modify-order":
            let id = asked.number("order_id")
            return row(
                try venue.amend(
                    { $0.id == id && $0.terms.segment == segment }, amount: asked.amount(),
                    price: asked.price("price")))
        case "modify-stop-order":
            let id = asked.number("stop_id")
            let stop = try venue.amendStop(
                { $0.id == id && $0.terms.segment == segment }, amount: asked.amount(),
                price: asked.price("price"))
            return "{\"stop_id\":\(stop.id)}"
        default: throw .malformed
        }
    }

    private func isBuy(_ asked: Asked) -> Bool? { asked.text("side").map { $0 == "buy" } }

    private func terms(
        _ asked: Asked, isBuy: Bool?, closes: Bool = false
    ) throws(HostileRefusal) -> HostileTerms {
        guard let client = asked.text("client_id"), let amount = asked.amount(), let isBuy,
            let kind = asked.text("type").flatMap({ Self.kinds[$0] })
        else { throw .malformed }
        let isStop = asked.body["trigger_price"] != nil
        let price =
            kind == .market && !isStop ? HostileTerms.marketPrice : asked.price("price") ?? 0
        return HostileTerms(
            segment: asked.segment, clientID: client, isBuy: isBuy, kind: kind, amount: amount,
            price: price, closes: closes)
    }

    private static let kinds: [String: HostileTerms.Kind] = [
        "limit": .limit, "maker_only": .postOnly, "ioc": .immediate, "market": .market,
    ]

    // MARK: - Questions

    private func look(_ asked: Asked, _ venue: HostileVenue, _ now: Timestamp) -> Answer {
        switch asked.name {
        case "time": return (0, "{\"timestamp\":\(now.nanoseconds / 1_000_000)}")
        case "market":
            let isSpot = asked.segment != Self.futures
            return (0, isSpot ? SessionDesk.spotMarkets : SessionDesk.futuresMarkets)
        case "trade-fee-rate":
            return (0, "{\"market\":\"BTCUSDT\",\"maker_rate\":\"0\",\"taker_rate\":\"0.001\"}")
        case "pending-order": return (0, orders(asked, venue) { $0.isOpen })
        case "finished-order": return (0, orders(asked, venue) { !$0.isOpen && $0.filled > 0 })
        case "pending-stop-order": return (0, stops(asked, venue) { $0 == .waiting })
        case "finished-stop-order": return (0, stops(asked, venue) { $0 != .waiting })
        case "pending-position":
            // The list has no row when flat.
            let net = venue.net(Self.futures)
            return (0, net == 0 ? "[]" : "[\(position(net))]")
        case "order-status":
            let order = venue.orders.first {
                "\($0.id)" == asked.query["order_id"] && $0.terms.segment == asked.segment
            }
            guard let order, order.isOpen || order.filled > 0 else { return (3_600, "{}") }
            return (0, row(order, withStatus: true))
        case "order-deals":
            let mine = venue.executions.filter { "\($0.orderID)" == asked.query["order_id"] }
            return (0, rows(mine, asked.segment))
        case "user-deals": return (0, rows(venue.executions.suffix(40), asked.segment))
        default: return (0, "[]")
        }
    }

    private func rows(_ executions: [HostileExecution], _ segment: Int) -> String {
        let mine = executions.filter { $0.segment == segment }.reversed()
        return "[\(mine.map { row($0) }.joined(separator: ","))]"
    }

    private func orders(
        _ asked: Asked, _ venue: HostileVenue, _ isMeant: (HostileOrder) -> Bool
    ) -> String {
        let rows = venue.orders.filter { order in
            order.terms.segment == asked.segment && isMeant(order)
                && (asked.query["client_id"].map { $0 == order.terms.clientID } ?? true)
        }
        return "[\(rows.map { row($0) }.joined(separator: ","))]"
    }

    private func stops(
        _ asked: Asked, _ venue: HostileVenue, _ isMeant: (HostileStop.State) -> Bool
    ) -> String {
        let rows = venue.stops.filter { stop in
            stop.terms.segment == asked.segment && isMeant(stop.state)
                && (asked.query["client_id"].map { $0 == stop.terms.clientID } ?? true)
        }
        return "[\(rows.map { row($0) }.joined(separator: ","))]"
    }
}

// MARK: - Rows
extension HostileCoinEx {
    private static func word(_ kind: HostileTerms.Kind) -> String {
        switch kind {
        case .limit: "limit"
        case .postOnly: "maker_only"
        case .immediate: "ioc"
        case .market: "market"
        }
    }

    private func row(_ order: HostileOrder, withStatus: Bool = false) -> String {
        let terms = order.terms
        let status =
            order.isOpen
            ? (order.filled > 0 ? "part_filled" : "open")
            : (order.unfilled == 0 ? "filled" : "part_canceled")
        return """
            {"order_id":\(order.id),"market":"BTCUSDT","side":"\(terms.isBuy ? "buy" : "sell")",\
            "type":"\(Self.word(terms.kind))","amount":"\(thousandths(terms.amount))",\
            "price":"\(terms.kind == .market ? 0 : terms.price)",\
            "unfilled_amount":"\(thousandths(order.unfilled))",\
            "filled_amount":"\(thousandths(order.filled))",\
            "client_id":"\(terms.clientID)"\(withStatus ? ",\"status\":\"\(status)\"" : "")}
            """
    }

    private func row(_ stop: HostileStop) -> String {
        let terms = stop.terms
        let status =
            switch stop.state {
            case .waiting: "put"
            case .woken: "active_success"
            case .cancelled: "cancel"
            }
        return """
            {"stop_id":\(stop.id),"market":"BTCUSDT","side":"\(terms.isBuy ? "buy" : "sell")",\
            "type":"\(Self.word(terms.kind))","amount":"\(thousandths(terms.amount))",\
            "price":"\(terms.price)","trigger_price":"\(stop.trigger)",\
            "trigger_direction":"\(terms.isBuy ? "higher" : "lower")",\
            "client_id":"\(terms.clientID)","status":"\(status)"}
            """
    }

    private func row(_ execution: HostileExecution) -> String {
        let fee = SignedQuantity(attos: Int128(execution.fee) * attosPerUnit / 1_000_000)
        return """
            {"deal_id":\(execution.id),"order_id":\(execution.orderID),"market":"BTCUSDT",\
            "side":"\(execution.isBuy ? "buy" : "sell")","client_id":"\(execution.clientID)",\
            "price":"\(execution.price)","amount":"\(thousandths(execution.amount))",\
            "role":"taker","fee":"\(fee)","fee_ccy":"USDT"}
            """
    }

    private func position(_ net: Int) -> String {
        """
        {"market":"BTCUSDT","side":"\(net < 0 ? "short" : "long")",\
        "open_interest":"\(thousandths(abs(net)))","avg_entry_price":"100","leverage":"10"}
        """
    }
}
