public import TradingModel

/// An own order, from its approval to its end and a while beyond: plain values, copied as they lie.
public struct Order: Hashable, Sendable {
    public let id: ClientOrderID
    /// Its number in this run, counted from 1: what script handles refer to.
    public let serial: OrderSerial
    /// What was approved: price on the tick, quantity on the lot; amendments replace it.
    public internal(set) var request: OrderRequest
    public internal(set) var state: OrderState
    /// What may still fill at worst, an amendment under way included; zero once it is final.
    public private(set) var remaining: Quantity
    /// Σ price × quantity of its fills, for the average.
    public internal(set) var filledNotional: Money
    public let createdAt: Timestamp
    public internal(set) var updatedAt: Timestamp
    /// The version of the strategy that made it; a reload changes nothing about it.
    public let version: Int
    /// Why our own gate refused the last change that was asked of it; empty in the order's table.
    var refusal = InternedText.empty
    /// Whether it is as it was earlier, told late; never so in the order's table.
    var isPast = false

    init(
        id: ClientOrderID, serial: OrderSerial, request: OrderRequest, state: OrderState,
        filledNotional: Money = .zero, createdAt: Timestamp, updatedAt: Timestamp, version: Int = 1
    ) {
        self.id = id
        self.serial = serial
        self.request = request
        self.state = state
        self.filledNotional = filledNotional
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
        remaining = state.mostToFill(of: request.quantity)
    }

    /// Changes it, and what follows from that.
    fileprivate mutating func change<Result>(_ body: (inout Order) -> Result) -> Result {
        let result = body(&self)
        remaining = state.mostToFill(of: request.quantity)
        return result
    }

    /// Whether a strategy alone hears of it as it is: the table has it otherwise, or not at all.
    public var isAside: Bool {
        isPast || !refusal.isEmpty || serial.number > Refusals.firstSerial
    }
    /// Why it was refused, ended or lost sight of; empty: none of these.
    public var reason: InternedText { refusal.isEmpty ? state.reason : refusal }
    public var filled: Quantity { state.filled }
    /// The average price of its fills, rounded half to even; nil before the first.
    public var averagePrice: Price? {
        guard filled > .zero else { return nil }
        return filledNotional.divided(by: filled, .halfEven)
    }
}

/// The orders of a run: all that are open, and the last that are final.
///
/// Serials count from 1 without gaps, so an order is found by its place. Orders that are still open
/// when thousands after them have ended are moved aside.
@safe public final class OrderTable {
    /// Final orders kept at least, for scripts and late reports.
    let finalOrdersKept: Int
    /// The last orders as they lie, in room that never moves: twice ``finalOrdersKept``.
    private let recent: UnsafeMutablePointer<Order>
    private var recentCount = 0
    /// The serial of the first of ``recent``.
    private var firstSerial = 1
    private var longLived: [OrderSerial: Order] = [:]
    /// Of orders whose ids do not end in their serials: those of tests and from before.
    private var serialByID: [ClientOrderID: OrderSerial] = [:]
    /// The venue's numbers of the fills, so that one told twice counts once.
    private var fills: Set<ReceivedFill> = []
    /// Open orders in the order in which they were made.
    private(set) var openSerials: [OrderSerial] = []
    /// By instrument and side, as far as there were orders.
    private var exposures: [Exposure] = []

    private struct ReceivedFill: Hashable {
        let order: OrderSerial
        let number: FillID
    }

    init(finalOrdersKept: Int) {
        precondition(finalOrdersKept > 0, "the order of the event at hand is kept")
        self.finalOrdersKept = finalOrdersKept
        unsafe recent = .allocate(capacity: 2 * finalOrdersKept)
    }

    deinit { unsafe recent.deallocate() }  // orders are plain values

    /// Becomes what another table is now, which keeps as many.
    func copyAll(of other: OrderTable) {
        unsafe recent.update(from: other.recent, count: other.recentCount)
        recentCount = other.recentCount
        firstSerial = other.firstSerial
        longLived = other.longLived
        serialByID = other.serialByID
        fills = other.fills
        openSerials = other.openSerials
        exposures = other.exposures
    }

    @inline(__always) public subscript(serial: OrderSerial) -> Order? {
        let place = serial.number - firstSerial
        if place >= 0 { return place < recentCount ? unsafe recent[place] : nil }
        return longLived[serial]
    }

    @inline(__always) public subscript(id: ClientOrderID) -> Order? {
        guard let serial = serial(of: id) else { return nil }
        return self[serial]
    }

    /// Where one of the last orders lies, until the table changes; nil: there is none, it is forgotten, or it
    /// was moved aside.
    @unsafe public func place(of serial: OrderSerial) -> UnsafePointer<Order>? {
        let place = serial.number - firstSerial
        return place >= 0 && place < recentCount ? unsafe UnsafePointer(recent + place) : nil
    }

    /// Whether it has the order: one that it has forgotten, or never had, it has not.
    public func has(_ serial: OrderSerial) -> Bool {
        unsafe place(of: serial) != nil || longLived[serial] != nil
    }

    /// Lets `body` read an order where it lies; false: there is none, or it is forgotten.
    @inline(__always)
    func read(_ serial: OrderSerial, _ body: (borrowing Order) -> Void) -> Bool {
        let place = serial.number - firstSerial
        guard place < recentCount else { return false }
        if place >= 0 {
            unsafe body(recent[place])
            return true
        }
        guard let order = longLived[serial] else { return false }
        body(order)
        return true
    }

    /// The serial of the order with this id; nil: there is none, or it is forgotten.
    func serial(of id: ClientOrderID) -> OrderSerial? {
        // Our ids end in the serial; that the id itself agrees makes sure that the order is meant.
        if let serial = id.parts.ending.map({ OrderSerial($0) }) {
            if let order = unsafe place(of: serial) {
                if unsafe order.pointee.id == id { return serial }
            } else if let order = longLived[serial], order.id == id {
                return serial
            }
        }
        return serialByID[id]
    }

    /// The side of the order with this id, of which nothing else is copied; nil: there is none, or it is forgotten.
    public func side(of id: ClientOrderID) -> Side? {
        guard let serial = serial(of: id) else { return nil }
        if let order = unsafe place(of: serial) { return unsafe order.pointee.request.side }
        return longLived[serial]?.request.side
    }

    /// Open orders in the order in which they were made.
    public var open: [Order] { openSerials.compactMap { self[$0] } }
    public var openCount: Int { openSerials.count }

    /// The serials of the open orders for which this is so, in the order in which they were made.
    public func openSerials(where isMeant: (borrowing Order) -> Bool) -> [OrderSerial] {
        openSerials.filter { serial in
            var isThisMeant = false
            return read(serial) { isThisMeant = isMeant($0) } && isThisMeant
        }
    }

    /// What may still fill of an instrument's open orders on a side.
    package func exposure(of instrument: InstrumentID, _ side: Side) -> Exposure {
        let place = Self.place(of: instrument, side)
        return place < exposures.count ? exposures[place] : Exposure()
    }

    private static func place(of instrument: InstrumentID, _ side: Side) -> Int {
        instrument.index * 2 + Int(side.rawValue)
    }

    /// Takes a new order in; its serial must follow the last one's.
    func insert(_ order: Order) {
        precondition(order.serial.number == firstSerial + recentCount, "serials count without gaps")
        if recentCount == 2 * finalOrdersKept { forgetOldest() }
        let place = unsafe recent + recentCount
        unsafe place.initialize(to: order)
        recentCount += 1
        if order.id.parts.ending != order.serial.number { serialByID[order.id] = order.serial }
        let end = Self.place(of: order.request.instrument, .sell) + 1
        while exposures.count < end { exposures.append(Exposure()) }
        unsafe updateSums(place, from: nil)
    }

    /// Takes an order in as another table has it, new or changed.
    ///
    /// Those made before this table began are not in it, and stay out.
    func adopt(_ order: Order) {
        if order.serial.number == firstSerial + recentCount {
            insert(order)
        } else if self[order.serial] != nil {
            update(order)
        }
    }

    /// Replaces an order; one that became final leaves the open ones.
    func update(_ order: Order) { change(order.serial) { $0 = order } }

    /// Changes the order with this serial where it lies; one that became final leaves the open ones.
    @discardableResult
    func change<Result>(_ serial: OrderSerial, _ body: (inout Order) -> Result) -> Result {
        let place = serial.number - firstSerial
        if place >= 0 {
            precondition(place < recentCount, "only an order that the table has can change")
            return unsafe change(recent + place, body)
        }
        guard var order = longLived[serial] else {
            preconditionFailure("only an order that the table has can change")
        }
        defer { longLived[serial] = order }
        return unsafe change(&order, body)
    }

    /// By its place: an order is large, and none is copied.
    private func change<Result>(
        _ order: UnsafeMutablePointer<Order>, _ body: (inout Order) -> Result
    ) -> Result {
        let before = unsafe Stake(order.pointee)
        let result = unsafe order.pointee.change(body)
        unsafe updateSums(order, from: before)
        return result
    }

    /// Keeps the number of a fill of an order; false: it was reported before.
    func record(_ fill: Fill, of serial: OrderSerial) -> Bool {
        fills.insert(ReceivedFill(order: serial, number: fill.number)).inserted
    }

    /// Keeps the number of a fill that is counted in an order already.
    func record(_ fill: FillID, of serial: OrderSerial) {
        fills.insert(ReceivedFill(order: serial, number: fill))
    }

    /// Keeps the list of open orders and the sums as an order changes.
    private func updateSums(_ order: UnsafePointer<Order>, from before: Stake?) {
        let after = unsafe Stake(order.pointee)
        guard before != after else { return }
        let request = unsafe (order.pointee.request.instrument, order.pointee.request.side)
        let place = Self.place(of: request.0, request.1)
        if let before { exposures[place].remove(before) }
        exposures[place].add(after)
        let wasOpen = before?.isOpen ?? false
        let serial = unsafe order.pointee.serial
        if after.isOpen, !wasOpen {
            openSerials.append(serial)
        } else if wasOpen, !after.isOpen, let place = openSerials.lastIndex(of: serial) {
            openSerials.remove(at: place)
        }
    }

    private func forgetOldest() {
        for place in 0..<finalOrdersKept {
            let order = unsafe recent[place]
            if order.state.isOpen {
                longLived[order.serial] = order
            } else {
                serialByID[order.id] = nil
            }
        }
        for (serial, order) in longLived where !order.state.isOpen {
            longLived[serial] = nil
            serialByID[order.id] = nil
        }
        recentCount -= finalOrdersKept
        unsafe recent.update(from: recent + finalOrdersKept, count: recentCount)
        firstSerial += finalOrdersKept
        fills = fills.filter { $0.order.number >= firstSerial || longLived[$0.order] != nil }
    }
}
