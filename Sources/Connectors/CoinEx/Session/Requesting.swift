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

    private mutating func send(_ request: CoinExRequest, _ entry: WaitingRequest) {
        let id = newRequest()
        inFlight[id] = Flight(
            ask: entry.ask, sentAt: now, attempts: entry.attempts, group: request.group)
        let milliseconds = clock.venueTime(at: now).nanoseconds / 1_000_000
        out.append(.request(id, request.call(settings.key, milliseconds: milliseconds)))
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

    /// The request for a ask; nil when it is not wanted any more.
    private func build(_ ask: Ask) -> CoinExRequest? {
        if ask.order != nil { return buildForOrder(ask) }
        switch ask {
        case .time: return CoinExRequests.time
        case .instruments(let segment): return CoinExRequests.markets(segment)
        case .fees(let index):
            let market = markets[index]
            return CoinExRequests.fees(market.segment, market.name)
        case .leverage(let index):
            guard let wanted = settings.leverage[settings.symbols[index]] else { return nil }
            return CoinExRequests.leverage(
                markets[index].name, mode: wanted.isIsolated ? "isolated" : "cross",
                leverage: wanted.times)
        case .mayTrade(let segment):
            guard let market = markets.first(of: segment) else { return nil }
            return CoinExRequests.cancel(
                segment, market.name, clientID: Self.unusedClientID, isStop: false)
        case .balances(let segment): return CoinExRequests.balances(segment)
        case .positions(let page): return CoinExRequests.positions(page: page)
        case .funding(let index):
            guard let awaited = markets[index].awaitedFunding else { return nil }
            return CoinExRequests.positionFunding(markets[index].name, since: awaited.before)
        case .openOrders(let segment, let page):
            return CoinExRequests.pendingOrders(segment, page: page)
        case .openStops(let segment, let page):
            return CoinExRequests.pendingStops(segment, page: page)
        case .executions(let index, let page):
            let market = markets[index]
            return CoinExRequests.userDeals(
                market.segment, market.name, since: holdings.dealsKnownUntil[market.segment] ?? now,
                page: page)
        default: return nil
        }
    }

    /// No order has it: ids of ours have a number.
    private static let unusedClientID = "mr-may-this-key-trade"

    private func buildForOrder(_ ask: Ask) -> CoinExRequest? {
        guard let serial = ask.order, let order = desk.orders[serial] else { return nil }
        let market = markets[order.instrument]
        let (segment, name, id) = (market.segment, market.name, order.id.text)
        switch ask {
        case .place:
            // What was shown has left, whatever its reply said: it leaves once.
            guard !order.isDone, !order.isAcknowledged, let terms = order.terms else { return nil }
            return order.closesPosition
                ? CoinExRequests.close(terms) : CoinExRequests.place(terms, segment)
        case .amend(_, let change):
            guard !order.isDone, let amend = order.amend, amend.number == change else { return nil }
            if let stopID = order.waitingStopID {
                return CoinExRequests.modifyStop(
                    segment, name, stopID: stopID, price: amend.price, amount: amend.quantity)
            }
            guard let venueID = order.venueID else { return nil }
            return CoinExRequests.modify(
                segment, name, orderID: venueID, price: amend.price,
                amount: amend.quantity.map { order.amountNow(of: $0) })
        case .cancel:
            guard !order.isDone else { return nil }
            if let stopID = order.waitingStopID {
                return CoinExRequests.cancelStop(segment, name, stopID: stopID)
            }
            return order.venueID.map { CoinExRequests.cancel(segment, name, orderID: $0) }
        case .cancelByClientID:
            return CoinExRequests.cancel(
                segment, name, clientID: id, isStop: order.isWaitingStop)
        case .status(_, let venueID): return CoinExRequests.orderStatus(segment, name, venueID)
        case .executionsOf(_, let venueID, let page):
            return CoinExRequests.orderDeals(segment, name, venueID, page: page)
        case .findOpen:
            return CoinExRequests.pendingOrders(segment, market: name, clientID: id, page: 1)
        case .findFinished:
            return CoinExRequests.finishedOrders(segment, market: name, clientID: id, page: 1)
        case .findOpenStop:
            return CoinExRequests.pendingStops(segment, market: name, clientID: id, page: 1)
        case .findFinishedStop:
            return CoinExRequests.finishedStops(segment, market: name, clientID: id, page: 1)
        default: return nil
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
        do throws(BadMessage) {
            if flight.ask.order != nil {
                try receivedForOrder(flight, reply.body)
            } else {
                try receivedGeneral(flight, reply.body)
            }
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
    mutating func refused(_ flight: Flight, _ refusal: VenueRefusal) {
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
            refusedOrder(flight, VenueRefusal(code: 4213, message: "HTTP status 429"))
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

    mutating func receivedTime(_ flight: Flight, _ time: ServerTime) {
        let wasDoubted = doubtsClock
        if doubtsClock || isClockChecked { clock.reset() }
        doubtsClock = false
        isClockChecked = false
        clock.add(venueTime: time.time, sent: flight.sentAt, received: now)
        findLateBound()
        agenda.addOnce(.clock, at: after(traits.pace.clock))
        tellClock(wasDoubted: wasDoubted)
    }
}
