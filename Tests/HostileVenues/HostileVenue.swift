internal import PropertyTesting

/// A plain model of a venue's orders, in the words of no venue, and how often it fails.
///
/// A segment (spot, futures) counts its own orders and executions: numbers are the same in each. All
/// randomness is drawn here and in ``Floor``, in an order that a seed fixes; what a venue calls things,
/// how it is asked and what it answers is its ``HostileWire``'s.
///
/// Quantities are counted in thousandths, prices in whole units of the quote currency.
package struct HostileVenue {
    package private(set) var orders: [HostileOrder] = []
    package private(set) var stops: [HostileStop] = []
    package private(set) var executions: [HostileExecution] = []
    /// What happened since it was taken last, in order.
    private var changes: [HostileChange] = []
    /// In percent of the requests and messages: 5 to 32.
    package var faults: Int
    /// Whether a change gives an order another id.
    package let changesIDs: Bool
    private var random: Seeded
    /// Those with a position, which can be closed and is told.
    private let positionSegments: Set<Int>

    package init(seed: UInt64, positionSegments: Set<Int>) {
        random = Seeded(seed)
        changesIDs = random.bool()
        faults = 5 + Int(seed % 4) * 9
        self.positionSegments = positionSegments
    }

    /// What goes wrong with the next request; nil: nothing.
    package mutating func drawFault() -> HostileFault? {
        guard random.chance(faults) else { return nil }
        return HostileFault.allCases[random.int(0...HostileFault.allCases.count - 1)]
    }

    package mutating func takeChanges() -> [HostileChange] {
        defer { changes = [] }
        return changes
    }

    // MARK: - Orders

    /// Takes an order and matches it.
    ///
    /// - Returns: how it stands after it.
    package mutating func place(_ terms: HostileTerms) throws(HostileRefusal) -> HostileOrder {
        if random.chance(5) { throw .notEnough }
        if terms.closes, terms.amount > room(terms.segment) { throw .malformed }
        if terms.kind == .postOnly, random.chance(20) { throw .wouldTake }
        return add(terms)
    }

    package mutating func cancel(
        _ isMeant: (HostileOrder) -> Bool
    ) throws(HostileRefusal) -> HostileOrder {
        guard let place = orders.firstIndex(where: { isMeant($0) && $0.isOpen }) else {
            throw .unknown
        }
        finish(place)
        return orders[place]
    }

    /// Changes an open order; nil leaves a term as it is.
    ///
    /// - Parameter amount: of the whole order, with what is filled.
    package mutating func amend(
        _ isMeant: (HostileOrder) -> Bool, amount: Int?, price: Int?
    ) throws(HostileRefusal) -> HostileOrder {
        guard let place = orders.firstIndex(where: { isMeant($0) && $0.isOpen }) else {
            throw .unknown
        }
        let old = orders[place]
        let amount = amount ?? old.terms.amount
        guard amount > old.filled else { throw .malformed }
        var terms = old.terms
        terms.amount = amount
        terms.price = price ?? old.terms.price
        guard changesIDs else {
            orders[place].terms = terms
            tell(place, .amended)
            return orders[place]
        }
        finish(place)
        terms.closes = false
        orders.append(HostileOrder(id: nextID(terms.segment), terms: terms, filled: old.filled))
        tell(orders.count - 1, .entered)
        return orders[orders.count - 1]
    }

    private mutating func add(_ terms: HostileTerms) -> HostileOrder {
        orders.append(HostileOrder(id: nextID(terms.segment), terms: terms))
        let place = orders.count - 1
        switch terms.kind {
        case .market:
            fill(place, terms.amount)
            if orders[place].isOpen { finish(place) }
        case .immediate:
            if random.bool() { fill(place, random.int(1...terms.amount)) }
            if orders[place].isOpen { finish(place) }
        case .limit where random.chance(20):
            fill(place, random.int(1...terms.amount))
            if orders[place].isOpen { tell(place, .entered) }
        case .limit, .postOnly: tell(place, .entered)
        }
        return orders[place]
    }

    private func nextID(_ segment: Int) -> Int {
        1_000 + orders.count { $0.terms.segment == segment }
    }

    private mutating func finish(_ place: Int) {
        orders[place].isOpen = false
        // What leaves the book without having been filled at once is told.
        if orders[place].terms.kind == .immediate, orders[place].filled == 0 { return }
        tell(place, .left)
    }

    private mutating func tell(_ place: Int, _ event: HostileChange.OrderEvent) {
        changes.append(.order(orders[place], event))
    }

    // MARK: - Stops

    package mutating func placeStop(_ terms: HostileTerms, trigger: Int) -> HostileStop {
        stops.append(HostileStop(id: 1_000 + stops.count, terms: terms, trigger: trigger))
        changes.append(.stop(stops[stops.count - 1], .entered))
        return stops[stops.count - 1]
    }

    package mutating func cancelStop(
        _ isMeant: (HostileStop) -> Bool
    ) throws(HostileRefusal) -> HostileStop {
        let place = try waiting(isMeant)
        stops[place].state = .cancelled
        changes.append(.stop(stops[place], .cancelled))
        return stops[place]
    }

    package mutating func amendStop(
        _ isMeant: (HostileStop) -> Bool, amount: Int?, price: Int?
    ) throws(HostileRefusal) -> HostileStop {
        let place = try waiting(isMeant)
        stops[place].terms.amount = amount ?? stops[place].terms.amount
        stops[place].terms.price = price ?? stops[place].terms.price
        if changesIDs { stops[place].id += 100_000 }
        return stops[place]
    }

    private func waiting(_ isMeant: (HostileStop) -> Bool) throws(HostileRefusal) -> Int {
        guard let place = stops.firstIndex(where: { isMeant($0) && $0.state == .waiting }) else {
            throw .unknown
        }
        return place
    }

    /// The market reaches a stop: it becomes an order of its own with the same client id.
    package mutating func wakeStop() {
        let waiting = stops.indices.filter { stops[$0].state == .waiting }
        guard !waiting.isEmpty else { return }
        let place = random.pick(waiting)
        stops[place].state = .woken
        changes.append(.stop(stops[place], .woken))
        var terms = stops[place].terms
        if terms.kind == .market { terms.price = HostileTerms.marketPrice }
        _ = add(terms)
    }

    // MARK: - The market

    /// Somebody takes from an open order.
    package mutating func trade() {
        let open = orders.indices.filter { orders[$0].isOpen }
        guard !open.isEmpty else { return }
        let place = random.pick(open)
        fill(place, random.int(1...orders[place].unfilled))
        if orders[place].isOpen { tell(place, .filled) }
    }

    /// An order that closes a position is over when there is none to close.
    private mutating func fill(_ place: Int, _ wanted: Int) {
        var amount = wanted
        let order = orders[place]
        let segment = order.terms.segment
        if order.terms.closes {
            let net = net(segment)
            amount = min(amount, max(0, order.terms.isBuy ? -net : net))
            if amount == 0 { return finish(place) }
        }
        orders[place].filled += amount
        let execution = HostileExecution(
            id: 1 + executions.count { $0.segment == segment }, order: order, amount: amount)
        executions.append(execution)
        if orders[place].unfilled == 0 { finish(place) }
        changes.append(.execution(execution))
        if positionSegments.contains(segment) {
            changes.append(.position(segment: segment, net: net(segment)))
        }
    }
}

// MARK: - The books
extension HostileVenue {
    /// What the account holds of a segment by its executions.
    package func net(_ segment: Int) -> Int {
        executions.filter { $0.segment == segment }.reduce(0) { sum, execution in
            sum + (execution.isBuy ? execution.amount : -execution.amount)
        }
    }

    /// All fees of a segment, in millionths of the quote currency.
    package func fees(_ segment: Int) -> Int {
        executions.filter { $0.segment == segment }.reduce(0) { $0 + $1.fee }
    }

    /// Which way an order goes that closes the position; nil: there is none.
    package func closesByBuying(_ segment: Int) -> Bool? {
        let net = net(segment)
        return net == 0 ? nil : net < 0
    }

    /// How much of the position no open order closes yet.
    private func room(_ segment: Int) -> Int {
        let closing = orders.filter { $0.isOpen && $0.terms.closes }.reduce(0) { $0 + $1.unfilled }
        return abs(net(segment)) - closing
    }

    /// The client ids of everything that is open or waits.
    package var openIDs: [String] {
        (orders.filter(\.isOpen).map(\.terms.clientID)
            + stops.filter { $0.state == .waiting }.map(\.terms.clientID)).sorted()
    }
}
