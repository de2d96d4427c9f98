internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Market data: what is made of the pushes.
extension BitunixSession {
    // MARK: - Order books

    /// Every push is a whole window: it replaces what there was, and nothing is ever merged into another.
    mutating func received(_ push: DepthPush, _ index: InstrumentID) {
        if push.levels == 1 { return quote(push, index) }
        switch core.markets[index].bookStage {
        case .none, .pausing: return
        case .awaitingWhole: books[index] = nil
        case .good: break
        }
        if let last = books[index], push.time < last.time { return }
        core.markets[index].bookStage = .good
        core.received(.book, index, push.time)
        // It comes three times a second, changed or not.
        let isNews = books[index].map { $0.bids != push.bids || $0.asks != push.asks } ?? true
        books[index] = push
        if isNews { emit(push, index) }
        core.bookIsRight(index)
    }

    private mutating func emit(_ push: DepthPush, _ index: InstrumentID) {
        var changes: [BookChange] = []
        changes.reserveCapacity(push.bids.count + push.asks.count + 1)
        changes.append(
            BookChange(
                instrument: index, kind: .clear, endsMessage: false, venueTime: push.time,
                receiveTime: core.now))
        for (side, levels) in [(Side.sell, push.asks), (.buy, push.bids)] {
            for level in levels where level.quantity > .zero {
                changes.append(
                    BookChange(
                        instrument: index, kind: .level, side: side, price: level.price,
                        quantity: level.quantity, endsMessage: false, venueTime: push.time,
                        receiveTime: core.now))
            }
        }
        changes[changes.count - 1].endsMessage = true
        core.out.append(.book(changes))
    }

    /// There are no numbers and no checksums: that a window stays away is the only sign that it is dead.
    mutating func doubtSilentBooks() {
        checksBooksAt = core.now.advanced(byNanoseconds: Self.bookChecks)
        for index in core.markets.indices where core.markets[index].bookStage == .good {
            let receivedAt = core.markets[index].watches[.book].receivedAt
            guard receivedAt.advanced(byNanoseconds: Self.silence) < core.now else { continue }
            core.doubtBook(
                index, "the order book of \(core.markets[index].symbol) is silent while others come"
            )
        }
    }

    private static let bookChecks: Int64 = 500_000_000
    /// Windows come every 310 ms.
    private static let silence: Int64 = 2_000_000_000

    private mutating func quote(_ push: DepthPush, _ index: InstrumentID) {
        guard push.time >= quotedAt[index] else { return }
        quotedAt[index] = push.time
        core.received(.quotes, index, push.time)
        core.emit(
            .quote(
                Quote(
                    instrument: index, bid: push.bids.first, ask: push.asks.first,
                    venueTime: push.time, receiveTime: core.now)))
    }

    // MARK: - Trades, prices

    /// Trades have no number: theirs are made of when they were sent and which one of the message they are.
    ///
    /// A message that comes a second time has the same, and is dropped.
    mutating func received(_ trades: [PublicTrade], _ index: InstrumentID, _ sentAt: Timestamp) {
        core.received(.trades, index, sentAt)
        guard let first = reported[index].number(trades, sentAt) else { return }
        for (place, trade) in trades.enumerated() {
            core.markets[index].lastPrice = trade.price
            // Their times count seconds.
            if let since = core.markets[index].tradesSince,
                trade.time.nanoseconds / second < since.nanoseconds / second
            {
                continue
            }
            core.markets[index].tradesSince = nil
            let id = first &+ UInt64(place)
            core.markets[index].lastTrade = id
            core.emit(
                .trade(
                    Trade(
                        instrument: index, price: trade.price, quantity: trade.quantity,
                        taker: trade.side, id: id, venueTime: trade.time, receiveTime: core.now)))
        }
    }

    /// The name in the data counts: the envelope's has been seen to be another market's.
    mutating func received(_ ticker: DayTicker, _ market: String?, _ time: Timestamp?) {
        guard let index = (ticker.market ?? market).flatMap({ core.markets.index($0, .futures) })
        else { return }
        if let last = ticker.last { core.markets[index].lastPrice = last }
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, last: ticker.last, volume24h: ticker.volume,
                    venueTime: time ?? core.venueTime, receiveTime: core.now)))
    }

    mutating func received(_ prices: MarketPrices, _ index: InstrumentID, _ time: Timestamp?) {
        if let mark = prices.mark {
            core.markets[index].mark = mark
            // Until a trade is told.
            core.markets[index].lastPrice = core.markets[index].lastPrice ?? mark
        }
        core.received(.states, index, time)
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, mark: prices.mark, index: prices.index,
                    venueTime: time ?? core.venueTime, receiveTime: core.now)))
        if let time = prices.fundingTime, let rate = prices.fundingRate {
            if let mark = prices.mark {
                memory.settled(index, .init(time: time, rate: rate, mark: mark))
            }
            core.settled(index, at: time, rate, mark: prices.mark)
        }
    }
}
