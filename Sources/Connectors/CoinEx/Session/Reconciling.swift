internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// Agreeing with the venue: all that pushes may have missed is asked for, and told.
extension CoinExSession {
    /// After a socket was opened and signed: trading goes on when everything is answered.
    mutating func reconcile(_ segment: Segment) {
        lines[segment]?.stage = .reconciling
        askForEverything(segment)
    }

    /// Because somebody wants to be sure: feeds and orders go on meanwhile.
    mutating func reconcileAgain() {
        guard settings.key != nil else { return out.append(.reconciled) }
        isReconciled = false
        for segment in markets.segments {
            switch lines[segment]?.stage {
            case .reconciling, .joining, .live: askForEverything(segment)
            default: break  // it asks for everything on its way to live
            }
        }
    }

    private mutating func askForEverything(_ segment: Segment) {
        var asks: [Ask] = [
            .openOrders(segment, page: .first), .openStops(segment, page: .first),
            .balances(segment),
        ]
        if segment == .futures { asks.append(.positions(page: .first)) }
        if !wasConnected {
            asks.append(.mayTrade(segment))
            asks += markets.indices
                .filter { markets[$0].segment == segment && wantsLeverage($0) }
                .map { .leverage($0) }
        }
        for index in markets.indices where markets[index].segment == segment {
            asks.append(.executions(index, page: .first))
        }
        asks += desk.questions(of: segment, markets)
        lines[segment]?.reconciling = Set(asks)
        lines[segment]?.reconcilingSince = now
        lines[segment]?.hasAskedForOwed = false
        lines[segment]?.overtaken = 0
        lines[segment]?.foreign = []
        lines[segment]?.foreignStops = []
        for ask in asks { request(ask) }
    }

    private func wantsLeverage(_ index: Int) -> Bool {
        settings.leverage[settings.symbols[index]] != nil
    }

    /// Asks what an answer made necessary: it belongs to the round that the answer was of.
    mutating func askWhileReconciling(_ ask: Ask, _ segment: Segment) {
        if lines[segment]?.stage == .reconciling || isAnsweringRound(segment) {
            lines[segment]?.reconciling.insert(ask)
        }
        request(ask)
    }

    /// Whether the answer at hand is one that the round under way waits for.
    func isAnsweringRound(_ segment: Segment) -> Bool {
        guard let answering, let line = lines[segment] else { return false }
        return line.reconciling.contains(answering.ask)
            && answering.sentAt >= line.reconcilingSince
    }

    /// A question was answered; one that was asked at `askedAt` may have been an earlier one.
    mutating func reconciled(_ ask: Ask, askedAt: Timestamp) {
        if isBeingAsked(ask) { return }  // this answer did not settle it
        for segment in markets.segments {
            guard let line = lines[segment], line.reconciling.contains(ask),
                askedAt >= line.reconcilingSince || ask.isAboutExecutions
                    || ask.isOrderChange
            else { continue }
            lines[segment]?.reconciling.remove(ask)
            if lines[segment]?.reconciling.isEmpty == true { endRound(segment) }
        }
    }

    /// An answer about an order that is kept no more: nothing is to be known of it.
    mutating func forgotten(_ flight: Flight) {
        reconciled(flight.ask, askedAt: flight.sentAt)
    }

    /// All is answered; what the answers showed to be filled and nobody told is asked for once.
    private mutating func endRound(_ segment: Segment) {
        if lines[segment]?.hasAskedForOwed == false {
            lines[segment]?.hasAskedForOwed = true
            let owing = desk.open.filter {
                markets[$0.instrument].segment == segment
                    && ($0.told < $0.seen || $0.needsAllDeals)
            }
            for order in owing {
                askForDeals(order.serial)
                let questions = questionsAboutDeals(of: order.serial)
                lines[segment]?.reconciling.formUnion(questions)
            }
            guard lines[segment]?.reconciling.isEmpty == true else { return }
        }
        if lines[segment]?.stage == .reconciling { return joinFeeds(segment) }
        tellReconciled()
    }

    private func questionsAboutDeals(of serial: Int) -> [Ask] {
        func isMeant(_ ask: Ask) -> Bool {
            ask.isAboutExecutions && ask.order == serial
        }
        return inFlight.values.map(\.ask).filter(isMeant)
            + waiting.map(\.ask).filter(isMeant) + agenda.questions(where: isMeant)
    }

    /// Says that we agree, once all segments do.
    mutating func tellReconciled() {
        let isAgreed = markets.segments.allSatisfy { segment in
            guard let line = lines[segment] else { return false }
            return line.reconciling.isEmpty && (line.stage == .joining || line.stage == .live)
        }
        guard !isReconciled, isAgreed else { return }
        isReconciled = true
        out.append(.reconciled)
    }

    // MARK: - Orders of others

    mutating func noteForeign(_ fact: OrderFact) {
        guard let index = fact.instrument, isAnsweringRound(fact.segment),
            lines[fact.segment]?.foreign.insert(fact.id).inserted == true
        else { return }
        out.append(
            .foreignOrder(
                ForeignOrder(
                    instrument: InstrumentID(index), side: fact.side, quantity: fact.amount,
                    remaining: fact.unfilled ?? fact.amount, price: fact.price,
                    venueID: VenueOrderID(fact.id.description),
                    clientID: fact.clientID.map { ClientOrderID($0.description) })))
    }

    mutating func noteForeign(_ stop: StopFact) {
        guard let index = stop.instrument, isAnsweringRound(stop.segment),
            lines[stop.segment]?.foreignStops.insert(stop.id).inserted == true
        else { return }
        out.append(
            .foreignOrder(
                ForeignOrder(
                    instrument: InstrumentID(index), side: stop.side, quantity: stop.amount,
                    remaining: stop.amount, price: stop.price, stop: stop.trigger,
                    venueID: VenueOrderID(stop.id.description),
                    clientID: stop.clientID.map { ClientOrderID($0.description) })))
    }
}
