internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Requests over HTTP: built when they go, so that every attempt is signed anew.
extension CoinExSession {
    /// Sends a request now, or as soon as its group's limit allows.
    mutating func request(_ purpose: Purpose, attempts: Int = 0) {
        guard !hasFailed else { return }
        let entry = WaitingRequest(purpose: purpose, since: now, attempts: attempts)
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
        guard let request = build(entry.purpose), !isTooOld(entry) else { return .dropped }
        if mayTurnUnderClose(entry.purpose) { return .waits }
        if let time = held[request.group]
            ?? limiter.take(request.group, units: request.units, at: now)
        {
            return .held(request.group, until: time)
        }
        send(request, entry)
        return .sent
    }

    /// Asks by the clock, unless the last time has not been answered yet.
    mutating func requestRegularly(_ purpose: Purpose) {
        guard !isBeingAsked(purpose), agenda.questions(where: { $0 == purpose }).isEmpty else {
            return
        }
        request(purpose)
    }

    /// Whether the same question is under way or waits for the rate limit.
    func isBeingAsked(_ purpose: Purpose) -> Bool {
        waiting.contains { $0.purpose == purpose }
            || inFlight.values.contains { $0.purpose == purpose }
    }

    /// Sends what may go, in order within each group.
    mutating func sendWaiting() {
        var held: [EndpointGroup: Timestamp] = [:]
        var left: [WaitingRequest] = []
        var dropped: [Purpose] = []
        for entry in waiting {
            switch attempt(entry, held: held) {
            case .sent: break
            case .held(let group, let time):
                held[group] = time
                left.append(entry)
            case .waits: left.append(entry)
            case .dropped: dropped.append(entry.purpose)
            }
        }
        waiting = left
        if let next = held.values.min() { agenda.addOnce(.sendQueue, at: next) }
        // Those that stand behind a close go when it is answered, and are refused when they are old.
        if let oldest = left.map(\.since).min() {
            agenda.addOnce(
                .sendQueue, at: oldest.advanced(byNanoseconds: Waits.oldestOrder + Waits.second))
        }
        for purpose in dropped { drop(purpose) }
    }

    /// What could not be asked any more, for its order has moved on while it waited.
    private mutating func drop(_ purpose: Purpose) {
        switch purpose {
        case .place(let serial):
            if desk.orders[serial]?.isAcknowledged == true { return }
            finish(
                serial,
                .rejected(
                    reason: InternedText(
                        "it could not be sent within \(Waits.oldestOrder / Waits.second) s, for "
                            + "the venue takes no more orders a second: send fewer")))
        case .cancel(let serial):
            // It goes when the order's new id is known.
            desk.orders[serial]?.isCancelling = false
        case .modify(let serial, let change):
            guard desk.orders[serial]?.isDone == false, desk.orders[serial]?.amend?.number == change
            else { return }
            refuseAmend(serial, "the stop order woke before it was changed")
        default: reconciled(purpose, askedAt: now)  // of its order nothing is kept any more
        }
    }

    private mutating func send(_ request: CoinExRequest, _ entry: WaitingRequest) {
        let id = newRequest()
        inFlight[id] = InFlight(
            purpose: entry.purpose, sentAt: now, attempts: entry.attempts, group: request.group)
        let milliseconds = clock.venueTime(at: now).nanoseconds / 1_000_000
        out.append(.request(id, request.call(settings.key, milliseconds: milliseconds)))
        if case .place(let serial) = entry.purpose {
            desk.orders[serial]?.sentAt = now
            desk.orders[serial]?.sign(at: now)
        }
    }

    /// Takes a request back that waits for the limit or for its repetition; false: it does not.
    mutating func takeBack(_ purpose: Purpose) -> Bool {
        if let place = waiting.firstIndex(where: { $0.purpose == purpose }) {
            waiting.remove(at: place)
            return true
        }
        guard !agenda.questions(where: { $0 == purpose }).isEmpty else { return false }
        agenda.remove { if case .request(purpose, _) = $0 { true } else { false } }
        return true
    }

    /// Orders that did not leave before the connection was lost are refused: what they were meant
    /// for is not seen any more.
    mutating func refuseUnsent(_ product: Product, _ reason: String) {
        let unsent = desk.open.filter {
            markets[$0.instrument].product == product && !$0.isAcknowledged
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
        guard case .place(let serial) = entry.purpose, let order = desk.orders[serial] else {
            return false
        }
        return order.createdAt.advanced(byNanoseconds: Waits.oldestOrder) < now
    }

    /// The request for a purpose; nil when it is not wanted any more.
    private func build(_ purpose: Purpose) -> CoinExRequest? {
        if purpose.order != nil { return buildForOrder(purpose) }
        switch purpose {
        case .time: return CoinExRequests.time
        case .markets(let product): return CoinExRequests.markets(product)
        case .fees(let index):
            let market = markets[index]
            return CoinExRequests.fees(market.product, market.name)
        case .leverage(let index):
            guard let wanted = settings.leverage[settings.symbols[index]] else { return nil }
            return CoinExRequests.leverage(
                markets[index].name, mode: wanted.isIsolated ? "isolated" : "cross",
                leverage: wanted.times)
        case .permission(let product):
            guard let market = markets.first(of: product) else { return nil }
            return CoinExRequests.cancel(
                product, market.name, clientID: Self.unusedClientID, isStop: false)
        case .balances(let product): return CoinExRequests.balances(product)
        case .positions(let page): return CoinExRequests.positions(page: page)
        case .funding(let index):
            guard let awaited = markets[index].awaitedFunding else { return nil }
            return CoinExRequests.positionFunding(markets[index].name, since: awaited.before)
        case .pending(let product, let page):
            return CoinExRequests.pendingOrders(product, page: page)
        case .pendingStops(let product, let page):
            return CoinExRequests.pendingStops(product, page: page)
        case .recentDeals(let index, let page):
            let market = markets[index]
            return CoinExRequests.userDeals(
                market.product, market.name, since: account.dealsKnownUntil[market.product] ?? now,
                page: page)
        default: return nil
        }
    }

    /// No order has it: ids of ours have a number.
    private static let unusedClientID = "mr-may-this-key-trade"

    private func buildForOrder(_ purpose: Purpose) -> CoinExRequest? {
        guard let serial = purpose.order, let order = desk.orders[serial] else { return nil }
        let market = markets[order.instrument]
        let (product, name, id) = (market.product, market.name, order.id.text)
        switch purpose {
        case .place:
            // What was shown has left, whatever its reply said: it leaves once.
            guard !order.isDone, !order.isAcknowledged, let terms = order.terms else { return nil }
            return order.closesPosition
                ? CoinExRequests.close(terms) : CoinExRequests.place(terms, product)
        case .modify(_, let change):
            guard !order.isDone, let amend = order.amend, amend.number == change else { return nil }
            if let stopID = order.waitingStopID {
                return CoinExRequests.modifyStop(
                    product, name, stopID: stopID, price: amend.price, amount: amend.quantity)
            }
            guard let venueID = order.venueID else { return nil }
            return CoinExRequests.modify(
                product, name, orderID: venueID, price: amend.price,
                amount: amend.quantity.map { order.amountNow(of: $0) })
        case .cancel:
            guard !order.isDone else { return nil }
            if let stopID = order.waitingStopID {
                return CoinExRequests.cancelStop(product, name, stopID: stopID)
            }
            return order.venueID.map { CoinExRequests.cancel(product, name, orderID: $0) }
        case .cancelByClientID:
            return CoinExRequests.cancel(
                product, name, clientID: id, isStop: order.isWaitingStop)
        case .status(_, let venueID): return CoinExRequests.orderStatus(product, name, venueID)
        case .orderDeals(_, let venueID, let page):
            return CoinExRequests.orderDeals(product, name, venueID, page: page)
        case .ask:
            return CoinExRequests.pendingOrders(product, market: name, clientID: id, page: 1)
        case .askFinished:
            return CoinExRequests.finishedOrders(product, market: name, clientID: id, page: 1)
        case .askStop:
            return CoinExRequests.pendingStops(product, market: name, clientID: id, page: 1)
        case .askFinishedStop:
            return CoinExRequests.finishedStops(product, market: name, clientID: id, page: 1)
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
            if flight.purpose.order != nil {
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
        if case .place(let serial) = flight.purpose, problem.happenedBeforeSending,
            desk.orders[serial]?.isAcknowledged != true
        {
            return finish(serial, .rejected(reason: "it never left: \(problem)"))
        }
        unanswered(flight, problem.description, problem.cause)
    }

    /// No answer, or one that cannot be read.
    private mutating func unanswered(
        _ flight: InFlight, _ reason: String, _ cause: VenueProblem.Cause
    ) {
        guard !flight.purpose.isOrderChange else { return lostAnswer(flight, reason) }
        if case .funding(let index) = flight.purpose { return askForFundingAgain(index, flight) }
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
    mutating func askAgain(_ flight: InFlight, after wait: Int64? = nil) -> Timestamp {
        let time = after(wait ?? retryBackoff.next())
        let purpose = flight.purpose
        agenda.remove { if case .request(purpose, _) = $0 { true } else { false } }
        agenda.add(.request(purpose, attempts: flight.attempts + 1), at: time)
        return time
    }

    /// The venue's refusal of something that is no order.
    mutating func refused(_ flight: InFlight, _ refusal: VenueRefusal) {
        if case .funding(let index) = flight.purpose { return askForFundingAgain(index, flight) }
        switch refusal.kind {
        case .rateLimit:
            limiter.hold(flight.group, until: after(Waits.rateLimit))
            askAgain(flight)
        case .expired:
            measureClock()
            askAgain(flight)
        case .account:
            let retryAt = wasConnected ? askAgain(flight, after: Waits.retryHopeless) : nil
            refusedKey(refusal, retryAt: retryAt)
        default:
            let retryAt = askAgain(flight)
            problem(
                .refusal(flight.group), refusal.cause, "the venue refuses a question: \(refusal)",
                refusal.advice, retryAt: retryAt)
        }
    }

    private mutating func tooFrequent(_ flight: InFlight) {
        if flight.purpose.isOrderChange {
            refusedOrder(flight, VenueRefusal(code: 4213, message: "HTTP status 429"))
        } else {
            askAgain(flight)
        }
    }

    private mutating func hold(_ group: EndpointGroup, _ reply: HTTPReply) {
        let seconds = reply.header("Retry-After").flatMap { Int64($0) }.map { min(max($0, 1), 60) }
        limiter.hold(
            group, until: after(seconds.map { $0 * Waits.second } ?? Waits.rateLimit))
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

    mutating func receivedTime(_ flight: InFlight, _ time: ServerTime) {
        let wasDoubted = doubtsClock
        if doubtsClock || isClockChecked { clock.reset() }
        doubtsClock = false
        isClockChecked = false
        clock.add(venueTime: time.time, sent: flight.sentAt, received: now)
        findLateBound()
        agenda.addOnce(.clock, at: after(Waits.clock))
        tellClock(wasDoubted: wasDoubted)
    }
}
