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
    /// What the limits say of the order, for its run to fill in; nil: a moment is asked about.
    let riskFigures: RiskFigures?
    /// What is in front of an order at its price, and that price, where the venue is simulated.
    var queue: ((ClientOrderID) -> (ahead: Quantity?, price: Price)?)?
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
        if case .order(let id) = subject {
            riskFigures = RiskFigures(of: ClientOrderID(id))
        } else {
            riskFigures = nil
        }
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
        if let place = place(of: report.order) { lines.append("      \(place)") }
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
            guard case .submitted = outcome else { continue }
            lines += limits
            lines += standing(state)
            lines.append("what became of it:")
        }
    }

    /// What each limit that was set said of the order, which passed all of them.
    private var limits: [String] {
        guard let figures = riskFigures?.figures, !figures.isEmpty else {
            return ["    no limit is set that it could break"]
        }
        return ["    it passed every rule; the limits that are set:"]
            + figures.map { figure in
                let limit = figure.limit.map { ", the limit is \($0)" } ?? ""
                return "      \(figure.rule.rawValue): \(figure.text)\(limit)"
            }
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
            let place = place(of: order.id).map { ", \($0)" } ?? ""
            lines.append("      open: " + order.inShort(instruments) + place)
        }
        if let pause = state.pause { lines.append("      no new orders: \(pause)") }
        if !state.isTrading { lines.append("      trading has been stopped") }
        return lines
    }

    /// Where an order stands in the queue at its price; nil: in none.
    private func place(of order: ClientOrderID) -> String? {
        guard let (ahead, price) = queue?(order) else { return nil }
        return ahead.map { "in the queue at \(price) with \($0) in front of it" }
            ?? "at \(price), where the depth does not show the queue"
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
