public import TradingModel

/// Where a run trades.
public enum TradingMode: String, Hashable, Sendable {
    case backtest
    case paper
    case live
}

/// What the market last said about an instrument.
public struct Marks: Hashable, Sendable {
    /// The last trade's price, or the last bar's close.
    public internal(set) var last: Price?
    /// The top of book from quotes; the depth book, where there is one, goes first.
    public internal(set) var bid: BookLevel?
    public internal(set) var ask: BookLevel?
    /// The venue's own valuation.
    public internal(set) var mark: Price?
    public internal(set) var receiveTime: Timestamp?
    /// When the quote was made and when it came; nil before the first.
    public internal(set) var quoted: QuoteTimes?

    public init() {}
}

/// The venue's time of a quote and ours.
public struct QuoteTimes: Hashable, Sendable {
    public let venueTime: Timestamp
    public let receiveTime: Timestamp
}

/// All that the engine knows and a strategy may ask: read by scripts, changed only by the engine.
public final class TradingState {
    public let mode: TradingMode
    /// By ``InstrumentID/index``.
    public let instruments: [Instrument]
    /// Engine time: the latest time of any input.
    public internal(set) var now: Timestamp
    /// The depth by instrument; nil where no depth has come.
    public internal(set) var books: [OrderBook?]
    let marksTable: InstrumentTable<Marks>
    public internal(set) var positions: [Position]
    /// What the venue says of a position, by instrument; nil: nothing, our own fills are all there is.
    var venueWords: [VenueWord?]
    /// What others have open; empty where nothing is known of such.
    var foreignExposures: [ForeignExposure] = []
    /// The few that there are, in the order in which they were first told: found quicker than by a hash.
    var balanceList: [Balance] = []
    /// What all accounts have together.
    public var balances: [Currency: Balance] {
        Dictionary(balanceList.map { ($0.currency, $0) }) { $0.with($1) }
    }
    /// What each account has, in the order in which it was first told.
    public var accountBalances: [Balance] { balanceList }
    public let accounts: RunAccounts
    public let orders: OrderTable
    /// Fees paid in a currency that is neither the instrument's settle currency nor, of spot, its
    /// base currency: those are in its position.
    public internal(set) var otherFees: [Currency: Money] = [:]
    /// Whether new orders are allowed; a stop, a limit or a failure ends it for good.
    public internal(set) var isTrading = true
    /// Why no new orders are allowed for now; nil: they are.
    public internal(set) var pause: String?
    /// Which limit has ended trading; nil: none has.
    public internal(set) var haltedBy: RiskRefusal?
    /// What lets only orders pass that reduce; nil: no limit does.
    var caution: Caution?

    /// - Parameters:
    ///   - finalOrdersKept: see ``EngineSettings/finalOrdersKept``.
    ///   - hasAccountAtEachVenue: see ``EngineSettings/hasAccountAtEachVenue``.
    public init(
        mode: TradingMode, instruments: [Instrument], now: Timestamp,
        finalOrdersKept: Int = EngineSettings().finalOrdersKept,
        hasAccountAtEachVenue: Bool = false
    ) {
        accounts = RunAccounts(
            of: instruments.map(\.symbol), isShared: !hasAccountAtEachVenue)
        self.mode = mode
        self.instruments = instruments
        self.now = now
        orders = OrderTable(finalOrdersKept: finalOrdersKept)
        books = instruments.map { _ in nil }
        marksTable = InstrumentTable(instruments.map { _ in Marks() })
        positions = instruments.map { Position(of: $0) }
        venueWords = instruments.map { _ in nil }
    }

    /// What all accounts have of a currency; nil: none has told of it.
    public func balance(of currency: Currency) -> Balance? {
        var sum: Balance?
        for balance in balanceList where balance.currency == currency {
            sum = sum?.with(balance) ?? balance
        }
        return sum
    }

    /// The same of one account, by its place among ``accounts``.
    public func balance(of currency: Currency, on account: Int) -> Balance? {
        balanceList.first { $0.currency == currency && $0.account == account }
    }

    func apply(_ balance: Balance) {
        let known = balanceList.firstIndex {
            $0.currency == balance.currency && $0.account == balance.account
        }
        if let place = known {
            balanceList[place] = balance
        } else {
            balanceList.append(balance)
        }
    }

    /// What may fill in an instrument on a side: our open orders, and those of others.
    func exposure(of instrument: InstrumentID, _ side: Side) -> Exposure {
        var open = orders.exposure(of: instrument, side)
        guard !foreignExposures.isEmpty else { return open }
        for foreign in foreignExposures where foreign.instrument == instrument {
            open.growing.add(side == .buy ? foreign.buying : foreign.selling)
        }
        return open
    }

    /// The order with this serial; nil: there is none, or it is forgotten.
    public func order(_ serial: OrderSerial) -> Order? { orders[serial] }

    /// Takes in what a stretch of events says about marks and time.
    func observe(_ batch: EventBatch, _ places: Range<Int>) {
        if places.upperBound == batch.count {  // what came before them has been seen
            now = max(now, batch.latestTime)
        } else {
            for place in places { now = max(now, batch.receiveTime(at: place)) }
        }
        if marksTable.count == 1 { return observeLast(of: batch, places) }
        for place in places {
            if batch.kind(at: place) == .trade {
                observe(batch.trade(at: place))
            } else {
                observe(batch.change(at: place))
            }
        }
    }

    /// With one instrument only its last trade and the last end of a message count.
    private func observeLast(of batch: EventBatch, _ places: Range<Int>) {
        let changes = batch.changeRows(at: places)
        var changesBeforeTrade = changes.lowerBound
        if let row = batch.tradeRows(at: places).last {
            observe(unsafe batch.tradeColumn[row])
            changesBeforeTrade = batch.changeRows(at: 0..<batch.place(ofTrade: row)).upperBound
        }
        let end = changes.last { unsafe batch.changeColumn[$0].endsMessage }
        guard let end, end >= changesBeforeTrade else { return }
        observe(unsafe batch.changeColumn[end])
    }

    @inline(__always)
    func observe(_ trade: Trade) {
        marksTable[trade.instrument.index].last = trade.price
        marksTable[trade.instrument.index].receiveTime = trade.receiveTime
    }

    @inline(__always)
    func observe(_ change: BookChange) {
        guard change.endsMessage else { return }
        marksTable[change.instrument.index].receiveTime = change.receiveTime
    }

    /// What the market last said about an instrument.
    public func marks(_ instrument: InstrumentID) -> Marks { marksTable[instrument.index] }

    /// The top of book: the depth's where there is one, else the last quote's.
    public func top(_ instrument: InstrumentID) -> (bid: BookLevel?, ask: BookLevel?) {
        if let book = books[instrument.index] { return (book.bestBid, book.bestAsk) }
        let marks = marks(instrument)
        return (marks.bid, marks.ask)
    }

    /// The middle of the top of book, rounded half to even; nil while a side is empty.
    public func mid(_ instrument: InstrumentID) -> Price? {
        let top = top(instrument)
        guard let bid = top.bid, let ask = top.ask else { return nil }
        return Price.middle(bid.price, ask.price)
    }

    /// What a position is valued at: the venue's mark, else the last price, else the mid.
    public func valuation(_ instrument: InstrumentID) -> Price? {
        let marks = marks(instrument)
        return marks.mark ?? marks.last ?? mid(instrument)
    }
}

extension Balance {
    /// With what another account has of the currency; what does not fit is as much as can be counted.
    fileprivate func with(_ other: Balance) -> Balance {
        let most = Money(attos: .max)
        return Balance(
            currency: currency, total: total.plus(other.total) ?? most,
            available: available.plus(other.available) ?? most, account: account)
    }
}
