/// Market events on their way from a source to a run, in order.
///
/// Trades and book changes, the bulk of all data, stand in columns of their own: an enum as large as
/// its largest case would be copied whole at every step. Event `i` is in the column of its kind at
/// index `i`.
@safe public final class EventBatch {
    /// Which column holds an event.
    public enum Kind: UInt8, Sendable {
        case trade
        case book
        case other
    }

    public let capacity: Int
    public private(set) var count = 0
    @usableFromInline let kinds: UnsafeMutablePointer<Kind>
    @usableFromInline let times: UnsafeMutablePointer<Timestamp>
    @usableFromInline let trades: UnsafeMutablePointer<Trade>
    @usableFromInline let changes: UnsafeMutablePointer<BookChange>
    /// Made when the first event of another kind comes.
    private var others: [Int: MarketEvent] = [:]

    public init(capacity: Int) {
        precondition(capacity > 0, "a batch holds at least one event")
        self.capacity = capacity
        unsafe kinds = .allocate(capacity: capacity)
        unsafe times = .allocate(capacity: capacity)
        unsafe trades = .allocate(capacity: capacity)
        unsafe changes = .allocate(capacity: capacity)
    }

    deinit {  // all columns hold trivial values
        unsafe kinds.deallocate()
        unsafe times.deallocate()
        unsafe trades.deallocate()
        unsafe changes.deallocate()
    }

    public var isFull: Bool { count == capacity }
    public var isEmpty: Bool { count == 0 }

    public func removeAll() {
        count = 0
        if !others.isEmpty { others.removeAll(keepingCapacity: true) }
    }

    /// Traps when the batch is full, as the other two do.
    @inline(__always)
    public func append(_ trade: Trade) {
        precondition(count < capacity)
        unsafe trades[count] = trade
        unsafe kinds[count] = .trade
        unsafe times[count] = trade.receiveTime
        count &+= 1
    }

    @inline(__always)
    public func append(_ change: BookChange) {
        precondition(count < capacity)
        unsafe changes[count] = change
        unsafe kinds[count] = .book
        unsafe times[count] = change.receiveTime
        count &+= 1
    }

    public func append(_ event: MarketEvent) {
        switch event {
        case .trade(let trade): append(trade)
        case .book(let change): append(change)
        default:
            precondition(count < capacity)
            others[count] = event
            unsafe kinds[count] = .other
            unsafe times[count] = event.receiveTime
            count += 1
        }
    }

    /// An event as the enum that most code works with.
    public subscript(index: Int) -> MarketEvent {
        switch kind(at: index) {
        case .trade: return .trade(trade(at: index))
        case .book: return .book(change(at: index))
        case .other:
            guard let event = others[index] else { preconditionFailure("the kind says it is here") }
            return event
        }
    }

    @inlinable @inline(__always)
    public func kind(at index: Int) -> Kind {
        precondition(index < count)
        return unsafe kinds[index]
    }

    /// When an event reached us; a bar at its close.
    @inlinable @inline(__always)
    public func receiveTime(at index: Int) -> Timestamp {
        precondition(index < count)
        return unsafe times[index]
    }

    /// Only where ``kind(at:)`` is `.trade`.
    @inlinable @inline(__always)
    public func trade(at index: Int) -> Trade { unsafe trades[index] }

    /// Only where ``kind(at:)`` is `.book`.
    @inlinable @inline(__always)
    public func change(at index: Int) -> BookChange { unsafe changes[index] }
}
