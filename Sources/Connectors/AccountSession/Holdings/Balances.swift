internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Balances: of each segment, told as one.
extension AccountCore {
    mutating func auditAccount() {
        agenda.addOnce(.accountAudit, at: after(traits.pace.accountAudit))
        for segment in markets.segments where isLive(segment) {
            requestRegularly(.balances(segment))
            if segment == .futures { requestRegularly(.positions(page: .first)) }
        }
    }

    /// While a segment is live its executions are reported as they happen.
    mutating func knowDeals(_ segment: Segment) {
        holdings.dealsKnownUntil[segment] =
            venueTime
            .advanced(byNanoseconds: -traits.pace.dealsMargin)
    }

    /// A push: absolute values of the currencies that changed.
    package mutating func pushed(_ balances: [BalanceFact]) {
        for balance in balances {
            let (segment, currency) = (balance.segment, balance.currency)
            let old = holdings.balances[segment]?[currency]
            let time = balance.venueTime ?? old?.venueTime ?? .distantPast
            if let old, time < old.venueTime { continue }
            if let old, isBehindList(balance, old) {
                askAfterBurst(.balances(segment))
                continue
            }
            let isDoubtful = old.map { mayBeOlder(balance, than: $0) } ?? false
            holdings.balances[segment, default: [:]][currency] = Holdings.Holding(
                total: balance.total, available: balance.available, pushedAt: now,
                venueTime: time, isDoubtful: isDoubtful)
            emitBalance(currency)
            if isDoubtful { askAfterBurst(.balances(segment)) }
        }
    }

    /// Whether a push may tell what was before the last list, and comes late: a list says nothing of its
    /// time but that it was made after it was asked for.
    private func isBehindList(_ balance: BalanceFact, _ old: Holdings.Holding) -> Bool {
        guard let time = balance.venueTime,
            let askedAt = holdings.balancesAskedAt[balance.segment]
        else { return false }
        let isNews = old.total != balance.total || old.available != balance.available
        return isNews && time < venueTime(at: askedAt)
    }

    /// Whether a push is of the same moment as the one before it, as far as can be told: the venue
    /// may have sent them in either order.
    func mayBeOlder(_ balance: BalanceFact, than old: Holdings.Holding) -> Bool {
        if let time = balance.venueTime, time > old.venueTime { return false }
        if old.isDoubtful { return true }
        let isSame = old.total == balance.total && old.available == balance.available
        return !isSame && isOfOneMoment(balance.venueTime, old.venueTime, pushedAt: old.pushedAt)
    }

    /// - Parameters:
    ///   - time: the venue's, of a push that has just come.
    ///   - last: that of the push before, which came at `pushedAt`.
    func isOfOneMoment(
        _ time: Timestamp?, _ last: Timestamp, pushedAt: Timestamp
    ) -> Bool {
        guard pushedAt > .distantPast else { return false }
        if let time { return time == last }
        return now < pushedAt.advanced(byNanoseconds: traits.pace.burst)
    }

    /// An execution was reported: it changed balances, of which pushes may not tell.
    mutating func balancesChanged(_ segment: Segment) {
        guard !traits.pushesBalances else { return }
        holdings.executedAt[segment] = now
        askAfterBurst(.balances(segment))
    }

    /// Asks for what pushes leave in doubt or do not tell, when no more of them are to be expected.
    package mutating func askAfterBurst(_ ask: Ask) {
        agenda.addOnce(.request(ask, attempts: 0), at: after(traits.pace.burst))
    }

    /// The whole list; what is not in it is zero, and what was pushed since it was asked for is
    /// newer than it.
    ///
    /// A list that was asked for before the last one that came is no news.
    mutating func received(_ balances: [BalanceFact], _ segment: Segment, askedAt: Timestamp) {
        if let last = holdings.balancesAskedAt[segment], askedAt < last { return }
        holdings.balancesAskedAt[segment] = askedAt
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
            if isNews ?? true || traits.boundFee != nil { emitBalance(currency) }
        }
        if isOvertaken { askAnewInRound(.balances(segment), segment) }
    }

    /// Asks again while somebody wants to agree with the venue, until no push comes between.
    ///
    /// A push that came while the answer was on its way may itself have been late: which of the
    /// two is newer nobody can tell.
    mutating func askAnewInRound(_ ask: Ask, _ segment: Segment) {
        guard isAnsweringRound(segment),
            rounds[segment].overtaken < traits.bounds.overtakenAnswers
        else { return }
        rounds[segment].overtaken += 1
        request(ask)
    }

    /// A currency held in both wallets is emitted as one.
    private mutating func emitBalance(_ currency: Currency) {
        var balance = Balance(currency: currency, total: .zero, available: .zero)
        for segment in Segment.allCases {
            guard let holding = holdings.balances[segment]?[currency] else { continue }
            balance.total += holding.total
            balance.available += holding.available
        }
        if let fee = traits.boundFee {
            balance.available = max(balance.available - bound(currency, fee), .zero)
            guard holdings.reckoned[currency] != balance else { return }
            holdings.reckoned[currency] = balance
        }
        out.append(.emit(.balance(balance, at: now)))
    }

    /// An order stands now, or has ended: where the venue does not tell what that binds or frees, it is
    /// reckoned.
    mutating func bindingChanged(by order: TrackedOrder) {
        guard traits.boundFee != nil else { return }
        let market = markets[order.instrument]
        let currency = order.request.side == .buy ? market.symbol.quote : market.symbol.base
        // Until a list is behind the last execution, nobody knows what there is in all.
        guard let askedAt = holdings.balancesAskedAt[market.segment],
            askedAt >= holdings.executedAt[market.segment] ?? .distantPast,
            holdings.balances[market.segment]?[currency] != nil
        else { return }
        emitBalance(currency)
    }

    /// What our open orders bind of a currency: the rest of each, a buy's at its price and with a fee.
    private func bound(_ currency: Currency, _ fee: Rate) -> Money {
        desk.open.reduce(.zero) { sum, order in
            let symbol = markets[order.instrument].symbol
            let request = order.request
            let rest =
                request.quantity > order.reportedQuantity
                ? request.quantity - order.reportedQuantity : .zero
            switch request.side {
            case .sell where symbol.base == currency: return sum + Money(attos: rest.attos)
            case .buy where symbol.quote == currency:
                guard let price = request.price, let worth = price.times(rest, .up) else {
                    return sum
                }
                return sum + worth + (worth.times(fee, .up) ?? .zero)
            default: return sum
            }
        }
    }
}
