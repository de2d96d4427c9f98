import Coinut
import Foundation
import HostileVenues
import TradingModel
import VenueSessions

/// A hostile venue that speaks as Coinut does: everything over one socket but what is needed before it.
struct HostileCoinut: HostileWire {
    private static let numbers: Range<Int64> = 500..<5_000
    private static let line = "socket"
    /// News of own orders come with a number of long ago.
    private static let oldNonce: Int64 = 16_000_001

    let symbols: [Symbol] = ["coinut:BTC/USDT"].map { text in
        guard let symbol = try? Symbol(text) else { preconditionFailure("\(text) is not a symbol") }
        return symbol
    }
    let positionSegments: Set<Int> = []
    let wishes: [HostileWish] = [.limit, .limit, .limit, .market]
    let mostPlacements = 1

    func session(seed: UInt64) -> any VenueSession {
        var settings = CoinutSettings(
            symbols: symbols, access: .key(CoinutDesk.key), clientNumbers: Self.numbers)
        settings.seed = seed
        return CoinutSession(settings)
    }

    func line(_ url: String) -> String { Self.line }
    func frame(_ text: String) -> (bytes: [UInt8], isText: Bool) { (Array(text.utf8), true) }

    func clientID(_ id: ClientOrderID) -> String {
        let serial = id.text.split(separator: "-").last.flatMap { Int64($0) } ?? 0
        return String(Self.numbers.lowerBound + serial - 1)
    }

    func placement(in call: HTTPCall) -> String? { nil }
    func placements(in text: String) -> [String] {
        guard text.contains("\"new_order") else { return [] }
        return text.split(separator: "\"client_ord_id\":").dropFirst()
            .map { String($0.prefix { $0.isNumber }) }
    }

    /// Cancels are told to nobody.
    func push(_ change: HostileChange) -> (line: String, text: String)? {
        switch change {
        case .execution(let execution): (Self.line, filled(execution, Self.oldNonce))
        case .order(let order, .entered): (Self.line, accepted(order, Self.oldNonce))
        case .order, .stop, .position: nil
        }
    }

    // MARK: - Over HTTP

    func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply {
        if venue.drawFault() == .lost { return .lost(TransportProblem(.timeout, "before")) }
        let text =
            call.body.contains("inst_list")
            ? Wire.instruments
            : "{\"nonce\":1,\"reply\":\"inst_tick\",\"status\":[\"OK\"],\"inst_id\":41,"
                + "\"trans_id\":1,\"timestamp\":\(now.nanoseconds / 1_000)}"
        return .reply(HTTPReply(status: 200, body: Array(text.utf8)))
    }

    // MARK: - Over the socket

    func hear(
        _ text: String, on line: String, _ venue: inout HostileVenue, at now: Timestamp
    ) -> [HostileMessage] {
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let asked = object as? [String: Any], let name = asked["request"] as? String,
            let nonce = asked["nonce"] as? Int64
        else { return [.cut] }
        switch name {
        case "login":
            return [
                .back(
                    Wire.login.replacing("\"nonce\":505", with: "\"nonce\":\(nonce)"), within: 50)
            ]
        case "hb", "inst_tick", "inst_order_book", "inst_trade":
            return [.back(Self.reply(name, nonce), within: 50)]
        default: break
        }
        let fault = venue.drawFault()
        switch fault {
        case .lost: return []
        case .tooOften: return [.cut]
        case .busy: return [.back(Self.reply(name, nonce, "TRADE_DISABLED"), within: 300)]
        default: break
        }
        let answers = answers(to: name, asked, nonce, &venue)
        switch fault {
        case .cutBehind: return [.cut]
        case .gateway: return []
        case .doubt: return [.back(Self.reply(name, nonce, "UNKNOWN_ERROR"), within: 300)]
        default: return answers.map { .back($0, within: 300) }
        }
    }

    private static func reply(
        _ name: String, _ nonce: Int64, _ word: String = "OK", _ rest: String = ""
    ) -> String {
        "{\"nonce\":\(nonce),\"reply\":\"\(name)\",\"status\":[\"\(word)\"]\(rest)}"
    }

    private func answers(
        to name: String, _ asked: [String: Any], _ nonce: Int64, _ venue: inout HostileVenue
    ) -> [String] {
        switch name {
        case "new_order": place(asked, nonce, &venue)
        case "new_orders":
            [
                "["
                    + (asked["orders"] as? [[String: Any]] ?? [])
                    .flatMap { place($0, nonce, &venue) }.joined(separator: ",") + "]"
            ]
        case "cancel_orders": [cancelAll(asked["entries"] as? [[String: Any]] ?? [], nonce, &venue)]
        case "cancel_order":
            [cancel(asked["order_id"] as? Int ?? 0, nonce, &venue)]
        case "user_open_orders":
            [Self.list("orders", name, nonce, venue.orders.filter(\.isOpen).map { row($0) })]
        case "trade_history":
            [history(asked["start"] as? Int ?? 0, nonce, venue)]
        case "user_balance": [Self.reply(name, nonce, "OK", ",\"USDT\":\"1000000\"")]
        default: [Self.reply(name, nonce, "INVALID_REQUEST")]
        }
    }

    private static func list(
        _ key: String, _ name: String, _ nonce: Int64, _ rows: [String]
    ) -> String {
        let rows = rows.map { "{\($0)}" }.joined(separator: ",")
        return reply(name, nonce, "OK", ",\"\(key)\":[\(rows)]")
    }

    private func history(_ start: Int, _ nonce: Int64, _ venue: HostileVenue) -> String {
        let page = venue.executions.reversed().dropFirst(start).prefix(100)
        return Self.list("trades", "trade_history", nonce, page.map { row($0) })
    }

    // MARK: - Orders

    private func place(
        _ asked: [String: Any], _ nonce: Int64, _ venue: inout HostileVenue
    ) -> [String] {
        guard let client = asked["client_ord_id"] as? Int, let side = asked["side"] as? String,
            let text = asked["qty"] as? String, let quantity = try? Quantity(text)
        else { return [Self.reply("new_order", nonce, "INVALID_REQUEST")] }
        let price = (asked["price"] as? String).flatMap { Int($0) }
        // What a market order finds is up to the market: the rest of it is rejected.
        let terms = HostileTerms(
            segment: 0, clientID: String(client), isBuy: side == "BUY",
            kind: price == nil ? .immediate : .limit,
            amount: Int(quantity.attos * 1_000 / attosPerUnit),
            price: price ?? HostileTerms.marketPrice)
        do throws(HostileRefusal) {
            let order = try venue.place(terms)
            let fills = venue.executions.filter { $0.orderID == order.id }
                .map { filled($0, nonce) }
            if order.isOpen { return fills + [accepted(order, nonce)] }
            return order.unfilled == 0
                ? fills : fills + [rejected(row(order), "NOT_ENOUGH_LIQUIDITY", nonce)]
        } catch {
            let order = fields(
                0, terms, open: terms.amount)
            return [rejected(order, "NOT_ENOUGH_BALANCE", nonce)]
        }
    }

    private func cancel(_ id: Int, _ nonce: Int64, _ venue: inout HostileVenue) -> String {
        do throws(HostileRefusal) {
            let order = try venue.cancel { $0.id == id }
            return Self.reply(
                "cancel_order", nonce, "OK",
                ",\"order_id\":\(id),\"client_ord_id\":\(order.terms.clientID)")
        } catch {
            return Self.reply(
                "cancel_order", nonce, "INVALID_ORDER_ID", ",\"order_id\":\(id)")
        }
    }

    /// The answers stand the other way round.
    private func cancelAll(
        _ entries: [[String: Any]], _ nonce: Int64, _ venue: inout HostileVenue
    ) -> String {
        let results = entries.reversed().map { entry in
            let id = entry["order_id"] as? Int ?? 0
            let order = try? venue.cancel { $0.id == id }
            return "{\"order_id\":\(id),\"inst_id\":41,\"client_ord_id\":"
                + "\(order?.terms.clientID ?? "0"),\"status\":"
                + "\"\(order == nil ? "INVALID_ORDER_ID" : "OK")\"}"
        }
        return Self.reply(
            "cancel_orders", nonce, "OK", ",\"results\":[\(results.joined(separator: ","))]")
    }

    // MARK: - Rows

    private func fields(_ id: Int, _ terms: HostileTerms, open: Int) -> String {
        let price = terms.kind == .immediate ? "" : ",\"price\":\"\(terms.price)\""
        return "\"order_id\":\(id),\"inst_id\":41,\"client_ord_id\":\(terms.clientID),"
            + "\"side\":\"\(terms.isBuy ? "BUY" : "SELL")\",\"qty\":\"\(thousandths(terms.amount))\","
            + "\"open_qty\":\"\(thousandths(open))\"\(price)"
    }

    private func row(_ order: HostileOrder) -> String {
        fields(order.id, order.terms, open: order.unfilled)
    }

    private func accepted(_ order: HostileOrder, _ nonce: Int64) -> String {
        Self.reply("order_accepted", nonce, "OK", ",\(row(order)),\"trans_id\":7")
    }

    private func rejected(_ order: String, _ word: String, _ nonce: Int64) -> String {
        Self.reply("order_rejected", nonce, "OK", ",\(order),\"reasons\":[\"\(word)\"]")
    }

    private func filled(_ execution: HostileExecution, _ nonce: Int64) -> String {
        Self.reply("order_filled", nonce, "OK", ",\(row(execution))")
    }

    private func row(_ execution: HostileExecution) -> String {
        let fee = SignedQuantity(attos: Int128(execution.fee) * attosPerUnit / 1_000_000)
        let order = fields(execution.orderID, execution.terms, open: execution.openAfter)
        return "\"trans_id\":\(execution.id),\"fill_price\":\"\(execution.price)\","
            + "\"fill_qty\":\"\(thousandths(execution.amount))\","
            + "\"commission\":{\"amount\":\"\(fee)\",\"currency\":\"USDT\"},\"order\":{\(order)}"
    }
}
