internal import TradingModel

/// Stops, exits, leverage and margin of an account.
extension ExchangeAccount {
    /// Keeps an order until the price comes; the direction follows from where the price is now.
    func placeStop(
        _ terms: ExchangeTerms, trigger: Price, kind: TriggerPrice
    ) throws(Refused) -> ExchangeStop {
        guard terms.quantity >= terms.market.minAmount || terms.isCountedInQuote else {
            throw .belowMinimum
        }
        guard let price = kind.price(in: terms.market) else { throw .noLiquidity }
        let stop = ExchangeStop(
            id: numbers.nextOrder(terms.market.segment), terms: terms, trigger: trigger,
            kind: kind, isHigher: trigger > price, createdAt: now, updatedAt: now)
        stops.append(stop)
        append((stop.id, terms.clientID, terms.market, true), to: &taken)
        changes.append(.stop(stop, .waits))
        return stop
    }

    func cancelStop(_ id: Int64, _ market: ExchangeMarket) throws(Refused) -> ExchangeStop {
        guard let place = stops.firstIndex(where: { $0.id == id && $0.terms.market === market })
        else { throw .unknownOrder }
        let stop = stops.remove(at: place)
        changes.append(.stop(stop, .cancelled))
        return stop
    }

    func modifyStop(
        _ id: Int64, _ market: ExchangeMarket, price: Price?, amount: Quantity?, trigger: Price?
    ) throws(Refused) -> ExchangeStop {
        guard let place = stops.firstIndex(where: { $0.id == id && $0.terms.market === market })
        else { throw .unknownOrder }
        var stop = stops[place]
        if let price { stop.terms.price = price }
        if let amount { stop.terms.amount = Money(attos: amount.attos) }
        if let trigger, let now = stop.kind.price(in: market) {
            stop.trigger = trigger
            stop.isHigher = trigger > now
        }
        stop.updatedAt = now
        stops[place] = stop
        changes.append(.stop(stop, .waits))
        return stop
    }

    /// Places the orders of the stops that the market has reached.
    func wakeStops(in market: ExchangeMarket) {
        if !stops.isEmpty { wakePlainStops(in: market) }
        guard let position = position(market) else { return }
        for exit in [position.stopLoss, position.takeProfit].compactMap({ $0 }) {
            guard let price = exit.kind.price(in: market) else { continue }
            let isStop = exit.id == position.stopLoss?.id
            let isBelow = isStop == (position.side == .buy)
            guard isBelow ? price <= exit.price : price >= exit.price else { continue }
            leave(position, exit)
            return  // the position is another one now
        }
    }

    private func wakePlainStops(in market: ExchangeMarket) {
        let met = stops.filter { stop in
            stop.terms.market === market
                && stop.kind.price(in: market).map(stop.isMet(by:)) ?? false
        }
        for var stop in met {
            stops.removeAll { $0.id == stop.id && $0.terms.market === market }
            stop.updatedAt = now
            append(stop, to: &finishedStops)
            var terms = stop.terms
            terms.stopID = stop.id
            do {
                _ = try place(terms)
                changes.append(.stop(stop, .woke(isTaken: true)))
            } catch {
                changes.append(.stop(stop, .woke(isTaken: false)))
            }
        }
    }

    private func leave(_ position: ExchangePosition, _ exit: PositionExit) {
        var rest = position
        if exit.id == position.stopLoss?.id { rest.stopLoss = nil } else { rest.takeProfit = nil }
        positions[position.market.instrument.id.index] = rest
        let size = min(exit.amount ?? position.size, position.size)
        // Without a buyer there is no exit; the position stays, as it would at the venue.
        _ = try? closePosition(position.market, kind: .market, price: nil, amount: size)
    }

    /// The venue's reduce-only order: its side is implied, and it never turns the position.
    func closePosition(
        _ market: ExchangeMarket, kind: ExchangeOrderKind, price: Price?, amount: Quantity?,
        clientID: String = ""
    ) throws(Refused) -> ExchangeOrder {
        guard let position = position(market) else { throw .noPosition }
        let size = amount ?? position.size
        guard size <= position.size else { throw .invalid("amount") }
        var terms = ExchangeTerms(
            market: market, side: position.side.opposite, kind: kind,
            amount: Money(attos: size.attos), price: price)
        terms.clientID = clientID
        terms.isReduceOnly = true
        return try place(terms)
    }

    /// Sets leverage and margin mode of a market together.
    func setLeverage(
        _ market: ExchangeMarket, _ leverage: Int, isCross cross: Bool
    ) throws(Refused) {
        let index = market.instrument.id.index
        guard rules.leverages.contains(leverage) else { throw .invalid("leverage") }
        let isBusy = positions[index] != nil || !openOrders(market).isEmpty
        guard cross == isCross[index] || !isBusy else { throw .invalid("margin_mode") }
        let old = leverages[index]
        leverages[index] = leverage
        var position = positions[index]
        let before = position?.margin ?? .zero
        position?.leverage = leverage
        let more = (position?.margin ?? .zero) - before
        let free = available(.futures, market.settle)
        guard canPay(openOrders(market).map(\.view), market), more <= .zero || more <= free else {
            leverages[index] = old
            throw .insufficient
        }
        if var position {
            position.updatedAt = now
            position.recordPeaks()
            keep(position, marginBefore: before)
        }
        isCross[index] = cross
        refreeze(market)
    }

    /// Adds margin to a position by hand, or takes such margin out.
    func adjustMargin(_ market: ExchangeMarket, by amount: Money) throws(Refused) {
        guard var position = position(market) else { throw .noPosition }
        guard amount <= available(.futures, market.settle) else { throw .insufficient }
        guard position.extraMargin + amount >= .zero else { throw .invalid("amount") }
        let before = position.margin
        position.extraMargin += amount
        position.updatedAt = now
        position.recordPeaks()
        keep(position, marginBefore: before)
    }
}
