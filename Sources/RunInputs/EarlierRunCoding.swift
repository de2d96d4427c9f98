internal import ByteCoding
internal import TradingCore
internal import TradingModel

// What a run goes on with, and the limits that hold, as bytes.

extension ItemEncoder {
    mutating func add(_ earlier: EarlierRun) {
        if let books = earlier.simulated { add(books) }
        writer.add(UInt64(earlier.orders.count))
        for order in earlier.orders { add(order) }
        writer.add(UInt64(earlier.positions.count))
        for (instrument, position) in earlier.positions.sorted(by: { $0.key < $1.key }) {
            add(instrument)
            for amount in [
                position.net.attos, position.entryValue.attos, position.realisedPnL.attos,
                position.fees.attos, position.funding.attos,
            ] { writer.add(attos: amount) }
        }
        writer.add(UInt64(earlier.timers.count))
        for timer in earlier.timers {
            add(text: timer.name)
            add(timer.due)
            writer.add(signed: timer.period ?? 0)
        }
        writer.add(byte: earlier.counters == nil ? 0 : 1)
        guard let counters = earlier.counters else { return }
        writer.add(signed: counters.day)
        writer.add(attos: counters.dayStart.attos)
        writer.add(attos: counters.peak.attos)
    }

    private mutating func add(_ books: EarlierRun.SimulatedBooks) {
        writer.add(UInt64(books.opening.count))
        for (currency, amount) in books.opening.sorted(by: { $0.key < $1.key }) {
            add(text: currency.code)
            writer.add(attos: amount.attos)
        }
        writer.add(signed: Int64(books.orders))
        writer.add(signed: Int64(books.fills))
    }

    mutating func add(_ order: EarlierRun.KnownOrder) {
        add(order.id)
        add(order.request)
        writer.add(byte: order.state.isUnknown ? 1 : 0)
        writer.add(byte: order.state.isUntriggeredStop ? 1 : 0)
        add(text: order.state.reason.description)
        writer.add(byte: order.state.venueID == nil ? 0 : 1)
        if let id = order.state.venueID { add(id) }
        writer.add(attos: order.state.filled.attos)
        writer.add(attos: order.filledNotional.attos)
        writer.add(UInt64(order.fills.count))
        for fill in order.fills { add(fill) }
        add(order.createdAt)
        add(order.updatedAt)
    }

    mutating func add(_ limits: RunLimits) {
        add(limits.general)
        add(limits.bySymbol)
        if !limits.byVenue.isEmpty { add(limits.byVenue) }
    }

    private mutating func add(_ limits: [String: RiskLimits]) {
        writer.add(UInt64(limits.count))
        for (name, own) in limits.sorted(by: { $0.key < $1.key }) {
            add(text: name)
            add(own)
        }
    }

    private mutating func add(_ limits: RiskLimits) {
        add(optional: limits.maxOrderQuantity)
        add(optional: limits.maxOrderNotional)
        add(optional: limits.maxPosition)
        add(number: limits.maxOpenOrders)
        add(number: limits.maxOrdersPerSecond)
        add(optional: limits.priceBand)
        add(optional: limits.lastPriceBand)
        add(number: limits.noSelfTrade.map { $0 ? 1 : 0 })
        add(optional: limits.minFreeBalance)
        add(number: limits.maxDataAge.map { Int($0) })
        add(number: limits.noCrossedBook.map { $0 ? 1 : 0 })
        add(optional: limits.maxAccountNotional)
        add(optional: limits.maxLeverage)
        add(optional: limits.maxDailyLoss)
        add(optional: limits.maxDrawdown)
        add(number: limits.maxConsecutiveRejects)
        add(number: limits.maxCancelsPerSecond)
    }

    private mutating func add(number: Int?) {
        writer.add(byte: number == nil ? 0 : 1)
        if let number { writer.add(signed: Int64(number)) }
    }
}

extension ItemDecoder {
    mutating func earlierRunOnPaper() throws(Unreadable) -> EarlierRun {
        var opening: [Currency: Money] = [:]
        for _ in 0..<(try reader.count()) {
            let currency = Currency(try text())
            opening[currency] = Money(attos: try reader.attos())
        }
        let (orders, fills) = (Int(try reader.signed()), Int(try reader.signed()))
        var earlier = try earlierRun()
        earlier.simulated = EarlierRun.SimulatedBooks(
            opening: opening, orders: orders, fills: fills)
        return earlier
    }

    mutating func earlierRun() throws(Unreadable) -> EarlierRun {
        var earlier = EarlierRun()
        for _ in 0..<(try reader.count()) { earlier.orders.append(try knownOrder()) }
        for _ in 0..<(try reader.count()) {
            let instrument = try instrument()
            earlier.positions[instrument] = Position(
                of: instruments[instrument.index], net: SignedQuantity(attos: try reader.attos()),
                entryValue: Money(attos: try reader.attos()),
                realisedPnL: Money(attos: try reader.attos()),
                fees: Money(attos: try reader.attos()), funding: Money(attos: try reader.attos()))
        }
        for _ in 0..<(try reader.count()) {
            let (name, due) = (try text(), try time())
            let period = try reader.signed()
            earlier.timers.append(
                EarlierRun.KnownTimer(name: name, due: due, period: period > 0 ? period : nil))
        }
        guard try flag() else { return earlier }
        earlier.counters = RiskCounters(
            day: try reader.signed(), dayStart: Money(attos: try reader.attos()),
            peak: Money(attos: try reader.attos()))
        return earlier
    }

    mutating func knownOrder() throws(Unreadable) -> EarlierRun.KnownOrder {
        let id = ClientOrderID(try id())
        let request = try request()
        let (isUnknown, isStop) = (try flag(), try flag())
        let reason = InternedText(passing: try text())
        let venueID = try flag() ? VenueOrderID(try self.id()) : nil
        let filled = try quantity()
        let standing: OrderState.Standing =
            switch (isStop, venueID) {
            case (true, let id?): .waiting(id)
            case (_, nil) where filled == .zero: .sent(isStop: isStop)
            default: .working(venueID, filled: filled)
            }
        let notional = Money(attos: try reader.attos())
        var fills: [FillID] = []
        for _ in 0..<(try reader.count()) { fills.append(FillID(try self.id())) }
        return EarlierRun.KnownOrder(
            id: id, request: request, state: OrderState(standing, isUnknown, reason),
            filledNotional: notional, fills: fills, createdAt: try time(), updatedAt: try time())
    }

    mutating func limits(ofVenues hasVenues: Bool) throws(Unreadable) -> RunLimits {
        var limits = RunLimits(general: try riskLimits(), bySymbol: try namedLimits())
        if hasVenues { limits.byVenue = try namedLimits() }
        return limits
    }

    private mutating func namedLimits() throws(Unreadable) -> [String: RiskLimits] {
        var limits: [String: RiskLimits] = [:]
        for _ in 0..<(try reader.count()) {
            let name = try text()
            limits[name] = try riskLimits()
        }
        return limits
    }

    private mutating func riskLimits() throws(Unreadable) -> RiskLimits {
        var limits = RiskLimits()
        limits.maxOrderQuantity = try flag() ? try quantity() : nil
        limits.maxOrderNotional = try amount()
        limits.maxPosition = try flag() ? try quantity() : nil
        limits.maxOpenOrders = try number()
        limits.maxOrdersPerSecond = try number()
        limits.priceBand = try amount()
        limits.lastPriceBand = try amount()
        limits.noSelfTrade = try number().map { $0 == 1 }
        limits.minFreeBalance = try amount()
        limits.maxDataAge = try number().map { Int64($0) }
        limits.noCrossedBook = try number().map { $0 == 1 }
        limits.maxAccountNotional = try amount()
        limits.maxLeverage = try amount()
        limits.maxDailyLoss = try amount()
        limits.maxDrawdown = try amount()
        limits.maxConsecutiveRejects = try number()
        limits.maxCancelsPerSecond = try number()
        return limits
    }

    private mutating func amount<Amount: ExactDecimal>() throws(Unreadable) -> Amount? {
        try flag() ? Amount(attos: try reader.attos()) : nil
    }

    private mutating func number() throws(Unreadable) -> Int? {
        try flag() ? Int(try reader.signed()) : nil
    }
}

extension OrderState {
    /// Of an order that an earlier run left.
    fileprivate init(_ standing: Standing, _ isUnknown: Bool, _ reason: InternedText) {
        if isUnknown {
            self = .unknown(standing, amending: nil, reason: reason)
            return
        }
        self =
            switch standing {
            case .sent(let isStop): isStop ? .pendingStop : .pendingNew
            case .waiting(let id): .waiting(id)
            case .working(let id, let filled): .working(id, filled: filled)
            }
    }
}
