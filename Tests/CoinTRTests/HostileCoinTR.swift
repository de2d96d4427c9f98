import AccountSession
import CoinTR
import Foundation
import HostileVenues
import TradingModel
import VenueSessions

/// A hostile venue that speaks as CoinTR does: requests by HTTP, news of both products over one socket.
struct HostileCoinTR: HostileWire {
    private static let line = "socket"
    private static let futures = 1
    private static let suffixes = ["spot", "perp"]

    let symbols: [Symbol] = ["cointr:BTC/USDT", "cointr:BTC/USDT:USDT"].map { text in
        guard let symbol = try? Symbol(text) else { preconditionFailure("\(text) is not a symbol") }
        return symbol
    }
    let positionSegments: Set<Int> = [futures]
    let wishes: [HostileWish] = [
        .limit, .limit, .limit, .immediate, .immediate, .postOnly, .reducing, .reducing,
    ]
    let mostPlacements = 3
    /// What the account's owner cancelled, by segment and id; all else that ends unfilled expired.
    private var cancelled: Set<[Int]> = []

    func session(seed: UInt64) -> any VenueSession {
        var settings = CoinTRSettings(symbols: symbols, key: CoinTRDesk.key)
        settings.seed = seed
        return CoinTRSession(settings)
    }

    func line(_ url: String) -> String { Self.line }
    func frame(_ text: String) -> (bytes: [UInt8], isText: Bool) { (Array(text.utf8), true) }

    func placement(in call: HTTPCall) -> String? {
        call.path.contains("/trade/order?") ? call.body : nil
    }

    /// Signatures and subscriptions, all of which are acknowledged, each in its turn.
    func hear(
        _ text: String, on line: String, _ venue: inout HostileVenue, at now: Timestamp
    ) -> [HostileMessage] {
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let asked = object as? [String: Any], let operation = asked["op"] as? String else {
            return [.cut]
        }
        guard operation != "auth" else { return [.back(#"{"event":"auth"}"#, within: 50)] }
        let channel = asked["channel"] as? String ?? ""
        return [
            .back(#"{"event":"\#(operation)","channel":"\#(channel)","args":{}}"#, within: 50)
        ]
    }

    func push(_ change: HostileChange) -> (line: String, text: String)? {
        switch change {
        case .order(let order, _):
            (Self.line, Self.news("orders", order.terms.segment, row(order)))
        case .execution(let execution):
            (Self.line, Self.news("fills", execution.segment, row(execution)))
        case .position(let segment, let net):
            (Self.line, Self.news("positions", segment, Self.position(net)))
        case .stop: nil
        }
    }

    private static func news(_ name: String, _ segment: Int, _ row: String) -> String {
        let suffix = suffixes[segment]
        return #"{"channel":"user_data_\#(suffix)@\#(name)_\#(suffix)","action":"update","#
            + #""acctId":7,"data":[\#(row)]}"#
    }
}

// MARK: - Requests
extension HostileCoinTR {
    mutating func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply {
        var fault = venue.drawFault()
        if fault == .busy, !call.isOrder { fault = nil }
        switch fault {
        case .lost: return .lost(TransportProblem(.timeout, "before"))
        case .busy: return reply(#"{"code":4290,"msg":""}"#, now)
        case .tooOften: return reply("", now, status: 429)
        default: break
        }
        let text = answer(Asked(call), &venue, now)
        switch fault {
        case .cutBehind: return .lost(TransportProblem(.reset, "after"))
        case .gateway: return reply("<html>", now, status: 502)
        case .doubt: return reply(#"{"code":5000,"msg":"internal error"}"#, now)
        default: return reply(text, now)
        }
    }

    private func reply(_ text: String, _ now: Timestamp, status: Int = 200) -> HostileReply {
        .reply(
            HTTPReply(
                status: status, headers: [HTTPHeader("Date", CoinTRDesk.date(now))],
                body: Array(text.utf8)))
    }

    /// A request taken apart.
    private struct Asked {
        let name: String
        let segment: Int
        let query: [String: String]
        let body: [String: String]

        init(_ call: HTTPCall) {
            let parts = call.path.split(separator: "?")
            var query: [String: String] = [:]
            for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
                let sides = pair.split(separator: "=")
                query[String(sides[0])] = String(sides[1])
            }
            let words = parts[0].split(separator: "/")
            let object = try? JSONSerialization.jsonObject(with: Data(call.body.utf8))
            name = words.last.map { String($0) } ?? ""
            segment = words.contains("futures") ? HostileCoinTR.futures : 0
            body = object as? [String: String] ?? [:]
            self.query = query
        }

        /// In thousandths: of futures that is how many contracts.
        var amount: Int? {
            if segment == HostileCoinTR.futures { return body["sz"].flatMap { Int($0) } }
            guard let text = body["baseQty"], let size = try? Quantity(text) else { return nil }
            return Int(size.attos * 1_000 / attosPerUnit)
        }
    }

    private mutating func answer(
        _ asked: Asked, _ venue: inout HostileVenue, _ now: Timestamp
    ) -> String {
        let clientID = asked.body["clOrdId"]
        do throws(HostileRefusal) {
            switch asked.name {
            case "order":
                let order = try venue.place(try terms(asked))
                return
                    #"{"code":0,"data":{"ordId":\#(order.id),"clOrdId":"\#(order.terms.clientID)","#
                    + #""state":"\#(state(order))"}}"#
            case "cancel-order":
                let order = try venue.cancel { order in
                    order.terms.segment == asked.segment
                        && (asked.body["ordId"].map { $0 == "\(order.id)" }
                            ?? (order.terms.clientID == clientID))
                }
                cancelled.insert([asked.segment, order.id])
                return #"{"code":0,"data":{"ordId":\#(order.id)}}"#
            default: return look(asked, venue, now)
            }
        } catch {
            if asked.name == "cancel-order" {
                return #"{"code":5052,"msg":"Order does not exist"}"#
            }
            return #"{"code":5050,"msg":"","data":{"clOrdId":"\#(clientID ?? "")"}}"#
        }
    }

    private func terms(_ asked: Asked) throws(HostileRefusal) -> HostileTerms {
        guard let clientID = asked.body["clOrdId"], let side = asked.body["side"],
            let amount = asked.amount, let flags = asked.body["flags"],
            let price = asked.body["px"].flatMap({ Int($0) })
        else { throw .malformed }
        return HostileTerms(
            segment: asked.segment, clientID: clientID, isBuy: side == "BUY",
            kind: flags.contains("POST_ONLY")
                ? .postOnly : asked.body["timeInForce"] == "IOC" ? .immediate : .limit,
            amount: amount, price: price, closes: flags.contains("REDUCE_ONLY"))
    }

    // MARK: - Questions

    private func look(_ asked: Asked, _ venue: HostileVenue, _ now: Timestamp) -> String {
        let orders = venue.orders.filter { $0.terms.segment == asked.segment }
        switch asked.name {
        case "instruments": return Self.instruments(asked.segment)
        case "trade-fee":
            return #"{"code":0,"data":[{"instId":"OTHERS","maker":"0","taker":"0.001"}]}"#
        case "config": return #"{"code":0,"data":{"posMode":"NET_MODE"}}"#
        case "orders-active": return list(orders.filter(\.isOpen).map { row($0) })
        case "orders-recent":
            let found = orders.filter {
                asked.query["ordIds"] == "\($0.id)"
                    || asked.query["clOrdIds"] == $0.terms.clientID
            }
            return found.isEmpty
                ? #"{"code":5052,"msg":"Order does not exist"}"# : list(found.map { row($0) })
        case "orders-filled":
            let filled = orders.filter { order in
                order.filled > 0 && (asked.query["ordIds"] ?? "\(order.id)") == "\(order.id)"
            }
            return list(filled.reversed().prefix(100).map { row($0) })
        case "fills": return fills(asked, venue)
        case "positions":
            let net = venue.net(Self.futures)
            return list(net == 0 ? [] : [Self.position(net)])
        case "balance": return #"{"code":0,"data":[]}"#
        default: return #"{"code":0,"data":[]}"#
        }
    }

    /// The newest first, some on a page.
    private func fills(_ asked: Asked, _ venue: HostileVenue) -> String {
        let all = venue.executions.filter { $0.segment == asked.segment }.reversed()
        let rest = all.filter { fill in
            asked.query["after"].flatMap { Int($0) }.map { fill.id < $0 } ?? true
        }
        let page = rest.prefix(30)
        let next = rest.count > page.count ? page.last.map { #","next":"\#($0.id)""# } : nil
        return #"{"code":0,"data":[\#(page.map { row($0) }.joined(separator: ","))]\#(next ?? "")}"#
    }

    private func list(_ rows: [String]) -> String {
        #"{"code":0,"data":[\#(rows.joined(separator: ","))]}"#
    }

    private static func instruments(_ segment: Int) -> String {
        let own =
            segment == futures
            ? #""settleCcy":"USDT","ctVal":"0.001","maxLever":"20","tickSz":"1","minSz":"1""#
            : #""amtPrecision":"3","minLmtSz":"0.001""#
        return #"{"code":0,"data":[{"instId":"BTCUSDT","baseCcy":"BTC","quoteCcy":"USDT","#
            + #""pxPrecision":"0","steps":["1"],\#(own)}]}"#
    }
}

// MARK: - Rows
extension HostileCoinTR {
    private func state(_ order: HostileOrder) -> String {
        if order.isOpen { return order.filled > 0 ? "PARTIAL_FILLED" : "SUBMITTED" }
        if order.unfilled == 0 { return "FILLED" }
        return cancelled.contains([order.terms.segment, order.id]) ? "CANCELED" : "EXPIRED"
    }

    private func size(_ amount: Int, _ segment: Int) -> String {
        segment == Self.futures ? "\(amount)" : thousandths(amount)
    }

    private func row(_ order: HostileOrder) -> String {
        let terms = order.terms
        let name = terms.segment == Self.futures ? "sz" : "baseQty"
        return #"{"instId":"BTCUSDT","ordId":"\#(order.id)","clOrdId":"\#(terms.clientID)","#
            + #""px":"\#(terms.price)","\#(name)":"\#(size(terms.amount, terms.segment))","#
            + #""side":"\#(terms.isBuy ? "BUY" : "SELL")","ordType":"LIMIT","#
            + #""flags":"\#(terms.kind == .postOnly ? "POST_ONLY" : "")","#
            + #""timeInForce":"\#(terms.kind == .immediate ? "IOC" : "GTC")","#
            + #""accFillSz":"\#(size(order.filled, terms.segment))","state":"\#(state(order))"}"#
    }

    /// Its fees are of the quote currency, which pushes of the venue do not say.
    private func row(_ execution: HostileExecution) -> String {
        let fee = SignedQuantity(attos: Int128(execution.fee) * attosPerUnit / 1_000_000)
        return #"{"instId":"BTCUSDT","tradeId":\#(execution.id),"ordId":"\#(execution.orderID)","#
            + #""px":"\#(execution.price)","sz":"\#(size(execution.amount, execution.segment))","#
            + #""side":"\#(execution.isBuy ? "BUY" : "SELL")","fee":"\#(fee)","feeCcy":"USDT","#
            + #""role":"TAKER"}"#
    }

    private static func position(_ net: Int) -> String {
        #"{"instId":"BTCUSDT","posId":"4","mgnMode":"cross","posSide":"\#(net < 0 ? "short" : "long")","#
            + #""posSz":"\#(abs(net))","avgPx":"100","lever":"20"}"#
    }
}
