public import TradingModel

/// The depth of one instrument, both sides, kept from snapshots and deltas.
@safe public final class OrderBook {
    public let instrument: InstrumentID
    /// Two sides, `.buy` first; behind a pointer, so that an update costs no exclusivity check.
    private let sides: UnsafeMutablePointer<BookSide>
    private let clock: UnsafeMutablePointer<Clock>

    private struct Clock {
        var isInMessage = false
        var messages = 0
        var crossedMessages = 0
        var receiveTime: Timestamp?
        var venueTime: Timestamp?
    }

    public init(instrument: InstrumentID) {
        self.instrument = instrument
        unsafe sides = .allocate(capacity: 2)
        unsafe sides.initialize(to: BookSide(.buy))
        unsafe (sides + 1).initialize(to: BookSide(.sell))
        unsafe clock = .allocate(capacity: 1)
        unsafe clock.initialize(to: Clock())
    }

    /// The same depth in a book of its own.
    func copy() -> OrderBook {
        let copy = OrderBook(instrument: instrument)
        for side in 0..<2 {
            unsafe copy.sides[side].deallocate()
            unsafe copy.sides[side] = sides[side].copy()
        }
        unsafe copy.clock.pointee = clock.pointee
        return copy
    }

    deinit {
        for side in 0..<2 { unsafe sides[side].deallocate() }
        unsafe sides.deallocate()
        unsafe clock.deallocate()
    }

    /// Applies one change; zero quantity deletes a level.
    ///
    /// A level that is to be deleted may be absent: venues also tell of those beyond the depth
    /// that they show. The caller picks the book by the change's instrument.
    ///
    /// - Returns: the level's quantity before the change; zero for `clear`.
    @discardableResult
    public func apply(_ change: BookChange) -> Quantity { set(change) }

    /// Applies the changes in these rows of a batch, all of this book's instrument.
    public func apply(_ batch: EventBatch, _ rows: Range<Int>) {
        guard let last = rows.last else { return }
        let column = unsafe batch.changeColumn
        var messages = 0
        var crossed = 0
        for row in rows {
            let change = unsafe column + row
            guard unsafe change.pointee.kind == .level else {
                _ = unsafe set(change.pointee)
                continue
            }
            _ = unsafe sides[Int(change.pointee.side.rawValue)].set(
                change.pointee.price, to: change.pointee.quantity)
            guard unsafe change.pointee.endsMessage else { continue }
            messages &+= 1
            crossed &+= isCrossed ? 1 : 0
        }
        unsafe clock.pointee.messages &+= messages
        unsafe clock.pointee.crossedMessages &+= crossed
        unsafe stamp(column[last])
    }

    @inline(__always)
    private func set(_ change: BookChange) -> Quantity {
        let before: Quantity
        switch change.kind {
        case .clear:
            unsafe sides[0].removeAll()
            unsafe sides[1].removeAll()
            before = .zero
        case .level:
            before = unsafe sides[Int(change.side.rawValue)].set(
                change.price, to: change.quantity)
        }
        stamp(change)
        if change.endsMessage {
            unsafe clock.pointee.messages += 1
            if isCrossed { unsafe clock.pointee.crossedMessages += 1 }
        }
        return before
    }

    /// Takes in when a change came, and whether a message is under way.
    @inline(__always)
    private func stamp(_ change: BookChange) {
        unsafe clock.pointee.receiveTime = change.receiveTime
        unsafe clock.pointee.venueTime = change.venueTime
        unsafe clock.pointee.isInMessage = !change.endsMessage
    }

    /// The best level of a side; nil while it is empty.
    public var bestBid: BookLevel? { unsafe sides[0].level(0) }
    public var bestAsk: BookLevel? { unsafe sides[1].level(0) }
    /// The level at `depth` of a side, 0 is the best; nil behind the last.
    public func level(_ side: Side, _ depth: Int) -> BookLevel? {
        unsafe sides[Int(side.rawValue)].level(depth)
    }
    public func levelCount(_ side: Side) -> Int { unsafe sides[Int(side.rawValue)].count }
    /// The total quantity at a price; zero where there is no level.
    public func quantity(_ side: Side, at price: Price) -> Quantity {
        unsafe sides[Int(side.rawValue)].quantity(at: price)
    }
    /// The top, with the times of the last change; nil before the first.
    public var top: Quote? {
        guard let receiveTime else { return nil }
        return Quote(
            instrument: instrument, bid: bestBid, ask: bestAsk, venueTime: venueTime ?? receiveTime,
            receiveTime: receiveTime)
    }
    /// Halfway between the best bid and ask, rounded half to even; nil while a side is empty.
    public var mid: Price? {
        guard let bid = bestBid, let ask = bestAsk else { return nil }
        return Price.middle(bid.price, ask.price)
    }
    /// Whether the best bid is at or above the best ask.
    public var isCrossed: Bool {
        guard let bid = unsafe sides[0].bestPrice, let ask = unsafe sides[1].bestPrice else {
            return false
        }
        return bid >= ask
    }
    /// Whether a venue message is only half applied.
    public var isInMessage: Bool { unsafe clock.pointee.isInMessage }
    /// How many messages left the book crossed.
    public var crossedMessages: Int { unsafe clock.pointee.crossedMessages }
    /// How many messages have been applied whole.
    public var messages: Int { unsafe clock.pointee.messages }
    /// When the last change was received and stamped; nil before the first.
    public var receiveTime: Timestamp? { unsafe clock.pointee.receiveTime }
    public var venueTime: Timestamp? { unsafe clock.pointee.venueTime }
    /// Levels of a side, best first, at most `count`.
    public func levels(_ side: Side, count: Int) -> [BookLevel] {
        (0..<max(0, min(count, levelCount(side)))).compactMap { level(side, $0) }
    }
}
