internal import TradingModel
package import VenueSessions
internal import WireText

/// A request, the same over the socket and over HTTP.
///
/// A login holds a password or leads to one's account: its text never prints.
package struct CoinutRequest: Hashable, CustomStringConvertible, CustomReflectable {
    package enum Name: String, CaseIterable {
        case heartbeat = "hb"
        case login
        case instruments = "inst_list"
        case tick = "inst_tick"
        case book = "inst_order_book"
        case trades = "inst_trade"
        case balances = "user_balance"
        case place = "new_order"
        case placeBatch = "new_orders"
        case openOrders = "user_open_orders"
        case cancel = "cancel_order"
        case cancelBatch = "cancel_orders"
        case fills = "trade_history"

        /// Whether it needs a login, or a signature over HTTP.
        package var isPrivate: Bool {
            switch self {
            case .heartbeat, .login, .instruments, .tick, .book, .trades: false
            case .balances, .place, .placeBatch, .openOrders, .cancel, .cancelBatch, .fills: true
            }
        }

        /// Whether it may change an order.
        package var isOrder: Bool {
            switch self {
            case .place, .placeBatch, .cancel, .cancelBatch: true
            default: false
            }
        }
    }

    package let name: Name
    package let nonce: Nonce
    /// Whether pushes are to follow, which HTTP has none of.
    package let subscribes: Bool
    /// What goes over the socket, and is the body over HTTP.
    package let text: String

    package var description: String { "\(name.rawValue) (nonce \(nonce))" }
    package var customMirror: Mirror { Mirror(reflecting: description) }

    /// The same under another nonce.
    package func under(_ other: Nonce) -> CoinutRequest {
        CoinutRequest(
            name: name, nonce: other, subscribes: subscribes,
            text: Self.text(text, from: nonce, under: other))
    }

    /// The text of a request under another nonce; one of a login is signed with its own.
    package static func text(_ text: String, from old: Nonce, under new: Nonce) -> String {
        guard let place = text.utf8.firstRange(of: "\"nonce\":\(old)".utf8) else {
            preconditionFailure("a request has its nonce")
        }
        return "\(text[..<place.lowerBound])\"nonce\":\(new)\(text[place.upperBound...])"
    }

    /// The whole call; nil where HTTP does not serve it, or where it needs a key and there is none.
    package func call(_ key: CoinutKey?) -> HTTPCall? {
        guard name != .login, !subscribes, !name.isPrivate || key != nil else { return nil }
        var headers = [HTTPHeader("Content-Type", "application/json")]
        if name.isPrivate, let key {
            headers.append(HTTPHeader("X-USER", key.username))
            headers.append(HTTPHeader("X-SIGNATURE", key.signature(of: text)))
        }
        return HTTPCall(
            method: "POST", path: "/", headers: headers, body: text, group: CoinutLimits.group,
            isOrder: name.isOrder)
    }
}

/// How much may be asked, and how much at once.
package enum CoinutLimits {
    /// The most orders, or cancels, of a batch.
    package static let batchSize = 1_000
    /// The fills of a page.
    package static let pageSize = 100
    package static let group = EndpointGroup("coinut")
    package static let rates = [group: CoinutAssumptions.requestsPerSecond]
}

/// How many levels of a book there are to be at most.
package enum BookDepth: Int, CaseIterable {
    case ten = 10
    case fifty = 50
    case hundred = 100
    case twoHundred = 200
}

/// The requests of the venue, byte for byte; fields stand in the order of their names.
package enum CoinutRequests {
    package static func heartbeat(_ nonce: Nonce) -> CoinutRequest {
        request(.heartbeat, nonce)
    }

    package static func login(_ login: CoinutLogin, _ nonce: Nonce) -> CoinutRequest {
        precondition(nonce.isSendable, "a nonce is out of range")
        var text = ObjectText()
        switch login {
        case .key(let key, let seconds):
            text.add("hmac_sha256", key.signature(nonce: nonce, seconds: seconds))
            text.add("nonce", json: nonce.description)
            text.add("request", "login")
            text.add("timestamp", json: String(seconds))
            text.add("username", key.username)
        case .session(let username, let session):
            text.add("nonce", json: nonce.description)
            text.add("request", "login")
            text.add("session_id", session.text)
            text.add("username", username)
        case .password(let username, let password, let oneTime):
            text.add("nonce", json: nonce.description)
            if let oneTime { text.add("otp", oneTime.text) }
            text.add("password", password.text)
            text.add("request", "login")
            text.add("username", username)
        }
        return CoinutRequest(name: .login, nonce: nonce, subscribes: false, text: text.finished())
    }

    // MARK: - Market data

    package static func instruments(_ nonce: Nonce) -> CoinutRequest {
        request(.instruments, nonce, after: { $0.add("sec_type", InstrumentList.kind) })
    }

    /// - Parameter pushes: whether pushes begin or end; nil: they stay as they are.
    package static func tick(
        _ instrument: InstrumentNumber, pushes: Bool? = nil, _ nonce: Nonce
    ) -> CoinutRequest { feed(.tick, instrument, pushes, nonce) }

    /// - Parameter pushes: whether pushes begin or end; nil: they stay as they are.
    package static func trades(
        _ instrument: InstrumentNumber, pushes: Bool? = nil, _ nonce: Nonce
    ) -> CoinutRequest { feed(.trades, instrument, pushes, nonce) }

    /// - Parameters:
    ///   - pushes: whether pushes begin or end; nil: they stay as they are.
    ///   - depth: the most levels of a side; nil: all.
    ///   - decimals: those of the prices that levels are added up by; nil: the instrument's own.
    package static func book(
        _ instrument: InstrumentNumber, pushes: Bool? = nil, depth: BookDepth? = nil,
        decimals: Int? = nil, _ nonce: Nonce
    ) -> CoinutRequest {
        precondition(decimals.map { 0...18 ~= $0 } ?? true, "prices have 0 to 18 decimals")
        return feed(.book, instrument, pushes, depth: depth, decimals: decimals, nonce)
    }

    private static func feed(
        _ name: CoinutRequest.Name, _ instrument: InstrumentNumber, _ pushes: Bool?,
        depth: BookDepth? = nil, decimals: Int? = nil, _ nonce: Nonce
    ) -> CoinutRequest {
        request(
            name, nonce, subscribes: pushes ?? false,
            before: {
                if let decimals { $0.add("decimal_places", json: String(decimals)) }
                $0.add("inst_id", json: instrument.description)
            },
            after: {
                if let pushes { $0.add("subscribe", json: String(pushes)) }
                if let depth { $0.add("top_n", json: String(depth.rawValue)) }
            })
    }

    // MARK: - Account and orders

    package static func balances(_ nonce: Nonce) -> CoinutRequest { request(.balances, nonce) }

    package static func place(_ order: CoinutOrder, _ nonce: Nonce) -> CoinutRequest {
        request(
            .place, nonce, before: { order.addStart(to: &$0) },
            middle: { order.addTerms(to: &$0) }, after: { order.addSide(to: &$0) })
    }

    /// Carried out one by one, in this order; each is answered for itself.
    package static func placeBatch(_ orders: [CoinutOrder], _ nonce: Nonce) -> CoinutRequest {
        precondition(1...CoinutLimits.batchSize ~= orders.count, "a batch has 1 to 1,000 orders")
        return request(
            .placeBatch, nonce, middle: { $0.add("orders", json: list(orders.map(\.text))) })
    }

    /// Of one instrument: there is no list over all of them.
    package static func openOrders(
        _ instrument: InstrumentNumber, _ nonce: Nonce
    ) -> CoinutRequest {
        request(.openOrders, nonce, before: { $0.add("inst_id", json: instrument.description) })
    }

    package static func cancel(_ target: CancelTarget, _ nonce: Nonce) -> CoinutRequest {
        request(
            .cancel, nonce, before: { $0.add("inst_id", json: target.instrument.description) },
            middle: { $0.add("order_id", json: target.order.description) })
    }

    package static func cancelBatch(_ targets: [CancelTarget], _ nonce: Nonce) -> CoinutRequest {
        precondition(1...CoinutLimits.batchSize ~= targets.count, "a batch has 1 to 1,000 cancels")
        return request(
            .cancelBatch, nonce, before: { $0.add("entries", json: list(targets.map(\.text))) })
    }

    /// Own executions in an instrument, newest first.
    ///
    /// - Parameter start: how many of the newest to leave out.
    package static func fills(
        _ instrument: InstrumentNumber, from start: Int, limit: Int = CoinutLimits.pageSize,
        _ nonce: Nonce
    ) -> CoinutRequest {
        precondition(start >= 0 && limit > 0, "a page begins at 0 or later and has entries")
        return request(
            .fills, nonce,
            before: {
                $0.add("inst_id", json: instrument.description)
                $0.add("limit", json: String(limit))
            }, after: { $0.add("start", json: String(start)) })
    }

    // MARK: - Forms

    /// The fields of `before` have names that stand before `nonce`, those of `middle` stand behind it,
    /// those of `after` behind `request`.
    private static func request(
        _ name: CoinutRequest.Name, _ nonce: Nonce, subscribes: Bool = false,
        before: (inout ObjectText) -> Void = { _ in },
        middle: (inout ObjectText) -> Void = { _ in },
        after: (inout ObjectText) -> Void = { _ in }
    ) -> CoinutRequest {
        precondition(nonce.isSendable, "a nonce is out of range")
        var text = ObjectText()
        before(&text)
        text.add("nonce", json: nonce.description)
        middle(&text)
        text.add("request", name.rawValue)
        after(&text)
        return CoinutRequest(
            name: name, nonce: nonce, subscribes: subscribes, text: text.finished())
    }

    private static func list(_ elements: [String]) -> String {
        "[" + elements.joined(separator: ",") + "]"
    }
}
