internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Requests over HTTP: built when they go, so that every attempt is signed anew.
extension CoinExSession {
    /// Sends a request now, or as soon as its group's limit allows.
    mutating func request(_ ask: Ask, attempts: Int = 0) {
        guard !hasFailed else { return }
        let entry = WaitingRequest(ask: ask, since: now, attempts: attempts)
        // The short way of what need not wait, which is the way of almost every order.
        if waiting.isEmpty, case .sent = attempt(entry, held: [:]) { return }
        waiting.append(entry)
        sendWaiting()
    }

    /// What became of a request that might go.
    private enum Attempt {
        case sent
        case held(EndpointGroup, until: Timestamp)
        /// It stands behind an order that closes the position.
        case waits
        case dropped
    }

    /// Sends a request if it may go now.
    ///
    /// - Parameter held: the groups for which others wait already, and until when.
    private mutating func attempt(
        _ entry: WaitingRequest, held: [EndpointGroup: Timestamp]
    ) -> Attempt {
        guard let request = build(entry.ask), !isTooOld(entry) else { return .dropped }
        if mayTurnUnderClose(entry.ask) { return .waits }
        if let time = held[request.group]
            ?? limiter.take(request.group, units: request.units, at: now)
        {
            return .held(request.group, until: time)
        }
        send(request, entry)
        return .sent
    }

    /// Asks by the clock, unless the last time has not been answered yet.
    mutating func requestRegularly(_ ask: Ask) {
        guard !isBeingAsked(ask), agenda.questions(where: { $0 == ask }).isEmpty else {
            return
        }
        request(ask)
    }

    /// Whether the same question is under way or waits for the rate limit.
    func isBeingAsked(_ ask: Ask) -> Bool {
        waiting.contains { $0.ask == ask }
            || inFlight.values.contains { $0.ask == ask }
    }

    /// Sends what may go, in order within each group.
    mutating func sendWaiting() {
        var held: [EndpointGroup: Timestamp] = [:]
        var left: [WaitingRequest] = []
        var dropped: [Ask] = []
        for entry in waiting {
            switch attempt(entry, held: held) {
            case .sent: break
            case .held(let group, let time):
                held[group] = time
                left.append(entry)
            case .waits: left.append(entry)
            case .dropped: dropped.append(entry.ask)
            }
        }
        waiting = left
        if let next = held.values.min() { agenda.addOnce(.sendQueue, at: next) }
        // Those that stand behind a close go when it is answered, and are refused when they are old.
        if let oldest = left.map(\.since).min() {
            agenda.addOnce(
                .sendQueue, at: oldest.advanced(byNanoseconds: traits.pace.oldestOrder + second))
        }
        for ask in dropped { drop(ask) }
    }

    /// What could not be asked any more, for its order has moved on while it waited.
    private mutating func drop(_ ask: Ask) {
        switch ask {
        case .place(let serial):
            if desk.orders[serial]?.isAcknowledged == true { return }
            finish(
                serial,
                .rejected(
                    reason: InternedText(
                        "it could not be sent within \(traits.pace.oldestOrder / second) s, for "
                            + "the venue takes no more orders a second: send fewer")))
        case .cancel(let serial):
            // It goes when the order's new id is known.
            desk.orders[serial]?.isCancelling = false
        case .amend(let serial, let change):
            guard desk.orders[serial]?.isDone == false, desk.orders[serial]?.amend?.number == change
            else { return }
            refuseAmend(serial, "the stop order woke before it was changed")
        default: reconciled(ask, askedAt: now)  // of its order nothing is kept any more
        }
    }

    private mutating func send(_ request: VenueRequest, _ entry: WaitingRequest) {
        let id = newRequest()
        inFlight[id] = Flight(
            ask: entry.ask, sentAt: now, attempts: entry.attempts, group: request.group)
        out.append(.request(id, words.call(request, at: clock.venueTime(at: now))))
        if case .place(let serial) = entry.ask {
            desk.orders[serial]?.sentAt = now
            desk.orders[serial]?.sign(at: now)
        }
    }

    /// Takes a request back that waits for the limit or for its repetition; false: it does not.
    mutating func takeBack(_ ask: Ask) -> Bool {
        if let place = waiting.firstIndex(where: { $0.ask == ask }) {
            waiting.remove(at: place)
            return true
        }
        guard !agenda.questions(where: { $0 == ask }).isEmpty else { return false }
        agenda.remove { if case .request(ask, _) = $0 { true } else { false } }
        return true
    }

    /// Orders that did not leave before the connection was lost are refused: what they were meant
    /// for is not seen any more.
    mutating func refuseUnsent(_ segment: Segment, _ reason: String) {
        let unsent = desk.open.filter {
            markets[$0.instrument].segment == segment && !$0.isAcknowledged
        }
        for order in unsent where takeBack(.place(order.serial)) {
            finish(
                order.serial,
                .rejected(
                    reason: InternedText(
                        "the connection was lost before it could be sent: \(reason)")))
        }
    }

    /// A new order that waited too long is refused: the market has moved on.
    private func isTooOld(_ entry: WaitingRequest) -> Bool {
        guard case .place(let serial) = entry.ask, let order = desk.orders[serial] else {
            return false
        }
        return order.createdAt.advanced(byNanoseconds: traits.pace.oldestOrder) < now
    }

    /// The request for an ask; nil when it is not wanted any more.
    private func build(_ ask: Ask) -> VenueRequest? {
        guard let serial = ask.order else {
            return words.request(for: ask, order: nil, since: beginning(of: ask))
        }
        guard let order = desk.orders[serial], isWanted(ask, order) else { return nil }
        return words.request(for: ask, order: order, since: nil)
    }

    /// From when on the history that an ask is for is wanted.
    private func beginning(of ask: Ask) -> Timestamp? {
        switch ask {
        case .funding(let index): markets[index].awaitedFunding?.before
        case .executions(let index, _): holdings.dealsKnownUntil[markets[index].segment] ?? now
        default: nil
        }
    }

    private func isWanted(_ ask: Ask, _ order: TrackedOrder) -> Bool {
        switch ask {
        case .place:
            // What was shown has left, whatever its reply said: it leaves once.
            !order.isDone && !order.isAcknowledged && !order.isRestored
        case .amend(_, let change): !order.isDone && order.amend?.number == change
        case .cancel: !order.isDone
        default: true
        }
    }

    // MARK: - What comes back

    mutating func received(_ id: RequestID, _ reply: HTTPReply) {
        guard let flight = inFlight.removeValue(forKey: id) else { return }
        answering = flight
        defer {
            answering = nil
            if !waiting.isEmpty { sendWaiting() }  // what stood behind it may go now
        }
        seeLimits(reply, flight.group)
        switch reply.status {
        case 200: if flight.attempts > 0 { solved(.replies) }
        case 429:
            hold(flight.group, reply)
            return tooFrequent(flight)
        default:
            // A gateway's page: it says nothing about what the venue did.
            unanswered(flight, "the venue answers with HTTP status \(reply.status)", .maintenance)
            return
        }
        let order = flight.ask.order.flatMap { desk.orders[$0] }
        if flight.ask.order != nil, order == nil { return forgotten(flight) }
        do throws(BadMessage) {
            let isStop = order.map { flight.ask.isAboutStop($0) } ?? false
            take(try read(reply.body, to: flight.ask, isStop: isStop), flight)
        } catch {
            unanswered(flight, error.description, .other)
        }
    }

    mutating func failed(_ id: RequestID, _ problem: TransportProblem) {
        guard let flight = inFlight.removeValue(forKey: id) else { return }
        if case .place(let serial) = flight.ask, problem.happenedBeforeSending,
            desk.orders[serial]?.isAcknowledged != true
        {
            return finish(serial, .rejected(reason: "it never left: \(problem)"))
        }
        unanswered(flight, problem.description, problem.cause)
    }

    /// No answer, or one that cannot be read.
    private mutating func unanswered(
        _ flight: Flight, _ reason: String, _ cause: VenueProblem.Cause
    ) {
        guard !flight.ask.isOrderChange else { return lostAnswer(flight, reason) }
        if case .funding(let index) = flight.ask { return askForFundingAgain(index, flight) }
        let retryAt = askAgain(flight)
        if hasInstruments, flight.attempts == 0 {
            return log(.warn, "\(reason); asking again")
        }
        problem(
            .replies, cause, "the venue's API does not answer: \(reason)",
            Self.advice(cause), retryAt: retryAt)
    }

    /// Asks the same question again after a wait, and once only however often it failed.
    ///
    /// - Returns: when.
    @discardableResult
    mutating func askAgain(_ flight: Flight, after wait: Int64? = nil) -> Timestamp {
        let time = after(wait ?? retryBackoff.next())
        let ask = flight.ask
        agenda.remove { if case .request(ask, _) = $0 { true } else { false } }
        agenda.add(.request(ask, attempts: flight.attempts + 1), at: time)
        return time
    }

    /// The venue's refusal of something that is no order.
    mutating func refusedQuestion(_ flight: Flight, _ refusal: Refusal) {
        if case .funding(let index) = flight.ask { return askForFundingAgain(index, flight) }
        switch refusal.kind {
        case .rateLimit:
            limiter.hold(flight.group, until: after(traits.pace.rateLimit))
            askAgain(flight)
        case .expired:
            measureClock()
            askAgain(flight)
        case .account:
            let retryAt = wasConnected ? askAgain(flight, after: traits.pace.retryHopeless) : nil
            refusedKey(refusal, retryAt: retryAt)
        default:
            let retryAt = askAgain(flight)
            problem(
                .refusal(flight.group), refusal.cause, "the venue refuses a question: \(refusal)",
                refusal.advice, retryAt: retryAt)
        }
    }

    private mutating func tooFrequent(_ flight: Flight) {
        if flight.ask.isOrderChange {
            refusedOrder(flight, Refusal(.rateLimit, "HTTP status 429"))
        } else {
            askAgain(flight)
        }
    }

    private mutating func hold(_ group: EndpointGroup, _ reply: HTTPReply) {
        let seconds = reply.header("Retry-After").flatMap { Int64($0) }.map { min(max($0, 1), 60) }
        limiter.hold(
            group, until: after(seconds.map { $0 * second } ?? traits.pace.rateLimit))
    }

    private mutating func seeLimits(_ reply: HTTPReply, _ group: EndpointGroup) {
        if let left = reply.header("X-RateLimit-Remaining").flatMap({ Int($0) }) {
            limiter.see(remaining: left, of: group, at: now)
        }
        for (hours, header) in Self.longLimits {
            guard let left = reply.header(header).flatMap({ Int($0) }), left <= 0 else { continue }
            log(.warn, "the venue slows this account's orders down: its \(hours) limit is used up")
        }
    }

    private static let longLimits = ["1H", "4H", "8H", "24H"].map {
        ($0, "X-RateLimit-LongPeriod-\($0)-Remaining")
    }

    /// The clock may have been set: what was measured before is worth nothing.
    mutating func measureClock() {
        doubtsClock = true
        requestRegularly(.time)
    }

    mutating func receivedTime(_ flight: Flight, _ time: Timestamp) {
        let wasDoubted = doubtsClock
        if doubtsClock || isClockChecked { clock.reset() }
        doubtsClock = false
        isClockChecked = false
        clock.add(venueTime: time, sent: flight.sentAt, received: now)
        findLateBound()
        agenda.addOnce(.clock, at: after(traits.pace.clock))
        tellClock(wasDoubted: wasDoubted)
    }
}
