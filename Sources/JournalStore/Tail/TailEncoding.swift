internal import ByteCoding
internal import TradingCore
internal import TradingModel

/// Entries as bytes, of those kinds without which a later run would be wrong.
///
/// A form is never changed: a new one gets a new number.
enum TailKind: UInt8 {
    case started = 1
    case takenUp = 2
    case submitted = 3
    case transition = 4
    case execution = 5
    case position = 6
    case state = 7
    case timer = 8
    case timerCleared = 9
    case counters = 10
    case settlement = 11
    case filled = 12
}

extension ByteWriter {
    /// Adds an entry; false: one of its kind goes without.
    mutating func add(_ entry: JournalEntry) -> Bool {
        switch entry {
        case .started(let time): begin(.started, time)
        case .takenUp(let order): add(order)
        case .submitted(let order):
            begin(.submitted, order.time)
            add(text: order.id.text)
            add(order.request)
            add(UInt64(order.version))
        case .transition(let transition): add(transition, as: .transition)
        case .filled(let transition, let position):
            add(transition, as: .filled)
            add(position, of: transition.instrument)
        case .execution(let execution):
            begin(.execution, execution.time)
            add(text: execution.order.text)
            add(execution.instrument, execution.side)
            add(execution.fill)
            add(signed: execution.venueTime.nanoseconds)
        case .position(let instrument, let position, let time):
            begin(.position, time)
            add(position, of: instrument)
        case .settlement(let settlement, let position):
            begin(.settlement, settlement.time)
            add(position, of: settlement.instrument)
            add(signed: settlement.settled.nanoseconds)
            add(attos: settlement.rate.attos)
            add(settlement.payment)
        case .state(let state, let time):
            guard let text = state.knownText else { return false }
            begin(.state, time)
            add(signed: state.shape)
            add(text: text)
        case .timer(let name, let due, let period):
            begin(.timer, due)
            add(text: name)
            add(signed: period ?? 0)
        case .timerCleared(let name):
            begin(.timerCleared, .distantPast)
            add(byte: name == nil ? 0 : 1)
            add(text: name ?? "")
        case .counters(let counters, let time):
            begin(.counters, time)
            add(signed: counters.day)
            add(attos: counters.dayStart.attos)
            add(attos: counters.peak.attos)
        case .balance, .equity, .refusal, .reconciliation, .alert, .version, .ended: return false
        }
        return true
    }

    private mutating func add(_ position: Position, of instrument: InstrumentID) {
        add(UInt64(instrument.index))
        add(attos: position.net.attos)
        add(attos: position.entryValue.attos)
        add(attos: position.realisedPnL.attos)
        add(attos: position.fees.attos)
        add(attos: position.funding.attos)
        add(position.averagePrice)
    }

    private mutating func begin(_ kind: TailKind, _ time: Timestamp) {
        add(byte: kind.rawValue)
        add(signed: time.nanoseconds)
    }

    private mutating func add(_ instrument: InstrumentID, _ side: Side) {
        add(UInt64(instrument.index) << 1 | UInt64(side.rawValue & 1))
    }

    private mutating func add(_ amount: (some ExactDecimal)?) {
        add(byte: amount == nil ? 0 : 1)
        if let amount { add(attos: amount.attos) }
    }

    private mutating func add(_ request: OrderRequest) {
        add(request.instrument, request.side)
        add(attos: request.quantity.attos)
        add(request.price)
        add(request.stop)
        add(
            byte: (request.isPostOnly ? 1 : 0) | (request.isReduceOnly ? 2 : 0)
                | UInt8(TimeInForce.allCases.firstIndex(of: request.timeInForce) ?? 0) << 2)
        add(text: request.tag.description)
    }

    private mutating func add(_ fill: Fill) {
        add(text: fill.id)
        add(attos: fill.price.attos)
        add(attos: fill.quantity.attos)
        add(byte: fill.liquidity == .maker ? 1 : 0)
        add(attos: fill.fee.attos)
        add(text: fill.feeCurrency.code)
    }

    private mutating func add(_ order: EarlierRun.KnownOrder) {
        begin(.takenUp, order.updatedAt)
        add(text: order.id.text)
        add(order.request)
        add(text: OrderStatus(order.state).rawValue)
        add(attos: order.state.filled.attos)
        add(text: order.state.venueID?.text ?? "")
        add(signed: order.createdAt.nanoseconds)
    }

    private mutating func add(_ transition: OrderTransition, as kind: TailKind) {
        begin(kind, transition.time)
        add(text: transition.order.text)
        add(transition.instrument, transition.side)
        add(text: transition.before.rawValue)
        add(text: transition.after.rawValue)
        add(attos: transition.filled.attos)
        add(text: transition.venueID?.text ?? "")
        add(text: transition.reason.description)
        add(byte: transition.venueTime == nil ? 0 : 1)
        if let time = transition.venueTime { add(signed: time.nanoseconds) }
        let event = EventColumns(transition.event)
        add(text: event.word)
        add(event.price)
        add(event.quantity)
        add(text: event.reason.description)
        guard case .fill(let fill) = transition.event else { return }
        add(fill)
    }
}
