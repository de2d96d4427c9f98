internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Positions, as the venue tells them.
extension AccountCore {
    package mutating func pushed(_ position: PositionFact) {
        guard let index = position.instrument else { return }
        if let reason = position.forcedBy {
            clear(.position(index))  // every one is news
            problem(
                .position(index), .other,
                "\(markets[index].symbol): the venue changed the position by itself "
                    + "(\(reason))", "look at margin and risk before trading on")
        }
        let time = position.venueTime
        if let time, time < holdings.positionTimes[index] ?? .distantPast { return }
        if mayBeOlder(position, index) {
            holdings.doubtfulPositions.insert(index)
            askAfterBurst(.positions(page: .first))
        } else {
            holdings.doubtfulPositions.remove(index)
        }
        if let time { holdings.positionTimes[index] = time }
        holdings.positionPushedAt[index] = now
        holdings.filledSince[index] = nil
        emit(position, index, askedAt: now)
    }

    func mayBeOlder(_ position: PositionFact, _ index: InstrumentID) -> Bool {
        let last = holdings.positionTimes[index] ?? .distantPast
        if let time = position.venueTime, time > last { return false }
        if holdings.doubtfulPositions.contains(index) { return true }
        guard let net = holdings.positions[index], net != position.net else { return false }
        return isOfOneMoment(
            position.venueTime, last, pushedAt: holdings.positionPushedAt[index] ?? .distantPast)
    }

    /// A page of all open positions; what is on no page is flat.
    ///
    /// A list that was asked for before the last one that came is no news.
    mutating func received(_ page: Rows<PositionFact>, page place: PagePlace, askedAt: Timestamp) {
        if place == .first {
            if askedAt < holdings.positionsAskedAt { return }
            holdings.positionsAskedAt = askedAt
            holdings.positionsReceived = []
        }
        for position in page.rows {
            guard let index = position.instrument else {
                if place == .first {
                    log(.info, "there is a position in \(position.market), which is not traded")
                }
                continue
            }
            holdings.positionsReceived.insert(index)
            if isNewer(than: askedAt, index) {
                overtaken(index)
                continue
            }
            holdings.doubtfulPositions.remove(index)
            forgetFills(before: askedAt, index)
            emit(position, index, askedAt: askedAt)
        }
        if let next = page.next, next.number <= traits.bounds.pages {
            return askWhileReconciling(.positions(page: next), .futures)
        }
        for index in markets.indices
        where markets[index].segment == .futures && !holdings.positionsReceived.contains(index) {
            if isNewer(than: askedAt, index) {
                if holdings.doubtfulPositions.contains(index) {
                    askAfterBurst(.positions(page: .first))
                }
                continue
            }
            holdings.doubtfulPositions.remove(index)
            holdings.positions[index] = .zero
            forgetFills(before: askedAt, index)
            out.append(
                .position(
                    VenuePosition(
                        instrument: index, net: .zero,
                        venueTime: clock.venueTime(at: askedAt), receiveTime: now)))
        }
    }

    /// A push came while the list that shows a position was on its way.
    private mutating func overtaken(_ index: InstrumentID) {
        askAnewInRound(.positions(page: .first), .futures)
        if holdings.doubtfulPositions.contains(index) { askAfterBurst(.positions(page: .first)) }
    }

    /// A list contains what was reported to be filled before it was asked for.
    private mutating func forgetFills(before time: Timestamp, _ index: InstrumentID) {
        if holdings.filledAt[index] ?? .distantPast < time { holdings.filledSince[index] = nil }
    }

    private func isNewer(than time: Timestamp, _ index: InstrumentID) -> Bool {
        (holdings.positionPushedAt[index] ?? .distantPast) >= time
    }

    /// - Parameter askedAt: for a position without a time: it is no older than that.
    mutating func emit(
        _ position: PositionFact, _ index: InstrumentID, askedAt: Timestamp
    ) {
        holdings.positions[index] = position.net
        out.append(
            .position(
                VenuePosition(
                    instrument: index, net: position.net,
                    averagePrice: position.net == .zero ? nil : position.averagePrice,
                    liquidationPrice: position.liquidationPrice, leverage: position.leverage,
                    isForced: position.forcedBy != nil,
                    venueTime: position.venueTime ?? clock.venueTime(at: askedAt),
                    receiveTime: now)))
    }
}
