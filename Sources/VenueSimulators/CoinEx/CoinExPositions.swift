internal import TradingModel

/// Stops, exits, leverage and margin of an account.
extension CoinExAccount {
    /// Keeps an order until the price comes; the direction follows from where the price is now.
    func placeStop(
        _ terms: CoinExTerms, trigger: Price, kind: CoinExTriggerPrice
    ) throws(CoinExRefusal) -> CoinExStop {
        guard terms.quantity >= terms.market.minAmount || terms.isCountedInQuote else {
            throw .belowMinimum
        }
        guard let price = kind.price(in: terms.market) else { throw .noLiquidity }
        let stop = CoinExStop(
            id: numbers.nextOrder(terms.market.product), terms: terms, trigger: trigger,
            kind: kind, isHigher: trigger > price, createdAt: now, updatedAt: now)
        stops.append(stop)
        Self.append((stop.id, terms.clientID, terms.market, true), to: &taken)
        changes.stops.append((stop, "put", "put"))
        return stop
    }

    func cancelStop(_ id: Int64, _ market: CoinExMarket) throws(CoinExRefusal) -> CoinExStop {
        guard let place = stops.firstIndex(where: { $0.id == id && $0.terms.market === market })
        else { throw .notFound }
        let stop = stops.remove(at: place)
        changes.stops.append((stop, "cancel", "cancel"))
        return stop
    }

    func modifyStop(
        _ id: Int64, _ market: CoinExMarket, price: Price?, amount: Quantity?, trigger: Price?
    ) throws(CoinExRefusal) -> CoinExStop {
        guard let place = stops.firstIndex(where: { $0.id == id && $0.terms.market === market })
        else { throw .notFound }
        var stop = stops[place]
        if let price { stop.terms.price = price }
        if let amount { stop.terms.amount = Money(attos: amount.attos) }
        if let trigger, let now = stop.kind.price(in: market) {
            stop.trigger = trigger
            stop.isHigher = trigger > now
        }
        stop.updatedAt = now
        stops[place] = stop
        changes.stops.append((stop, "put", "put"))
        return stop
    }

    /// Places the orders of the stops that the market has reached.
    func wakeStops(in market: CoinExMarket) {
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

    private func wakePlainStops(in market: CoinExMarket) {
        let met = stops.filter { stop in
            stop.terms.market === market
                && stop.kind.price(in: market).map(stop.isMet(by:)) ?? false
        }
        for var stop in met {
            stops.removeAll { $0.id == stop.id && $0.terms.market === market }
            stop.updatedAt = now
            Self.append(stop, to: &finishedStops)
            var terms = stop.terms
            terms.stopID = stop.id
            do {
                _ = try place(terms)
                changes.stops.append((stop, "active", "active_success"))
            } catch {
                changes.stops.append((stop, "active", "active_fail"))
            }
        }
    }

    private func leave(_ position: CoinExPosition, _ exit: CoinExExit) {
        var rest = position
        if exit.id == position.stopLoss?.id { rest.stopLoss = nil } else { rest.takeProfit = nil }
        positions[position.market.instrument.id.index] = rest
        let size = min(exit.amount ?? position.size, position.size)
        // Without a buyer there is no exit; the position stays, as it would at the venue.
        _ = try? closePosition(position.market, type: .market, price: nil, amount: size)
    }

    /// The venue's reduce-only order: its side is implied, and it never turns the position.
    func closePosition(
        _ market: CoinExMarket, type: CoinExOrderType, price: Price?, amount: Quantity?,
        clientID: String = ""
    ) throws(CoinExRefusal) -> CoinExOrder {
        guard let position = position(market) else { throw .noPosition }
        let size = amount ?? position.size
        guard size <= position.size else { throw .invalid("amount") }
        var terms = CoinExTerms(
            market: market, side: position.side.opposite, type: type,
            amount: Money(attos: size.attos), price: price)
        terms.clientID = clientID
        terms.isReduceOnly = true
        return try place(terms)
    }

    /// Sets leverage and margin mode of a market together.
    func setLeverage(
        _ market: CoinExMarket, _ leverage: Int, isCross cross: Bool
    ) throws(CoinExRefusal) {
        let index = market.instrument.id.index
        guard CoinExMarket.leverages.contains(leverage) else { throw .invalid("leverage") }
        let isBusy = positions[index] != nil || !openOrders(market).isEmpty
        guard cross == isCross[index] || !isBusy else { throw .invalid("margin_mode") }
        let old = leverages[index]
        leverages[index] = leverage
        var position = positions[index]
        let before = position?.margin ?? .zero
        position?.leverage = leverage
        let more = (position?.margin ?? .zero) - before
        let free = available(.futures, market.settle)
        guard canPay(openOrders(market), market), more <= .zero || more <= free else {
            leverages[index] = old
            throw .insufficient
        }
        if var position {
            position.updatedAt = now
            position.notePeaks()
            keep(position, marginBefore: before)
        }
        isCross[index] = cross
        refreeze(market)
    }

    /// Adds margin to a position by hand, or takes such margin out.
    func adjustMargin(_ market: CoinExMarket, by amount: Money) throws(CoinExRefusal) {
        guard var position = position(market) else { throw .noPosition }
        guard amount <= available(.futures, market.settle) else { throw .insufficient }
        guard position.extraMargin + amount >= .zero else { throw .invalid("amount") }
        let before = position.margin
        position.extraMargin += amount
        position.updatedAt = now
        position.notePeaks()
        keep(position, marginBefore: before)
    }
}
