public import TradingModel

/// An own order, from its approval to its end and a while beyond.
public struct Order: Hashable, Sendable {
    public let id: ClientOrderID
    /// Its number in this run, counted from 1: what script handles refer to.
    public let serial: Int
    /// What was approved: price on the tick, quantity on the lot; amendments replace it.
    public internal(set) var request: OrderRequest
    public internal(set) var state: OrderState
    /// Σ price × quantity of its fills, for the average.
    public internal(set) var filledNotional: Money
    /// The venue's numbers of its fills, so that one told twice counts once.
    var fillIDs: [String] = []
    public let createdAt: Timestamp
    public internal(set) var updatedAt: Timestamp
    /// The version of the strategy that made it; a reload changes nothing about it.
    public var version = 1
    /// Why our own gate refused the last change that was asked of it; empty in the order's table.
    var refusal = ""

    /// Why it was refused, ended or lost sight of; empty: none of these.
    public var reason: String { refusal.isEmpty ? state.reason : refusal }
    public var filled: Quantity { state.filled }
    /// What may still fill at worst, an amendment under way included; zero once it is final.
    public var remaining: Quantity { state.mostToFill(of: request.quantity) }
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
public struct OrderTable: Sendable {
    private var recent: [Order] = []
    /// The serial of the first of ``recent``.
    private var firstSerial = 1
    private var longLived: [Int: Order] = [:]
    private var serialByID: [ClientOrderID: Int] = [:]
    /// Open orders in the order in which they were made.
    private(set) var openSerials: [Int] = []

    /// Final orders kept at least, for scripts and late reports: some minutes of a busy strategy.
    static let finalOrdersKept = 1_000

    public init() {}

    public subscript(serial: Int) -> Order? {
        let place = serial - firstSerial
        if place >= 0 { return place < recent.count ? recent[place] : nil }
        return longLived[serial]
    }

    public subscript(id: ClientOrderID) -> Order? { serial(of: id).flatMap { self[$0] } }

    /// The serial of the order with this id; nil: there is none, or it is forgotten.
    func serial(of id: ClientOrderID) -> Int? {
        // Our ids end in the serial; that the id itself agrees makes sure that the order is meant.
        if let serial = Self.serial(endingIn: id.text) {
            let place = serial - firstSerial
            if place >= 0, place < recent.count, recent[place].id == id { return serial }
            if let order = longLived[serial], order.id == id { return serial }
        }
        return serialByID[id]
    }

    /// The number behind an id's last hyphen.
    private static func serial(endingIn text: String) -> Int? {
        var serial = 0
        var digits = 0
        var isBehindHyphen = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"):
                (serial, digits, isBehindHyphen) = (0, 0, true)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 12:
                serial = serial * 10 + Int(byte &- UInt8(ascii: "0"))
                digits += 1
            default: (digits, isBehindHyphen) = (0, false)
            }
        }
        return isBehindHyphen && digits > 0 ? serial : nil
    }

    /// Open orders in the order in which they were made.
    public var open: [Order] { openSerials.compactMap { self[$0] } }
    public var openCount: Int { openSerials.count }

    /// Takes a new order in; its serial must follow the last one's.
    mutating func insert(_ order: Order) {
        precondition(order.serial == firstSerial + recent.count, "serials count without gaps")
        if recent.count >= 2 * Self.finalOrdersKept { forgetOldest() }
        recent.append(order)
        if Self.serial(endingIn: order.id.text) != order.serial {
            serialByID[order.id] = order.serial
        }
        if order.state.isOpen { openSerials.append(order.serial) }
    }

    /// Takes an order in as another table has it, new or changed.
    ///
    /// Those made before this table began are not in it, and stay out.
    mutating func adopt(_ order: Order) {
        if order.serial == firstSerial + recent.count {
            insert(order)
        } else if self[order.serial] != nil {
            update(order)
        }
    }

    /// Replaces an order; one that became final leaves the open ones.
    mutating func update(_ order: Order) { change(order.serial) { $0 = order } }

    /// Changes the order with this serial where it lies; one that became final leaves the open ones.
    @discardableResult
    mutating func change<Result>(_ serial: Int, _ body: (inout Order) -> Result) -> Result {
        let place = serial - firstSerial
        let result: Result
        let isOpen: Bool
        if place >= 0 {
            result = body(&recent[place])
            isOpen = recent[place].state.isOpen
        } else if var order = longLived[serial] {
            result = body(&order)
            longLived[serial] = order
            isOpen = order.state.isOpen
        } else {
            preconditionFailure("only an order that the table has can change")
        }
        let listed = openSerials.firstIndex(of: serial)
        if let listed, !isOpen {
            openSerials.remove(at: listed)
        } else if listed == nil, isOpen {
            openSerials.append(serial)
        }
        return result
    }

    private mutating func forgetOldest() {
        for order in recent.prefix(Self.finalOrdersKept) {
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
        recent.removeFirst(Self.finalOrdersKept)
        firstSerial += Self.finalOrdersKept
    }
}
