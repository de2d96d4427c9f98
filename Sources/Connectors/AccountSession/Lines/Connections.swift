internal import TradingCore
internal import TradingModel
package import VenueSessions

/// Sockets: opened, signed, kept alive, given up and opened again.
extension AccountCore {
    mutating func open(_ line: LineID) {
        guard lines[line].stage == .down, !hasFailed else { return }
        let socket = newSocket()
        lines[line].stage = .opening
        lines[line].socket = socket
        let terms = SocketTerms(tellsPings: traits.silence != nil)
        let address = words.address(
            of: lines[line].segments, tellsAccount: lines[line].tellsAccount)
        out.append(.open(socket, url: address, terms))
    }

    mutating func opened(_ socket: SocketID) {
        guard let line = lines.id(of: socket), lines[line].stage == .opening else { return }
        lines[line].lastReceipt = now
        agenda.add(.ping(line), at: after(traits.pace.ping))
        traits.greets ? expect(.greeting, on: line) : begin(line)
    }

    private mutating func begin(_ line: LineID) {
        if !plan.hasKey || !lines[line].tellsAccount { return joinFeeds(line) }
        lines[line].stage = .signing
        guard let number = nextNumber(on: line) else { return }
        send(words.login(number, at: venueTime), .sign, on: line)
    }

    mutating func closed(_ socket: SocketID, _ reason: TransportProblem) {
        guard let line = lines.id(of: socket) else { return }
        lines[line].socket = nil
        fell(line, reason.description, reason.cause)
    }

    /// Abandons a socket that is of no use any more.
    package mutating func lose(
        _ line: LineID, _ reason: String, _ cause: VenueProblem.Cause = .other
    ) {
        if let socket = lines[line].socket { out.append(.close(socket)) }
        lines[line].socket = nil
        fell(line, reason, cause)
    }

    private mutating func fell(
        _ line: LineID, _ reason: String, _ cause: VenueProblem.Cause
    ) {
        guard lines[line].stage != .down else { return }
        let wait = lines[line].backoff.next()
        let unanswered = flights(on: line)
        lines[line].stage = .down
        lines[line].reason = reason
        lines[line].requests = [:]
        lines[line].queue = []
        lines[line].subscribed = [:]
        let accounts = lines[line].tellsAccount ? lines[line].segments : []
        for segment in accounts { rounds[segment].questions = [] }
        if !accounts.isEmpty { isReconciled = false }
        agenda.remove { due in
            switch due {
            case .ping(line), .ack(line, _, _), .socketQueue(line): true
            default: false
            }
        }
        for index in markets.indices where lines.feeds(of: markets[index].segment) == line {
            markets[index].bookStage = .none
            for feed in WatchedFeed.allCases { stopWatching(feed, index) }
        }
        if isConnected {
            isConnected = false
            emit(.lost, "\(lines[line].name): \(reason)")
        }
        for segment in accounts { refuseUnsent(segment, reason) }
        reportLineIsDown(line, reason, cause, retryAt: after(wait))
        agenda.add(.reopen(line), at: after(wait))
        for flight in unanswered { self.unanswered(flight, reason, cause) }
    }

    /// What the account asked over a line and was not answered, in the order in which it was asked.
    func flights(on line: LineID) -> [Flight] {
        lines[line].requests.sorted { $0.key < $1.key }.compactMap { entry in
            if case .ask(let flight) = entry.value { flight } else { nil }
        }
    }

    // MARK: - Requests over a socket

    /// The number that the next request over a line has; nil: it is not open.
    func nextNumber(on line: LineID) -> Int64? {
        lines[line].socket == nil ? nil : lines[line].nextID
    }

    /// Sends a request under that number, whose answer must come in time.
    mutating func send(_ text: String, _ request: Line.Request, on line: LineID) {
        // What comes by itself is not asked for.
        guard lines[line].socket != nil, !text.isEmpty else { return }
        lines[line].queue.append(text)
        if traits.acknowledges || request == .ping || request == .sign {
            expect(request, on: line)
        } else {
            lines[line].nextID += 1
        }
        sendQueue(line)
    }

    /// Has the line's next number answered in time, or the line is dead.
    private mutating func expect(_ request: Line.Request, on line: LineID) {
        guard let socket = lines[line].socket else { return }
        let number = lines[line].nextID
        lines[line].nextID = number + 1
        lines[line].requests[number] = request
        let wait = request == .ping ? traits.pace.pong : traits.pace.ack
        agenda.add(.ack(line, socket, number), at: after(wait))
    }

    mutating func sendQueue(_ line: LineID) {
        guard let socket = lines[line].socket else { return }
        while let text = lines[line].queue.first {
            if traits.asksInTurn, lines[line].requests.count > lines[line].queue.count { return }
            if let time = limiter.consume(lines[line].group, at: now) {
                return agenda.addOnce(.socketQueue(line), at: time)
            }
            lines[line].queue.removeFirst()
            out.append(.send(socket, text))
        }
    }

    /// A request of the account, for which the limit has room, over the line of its segment; each
    /// that is in it has a number of its own.
    ///
    /// - Returns: false: the line is down or nobody has signed in, and nothing left.
    mutating func send(
        _ request: VenueRequest, for entries: some Collection<WaitingRequest>, on line: LineID
    ) -> Bool {
        guard let socket = lines[line].socket,
            lines[line].isSignedIn || !request.isSigned && lines[line].stage != .opening
        else { return false }
        let first = lines[line].nextID
        lines[line].nextID = first + Int64(entries.count)
        let numbers = first..<lines[line].nextID
        for (id, entry) in zip(numbers, entries) {
            lines[line].requests[id] = .ask(flight(entry, request))
            agenda.add(.ack(line, socket, id), at: after(traits.pace.ack))
        }
        out.append(.send(socket, words.message(request, numbers, at: venueTime)))
        return true
    }

    mutating func ping(_ line: LineID) {
        if let silence = traits.silence {
            let end = lines[line].lastReceipt.advanced(byNanoseconds: silence)
            guard end <= now else { return agenda.add(.ping(line), at: end) }
            return lose(line, "nothing comes any more", .unreachable)
        }
        guard let number = nextNumber(on: line) else { return }
        send(words.ping(number, at: venueTime), .ping, on: line)
        agenda.add(.ping(line), at: after(traits.pace.ping))
    }

    /// An answer that did not come: the socket may be open, but nobody is there.
    mutating func missed(_ line: LineID, _ socket: SocketID, _ id: Int64) {
        guard lines[line].socket == socket, let request = lines[line].requests[id] else { return }
        let silence = "the venue does not answer on the \(lines[line].name) socket (\(request))"
        if isConnected { emit(.stale, silence) }
        lose(line, silence, .unreachable)
    }

    /// What was asked over a line under this number, as far as it is open; nil: nothing of the account's.
    package func flight(_ id: Int64, on line: LineID) -> Flight? {
        if case .ask(let flight)? = lines[line].requests[id] { flight } else { nil }
    }

    /// All that answers an ask over a line has come, and this is what it says.
    package mutating func answered(_ id: Int64, on line: LineID, _ answer: Answer) {
        guard let flight = flight(id, on: line) else { return }
        lines[line].requests[id] = nil
        answering = flight
        if flight.ask.order.map({ desk.orders[$0] == nil }) ?? false {
            forgotten(flight)
        } else {
            apply(answer, flight)
        }
        dealt()
    }

    /// The number of what is asked on a line and not answered, where one thing is at a time.
    package func turn(on line: LineID) -> Int64? { lines[line].requests.keys.min() }

    package mutating func recordReceipt(on line: LineID) { lines[line].lastReceipt = now }

    /// A line's own request is done, or refused.
    ///
    /// - Parameter refusal: nil: done as asked.
    package mutating func answered(_ id: Int64, on line: LineID, _ refusal: Refusal?) {
        guard let request = lines[line].requests.removeValue(forKey: id) else { return }
        defer { if traits.asksInTurn { sendQueue(line) } }
        if let refusal { return refused(request, refusal, line) }
        switch request {
        case .ping, .leaving, .ask: break
        case .greeting: begin(line)
        case .sign: subscribePrivately(line)
        case .privateChannel:
            if lines[line].stage == .subscribing, hasAnswers(line, private: true) {
                reconcile(line)
            }
        case .publicChannel:
            if lines[line].stage == .joining, hasAnswers(line, private: false) {
                becomeLive(line)
            }
        }
    }

    /// The same of a venue whose answers have no number: the oldest request is answered.
    package mutating func answeredOldest(on line: LineID, _ refusal: Refusal?) {
        if let number = turn(on: line) { answered(number, on: line, refusal) }
    }

    /// The same where an answer says what it is one to: the oldest of these is answered, if there is any.
    package mutating func answered(_ step: LineStep, on line: LineID, _ refusal: Refusal?) {
        let open = lines[line].requests.filter { $0.value == step.request }
        if let number = open.keys.min() { answered(number, on: line, refusal) }
    }

    private func hasAnswers(_ line: LineID, private isPrivate: Bool) -> Bool {
        lines[line].requests.values.allSatisfy { request in
            switch request {
            case .privateChannel: !isPrivate
            case .publicChannel: isPrivate
            default: true
            }
        }
    }

    private mutating func refused(_ request: Line.Request, _ refusal: Refusal, _ line: LineID) {
        switch refusal.kind {
        case .account:
            refusedKey(
                "the venue refuses the signature on its \(lines[line].name) socket: \(refusal)",
                "check the access id, the secret and this machine's clock", cause: .key)
            requestRegularly(.time)  // or is it the clock? A signature is over nothing but the time
            lose(line, "the key is refused", .key)
        case .notSignedIn:
            // It forgot us: begin again on a new socket.
            lose(line, "the venue wants the signature again")
        case .incorrect:
            lose(line, "a subscription is refused (\(request)): \(refusal)", .refused)
        case .busy, .rateLimit: lose(line, "\(request) is refused: \(refusal)", .maintenance)
        default: lose(line, "\(request) is refused: \(refusal)", .refused)
        }
    }

    /// A message on a line cannot be read, which may have been about an order: agree again.
    package mutating func unreadable(_ line: LineID, _ reason: String) {
        switch traits.unreadable {
        case .reopens: lose(line, reason)
        case .asks:
            log(.warn, reason)
            reconcileAgain()
        }
    }

    // MARK: - Towards live

    private mutating func subscribePrivately(_ line: LineID) {
        lines[line].stage = .subscribing
        let channels = lines[line].segments.flatMap { words.privateChannels(of: $0) }
        for channel in channels {
            guard let number = nextNumber(on: line) else { return }
            send(words.subscribe(privately: channel, number), .privateChannel(channel), on: line)
        }
        if hasAnswers(line, private: true) { reconcile(line) }
    }

    mutating func joinFeeds(_ line: LineID) {
        lines[line].stage = .joining
        reportReconciled()
        subscribeFeeds(line)
        if hasAnswers(line, private: false) { becomeLive(line) }
    }

    private mutating func becomeLive(_ line: LineID) {
        lines[line].stage = .live
        lines[line].backoff.reset()
        clear(.line(line))
        if plan.hasKey, lines[line].tellsAccount {
            agenda.addOnce(.audit, at: after(traits.pace.audit))
            agenda.addOnce(.accountAudit, at: after(traits.pace.accountAudit))
            for segment in lines[line].segments { knowDeals(segment) }
        }
        guard lines.ids.allSatisfy({ lines[$0].stage == .live }), !isConnected else { return }
        isConnected = true
        let state: VenueState = wasConnected ? .resynchronised : .connected
        let reason = lines[line].reason
        wasConnected = true
        emit(state, state == .connected ? "connected" : "connected again after: \(reason)")
    }

    /// Whether the line of a segment has agreed about everything and its feeds have begun.
    func isLive(_ segment: Segment) -> Bool { lines[of: segment].stage == .live }
}
