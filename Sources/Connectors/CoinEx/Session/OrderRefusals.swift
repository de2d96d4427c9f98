internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Refused orders, cancels and changes, and answers that never came.
extension CoinExSession {
    mutating func refusedOrder(_ flight: Flight, _ refusal: Refusal) {
        guard let serial = flight.ask.order, let order = desk.orders[serial] else {
            return forgotten(flight)
        }
        if order.isDone { return notRemoved(flight) }
        let reason = "\(refusal.advice) (\(refusal))"
        if refusal.kind == .account { sayOrdersAreRefused(refusal, order) }
        if case .place = flight.ask, order.isAcknowledged {
            log(.warn, "order \(order.id) was refused and stands all the same: \(reason); asking")
            return askStatus(serial)
        }
        let mayRepeat = flight.attempts + 1 < traits.bounds.placeAttempts
        if case .place = flight.ask, mayMeetAnother(order), refusal.kind != .unknownOutcome,
            refusal.kind != .undocumented, refusal.kind != .duplicateID
        {
            return finish(serial, .rejected(reason: InternedText(passing: reason)))
        }
        switch (refusal.kind, flight.ask) {
        case (.rateLimit, .place) where order.wantsCancel,
            (.expired, .place) where order.wantsCancel:
            finish(serial, .cancelled)
        case (.rateLimit, _) where mayRepeat:
            limiter.hold(flight.group, until: after(traits.pace.rateLimit))
            request(flight.ask, attempts: flight.attempts + 1)
        case (.expired, _) where mayRepeat:
            // Not carried out: the same order may go with a new timestamp and signature.
            measureClock()
            askAgain(flight)
        case (.unknownOutcome, _), (.duplicateID, .place): lostAnswer(flight, reason)
        case (.undocumented, .place), (.undocumented, .amend): lostAnswer(flight, reason)
        case (_, .place): finish(serial, .rejected(reason: InternedText(passing: reason)))
        case (_, .amend(_, let change)):
            if order.amend?.number == change { refuseAmend(serial, reason) }
            if refusal.kind == .unknownOrder { askStatus(serial) }
        case (.unknownOrder, _):
            desk.orders[serial]?.isCancelling = false
            if order.venueID == nil, order.waitingStopID == nil { return }  // it is being asked for
            desk.orders[serial]?.cancelWasUnknown(at: now)
            askStatus(serial)
        case (.busy, _), (.rateLimit, _), (.expired, _): repeatCancel(flight, reason)
        default: refuseCancel(serial, reason)
        }
    }

    /// Not only this order: no order of the segment will pass before somebody acts.
    private mutating func sayOrdersAreRefused(_ refusal: Refusal, _ order: TrackedOrder) {
        let segment = markets[order.instrument].segment
        problem(
            .trading(segment), refusal.cause,
            "the venue refuses \(segment.rawValue) orders: \(refusal)",
            "\(refusal.advice); orders may be open: look at them at the venue")
    }

    private mutating func refuseCancel(_ serial: Int, _ reason: String) {
        desk.orders[serial]?.isCancelling = false
        desk.orders[serial]?.wantsCancel = false
        report(serial, .cancelRejected(reason: InternedText(passing: reason)))
    }

    /// A cancel may be repeated: it changes nothing the second time.
    private mutating func repeatCancel(_ flight: Flight, _ reason: String) {
        guard let serial = flight.ask.order else { return }
        guard flight.attempts + 1 < traits.bounds.cancelAttempts else {
            return refuseCancel(serial, "\(reason), \(flight.attempts + 1) times")
        }
        askAgain(flight)
    }

    /// The cancel of an order that has ended for everybody else is repeated while it is looked for.
    private mutating func notRemoved(_ flight: Flight) {
        guard case .cancelByClientID(let serial) = flight.ask, desk.watched[serial] != nil
        else { return reconciled(flight.ask, askedAt: flight.sentAt) }
        askAgain(flight)
        if flight.attempts >= traits.bounds.removalAttempts {
            reconciled(flight.ask, askedAt: flight.sentAt)
        }
    }

    // MARK: - Unknown outcomes

    /// What was asked may or may not have been done: nothing is guessed, the venue is asked.
    mutating func lostAnswer(_ flight: Flight, _ reason: String) {
        guard let serial = flight.ask.order, let order = desk.orders[serial] else {
            return forgotten(flight)
        }
        if order.isDone { return notRemoved(flight) }
        switch flight.ask {
        case .place:
            if order.isAcknowledged { return }  // a push told it already
            loseOrder(serial, reason)
        case .amend(_, let change):
            guard order.amend?.number == change else { return }
            desk.orders[serial]?.amend?.lostAt = now
            loseOrder(serial, reason)
        case .cancel, .cancelByClientID: repeatCancel(flight, reason)
        default: break
        }
    }

    private mutating func loseOrder(_ serial: Int, _ reason: String) {
        desk.orders[serial]?.isLost = true
        report(serial, .lost(reason: InternedText(passing: reason)))
        log(.warn, "order \(desk.orders[serial]?.id.text ?? "") is unknown: \(reason); asking")
        askFor(serial)
        tryCancel(serial)
    }

    mutating func askFor(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        let segment = markets[order.instrument].segment
        askWhileReconciling(
            order.isWaitingStop ? .findOpenStop(serial) : .findOpen(serial), segment)
    }

    mutating func askStatus(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        let segment = markets[order.instrument].segment
        guard let id = order.venueID else { return askFor(serial) }
        askWhileReconciling(.status(serial, id: id), segment)
    }
}
