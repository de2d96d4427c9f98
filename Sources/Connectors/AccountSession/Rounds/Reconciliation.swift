internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Agreeing with the venue: all that pushes may have missed is asked for, and told.
extension AccountCore {
    /// After a line was opened and signed: trading goes on when everything is answered.
    mutating func reconcile(_ line: LineID) {
        lines[line].stage = .reconciling
        for segment in lines[line].segments { askForEverything(segment) }
    }

    /// Because somebody wants to be sure: feeds and orders go on meanwhile.
    mutating func reconcileAgain() {
        guard plan.hasKey else { return out.append(.reconciled) }
        isReconciled = false
        for segment in markets.segments {
            switch lines[of: segment].stage {
            case .reconciling, .joining, .live: askForEverything(segment)
            default: break  // it asks for everything on its way to live
            }
        }
    }

    private mutating func askForEverything(_ segment: Segment) {
        var asks = scopes(of: segment).map { Ask.openOrders($0, page: .first) }
        if traits.orders.stop {
            asks += scopes(of: segment).map { .openStops($0, page: .first) }
        }
        asks.append(.balances(segment))
        if segment == .futures { asks.append(.positions(page: .first)) }
        if !wasConnected {
            asks.append(.mayTrade(segment))
            asks += markets.indices
                .filter { markets[$0].segment == segment && wantsLeverage($0) }
                .map { .leverage($0) }
            asks += markets.indices
                .filter { markets[$0].segment == segment && markets[$0].asksForMissedFunding }
                .map { .funding($0) }
        }
        for index in markets.indices where markets[index].segment == segment {
            asks.append(.executions(index, page: .first))
        }
        asks += desk.questions(of: segment, markets)
        rounds[segment] = Round(questions: Set(asks), since: now)
        for ask in asks { request(ask) }
    }

    private func wantsLeverage(_ index: InstrumentID) -> Bool {
        plan.leverage[markets[index].symbol] != nil
    }

    /// What the venue has lists of open orders of.
    func scopes(of segment: Segment) -> [Scope] {
        switch traits.openOrders {
        case .perSegment: [.segment(segment)]
        case .perInstrument:
            markets.indices.filter { markets[$0].segment == segment }.map { .instrument($0) }
        }
    }

    /// The segment of an order that is kept.
    func segment(of serial: DeskSerial) -> Segment {
        guard let index = desk.orders[serial]?.instrument else {
            preconditionFailure("nothing is kept of the order")
        }
        return markets[index].segment
    }

    func segment(of scope: Scope) -> Segment {
        switch scope {
        case .segment(let segment): segment
        case .instrument(let index): markets[index].segment
        }
    }

    /// Where an ask belongs that is about one order or one list; nil: elsewhere, or nowhere any more.
    package func segment(of ask: Ask) -> Segment? {
        if let serial = ask.order, desk.orders[serial] != nil { return segment(of: serial) }
        return switch ask {
        case .openOrders(let scope, _), .openStops(let scope, _): segment(of: scope)
        case .executions(let index, _): markets[index].segment
        default: nil
        }
    }

    /// Asks what an answer made necessary: it belongs to the round that the answer was of.
    mutating func askWhileReconciling(_ ask: Ask, _ segment: Segment) {
        if lines[of: segment].stage == .reconciling || isAnsweringRound(segment) {
            rounds[segment].questions.insert(ask)
        }
        request(ask)
    }

    /// Whether the answer at hand is one that the round under way waits for.
    func isAnsweringRound(_ segment: Segment) -> Bool {
        guard let answering else { return false }
        return rounds[segment].questions.contains(answering.ask)
            && answering.sentAt >= rounds[segment].since
    }

    /// A question was answered; one that was asked at `askedAt` may have been an earlier one.
    mutating func reconciled(_ ask: Ask, askedAt: Timestamp) {
        if isAskedAgain(ask) { return }  // this answer did not settle it
        for segment in markets.segments {
            guard rounds[segment].questions.contains(ask),
                askedAt >= rounds[segment].since || ask.isAboutExecutions || ask.isOrderChange
            else { continue }
            rounds[segment].questions.remove(ask)
            if rounds[segment].questions.isEmpty { endRound(segment) }
        }
    }

    /// An answer about an order that is kept no more: nothing is to be known of it.
    mutating func forgotten(_ flight: Flight) {
        reconciled(flight.ask, askedAt: flight.sentAt)
    }

    /// All is answered; what the answers showed to be filled and nobody told is asked for once.
    private mutating func endRound(_ segment: Segment) {
        if !rounds[segment].hasAskedForOwed {
            rounds[segment].hasAskedForOwed = true
            let owing = desk.open.filter {
                markets[$0.instrument].segment == segment
                    && ($0.reportedQuantity < $0.venueFilled || $0.needsAllDeals)
            }
            for order in owing {
                askForDeals(order.serial)
                rounds[segment].questions.formUnion(questionsAboutDeals(of: order.serial))
            }
            guard rounds[segment].questions.isEmpty else { return }
        }
        let line = lines.id(of: segment)
        guard lines[line].stage == .reconciling else { return reportReconciled() }
        let isOver = lines[line].segments.allSatisfy { rounds[$0].questions.isEmpty }
        if isOver { joinFeeds(line) }
    }

    private func questionsAboutDeals(of serial: DeskSerial) -> [Ask] {
        func isMeant(_ ask: Ask) -> Bool {
            ask.isAboutExecutions && ask.order == serial
        }
        return flights.map(\.ask).filter(isMeant)
            + waiting.map(\.ask).filter(isMeant) + agenda.questions(where: isMeant)
    }

    /// Reports that we agree, once all segments do.
    mutating func reportReconciled() {
        let isAgreed = markets.segments.allSatisfy { segment in
            let stage = lines[of: segment].stage
            return rounds[segment].questions.isEmpty && (stage == .joining || stage == .live)
        }
        guard !isReconciled, isAgreed else { return }
        isReconciled = true
        out.append(.reconciled)
    }

    // MARK: - Orders of others

    mutating func recordForeign(_ fact: OrderFact) {
        guard let index = fact.instrument, isAnsweringRound(fact.segment),
            !adopt(fact, index), rounds[fact.segment].foreign.insert(fact.id).inserted
        else { return }
        out.append(
            .foreignOrder(
                ForeignOrder(
                    instrument: index, side: fact.side, quantity: fact.amount,
                    remaining: fact.unfilled ?? fact.amount, price: fact.price,
                    venueID: VenueOrderID(fact.id.description),
                    clientID: fact.clientID.map { ClientOrderID($0.description) })))
    }

    mutating func recordForeign(_ stop: StopFact) {
        guard let index = stop.instrument, isAnsweringRound(stop.segment),
            !adopt(stop, index), rounds[stop.segment].foreignStops.insert(stop.id).inserted
        else { return }
        out.append(
            .foreignOrder(
                ForeignOrder(
                    instrument: index, side: stop.side, quantity: stop.amount,
                    remaining: stop.amount, price: stop.price, stop: stop.trigger,
                    venueID: VenueOrderID(stop.id.description),
                    clientID: stop.clientID.map { ClientOrderID($0.description) })))
    }
}
