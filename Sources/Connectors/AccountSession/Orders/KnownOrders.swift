internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Orders that the venue has: what is known of them, from whatever says it.
extension AccountCore {
    /// The order that an ask is about; nil: none that is kept.
    package func order(of ask: Ask) -> TrackedOrder? { ask.order.flatMap { desk.orders[$0] } }

    /// The order that has this number on the wire; nil: none that is kept.
    package func order(numbered number: Int64) -> TrackedOrder? {
        desk.serial(ofNumber: number).flatMap { desk.orders[$0] }
    }

    /// Reports the acceptance, once, and whatever waited for it.
    mutating func accept(_ serial: DeskSerial, _ id: WireID, _ time: Timestamp?) {
        guard let order = desk.orders[serial] else { return }
        recordSign(of: serial)
        let wasLost = order.isLost
        desk.orders[serial]?.isLost = false
        if let toldID = order.reportedVenueID {
            // The doubt is over: the engine knows it by the id that was reported first.
            if wasLost { report(serial, .accepted(toldID), time) }
        } else {
            let told = VenueOrderID(id.description)
            desk.orders[serial]?.reportedVenueID = told
            report(serial, .accepted(told), time)
            bindingChanged(by: order)
        }
        tryCancel(serial)
    }

    /// A sign of an order: what lists still show where the book had nothing to cancel is none.
    mutating func recordSign(of serial: DeskSerial) {
        let isOfList = answering.map { !$0.ask.isOrderChange } ?? false
        if isOfList, desk.orders[serial]?.isCancelUnknown == true { return }
        desk.orders[serial]?.sign(at: now)
    }

    /// Gives an order its id at the venue, which may replace an earlier one.
    ///
    /// - Returns: false for an id that was itself replaced: then only what it filled is news.
    @discardableResult
    mutating func adopt(_ serial: DeskSerial, _ fact: OrderFact) -> Bool {
        guard let order = desk.orders[serial] else { return false }
        guard !order.isReplaced(fact.id) else {
            lateNews(serial, fact)
            return false
        }
        if order.venueID != fact.id {
            if let old = order.venueID {
                let before = order.filledByID[old] ?? .zero
                if let filled = fact.filled, filled < before {
                    desk.orders[serial]?.countsAnew = true
                }
            }
            desk.orders[serial]?.adopt(fact.id)
            desk.link(serial, fact.segment, venueID: fact.id)
        }
        if fact.side != order.request.side { reverse(serial) }
        desk.orders[serial]?.makerFee = fact.makerFee ?? order.makerFee
        desk.orders[serial]?.takerFee = fact.takerFee ?? order.takerFee
        if order.request.stop != nil, !order.isTriggered {
            // It comes from the stop order, whose id the engine may never have heard.
            if order.reportedVenueID == nil {
                accept(serial, order.stopID ?? fact.id, fact.updatedAt)
            }
            desk.orders[serial]?.isTriggered = true
            report(serial, .triggered, fact.createdAt)
        }
        accept(serial, fact.id, fact.createdAt)
        applyFilled(serial, fact)
        applyTerms(serial, fact)
        applyKeptDeals(of: fact.id, serial, fact.segment)
        return true
    }

    /// The venue closes the other side, which the engine's order cannot be: it is cancelled.
    mutating func reverse(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isReversed else { return }
        desk.orders[serial]?.isReversed = true
        desk.orders[serial]?.wantsCancel = true
        problem(
            .order(serial), .other,
            "the position in \(markets[order.instrument].symbol) turned round before the "
                + "reduce-only order \(order.id) arrived, and the venue closes the other side",
            "the order is cancelled; what it filled is not in the books, only in the venue's position"
        )
    }

    /// Applies how much of an order is filled; that never falls.
    mutating func applyFilled(_ serial: DeskSerial, _ fact: OrderFact) {
        guard let filled = fact.filled else { return }
        recordSign(of: serial)
        let known = desk.orders[serial]?.filledByID[fact.id] ?? .zero
        desk.orders[serial]?.filledByID[fact.id] = max(known, filled)
    }

    /// Applies terms that the venue shows and that we did not ask for: the account's owner, or
    /// another program, changes orders too.
    ///
    /// A row that is older than one seen before shows what was.
    private mutating func applyTerms(_ serial: DeskSerial, _ fact: OrderFact) {
        guard let order = desk.orders[serial] else { return }
        let time = fact.updatedAt ?? .distantPast
        desk.orders[serial]?.shownAt = max(time, order.shownAt)
        // The amounts of market orders may count quote currency, and those of closes are cut.
        guard !order.isDone, order.amend == nil, !order.closesPosition, !order.isReversed,
            let price = fact.price,
            time > order.shownAt || order.venueFilled > order.request.quantity
        else { return }
        let whole = order.whole(ofAmount: fact.amount)
        if price != order.request.price || whole != order.request.quantity {
            changedElsewhere(serial, price: price, quantity: whole)
        }
    }

    mutating func changedElsewhere(_ serial: DeskSerial, price: Price?, quantity: Quantity) {
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

    /// The order stands in the book; so an amendment that was lost was made or was not.
    mutating func stands(_ serial: DeskSerial, _ fact: OrderFact, askedAt: Timestamp) {
        guard adopt(serial, fact) else { return }
        resolveAmend(serial, fact, askedAt: askedAt)
        settle(serial)
    }

    // MARK: - Pushes, which may overtake one another and replies

    package mutating func pushed(_ fact: OrderFact) {
        guard
            let serial = desk.serial(fact.segment, fact.id)
                ?? desk.serial(fact.segment, clientID: fact.clientID, markets),
            let order = desk.orders[serial]
        else { return }
        let hasLeft = fact.hasLeft
        guard !order.isDone else {
            if hasLeft || fact.unfilled == .zero { return desk.unwatch(serial) }
            return removeUnexpected(serial, fact.id, asStop: false)
        }
        if hasLeft, mayMeanChange(order, fact) {
            applyFilled(serial, fact)
            desk.orders[serial]?.finishedID = fact.id
            return settle(serial)
        }
        guard adopt(serial, fact) else { return }
        switch fact.standing {
        case .left: end(serial, fact, ending(of: order, fact))
        case .ended(let ending): end(serial, fact, ending)
        case .amended:
            // A late push may be of an earlier change: only these very terms are the news.
            if let amend = order.amend, amend.price ?? fact.price == fact.price,
                amend.quantity.map({ $0 == order.whole(ofAmount: fact.amount) }) ?? true
            {
                amended(serial, price: fact.price, amount: fact.amount)
            }
            settle(serial)
        case .pending, .working: settle(serial)
        case .unclear:
            if fact.unfilled == .zero { end(serial, fact, .cancelled) } else { settle(serial) }
        }
    }

    /// News of an id that a change has replaced: only what it filled counts.
    private mutating func lateNews(_ serial: DeskSerial, _ fact: OrderFact) {
        applyFilled(serial, fact)
        settle(serial)
    }

    /// A change may give the order another id: the old one then leaves the book unfilled.
    private func mayMeanChange(_ order: TrackedOrder, _ fact: OrderFact) -> Bool {
        order.amend != nil && order.venueID == fact.id && fact.unfilled != .zero
    }

    func ending(of order: TrackedOrder, _ fact: OrderFact) -> OrderEnding {
        if order.wantsCancel { return .cancelled }
        guard !fact.cannotRest, !order.cannotRest else {
            return .expired(reason: "the rest could not fill at once")
        }
        // A venue whose replies refuse nothing of the kind ends it so.
        return traits.reply == .taken && order.request.isPostOnly && order.venueFilled == .zero
            ? .expired(reason: "it would have taken, or somebody else cancelled it") : .cancelled
    }
}
