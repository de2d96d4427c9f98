internal import PlainJSON
package import TradingModel

/// An endpoint: how it is called, what it costs, and what answers.
struct CoinExRoute: Sendable {
    /// A request that has passed the checks.
    struct Call {
        let product: ExchangeSegment
        let parameters: CoinExParameters
        /// Of public endpoints nil.
        let caller: ExchangeAccount?

        /// Only signed endpoints ask.
        var account: ExchangeAccount {
            get throws(CoinExRefusal) {
                guard let caller else { throw .badKey }
                return caller
            }
        }
    }

    typealias Handler = @Sendable (CoinExSimulator, Call) throws(CoinExRefusal) -> JSON
    typealias Group = @Sendable (ExchangeSegment) -> CoinExRateGroup

    enum Access: Sendable {
        case open
        case reading
        case trading
    }

    let method: String
    let access: Access
    let group: Group
    let handler: Handler
    /// The list in the body whose items each cost a unit.
    var batch: String?
}

extension CoinExSimulator {
    package func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply {
        advance(to: time)
        let (path, query) = request.parts
        if let page = exchange.ownPage(path, of: "coinex") { return page }
        guard let (product, route) = CoinExRoutes.find(String(path)) else { return .notFound }
        var headers: [ServedHeader] = []
        do {
            let account = try admit(request, route)
            try charge(request, route, product, account, &headers)
            let parameters =
                request.method == "POST"
                ? try CoinExParameters(body: request.body) : CoinExParameters(query: query)
            let call = CoinExRoute.Call(product: product, parameters: parameters, caller: account)
            let body = try route.handler(self, call)
            exchange.accounts.forEach(publish)
            return .json(body, headers)
        } catch {
            exchange.accounts.forEach(publish)  // a refused order may have cancelled others
            return .json(error.json, headers)
        }
    }

    // MARK: - Who asks

    /// The account that signed, checked in the venue's order; nil at public endpoints.
    private func admit(
        _ request: HTTPRequest, _ route: CoinExRoute
    ) throws(CoinExRefusal) -> ExchangeAccount? {
        guard request.method == route.method else { throw .wrongMethod }
        guard route.access != .open else { return nil }
        guard let key = request.header("X-COINEX-KEY"),
            let account = exchange.account(key)
        else { throw .badKey }
        try checkSignature(request, account)
        guard account.settings.isAddressAllowed else { throw .addressNotAllowed }
        guard !account.settings.isBarred else { throw .barred }
        guard account.settings.canTrade || route.access != .trading else { throw .mayNotTrade }
        let quirks = settings.quirks
        if quirks.busy > 0, route.access == .trading, draw() < quirks.busy { throw .busy }
        if quirks.unavailable > 0, draw() < quirks.unavailable { throw .unavailable }
        return account
    }

    private func checkSignature(
        _ request: HTTPRequest, _ account: ExchangeAccount
    ) throws(CoinExRefusal) {
        let window = request.header("X-COINEX-WINDOWTIME").map { Int64($0) }
        guard let text = request.header("X-COINEX-TIMESTAMP"), let stamp = Int64(text),
            let window = window ?? CoinExSignature.windowMilliseconds,
            CoinExSignature.isFresh(stamp, at: now, window: window)
        else { throw .expired }
        let signature = request.header("X-COINEX-SIGN") ?? ""
        let isHex = signature.utf8.count == 64 && signature.allSatisfy(\.isHexDigit)
        guard isHex else { throw .malformedSignature }
        let prepared =
            Array((request.method + request.path).utf8) + request.body + Array(text.utf8)
        let secret = account.settings.secret
        if !settings.isStrict,
            signature == CoinExSignature.makeOlder(of: prepared, secret: secret)
        {
            return
        }
        guard signature == CoinExSignature.make(of: prepared, secret: secret) else {
            throw .badSignature
        }
    }

    // MARK: - How often

    /// Takes the call out of its buckets; signed replies tell what is left.
    private func charge(
        _ request: HTTPRequest, _ route: CoinExRoute, _ product: ExchangeSegment,
        _ account: ExchangeAccount?, _ headers: inout [ServedHeader]
    ) throws(CoinExRefusal) {
        guard addressBucket.consume(1, at: now) else { throw .tooFrequent }
        guard let account else { return }
        var units = 1
        if let batch = route.batch, let body = try? JSON(parsing: request.body) {
            units = max(1, body[batch]?.items?.count ?? 1)
        }
        let group = route.group(product)
        let (isGranted, bucket) = limits[account.settings.key, default: ClientLimits()].consume(
            Int64(units), of: group, rate: group.rate, slides: settings.quirks.slidingLimits,
            at: now)
        headers.append(ServedHeader("X-RateLimit-Limit", String(bucket.rate)))
        headers.append(ServedHeader("X-RateLimit-Remaining", String(bucket.remaining)))
        guard isGranted else {
            account.excessCount += 1
            throw .tooFrequent
        }
    }
}
