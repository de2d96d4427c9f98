import LiveTrading
import MarketFiles
import RunInputs
import TradingCore
import TradingModel

/// What `runner replay --why` explains: a moment, or what became of an order.
///
/// It hears of the replay's inputs as they are made again.
final class ReplayQuestion {
    enum Subject: Equatable {
        case order(String)
        case time(Timestamp)

        /// A date and time, or an order's id.
        init(_ text: String) {
            if let time = moment(of: text) { self = .time(time) } else { self = .order(text) }
        }
    }

    private struct Step {
        let number: Int
        let call: RunCall
        let outcomes: [RunOutcome]
    }

    let subject: Subject
    private let instruments: [Instrument]
    private let settings: Settings
    /// The latest before the subject, oldest first.
    private var before: [Step] = []
    private var lines: [String] = []
    private var isFound = false
    private var isOver = false

    /// Inputs before the subject that are shown.
    private static let mostBefore = 10

    init(_ subject: Subject, _ instruments: [Instrument], _ settings: Settings) {
        self.subject = subject
        self.instruments = instruments
        self.settings = settings
    }

    /// Takes in an input that was made again, with what came of it.
    ///
    /// - Parameter state: as it is behind it.
    func add(_ number: Int, _ call: RunCall, _ outcomes: [RunOutcome], _ state: TradingState) {
        guard !isOver else { return }
        let step = Step(number: number, call: call, outcomes: outcomes)
        switch subject {
        case .order(let id): add(step, of: id, state)
        case .time(let time):
            guard call.time <= time else { return finish(before: step, state) }
            remember(step)
        }
    }

    /// Adds a report about an order that the simulated venue made.
    func add(_ report: ExecutionReport) {
        guard case .order(let id) = subject, isFound, report.order.text == id else { return }
        let event = RunCall.input(.report(report), at: report.receiveTime)
        lines.append("    \(clock(report.receiveTime))  \(event.inWords(instruments))")
    }

    // MARK: - A moment

    private func remember(_ step: Step) {
        before.append(step)
        if before.count > 2 * Self.mostBefore { before.removeFirst(Self.mostBefore) }
    }

    private func finish(before next: Step, _ state: TradingState) {
        isOver = true
        isFound = !before.isEmpty
        lines.append("the last inputs up to then:")
        for step in before.suffix(Self.mostBefore) { lines += describe(step) }
        lines += standing(state)
        lines.append("the next input:")
        lines += describe(next)
    }

    // MARK: - An order

    private func add(_ step: Step, of id: String, _ state: TradingState) {
        let own = step.outcomes.filter { $0.concerns(id) }
        var isReport = false
        if case .input(.report(let report), _) = step.call { isReport = report.order.text == id }
        guard !own.isEmpty || isReport else { return isFound ? () : remember(step) }
        if !isFound {
            isFound = true
            lines.append("the last inputs before it:")
            for other in before.suffix(Self.mostBefore) { lines += describe(other) }
            lines.append("the order:")
        }
        lines += describe(step)
        for outcome in own {
            guard case .submitted(_, let request) = outcome else { continue }
            lines += limits(of: request, state)
            lines += standing(state)
            lines.append("what became of it:")
        }
    }

    /// Each limit that held for an order, with its figures; it passed all of them.
    private func limits(of request: OrderRequest, _ state: TradingState) -> [String] {
        let symbol = instruments[request.instrument].symbol
        let own = settings.limitsBySymbol[symbol.description] ?? RiskLimits()
        let general = settings.limits
        var lines: [String] = []
        func add(_ name: String, _ limit: (some CustomStringConvertible)?, _ figures: String) {
            if let limit { lines.append("      \(name): \(figures), the limit is \(limit)") }
        }
        add(
            "max_order_quantity", own.maxOrderQuantity ?? general.maxOrderQuantity,
            "\(request.quantity) ordered")
        let top = state.top(request.instrument)
        let touch = request.side == .buy ? top.ask?.price : top.bid?.price
        let worth = request.worstPrice(
            touch: touch, last: state.marks(request.instrument).last
        ).flatMap {
            instruments[request.instrument].contract.quoteNotional(
                of: request.quantity, at: $0, .up)
        }
        add(
            "max_order_notional", own.maxOrderNotional ?? general.maxOrderNotional,
            worth.map { "worth \($0) at most" } ?? "its worth is not known")
        let open = state.orders.open.filter { $0.request.instrument == request.instrument }
        func sum(_ side: Side) -> Quantity {
            open.filter { $0.request.side == side }.reduce(.zero) { sum, order in
                sum + (order.request.quantity - min(order.filled, order.request.quantity))
            }
        }
        add(
            "max_position", own.maxPosition ?? general.maxPosition,
            "\(state.positions[request.instrument.index].net) held, open with this order to buy "
                + "\(sum(.buy)) and to sell \(sum(.sell))")
        add(
            "max_open_orders", general.maxOpenOrders,
            "\(state.orders.openCount) open with this one")
        add(
            "price_band", own.priceBand ?? general.priceBand,
            request.price.map { "limit \($0)" } ?? "no limit price")
        guard !lines.isEmpty else { return ["    no limit is set that it could break"] }
        return ["    it passed every rule; the limits that are set:"] + lines
    }

    // MARK: - The answer

    /// Prints it.
    ///
    /// - Parameter notes: how orders were filled, where that is simulated.
    func answer(_ state: TradingState, notes: [String], isLive: Bool) throws(RunFailure) {
        guard isFound || isOver else {
            throw RunFailure(
                .usage,
                "--why: "
                    + (isOrder
                        ? "the session has no order of this id"
                        : "the session does not go on until then, or it began later"))
        }
        if case .order(let id) = subject {
            let order = state.orders[ClientOrderID(id)]
            lines.append(
                "at the end: " + (order.map(Self.state) ?? "forgotten, for it ended long before"))
        }
        if !isLive {
            lines.append(
                "simulated: \(Self.milliseconds(settings.entryLatency)) to the venue and "
                    + "\(Self.milliseconds(settings.responseLatency)) back")
            lines += notes.map { "  " + $0 }
        }
        for line in lines { Console.print(line) }
    }

    private var isOrder: Bool { if case .order = subject { true } else { false } }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        "\(Money(attos: Int128(nanoseconds) * 1_000_000_000_000)) ms"
    }

    private static func state(_ order: Order) -> String {
        "\(order.state.name), \(order.filled) of \(order.request.quantity) filled"
    }

    private func standing(_ state: TradingState) -> [String] {
        var lines = ["    then:"]
        for instrument in instruments {
            let (top, last) = (state.top(instrument.id), state.marks(instrument.id).last)
            let bid = top.bid.map { "\($0.price)" } ?? "none"
            let ask = top.ask.map { "\($0.price)" } ?? "none"
            lines.append(
                "      \(instrument.symbol): bid \(bid), ask \(ask), last "
                    + (last.map { "\($0)" } ?? "none")
                    + ", position \(state.positions[instrument.id.index].net)")
        }
        for order in state.orders.open.prefix(20) {
            lines.append("      open: " + order.inShort(instruments))
        }
        if let pause = state.pause { lines.append("      no new orders: \(pause)") }
        if !state.isTrading { lines.append("      trading has been stopped") }
        return lines
    }

    private func describe(_ step: Step) -> [String] {
        ["  \(step.number)  \(clock(step.call.time))  \(step.call.inWords(instruments))"]
            + step.outcomes.map { "      → " + $0.inWords(instruments) }
    }

    private func clock(_ time: Timestamp) -> String { UTCTime(time).iso }
}

extension RunOutcome {
    fileprivate func concerns(_ id: String) -> Bool {
        switch self {
        case .submitted(let own, _), .cancelled(let own, _), .amended(let own, _, _, _):
            own.text == id
        case .refused(_, .amend(let own, _, _)), .intent(.amend(let own, _, _)),
            .intent(.cancel(.order(let own))):
            own.text == id
        case .intent, .refused, .stopped: false
        }
    }
}
