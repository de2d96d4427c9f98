import TradingModel

/// The rules that look beyond a single order and its position: asked only where one of them is set.
extension Candidate {
    /// - Parameters:
    ///   - limits: what holds for the order's symbol.
    ///   - venueNotional: the most that all positions at its venue may be worth; nil: no such limit.
    ///   - old: what is open of the order that this is an amendment of, and its price.
    func check(
        _ limits: RiskLimits, atVenue venueNotional: Money?,
        releasing old: (Quantity, Price?)? = nil
    ) throws(RiskRefusal) {
        if let band = limits.lastPriceBand {
            let last = state.marks(request.instrument).last
            try check(.lastPriceBand, band, around: last, "last price")
        }
        if limits.noSelfTrade == true { try checkSelfTrade() }
        if let limit = venueNotional {
            let (instruments, venue) = (state.instruments, instrument.symbol.venue)
            try checkNotional(limit, " at \(venue)") { instruments[$0].symbol.venue == venue }
        }
        if let limit = limits.maxAccountNotional { try checkNotional(limit, "") { _ in true } }
        if let limit = limits.maxLeverage { try checkLeverage(limit) }
        if let limit = limits.minFreeBalance { try checkFreeBalance(limit, releasing: old) }
    }

    // MARK: - Only what reduces

    /// Refuses what does not reduce while only that passes.
    func checkReduces() throws(RiskRefusal) {
        guard let caution = state.cautionReason(of: request.instrument), !reduces else { return }
        throw refusal(
            caution.rule,
            "does not reduce the position, and \(caution.detail): only orders that reduce pass")
    }

    /// Whether all open orders on its side with it leave the position on its side or flat, by our
    /// fills and by the venue's word.
    private var reduces: Bool {
        if request.isReduceOnly { return true }
        let net = state.positions[request.instrument.index].net.attos
        guard reduces(from: request.side == .buy ? net : -net) else { return false }
        guard let word = state.venueWords[request.instrument.index] else { return true }
        return reduces(from: word.most(on: request.side, at: state.now))
    }

    private func reduces(from held: Int128?) -> Bool {
        guard let held, let worst = worstPosition(from: held) else { return false }
        return worst <= .zero
    }

    // MARK: - Our own orders

    /// An own order that this one would meet as soon as the venue has both.
    private func checkSelfTrade() throws(RiskRefusal) {
        guard !request.isPostOnly, request.stop == nil else { return }
        let reach = request.price ?? deepest
        for serial in state.orders.openSerials {
            var met: (ClientOrderID, Price)?
            _ = state.orders.read(serial) { order in
                if let price = price(metOf: order, reaching: reach) { met = (order.id, price) }
            }
            guard let (id, price) = met else { continue }
            throw refusal(
                .noSelfTrade,
                "\(request.price.map { "at \($0)" } ?? "at the market") would fill against our own "
                    + "order \(id) at \(price)")
        }
        for foreign in state.foreignExposures where foreign.instrument == request.instrument {
            guard let price = request.side == .buy ? foreign.ask : foreign.bid else { continue }
            guard reach.map({ request.side == .buy ? $0 >= price : $0 <= price }) ?? true else {
                continue
            }
            throw refusal(
                .noSelfTrade,
                "\(request.price.map { "at \($0)" } ?? "at the market") would fill against an order of "
                    + "this account at \(price) that somebody else sent")
        }
    }

    /// The deepest price that a market order reaches; nil: nothing tells.
    private var deepest: Price? {
        let opposite = request.side.opposite
        guard let book = state.books[request.instrument.index] else {
            return state.touch(request.instrument, for: request.side)
                ?? state.marks(request.instrument).last
        }
        var rest = request.quantity
        var price: Price?
        var depth = 0
        while rest > .zero, let level = book.level(opposite, depth) {
            price = level.price
            rest = level.quantity < rest ? rest - level.quantity : .zero
            depth += 1
        }
        return price
    }

    /// The price of an own order that rests and that this one reaches; nil: they do not meet.
    private func price(metOf order: borrowing Order, reaching reach: Price?) -> Price? {
        guard order.request.instrument == request.instrument,
            order.request.side != request.side, !order.state.isUntriggeredStop,
            !order.state.isCancelling, let first = order.request.price
        else { return nil }
        // While an amendment is under way it may rest at either price.
        let second = order.state.priceAskedFor ?? first
        let nearest = request.side == .buy ? min(first, second) : max(first, second)
        guard let reach else { return nearest }
        return (request.side == .buy ? reach >= nearest : reach <= nearest) ? nearest : nil
    }

    // MARK: - The whole account

    private func checkNotional(
        _ limit: Money, _ place: String, of counts: (Int) -> Bool
    ) throws(RiskRefusal) {
        guard let sum = try accountNotional(of: counts), sum > limit else { return }
        throw refusal(
            .maxAccountNotional,
            "could bring all positions\(place) together to \(sum) \(instrument.symbol.quote) with all open "
                + "orders filled, the limit is \(limit)")
    }

    /// What positions together may come to be worth with it, in the quote currency; nil: it adds nothing.
    func accountNotional(of counts: (Int) -> Bool) throws(RiskRefusal) -> Money? {
        let instruments = state.instruments
        let worth: Worth = { instruments[$0].contract.quoteNotional(of: $1, at: $2, .up) }
        guard let own = try growth(at: worth) else { return nil }
        return try sum(from: own, of: counts, at: worth)
    }

    private func checkLeverage(_ limit: Rate) throws(RiskRefusal) {
        guard let (sum, equity) = try marginedWorth() else { return }
        // More than can be counted is more than anything is worth.
        guard let allowed = max(equity, .zero).times(limit, .down), sum > allowed else { return }
        throw refusal(
            .maxLeverage,
            "could bring the positions to \(sum) \(instrument.settle) with all open orders filled, more "
                + "than \(limit) times the equity of \(equity)")
    }

    /// What the perpetuals that settle in its currency may come to be worth with it, and the equity in that
    /// currency; nil: it adds nothing, or is none of them.
    func marginedWorth() throws(RiskRefusal) -> (sum: Money, equity: Money)? {
        guard instrument.kind != .spot else { return nil }
        let settle = instrument.settle
        let (instruments, accounts) = (state.instruments, state.accounts)
        let account = accounts[request.instrument]
        let counts = { (index: Int) in
            instruments[index].kind != .spot && instruments[index].settle == settle
                && accounts[InstrumentID(index)] == account
        }
        let worth: Worth = { index, quantity, price in
            price.flatMap { instruments[index].contract.value(of: quantity, at: $0, .up) }
        }
        guard let own = try growth(at: worth) else { return nil }
        let sum = try sum(from: own, of: counts, at: worth)
        guard let balance = state.balance(of: settle, on: account) else {
            throw refusal(
                .maxLeverage,
                "cannot be held against the equity: no balance of \(settle) is known")
        }
        var equity: Money? = balance.total
        for index in instruments.indices where counts(index) {
            // One that is held has a price: the sum has asked for it.
            guard let price = state.valuation(InstrumentID(index)) else { continue }
            let gain = state.positions[index].unrealisedPnL(at: price)
            equity = gain.flatMap { equity?.plus($0) }
        }
        guard let equity else { throw refusal(.tooLarge, "with an equity too large to count") }
        return (sum, equity)
    }

    /// What a quantity of the instrument at an index is worth at a price, without regard to its sign; nil:
    /// it does not fit, or the price is missing.
    private typealias Worth = @Sendable (Int, Quantity, Price?) -> Money?

    /// What the order's own instrument is worth at worst with it; nil: no more than without it.
    private func growth(
        at worth: Worth
    ) throws(RiskRefusal) -> Money? {
        guard !endsAtFlat else { return nil }
        let index = request.instrument.index
        guard let before = state.worstMagnitude(of: index),
            let after = state.worstMagnitude(
                of: index, with: remaining, request.side, replacing: replacing)
        else {
            throw refusal(.tooLarge, "and the open orders together are more than can be counted")
        }
        guard after > before else { return nil }
        return try valued(
            index, after, at: state.valuation(request.instrument) ?? worstPrice, worth)
    }

    private func sum(
        from own: Money, of counts: (Int) -> Bool, at worth: Worth
    ) throws(RiskRefusal) -> Money {
        var sum = own
        for index in state.instruments.indices
        where index != request.instrument.index && counts(index) {
            guard let quantity = state.worstMagnitude(of: index) else {
                throw refusal(
                    .tooLarge, "and the open orders together are more than can be counted")
            }
            guard quantity > .zero else { continue }
            let price = state.valuation(InstrumentID(index))
            guard let next = sum.plus(try valued(index, quantity, at: price, worth)) else {
                throw refusal(.tooLarge, "and all positions are worth more than can be counted")
            }
            sum = next
        }
        return sum
    }

    private func valued(
        _ index: Int, _ quantity: Quantity, at price: Price?,
        _ worth: Worth
    ) throws(RiskRefusal) -> Money {
        let symbol = state.instruments[index].symbol
        if let worth = worth(index, quantity, price) { return worth < .zero ? -worth : worth }
        guard price != nil else {
            throw refusal(
                .noPrice,
                "cannot be held against a limit of all positions: no trade or quote of \(symbol) has "
                    + "told its worth yet")
        }
        throw refusal(.tooLarge, "and what is held of \(symbol) is worth more than can be counted")
    }

    // MARK: - The balance

    private func checkFreeBalance(
        _ limit: Money, releasing old: (quantity: Quantity, price: Price?)?
    ) throws(RiskRefusal) {
        guard let free = try freeBalance(releasing: old), free < limit else { return }
        let currency = instrument.settle
        throw refusal(
            .minFreeBalance,
            instrument.kind == .spot
                ? "would leave \(free) \(currency) free, the least is \(limit)"
                : "finds \(free) \(currency) free, the least is \(limit)")
    }

    /// What stays free of the currency that it settles in; nil: it takes nothing of it.
    func freeBalance(
        releasing old: (quantity: Quantity, price: Price?)? = nil
    ) throws(RiskRefusal) -> Money? {
        let isSpot = instrument.kind == .spot
        // A sale of coins takes nothing of the currency that it brings.
        guard !request.isReduceOnly, !(isSpot && request.side == .sell), !reduces else {
            return nil
        }
        let currency = instrument.settle
        let account = state.accounts[request.instrument]
        var free: Money? = state.balance(of: currency, on: account)?.available ?? .zero
        if isSpot {
            free = free?.minus(try notional(at: worstPrice, .up))
            if let old, let released = worth(of: old.quantity, at: old.price) {
                free = free?.plus(released)
            }
            free = free.flatMap { less(purchasesUnderWay: $0, in: currency) }
        }
        guard let free else { throw refusal(.tooLarge, "costs more than can be counted") }
        return free
    }

    private func worth(of quantity: Quantity, at price: Price?) -> Money? {
        price.flatMap { instrument.contract.quoteNotional(of: quantity, at: $0, .down) }
    }

    /// Less what the venue has not set aside yet, for it has not shown that it has the orders.
    private func less(purchasesUnderWay free: Money, in currency: Currency) -> Money? {
        var left: Money? = free
        for serial in state.orders.openSerials {
            _ = state.orders.read(serial) { order in
                let other = state.instruments[order.request.instrument.index]
                guard order.request.side == .buy, !order.state.isAcknowledged,
                    other.kind == .spot, other.settle == currency,
                    state.accounts[other.id] == state.accounts[request.instrument]
                else { return }
                let price =
                    order.request.worstPrice(
                        touch: state.touch(other.id, for: .buy), last: state.marks(other.id).last)
                let cost = price.flatMap {
                    other.contract.quoteNotional(of: order.remaining, at: $0, .up)
                }
                left = cost.flatMap { left?.minus($0) }
            }
        }
        return left
    }
}

extension TradingState {
    /// The largest that a position may become on either side with all open and unknown orders
    /// filled, by our fills or the venue's word; nil: more than can be counted.
    ///
    /// - Parameters:
    ///   - quantity: of an order that comes besides, and its side.
    ///   - old: what an order counts for that the one besides replaces.
    func worstMagnitude(
        of index: Int, with quantity: Quantity = .zero, _ orderSide: Side = .buy,
        replacing old: Stake? = nil
    ) -> Quantity? {
        let net = positions[index].net.attos
        var most: Int128 = 0
        for side in [Side.buy, .sell] {
            var open = exposure(of: InstrumentID(index), side)
            if side == orderSide {
                if let old { open.remove(old) }
                open.growing.add(quantity)
            }
            if !instruments[index].keepsReduceOnly { open.countAllAsGrowing() }
            open.growing.add(open.cancelling)
            let own = side == .buy ? net : -net
            guard let growing = open.growing.attos, let reducing = open.reducing.attos else {
                return nil
            }
            var starts = [own]
            if let word = venueWords[index] {
                guard let held = word.most(on: side, at: now) else { return nil }
                starts.append(held)
            }
            for held in starts {
                // Reducing ends at flat, and may come before the others fill.
                let (start, excess) = held.addingReportingOverflow(held < 0 ? reducing : 0)
                let from = held < 0 ? min(0, excess ? .max : start) : held
                let (worst, overflow) = from.addingReportingOverflow(growing)
                guard !overflow else { return nil }
                most = max(most, worst)
            }
        }
        return Quantity(attos: most)
    }
}
