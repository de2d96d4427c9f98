internal import TradingModel
internal import VenueSessions

/// An order's place among all that a session has followed: the first is 1, and none is used again.
public struct DeskSerial: Hashable, Comparable, Sendable {
    private let number: Int
    init(_ number: Int) { self.number = number }
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// Orders by their serials, read and changed where they lie: they are large.
struct TrackedOrders {
    private var slots: [TrackedOrder?] = []
    private var places: [DeskSerial: Int] = [:]
    private var freePlaces: [Int] = []

    subscript(serial: DeskSerial) -> TrackedOrder? {
        _read {
            if let place = places[serial] {
                yield slots[place]
            } else {
                yield nil
            }
        }
        _modify {
            if let place = places[serial] {
                yield &slots[place]
            } else {
                var nothing: TrackedOrder?
                yield &nothing
                assert(nothing == nil, "an order is taken in by insert(_:)")
            }
        }
    }

    /// Whether there is an order with this serial, and one that is meant.
    func holds(_ serial: DeskSerial, where isMeant: (TrackedOrder) -> Bool) -> Bool {
        guard let place = places[serial] else { return false }
        return switch slots[place] {
        case .some(let order): isMeant(order)
        case nil: false
        }
    }

    mutating func insert(_ order: TrackedOrder) {
        if let place = freePlaces.popLast() {
            slots[place] = order
            places[order.serial] = place
        } else {
            places[order.serial] = slots.count
            slots.append(order)
        }
    }

    mutating func remove(_ serial: DeskSerial) -> TrackedOrder? {
        guard let place = places.removeValue(forKey: serial) else { return nil }
        freePlaces.append(place)
        return slots[place].take()
    }
}

/// The orders that a session follows.
struct OrderDesk {
    var orders = TrackedOrders()
    private var count = 0
    private var byClientID: [String: DeskSerial] = [:]
    /// The same by what they are on the wire, where that is a number.
    private var byClientNumber: [Int64: DeskSerial] = [:]
    private var byVenueID: [Segment: [WireID: DeskSerial]] = [.spot: [:], .futures: [:]]
    private var byStopID: [Segment: [WireID: DeskSerial]] = [.spot: [:], .futures: [:]]
    private var finished: [DeskSerial] = []
    /// Those that are not, in the order in which they were made: few, while many finished ones are
    /// kept.
    private var openSerials: [DeskSerial] = []
    /// Executions of orders that we do not know (yet), with their segments.
    var heldDeals: [ExecutionFact] = []
    /// Orders and stops seen in the pages of the audit under way.
    var listed: [Scope: Set<DeskSerial>] = [:]
    var listedStops: [Scope: Set<DeskSerial>] = [:]
    /// Ended orders whose end nobody saw, and until when they are looked for.
    private(set) var watched: [DeskSerial: Timestamp] = [:]

    /// In the order in which they were made.
    var open: [TrackedOrder] {
        openSerials.compactMap { orders[$0] }.filter { !$0.isDone }
    }

    /// Whether one of those is meant; no order is copied for it.
    func hasOpen(where isMeant: (TrackedOrder) -> Bool) -> Bool {
        openSerials.contains { orders.holds($0) { !$0.isDone && isMeant($0) } }
    }

    func serial(of id: ClientOrderID) -> DeskSerial? { byClientID[id.text] }
    func serial(_ segment: Segment, _ venueID: WireID) -> DeskSerial? {
        byVenueID[segment]?[venueID]
    }
    func serial(_ segment: Segment, stop: WireID) -> DeskSerial? { byStopID[segment]?[stop] }

    /// The order with this client id in this segment; nil: not ours.
    func serial(_ segment: Segment, clientID: WireID?, _ markets: MarketTable) -> DeskSerial? {
        let known: DeskSerial? =
            switch clientID {
            case .text(let text): byClientID[text]
            case .number(let number): byClientNumber[number]
            case nil: nil
            }
        guard let known, let order = orders[known], order.clientID == clientID,
            markets[order.instrument].segment == segment
        else { return nil }
        return known
    }

    /// The order that has this number on the wire, in whatever segment.
    func serial(ofNumber number: Int64) -> DeskSerial? { byClientNumber[number] }

    /// - Parameter clientID: what it is on the wire.
    @discardableResult
    mutating func add(
        _ id: ClientOrderID, _ clientID: WireID, _ request: OrderRequest, isRestored: Bool = false,
        at now: Timestamp
    ) -> DeskSerial {
        count += 1
        let serial = DeskSerial(count)
        orders.insert(
            TrackedOrder(
                serial: serial, id: id, clientID: clientID, instrument: request.instrument,
                createdAt: now, request: request, isRestored: isRestored))
        byClientID[id.text] = serial
        if let number = clientID.number { byClientNumber[number] = serial }
        openSerials.append(serial)
        return serial
    }

    mutating func link(_ serial: DeskSerial, _ segment: Segment, venueID: WireID) {
        byVenueID[segment]?[venueID] = serial
    }
    mutating func link(_ serial: DeskSerial, _ segment: Segment, stopID: WireID) {
        byStopID[segment]?[stopID] = serial
    }

    /// An order of an earlier run: it may be open, gone, or never have arrived.
    mutating func restore(_ order: RestoredOrder, _ markets: MarketTable) {
        guard markets.indices.contains(order.request.instrument) else { return }
        let segment = markets[order.request.instrument].segment
        let clientID = order.clientNumber.map { WireID.number($0) } ?? .text(order.id.text)
        let serial = add(
            order.id, clientID, order.request, isRestored: true, at: .distantPast)
        orders[serial]?.reportedQuantity = order.filled
        orders[serial]?.deals = Set(order.fillIDs.map { WireID($0) })
        orders[serial]?.sentAt = .distantPast
        orders[serial]?.sign(at: order.lastSign)
        guard let venueID = order.venueID else {
            orders[serial]?.isLost = true
            return
        }
        orders[serial]?.reportedVenueID = venueID
        let number = WireID(venueID.text)
        if order.request.stop != nil, !order.wasTriggered {
            orders[serial]?.stopID = number
            link(serial, segment, stopID: number)
        } else {
            orders[serial]?.isTriggered = order.request.stop != nil
            orders[serial]?.adopt(number)
            link(serial, segment, venueID: number)
        }
    }

    mutating func watch(_ serial: DeskSerial, until time: Timestamp) { watched[serial] = time }
    mutating func unwatch(_ serial: DeskSerial) { watched[serial] = nil }
    mutating func endWatches(at now: Timestamp) { watched = watched.filter { $0.value > now } }

    /// Whether an order that is meant is looked for, or one that may be a stop.
    func watches(asStop: Bool, where isMeant: (TrackedOrder) -> Bool) -> Bool {
        watched.keys.contains { serial in
            orders.holds(serial) { isMeant($0) && (!asStop || $0.isWaitingStop) }
        }
    }

    /// Keeps a finished order for messages that come late, and forgets the oldest.
    ///
    /// - Parameter most: how many finished ones are kept.
    mutating func retire(_ serial: DeskSerial, atMost most: Int) {
        finished.append(serial)
        if let place = openSerials.lastIndex(of: serial) { openSerials.remove(at: place) }
        guard finished.count > most else { return }
        let oldest = finished.remove(at: finished.firstIndex { watched[$0] == nil } ?? 0)
        unwatch(oldest)
        guard let order = orders.remove(oldest) else { return }
        if byClientID[order.id.text] == oldest { byClientID[order.id.text] = nil }
        if let number = order.clientID.number, byClientNumber[number] == oldest {
            byClientNumber[number] = nil
        }
        for segment in Segment.allCases {
            for id in order.ids { byVenueID[segment]?[id] = nil }
            if let stopID = order.stopID { byStopID[segment]?[stopID] = nil }
        }
    }

    /// What must be asked about single orders after a connection was lost.
    func questions(of segment: Segment, _ markets: MarketTable) -> [Ask] {
        open.filter { markets[$0.instrument].segment == segment && $0.isLost }
            .map { $0.request.stop == nil ? .findOpen($0.serial) : .findOpenStop($0.serial) }
    }
}
