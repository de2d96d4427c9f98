public import TradingModel

/// What a run's market data held for one instrument, exact to the last digit.
public struct DataStatistics: Sendable {
    public private(set) var trades = 0
    /// Atomic messages of the depth book.
    public private(set) var bookUpdates = 0
    public private(set) var bars = 0
    public private(set) var quotes = 0
    /// Single book changes: levels and clears.
    public private(set) var levels = 0
    public private(set) var other = 0
    private var hasTime = false
    private var earliest = Timestamp.distantPast
    private var latest = Timestamp.distantPast
    public private(set) var lastQuote: Quote?
    /// Σ quantity of all trades and bars.
    public private(set) var volume = ExactSum(decimals: 18)
    /// Σ quantity of the trades whose taker bought.
    public private(set) var buyVolume = ExactSum(decimals: 18)
    /// Σ price × quantity of all trades, in full.
    public private(set) var notional: ExactSum
    let priceScale: DecimalScale
    private let quantityScale: DecimalScale

    package init(of instrument: Instrument) {
        priceScale = instrument.priceScale
        quantityScale = instrument.quantityScale
        notional = ExactSum(
            decimals: instrument.priceScale.decimals + instrument.quantityScale.decimals)
    }

    /// The receive time of the first event; nil: there was none.
    public var firstTime: Timestamp? { events == 0 ? nil : earliest }
    /// The receive time of the last event; nil: there was none.
    public var lastTime: Timestamp? { events == 0 ? nil : latest }
    public var events: Int { trades + levels + bars + quotes + other }

    /// - Parameter priceUnits: the price in units of its scale; nil where it is finer.
    @inline(__always)
    mutating func add(_ trade: Trade, priceUnits: Int64?) {
        count(trade, priceUnits: priceUnits)
        observe(trade.receiveTime)
    }

    /// The same, but for its time; see ``observe(_:_:_:)``.
    @inline(__always)
    mutating func count(_ trade: Trade, priceUnits: Int64?) {
        trades &+= 1
        volume.add(trade.quantity.attos)
        // A mask, because nobody can predict the side.
        buyVolume.add(trade.quantity.attos & (trade.taker == .buy ? -1 : 0))
        if let priceUnits, let quantity = quantityScale.units(trade.quantity.attos) {
            notional.add(Int128(priceUnits) &* Int128(quantity))
        } else {
            notional.add(trade.price, trade.quantity)
        }
    }

    /// Counts the trades in these rows, but for their times, where all of them lie on the scales and their
    /// sums fit; nil: it has counted none.
    mutating func count(_ batch: EventBatch, _ rows: Range<Int>) -> PriceSpan? {
        guard rows.count <= Self.mostAtOnce else { return nil }
        let column = unsafe batch.tradeColumn
        var span = PriceSpan()
        var quantities: (all: Int64, bought: Int64) = (0, 0)
        var products: Int128 = 0
        for row in rows {
            let trade = unsafe column + row
            guard let price = unsafe priceScale.units(trade.pointee.price.attos),
                let quantity = unsafe quantityScale.units(trade.pointee.quantity.attos),
                quantity <= Self.mostUnits
            else { return nil }
            span.add(price)
            quantities.all &+= quantity
            // A mask, because nobody can predict the side.
            quantities.bought &+= quantity & (unsafe trade.pointee.taker == .buy ? -1 : 0)
            products &+= Int128(price) &* Int128(quantity)
        }
        trades &+= rows.count
        volume.add(quantityScale.attos(quantities.all))
        buyVolume.add(quantityScale.attos(quantities.bought))
        notional.add(products)
        return span
    }

    /// So many quantities of so many units fit 63 bits together, and their products with prices 127.
    private static let mostAtOnce = 256
    private static let mostUnits: Int64 = 1 << 54

    /// The book changes in these rows, but for their times.
    mutating func add(_ batch: EventBatch, _ rows: Range<Int>) {
        levels &+= rows.count
        for row in rows { bookUpdates &+= unsafe batch.changeColumn[row].endsMessage ? 1 : 0 }
    }

    /// The times of trades and changes that were counted without them, from the first place to the
    /// last.
    mutating func observe(_ batch: EventBatch, _ first: Int, _ last: Int) {
        if !hasTime { earliest = batch.receiveTime(at: first) }
        hasTime = true
        latest = batch.receiveTime(at: last)
    }

    @inline(__always)
    private mutating func observe(_ time: Timestamp) {
        latest = time
        if !hasTime {
            earliest = time
            hasTime = true
        }
    }

    @inline(__always)
    mutating func add(_ change: BookChange) {
        levels &+= 1
        if change.endsMessage { bookUpdates &+= 1 }
        observe(change.receiveTime)
    }

    /// Any event.
    package mutating func add(_ event: MarketEvent) {
        switch event {
        case .trade(let trade): add(trade, priceUnits: priceScale.units(trade.price.attos))
        case .book(let change): add(change)
        default: addOther(event)
        }
    }

    mutating func addOther(_ event: MarketEvent) {
        switch event {
        case .bar(let bar):
            bars += 1
            volume.add(bar.volume.attos)
            if let bought = bar.buyVolume { buyVolume.add(bought.attos) }
        case .quote(let quote):
            quotes += 1
            lastQuote = quote
        default: other += 1
        }
        observe(event.receiveTime)
    }
}

/// The prices of trades in a row, in units of a scale.
struct PriceSpan {
    private(set) var lowest = Int64.max
    private(set) var highest = Int64.min
    private(set) var last: Int64 = 0

    @inline(__always)
    mutating func add(_ price: Int64) {
        lowest = min(lowest, price)
        highest = max(highest, price)
        last = price
    }
}
