public import TradingModel

/// An order that passed the risk gate; nothing else can make one, and venues take nothing else.
public struct ApprovedOrder: Hashable, Sendable {
    public let id: ClientOrderID
    public let request: OrderRequest
    fileprivate init(id: ClientOrderID, request: OrderRequest) {
        self.id = id
        self.request = request
    }
}

extension ApprovedOrder {
    /// The same order, in the words of a venue's session, which numbers the instruments of its own venue.
    public func numbered(_ instrument: InstrumentID) -> ApprovedOrder {
        var request = request
        request.instrument = instrument
        return ApprovedOrder(id: id, request: request)
    }
}

extension ApprovedAmendment {
    /// See ``ApprovedOrder/numbered(_:)``.
    public func numbered(_ instrument: InstrumentID) -> ApprovedAmendment {
        ApprovedAmendment(id: id, instrument: instrument, price: price, quantity: quantity)
    }
}

/// A change of an order that passed the risk gate.
public struct ApprovedAmendment: Hashable, Sendable {
    public let id: ClientOrderID
    public let instrument: InstrumentID
    /// Nil: unchanged.
    public let price: Price?
    /// The whole order's new quantity, filled part included; nil: unchanged.
    public let quantity: Quantity?
    fileprivate init(
        id: ClientOrderID, instrument: InstrumentID, price: Price?, quantity: Quantity?
    ) {
        self.id = id
        self.instrument = instrument
        self.price = price
        self.quantity = quantity
    }
}

/// What stands between an intent and the venue.
///
/// First the price goes on the tick, never more aggressive than asked, a stop so that it triggers
/// later rather than earlier, and the quantity on the lot, never larger; where the venue takes its fee
/// out of the coin, a reduce-only sale is cut to what is held of it. Then the rules are asked
/// in the order of ``RiskRule/all``, and the first that is broken refuses. Arithmetic that does not
/// fit refuses wherever it happens.
///
/// Cancels never pass here: nothing may stand between a strategy and its way out.
public struct RiskGate: Sendable {
    private var all: RunLimits
    /// What single orders are held against, by the symbol's text where it has limits of its own.
    private var general: OrderLimits
    private var overrides: [InternedText: OrderLimits] = [:]
    private var overridden: [InternedText: RiskLimits] = [:]
    /// The same of venues that have limits, for their symbols that have none.
    private var atVenues: [String: (order: OrderLimits, all: RiskLimits)] = [:]
    /// Whether rules beyond those are to be asked.
    private var hasAccountRules = false
    private var sent = SentOrders()
    private var cancels = SentCancels()

    /// A gate with limits for all symbols, and those that differ.
    ///
    /// A symbol's own limit replaces the general one, with two exceptions: open orders and orders
    /// per second are counted for the whole run against the general limit, and besides for the
    /// symbol against its own.
    public init(limits: RunLimits) {
        all = limits
        general = OrderLimits(limits.general)
        replaceLimits(by: limits)
    }

    /// The same, with the limits of symbols by their text.
    public init(limits: RiskLimits, overrides: [String: RiskLimits] = [:]) {
        self.init(limits: RunLimits(general: limits, bySymbol: overrides))
    }

    /// Goes on with other limits; what was sent within the last second still counts.
    mutating func replaceLimits(by limits: RunLimits) {
        all = limits
        general = OrderLimits(limits.general)
        overrides = [:]
        overridden = [:]
        hasAccountRules = limits.general.hasAccountRules
        atVenues = limits.byVenue.mapValues { own in
            let merged = own.ofSingleOrders.over(limits.general)
            return (OrderLimits(merged), merged)
        }
        for own in limits.byVenue.values {
            hasAccountRules = hasAccountRules || own.hasAccountRules
        }
        for (symbol, own) in limits.bySymbol {
            let venue = symbol.prefix { $0 != ":" }
            let merged = own.over(atVenues[String(venue)]?.all ?? limits.general)
            overrides[InternedText(symbol)] = OrderLimits(merged, own: own)
            overridden[InternedText(symbol)] = merged
            hasAccountRules = hasAccountRules || own.hasAccountRules
        }
    }

    /// The limits of the run.
    var limits: RunLimits { all }

    /// What holds for a symbol: its own limits where it has them, else the general ones.
    public func limits(for symbol: Symbol) -> RiskLimits {
        if !overridden.isEmpty, let own = overridden[symbol.text] { return own }
        return atVenues.isEmpty ? all.general : atVenues[symbol.venue]?.all ?? all.general
    }

    func orderLimits(for symbol: Symbol) -> OrderLimits {
        if !overrides.isEmpty, let own = overrides[symbol.text] { return own }
        return atVenues.isEmpty ? general : atVenues[symbol.venue]?.order ?? general
    }

    /// Puts price and quantity on tick and lot, then holds them against every limit.
    public mutating func approve(
        _ request: OrderRequest, id: ClientOrderID, given state: TradingState
    ) throws(RiskRefusal) -> ApprovedOrder {
        let index = request.instrument.index
        try checkTrading(state)
        var candidate = Candidate(
            request: request, state: state,
            limits: orderLimits(for: state.instruments[index].symbol))
        try candidate.snap()
        candidate.cut()
        if state.caution != nil { try candidate.checkReduces() }
        try candidate.check()
        if hasAccountRules {
            let symbol = state.instruments[index].symbol
            try candidate.check(
                limits(for: symbol), atVenue: all.byVenue[symbol.venue]?.maxAccountNotional)
        }
        try checkOpenOrders(request.instrument, given: state)
        try countSubmission(request.instrument, given: state)
        return ApprovedOrder(id: id, request: candidate.request)
    }

    /// Puts an order that leaves a position on the lot and holds it against the venue's own rules alone:
    /// it passes while trading is halted, and beyond every limit.
    func approve(
        wayOut request: OrderRequest, id: ClientOrderID, given state: TradingState
    ) throws(RiskRefusal) -> ApprovedOrder {
        var candidate = Candidate(
            request: request, state: state, limits: OrderLimits(RiskLimits()))
        try candidate.snap()
        candidate.cut()
        try candidate.check()
        return ApprovedOrder(id: id, request: candidate.request)
    }

    /// Checks the order that an amendment would make of an order, whose old self does not count.
    public mutating func approve(
        amendmentOf order: borrowing Order, price: Price?, quantity: Quantity?,
        given state: TradingState
    ) throws(RiskRefusal) -> ApprovedAmendment {
        let instrument = order.request.instrument
        try checkTrading(state)
        guard order.state.isAmendable else {
            let (id, name) = (order.id, order.state.name)
            throw RiskRefusal(
                rule: .unknownOrder,
                detail: "order \(id) is \(name), expected one that is working or waiting for its "
                    + "trigger")
        }
        if price != nil, order.request.price == nil {
            let id = order.id
            throw RiskRefusal(
                rule: .badPrice, detail: "order \(id) is a market order and has no price")
        }
        var candidate = Candidate(
            request: order.request, state: state,
            limits: orderLimits(for: state.instruments[instrument.index].symbol),
            filled: order.state.filled, replacing: Stake(order))
        if let price { candidate.request.price = price }
        if let quantity { candidate.request.quantity = quantity }
        try candidate.snap()
        if state.caution != nil { try candidate.checkReduces() }
        try candidate.check()
        if hasAccountRules {
            let symbol = state.instruments[instrument.index].symbol
            try candidate.check(
                limits(for: symbol), atVenue: all.byVenue[symbol.venue]?.maxAccountNotional,
                releasing: (order.remaining, order.request.price))
        }
        try countSubmission(instrument, given: state)
        return ApprovedAmendment(
            id: order.id, instrument: instrument,
            price: price == nil ? nil : candidate.request.price,
            quantity: quantity == nil ? nil : candidate.request.quantity)
    }
}

extension RiskGate {
    private func checkTrading(_ state: TradingState) throws(RiskRefusal) {
        guard state.isTrading else {
            guard let halt = state.haltedBy else {
                throw RiskRefusal(
                    rule: .notTrading, detail: "trading has been stopped for this run")
            }
            throw RiskRefusal(
                rule: halt.rule, detail: "\(halt.detail): trading has been stopped for this run")
        }
        if let pause = state.pause { throw RiskRefusal(rule: .paused, detail: pause) }
    }

    private func checkOpenOrders(
        _ instrument: InstrumentID, given state: TradingState
    ) throws(RiskRefusal) {
        let all = state.orders.openCount
        if let limit = general.maxOpenOrders, all >= limit {
            throw RiskRefusal(
                rule: .maxOpenOrders,
                detail: "\(counted(all, "order is", "orders are")) open, the limit is \(limit)")
        }
        let symbol = state.instruments[instrument.index].symbol
        if let limit = limits.byVenue[symbol.venue]?.maxOpenOrders {
            let there = state.orders.openSerials {
                state.instruments[$0.request.instrument.index].symbol.venue == symbol.venue
            }.count
            guard there < limit else {
                throw RiskRefusal(
                    rule: .maxOpenOrders,
                    detail: "\(counted(there, "order is", "orders are")) open at \(symbol.venue), "
                        + "the limit is \(limit)")
            }
        }
        guard let limit = overrides[symbol.text]?.ownMaxOpenOrders else { return }
        let own = state.orders.openSerials { $0.request.instrument == instrument }.count
        guard own < limit else {
            throw RiskRefusal(
                rule: .maxOpenOrders,
                detail: "\(counted(own, "order")) of \(symbol) "
                    + "\(own == 1 ? "is" : "are") open, the limit is \(limit)")
        }
    }

    /// Counts an order or amendment, unless that is one too many within a second.
    private mutating func countSubmission(
        _ instrument: InstrumentID, given state: TradingState
    ) throws(RiskRefusal) {
        if let limit = all.general.maxCancelsPerSecond {
            try cancels.check(atMost: limit, at: state.now)
        }
        let symbol = state.instruments[instrument.index].symbol
        let own = overrides[symbol.text]?.ownMaxOrdersPerSecond
        let atVenue = all.byVenue[symbol.venue]?.maxOrdersPerSecond
        guard general.maxOrdersPerSecond != nil || own != nil || atVenue != nil else { return }
        sent.forget(until: state.now.advanced(byNanoseconds: -SentOrders.window))
        if let limit = general.maxOrdersPerSecond, sent.count() >= limit {
            throw RiskRefusal(
                rule: .maxOrdersPerSecond,
                detail: counted(sent.count(), "order was", "orders were")
                    + " sent within a second, the limit is \(limit)")
        }
        if let limit = atVenue {
            let there = sent.count { state.instruments[$0.index].symbol.venue == symbol.venue }
            guard there < limit else {
                throw RiskRefusal(
                    rule: .maxOrdersPerSecond,
                    detail: counted(there, "order was", "orders were")
                        + " sent to \(symbol.venue) within a second, the limit is \(limit)")
            }
        }
        if let limit = own, sent.count(of: instrument) >= limit {
            throw RiskRefusal(
                rule: .maxOrdersPerSecond,
                detail: "\(counted(sent.count(of: instrument), "order")) of "
                    + "\(symbol) \(limit == 1 ? "was" : "were") sent within a second, "
                    + "the limit is \(limit)")
        }
        sent.add(instrument, at: state.now)
    }

    /// The orders and amendments of the last second that were of such instruments.
    func sentCount(at now: Timestamp, of counts: (InstrumentID) -> Bool) -> Int {
        var recent = sent
        recent.forget(until: now.advanced(byNanoseconds: -SentOrders.window))
        return recent.count(where: counts)
    }

    func cancelCount(at now: Timestamp) -> Int { cancels.count(at: now) }

    /// Counts a cancel, which nothing refuses.
    @inline(__always)
    mutating func countCancel(at now: Timestamp) {
        if let limit = all.general.maxCancelsPerSecond { cancels.add(at: now, atMost: limit) }
    }
}

/// What a single order and its position are held against: copied with each order, so no more than that.
struct OrderLimits: Sendable {
    let maxOrderQuantity: Quantity?
    let maxOrderNotional: Money?
    let maxPosition: Quantity?
    let priceBand: Rate?
    /// Of the whole run.
    let maxOpenOrders: Int?
    let maxOrdersPerSecond: Int?
    /// Of the symbol, besides.
    let ownMaxOpenOrders: Int?
    let ownMaxOrdersPerSecond: Int?

    init(_ limits: RiskLimits, own: RiskLimits = RiskLimits()) {
        maxOrderQuantity = limits.maxOrderQuantity
        maxOrderNotional = limits.maxOrderNotional
        maxPosition = limits.maxPosition
        priceBand = limits.priceBand
        maxOpenOrders = limits.maxOpenOrders
        maxOrdersPerSecond = limits.maxOrdersPerSecond
        ownMaxOpenOrders = own.maxOpenOrders
        ownMaxOrdersPerSecond = own.maxOrdersPerSecond
    }
}

/// The cancels of the last second, as many as it takes to know that they are too many.
private struct SentCancels: Sendable {
    private var times: [Timestamp] = []

    mutating func add(at time: Timestamp, atMost limit: Int) {
        forget(until: time)
        if times.count > limit { times.removeFirst() }
        times.append(time)
    }

    private mutating func forget(until time: Timestamp) {
        let past = time.advanced(byNanoseconds: -SentOrders.window)
        guard let first = times.first, first <= past else { return }
        times.removeAll { $0 <= past }
    }

    func count(at now: Timestamp) -> Int {
        var recent = self
        recent.forget(until: now)
        return recent.times.count
    }

    mutating func check(atMost limit: Int, at now: Timestamp) throws(RiskRefusal) {
        forget(until: now)
        guard times.count > limit else { return }
        throw RiskRefusal(
            rule: .maxCancelsPerSecond,
            detail:
                "more than \(counted(limit, "cancel was", "cancels were")) sent within a second, "
                + "the limit is \(limit): nothing new is sent until they are fewer")
    }
}

/// The orders and amendments of the last second; never more than the limits let through.
private struct SentOrders: Sendable {
    /// One second, in nanoseconds.
    static let window: Int64 = 1_000_000_000

    private var entries: [(time: Timestamp, instrument: InstrumentID)] = []

    /// Forgets what was sent at `time` or before.
    mutating func forget(until time: Timestamp) {
        guard let first = entries.first, first.time <= time else { return }
        entries.removeAll { $0.time <= time }
    }
    func count() -> Int { entries.count }
    func count(of instrument: InstrumentID) -> Int { count { $0 == instrument } }
    func count(where isMeant: (InstrumentID) -> Bool) -> Int {
        entries.count { isMeant($0.instrument) }
    }
    mutating func add(_ instrument: InstrumentID, at time: Timestamp) {
        entries.append((time, instrument))
    }
}
