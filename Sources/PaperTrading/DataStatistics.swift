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
    private var hasSeen = false
    private var firstSeen = Timestamp.distantPast
    private var lastSeen = Timestamp.distantPast
    public private(set) var lastQuote: Quote?
    private var volumeAttos: Int128 = 0
    private var buyVolumeAttos: Int128 = 0
    private var notional: ExactSum
    let priceScale: DecimalScale
    private let quantityScale: DecimalScale

    package init(of instrument: Instrument) {
        priceScale = instrument.priceScale
        quantityScale = instrument.quantityScale
        notional = ExactSum(
            decimals: instrument.priceScale.decimals + instrument.quantityScale.decimals)
    }

    /// The receive time of the first event; nil: there was none.
    public var firstTime: Timestamp? { events == 0 ? nil : firstSeen }
    /// The receive time of the last event; nil: there was none.
    public var lastTime: Timestamp? { events == 0 ? nil : lastSeen }
    public var events: Int { trades + levels + bars + quotes + other }
    /// Σ quantity of all trades and bars.
    public var volume: Quantity { Quantity(attos: volumeAttos) }
    /// Σ quantity of the trades whose taker bought.
    public var buyVolume: Quantity { Quantity(attos: buyVolumeAttos) }
    /// Σ price × quantity of all trades, in full.
    public var notionalText: String { notional.description }

    /// - Parameter priceUnits: the price in units of its scale; nil where it is finer.
    @inline(__always)
    mutating func add(_ trade: Trade, priceUnits: Int64?) {
        count(trade, priceUnits: priceUnits)
        see(trade.receiveTime)
    }

    /// The same, but for its time; see ``see(_:_:_:)``.
    @inline(__always)
    mutating func count(_ trade: Trade, priceUnits: Int64?) {
        trades &+= 1
        // Sums of attos cannot overflow: 2⁶³ trades of the largest quantity there is would have to.
        volumeAttos &+= trade.quantity.attos
        // A mask, because nobody can predict the side.
        buyVolumeAttos &+= trade.quantity.attos & (trade.taker == .buy ? -1 : 0)
        if let priceUnits, let quantity = quantityScale.units(trade.quantity.attos) {
            notional.add(Int128(priceUnits) &* Int128(quantity))
        } else {
            notional.add(trade.price, trade.quantity)
        }
    }

    /// The book changes in these rows, but for their times.
    mutating func add(_ batch: EventBatch, _ rows: Range<Int>) {
        levels &+= rows.count
        for row in rows { bookUpdates &+= unsafe batch.changeColumn[row].endsMessage ? 1 : 0 }
    }

    /// The times of trades and changes that were counted without them, from the first place to the
    /// last.
    mutating func see(_ batch: EventBatch, _ first: Int, _ last: Int) {
        if !hasSeen { firstSeen = batch.receiveTime(at: first) }
        hasSeen = true
        lastSeen = batch.receiveTime(at: last)
    }

    @inline(__always)
    private mutating func see(_ time: Timestamp) {
        lastSeen = time
        if !hasSeen {
            firstSeen = time
            hasSeen = true
        }
    }

    @inline(__always)
    package mutating func add(_ change: BookChange) {
        levels &+= 1
        if change.endsMessage { bookUpdates &+= 1 }
        see(change.receiveTime)
    }

    /// Any event.
    package mutating func take(_ event: MarketEvent) {
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
            volumeAttos += bar.volume.attos
            if let bought = bar.buyVolume { buyVolumeAttos += bought.attos }
        case .quote(let quote):
            quotes += 1
            lastQuote = quote
        default: other += 1
        }
        see(event.receiveTime)
    }
}

/// A sum at a fixed number of decimals that may exceed 18, with what did not fit them apart.
struct ExactSum: Sendable, CustomStringConvertible {
    private let decimals: Int
    private var units: Int128 = 0
    /// Products of values finer than the scale, rounded half to even at the 18th decimal.
    private var fine: Int128 = 0

    init(decimals: Int) { self.decimals = decimals }

    @inline(__always)
    mutating func add(_ product: Int128) { units &+= product }

    mutating func add(_ price: Price, _ quantity: Quantity) {
        if let worth = price.times(quantity, .halfEven) { fine += worth.attos }
    }

    var description: String {
        guard decimals > 18 else {
            var scale: Int128 = 1
            for _ in decimals..<18 { scale *= 10 }
            return Money(attos: units * scale + fine).description
        }
        var scale: Int128 = 1
        for _ in 18..<decimals { scale *= 10 }
        let (attos, rest) = units.quotientAndRemainder(dividingBy: scale)
        let whole = Money(attos: attos + fine).description
        guard rest != 0 else { return whole }
        // Only here a number has more than 18 decimals: append those behind the 18th.
        let pad = String(repeating: "0", count: 18)
        let parts = whole.split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        var tail = String(rest.magnitude)
        tail = String(repeating: "0", count: decimals - 18 - tail.utf8.count) + tail
        while tail.hasSuffix("0") { tail.removeLast() }
        return "\(parts[0]).\(fraction)\(pad.dropFirst(fraction.utf8.count))\(tail)"
    }
}
