package import AccountSession
package import TradingModel
package import VenueSessions
internal import WireText

extension EndpointGroup {
    /// What changes orders.
    package static let orders = EndpointGroup("orders")
    /// All other questions.
    package static let questions = EndpointGroup("questions")
}

/// How often the venue is asked; it tells no numbers, and ten requests a second are taken to be too many.
package enum CoinpitLimits {
    package static let rates: [EndpointGroup: Int] = [.orders: 4, .questions: 3]
    /// Those of what cancels orders past a run, which goes on beside it.
    package static let sweepRates: [EndpointGroup: Int] = [.orders: 1, .questions: 1]
}

/// The requests that the connector has; those that move money off the account are not among them.
package enum CoinpitRequests {
    package static let root = "/api/v1"

    // MARK: - Open

    package static let contracts = VenueRequest(
        method: "GET", path: "\(root)/all/config", group: .questions, isSigned: false)

    /// Tells the venue's key for an account, and in a header the time.
    package static func handshake(_ publicKey: String) -> VenueRequest {
        VenueRequest(
            method: "GET", path: "\(root)/auth/\(publicKey)", group: .questions, isSigned: false)
    }

    /// Where there is no key: a page of the venue, whose headers tell the time.
    package static let time = VenueRequest(
        method: "GET", path: "\(root)/all/band", group: .questions, isSigned: false)

    // MARK: - Account

    package static let account = question("/account")
    package static let executions = question("/account/execution")

    package static func openOrders(_ contract: String) -> VenueRequest {
        question("/contract/\(contract)/order/open")
    }
    /// The newest hundred.
    package static func closedOrders(_ contract: String) -> VenueRequest {
        question("/contract/\(contract)/order/closed")
    }
    package static func order(_ contract: String, _ id: OrderUUID) -> VenueRequest {
        question("/contract/\(contract)/order/\(id)")
    }

    private static func question(_ uri: String) -> VenueRequest {
        VenueRequest(method: "GET", path: root + uri, group: .questions)
    }

    // MARK: - Orders

    package static func place(_ terms: OrderTerms) -> VenueRequest {
        change("POST", "/contract/\(terms.contract)/order/open", "[\(terms.body)]")
    }

    /// The price is all that can be changed.
    package static func reprice(
        _ contract: String, _ id: OrderUUID, _ price: Price
    ) -> VenueRequest {
        var body = ObjectText()
        body.add("uuid", id.description)
        body.add("price", json: price.description)
        return change("PUT", "/contract/\(contract)/order/open", "[\(body.finished())]")
    }

    package static func cancel(_ contract: String, _ id: OrderUUID) -> VenueRequest {
        change("DELETE", "/contract/\(contract)/order/open/\(id)", "")
    }

    /// Several by one request, each by itself.
    ///
    /// - Precondition: at least one: of an empty list nobody knows what it does.
    package static func cancel(_ contract: String, _ ids: [OrderUUID]) -> VenueRequest {
        precondition(!ids.isEmpty, "a cancel names what it cancels")
        let operations = ids.map { id in
            var operation = ObjectText()
            operation.add("op", "remove")
            operation.add("path", "/\(id)")
            return operation.finished()
        }
        return change(
            "PATCH", "/contract/\(contract)/order/open", "[\(operations.joined(separator: ","))]")
    }

    /// The most changes of one request that the venue's configuration has shown.
    package static let mostChanges = 40

    private static func change(_ method: String, _ uri: String, _ body: String) -> VenueRequest {
        VenueRequest(
            method: method, path: root + uri, body: body, group: .orders, isOrder: true)
    }
}

/// A new order in the venue's words.
package struct OrderTerms: Hashable {
    package let contract: String
    package let userID: String
    package let clientID: String
    package let request: OrderRequest

    package init(_ request: OrderRequest, contract: String, userID: String, clientID: String) {
        self.request = request
        self.contract = contract
        self.userID = userID
        self.clientID = clientID
    }

    /// As JavaScript would write it, for the venue signs what it has read and written anew.
    ///
    /// Without `crossMargin` the venue would protect what it fills by a stop two points away, and without
    /// `targetPrice` take its profit three points away.
    package var body: String {
        var text = ObjectText()
        text.add("userid", userID)
        text.add("side", request.side == .buy ? "buy" : "sell")
        text.add("quantity", json: request.quantity.description)
        if let price = request.price { text.add("price", json: price.description) }
        text.add("orderType", request.price == nil ? "MKT" : "LMT")
        text.add("clientid", clientID)
        text.add("crossMargin", json: "true")
        text.add("targetPrice", "NONE")
        text.add("postOnly", json: request.isPostOnly ? "true" : "false")
        text.add("instrument", contract)
        return text.finished()
    }
}

extension VenueRequest {
    /// What is signed of its path.
    private var uri: String { String(path.dropFirst(CoinpitRequests.root.count)) }

    /// The whole call, with signature where it needs one.
    package func call(_ secret: CoinpitSecret?, nonce: Int64) -> HTTPCall {
        var headers = [HTTPHeader("Accept", "application/json")]
        if !body.isEmpty { headers.append(HTTPHeader("Content-Type", "application/json")) }
        if isSigned, let secret {
            headers.append(
                HTTPHeader(
                    "Authorization",
                    secret.authorization(method, uri, body: body, nonce: nonce)))
            headers.append(HTTPHeader("Nonce", String(nonce)))
        }
        return HTTPCall(
            method: method, path: path, headers: headers, body: body, group: group,
            isOrder: isOrder, sendWithin: isSigned ? Self.nonceLife : nil)
    }

    /// The venue takes nonces up to ten seconds away from its clock.
    private static var nonceLife: Int64 { 5_000_000_000 }
}

/// What is said over the socket.
package enum SocketRequests {
    /// Asks for the account's events.
    package static func register(
        _ key: CoinpitKey, _ secret: CoinpitSecret?, requestID: String, nonce: Int64
    ) -> String {
        var who = ObjectText()
        who.add("userid", key.userID)
        who.add("publicKey", key.publicKey)
        let body = who.finished()
        // What is signed wraps the body.
        let wrapped = "{\"body\":\(body),\"params\":{}}"
        let authorization = secret?.authorization(
            "GET", "/register", body: wrapped, nonce: nonce)
        var headers = ObjectText()
        headers.add("requestid", requestID)
        headers.add("Authorization", authorization ?? "")
        headers.add("Nonce", json: String(nonce))
        let payload =
            "{\"headers\":\(headers.finished()),\"method\":\"GET\",\"uri\":\"/register\","
            + "\"params\":{},\"body\":\(body)}"
        return SocketPacket.event("GET /register", payload)
    }

    /// Asks for all that is told to everybody, the whole books among it.
    package static let state = SocketPacket.event("GET /state", "\"\"")
}
