internal import PlainJSON
package import TradingModel

typealias CoinTRParameters = WireParameters<CoinTRSimulatorRefusal>

/// An endpoint: how it is called, and what answers.
struct CoinTRRoute: Sendable {
    /// A request that has passed the checks.
    struct Call {
        let segment: ExchangeSegment
        let parameters: CoinTRParameters
        /// Of public endpoints nil.
        let caller: ExchangeAccount?

        /// Only signed endpoints ask.
        var account: ExchangeAccount {
            get throws(CoinTRSimulatorRefusal) {
                guard let caller else { throw .unknownKey }
                return caller
            }
        }
    }

    /// What an endpoint answers.
    struct Answer {
        /// Nil: none at all.
        var data: JSON?
        /// What the next page is asked for with.
        var next: String?

        init(_ data: JSON?, next: String? = nil) {
            self.data = data
            self.next = next
        }
    }

    enum Access: Sendable {
        case open
        case reading
        case trading
    }

    typealias Handler = @Sendable (CoinTRSimulator, Call) throws(CoinTRSimulatorRefusal) -> Answer

    let method: String
    let access: Access
    let handler: Handler
}

extension CoinTRSimulator {
    typealias Call = CoinTRRoute.Call
    typealias Answer = CoinTRRoute.Answer

    package func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply {
        advance(to: time)
        let (path, query) = request.parts
        if let page = exchange.ownPage(path, of: "cointr") { return page }
        guard let (segment, route) = CoinTRRoutes.find(String(path)) else { return .notFound }
        do throws(CoinTRSimulatorRefusal) {
            guard request.method == route.method else { throw .invalid("method") }
            let account = try admit(request, query, route)
            let parameters =
                request.method == "POST"
                ? try CoinTRParameters(body: request.body) : CoinTRParameters(query: query)
            let call = Call(segment: segment, parameters: parameters, caller: account)
            let answer = try route.handler(self, call)
            exchange.accounts.forEach(publish)
            return reply(answer, isMarket: route.access == .open)
        } catch {
            exchange.accounts.forEach(publish)  // a refused order may have cancelled others
            return reply(to: error)
        }
    }

    // MARK: - Who asks, and how often

    /// The account that signed, checked in an order of our own; nil at public endpoints.
    private func admit(
        _ request: HTTPRequest, _ query: Substring, _ route: CoinTRRoute
    ) throws(CoinTRSimulatorRefusal) -> ExchangeAccount? {
        guard route.access != .open else { return nil }
        guard let key = request.header("X-COINTR-APIKEY"), let account = exchange.account(key),
            let signature = request.header("X-COINTR-SIGN")
        else { throw .unknownKey }
        guard let stamp = try CoinTRParameters(query: query).integer("timestamp") else {
            throw .invalid("timestamp")
        }
        guard CoinTRSignature.isFresh(stamp, at: now) else { throw .expired }
        let text = Array(query.utf8) + request.body
        guard isSigned(text, signature, milliseconds: stamp, account) else {
            throw .badSignature
        }
        let isIn = account.settings.isAddressAllowed && !account.settings.isBarred
        guard isIn, account.settings.canTrade || route.access != .trading else { throw .mayNot }
        let (isGranted, _) = limits[key, default: ClientLimits()].consume(
            1, of: .requests, rate: CoinTRLimit.rate, slides: settings.quirks.slidingLimits,
            at: now)
        guard isGranted else {
            account.excessCount += 1
            throw .tooFrequent
        }
        if strikes(settings.quirks.unavailable) { throw .inside }
        return account
    }

    // MARK: - Replies

    private func reply(_ answer: Answer, isMarket: Bool) -> ServedReply {
        // Market data say it with a text and an empty message, the others with a number and none.
        var body = code("0", isText: isMarket && !settings.quirks.tidyWords)
        if let data = answer.data { body = body.adding(["data": data]) }
        if isMarket, !settings.quirks.randomCodes { body = body.adding(["msg": ""]) }
        if let next = answer.next { body = body.adding(["next": .text(next)]) }
        return served(body, status: 200)
    }

    func reply(to refusal: CoinTRSimulatorRefusal) -> ServedReply {
        var body = code(String(refusal.code), isText: false)
        let name = settings.quirks.randomCodes && draw() < 0.5 ? "message" : "msg"
        body = body.adding(.pairs([(name, .text(refusal.message))]))
        let mentioned: JSON = refusal.clientID.map { ["clOrdId": .text($0)] } ?? [:]
        return served(body.adding(["data": mentioned]), status: refusal.status)
    }

    private func code(_ code: String, isText: Bool) -> JSON {
        let isText = settings.quirks.randomCodes ? draw() < 0.5 : isText
        return ["code": isText ? .text(code) : .number(code)]
    }

    private func served(_ body: JSON, status: Int) -> ServedReply {
        var reply = ServedReply.json(
            body, settings.quirks.dateless ? [] : [ServedHeader("Date", now.httpDate)])
        reply.status = status
        return reply
    }
}
