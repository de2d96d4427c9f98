internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// How orders end: cancelled, filled or gone, behind their last execution.
extension AccountCore {
    mutating func cancel(_ id: ClientOrderID, _ instrument: InstrumentID) {
        guard let serial = desk.serial(of: id), let order = desk.orders[serial] else {
            return report(id, instrument, .cancelRejected(reason: "the order is not known"), now)
        }
        guard !order.isDone, order.ending == nil else { return }  // its end is on the way
        desk.orders[serial]?.wantsCancel = true
        tryCancel(serial)
    }

    /// Cancels as soon as that is possible: before it is sent, or once its id is known.
    mutating func tryCancel(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], order.wantsCancel, !order.isDone,
            order.ending == nil, !order.isCancelling
        else { return }
        if withdraw(.place(serial)) { return finish(serial, .cancelled) }
        if order.venueID != nil || order.waitingStopID != nil {
            desk.orders[serial]?.isCancelling = true
            request(.cancel(serial))
        } else if order.isLost {
            desk.orders[serial]?.isCancelling = true
            request(.cancelByClientID(serial))
        }
    }

    mutating func cancelled(_ serial: DeskSerial, _ fact: OrderFact) {
        desk.orders[serial]?.isCancelling = false
        applyFilled(serial, fact)
        guard desk.orders[serial]?.venueID == fact.id else { return tryCancel(serial) }
        end(serial, fact, .cancelled, isDecisive: true)
    }

    /// The venue has cancelled, and says nothing of what was filled before.
    mutating func cancelledUnseen(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        desk.orders[serial]?.isCancelling = false
        if order.waitingStopID != nil { return finish(serial, .cancelled) }
        desk.orders[serial]?.end(as: .cancelled)
        desk.orders[serial]?.needsAllDeals = true
        askForDeals(serial)
    }

    /// The order ends or is asked for, and cancelled again while it stands.
    mutating func cancelIsUnderWay(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isDone, let id = order.venueID else { return }
        agenda.addOnce(.request(.status(serial, id: id), attempts: 0), at: after(second))
    }

    mutating func cancelAgain(_ serial: DeskSerial) {
        let cancel = Ask.cancel(serial)
        guard desk.orders[serial]?.isCancelling == true, !isBeingAsked(cancel),
            agenda.questions(where: { $0 == cancel }).isEmpty
        else { return }
        desk.orders[serial]?.isCancelling = false
        tryCancel(serial)
    }

    mutating func refuseCancel(_ serial: DeskSerial, _ reason: String) {
        desk.orders[serial]?.isCancelling = false
        desk.orders[serial]?.wantsCancel = false
        report(serial, .cancelRejected(reason: InternedText(passing: reason)))
    }

    /// A cancel may be repeated: it changes nothing the second time.
    mutating func repeatCancel(_ flight: Flight, _ reason: String) {
        guard let serial = flight.ask.order else { return }
        guard flight.attempts + 1 < traits.bounds.cancelAttempts else {
            return refuseCancel(serial, "\(reason), \(flight.attempts + 1) times")
        }
        askAgain(flight)
    }

    // MARK: - The end

    /// The order left the book; the amounts tell whether it was filled.
    ///
    /// While a change is under way an unfilled end may be the change itself, which gives another
    /// id: only a decisive answer ends the order then.
    mutating func end(
        _ serial: DeskSerial, _ fact: OrderFact, _ otherwise: OrderEnding,
        isDecisive: Bool = false
    ) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if !fact.isWhole, !isDecisive, order.amend != nil {
            return awaitChange(serial, fact.id)
        }
        desk.orders[serial]?.end(as: fact.isWhole ? .filled : otherwise)
        settle(serial)
    }

    /// Brings an order on as far as its executions are known.
    mutating func settle(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if order.reportedQuantity >= order.request.quantity, order.amend == nil {
            return finish(serial, order.isReversed ? .cancelled : nil)
        }
        if order.reportedQuantity < order.venueFilled || order.needsAllDeals {
            // Executions have a message of their own, which mostly comes first.
            let wait = order.needsAllDeals ? 0 : traits.pace.deals
            if order.dealsAskedFor.isEmpty { agenda.addOnce(.checkDeals(serial), at: after(wait)) }
            return
        }
        guard let ending = order.ending else { return }
        if order.isReversed { return finish(serial, .cancelled) }
        switch ending {
        case .cancelled: finish(serial, .cancelled)
        case .expired(let reason): finish(serial, .expired(reason: InternedText(passing: reason)))
        case .filled: settleFilled(order)
        }
    }

    /// The venue says that it is filled whole, and we know of all that it says was filled.
    private mutating func settleFilled(_ order: TrackedOrder) {
        if order.amend != nil {
            desk.orders[order.serial]?.amend = nil
            if order.reportedQuantity >= order.request.quantity {
                report(order.serial, .amendRejected(reason: "the order was filled before"))
            } else {
                // It was whole with less than its old quantity: the change was made.
                report(
                    order.serial,
                    .amended(price: order.amend?.price, quantity: order.reportedQuantity))
            }
            return finish(order.serial, nil)
        }
        guard order.hasAllDeals else {
            // Its messages did not say how much was filled.
            desk.orders[order.serial]?.needsAllDeals = true
            return askForDeals(order.serial)
        }
        finish(order.serial, .expired(reason: "the venue closed the order with a rest"))
    }

    /// Reports an order's end; nothing is reported of it afterwards but executions.
    mutating func finish(_ serial: DeskSerial, _ event: OrderEvent?, _ time: Timestamp? = nil) {
        guard desk.orders[serial]?.isDone == false else { return }
        desk.orders[serial]?.isDone = true
        if let event { report(serial, event, time) }
        agenda.remove { $0 == .checkDeals(serial) }
        if desk.orders[serial]?.isMissing == true {
            desk.watch(serial, until: after(traits.pace.watch))
        }
        if let order = desk.orders[serial] {
            dropQuestions(about: serial, markets[order.instrument].segment)
            bindingChanged(by: order)
        }
        desk.retire(serial, atMost: traits.bounds.finishedOrders)
    }

    /// What was to be known of an order that has ended need not be asked any more.
    private mutating func dropQuestions(about serial: DeskSerial, _ segment: Segment) {
        for question in rounds[segment].questions where question.order == serial {
            reconciled(question, askedAt: now)
        }
    }

    // MARK: - Orders that stand after their end

    /// An order that has ended for everybody else, without its end having been seen, and stands at
    /// the venue all the same: it is cancelled until it is shown no more.
    ///
    /// - Parameter id: its id, by which it is cancelled where client ids cannot be; nil: a stop's.
    mutating func removeUnexpected(_ serial: DeskSerial, _ id: WireID?, asStop: Bool) {
        guard let order = desk.orders[serial], order.isDone,
            desk.watched[serial] != nil || !order.isAcknowledged
        else { return }
        if let id, order.venueID == nil { desk.orders[serial]?.adopt(id) }
        desk.watch(serial, until: after(traits.pace.watch))
        if !asStop { desk.orders[serial]?.isTriggered = true }
        problem(
            .order(serial), .other,
            "the order \(order.id) stands at the venue after it was reported as refused, lost or "
                + "cancelled",
            "it is cancelled by its client id; compare the position with the venue's")
        let cancel = Ask.cancelByClientID(serial)
        let segment = markets[order.instrument].segment
        guard agenda.questions(where: { $0 == cancel }).isEmpty else { return }
        guard isBeingAsked(cancel) else { return askWhileReconciling(cancel, segment) }
        if isAnsweringRound(segment) { rounds[segment].questions.insert(cancel) }
    }

    /// The cancel of an order that has ended for everybody else is repeated while it is looked for.
    mutating func notRemoved(_ flight: Flight) {
        guard case .cancelByClientID(let serial) = flight.ask, desk.watched[serial] != nil
        else { return reconciled(flight.ask, askedAt: flight.sentAt) }
        askAgain(flight)
        if flight.attempts >= traits.bounds.removalAttempts {
            reconciled(flight.ask, askedAt: flight.sentAt)
        }
    }

    // MARK: - Reports

    mutating func report(
        _ id: ClientOrderID, _ instrument: InstrumentID, _ event: OrderEvent, _ time: Timestamp
    ) {
        out.append(
            .emit(
                .report(
                    ExecutionReport(
                        order: id, instrument: instrument, event: event, venueTime: time,
                        receiveTime: now))))
    }

    mutating func report(_ serial: DeskSerial, _ event: OrderEvent, _ time: Timestamp? = nil) {
        guard let order = desk.orders[serial] else { return }
        report(order.id, order.instrument, event, time ?? venueTime)
    }
}
