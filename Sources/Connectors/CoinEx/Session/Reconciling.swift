internal import TradingModel
internal import VenueSessions

/// Agreeing with the venue: all that pushes may have missed is asked for, and told.
extension CoinExSession {
    /// After a socket was opened and signed: trading goes on when everything is answered.
    mutating func reconcile(_ product: Product) {
        lines[product]?.stage = .reconciling
        askForEverything(product)
    }

    /// Because somebody wants to be sure: feeds and orders go on meanwhile.
    mutating func reconcileAgain() {
        guard settings.key != nil else { return out.append(.reconciled) }
        isReconciled = false
        for product in markets.products {
            switch lines[product]?.stage {
            case .reconciling, .joining, .live: askForEverything(product)
            default: break  // it asks for everything on its way to live
            }
        }
    }

    private mutating func askForEverything(_ product: Product) {
        var purposes: [Purpose] = [
            .pending(product, page: 1), .pendingStops(product, page: 1), .balances(product),
        ]
        if product == .futures { purposes.append(.positions(page: 1)) }
        if !wasConnected {
            purposes.append(.permission(product))
            purposes += markets.indices
                .filter { markets[$0].product == product && wantsLeverage($0) }
                .map { .leverage($0) }
        }
        for index in markets.indices where markets[index].product == product {
            purposes.append(.recentDeals(index, page: 1))
        }
        purposes += desk.questions(of: product, markets)
        lines[product]?.reconciling = Set(purposes)
        lines[product]?.reconcilingSince = now
        lines[product]?.hasAskedForOwed = false
        lines[product]?.overtaken = 0
        lines[product]?.foreign = []
        lines[product]?.foreignStops = []
        for purpose in purposes { request(purpose) }
    }

    private func wantsLeverage(_ index: Int) -> Bool {
        settings.leverage[settings.symbols[index]] != nil
    }

    /// Asks what an answer made necessary: it belongs to the round that the answer was of.
    mutating func askWhileReconciling(_ purpose: Purpose, _ product: Product) {
        if lines[product]?.stage == .reconciling || isAnsweringRound(product) {
            lines[product]?.reconciling.insert(purpose)
        }
        request(purpose)
    }

    /// Whether the answer at hand is one that the round under way waits for.
    func isAnsweringRound(_ product: Product) -> Bool {
        guard let answering, let line = lines[product] else { return false }
        return line.reconciling.contains(answering.purpose)
            && answering.sentAt >= line.reconcilingSince
    }

    /// A question was answered; one that was asked at `askedAt` may have been an earlier one.
    mutating func reconciled(_ purpose: Purpose, askedAt: Timestamp) {
        if isBeingAsked(purpose) { return }  // this answer did not settle it
        for product in markets.products {
            guard let line = lines[product], line.reconciling.contains(purpose),
                askedAt >= line.reconcilingSince || purpose.isAboutExecutions
                    || purpose.isOrderChange
            else { continue }
            lines[product]?.reconciling.remove(purpose)
            if lines[product]?.reconciling.isEmpty == true { endRound(product) }
        }
    }

    /// An answer about an order that is kept no more: nothing is to be known of it.
    mutating func forgotten(_ flight: InFlight) {
        reconciled(flight.purpose, askedAt: flight.sentAt)
    }

    /// All is answered; what the answers showed to be filled and nobody told is asked for once.
    private mutating func endRound(_ product: Product) {
        if lines[product]?.hasAskedForOwed == false {
            lines[product]?.hasAskedForOwed = true
            let owing = desk.open.filter {
                markets[$0.instrument].product == product
                    && ($0.told < $0.seen || $0.needsAllDeals)
            }
            for order in owing {
                askForDeals(order.serial)
                let questions = questionsAboutDeals(of: order.serial)
                lines[product]?.reconciling.formUnion(questions)
            }
            guard lines[product]?.reconciling.isEmpty == true else { return }
        }
        if lines[product]?.stage == .reconciling { return joinFeeds(product) }
        tellReconciled()
    }

    private func questionsAboutDeals(of serial: Int) -> [Purpose] {
        func isMeant(_ purpose: Purpose) -> Bool {
            purpose.isAboutExecutions && purpose.order == serial
        }
        return inFlight.values.map(\.purpose).filter(isMeant)
            + waiting.map(\.purpose).filter(isMeant) + agenda.questions(where: isMeant)
    }

    /// Says that we agree, once all products do.
    mutating func tellReconciled() {
        let isAgreed = markets.products.allSatisfy { product in
            guard let line = lines[product] else { return false }
            return line.reconciling.isEmpty && (line.stage == .joining || line.stage == .live)
        }
        guard !isReconciled, isAgreed else { return }
        isReconciled = true
        out.append(.reconciled)
    }

    // MARK: - Orders of others

    mutating func noteForeign(_ wire: WireOrder, _ product: Product) {
        guard let index = markets.index(wire.market, product), isAnsweringRound(product),
            lines[product]?.foreign.insert(wire.id).inserted == true
        else { return }
        out.append(
            .foreignOrder(
                ForeignOrder(
                    instrument: InstrumentID(index), side: wire.side, quantity: wire.amount,
                    remaining: wire.unfilled ?? wire.amount, price: wire.price,
                    venueID: VenueOrderID(String(wire.id)),
                    clientID: wire.clientID.map { ClientOrderID($0) })))
    }

    mutating func noteForeign(_ stop: WireStop, _ product: Product) {
        guard let index = markets.index(stop.market, product), isAnsweringRound(product),
            lines[product]?.foreignStops.insert(stop.id).inserted == true
        else { return }
        out.append(
            .foreignOrder(
                ForeignOrder(
                    instrument: InstrumentID(index), side: stop.side, quantity: stop.amount,
                    remaining: stop.amount, price: stop.price, stop: stop.triggerPrice,
                    venueID: VenueOrderID(String(stop.id)),
                    clientID: stop.clientID.map { ClientOrderID($0) })))
    }
}
