internal import TradingCore
internal import TradingModel

/// What every event of an instrument reads or writes, close together and without an indirection.
@safe struct Tape {
    /// The last trade's price, or the last bar's close.
    var last: Price?
    /// When the last trade was received: one from before does not become the last.
    var lastTime = Timestamp.distantPast
    var hasTrades = false
    /// Whether market data can change anything beyond the book and the last price.
    var isWatched = false
    /// Whether we took liquidity that the recorded book may still show.
    var remembersTaken = false
    /// Whether the message under way has emptied a level that we took from.
    var hasTakenNews = false
    /// The market's own book, which keeps it alive.
    var book: Unmanaged<OrderBook>?
    /// The market itself, which the venue keeps alive.
    var market: Unmanaged<PaperMarket>?
}

/// One instrument at the simulated venue: what is known of its market, and our orders in it.
@safe final class PaperMarket {
    /// The finest data there is so far; it decides how orders fill.
    enum Detail {
        case nothing, bars, trades, depth
    }

    let instrument: Instrument
    let slippage: Slippage
    let liquidity: TouchLiquidity
    private let matchesAlways: Bool
    /// The venue's, which outlives the market.
    private let tape: UnsafeMutablePointer<Tape>
    /// The depth, once some has come.
    var book: OrderBook? {
        didSet { unsafe tape.pointee.book = book.map { unsafe Unmanaged.passUnretained($0) } }
    }
    /// The last quote: the depth of markets that have no book.
    private(set) var quotedBid: BookLevel?
    private(set) var quotedAsk: BookLevel?
    private(set) var hasQuotes = false
    /// The venue's own valuation, where it has told one.
    var mark: Price?
    private(set) var quotedAt = Timestamp.distantPast
    /// The bars that are followed; others of this instrument are ignored.
    var barSize: BarSize?
    var bars = BarFeed()
    /// Open orders, the oldest first; an amendment that loses its place moves to the end.
    private(set) var orders: [PaperOrder] = []
    /// Of the resting orders, by price.
    var buys = LevelQueues(.buy)
    var sells = LevelQueues(.sell)
    var taken = TakenLiquidity() {
        didSet {
            unsafe tape.pointee.remembersTaken = !taken.isEmpty
            unsafe tape.pointee.hasTakenNews = taken.hasNews
        }
    }
    private var lastPlace = 0
    private var stops = 0
    private var waiting = 0
    var hasStops: Bool { stops > 0 }
    var hasWaiting: Bool { waiting > 0 }

    init(
        _ instrument: Instrument, _ settings: PaperSettings, tape: UnsafeMutablePointer<Tape>
    ) {
        self.instrument = instrument
        slippage = settings.slippage
        liquidity = settings.liquidity
        matchesAlways = settings.matchesAlways
        unsafe self.tape = tape
        unsafe tape.pointee.market = Unmanaged.passUnretained(self)
        updateWatch()
    }

    var last: Price? {
        get { unsafe tape.pointee.last }
        set { unsafe tape.pointee.last = newValue }
    }
    var hasTrades: Bool { unsafe tape.pointee.hasTrades }

    var detail: Detail {
        if let book, book.messages > 0 || book.levelCount(.buy) + book.levelCount(.sell) > 0 {
            return .depth
        }
        if hasQuotes { return .depth }
        if hasTrades { return .trades }
        return barSize == nil ? .nothing : .bars
    }

    func updateWatch() { unsafe tape.pointee.isWatched = matchesAlways || !orders.isEmpty }

    /// Takes a quote for the touch; false: a later one is known already.
    func apply(_ quote: Quote) -> Bool {
        guard quote.receiveTime >= quotedAt else { return false }
        quotedAt = quote.receiveTime
        quotedBid = quote.bid
        quotedAsk = quote.ask
        hasQuotes = true
        return true
    }

    // MARK: - The depth, of the book or of the quote

    func level(_ side: Side, _ depth: Int) -> BookLevel? {
        if let book { return book.level(side, depth) }
        guard depth == 0 else { return nil }
        return side == .buy ? quotedBid : quotedAsk
    }

    func quantity(_ side: Side, at price: Price) -> Quantity {
        if let book { return book.quantity(side, at: price) }
        guard let level = level(side, 0), level.price == price else { return .zero }
        return level.quantity
    }

    /// Whether a price lies behind the last level that the venue shows.
    func isOutside(_ side: Side, _ price: Price) -> Bool {
        guard detail == .depth else { return false }
        let count = book?.levelCount(side) ?? (level(side, 0) == nil ? 0 : 1)
        guard count > 0, let worst = level(side, count - 1) else { return true }
        return side == .buy ? price < worst.price : price > worst.price
    }

    var mid: Price? {
        guard let bid = level(.buy, 0), let ask = level(.sell, 0) else { return nil }
        return Price.middle(bid.price, ask.price)
    }

    /// What a position is valued at: the venue's mark, else the last price, else what the book says.
    var valuation: Price? {
        mark ?? last ?? mid ?? level(.buy, 0)?.price ?? level(.sell, 0)?.price
    }

    /// The last price made worse for `side` by the slippage, on the tick.
    func slipped(_ price: Price, _ side: Side) -> Price {
        let tick = instrument.tick.attos
        let step: Int128
        switch slippage {
        case .ticks(let count):
            let (ticks, overflow) = tick.multipliedReportingOverflow(by: Int128(count))
            step = overflow ? 0 : ticks
        case .rate(let rate): step = Money(attos: price.attos).times(rate, .up)?.attos ?? 0
        }
        let (moved, overflow) = price.attos.addingReportingOverflow(side == .buy ? step : -step)
        // A price next to the largest that fits has no worse one.
        let slipped = Price(attos: overflow ? price.attos : moved)
        let rounded = slipped.roundedIfFitting(toMultipleOf: tick, side == .buy ? .up : .down)
        return max(rounded ?? slipped, instrument.tick)
    }

    // MARK: - Orders

    /// Puts an order at the end of its queue: behind all that its level shows; others have no queue.
    func join(_ order: PaperOrder) {
        lastPlace += 1
        order.place = lastPlace
        orders.append(order)
        order.joined = PaperOrder.Joined(
            isStop: order.stage == .untriggered, isWaiting: order.isWaiting)
        if order.joined.isStop { stops += 1 }
        if order.joined.isWaiting { waiting += 1 }
        guard order.stage == .resting, let price = order.request.price else { return }
        let shown = quantity(order.side, at: price)
        order.queue = LevelQueue(
            price: price, shown: shown, isUnseen: shown == .zero && isOutside(order.side, price))
        if order.side == .buy {
            buys.insert(order, at: price)
        } else {
            sells.insert(order, at: price)
        }
    }

    func leave(_ order: PaperOrder) {
        guard let place = order.place else { return }
        order.place = nil
        if orders.last === order {
            orders.removeLast()
        } else {
            orders.remove(at: orders.firstPlace { ($0.place ?? place) >= place })
        }
        if order.joined.isStop { stops -= 1 }
        if order.joined.isWaiting { waiting -= 1 }
        guard let price = order.queue?.price else { return }
        order.queue = nil
        if order.side == .buy {
            buys.remove(order, at: price)
        } else {
            sells.remove(order, at: price)
        }
    }

    /// Whether a price at which someone sells (`.sell`) or buys meets one of our resting orders.
    func meetsOurs(_ price: Price, of side: Side) -> Bool {
        if side == .sell { return buys.best.map { $0 >= price } ?? false }
        return sells.best.map { $0 <= price } ?? false
    }
}

extension Array {
    /// The first place from which on this is so; before it, it is not.
    func firstPlace(where isBehind: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
