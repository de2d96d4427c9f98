package import AccountSession
package import TradingModel
package import VenueSessions
internal import WireText

extension VenueRequest {
    /// The whole call, with signature where it needs one.
    package func call(_ key: BitunixKey?, nonce: String, milliseconds: Int64) -> HTTPCall {
        var headers = [HTTPHeader("Content-Type", "application/json")]
        if isSigned, let key {
            let timestamp = String(milliseconds)
            let sign = key.signature(
                nonce: nonce, timestamp: timestamp, query: BitunixKey.flattened(parameters),
                body: body)
            headers.append(HTTPHeader("api-key", key.apiKey))
            headers.append(HTTPHeader("nonce", nonce))
            headers.append(HTTPHeader("timestamp", timestamp))
            headers.append(HTTPHeader("sign", sign))
        }
        return HTTPCall(
            method: method, path: path, headers: headers, body: body, group: group,
            isOrder: isOrder, sendWithin: isSigned ? Self.signatureLife : nil)
    }

    /// Nobody waits longer; the venue itself takes what was signed up to a minute ago.
    private static var signatureLife: Int64 { 5_000_000_000 }

    /// Of its query, whose values need no encoding.
    private var parameters: [(name: String, value: String)] {
        guard let mark = path.firstIndex(of: "?") else { return [] }
        return path[path.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
        }
    }
}

/// The venue's groups of endpoints, each with its limit.
package enum EndpointGroups {
    package static let place = EndpointGroup("futures place")
    package static let modify = EndpointGroup("futures modify")
    package static let cancel = EndpointGroup("futures cancel")
    package static let detail = EndpointGroup("futures order detail")
    package static let pending = EndpointGroup("futures pending orders")
    package static let history = EndpointGroup("futures order history")
    package static let trades = EndpointGroup("futures trade history")
    package static let account = EndpointGroup("futures account")
    package static let positions = EndpointGroup("futures positions")
    package static let leverage = EndpointGroup("futures leverage")
    /// Of all public endpoints together; the venue limits them by address, and bars what breaks that.
    package static let market = EndpointGroup("futures market")

    /// Requests a second: 10 for each route of an account, 5 of those that the venue's pages name, 10 for an
    /// address, of which two are left to others.
    ///
    /// Of the lists of open orders four are left to what cancels past a run.
    package static let rates: [EndpointGroup: Int] = [
        place: 10, modify: 10, cancel: 5, detail: 10, pending: 6, history: 10, trades: 10,
        account: 10, positions: 10, leverage: 10, market: 8,
    ]
    /// Those of what cancels orders past a run, which goes on beside it.
    package static let sweepRates: [EndpointGroup: Int] = [pending: 4, cancel: 5, market: 2]
}

/// The requests of the venue, byte for byte.
package enum BitunixRequests {
    /// The most rows of a page.
    package static let pageSize = 100

    // MARK: - Public

    package static let pairs = open("market/trading_pairs")

    /// The smallest reply that there is: only its header `Date` is wanted, for there is no clock to ask.
    package static func time(_ market: String) -> VenueRequest {
        open("market/funding_rate", [("symbol", market)])
    }

    private static func open(_ name: String, _ query: [(String, String)] = []) -> VenueRequest {
        VenueRequest(
            method: "GET", path: path(name, query), group: EndpointGroups.market, isSigned: false)
    }

    // MARK: - Account

    package static func account(_ marginCoin: String) -> VenueRequest {
        signed("account", [("marginCoin", marginCoin)], EndpointGroups.account)
    }
    package static let positions = signed(
        "position/get_pending_positions", [], EndpointGroups.positions)
    package static func positions(_ market: String) -> VenueRequest {
        signed(
            "position/get_pending_positions", [("symbol", market)], EndpointGroups.positions)
    }
    package static func leverage(
        _ market: String, _ leverage: Int, marginCoin: String
    ) -> VenueRequest {
        var body = ObjectText()
        body.add("symbol", market)
        body.add("leverage", json: String(leverage))
        body.add("marginCoin", marginCoin)
        return post("account/change_leverage", body.finished(), EndpointGroups.leverage)
    }

    // MARK: - Order queries

    /// Of all markets where none is named.
    package static func pendingOrders(
        market: String? = nil, clientID: String? = nil, page: Int
    ) -> VenueRequest {
        signed(
            "trade/get_pending_orders", filter(market, clientID) + paging(page),
            EndpointGroups.pending)
    }
    package static func finishedOrders(
        market: String, clientID: String, page: Int
    ) -> VenueRequest {
        signed(
            "trade/get_history_orders", filter(market, clientID) + paging(page),
            EndpointGroups.history)
    }
    package static func orderDetail(_ id: String) -> VenueRequest {
        signed("trade/get_order_detail", [("orderId", id)], EndpointGroups.detail)
    }
    package static func orderTrades(_ market: String, _ id: String, page: Int) -> VenueRequest {
        signed(
            "trade/get_history_trades", [("symbol", market), ("orderId", id)] + paging(page),
            EndpointGroups.trades)
    }
    package static func marketTrades(
        _ market: String, since: Timestamp, page: Int
    ) -> VenueRequest {
        let start = String(since.nanoseconds / 1_000_000)
        return signed(
            "trade/get_history_trades", [("symbol", market), ("startTime", start)] + paging(page),
            EndpointGroups.trades)
    }

    private static func filter(_ market: String?, _ clientID: String?) -> [(String, String)] {
        (market.map { [("symbol", $0)] } ?? []) + (clientID.map { [("clientId", $0)] } ?? [])
    }

    /// Pages are asked for by how many rows lie before them.
    private static func paging(_ page: Int) -> [(String, String)] {
        [("skip", String((page - 1) * pageSize)), ("limit", String(pageSize))]
    }

    // MARK: - Forms

    private static func signed(
        _ name: String, _ query: [(String, String)], _ group: EndpointGroup
    ) -> VenueRequest {
        VenueRequest(method: "GET", path: path(name, query), group: group)
    }

    static func post(
        _ name: String, _ body: String, _ group: EndpointGroup, isOrder: Bool = false
    ) -> VenueRequest {
        VenueRequest(
            method: "POST", path: path(name, []), body: body, group: group, isOrder: isOrder)
    }

    private static func path(_ name: String, _ query: [(String, String)]) -> String {
        let path = "/api/v1/futures/" + name
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }
}
