internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Market data: what is made of the pushes.
extension CoinExSession {
    // MARK: - Order books

    mutating func received(_ push: DepthPush, _ bytes: Span<UInt8>, _ segment: Segment) {
        guard let index = core.markets.index(bytes, push.market, segment) else { return }
        switch core.markets[index].bookStage {
        case .none, .pausing: return
        case .awaitingWhole where !push.isFull: return
        default: break
        }
        do throws(CheckedBook.Doubt) {
            try books[index].apply(push, bytes)
        } catch {
            return core.doubtBook(index, error.reason)
        }
        core.markets[index].bookStage = .good
        if let last = push.last { core.markets[index].lastPrice = last }
        core.received(.book, index, push.updatedAt)
        emit(push, index)
        core.bookIsRight(index)
    }

    private mutating func emit(_ push: DepthPush, _ index: InstrumentID) {
        let id = index
        let time = push.updatedAt ?? core.venueTime
        var changes: [BookChange] = []
        changes.reserveCapacity(push.levels.count + 1)
        if push.isFull {
            changes.append(
                BookChange(
                    instrument: id, kind: .clear, endsMessage: false, venueTime: time,
                    receiveTime: core.now))
        }
        // A level without size deletes; a whole book has nothing to delete.
        for level in push.levels where !push.isFull || level.quantity > .zero {
            changes.append(
                BookChange(
                    instrument: id, kind: .level, side: level.side, price: level.price,
                    quantity: level.quantity, endsMessage: false, venueTime: time,
                    receiveTime: core.now))
        }
        guard let last = changes.indices.last else { return }
        changes[last].endsMessage = true
        core.out.append(.book(changes))
    }

    // MARK: - Deals, quotes, states

    /// Deals come newest first, and the first push after a subscription repeats old ones.
    mutating func received(_ deals: [PublicDeal], _ index: InstrumentID) {
        observeHistory(deals, index)
        core.received(.trades, index, deals.first?.createdAt)
        for deal in deals.reversed() {
            if let last = core.markets[index].lastTrade, deal.id <= last { continue }
            core.markets[index].lastTrade = deal.id
            core.markets[index].lastPrice = deal.price
            if let since = core.markets[index].tradesSince, let time = deal.createdAt, time < since
            {
                continue
            }
            core.markets[index].tradesSince = nil
            core.emit(
                .trade(
                    Trade(
                        instrument: index, price: deal.price,
                        quantity: deal.quantity, taker: deal.side, id: deal.id,
                        venueTime: deal.createdAt ?? core.venueTime, receiveTime: core.now)))
        }
    }

    /// Whether this venue answers a subscription with deals of before it.
    private mutating func observeHistory(_ deals: [PublicDeal], _ index: InstrumentID) {
        guard core.markets[index].watches[.trades].isFirst,
            let asked = core.markets[index].watches[.trades].askedAt,
            let oldest = deals.last?.createdAt, oldest < core.venueTime(at: asked)
        else { return }
        core.markets[index].watches[.trades].answers = true
    }

    mutating func quote(
        _ index: InstrumentID, _ bid: BookLevel?, _ ask: BookLevel?, _ time: Timestamp?
    ) {
        core.received(.quotes, index, time)
        core.emit(
            .quote(
                Quote(
                    instrument: index, bid: bid, ask: ask,
                    venueTime: time ?? core.venueTime, receiveTime: core.now)))
    }

    /// Pushes also tell of markets that nobody asked for, and of some that are none.
    mutating func received(_ state: MarketState, _ segment: Segment) {
        guard let index = core.markets.index(state.market, segment) else { return }
        if let last = state.last { core.markets[index].lastPrice = last }
        if let mark = state.mark { core.markets[index].mark = mark }
        core.received(.states, index, nil)
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, last: state.last, mark: state.mark,
                    index: state.index, volume24h: state.volume,
                    venueTime: core.venueTime, receiveTime: core.now)))
        if let time = state.latestFundingTime, let rate = state.latestFundingRate {
            core.settled(index, at: time, rate, mark: state.mark)
        }
    }

    mutating func received(_ price: IndexPrice, _ segment: Segment) {
        guard let index = core.markets.index(price.market, segment) else { return }
        if let mark = price.mark { core.markets[index].mark = mark }
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, mark: price.mark, index: price.index,
                    venueTime: core.venueTime, receiveTime: core.now)))
    }
}
