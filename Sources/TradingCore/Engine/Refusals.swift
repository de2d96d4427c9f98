import TradingModel

/// Orders that were refused before they reached a venue, on their way to the strategy.
///
/// It hears of them with the next input, as it hears of a venue's refusals: a handler that answers
/// each with the same order again lets time pass in between, or meets the limit of intents.
struct Refusals {
    /// In the order of their refusal.
    var pending: [Order] = []
    private var number = 0
    private var instant = Timestamp.distantPast
    private var reportedAtInstant = 0

    /// Refusals that are told without time passing; a script meets its limit of intents before.
    static let mostAtOneInstant = 20_000
    /// Serials of orders that were never sent lie above those of all that were.
    static let firstSerial = 1 << 40

    mutating func nextNumber() -> (number: Int, serial: OrderSerial) {
        number += 1
        return (number, OrderSerial(Self.firstSerial + number))
    }

    /// Takes those that are pending; nil: so many at one instant that nothing else can happen.
    mutating func drain(at now: Timestamp) -> [Order]? {
        if now > instant {
            instant = now
            reportedAtInstant = 0
        }
        reportedAtInstant += pending.count
        let taken = pending
        pending = []
        return reportedAtInstant > Self.mostAtOneInstant ? nil : taken
    }
}

extension Engine {
    /// Notes that an intent came to nothing, for the strategy's order handler.
    mutating func record(_ refusal: RiskRefusal, of intent: Intent, _ request: OrderRequest?) {
        guard let order = refusedOrder(refusal, of: intent, request) else { return }
        addRefused(order)
    }

    /// Tells the strategy of a refused order with the next input.
    mutating func addRefused(_ order: Order) {
        refusals.pending.append(order)
        findDeadline()
    }

    mutating func reportRefusals(into commands: inout [Command]) {
        guard let orders = refusals.drain(at: state.now) else {
            return stopTrading(
                "the strategy was refused more than \(Refusals.mostAtOneInstant) orders without time "
                    + "passing", into: &commands)
        }
        guard strategy.hearsOfOrders else { return }
        for order in orders { settle(strategy.onOrder(order), into: &commands) }
    }

    /// The order as the strategy sees it; nil where there is none to speak of, as of a cancel.
    private mutating func refusedOrder(
        _ refusal: RiskRefusal, of intent: Intent, _ request: OrderRequest?
    ) -> Order? {
        let reason = InternedText(passing: refusal.description)
        if case .amend(let id, _, _) = intent {
            guard var order = state.orders[id], order.state.isOpen else { return nil }
            order.refusal = reason
            return order
        }
        guard let request = request ?? asked(by: intent) else { return nil }
        let (number, serial) = refusals.nextNumber()
        return Order(
            id: ClientOrderID("\(orderIDPrefix)refused-", number), serial: serial,
            request: request, state: .rejected(reason: reason),
            createdAt: state.now, updatedAt: state.now, version: version)
    }

    /// What an intent asks for, where no order was made of it yet.
    private func asked(by intent: Intent) -> OrderRequest? {
        switch intent {
        case .place(let request): return request
        case .target(let instrument, let wanted):
            let held = state.positions[instrument.index].net
            return OrderRequest(
                instrument: instrument, side: wanted < held ? .sell : .buy,
                quantity: wanted.attos == .min ? .zero : wanted.magnitude)
        case .close, .cancel, .amend: return nil
        }
    }
}
