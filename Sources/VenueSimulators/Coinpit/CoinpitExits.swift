internal import PlainJSON
internal import TradingModel

/// Stops and targets of positions.
extension CoinpitSimulator {
    /// Gives each part of a position that has none its stop and its target, and forgets those of parts that are gone.
    func protectParts(of account: ExchangeAccount) {
        var there: Set<Int64> = []
        for position in account.positions.compactMap({ $0 }) {
            for part in position.parts {
                there.insert(part.id)
                if exits[part.id] == nil { exits[part.id] = exit(of: part, position, account) }
            }
        }
        exits = exits.filter { $0.value.account !== account || there.contains($0.key) }
    }

    private func exit(
        of part: ExchangePart, _ position: ExchangePosition, _ account: ExchangeAccount
    ) -> CoinpitExit {
        let own =
            terms[part.orderID]
            ?? CoinpitOrderTerms(
                stop: points(settings.terms.stop), target: nil, isCross: true, type: "LMT")
        let isLong = position.side == .buy
        let near = settings.quirks.nearStops ? Int128(9) * position.market.instrument.tick.attos : 0
        let distance = Price(
            attos: max(own.stop.attos - near, position.market.instrument.tick.attos))
        // With all of the account behind it a stop is never met.
        let far = isLong ? position.market.instrument.tick : Self.highest
        let stop = own.isCross ? far : part.price.moved(by: distance, up: !isLong)
        return CoinpitExit(
            account: account, market: position.market, side: position.side.opposite,
            isCross: own.isCross, stop: max(stop, position.market.instrument.tick),
            cushion: points(settings.terms.cushion),
            target: own.target.map { part.price.moved(by: $0, up: isLong) }, terms: own,
            openedAt: part.openedAt)
    }

    /// As a sample has it.
    private static let highest = Price(attos: 10_000_000 * attosPerUnit)

    /// Executes the stops and targets that the last price has reached.
    func wakeExits(of account: ExchangeAccount, in market: ExchangeMarket) {
        guard let last = market.tape.last, account.position(market) != nil else { return }
        protectParts(of: account)
        for part in account.position(market)?.parts ?? [] {
            guard let exit = exits[part.id] else { continue }
            let isLong = exit.side == .sell
            if isLong ? last <= exit.stop : last >= exit.stop {
                close(part, exit, as: .stop)
            } else if let target = exit.target, isLong ? last >= target : last <= target {
                close(part, exit, as: .target)
            }
        }
    }

    /// Closes a part at the market, and its pair with it.
    func close(_ part: ExchangePart, _ exit: CoinpitExit, as kind: CoinpitID.Kind) {
        let account = exit.account
        var row = exitRow(kind, part, exit, status: "closed")
        account.closesFirst = part.id
        let order = try? account.closePosition(
            exit.market, kind: .market, price: nil, amount: part.quantity)
        account.closesFirst = nil
        guard let order else { return }
        exitOrders[order.id] = (kind, part.id)
        row = row.adding(["filled": .plain(order.filled)])
        endedExits.append(row)
        protectParts(of: account)
    }
}

extension Price {
    func moved(by distance: Price, up: Bool) -> Price {
        Price(attos: up ? attos + distance.attos : attos - distance.attos)
    }
}
