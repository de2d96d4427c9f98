internal import ByteCoding
internal import TradingCore
package import TradingModel
internal import VenueSessions

/// Writes items one behind the other; a file has one, from its beginning to its end.
package struct ItemEncoder {
    var writer = ByteWriter()
    var state: CodingState
    let instruments: [Instrument]
    private var texts: [String: UInt64] = [:]

    package init(_ instruments: [Instrument]) {
        self.instruments = instruments
        state = CodingState(instruments: instruments.count)
    }

    package var bytes: [UInt8] { writer.bytes }
    var byteCount: Int { writer.bytes.count }
    package mutating func removeBytes() { writer.removeAll() }

    package mutating func add(_ item: RecordedItem) {
        switch item {
        case .call(let call): add(call)
        case .outcome(let outcome): add(outcome)
        }
    }

    // MARK: - Calls

    mutating func add(_ call: RunCall) {
        switch call {
        case .input(let input, let time): add(input, at: time)
        case .changes(let changes, let time): add(changes, at: time)
        case .resume(let earlier, let time):
            begin(earlier.simulated == nil ? .resume : .resumeSimulated, time)
            add(earlier)
        case .reconciled(let time): begin(.reconciled, time)
        case .limits(let limits, let time):
            begin(limits.byVenue.isEmpty ? .limits : .venueLimits, time)
            add(limits)
        case .start(let time): begin(.start, time)
        case .position(let position, let time):
            begin(.position, time)
            add(position)
        case .pass(let time): begin(.pass, time)
        case .pause(let reason, let time):
            begin(.pause, time)
            add(optional: reason)
        case .windDown(let reason, let time):
            begin(.windDown, time)
            add(text: reason)
        case .halt(let reason, let time):
            begin(.halt, time)
            add(text: reason)
        case .flatten(let time): begin(.flatten, time)
        case .rehearse(let time): begin(.rehearse, time)
        case .swap(let version, let time):
            begin(.swap, time)
            writer.add(signed: Int64(version))
        }
    }

    private mutating func add(_ input: EngineInput, at now: Timestamp) {
        switch input {
        case .market(let event): add(event, at: now)
        case .report(let report):
            begin(.report, now)
            add(report)
        case .balance(let balance, let time):
            begin(balance.account == 0 ? .balance : .accountBalance, now)
            if balance.account != 0 { writer.add(UInt64(balance.account)) }
            add(text: balance.currency.code)
            writer.add(attos: balance.total.attos)
            writer.add(attos: balance.available.attos)
            add(time)
        case .status(let status):
            begin(.status, now)
            add(text: status.venue)
            add(optional: status.instrument)
            add(text: status.state.rawValue)
            add(text: status.reason)
            add(status.receiveTime)
        case .position(let correction):
            begin(.correction, now)
            add(correction.instrument)
            writer.add(attos: correction.net.attos)
            add(optional: correction.averagePrice)
            add(text: correction.reason)
            add(correction.receiveTime)
        case .holding(let holding):
            begin(.holding, now)
            add(holding.instrument)
            writer.add(attos: holding.net.attos)
            add(holding.venueTime)
            add(holding.receiveTime)
        case .adopt(let order, let time):
            addTime(.adopt, now, time)
            add(order)
        case .foreignOrders(let exposures, let time):
            addTime(.foreignOrders, now, time)
            add(exposures)
        case .time(let time): addTime(.time, now, time)
        case .start(let reason, let time):
            addTime(.startInput, now, time)
            add(text: reason.rawValue)
        case .dataEnded(let time): addTime(.dataEnded, now, time)
        case .stop(let reason, let time):
            addTime(.stopInput, now, time)
            add(text: reason)
        case .halt(let reason, let time):
            addTime(.haltInput, now, time)
            add(text: reason)
        case .pause(let reason, let time):
            addTime(.pauseInput, now, time)
            add(optional: reason)
        case .flatten(let time): addTime(.flattenInput, now, time)
        // These come from no session: see RunCall.
        case .reload, .resume, .limits: begin(.version, now)
        }
    }

    private mutating func add(_ exposures: [ForeignExposure]) {
        writer.add(UInt64(exposures.count))
        for exposure in exposures {
            add(exposure.instrument)
            writer.add(attos: exposure.buying.attos)
            writer.add(attos: exposure.selling.attos)
            add(optional: exposure.bid)
            add(optional: exposure.ask)
        }
    }

    private mutating func addTime(_ tag: ItemTag, _ now: Timestamp, _ time: Timestamp) {
        begin(tag, now)
        add(time)
    }

    private mutating func add(_ position: VenuePosition) {
        add(position.instrument)
        writer.add(attos: position.net.attos)
        add(optional: position.averagePrice)
        add(optional: position.liquidationPrice)
        add(optional: position.leverage)
        writer.add(byte: position.isForced ? 1 : 0)
        writer.add(byte: position.venueTime == nil ? 0 : 1)
        if let time = position.venueTime { add(time) }
        add(position.receiveTime)
    }

    // MARK: - Reports

    private mutating func add(_ report: ExecutionReport) {
        add(report.order)
        add(report.instrument)
        add(report.venueTime)
        add(report.receiveTime)
        switch report.event {
        case .accepted(let id):
            writer.add(byte: 0)
            add(id)
        case .rejected(let reason): add(1, reason)
        case .triggered: writer.add(byte: 2)
        case .fill(let fill):
            writer.add(byte: 3)
            add(fill)
        case .cancelRequested: writer.add(byte: 4)
        case .cancelRejected(let reason): add(5, reason)
        case .cancelled: writer.add(byte: 6)
        case .amendRequested(let price, let quantity):
            writer.add(byte: 7)
            add(optional: price)
            add(optional: quantity)
        case .amended(let price, let quantity):
            writer.add(byte: 8)
            add(optional: price)
            writer.add(attos: quantity.attos)
        case .amendRejected(let reason): add(9, reason)
        case .expired(let reason): add(10, reason)
        case .lost(let reason): add(11, reason)
        case .notFound: writer.add(byte: 12)
        }
    }

    private mutating func add(_ kind: UInt8, _ reason: InternedText) {
        writer.add(byte: kind)
        add(text: reason.description)
    }

    private mutating func add(_ fill: Fill) {
        add(fill.number)
        writer.add(attos: fill.price.attos)
        writer.add(attos: fill.quantity.attos)
        writer.add(byte: fill.liquidity == .maker ? 0 : 1)
        writer.add(attos: fill.fee.attos)
        add(text: fill.feeCurrency.code)
    }

    // MARK: - Parts

    mutating func begin(_ tag: ItemTag, _ time: Timestamp) {
        writer.add(byte: tag.rawValue)
        writer.add(signed: time.nanoseconds &- state.time)
        state.time = time.nanoseconds
    }

    /// Against the time of the item.
    mutating func add(_ time: Timestamp) { writer.add(signed: time.nanoseconds &- state.time) }
    mutating func add(_ id: InstrumentID) { writer.add(UInt64(id.index)) }
    mutating func add(optional id: InstrumentID?) {
        writer.add(UInt64(id.map { $0.index + 1 } ?? 0))
    }

    mutating func add(optional value: (some ExactDecimal)?) {
        writer.add(byte: value == nil ? 0 : 1)
        if let value { writer.add(attos: value.attos) }
    }

    mutating func add(optional text: String?) {
        writer.add(byte: text == nil ? 0 : 1)
        if let text { add(text: text) }
    }

    mutating func add(text: String) {
        if let number = texts[text] { return writer.add(number) }
        if texts.count < KnownTexts.most {
            texts[text] = KnownTexts.firstKept + UInt64(texts.count)
            writer.add(KnownTexts.new)
        } else {
            writer.add(KnownTexts.unkept)
        }
        writer.add(text: text)
    }

    /// An id mostly by its beginning, which many share, and a number.
    mutating func add(_ id: some NumberedID) {
        let text = id.text
        guard let number = id.parts.ending, number >= 0 else {
            writer.add(0)
            return writer.add(text: text)
        }
        let digits = String(number)
        guard text.hasSuffix(digits) else {
            writer.add(0)
            return writer.add(text: text)
        }
        writer.add(UInt64(number) &+ 1)
        add(text: String(text.dropLast(digits.count)))
    }
}
