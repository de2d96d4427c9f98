internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Sockets: opened, signed, kept alive, given up and opened again.
extension CoinExSession {
    mutating func open(_ segment: Segment) {
        guard lines[segment]?.stage == .down, !hasFailed else { return }
        let socket = newSocket()
        lines[segment]?.stage = .opening
        lines[segment]?.socket = socket
        out.append(.open(socket, url: "\(settings.socketBase)/\(segment.rawValue)"))
    }

    mutating func opened(_ socket: SocketID) {
        guard let segment = lines.segment(of: socket), lines[segment]?.stage == .opening else {
            return
        }
        lines[segment]?.lastHeard = now
        agenda.add(.ping(segment), at: after(traits.pace.ping))
        if settings.key == nil { return joinFeeds(segment) }
        lines[segment]?.stage = .signing
        sign(segment)
    }

    private mutating func sign(_ segment: Segment) {
        guard let key = settings.key else { return }
        let milliseconds = clock.venueTime(at: now).nanoseconds / 1_000_000
        sayOnLine(segment, .sign) { SocketRequests.sign($0, key, milliseconds: milliseconds) }
    }

    mutating func closed(_ socket: SocketID, _ reason: TransportProblem) {
        guard let segment = lines.segment(of: socket) else { return }
        lines[segment]?.socket = nil
        fell(segment, reason.description, reason.cause)
    }

    /// Gives a socket up that is of no use any more.
    mutating func lose(
        _ segment: Segment, _ reason: String, _ cause: VenueProblem.Cause = .other
    ) {
        if let socket = lines[segment]?.socket { out.append(.close(socket)) }
        lines[segment]?.socket = nil
        fell(segment, reason, cause)
    }

    private mutating func fell(
        _ segment: Segment, _ reason: String, _ cause: VenueProblem.Cause
    ) {
        guard var line = lines[segment], line.stage != .down else { return }
        let wait = line.backoff.next()
        line.stage = .down
        line.reason = reason
        line.requests = [:]
        line.queue = []
        line.reconciling = []
        isReconciled = false
        line.subscribed = [:]
        lines[segment] = line
        agenda.remove { due in
            switch due {
            case .ping(segment), .ack(segment, _, _), .socketQueue(segment): true
            default: false
            }
        }
        for index in markets.indices where markets[index].segment == segment {
            markets[index].bookStage = .none
            for feed in WatchedFeed.allCases { stopWatching(feed, index) }
        }
        if isConnected {
            isConnected = false
            tell(.lost, "\(segment.rawValue): \(reason)")
        }
        refuseUnsent(segment, reason)
        sayLineIsDown(segment, reason, cause, retryAt: after(wait))
        agenda.add(.reopen(segment), at: after(wait))
    }

    // MARK: - Requests over a socket

    /// Sends a request whose answer must come in time.
    mutating func sayOnLine(_ segment: Segment, _ request: Line.Request, _ text: (Int64) -> String)
    {
        guard let id = lines[segment]?.nextID, let socket = lines[segment]?.socket else { return }
        lines[segment]?.nextID = id + 1
        lines[segment]?.requests[id] = request
        lines[segment]?.queue.append(text(id))
        let wait = request == .ping ? traits.pace.pong : traits.pace.ack
        agenda.add(.ack(segment, socket, id), at: after(wait))
        sendQueue(segment)
    }

    mutating func sendQueue(_ segment: Segment) {
        guard let socket = lines[segment]?.socket else { return }
        while let text = lines[segment]?.queue.first {
            if let time = limiter.take(Self.socketGroup(segment), at: now) {
                return agenda.addOnce(.socketQueue(segment), at: time)
            }
            lines[segment]?.queue.removeFirst()
            out.append(.send(socket, text))
        }
    }

    mutating func ping(_ segment: Segment) {
        guard lines[segment]?.socket != nil else { return }
        sayOnLine(segment, .ping) { SocketRequests.ping($0) }
        agenda.add(.ping(segment), at: after(traits.pace.ping))
    }

    /// An answer that did not come: the socket may be open, but nobody is there.
    mutating func missed(_ segment: Segment, _ socket: SocketID, _ id: Int64) {
        guard lines[segment]?.socket == socket, let request = lines[segment]?.requests[id] else {
            return
        }
        let silence = "the venue does not answer on the \(segment.rawValue) socket (\(request))"
        if isConnected { tell(.stale, silence) }
        lose(segment, silence, .unreachable)
    }

    /// - Parameter refusal: nil: done as asked.
    mutating func answered(_ id: Int64, _ refusal: Refusal?, _ segment: Segment) {
        guard let request = lines[segment]?.requests.removeValue(forKey: id) else { return }
        if let refusal { return refused(request, refusal, segment) }
        switch request {
        case .ping, .leaving: break
        case .sign: subscribePrivately(segment)
        case .privateChannel:
            if lines[segment]?.stage == .subscribing, hasAnswers(segment, private: true) {
                reconcile(segment)
            }
        case .publicChannel:
            if lines[segment]?.stage == .joining, hasAnswers(segment, private: false) {
                becomeLive(segment)
            }
        }
    }

    private func hasAnswers(_ segment: Segment, private isPrivate: Bool) -> Bool {
        lines[segment]?.requests.values.allSatisfy { request in
            switch request {
            case .privateChannel: !isPrivate
            case .publicChannel: isPrivate
            default: true
            }
        } ?? false
    }

    private mutating func refused(
        _ request: Line.Request, _ refusal: Refusal, _ segment: Segment
    ) {
        switch refusal.kind {
        case .account:
            refusedKey(
                "the venue refuses the signature on its \(segment.rawValue) socket: \(refusal)",
                "check the access id, the secret and this machine's clock", cause: .key)
            requestRegularly(.time)  // or is it the clock? A signature is over nothing but the time
            lose(segment, "the key is refused", .key)
        case .notSignedIn:
            // It forgot us: begin again on a new socket.
            lose(segment, "the venue wants the signature again")
        case .incorrect:
            lose(segment, "a subscription is refused (\(request)): \(refusal)", .refused)
        case .busy, .rateLimit: lose(segment, "\(request) is refused: \(refusal)", .maintenance)
        default: lose(segment, "\(request) is refused: \(refusal)", .refused)
        }
    }

    // MARK: - Towards live

    private mutating func subscribePrivately(_ segment: Segment) {
        lines[segment]?.stage = .subscribing
        var channels = ["order", "user_deals", "stop"]
        if segment == .futures { channels.append("position") }
        for channel in channels {
            sayOnLine(segment, .privateChannel(channel)) {
                SocketRequests.subscribe(channel, markets: [], $0)
            }
        }
        sayOnLine(segment, .privateChannel("balance")) { SocketRequests.subscribeBalances($0) }
    }

    mutating func joinFeeds(_ segment: Segment) {
        lines[segment]?.stage = .joining
        tellReconciled()
        subscribeFeeds(segment)
        if hasAnswers(segment, private: false) { becomeLive(segment) }
    }

    private mutating func becomeLive(_ segment: Segment) {
        lines[segment]?.stage = .live
        lines[segment]?.backoff.reset()
        solved(.line(segment))
        if settings.key != nil {
            agenda.addOnce(.audit, at: after(traits.pace.audit))
            agenda.addOnce(.accountAudit, at: after(traits.pace.accountAudit))
            knowDeals(segment)
        }
        guard markets.segments.allSatisfy({ lines[$0]?.stage == .live }), !isConnected else {
            return
        }
        isConnected = true
        let state: VenueState = wasConnected ? .resynchronised : .connected
        let reason = lines[segment]?.reason ?? ""
        wasConnected = true
        tell(state, state == .connected ? "connected" : "connected again after: \(reason)")
    }
}
