import JournalStore
import PropertyTesting
import TestInstruments
import TradingCore
import TradingModel

/// Entries as a run could write them, of all kinds, and what must then be read.
struct RandomEntries {
    private var random: Seeded
    private(set) var entries: [JournalEntry] = []
    /// By client id, in the order of their making.
    private(set) var orders: [Expected] = []
    private(set) var fills: [(execution: OrderExecution, isKnown: Bool)] = []
    private var seconds: Int64 = 0
    private var positions = instruments.map { Position(of: $0) }

    /// An order as it must stand.
    struct Expected {
        let submitted: SubmittedOrder
        var state: OrderState
        var price: Price?
        var quantity: Quantity
        var updated: Timestamp
    }

    init(seed: UInt64) { random = Seeded(seed) }

    mutating func make(_ count: Int) {
        for _ in 0..<count {
            seconds += Int64(random.int(0...3))
            makeOne()
        }
    }

    private mutating func makeOne() {
        switch random.int(0...12) {
        case 0...3: submit()
        case 4...9: if orders.isEmpty { submit() } else { transition() }
        case 10: figures()
        case 11: words()
        default: keep()
        }
    }

    private mutating func amount() -> Quantity {
        Quantity(attos: random.attos().magnitude > 0 ? abs(random.attos()) : 1)
    }

    private static let texts = ["", "a tag", "é€🙂", "it's \"quoted\"", "-- ; DROP TABLE orders"]

    private mutating func submit() {
        let request = OrderRequest(
            instrument: InstrumentID(random.int(0...1)), side: random.bool() ? .buy : .sell,
            quantity: amount(), price: random.bool() ? Price(attos: random.attos()) : nil,
            timeInForce: random.pick(TimeInForce.allCases), isPostOnly: random.bool(),
            isReduceOnly: random.bool(),
            stop: random.chance(30) ? Price(attos: random.attos()) : nil,
            tag: OrderTag(random.pick(Self.texts)) ?? .empty)
        let order = SubmittedOrder(
            id: ClientOrderID("mr-\(orders.count + 1)"), request: request,
            version: random.int(1...3), at: at(seconds))
        orders.append(
            Expected(
                submitted: order, state: OrderState(of: request), price: request.price,
                quantity: request.quantity, updated: at(seconds)))
        entries.append(.submitted(order))
    }

    private mutating func transition() {
        let place = random.int(0...(orders.count - 1))
        let event = anEvent()
        let order = orders[place]
        guard let after = try? order.state.after(event, quantity: order.quantity) else { return }
        let request = order.submitted.request
        let told = OrderTransition(
            event, of: order.submitted.id, request.instrument, request.side, from: order.state,
            to: after, venueTime: random.bool() ? at(seconds - 1) : nil, at: at(seconds))
        let isFill = if case .fill = event { true } else { false }
        entries.append(
            isFill && random.bool()
                ? .filled(told, positions[request.instrument.index]) : .transition(told))
        orders[place].state = after
        orders[place].updated = at(seconds)
        if case .amended(let price, let quantity) = event {
            if let price { orders[place].price = price }
            orders[place].quantity = quantity
        }
        if case .fill(let fill) = event {
            fills.append(
                (
                    OrderExecution(
                        fill, of: order.submitted.id, request.instrument, request.side,
                        venueTime: told.venueTime ?? told.time, at: told.time), true
                ))
        }
    }

    private mutating func anEvent() -> OrderEvent {
        let reason = InternedText(random.pick(Self.texts))
        switch random.int(0...12) {
        case 0: return .accepted(VenueOrderID("v-\(random.int(1...3))"))
        case 1: return .rejected(reason: reason)
        case 2: return .triggered
        case 3...5:
            return .fill(
                Fill(
                    id: "t\(fills.count)", price: Price(attos: random.attos()),
                    quantity: Quantity(attos: Int128(random.int(1...1_000_000))),
                    liquidity: random.bool() ? .maker : .taker, fee: Money(attos: random.attos()),
                    feeCurrency: Currency("USDT")))
        case 6: return .cancelRequested
        case 7: return .cancelRejected(reason: reason)
        case 8: return .cancelled
        case 9: return .amendRequested(price: Price(attos: random.attos()), quantity: nil)
        case 10:
            return .amended(
                price: random.bool() ? Price(attos: random.attos()) : nil, quantity: amount())
        case 11: return .expired(reason: reason)
        default: return .lost(reason: reason)
        }
    }

    private mutating func figures() {
        let usdt = Currency("USDT")
        entries.append(.equity(Money(attos: random.attos()), usdt, at: at(seconds)))
        entries.append(
            .balance(
                Balance(
                    currency: usdt, total: Money(attos: random.attos()),
                    available: Money(attos: random.attos())), at: at(seconds)))
        let place = random.int(0...1)
        let size = Quantity(attos: Int128(random.int(1...9)) * attosPerUnit)
        try? positions[place].apply(
            random.bool() ? .buy : .sell, price: price("\(random.int(1...99_999))"), quantity: size,
            fee: money("0.1"))
        entries.append(.position(InstrumentID(place), positions[place], at: at(seconds)))
        guard random.int(0...3) == 0 else { return }
        entries.append(
            .settlement(
                Settlement(
                    instrument: InstrumentID(place), settled: at(seconds - 2),
                    rate: Rate(attos: Int128(random.int(-99...99))),
                    payment: random.bool() ? Money(attos: random.attos()) : nil, at: at(seconds)),
                positions[place]))
    }

    private mutating func words() {
        let text = random.pick(Self.texts)
        entries.append(.alert(text, at: at(seconds)))
        entries.append(
            .refusal(
                RiskRefusal(rule: random.pick(RiskRefusal.Rule.allCases), detail: text),
                .target(InstrumentID(0), SignedQuantity(attos: random.attos())), at: at(seconds)))
        entries.append(
            .reconciliation(
                Reconciliation(
                    kind: "position", evidence: #"{"net":"1"}"#, instrument: InstrumentID(1),
                    before: text, after: nil, at: at(seconds))))
    }

    private mutating func keep() {
        entries.append(.state(StrategyState(text: "{n=\(seconds)}", shape: 1), at: at(seconds)))
        entries.append(
            .counters(
                RiskCounters(day: seconds, dayStart: money("-1.5"), peak: money("\(seconds)")),
                at: at(seconds)))
        let name = random.pick(["a", "b", "c"])
        switch random.int(0...9) {
        case 0: entries.append(.timerCleared(name: nil))
        case 1...3: entries.append(.timerCleared(name: name))
        default:
            entries.append(
                .timer(name: name, due: at(seconds + 60), period: random.bool() ? 1_000 : nil))
        }
    }
}
