internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What becomes of an order, from its acceptance to its last execution, and the reports about it.
extension CoinExSession {
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

    mutating func report(_ serial: Int, _ event: OrderEvent, _ time: Timestamp? = nil) {
        guard let order = desk.orders[serial] else { return }
        report(order.id, InstrumentID(order.instrument), event, time ?? clock.venueTime(at: now))
    }

    /// Tells an order's end; nothing is told of it afterwards but executions.
    mutating func finish(_ serial: Int, _ event: OrderEvent?, _ time: Timestamp? = nil) {
        guard desk.orders[serial]?.isDone == false else { return }
        desk.orders[serial]?.isDone = true
        if let event { report(serial, event, time) }
        agenda.remove { $0 == .checkDeals(serial) }
        if desk.orders[serial]?.isMissing == true {
            desk.watch(serial, until: after(traits.pace.watch))
        }
        if let segment = desk.orders[serial].map({ markets[$0.instrument].segment }) {
            dropQuestions(about: serial, segment)
        }
        desk.retire(serial, atMost: traits.bounds.finishedOrders)
    }

    /// What was to be known of an order that has ended need not be asked any more.
    private mutating func dropQuestions(about serial: Int, _ segment: Segment) {
        guard let questions = lines[segment]?.reconciling else { return }
        for question in questions where question.order == serial {
            reconciled(question, askedAt: now)
        }
    }

    /// Tells the acceptance, once, and whatever waited for it.
    mutating func accept(_ serial: Int, _ id: WireID, _ time: Timestamp?) {
        guard let order = desk.orders[serial] else { return }
        heard(of: serial)
        let wasLost = order.isLost
        desk.orders[serial]?.isLost = false
        if let toldID = order.toldID {
            // The doubt is over: the engine knows it by the id that it was told first.
            if wasLost { report(serial, .accepted(toldID), time) }
        } else {
            let told = VenueOrderID(id.description)
            desk.orders[serial]?.toldID = told
            report(serial, .accepted(told), time)
        }
        tryCancel(serial)
    }

    /// A sign of an order: what lists still show where the book had nothing to cancel is none.
    mutating func heard(of serial: Int) {
        let isOfList = answering.map { !$0.ask.isOrderChange } ?? false
        if isOfList, desk.orders[serial]?.isCancelUnknown == true { return }
        desk.orders[serial]?.sign(at: now)
    }

    /// Gives an order its id at the venue, which may replace an earlier one.
    ///
    /// - Returns: false for an id that was itself replaced: then only what it filled is news.
    @discardableResult
    mutating func adopt(_ serial: Int, _ fact: OrderFact) -> Bool {
        guard let order = desk.orders[serial] else { return false }
        guard !order.isReplaced(fact.id) else {
            lateNews(serial, fact)
            return false
        }
        if order.venueID != fact.id {
            if let old = order.venueID {
                let before = order.filledByID[old] ?? .zero
                let begins = (fact.filled ?? .zero) < before
                if begins { desk.orders[serial]?.countsAnew = true }
            }
            desk.orders[serial]?.take(fact.id)
            desk.link(serial, fact.segment, venueID: fact.id)
        }
        if fact.side != order.request.side { reverse(serial) }
        desk.orders[serial]?.makerFee = fact.makerFee ?? order.makerFee
        desk.orders[serial]?.takerFee = fact.takerFee ?? order.takerFee
        if order.request.stop != nil, !order.isTriggered {
            // It comes from the stop order, whose id the engine may never have heard.
            if order.toldID == nil { accept(serial, order.stopID ?? fact.id, fact.updatedAt) }
            desk.orders[serial]?.isTriggered = true
            report(serial, .triggered, fact.createdAt)
        }
        accept(serial, fact.id, fact.createdAt)
        note(serial, fact)
        takeTerms(serial, fact)
        takeHeldDeals(of: fact.id, serial, fact.segment)
        return true
    }

    /// The venue closes the other side, which the engine's order cannot be: it is cancelled.
    mutating func reverse(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isReversed else { return }
        desk.orders[serial]?.isReversed = true
        desk.orders[serial]?.wantsCancel = true
        problem(
            .order(serial), .other,
            "the position in \(settings.symbols[order.instrument]) turned round before the "
                + "reduce-only order \(order.id) arrived, and the venue closes the other side",
            "the order is cancelled; what it filled is not in the books, only in the venue's position"
        )
    }

    /// Takes in how much of an order is filled; that never falls.
    mutating func note(_ serial: Int, _ fact: OrderFact) {
        guard let filled = fact.filled else { return }
        heard(of: serial)
        let known = desk.orders[serial]?.filledByID[fact.id] ?? .zero
        desk.orders[serial]?.filledByID[fact.id] = max(known, filled)
    }

    /// Takes over terms that the venue shows and that we did not ask for: the account's owner, or
    /// another program, changes orders too.
    ///
    /// A row that is older than one seen before shows what was.
    private mutating func takeTerms(_ serial: Int, _ fact: OrderFact) {
        guard let order = desk.orders[serial] else { return }
        let time = fact.updatedAt ?? .distantPast
        desk.orders[serial]?.shownAt = max(time, order.shownAt)
        // The amounts of market orders may count quote currency, and those of closes are cut.
        guard !order.isDone, order.amend == nil, !order.closesPosition, !order.isReversed,
            let price = fact.price, time > order.shownAt || order.seen > order.request.quantity
        else { return }
        let whole = order.whole(ofAmount: fact.amount)
        if price != order.request.price || whole != order.request.quantity {
            changedElsewhere(serial, price: price, quantity: whole)
        }
    }

    mutating func changedElsewhere(_ serial: Int, price: Price?, quantity: Quantity) {
        guard let order = desk.orders[serial] else { return }
        let price = price ?? order.request.price
        desk.orders[serial]?.request.price = price
        desk.orders[serial]?.request.quantity = quantity
        problem(
            .order(serial), .other,
            "the order \(order.id) was changed at the venue, not by this run: it is for "
                + "\(quantity)\(price.map { " at \($0)" } ?? "") now",
            "it counts as it is; let nobody else change the orders of a run")
        report(serial, .amended(price: price, quantity: quantity))
    }

    /// Brings an order on as far as its executions are known.
    mutating func settle(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if order.told >= order.request.quantity, order.amend == nil {
            return finish(serial, order.isReversed ? .cancelled : nil)
        }
        if order.told < order.seen || order.needsAllDeals {
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
            if order.told >= order.request.quantity {
                report(order.serial, .amendRejected(reason: "the order was filled before"))
            } else {
                // It was whole with less than its old quantity: the change was made.
                report(order.serial, .amended(price: order.amend?.price, quantity: order.told))
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
}
