internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// The best of a book, as it is reported.
struct BestLevels: Hashable {
    var bid: BookLevel?
    var ask: BookLevel?
}

/// Market data: what is made of the pushes.
extension CoinutSession {
    /// What comes before the list of trades is kept; beyond it the oldest is let go.
    private static let mostEarlyTrades = 1_000

    // MARK: - Order books

    mutating func received(_ change: LevelChange) {
        guard let index = index(of: change.instrument) else { return }
        changes.removeAll(keepingCapacity: true)
        keepers[index].apply(change, at: core.now, into: &changes)
        core.received(.quotes, index, nil)
        guard !changes.isEmpty else { return }
        if core.markets[index].bookStage == .good {
            core.received(.book, index, nil)
            emit(changes.map { ($0.side, $0.price, $0.quantity) }, index, isWhole: false)
            core.bookIsRight(index)
        }
        emitQuote(index)
    }

    mutating func received(_ snapshot: BookSnapshot) {
        guard let index = index(of: snapshot.instrument) else { return }
        let outcome = keepers[index].apply(snapshot, at: core.now)
        core.received(.quotes, index, nil)
        emitQuote(index)
        switch core.markets[index].bookStage {
        case .none, .pausing: return
        case .awaitingWhole: core.markets[index].bookStage = .good
        case .good where outcome == .changed: break
        case .good: return core.received(.book, index, nil)
        }
        core.received(.book, index, nil)
        let levels: [LevelNow] = [Side.buy, .sell].flatMap { side in
            keepers[index].levels(side).map {
                (side: side, price: $0.price, quantity: $0.quantity)
            }
        }
        emit(levels, index, isWhole: true)
        core.bookIsRight(index)
    }

    private typealias LevelNow = (side: Side, price: Price, quantity: Quantity)

    private mutating func emit(_ levels: [LevelNow], _ index: InstrumentID, isWhole: Bool) {
        let (id, time, now) = (index, core.venueTime, core.now)
        var changes: [BookChange] = []
        changes.reserveCapacity(levels.count + 1)
        if isWhole {
            changes.append(
                BookChange(
                    instrument: id, kind: .clear, endsMessage: false, venueTime: time,
                    receiveTime: now))
        }
        for level in levels {
            changes.append(
                BookChange(
                    instrument: id, kind: .level, side: level.side, price: level.price,
                    quantity: level.quantity, endsMessage: false, venueTime: time,
                    receiveTime: now))
        }
        changes[changes.count - 1].endsMessage = true
        core.out.append(.book(changes))
    }

    /// Checks for losses, which no number shows; to be called every few seconds.
    mutating func checkBooks(_ line: LineID) {
        for index in core.markets.indices {
            guard let doubt = keepers[index].doubt(at: core.now) else { continue }
            let reason =
                switch doubt {
                case .unconfirmed: "the order book does not say how new it is"
                case .total(let side, _, _): "the sum over all \(side) orders is not the venue's"
                case .crossed(let bid, let ask): "the book is crossed: \(bid) is bid, \(ask) asked"
                }
            // A second look confirms what the first did not date.
            if doubt == .unconfirmed {
                core.join(.book, [index], line)
                continue
            }
            switch core.markets[index].bookStage {
            case .good:
                forgetBook(index)
                core.doubtBook(index, "\(core.markets[index].symbol): \(reason)")
            case .none:
                forgetBook(index)
                core.askAgain(for: .quotes, index, line)
            case .awaitingWhole, .pausing: break  // it is on its way
            }
        }
    }

    // MARK: - Quotes, ticks, trades

    /// The venue's ticks have no quantities: what is best the book says.
    private mutating func emitQuote(_ index: InstrumentID) {
        func level(_ side: Side) -> BookLevel? {
            keepers[index].best(side).map { BookLevel(price: $0.price, quantity: $0.quantity) }
        }
        let now = BestLevels(bid: level(.buy), ask: level(.sell))
        guard keepers[index].isWhole, now != best[index] else { return }
        // Crossed: the change that removes one of them is on its way.
        if let bid = now.bid?.price, let ask = now.ask?.price, bid >= ask { return }
        best[index] = now
        core.emit(
            .quote(
                Quote(
                    instrument: index, bid: now.bid, ask: now.ask,
                    venueTime: core.venueTime, receiveTime: core.now)))
    }

    mutating func received(_ tick: InstrumentTick) {
        guard let index = index(of: tick.instrument) else { return }
        if let last = tick.last { core.markets[index].lastPrice = last }
        core.received(.states, index, tick.time)
        core.emit(
            .ticker(
                Ticker(
                    instrument: index, last: tick.last, volume24h: tick.volume24,
                    venueTime: tick.time ?? core.venueTime, receiveTime: core.now)))
    }

    mutating func received(_ push: TradePush, _ line: LineID) {
        guard let index = index(of: push.instrument) else { return }
        if core.markets[index].watches[.trades].isFirst {
            if earlyTrades[index].count == Self.mostEarlyTrades { earlyTrades[index].removeFirst() }
            return earlyTrades[index].append(push.trade)
        }
        guard push.trade.quantity != nil else {
            return core.askAgain(for: .trades, index, line)  // the list says how much it was
        }
        core.received(.trades, index, push.trade.time)
        emit(push.trade, index)
    }

    /// - Parameter asked: the market that was asked about, where the list does not say.
    mutating func received(_ list: TradeList, of asked: InstrumentID?) {
        guard let index = list.instrument.flatMap({ self.index(of: $0) }) ?? asked else { return }
        core.markets[index].watches[.trades].answers = true
        // It answers what was asked, an unsubscription too: how old its trades are says nothing of the pushes.
        let watch = core.markets[index].watches[.trades]
        if watch.isFirst || watch.askedAt != nil { core.received(.trades, index, nil) }
        let early = earlyTrades[index].filter { trade in
            trade.quantity != nil
                && !list.trades.contains { $0.transaction == trade.transaction }
        }
        earlyTrades[index] = []
        for trade in (list.trades + early).sorted(by: { $0.transaction < $1.transaction }) {
            emit(trade, index)
        }
    }

    /// Emits a trade, once, and none of before the run.
    private mutating func emit(_ trade: PublicTrade, _ index: InstrumentID) {
        guard let quantity = trade.quantity else { return }
        let id = UInt64(trade.transaction.value)
        if let last = core.markets[index].lastTrade, id <= last { return }
        core.markets[index].lastTrade = id
        core.markets[index].lastPrice = trade.price
        if let since = core.markets[index].tradesSince, let time = trade.time, time < since {
            return
        }
        core.markets[index].tradesSince = nil
        core.emit(
            .trade(
                Trade(
                    instrument: index, price: trade.price, quantity: quantity,
                    taker: trade.side, id: id, venueTime: trade.time ?? core.venueTime,
                    receiveTime: core.now)))
    }
}
