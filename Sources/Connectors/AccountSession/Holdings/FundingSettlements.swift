internal import TradingCore
package import TradingModel
internal import VenueSessions

/// Settlements of funding: what an open position was charged comes from the account's own list.
extension AccountCore {
    /// The market's own figures of its latest settlement: told once, when its time moves on; how often
    /// that is the venue decides.
    package mutating func settled(
        _ index: InstrumentID, at time: Timestamp, _ rate: Rate, mark: Price?
    ) {
        defer { markets[index].fundingTime = max(time, markets[index].fundingTime ?? time) }
        guard let known = knownSettlements(index), time > known.until,
            let mark = mark ?? markets[index].mark ?? markets[index].lastPrice
        else { return }
        let estimate = Funding(
            instrument: index, rate: rate, mark: mark, venueTime: time,
            receiveTime: now)
        // Nothing is charged where nothing is held: then it is news of the market, no more.
        guard plan.hasKey, let net = holdings.positions[index], net != .zero else {
            if markets[index].fundingTime != nil { emit(.funding(estimate)) }
            return
        }
        let first = markets[index].awaitedFunding?.since ?? known.rowsSince
        markets[index].awaitedFunding = AwaitedFunding(since: first, estimate: estimate)
        agenda.addOnce(.request(.funding(index), attempts: 0), at: after(traits.pace.funding))
    }

    /// Up to when settlements are known, and from when on the account's rows are of later ones; nil: nothing is.
    private func knownSettlements(_ index: InstrumentID) -> (
        until: Timestamp, rowsSince: Timestamp
    )? {
        if let time = markets[index].fundingTime {
            return (time, time.advanced(byNanoseconds: traits.pace.fundingSpread))
        }
        guard let time = markets[index].settledUntil else { return nil }
        return (time, time.advanced(byNanoseconds: 1))
    }

    /// The account's rows, each of one settlement; what was charged before is known already.
    mutating func received(_ rows: [FundingFact], _ index: InstrumentID, _ flight: Flight) {
        if markets[index].asksForMissedFunding { settleMissed(rows, index) }
        guard let awaited = markets[index].awaitedFunding else { return }
        let new = rows.filter { $0.instrument == index && $0.venueTime >= awaited.since }
        let isComplete = new.contains { row in
            row.venueTime
                >= awaited.estimate.venueTime.advanced(byNanoseconds: -traits.pace.fundingSpread)
        }
        guard isComplete else { return askForFundingAgain(index, flight) }
        markets[index].awaitedFunding = nil
        for row in new.sorted(by: { $0.venueTime < $1.venueTime }) { settle(row, index) }
    }

    private mutating func settle(_ row: FundingFact, _ index: InstrumentID) {
        var funding = Funding(
            instrument: index, rate: row.rate, mark: row.price,
            venueTime: row.venueTime, receiveTime: now)
        funding.payment = row.payment ?? payment(funding, on: row, index)
        if funding.payment == nil, row.size != holdings.positions[index]?.magnitude {
            log(
                .warn,
                "funding of \(markets[index].symbol) was charged on \(row.size), and the "
                    + "position has changed since: the books differ by the difference's share")
        }
        emit(.funding(funding))
    }

    /// What the account was charged since an earlier run ended.
    ///
    /// Of a settlement of the last seconds the row may be missing yet: it is awaited as any other when the
    /// market's figures tell of it.
    private mutating func settleMissed(_ rows: [FundingFact], _ index: InstrumentID) {
        markets[index].asksForMissedFunding = false
        guard let time = markets[index].settledUntil else { return }
        let missed = rows.filter { $0.instrument == index && $0.venueTime > time }
            .sorted { $0.venueTime < $1.venueTime }
        for row in missed {
            differs(
                .settlementWhileAway, index,
                [
                    .init("size", row.size.description), .init("rate", row.rate.description),
                    .init("settled", UTCTime(row.venueTime).iso),
                ])
            settle(row, index)
        }
        guard let last = missed.last?.venueTime else { return }
        let known = last.advanced(byNanoseconds: traits.pace.fundingSpread)
        markets[index].settledUntil = known
        guard let awaited = markets[index].awaitedFunding else { return }
        let isTold = awaited.estimate.venueTime <= known
        if isTold { markets[index].awaitedFunding = nil }
        markets[index].awaitedFunding?.since = known.advanced(byNanoseconds: 1)
    }

    /// What was charged on the position of a row, which may have changed since; nil where the row
    /// does not say whether it was long or short.
    ///
    /// The row's own figure is rounded by the venue in a way that is not written down.
    private func payment(_ funding: Funding, on row: FundingFact, _ index: InstrumentID) -> Money? {
        guard let side = row.side, let instrument = markets[index].listed?.instrument else {
            return nil
        }
        var charged = Position(of: instrument)
        do {
            try charged.apply(side, price: row.price, quantity: row.size, fee: .zero)
            return try charged.apply(funding)
        } catch { return nil }
    }

    /// The list comes late, or not at all: then the market's own figures must do.
    mutating func askForFundingAgain(_ index: InstrumentID, _ flight: Flight) {
        if markets[index].asksForMissedFunding {
            guard flight.attempts + 1 >= traits.bounds.fundingAttempts else {
                askAgain(flight, after: traits.pace.funding)
                return
            }
            log(
                .warn,
                "the venue does not tell what funding \(markets[index].symbol) was charged since the "
                    + "last run: the books differ by it")
            markets[index].asksForMissedFunding = false
            reconciled(flight.ask, askedAt: flight.sentAt)
        }
        guard let awaited = markets[index].awaitedFunding else { return }
        if flight.attempts + 1 < traits.bounds.fundingAttempts {
            askAgain(flight, after: traits.pace.funding)
            return
        }
        markets[index].awaitedFunding = nil
        log(
            .warn,
            "the venue does not tell what funding \(markets[index].symbol) was charged: it is "
                + "worked out from the market's rate and mark price")
        emit(.funding(awaited.estimate))
    }
}
