internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Sockets: opened, signed, kept alive, given up and opened again.
extension CoinExSession {
    mutating func open(_ product: Product) {
        guard lines[product]?.stage == .down, !hasFailed else { return }
        let socket = newSocket()
        lines[product]?.stage = .opening
        lines[product]?.socket = socket
        out.append(.open(socket, url: "\(settings.socketBase)/\(product.rawValue)"))
    }

    mutating func opened(_ socket: SocketID) {
        guard let product = lines.product(of: socket), lines[product]?.stage == .opening else {
            return
        }
        lines[product]?.lastHeard = now
        agenda.add(.ping(product), at: after(Waits.ping))
        if settings.key == nil { return joinFeeds(product) }
        lines[product]?.stage = .signing
        sign(product)
    }

    private mutating func sign(_ product: Product) {
        guard let key = settings.key else { return }
        let milliseconds = clock.venueTime(at: now).nanoseconds / 1_000_000
        ask(product, .sign) { SocketRequests.sign($0, key, milliseconds: milliseconds) }
    }

    mutating func closed(_ socket: SocketID, _ reason: TransportProblem) {
        guard let product = lines.product(of: socket) else { return }
        lines[product]?.socket = nil
        fell(product, reason.description, reason.cause)
    }

    /// Gives a socket up that is of no use any more.
    mutating func lose(
        _ product: Product, _ reason: String, _ cause: VenueProblem.Cause = .other
    ) {
        if let socket = lines[product]?.socket { out.append(.close(socket)) }
        lines[product]?.socket = nil
        fell(product, reason, cause)
    }

    private mutating func fell(
        _ product: Product, _ reason: String, _ cause: VenueProblem.Cause
    ) {
        guard var line = lines[product], line.stage != .down else { return }
        let wait = line.backoff.next()
        line.stage = .down
        line.reason = reason
        line.requests = [:]
        line.queue = []
        line.reconciling = []
        isReconciled = false
        line.subscribed = [:]
        lines[product] = line
        agenda.remove { due in
            switch due {
            case .ping(product), .ack(product, _, _), .socketQueue(product): true
            default: false
            }
        }
        for index in markets.indices where markets[index].product == product {
            markets[index].bookStage = .none
            for feed in WatchedFeed.allCases { stopWatching(feed, index) }
        }
        if isConnected {
            isConnected = false
            tell(.lost, "\(product.rawValue): \(reason)")
        }
        refuseUnsent(product, reason)
        sayLineIsDown(product, reason, cause, retryAt: after(wait))
        agenda.add(.reopen(product), at: after(wait))
    }

    // MARK: - Requests over a socket

    /// Sends a request whose answer must come in time.
    mutating func ask(_ product: Product, _ request: Line.Request, _ text: (Int64) -> String) {
        guard let id = lines[product]?.nextID, let socket = lines[product]?.socket else { return }
        lines[product]?.nextID = id + 1
        lines[product]?.requests[id] = request
        lines[product]?.queue.append(text(id))
        let wait = request == .ping ? Waits.pong : Waits.ack
        agenda.add(.ack(product, socket, id), at: after(wait))
        sendQueue(product)
    }

    mutating func sendQueue(_ product: Product) {
        guard let socket = lines[product]?.socket else { return }
        while let text = lines[product]?.queue.first {
            if let time = limiter.take(Self.socketGroup(product), at: now) {
                return agenda.addOnce(.socketQueue(product), at: time)
            }
            lines[product]?.queue.removeFirst()
            out.append(.send(socket, text))
        }
    }

    mutating func ping(_ product: Product) {
        guard lines[product]?.socket != nil else { return }
        ask(product, .ping) { SocketRequests.ping($0) }
        agenda.add(.ping(product), at: after(Waits.ping))
    }

    /// An answer that did not come: the socket may be open, but nobody is there.
    mutating func missed(_ product: Product, _ socket: SocketID, _ id: Int64) {
        guard lines[product]?.socket == socket, let request = lines[product]?.requests[id] else {
            return
        }
        let silence = "the venue does not answer on the \(product.rawValue) socket (\(request))"
        if isConnected { tell(.stale, silence) }
        lose(product, silence, .unreachable)
    }

    mutating func answered(_ reply: SocketReply, _ product: Product) {
        guard let request = lines[product]?.requests.removeValue(forKey: reply.id) else { return }
        if let refusal = reply.refusal { return refused(request, refusal, product) }
        switch request {
        case .ping, .leaving: break
        case .sign: subscribePrivately(product)
        case .privateChannel:
            if lines[product]?.stage == .subscribing, hasAnswers(product, private: true) {
                reconcile(product)
            }
        case .publicChannel:
            if lines[product]?.stage == .joining, hasAnswers(product, private: false) {
                becomeLive(product)
            }
        }
    }

    private func hasAnswers(_ product: Product, private isPrivate: Bool) -> Bool {
        lines[product]?.requests.values.allSatisfy { request in
            switch request {
            case .privateChannel: !isPrivate
            case .publicChannel: isPrivate
            default: true
            }
        } ?? false
    }

    private mutating func refused(
        _ request: Line.Request, _ refusal: VenueRefusal, _ product: Product
    ) {
        switch VenueRefusal.socketKind(refusal.code) {
        case .badSignature:
            refusedKey(
                "the venue refuses the signature on its \(product.rawValue) socket: \(refusal)",
                "check the access id, the secret and this machine's clock", cause: .key)
            requestRegularly(.time)  // or is it the clock? A signature is over nothing but the time
            lose(product, "the key is refused", .key)
        case .needsSignature:
            // It forgot us: begin again on a new socket.
            lose(product, "the venue wants the signature again")
        case .invalidArgument, .unknownMethod:
            lose(product, "a subscription is refused (\(request)): \(refusal)", .refused)
        case .busy, .rateLimit: lose(product, "\(request) is refused: \(refusal)", .maintenance)
        case .undocumented: lose(product, "\(request) is refused: \(refusal)", .refused)
        }
    }

    // MARK: - Towards live

    private mutating func subscribePrivately(_ product: Product) {
        lines[product]?.stage = .subscribing
        var channels = ["order", "user_deals", "stop"]
        if product == .futures { channels.append("position") }
        for channel in channels {
            ask(product, .privateChannel(channel)) {
                SocketRequests.subscribe(channel, markets: [], $0)
            }
        }
        ask(product, .privateChannel("balance")) { SocketRequests.subscribeBalances($0) }
    }

    mutating func joinFeeds(_ product: Product) {
        lines[product]?.stage = .joining
        tellReconciled()
        subscribeFeeds(product)
        if hasAnswers(product, private: false) { becomeLive(product) }
    }

    private mutating func becomeLive(_ product: Product) {
        lines[product]?.stage = .live
        lines[product]?.backoff.reset()
        solved(.line(product))
        if settings.key != nil {
            agenda.addOnce(.audit, at: after(Waits.audit))
            agenda.addOnce(.accountAudit, at: after(Waits.accountAudit))
            knowDeals(product)
        }
        guard markets.products.allSatisfy({ lines[$0]?.stage == .live }), !isConnected else {
            return
        }
        isConnected = true
        let state: VenueState = wasConnected ? .resynchronised : .connected
        let reason = lines[product]?.reason ?? ""
        wasConnected = true
        tell(state, state == .connected ? "connected" : "connected again after: \(reason)")
    }
}
