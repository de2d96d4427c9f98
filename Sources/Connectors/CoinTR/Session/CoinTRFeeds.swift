internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Market data: what is made of the pushes.
extension CoinTRSession {
    // MARK: - Books, which are always told whole

    mutating func received(_ book: WireBook, _ index: InstrumentID, _ time: Timestamp?) {
        switch core.markets[index].bookStage {
        case .none, .pausing: return
        case .awaitingWhole: books[index] = nil
        case .good: break
        }
        if let doubt = book.doubt {
            books[index] = nil
            return core.doubtBook(index, "\(core.markets[index].symbol): \(doubt)")
        }
        core.markets[index].bookStage = .good
        core.received(.book, index, time)
        if books[index] != book {
            books[index] = book
            emit(book, index, time ?? core.venueTime)
        }
        core.bookIsRight(index)
    }

    private mutating func emit(_ book: WireBook, _ index: InstrumentID, _ time: Timestamp) {
        let unit = memory.market(index).unit
        var changes: [BookChange] = []
        changes.reserveCapacity(book.bids.count + book.asks.count + 1)
        changes.append(
            BookChange(
                instrument: index, kind: .clear, endsMessage: false, venueTime: time,
                receiveTime: core.now))
        for (side, levels) in [(Side.buy, book.bids), (.sell, book.asks)] {
            for level in levels where level.quantity > .zero {
                changes.append(
                    BookChange(
                        instrument: index, kind: .level, side: side, price: level.price,
                        quantity: unit.base(level.quantity), endsMessage: false, venueTime: time,
                        receiveTime: core.now))
            }
        }
        changes[changes.count - 1].endsMessage = true
        core.out.append(.book(changes))
    }

    /// Told again and again, whether it has changed or not.
    mutating func received(_ touch: WireTouch, _ index: InstrumentID, _ time: Timestamp?) {
        core.received(.quotes, index, time)
        // Crossed: one of them is older than the other.
        if let bid = touch.bid?.price, let ask = touch.ask?.price, bid >= ask { return }
        guard touches[index] != touch else { return }
        touches[index] = touch
        memory.learn(ask: touch.ask?.price, of: index)
        let unit = memory.market(index).unit
        core.emit(
            .quote(
                Quote(
                    instrument: index, bid: touch.bid.map { unit.base($0) },
                    ask: touch.ask.map { unit.base($0) }, venueTime: time ?? core.venueTime,
                    receiveTime: core.now)))
    }

    // MARK: - Trades

    /// In whatever order; what a subscription begins with tells of before it, and behind a gap of what
    /// was missed.
    mutating func received(
        _ trades: [PublicTrade], _ index: InstrumentID, _ action: PushAction
    ) {
        let isWhole = action == .whole
        let isHistory = isWhole && core.markets[index].lastTrade == nil
        if isWhole { core.markets[index].watches[.trades].answers = true }
        core.received(.trades, index, isWhole ? nil : trades.compactMap(\.time).max())
        let unit = memory.market(index).unit
        let ordered =
            trades.count < 2
            ? trades
            : trades.sorted {
                ($0.time ?? .distantPast, $0.id) < ($1.time ?? .distantPast, $1.id)
            }
        let known = core.markets[index].lastTrade
        for trade in ordered {
            if let known, trade.id <= known { continue }
            core.markets[index].lastTrade = max(core.markets[index].lastTrade ?? 0, trade.id)
            core.markets[index].lastPrice = trade.price
            if isHistory { continue }
            core.emit(
                .trade(
                    Trade(
                        instrument: index, price: trade.price, quantity: unit.base(trade.size),
                        taker: trade.side, id: trade.id, venueTime: trade.time ?? core.venueTime,
                        receiveTime: core.now)))
        }
        core.markets[index].tradesSince = nil
    }

    // MARK: - Figures

    mutating func received(_ figures: WireFigures, _ index: InstrumentID, _ time: Timestamp?) {
        if let last = figures.last { core.markets[index].lastPrice = last }
        if let mark = figures.mark { core.markets[index].mark = mark }
        core.received(.states, index, time)
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, last: figures.last, mark: figures.mark,
                    index: figures.index, venueTime: time ?? core.venueTime,
                    receiveTime: core.now)))
    }

    /// The newest candle ends with the last price.
    mutating func received(_ candles: [WireCandle], _ index: InstrumentID, _ time: Timestamp?) {
        let newest = candles.max {
            ($0.openTime ?? .distantPast) < ($1.openTime ?? .distantPast)
        }
        core.received(.states, index, time)
        guard let newest else { return }
        core.markets[index].lastPrice = newest.close
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, last: newest.close, venueTime: time ?? core.venueTime,
                    receiveTime: core.now)))
    }
}

extension WireBook {
    /// What is wrong with it, which has neither a number nor a sum; nil: nothing.
    fileprivate var doubt: String? {
        let areInOrder =
            zip(bids, bids.dropFirst()).allSatisfy { $0.price > $1.price }
            && zip(asks, asks.dropFirst()).allSatisfy { $0.price < $1.price }
        guard areInOrder else { return "the levels of the order book are out of order" }
        if let bid = bids.first?.price, let ask = asks.first?.price, bid >= ask {
            return "the book is crossed: \(bid) is bid, \(ask) asked"
        }
        return nil
    }
}
