internal import TradingCore
internal import TradingModel

/// What fills and funding do to an account's money and positions.
extension ExchangeAccount {
    /// Books one execution of an order and tells of it.
    func book(_ fill: Fill, of order: ExchangeOrder) {
        let market = order.market
        guard let value = market.value(fill.quantity, at: fill.price, .halfEven) else {
            preconditionFailure("orders whose value does not fit are refused")
        }
        let dealID = dealNumber(of: fill, order)
        order.filled += fill.quantity
        order.filledValue += value
        order.lastFilled = fill.quantity
        order.lastPrice = fill.price
        order.updatedAt = now
        let rate = fill.liquidity == .maker ? market.fees.maker : market.fees.taker
        let booking =
            market.segment == .spot
            ? bookSpot(fill, value, rate, order) : bookFutures(fill, value, rate, order)
        order.realised += booking.realised
        let execution = ExchangeExecution(
            id: dealID, time: now, market: market, side: order.side, orderID: order.id,
            clientID: order.terms.clientID, price: fill.price, quantity: fill.quantity,
            liquidity: fill.liquidity, fee: booking.fee, feeCurrency: booking.currency,
            positionID: booking.positionID, realised: booking.realised)
        append(execution, to: &executions)
        numbers.countFill()
        changes.append(.execution(execution, order.view))
        record(order)
    }

    /// The public trade's number; what no public trade tells of becomes one, and so does what a
    /// trade fills beyond the first order that it meets: each match has a number of its own.
    private func dealNumber(of fill: Fill, _ order: ExchangeOrder) -> Int64 {
        if let printed = printedDeal {
            printedDeal = nil
            return printed.id
        }
        let taker = fill.liquidity == .taker ? order.side : order.side.opposite
        return order.market.tape.print(fill.price, fill.quantity, taker: taker, at: now)
    }

    private struct Booking {
        var fee: Money
        var currency: Currency
        var positionID: Int64 = 0
        var realised = Money.zero
    }

    /// The fee is taken from what is received, base for a buy and quote for a sell, or always from
    /// the quote currency.
    private func bookSpot(
        _ fill: Fill, _ value: Money, _ rate: Rate, _ order: ExchangeOrder
    ) -> Booking {
        let market = order.market
        let isBuy = order.side == .buy
        let amount = Money(attos: fill.quantity.attos)
        let takesBase = isBuy && rules.spotFee == .received
        let exact = (takesBase ? amount : value).times(rate, .halfEven) ?? .zero
        let fee = spotFee(exact, .halfEven)
        let baseChange = isBuy ? amount - (takesBase ? fee : .zero) : -amount
        let quoteChange = isBuy ? -value - (takesBase ? .zero : fee) : value - fee
        var wallet = wallets[.spot, default: ExchangeWallet()]
        wallet[market.base].total += baseChange
        wallet[market.quote].total += quoteChange
        wallets[.spot] = wallet
        let changes = [(market.base, baseChange), (market.quote, quoteChange)]
        for (currency, change) in isBuy ? changes.reversed() : changes {
            let entry = LedgerEntry(
                currency: currency, change: change, balance: wallet[currency].total, time: now)
            append(entry, to: &ledger)
        }
        if takesBase { order.baseFee += fee } else { order.fee += fee }
        return Booking(fee: fee, currency: takesBase ? market.base : market.quote)
    }

    /// Closes what there is to close, then opens with the rest.
    private func bookFutures(
        _ fill: Fill, _ value: Money, _ rate: Rate, _ order: ExchangeOrder
    ) -> Booking {
        let market = order.market
        let exact =
            market.instrument.unitFees.map {
                $0.amount(fill.liquidity).times(Rate(attos: fill.quantity.attos), .halfEven)
            } ?? value.times(rate, .towardZero)
        let fee = Self.truncated(exact ?? .zero)
        let closing = min(fill.quantity, reducible(market, order.side))
        let closingFee = Self.truncated(fee.share(closing, of: fill.quantity) ?? .zero)
        var booking = Booking(fee: fee, currency: market.settle)
        if closing > .zero {
            let before = position(market)?.core.realisedPnL ?? .zero
            booking.positionID = move(fill.price, closing, order, fee: closingFee)
            booking.realised =
                (finishedOrOpen(booking.positionID)?.core.realisedPnL ?? before)
                - before
        }
        if fill.quantity > closing {
            booking.positionID = move(
                fill.price, fill.quantity - closing, order, fee: fee - closingFee)
        }
        wallets[.futures, default: ExchangeWallet()][market.settle].total +=
            booking.realised - fee
        order.fee += fee
        return booking
    }

    private func finishedOrOpen(_ id: Int64) -> ExchangePosition? {
        positions.lazy.compactMap { $0 }.first { $0.id == id }
            ?? finishedPositions.last { $0.id == id }
    }

    /// Applies one execution to the position, which it only grows or only reduces.
    private func move(
        _ price: Price, _ quantity: Quantity, _ order: ExchangeOrder, fee: Money
    ) -> Int64 {
        let market = order.market
        let index = market.instrument.id.index
        var position =
            positions[index]
            ?? ExchangePosition(
                id: numbers.nextPosition(), market, order.side, leverage: leverages[index],
                isCross: isCross[index], at: now)
        let marginBefore = position.margin
        let isNew = positions[index] == nil
        do {
            try position.core.apply(order.side, price: price, quantity: quantity, fee: fee)
        } catch {
            preconditionFailure("a fill whose value fits can be booked: \(error)")
        }
        if rules.keepsParts { keepParts(&position, price, quantity, order) }
        position.cumulativeValue += market.value(quantity, at: price, .halfEven) ?? .zero
        if isNew { position.firstPrice = price }
        position.latestPrice = price
        position.updatedAt = now
        position.recordPeaks()
        keep(position, marginBefore: isNew ? .zero : marginBefore)
        return position.id
    }

    /// Adds a part for what a fill opens, or closes the oldest parts by it.
    private func keepParts(
        _ position: inout ExchangePosition, _ price: Price, _ quantity: Quantity,
        _ order: ExchangeOrder
    ) {
        if position.side == order.side {
            position.parts.append(
                ExchangePart(
                    id: numbers.nextPosition(), orderID: order.id, price: price,
                    quantity: quantity, marginPoints: order.terms.marginPoints, openedAt: now))
        } else {
            position.closeParts(quantity, first: closesFirst)
        }
        position.countParts()
    }

    /// Stores a changed position, binds its margin, and tells of it.
    func keep(_ position: ExchangePosition, marginBefore: Money) {
        let market = position.market
        wallets[.futures, default: ExchangeWallet()][market.settle].margin +=
            position.margin - marginBefore
        let isClosed = position.size == .zero
        positions[market.instrument.id.index] = isClosed ? nil : position
        if isClosed { append(position, to: &finishedPositions) }
        changes.append(.position(position, isClosed: isClosed))
    }

    /// Futures fees are cut behind the 8th decimal.
    private static func truncated(_ fee: Money) -> Money {
        fee.rounded(toMultipleOf: attosPerUnit / 100_000_000, .towardZero)
    }

    /// Pays or receives funding on an open position.
    func settle(_ funding: Funding) {
        let index = funding.instrument.index
        guard var position = positions[index] else { return }
        let margin = position.margin
        guard let received = try? position.core.apply(funding) else { return }
        let market = position.market
        wallets[.futures, default: ExchangeWallet()][market.settle].total += received
        let paid = FundingPaid(
            positionID: position.id, market: market, side: position.side,
            isCross: position.isCross, size: position.size, mark: funding.mark,
            rate: funding.rate, received: received, time: now)
        append(paid, to: &fundings)
        position.updatedAt = now
        keep(position, marginBefore: margin)
    }
}
