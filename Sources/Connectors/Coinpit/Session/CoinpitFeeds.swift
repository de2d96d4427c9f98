internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// The best of a book, as it is reported.
struct BestPrices: Hashable {
    var bid: WireLevel?
    var ask: WireLevel?
}

/// Market data: what is made of the events.
extension CoinpitSession {
    // MARK: - Order books

    mutating func received(_ book: WireBook) {
        guard let index = core.markets.index(book.contract, .futures) else { return }
        let isNews = keepers[index.index].replace(by: book)
        core.received(.quotes, index, nil)
        quote(index)
        switch core.markets[index].bookStage {
        case .none, .pausing: return
        case .awaitingWhole: core.markets[index].bookStage = .good
        case .good where isNews: break
        case .good: return core.received(.book, index, nil)
        }
        core.received(.book, index, nil)
        let levels = [Side.buy, .sell].flatMap { side in
            keepers[index.index].levels(side).map { (side, $0) }
        }
        emit(levels, index, isWhole: true)
        core.bookIsRight(index)
    }

    /// Changes wait for a whole book, which tells them too.
    mutating func received(_ change: WireBookChange, _ line: LineID) {
        guard let index = core.markets.index(change.contract, .futures),
            keepers[index.index].isWhole
        else { return }
        let wrong = keepers[index.index].apply(change)
        core.received(.quotes, index, nil)
        if let wrong { return doubt(index, wrong, line) }
        if core.markets[index].bookStage == .good {
            core.received(.book, index, nil)
            let levels =
                change.bids.map { (Side.buy, $0) } + change.asks.map { (Side.sell, $0) }
            if !levels.isEmpty { emit(levels, index, isWhole: false) }
            core.bookIsRight(index)
        }
        quote(index)
    }

    private mutating func doubt(_ index: InstrumentID, _ wrong: String, _ line: LineID) {
        keepers[index.index].forget()
        let symbol = core.markets[index].symbol
        switch core.markets[index].bookStage {
        case .good: core.doubtBook(index, "the order book of \(symbol) is wrong: \(wrong)")
        case .none: core.askAgain(for: .quotes, index, line)
        case .awaitingWhole, .pausing: break  // it is on its way
        }
    }

    private mutating func emit(
        _ levels: [(Side, WireLevel)], _ index: InstrumentID, isWhole: Bool
    ) {
        let (time, now) = (core.venueTime, core.now)
        var changes: [BookChange] = []
        changes.reserveCapacity(levels.count + 1)
        if isWhole {
            changes.append(
                BookChange(
                    instrument: index, kind: .clear, endsMessage: false, venueTime: time,
                    receiveTime: now))
        }
        for (side, level) in levels {
            changes.append(
                BookChange(
                    instrument: index, kind: .level, side: side, price: level.price,
                    quantity: level.quantity, endsMessage: false, venueTime: time,
                    receiveTime: now))
        }
        changes[changes.count - 1].endsMessage = true
        core.out.append(.book(changes))
    }

    private mutating func quote(_ index: InstrumentID) {
        let keeper = keepers[index.index]
        let best = BestPrices(bid: keeper.levels(.buy).first, ask: keeper.levels(.sell).first)
        guard best != quoted[index.index] else { return }
        quoted[index.index] = best
        let level = { (level: WireLevel) in BookLevel(price: level.price, quantity: level.quantity)
        }
        core.emit(
            .quote(
                Quote(
                    instrument: index, bid: best.bid.map(level), ask: best.ask.map(level),
                    venueTime: core.venueTime, receiveTime: core.now)))
    }

    // MARK: - Trades, prices

    /// A trade has neither a number nor a side; one that comes twice cannot be told from two that are alike.
    mutating func received(_ trade: WireTrade) {
        guard let index = trade.contract.flatMap({ core.markets.index($0, .futures) }),
            trade.volume > .zero
        else { return }
        core.received(.trades, index, nil)
        core.markets[index].lastPrice = trade.price
        // Its time counts seconds.
        if let since = core.markets[index].tradesSince,
            trade.time.nanoseconds / second < since.nanoseconds / second
        {
            return
        }
        core.markets[index].tradesSince = nil
        core.emit(
            .trade(
                Trade(
                    instrument: index, price: trade.price, quantity: trade.volume, taker: nil,
                    id: nil, venueTime: trade.time, receiveTime: core.now)))
    }

    mutating func received(_ band: WireBand) {
        guard let index = core.markets.index(band.contract, .futures) else { return }
        core.markets[index].lastPrice = core.markets[index].lastPrice ?? band.price
        core.received(.states, index, nil)
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, last: core.markets[index].lastPrice, index: band.price,
                    venueTime: core.venueTime, receiveTime: core.now)))
    }
}
