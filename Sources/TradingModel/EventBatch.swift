/// Market events on their way from a source to a run, in order.
///
/// Trades and book changes, the bulk of all data, stand in dense columns of their own: an enum as
/// large as its largest case would be copied whole at every step, and a loop over one kind of event
/// need not ask for the kind of each. An event's *place* is its number in the batch; its place in
/// its column follows from how many of its kind came before.
@safe public final class EventBatch {
    /// Which column holds an event.
    public enum Kind: UInt8, Sendable {
        case trade
        case book
        case other
    }

    public let capacity: Int
    @usableFromInline var filled = 0
    @usableFromInline let kinds: UnsafeMutablePointer<Kind>
    @usableFromInline let times: UnsafeMutablePointer<Timestamp>
    /// By place: how many trades, how many book changes came before.
    @usableFromInline let tradesBefore: UnsafeMutablePointer<Int>
    @usableFromInline let changesBefore: UnsafeMutablePointer<Int>
    @usableFromInline let tradeRows: UnsafeMutablePointer<Trade>
    @usableFromInline let changeRows: UnsafeMutablePointer<BookChange>
    /// By row of the trades: the place of the event.
    @usableFromInline let tradePlaces: UnsafeMutablePointer<Int>
    private var others: [MarketEvent] = []
    /// The latest time of any event in it; distant past: it is empty.
    @usableFromInline var latest = Timestamp.distantPast

    public init(capacity: Int) {
        precondition(capacity > 0, "a batch holds at least one event")
        self.capacity = capacity
        unsafe kinds = .allocate(capacity: capacity)
        unsafe times = .allocate(capacity: capacity)
        // One more: behind the last event they hold the numbers of rows.
        unsafe tradesBefore = .allocate(capacity: capacity + 1)
        unsafe changesBefore = .allocate(capacity: capacity + 1)
        unsafe tradesBefore[0] = 0
        unsafe changesBefore[0] = 0
        unsafe tradeRows = .allocate(capacity: capacity)
        unsafe changeRows = .allocate(capacity: capacity)
        unsafe tradePlaces = .allocate(capacity: capacity)
    }

    deinit {  // all columns hold trivial values
        unsafe kinds.deallocate()
        unsafe times.deallocate()
        unsafe tradesBefore.deallocate()
        unsafe changesBefore.deallocate()
        unsafe tradeRows.deallocate()
        unsafe changeRows.deallocate()
        unsafe tradePlaces.deallocate()
    }

    @inlinable public var count: Int { filled }
    @inlinable public var isFull: Bool { filled == capacity }
    @inlinable public var isEmpty: Bool { filled == 0 }
    @inlinable public var latestTime: Timestamp { latest }
    /// Whether all its events have a column.
    public var hasColumnsAlone: Bool { others.isEmpty }

    public func removeAll() {
        filled = 0
        latest = .distantPast
        if !others.isEmpty { others.removeAll(keepingCapacity: true) }
    }

    /// Traps when the batch is full, as the other two do.
    @inlinable @inline(__always)
    public func append(_ trade: Trade) {
        let place = begin(.trade, trade.receiveTime)
        let row = unsafe tradesBefore[place]
        unsafe tradeRows[row] = trade
        unsafe tradePlaces[row] = place
        unsafe tradesBefore[place &+ 1] = row &+ 1
        unsafe changesBefore[place &+ 1] = changesBefore[place]
    }

    @inlinable @inline(__always)
    public func append(_ change: BookChange) {
        let place = begin(.book, change.receiveTime)
        let row = unsafe changesBefore[place]
        unsafe changeRows[row] = change
        unsafe changesBefore[place &+ 1] = row &+ 1
        unsafe tradesBefore[place &+ 1] = tradesBefore[place]
    }

    /// Appends many trades and changes: meanwhile where they go is in nobody else's reach, so that it need not
    /// be looked up for each.
    ///
    /// - Parameter body: appends as many as there is room for at most.
    @inlinable @inline(__always)
    public func appendMany(_ body: (inout Appender) -> Void) {
        var appender = Appender(self)
        body(&appender)
        filled = appender.place
        latest = appender.latest
    }

    public func append(_ event: MarketEvent) {
        switch event {
        case .trade(let trade): append(trade)
        case .book(let change): append(change)
        default: appendWhole(event)
        }
    }

    /// Appends an event of any kind as one that has no column, so that it goes the way of rare ones.
    package func appendWhole(_ event: MarketEvent) {
        let place = begin(.other, event.receiveTime)
        others.append(event)
        unsafe tradesBefore[place + 1] = tradesBefore[place]
        unsafe changesBefore[place + 1] = changesBefore[place]
    }

    /// Makes room for one more and says its place.
    @inlinable @inline(__always)
    func begin(_ kind: Kind, _ time: Timestamp) -> Int {
        precondition(filled < capacity)
        let place = filled
        unsafe kinds[place] = kind
        unsafe times[place] = time
        if time > latest { latest = time }
        filled = place &+ 1
        return place
    }

    /// The end of a batch, while many are appended.
    @safe public struct Appender {
        @usableFromInline let kinds: UnsafeMutablePointer<Kind>
        @usableFromInline let times: UnsafeMutablePointer<Timestamp>
        @usableFromInline let tradesBefore: UnsafeMutablePointer<Int>
        @usableFromInline let changesBefore: UnsafeMutablePointer<Int>
        @usableFromInline let tradeRows: UnsafeMutablePointer<Trade>
        @usableFromInline let changeRows: UnsafeMutablePointer<BookChange>
        @usableFromInline let tradePlaces: UnsafeMutablePointer<Int>
        @usableFromInline let capacity: Int
        @usableFromInline var place: Int
        @usableFromInline var trades: Int
        @usableFromInline var changes: Int
        @usableFromInline var latest: Timestamp

        @inlinable init(_ batch: EventBatch) {
            unsafe kinds = batch.kinds
            unsafe times = batch.times
            unsafe tradesBefore = batch.tradesBefore
            unsafe changesBefore = batch.changesBefore
            unsafe tradeRows = batch.tradeRows
            unsafe changeRows = batch.changeRows
            unsafe tradePlaces = batch.tradePlaces
            capacity = batch.capacity
            place = batch.filled
            trades = unsafe batch.tradesBefore[batch.filled]
            changes = unsafe batch.changesBefore[batch.filled]
            latest = batch.latest
        }

        /// Traps when the batch is full, as the other does.
        @inlinable @inline(__always)
        public mutating func append(_ trade: Trade) {
            precondition(place < capacity)
            unsafe tradeRows[trades] = trade
            unsafe tradePlaces[trades] = place
            trades &+= 1
            end(.trade, trade.receiveTime)
        }

        @inlinable @inline(__always)
        public mutating func append(_ change: BookChange) {
            precondition(place < capacity)
            unsafe changeRows[changes] = change
            changes &+= 1
            end(.book, change.receiveTime)
        }

        @inlinable @inline(__always)
        mutating func end(_ kind: Kind, _ time: Timestamp) {
            unsafe kinds[place] = kind
            unsafe times[place] = time
            latest = max(latest, time)
            place &+= 1
            unsafe tradesBefore[place] = trades
            unsafe changesBefore[place] = changes
        }
    }

    // MARK: - By place

    /// An event as the enum that most code works with.
    public subscript(place: Int) -> MarketEvent {
        switch kind(at: place) {
        case .trade: return .trade(trade(at: place))
        case .book: return .book(change(at: place))
        case .other: return unsafe others[place - tradesBefore[place] - changesBefore[place]]
        }
    }

    @inlinable @inline(__always)
    public func kind(at place: Int) -> Kind {
        precondition(place < filled)
        return unsafe kinds[place]
    }

    /// When an event reached us; a bar at its close.
    @inlinable @inline(__always)
    public func receiveTime(at place: Int) -> Timestamp {
        precondition(place < filled)
        return unsafe times[place]
    }

    /// Only where ``kind(at:)`` is `.trade`.
    @inlinable @inline(__always)
    public func trade(at place: Int) -> Trade { unsafe tradeRows[tradesBefore[place]] }

    /// Only where ``kind(at:)`` is `.book`.
    @inlinable @inline(__always)
    public func change(at place: Int) -> BookChange { unsafe changeRows[changesBefore[place]] }

    // MARK: - By column

    /// The rows of the trades among the events at these places.
    @inlinable
    public func tradeRows(at places: Range<Int>) -> Range<Int> {
        precondition(places.upperBound <= filled)
        return unsafe tradesBefore[places.lowerBound]..<tradesBefore[places.upperBound]
    }

    /// The rows of the book changes among the events at these places.
    @inlinable
    public func changeRows(at places: Range<Int>) -> Range<Int> {
        precondition(places.upperBound <= filled)
        return unsafe changesBefore[places.lowerBound]..<changesBefore[places.upperBound]
    }

    /// The place of the trade in this row.
    public func place(ofTrade row: Int) -> Int { unsafe tradePlaces[row] }

    /// What each event is, by place; valid until the batch changes.
    @unsafe @inlinable public var kindColumn: UnsafePointer<Kind> { unsafe UnsafePointer(kinds) }
    /// The column of trades; valid until the batch changes.
    @unsafe @inlinable public var tradeColumn: UnsafePointer<Trade> {
        unsafe UnsafePointer(tradeRows)
    }
    /// The column of book changes; valid until the batch changes.
    @unsafe @inlinable public var changeColumn: UnsafePointer<BookChange> {
        unsafe UnsafePointer(changeRows)
    }
}
