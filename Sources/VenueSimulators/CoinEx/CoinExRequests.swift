internal import PlainJSON
package import TradingModel

/// An endpoint: how it is called, what it costs, and what answers.
struct CoinExRoute: Sendable {
    /// A request that has passed the checks.
    struct Call {
        let product: CoinExProduct
        let parameters: CoinExParameters
        /// Of public endpoints nil.
        let caller: CoinExAccount?

        /// Only signed endpoints ask.
        var account: CoinExAccount {
            get throws(CoinExRefusal) {
                guard let caller else { throw .badKey }
                return caller
            }
        }
    }

    typealias Handler = @Sendable (CoinExSimulator, Call) throws(CoinExRefusal) -> JSON
    typealias Group = @Sendable (CoinExProduct) -> CoinExRateGroup

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
    package func handle(_ request: HTTPRequest, at time: Timestamp) -> HTTPReply {
        advance(to: time)
        let parts = request.path.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        let query = parts.count == 2 ? parts[1] : ""
        if path == "/_simulator/state" { return reply(stateReport) }
        if path == "/_simulator/" || path == "/_simulator" { return reply(ownPages) }
        guard let (product, route) = CoinExRoutes.find(path) else {
            return HTTPReply(
                status: 404, headers: [HTTPHeader("Content-Type", "text/html")],
                body: Array("<html><body><h1>404 Not Found</h1></body></html>".utf8))
        }
        var headers: [HTTPHeader] = []
        do {
            let account = try admit(request, route)
            try charge(request, route, product, account, &headers)
            let parameters =
                request.method == "POST"
                ? try CoinExParameters(body: request.body) : CoinExParameters(query: query)
            let call = CoinExRoute.Call(product: product, parameters: parameters, caller: account)
            let body = try route.handler(self, call)
            accounts.forEach(publish)
            return reply(body, headers)
        } catch {
            accounts.forEach(publish)  // a refused order may have cancelled others
            return reply(error.json, headers)
        }
    }

    func reply(_ body: JSON, _ headers: [HTTPHeader] = []) -> HTTPReply {
        HTTPReply(
            status: 200, headers: [HTTPHeader("Content-Type", "application/json")] + headers,
            body: body.bytes)
    }

    // MARK: - Who asks

    /// The account that signed, checked in the venue's order; nil at public endpoints.
    private func admit(
        _ request: HTTPRequest, _ route: CoinExRoute
    ) throws(CoinExRefusal) -> CoinExAccount? {
        guard request.method == route.method else { throw .wrongMethod }
        guard route.access != .open else { return nil }
        guard let key = request.header("X-COINEX-KEY"),
            let account = accounts.first(where: { $0.settings.key == key })
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
        _ request: HTTPRequest, _ account: CoinExAccount
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
        _ request: HTTPRequest, _ route: CoinExRoute, _ product: CoinExProduct,
        _ account: CoinExAccount?, _ headers: inout [HTTPHeader]
    ) throws(CoinExRefusal) {
        guard addressBucket.take(1, at: now) else { throw .tooFrequent }
        guard let account else { return }
        var units = 1
        if let batch = route.batch, let body = try? JSON(parsing: request.body) {
            units = max(1, body[batch]?.items?.count ?? 1)
        }
        let group = route.group(product)
        var bucket = account.buckets[group] ?? TokenBucket(rate: group.rate, at: now)
        var isGranted = bucket.take(Int64(units), at: now)
        account.buckets[group] = bucket
        if settings.quirks.slidingLimits {
            var window = account.windows[group] ?? RequestWindow(rate: group.rate)
            isGranted = window.take(Int64(units), at: now) && isGranted
            account.windows[group] = window
        }
        headers.append(HTTPHeader("X-RateLimit-Limit", String(bucket.rate)))
        headers.append(HTTPHeader("X-RateLimit-Remaining", String(bucket.remaining)))
        guard isGranted else {
            account.excessCount += 1
            throw .tooFrequent
        }
    }
}

// MARK: - Replies

extension JSON {
    static func success(_ data: JSON) -> JSON {
        ["code": 0, "data": data, "message": "OK"]
    }

    /// A page of rows; the total where the venue tells it.
    static func success(
        page rows: [JSON], _ parameters: CoinExParameters, hasTotal: Bool = true
    ) throws(CoinExRefusal) -> JSON {
        let (first, limit) = try parameters.page()
        let page = Array(rows.dropFirst(first).prefix(limit))
        let hasNext = rows.count > first + page.count && !page.isEmpty
        let total: JSON = hasTotal ? ["total": .integer(rows.count)] : [:]
        return [
            "code": 0, "data": .array(page),
            "pagination": total.adding(["has_next": .bool(hasNext)]), "message": "OK",
        ]
    }

    /// An item of a batch, as both products wrap it.
    static func item(_ result: Result<JSON, CoinExRefusal>) -> JSON {
        switch result {
        case .success(let row): ["code": 0, "data": row, "message": "OK"]
        case .failure(let refusal):
            [
                "code": .integer(refusal.code), "data": .null,
                "message": .text(refusal.message),
            ]
        }
    }
}
