internal import PlainJSON
package import TradingModel

/// A request that has passed the checks.
struct CoinutCall {
    let name: String
    let nonce: Int64
    let parameters: WireParameters<CoinutSimulatorRefusal>
    /// Nil: it came over REST.
    let connection: CoinutConnection?
    /// Of public requests nil.
    let caller: ExchangeAccount?

    /// Only signed requests ask.
    var account: ExchangeAccount {
        get throws(CoinutSimulatorRefusal) {
            guard let caller else { throw .needsLogin }
            return caller
        }
    }

    /// A reply with what all have in common.
    func reply(_ members: JSON) -> JSON {
        var reply: JSON = ["nonce": .integer(nonce), "status": ["OK"]]
        if members["reply"] == nil { reply = reply.adding(["reply": .text(name)]) }
        return reply.adding(members)
    }
}

/// What answers a request.
enum CoinutReply {
    /// Each in a frame of its own; over REST several are a list.
    case messages([JSON])
    /// One list, however long.
    case list([JSON])
    /// Nothing, or not now.
    case nothing
}

/// A request's name, who may use it, and what answers.
struct CoinutRoute: Sendable {
    typealias Handler =
        @Sendable (CoinutSimulator, CoinutCall) throws(CoinutSimulatorRefusal) -> CoinutReply
    let isSigned: Bool
    let handler: Handler

    private static func open(_ handler: @escaping Handler) -> CoinutRoute {
        CoinutRoute(isSigned: false, handler: handler)
    }
    private static func signed(_ handler: @escaping Handler) -> CoinutRoute {
        CoinutRoute(isSigned: true, handler: handler)
    }

    static let all: [String: CoinutRoute] = [
        "hb": open(CoinutSimulator.heartbeat), "login": open(CoinutSimulator.login),
        "inst_list": open(CoinutSimulator.instruments), "inst_tick": open(CoinutSimulator.tick),
        "inst_order_book": open(CoinutSimulator.book), "inst_trade": open(CoinutSimulator.trades),
        "user_balance": signed(CoinutSimulator.balances),
        "user_open_orders": signed(CoinutSimulator.openOrders),
        "trade_history": signed(CoinutSimulator.tradeHistory),
        "new_order": signed(CoinutSimulator.newOrder),
        "new_orders": signed(CoinutSimulator.newOrders),
        "cancel_order": signed(CoinutSimulator.cancelOrder),
        "cancel_orders": signed(CoinutSimulator.cancelOrders),
    ]
}

extension CoinutSimulator {
    /// The largest nonce that is documented; the documentation's own login is beyond it.
    private static let documentedNonces: ClosedRange<Int64> = 1...16_777_215
    private static let knownNonces: ClosedRange<Int64> = 1...4_294_967_295

    // MARK: - WebSocket

    package func receive(_ connection: ConnectionID, _ text: String, at time: Timestamp) {
        advance(to: time)
        guard let connection = connections[connection] else { return }
        connection.receivedAt = now
        guard connection.window.consume(1, at: now) else { return expel(connection) }
        var name: String?
        var nonce: Int64?
        do throws(CoinutSimulatorRefusal) {
            let parameters = try WireParameters<CoinutSimulatorRefusal>(body: Array(text.utf8))
            name = try parameters.needed("request")
            nonce = try parameters.integer("nonce")
            let call = try admit(name ?? "", nonce, parameters, connection)
            answer(try call.route.handler(self, call.call), on: connection)
        } catch {
            send(error.reply(to: name, nonce: nonce), to: connection.id)
        }
        publishAll()
    }

    /// Over the rate the connection ends without a word.
    private func expel(_ connection: CoinutConnection) {
        connection.account?.excessCount += 1
        outputs.append(.expel(connection.id))
        leave(connection)
    }

    private func answer(_ reply: CoinutReply, on connection: CoinutConnection) {
        switch reply {
        case .messages(let messages):
            for message in messages {
                let isLate =
                    settings.quirks.lateAcceptances && message["reply"] == "order_accepted"
                if isLate {
                    sendLate(message, to: connection.id)
                } else {
                    send(message, to: connection.id)
                }
            }
        case .list(let items): send(.array(items), to: connection.id)
        case .nothing: break
        }
    }

    private func admit(
        _ name: String, _ nonce: Int64?, _ parameters: WireParameters<CoinutSimulatorRefusal>,
        _ connection: CoinutConnection
    ) throws(CoinutSimulatorRefusal) -> (route: CoinutRoute, call: CoinutCall) {
        let nonce = try checked(nonce, hasNoEnd: name == "login")
        guard connection.nonces.accept(nonce) else { throw .badNonce }
        guard let route = CoinutRoute.all[name] else { throw .invalid("request") }
        guard !route.isSigned || connection.account != nil else { throw .needsLogin }
        return (
            route,
            CoinutCall(
                name: name, nonce: nonce, parameters: parameters, connection: connection,
                caller: connection.account)
        )
    }

    private func checked(_ nonce: Int64?, hasNoEnd: Bool) throws(CoinutSimulatorRefusal) -> Int64 {
        let range = settings.isStrict && !hasNoEnd ? Self.documentedNonces : Self.knownNonces
        guard let nonce, nonce >= 1, hasNoEnd || range.contains(nonce) else { throw .badNonce }
        return nonce
    }

    // MARK: - REST

    package func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply {
        advance(to: time)
        let path = request.parts.path
        if let page = exchange.ownPage(path, of: "coinut") { return page }
        guard request.method == "POST", path == "/" || path.isEmpty else { return .notFound }
        var name: String?
        var nonce: Int64?
        defer { publishAll() }
        do throws(CoinutSimulatorRefusal) {
            let parameters = try WireParameters<CoinutSimulatorRefusal>(body: request.body)
            name = try parameters.needed("request")
            nonce = try parameters.integer("nonce")
            let call = try admit(request, name ?? "", nonce, parameters)
            switch try call.route.handler(self, call.call) {
            case .messages(let messages) where messages.count == 1: return Self.reply(messages[0])
            case .messages(let items), .list(let items): return Self.reply(.array(items))
            case .nothing:
                var reply = Self.reply(.array([]))
                reply.delivery = .lost
                return reply
            }
        } catch {
            return Self.reply(error.reply(to: name, nonce: nonce))
        }
    }

    private func admit(
        _ request: HTTPRequest, _ name: String, _ nonce: Int64?,
        _ parameters: WireParameters<CoinutSimulatorRefusal>
    ) throws(CoinutSimulatorRefusal) -> (route: CoinutRoute, call: CoinutCall) {
        let nonce = try checked(nonce, hasNoEnd: false)
        guard let route = CoinutRoute.all[name], name != "login" else { throw .invalid("request") }
        var account: ExchangeAccount?
        if route.isSigned {
            account = try signer(of: request)
            if settings.isStrict, let user = account?.settings.key {
                guard nonce > restNonces[user] ?? 0 else { throw .badNonce }
                restNonces[user] = nonce
            }
        }
        return (
            route,
            CoinutCall(
                name: name, nonce: nonce, parameters: parameters, connection: nil, caller: account)
        )
    }

    private func signer(of request: HTTPRequest) throws(CoinutSimulatorRefusal) -> ExchangeAccount {
        guard let user = request.header("X-USER"), let sign = request.header("X-SIGNATURE") else {
            throw .needsLogin
        }
        guard let account = exchange.account(user), !account.settings.isBarred,
            sign == CoinutSessions.signature(of: request.body, key: account.settings.secret)
        else { throw .badSignature }
        return account
    }

    static func reply(_ body: JSON) -> ServedReply {
        ServedReply(
            status: 200,
            headers: [ServedHeader("Content-Type", "application/json; charset=utf-8")],
            body: body.bytes + [UInt8(ascii: "\n")])
    }

    // MARK: - Heartbeats

    static func heartbeat(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let isSilent = venue.settings.quirks.unansweredHeartbeats && call.connection != nil
        return isSilent ? .nothing : .messages([call.reply([:])])
    }
}
