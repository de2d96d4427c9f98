internal import TradingCore
internal import TradingModel

/// What every event of an instrument reads or writes, close together and without an indirection.
@safe struct Tape {
    /// The last trade's price, or the last bar's close.
    var last: Price?
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
    /// The bars that are followed; others of this instrument are ignored.
    var barSize: BarSize?
    var bars = BarFeed()
    /// Open orders, the oldest first; an amendment that loses its place moves to the end.
    private(set) var orders: [PaperOrder] = []
    var queues: [LevelQueue] = []
    var taken = TakenLiquidity() {
        didSet {
            unsafe tape.pointee.remembersTaken = !taken.isEmpty
            unsafe tape.pointee.hasTakenNews = taken.hasNews
        }
    }
    /// Our best resting prices, and whether a stop sleeps: what most events need to know.
    private(set) var bestBuy: Price?
    private(set) var bestSell: Price?
    private(set) var hasStops = false

    init(
        _ instrument: Instrument, _ settings: PaperSettings, tape: UnsafeMutablePointer<Tape>
    ) {
        self.instrument = instrument
        slippage = settings.slippage
        liquidity = settings.liquidity
        unsafe self.tape = tape
        unsafe tape.pointee.market = Unmanaged.passUnretained(self)
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

    func updateWatch() { unsafe tape.pointee.isWatched = !orders.isEmpty }

    func take(_ quote: Quote) {
        quotedBid = quote.bid
        quotedAsk = quote.ask
        hasQuotes = true
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
        case .ticks(let count): step = Int128(count) * tick
        case .rate(let rate): step = Money(attos: price.attos).times(rate, .up)?.attos ?? 0
        }
        let moved = Price(attos: side == .buy ? price.attos + step : price.attos - step)
        let rounded = moved.rounded(toMultipleOf: tick, side == .buy ? .up : .down)
        return max(rounded, instrument.tick)
    }

    // MARK: - Orders

    /// Puts an order at the end of its queue: behind all that its level shows.
    func join(_ order: PaperOrder) {
        orders.append(order)
        enterQueue(order)
        findBest()
    }

    func leave(_ order: PaperOrder) {
        orders.removeAll { $0 === order }
        leaveQueue(order)
        findBest()
    }

    private func findBest() {
        bestBuy = nil
        bestSell = nil
        hasStops = false
        for order in orders {
            if order.stage == .sleeping { hasStops = true }
            guard order.isRestingLimit, let price = order.request.price else { continue }
            if order.side == .buy {
                bestBuy = max(bestBuy ?? price, price)
            } else {
                bestSell = min(bestSell ?? price, price)
            }
        }
    }

    /// Whether a price at which someone sells (`.sell`) or buys meets one of our resting orders.
    func meetsOurs(_ price: Price, of side: Side) -> Bool {
        if side == .sell { return bestBuy.map { $0 >= price } ?? false }
        return bestSell.map { $0 <= price } ?? false
    }

    /// Finds the queue of an order that rests at a price; the other stages have none.
    func enterQueue(_ order: PaperOrder) {
        guard order.isRestingLimit, let price = order.request.price else { return }
        let shown = quantity(order.side, at: price)
        order.ahead = shown
        order.isUnseen = shown == .zero && isOutside(order.side, price)
        order.lastCut = .zero
        guard !queues.contains(where: { $0.side == order.side && $0.price == price }) else {
            return
        }
        queues.append(
            LevelQueue(side: order.side, price: price, shown: shown, isUnseen: order.isUnseen))
    }

    func leaveQueue(_ order: PaperOrder) {
        guard let price = order.request.price, resting(order.side, at: price).isEmpty else {
            return
        }
        queues.removeAll { $0.side == order.side && $0.price == price }
    }

    /// Our limit orders that rest at a price, the oldest first.
    func resting(_ side: Side, at price: Price) -> [PaperOrder] {
        orders.filter { $0.isRestingLimit && $0.side == side && $0.request.price == price }
    }
}
