internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What the account holds, as far as the venue told.
struct Holdings {
    struct Holding {
        var total: Money
        var available: Money
        /// When a push last told it.
        var pushedAt = Timestamp.distantPast
        /// The venue's time of it; later news may arrive earlier.
        var venueTime = Timestamp.distantPast
        /// Whether pushes of one moment told different amounts: which is newer the list will tell.
        var isDoubtful = false
    }

    var balances: [Segment: [Currency: Holding]] = [:]
    /// By instrument, once the venue told.
    var positions: [Int: SignedQuantity] = [:]
    var positionPushedAt: [Int: Timestamp] = [:]
    /// The venue's time of what was pushed last; what is older came late.
    var positionTimes: [Int: Timestamp] = [:]
    /// Instruments of which pushes of one moment told different positions.
    var doubtfulPositions: Set<Int> = []
    /// What was told to be bought and sold since a position was told, which may contain it or not.
    var filledSince: [Int: [Side: Quantity]] = [:]
    var filledAt: [Int: Timestamp] = [:]
    /// Markets of the pages of positions that have come so far.
    var positionsSeen: Set<Int> = []
    /// Executions before this are all known.
    var dealsKnownUntil: [Segment: Timestamp] = [:]
}

extension CoinExSession {
    mutating func auditAccount() {
        agenda.addOnce(.accountAudit, at: after(traits.pace.accountAudit))
        for segment in markets.segments where lines[segment]?.stage == .live {
            requestRegularly(.balances(segment))
            if segment == .futures { requestRegularly(.positions(page: .first)) }
        }
    }

    /// While a segment is live its executions are told as they happen.
    mutating func knowDeals(_ segment: Segment) {
        holdings.dealsKnownUntil[segment] = clock.venueTime(at: now)
            .advanced(byNanoseconds: -traits.pace.dealsMargin)
    }

    // MARK: - Balances

    /// A push: absolute values of the currencies that changed.
    mutating func pushed(_ balances: [BalanceFact]) {
        for balance in balances {
            let (segment, currency) = (balance.segment, balance.currency)
            let old = holdings.balances[segment]?[currency]
            let time = balance.venueTime ?? old?.venueTime ?? .distantPast
            if let old, time < old.venueTime { continue }
            let isDoubtful = old.map { mayBeOlder(balance, than: $0) } ?? false
            holdings.balances[segment, default: [:]][currency] = Holdings.Holding(
                total: balance.total, available: balance.available, pushedAt: now,
                venueTime: time, isDoubtful: isDoubtful)
            tellBalance(currency)
            if isDoubtful { askAfterBurst(.balances(segment)) }
        }
    }

    /// Whether a push is of the same moment as the one before it, as far as can be told: the venue
    /// may have sent them in either order.
    private func mayBeOlder(_ balance: BalanceFact, than old: Holdings.Holding) -> Bool {
        if let time = balance.venueTime, time > old.venueTime { return false }
        if old.isDoubtful { return true }
        let isSame = old.total == balance.total && old.available == balance.available
        return !isSame && isOfOneMoment(balance.venueTime, old.venueTime, pushedAt: old.pushedAt)
    }

    /// - Parameters:
    ///   - time: the venue's, of a push that has just come.
    ///   - last: that of the push before, which came at `pushedAt`.
    private func isOfOneMoment(
        _ time: Timestamp?, _ last: Timestamp, pushedAt: Timestamp
    ) -> Bool {
        guard pushedAt > .distantPast else { return false }
        if let time { return time == last }
        return now < pushedAt.advanced(byNanoseconds: traits.pace.burst)
    }

    /// Asks for what pushes leave in doubt, when no more of them are to be expected.
    private mutating func askAfterBurst(_ ask: Ask) {
        agenda.addOnce(.request(ask, attempts: 0), at: after(traits.pace.burst))
    }

    /// The whole list; what is not in it is zero, and what was pushed since it was asked for is
    /// newer than it.
    mutating func received(_ balances: [BalanceFact], _ segment: Segment, askedAt: Timestamp) {
        let known = holdings.balances[segment]?.keys.sorted() ?? []
        let currencies = Set(known + balances.map(\.currency)).sorted()
        var isOvertaken = false
        for currency in currencies {
            let old = holdings.balances[segment]?[currency]
            if let old, old.pushedAt >= askedAt {
                isOvertaken = true
                if old.isDoubtful { askAfterBurst(.balances(segment)) }
                continue
            }
            let new = balances.first { $0.currency == currency }
            let holding = Holdings.Holding(
                total: new?.total ?? .zero, available: new?.available ?? .zero,
                pushedAt: old?.pushedAt ?? .distantPast,
                venueTime: old?.venueTime ?? .distantPast)
            holdings.balances[segment, default: [:]][currency] = holding
            let isNews = old.map { $0.total != holding.total || $0.available != holding.available }
            if isNews ?? true { tellBalance(currency) }
        }
        if isOvertaken { askAnewInRound(.balances(segment), segment) }
    }

    /// Asks again while somebody wants to agree with the venue, until no push comes between.
    ///
    /// A push that came while the answer was on its way may itself have been late: which of the
    /// two is newer nobody can tell.
    private mutating func askAnewInRound(_ ask: Ask, _ segment: Segment) {
        guard isAnsweringRound(segment), let line = lines[segment],
            line.overtaken < traits.bounds.overtakenAnswers
        else { return }
        lines[segment]?.overtaken += 1
        request(ask)
    }

    /// A currency held in both wallets is told as one.
    private mutating func tellBalance(_ currency: Currency) {
        var balance = Balance(currency: currency, total: .zero, available: .zero)
        for segment in Segment.allCases {
            guard let holding = holdings.balances[segment]?[currency] else { continue }
            balance.total += holding.total
            balance.available += holding.available
        }
        out.append(.emit(.balance(balance, at: now)))
    }

    // MARK: - Positions

    mutating func pushed(_ position: PositionFact) {
        guard let index = position.instrument else { return }
        if let reason = position.forcedBy {
            solved(.position(index))  // every one is news
            problem(
                .position(index), .other,
                "\(settings.symbols[index]): the venue changed the position by itself "
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
        tell(position, index, askedAt: now)
    }

    private func mayBeOlder(_ position: PositionFact, _ index: Int) -> Bool {
        let last = holdings.positionTimes[index] ?? .distantPast
        if let time = position.venueTime, time > last { return false }
        if holdings.doubtfulPositions.contains(index) { return true }
        guard let net = holdings.positions[index], net != position.net else { return false }
        return isOfOneMoment(
            position.venueTime, last, pushedAt: holdings.positionPushedAt[index] ?? .distantPast)
    }

    /// A page of all open positions; what is on no page is flat.
    mutating func received(_ page: Rows<PositionFact>, page place: PagePlace, askedAt: Timestamp) {
        if place == .first { holdings.positionsSeen = [] }
        for position in page.rows {
            guard let index = position.instrument else {
                if place == .first {
                    log(.info, "there is a position in \(position.market), which is not traded")
                }
                continue
            }
            holdings.positionsSeen.insert(index)
            if isNewer(than: askedAt, index) {
                overtaken(index)
                continue
            }
            holdings.doubtfulPositions.remove(index)
            forgetFills(before: askedAt, index)
            tell(position, index, askedAt: askedAt)
        }
        if let next = page.next, next.number <= traits.bounds.pages {
            return askWhileReconciling(.positions(page: next), .futures)
        }
        for index in markets.indices
        where markets[index].segment == .futures && !holdings.positionsSeen.contains(index) {
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
                        instrument: InstrumentID(index), net: .zero,
                        venueTime: clock.venueTime(at: askedAt), receiveTime: now)))
        }
    }

    /// A push came while the list that shows a position was on its way.
    private mutating func overtaken(_ index: Int) {
        askAnewInRound(.positions(page: .first), .futures)
        if holdings.doubtfulPositions.contains(index) { askAfterBurst(.positions(page: .first)) }
    }

    /// A list contains what was told to be filled before it was asked for.
    private mutating func forgetFills(before time: Timestamp, _ index: Int) {
        if holdings.filledAt[index] ?? .distantPast < time { holdings.filledSince[index] = nil }
    }

    private func isNewer(than time: Timestamp, _ index: Int) -> Bool {
        (holdings.positionPushedAt[index] ?? .distantPast) >= time
    }

    /// - Parameter askedAt: for a position without a time: it is no older than that.
    private mutating func tell(
        _ position: PositionFact, _ index: Int, askedAt: Timestamp
    ) {
        holdings.positions[index] = position.net
        out.append(
            .position(
                VenuePosition(
                    instrument: InstrumentID(index), net: position.net,
                    averagePrice: position.net == .zero ? nil : position.averagePrice,
                    liquidationPrice: position.liquidationPrice, leverage: position.leverage,
                    isForced: position.forcedBy != nil,
                    venueTime: position.venueTime ?? clock.venueTime(at: askedAt),
                    receiveTime: now)))
    }
}
