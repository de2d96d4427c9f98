internal import TradingCore
internal import TradingModel
public import VenueSessions
public import WireText

/// What comes back, or does not.
extension AccountCore {
    /// A reply to a request came.
    ///
    /// To be followed by ``dealt()`` where it gives something.
    ///
    /// - Returns: what it answers, where its body is worth reading.
    public mutating func landed(_ id: RequestID, _ status: Int, _ rates: RateNews) -> Flight? {
        guard let flight = inFlight.removeValue(forKey: id) else { return nil }
        answering = flight
        observe(rates, flight.group)
        guard isReadable(status, flight, rates) else {
            dealt()
            return nil
        }
        return flight
    }

    private mutating func isReadable(_ status: Int, _ flight: Flight, _ rates: RateNews) -> Bool {
        switch status {
        case _ where traits.answeringStatuses.contains(status):
            if flight.attempts > 0 { clear(.replies) }
        case 429:
            limiter.pause(flight.group, until: after(rates.retryAfter ?? traits.pace.rateLimit))
            tooFrequent(flight)
            return false
        default:
            // A gateway's page: it says nothing about what the venue did.
            unanswered(flight, "the venue answers with HTTP status \(status)", .maintenance)
            return false
        }
        guard let serial = flight.ask.order, desk.orders[serial] == nil else { return true }
        forgotten(flight)
        return false
    }

    /// Whether what an ask changes is a stop order that has not woken.
    public func isAboutStop(_ flight: Flight) -> Bool {
        guard let serial = flight.ask.order, let order = desk.orders[serial] else { return false }
        return flight.ask.isAboutStop(order)
    }

    /// A reply was of no use.
    public mutating func unreadable(_ flight: Flight, _ error: BadMessage) {
        unanswered(flight, error.description, .other)
    }

    /// What was to be done about a reply is done.
    public mutating func dealt() {
        answering = nil
        if !waiting.isEmpty { sendWaiting() }  // what stood behind it may go now
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
    mutating func unanswered(
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
            cause.advice, retryAt: retryAt)
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

    // MARK: - Refusals

    /// The venue's refusal of something that is no order.
    mutating func refusedQuestion(_ flight: Flight, _ refusal: Refusal) {
        if case .funding(let index) = flight.ask { return askForFundingAgain(index, flight) }
        switch refusal.kind {
        case .rateLimit:
            limiter.pause(flight.group, until: after(traits.pace.rateLimit))
            askAgain(flight)
        case .expired:
            measureClock()
            askAgain(flight)
        case .account: refusedKey(refusal, retryAt: askOnceMoreIfConnected(flight))
        default:
            let retryAt = askAgain(flight)
            problem(
                .refusal(flight.group), refusal.cause, "the venue refuses a question: \(refusal)",
                refusal.advice, retryAt: retryAt)
        }
    }

    mutating func unfit(_ flight: Flight, _ what: String, _ toDo: String) {
        refusedKey(what, toDo, cause: .permission, retryAt: askOnceMoreIfConnected(flight))
    }

    /// Somebody may mend it while a run goes on; before there is one nobody waits for that.
    private mutating func askOnceMoreIfConnected(_ flight: Flight) -> Timestamp? {
        wasConnected ? askAgain(flight, after: traits.pace.retryHopeless) : nil
    }

    private mutating func tooFrequent(_ flight: Flight) {
        if flight.ask.isOrderChange {
            refusedOrder(flight, Refusal(.rateLimit, "HTTP status 429"))
        } else {
            askAgain(flight)
        }
    }

    private mutating func observe(_ rates: RateNews, _ group: EndpointGroup) {
        if let left = rates.remaining { limiter.observe(remaining: left, of: group, at: now) }
        for warning in rates.warnings { log(.warn, warning) }
    }

    mutating func refused(_ flight: Flight, _ refusal: Refusal) {
        if flight.ask.isOrderChange { return refusedOrder(flight, refusal) }
        switch flight.ask {
        case .leverage(let index): refusedLeverage(flight, refusal, index)
        case .mayTrade: refusedPermission(flight, refusal)
        case _ where flight.ask.order != nil && refusal.kind == .unknownOrder:
            foundNothing(flight)
            reconciled(flight.ask, askedAt: flight.sentAt)
        default: refusedQuestion(flight, refusal)
        }
    }

    /// "No such order" is an answer, and the same as an empty list.
    private mutating func foundNothing(_ flight: Flight) {
        switch flight.ask {
        case .status(let serial, let id):
            // A change may have given it another id meanwhile.
            if desk.orders[serial]?.venueID == id {
                isUnknown(serial, askedAt: flight.sentAt)
            } else {
                askStatus(serial)
            }
        case .executionsOf: applyToOrder(.executions(.none), flight)
        case .findOpen, .findFinished: applyToOrder(.orders(.none), flight)
        case .findOpenStop, .findFinishedStop: applyToOrder(.stops(.none), flight)
        default: break
        }
    }
}
