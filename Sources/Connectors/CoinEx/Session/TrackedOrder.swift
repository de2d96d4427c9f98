internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// An own order as the session follows it, from the command to its last execution.
struct TrackedOrder {
    /// An amendment that was asked for.
    struct Amend: Hashable {
        let price: Price?
        /// The whole order's, filled part included.
        let quantity: Quantity?
        /// Counted for the order, so that no answer is taken for another change's.
        let number: Int
        /// When its answer was lost; what the venue showed before says nothing about it.
        var lostAt: Timestamp?
    }

    let serial: Int
    let id: ClientOrderID
    /// The same as it is on the wire.
    let clientID: WireID
    let instrument: Int
    let createdAt: Timestamp
    /// What holds now; amendments replace price and quantity.
    var request: OrderRequest
    /// Whether it is of an earlier run: then it is never sent.
    var isRestored: Bool
    /// Whether it goes through the venue's way to reduce a position.
    var closesPosition = false
    /// Whether the venue took it for the other side: the position had turned round meanwhile.
    var isReversed = false
    /// When it was sent last; nil: it waits for the rate limit, or for nothing at all.
    var sentAt: Timestamp?
    /// The order's id now; a change of the order may give it another one.
    private(set) var venueID: WireID?
    /// All ids that it had, the one of now last.
    private(set) var ids: [WireID] = []
    /// The id as a stop order.
    var stopID: WireID?
    var isTriggered = false
    /// The id that was told as the acceptance.
    var toldID: VenueOrderID?
    /// What was told of executions.
    var told = Quantity.zero
    var deals: Set<WireID> = []
    /// What the venue says was filled, by each id that the order had.
    var filledByID: [WireID: Quantity] = [:]
    /// Whether a change of id began the count of what is filled anew.
    var countsAnew = false
    private(set) var ending: OrderEnding?
    /// Whether only its executions can tell how much was filled.
    var needsAllDeals = false
    /// The ids whose executions are being asked for.
    var dealsAskedFor: Set<WireID> = []
    /// Whether the end became known behind that question: the answer may be from before.
    var areDealsOld = false
    var isDone = false
    /// Its fate is not known: it is being asked for.
    var isLost = false
    var wantsCancel = false
    /// The book had nothing to cancel, and no push has told of the order since.
    private(set) var isCancelUnknown = false
    /// It was given up because nothing showed it, not because its end was seen.
    var isMissing = false
    var isCancelling = false
    var amend: Amend?
    /// How many changes were asked for.
    var amendCount = 0
    /// The id that left the book while a change was under way, which may mean the change.
    var finishedID: WireID?
    /// Whether the venue's whole list of its executions was taken in.
    var hasAllDeals = false
    /// The looks that have missed it since it was heard of last.
    private(set) var absence: Absence
    /// The venue's time of the newest row about it; older rows say nothing about its terms.
    var shownAt = Timestamp.distantPast
    /// Whether the venue was asked why more was executed than it was ordered for.
    var hasAskedForTerms = false
    /// What its executions pay where the list does not say.
    var makerFee: Rate?
    var takerFee: Rate?

    /// A stop order's id while it waits for its trigger.
    var waitingStopID: WireID? { isTriggered ? nil : stopID }
    var isAcknowledged: Bool { toldID != nil }
    /// Whether it stands at the venue as a stop, as far as is known.
    var isWaitingStop: Bool { request.stop != nil && !isTriggered }

    init(
        serial: Int, id: ClientOrderID, instrument: Int, createdAt: Timestamp,
        request: OrderRequest, isRestored: Bool = false
    ) {
        self.serial = serial
        self.id = id
        clientID = .text(id.text)
        self.instrument = instrument
        self.createdAt = createdAt
        self.request = request
        self.isRestored = isRestored
        absence = Absence(lastSign: createdAt)
    }

    /// The order left us, or was heard of: it is looked for anew, should it be missing.
    mutating func sign(at now: Timestamp) {
        absence.sign(at: now)
        isCancelUnknown = false
    }

    /// How it ends is known; a list of executions that is under way is from before.
    mutating func end(as ending: OrderEnding) {
        guard self.ending == nil else { return }
        self.ending = ending
        hasAllDeals = false
        areDealsOld = !dealsAskedFor.isEmpty
    }

    /// When it is gone, should the venue not show it.
    func absenceRule(_ traits: VenueTraits) -> AbsenceRule {
        var rule = isAcknowledged ? traits.absence : traits.absenceUnseen
        if !isAskedByID { rule.lists.remove(.byID) }
        return rule
    }

    /// Of a change that is under way, and of a stop that woke, the id is not sure.
    var isAskedByID: Bool { venueID != nil && amend == nil }

    /// The book had nothing to cancel: it is looked for from now on, and what lists still show is from
    /// before.
    mutating func cancelWasUnknown(at now: Timestamp) {
        guard !isCancelUnknown else { return }
        absence.sign(at: now)
        isCancelUnknown = true
    }

    /// A list does not show it.
    ///
    /// - Returns: whether it is gone.
    mutating func miss(in list: OrderList, askedAt: Timestamp, _ rule: AbsenceRule) -> Bool {
        absence.miss(list, askedAt: askedAt, rule)
    }

    mutating func take(_ id: WireID) {
        guard venueID != id else { return }
        venueID = id
        ids.append(id)
    }

    /// Whether this is an id that a change has replaced; of an unknown one the number tells, for what is
    /// made later has a higher one.
    func isReplaced(_ id: WireID) -> Bool {
        guard let venueID, id != venueID else { return false }
        return ids.contains(id) || id.isBefore(venueID)
    }

    /// What the venue says was filled in all.
    var seen: Quantity {
        let amounts = filledByID.values
        return countsAnew
            ? amounts.reduce(.zero, +) : amounts.max() ?? .zero
    }

    /// What was filled under earlier ids and does not count in the present one's amount.
    private var carried: Quantity {
        guard countsAnew else { return .zero }
        return filledByID.filter { $0.key != venueID }.values.reduce(.zero, +)
    }

    /// The amount to ask for so that the whole order has this quantity.
    func amountNow(of whole: Quantity) -> Quantity {
        whole > carried ? whole - carried : .zero
    }
    /// The whole order's quantity where the present id shows this amount.
    func whole(ofAmount amount: Quantity) -> Quantity { amount + carried }
}

/// Orders by their serials, read and changed where they lie: they are large.
struct TrackedOrders {
    private var slots: [TrackedOrder?] = []
    private var places: [Int: Int] = [:]
    private var freePlaces: [Int] = []

    subscript(serial: Int) -> TrackedOrder? {
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
    func holds(_ serial: Int, where isMeant: (TrackedOrder) -> Bool) -> Bool {
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

    mutating func remove(_ serial: Int) -> TrackedOrder? {
        guard let place = places.removeValue(forKey: serial) else { return nil }
        freePlaces.append(place)
        return slots[place].take()
    }
}

/// The orders that a session follows.
struct OrderDesk {
    var orders = TrackedOrders()
    private var count = 0
    private var byClientID: [String: Int] = [:]
    private var byVenueID: [Segment: [WireID: Int]] = [.spot: [:], .futures: [:]]
    private var byStopID: [Segment: [WireID: Int]] = [.spot: [:], .futures: [:]]
    private var finished: [Int] = []
    /// Those that are not, in the order in which they were made: few, while many finished ones are
    /// kept.
    private var openSerials: [Int] = []
    /// Executions of orders that we do not know (yet), with their segments.
    var heldDeals: [ExecutionFact] = []
    /// Orders and stops seen in the pages of the audit under way.
    var listed: [Segment: Set<Int>] = [:]
    var listedStops: [Segment: Set<Int>] = [:]
    /// Ended orders whose end nobody saw, and until when they are looked for.
    private(set) var watched: [Int: Timestamp] = [:]

    /// In the order in which they were made.
    var open: [TrackedOrder] {
        openSerials.compactMap { orders[$0] }.filter { !$0.isDone }
    }

    /// Whether one of those is meant; no order is copied for it.
    func hasOpen(where isMeant: (TrackedOrder) -> Bool) -> Bool {
        openSerials.contains { orders.holds($0) { !$0.isDone && isMeant($0) } }
    }

    func serial(of id: ClientOrderID) -> Int? { byClientID[id.text] }
    func serial(_ segment: Segment, _ venueID: WireID) -> Int? { byVenueID[segment]?[venueID] }
    func serial(_ segment: Segment, stop: WireID) -> Int? { byStopID[segment]?[stop] }

    /// The order with this client id in this segment; nil: not ours.
    func serial(_ segment: Segment, clientID: WireID?, _ markets: MarketTable) -> Int? {
        guard case .text(let clientID)? = clientID, let serial = byClientID[clientID],
            let order = orders[serial],
            markets[order.instrument].segment == segment
        else { return nil }
        return serial
    }

    @discardableResult
    mutating func add(
        _ id: ClientOrderID, _ request: OrderRequest, isRestored: Bool = false, at now: Timestamp
    ) -> Int {
        count += 1
        orders.insert(
            TrackedOrder(
                serial: count, id: id, instrument: request.instrument.index, createdAt: now,
                request: request, isRestored: isRestored))
        byClientID[id.text] = count
        openSerials.append(count)
        return count
    }

    mutating func link(_ serial: Int, _ segment: Segment, venueID: WireID) {
        byVenueID[segment]?[venueID] = serial
    }
    mutating func link(_ serial: Int, _ segment: Segment, stopID: WireID) {
        byStopID[segment]?[stopID] = serial
    }

    /// An order of an earlier run: it may be open, gone, or never have arrived.
    mutating func restore(_ order: CoinExSettings.RestoredOrder, _ markets: MarketTable) {
        guard markets.indices.contains(order.request.instrument.index) else { return }
        let segment = markets[order.request.instrument.index].segment
        let serial = add(order.id, order.request, isRestored: true, at: .distantPast)
        orders[serial]?.told = order.filled
        orders[serial]?.deals = Set(order.fillIDs.map { WireID($0) })
        orders[serial]?.sentAt = .distantPast
        guard let venueID = order.venueID else {
            orders[serial]?.isLost = true
            return
        }
        orders[serial]?.toldID = venueID
        let number = WireID(venueID.text)
        if order.request.stop != nil, !order.wasTriggered {
            orders[serial]?.stopID = number
            link(serial, segment, stopID: number)
        } else {
            orders[serial]?.isTriggered = order.request.stop != nil
            orders[serial]?.take(number)
            link(serial, segment, venueID: number)
        }
    }

    mutating func watch(_ serial: Int, until time: Timestamp) { watched[serial] = time }
    mutating func unwatch(_ serial: Int) { watched[serial] = nil }
    mutating func endWatches(at now: Timestamp) { watched = watched.filter { $0.value > now } }

    /// Whether an order of this segment is looked for, or one that may be a stop.
    func watches(_ segment: Segment, asStop: Bool, _ markets: MarketTable) -> Bool {
        watched.keys.contains { serial in
            orders.holds(serial) {
                markets[$0.instrument].segment == segment && (!asStop || $0.isWaitingStop)
            }
        }
    }

    /// Keeps a finished order for messages that come late, and forgets the oldest.
    ///
    /// - Parameter most: how many finished ones are kept.
    mutating func retire(_ serial: Int, atMost most: Int) {
        finished.append(serial)
        if let place = openSerials.lastIndex(of: serial) { openSerials.remove(at: place) }
        guard finished.count > most else { return }
        let oldest = finished.remove(at: finished.firstIndex { watched[$0] == nil } ?? 0)
        unwatch(oldest)
        guard let order = orders.remove(oldest) else { return }
        if byClientID[order.id.text] == oldest { byClientID[order.id.text] = nil }
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
