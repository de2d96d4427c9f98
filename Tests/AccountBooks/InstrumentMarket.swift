import TradingModel

/// What was heard of one instrument's market, as far as it says what a position is worth.
struct InstrumentMarket {
    private var mark: Price?
    private var last: Price?
    private var bid: Price?
    private var ask: Price?
    /// The depth; nil until some has come, unless it is kept from the start.
    private var levels: [Side: [Price: Quantity]]?

    init(keepsBook: Bool) { levels = keepsBook ? [:] : nil }

    /// The venue's mark, else the last price, else the middle of the best bid and ask.
    var valuation: Price? { mark ?? last ?? mid }

    private var mid: Price? {
        var (bid, ask) = (bid, ask)
        if let levels {
            bid = levels[.buy]?.keys.max()
            ask = levels[.sell]?.keys.min()
        }
        guard let bid, let ask else { return nil }
        return Price(attos: quotient(of: [bid.attos + ask.attos], over: [2]))
    }

    /// Takes an event in; false where nobody looks at the valuation before more has come.
    mutating func hear(_ event: MarketEvent) -> Bool {
        switch event {
        case .trade(let trade): last = trade.price
        case .bar(let bar): last = bar.close
        case .ticker(let ticker): mark = ticker.mark ?? mark
        case .quote(let quote):
            guard levels == nil else { return false }
            bid = quote.bid?.price
            ask = quote.ask?.price
        case .book(let change):
            apply(change)
            return change.endsMessage
        case .funding: break
        }
        return true
    }

    private mutating func apply(_ change: BookChange) {
        var book = levels ?? [:]
        switch change.kind {
        case .clear: book = [:]
        case .level:
            let isGone = change.quantity == .zero
            book[change.side, default: [:]][change.price] = isGone ? nil : change.quantity
        }
        levels = book
    }
}
