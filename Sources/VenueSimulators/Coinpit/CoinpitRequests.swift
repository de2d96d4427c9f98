internal import PlainJSON
package import TradingModel

/// What somebody who has signed asks for.
struct CoinpitCall {
    let method: String
    /// Behind `/api/v1`, taken apart.
    let path: [String]
    let query: CoinpitQuery
    let body: JSON?
    let account: ExchangeAccount
}

/// Requests: who may ask, and how often.
extension CoinpitSimulator {
    private static let root = "/api/v1"
    /// Requests a second of one account; the venue tells no numbers.
    private static let rate: Int64 = 10
    /// How far a nonce may be from the venue's clock, in milliseconds.
    private static let window: Int64 = 10_000

    package func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply {
        advance(to: time)
        let (path, query) = request.parts
        if path == "/_simulator/state" { return .json(ownState) }
        if let page = exchange.ownPage(path, of: "coinpit") { return page }
        if path == "/socket.io/" || path == "/socket.io" {
            return poll(request, CoinpitQuery(query))
        }
        guard path.hasPrefix(Self.root + "/") else { return .notFound }
        // Whatever is signed: it is asked for the time.
        if request.method == "OPTIONS" { return .coinpit([:], at: now) }
        let parts = path.dropFirst(Self.root.count + 1).split(separator: "/").map { String($0) }
        defer { exchange.accounts.forEach(publish) }
        do throws(CoinpitSimulatorRefusal) {
            if let page = try open(parts, request.method) { return .coinpit(page, at: now) }
            let body = try Self.body(request)
            let account = try signer(
                of: request, String(request.path.dropFirst(Self.root.count)), body)
            try charge(account)
            let call = CoinpitCall(
                method: request.method, path: parts, query: CoinpitQuery(query), body: body,
                account: account)
            return .coinpit(try answer(call), at: now)
        } catch {
            return error.reply(at: now)
        }
    }

    /// Nil: there is none, of which an empty object is a form.
    private static func body(_ request: HTTPRequest) throws(CoinpitSimulatorRefusal) -> JSON? {
        guard !request.body.isEmpty else { return nil }
        guard let json = try? JSON(parsing: request.body) else {
            throw CoinpitSimulatorRefusal(400, "syntax error")
        }
        return json.members?.isEmpty == true ? nil : json
    }

    private func signer(
        of request: HTTPRequest, _ uri: String, _ body: JSON?
    ) throws(CoinpitSimulatorRefusal) -> ExchangeAccount {
        let header = request.header("Authorization") ?? ""
        guard let nonce = request.header("Nonce").flatMap({ Int64($0) }) else {
            throw CoinpitSimulatorRefusal(
                401, "Authentication failed. Invalid Nonce \(request.header("Nonce") ?? "")")
        }
        return try verified(header, nonce, [Self.message(request.method, uri, body, nonce)])
    }

    private static func message(
        _ method: String, _ uri: String, _ body: JSON?, _ nonce: Int64
    ) -> String {
        let part = body.map { ",\"body\":" + CoinpitCanonical.text($0) } ?? ""
        return "{\"method\":\"\(method)\",\"uri\":\"\(uri)\"\(part),\"nonce\":\(nonce)}"
    }

    /// The account that has signed one of these messages.
    private func verified(
        _ header: String, _ nonce: Int64, _ messages: [String]
    ) throws(CoinpitSimulatorRefusal) -> ExchangeAccount {
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0] == "HMAC" else {
            throw CoinpitSimulatorRefusal(401, "HMAC authentication needed \(header)")
        }
        let sides = parts[1].split(separator: ":")
        guard sides.count == 2, let identity = identities[String(sides[0])],
            let account = exchange.account(identity.userID)
        else { throw .unregistered }
        guard messages.contains(where: { identity.code($0) == sides[1] }),
            !account.settings.isBarred
        else {
            throw CoinpitSimulatorRefusal(401, "Authentication failed. HMAC mismatch \(header)")
        }
        let age = now.nanoseconds / 1_000_000 - nonce
        guard abs(age) <= Self.window, !strikes(settings.quirks.staleClock) else {
            throw CoinpitSimulatorRefusal(
                401, "Authentication failed. Nonce \(nonce) stale by \(age)ms")
        }
        return account
    }

    private func charge(_ account: ExchangeAccount) throws(CoinpitSimulatorRefusal) {
        let (isGranted, _) = limits[account.settings.key, default: ClientLimits()].consume(
            1, of: "all", rate: Self.rate, slides: settings.quirks.slidingLimits, at: now)
        guard isGranted else {
            account.excessCount += 1
            throw .tooFrequent
        }
    }

    // MARK: - The same over Socket.IO

    /// An event of a client: `["METHOD uri",{headers,method,uri,params,body}]`.
    func received(_ text: Substring, _ voice: Voice) {
        guard let items = (try? JSON(parsing: text))?.items, let name = items.first?.text,
            items.count == 2
        else { return }
        if name == "GET /state" { return reportState(voice) }
        let payload = items[1]
        let headers = payload["headers"] ?? [:]
        let header = (headers["Authorization"] ?? headers["authorization"])?.text ?? ""
        let method = payload["method"]?.text ?? String(name.split(separator: " ").first ?? "")
        let uri = payload["uri"]?.text ?? String(name.split(separator: " ").last ?? "")
        let body = payload["body"].flatMap { $0.members?.isEmpty == true ? nil : $0 }
        guard let nonce = (headers["Nonce"] ?? payload["nonce"])?.integer else { return }
        let wrapper =
            (body.map { [JSONMember(key: "body", value: $0)] } ?? [])
            + [JSONMember(key: "params", value: payload["params"] ?? [:])]
        var messages = [Self.message(method, uri, .object(wrapper), nonce)]
        if !settings.quirks.wrappedOnly { messages.append(Self.message(method, uri, body, nonce)) }
        let account: ExchangeAccount
        do throws(CoinpitSimulatorRefusal) {
            account = try verified(header, nonce, messages)
        } catch {
            let told: JSON = [
                "error": .text(error.message), "data": payload, "server_time": .milliseconds(now),
            ]
            return emit("auth_error", told, to: voice)
        }
        let call = CoinpitCall(
            method: method, path: uri.split(separator: "/").map { String($0) },
            query: CoinpitQuery(""), body: body, account: account)
        carryOut(call, headers["requestid"] ?? .null, voice)
    }

    private func carryOut(_ call: CoinpitCall, _ id: JSON, _ voice: Voice) {
        let own: JSON = ["requestid": id]
        switch (call.method, call.path) {
        case ("GET", ["register"]):
            voice.register(call.account)
            return emit("account", ["account": accountRow(call.account)], to: voice)
        case ("GET", ["unregister"]): return voice.unregister(call.account)
        case ("GET", ["account"]):
            return emit("account", ["account": accountRow(call.account)], to: voice)
        default: break
        }
        let events = [
            "POST": "order_add", "PUT": "order_update", "DELETE": "order_del",
            "PATCH": "order_patch",
        ]
        do throws(CoinpitSimulatorRefusal) {
            try charge(call.account)
            guard let event = events[call.method], call.path.first == "order" else {
                throw .notFound
            }
            let isFlattening = call.method == "DELETE" && call.body?.items?.isEmpty == true
            let result = try answer(call)
            emit(
                isFlattening ? "order_del_all" : event,
                isFlattening ? own : own.adding(["result": result]), to: voice)
        } catch {
            emit("order_error", own.adding(["error": ["message": .text(error.message)]]), to: voice)
        }
    }

    /// All that is told to everybody, at once to one.
    private func reportState(_ voice: Voice) {
        emit("instruments", contracts, to: voice)
        for (index, market) in exchange.markets.enumerated() {
            emit("orderbook", wholeBook(market), to: voice)
            if bands[index] != nil { emit("priceband", band(market), to: voice) }
        }
        emit("readonly", ["readonly": false], to: voice)
    }
}
