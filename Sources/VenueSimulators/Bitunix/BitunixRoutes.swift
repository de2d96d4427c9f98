internal import PlainJSON
package import TradingModel

/// The venue's endpoints that share a limit.
enum BitunixRateGroup: Hashable {
    /// Of an address, over all public ones.
    case market
    /// Each for itself.
    case route(String)

    /// Requests a second: 10, and 5 of those that the venue's pages name.
    var rate: Int64 {
        switch self {
        case .route("trade/cancel_orders"), .route("trade/cancel_all_orders"): 5
        default: 10
        }
    }
}

/// An endpoint: how it is called, and what answers.
struct BitunixRoute: Sendable {
    /// A request that has passed the checks.
    struct Call {
        let parameters: BitunixParameters
        /// Of public endpoints nil.
        let caller: ExchangeAccount?

        /// Only signed endpoints ask.
        var account: ExchangeAccount {
            get throws(BitunixSimulatorRefusal) {
                guard let caller else { throw .badKey }
                return caller
            }
        }
    }

    typealias Handler =
        @Sendable (BitunixSimulator, Call) throws(BitunixSimulatorRefusal) -> JSON

    enum Access: Sendable {
        case open
        case reading
        case trading
    }

    let method: String
    let access: Access
    let handler: Handler

    private static func open(_ handler: @escaping Handler) -> Self {
        Self(method: "GET", access: .open, handler: handler)
    }
    private static func read(_ handler: @escaping Handler) -> Self {
        Self(method: "GET", access: .reading, handler: handler)
    }
    private static func trade(_ handler: @escaping Handler) -> Self {
        Self(method: "POST", access: .trading, handler: handler)
    }

    /// By what follows `/api/v1/futures/`.
    static let all: [String: BitunixRoute] = [
        "market/trading_pairs": open(BitunixSimulator.tradingPairs),
        "market/tickers": open(BitunixSimulator.tickers),
        "market/depth": open(BitunixSimulator.depth),
        "market/kline": open(BitunixSimulator.klines),
        "market/funding_rate": open(BitunixSimulator.fundingRate),
        "account": read(BitunixSimulator.account),
        "account/get_leverage_margin_mode": read(BitunixSimulator.leverageMode),
        "account/change_leverage": trade(BitunixSimulator.changeLeverage),
        "account/change_margin_mode": trade(BitunixSimulator.changeMarginMode),
        "account/change_position_mode": trade(BitunixSimulator.changePositionMode),
        "position/get_pending_positions": read(BitunixSimulator.pendingPositions),
        "trade/place_order": trade(BitunixSimulator.placeOrder),
        "trade/modify_order": trade(BitunixSimulator.modifyOrder),
        "trade/cancel_orders": trade(BitunixSimulator.cancelOrders),
        "trade/cancel_all_orders": trade(BitunixSimulator.cancelAllOrders),
        "trade/get_order_detail": read(BitunixSimulator.orderDetail),
        "trade/get_pending_orders": read(BitunixSimulator.pendingOrders),
        "trade/get_history_orders": read(BitunixSimulator.historyOrders),
        "trade/get_history_trades": read(BitunixSimulator.historyTrades),
    ]
}

typealias BitunixParameters = WireParameters<BitunixSimulatorRefusal>

extension BitunixSimulator {
    typealias Call = BitunixRoute.Call

    package func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply {
        advance(to: time)
        let (path, query) = request.parts
        if let page = exchange.ownPage(path, of: "bitunix") { return page }
        let prefix = "/api/v1/futures/"
        let name = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : ""
        do throws(BitunixSimulatorRefusal) {
            guard let route = BitunixRoute.all[name], request.method == route.method else {
                throw BitunixSimulatorRefusal.notFound
            }
            let account = try admit(request, query, route, name)
            let parameters =
                request.method == "POST"
                ? try BitunixParameters(body: request.body) : BitunixParameters(query: query)
            let data = try route.handler(self, Call(parameters: parameters, caller: account))
            exchange.accounts.forEach(publish)
            return .bitunix(JSON.bitunix(data), at: now)
        } catch {
            exchange.accounts.forEach(publish)
            return .bitunix(error.json, at: now)
        }
    }

    /// The account that signed; nil at public endpoints.
    private func admit(
        _ request: HTTPRequest, _ query: Substring, _ route: BitunixRoute, _ name: String
    ) throws(BitunixSimulatorRefusal) -> ExchangeAccount? {
        guard route.access != .open else {
            let (isGranted, _) = addressLimits.consume(
                1, of: .market, rate: BitunixRateGroup.market.rate,
                slides: settings.quirks.slidingLimits, at: now)
            guard isGranted else { throw .tooFrequent }
            return nil
        }
        let account = try signer(of: request, query)
        guard account.settings.isAddressAllowed else { throw .addressNotAllowed }
        guard !account.settings.isBarred || route.access != .trading else { throw .barred }
        guard account.settings.canTrade || route.access != .trading else { throw .mayNot }
        try charge(account, .route(name))
        if strikes(settings.quirks.networkError) { throw .networkErrorBefore }
        return account
    }

    private func signer(
        of request: HTTPRequest, _ query: Substring
    ) throws(BitunixSimulatorRefusal) -> ExchangeAccount {
        guard let key = request.header("api-key"), let account = exchange.account(key) else {
            throw .badKey
        }
        guard let nonce = request.header("nonce"), nonce.utf8.count == 32,
            let timestamp = request.header("timestamp"), let stamp = Int64(timestamp),
            BitunixSignature.isFresh(stamp, at: now),
            request.header("sign")
                == BitunixSignature.make(
                    nonce: nonce, timestamp: timestamp, key: key, query: query,
                    body: request.body, secret: account.settings.secret)
        else { throw .badSignature }
        if settings.quirks.uniqueNonces, !nonces[key, default: []].insert(nonce).inserted {
            throw .badSignature
        }
        return account
    }

    private func charge(
        _ account: ExchangeAccount, _ group: BitunixRateGroup
    ) throws(BitunixSimulatorRefusal) {
        let (isGranted, _) = limits[account.settings.key, default: ClientLimits()].consume(
            1, of: group, rate: group.rate, slides: settings.quirks.slidingLimits, at: now)
        guard isGranted else {
            account.excessCount += 1
            throw .tooFrequent
        }
    }

    /// A market that a public page is asked for: without a name the venue has a network error.
    func asked(_ call: Call) throws(BitunixSimulatorRefusal) -> ExchangeMarket {
        guard let name = try call.parameters.text("symbol") else { throw .networkError }
        return try known(name)
    }

    func known(_ name: String) throws(BitunixSimulatorRefusal) -> ExchangeMarket {
        guard let market = exchange.market(name, .futures) else { throw .unknownMarket }
        return market
    }
}
