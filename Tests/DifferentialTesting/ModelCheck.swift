import ModelledRuns
import RunFigures
import TradingCore
import TradingModel

/// What every run is held against besides another run: something that works the same out anew, and
/// says in words what does not agree; nil: all does.
///
/// A check may run the trial again, in a way that lets it hear more.
package typealias ModelCheck = @Sendable (_ outcome: Outcome, _ trial: Trial) throws -> String?

/// The checks that are held in every run; one more is one more line here.
package let modelChecks: [ModelCheck] = [copyProblem, twinProblem, orderProblem, bookProblem]

extension Trial {
    /// The first thing in which a run is not what a model says.
    func modelProblem(_ outcome: Outcome) throws -> String? {
        for check in modelChecks {
            if let problem = try check(outcome, self) { return problem }
        }
        return nil
    }
}

/// Whether a script found a view that is not what its copy is.
@Sendable private func copyProblem(_ outcome: Outcome, _ trial: Trial) -> String? {
    let differs = outcome.entries.contains { entry in
        if case .command(.log(.error, RandomScript.copyDiffers), _) = entry { true } else { false }
    }
    return differs ? RandomScript.copyDiffers : nil
}

/// Whether a script found that what follows a feed is not what it worked out by itself.
@Sendable private func twinProblem(_ outcome: Outcome, _ trial: Trial) -> String? {
    outcome.entries.lazy.compactMap { entry in
        guard case .command(.log(.error, let text), _) = entry,
            text == RandomScript.twinDiffers || text == RandomScript.watchDiffers
        else { return nil }
        return text
    }.first
}

/// Whether the engine's table of orders, which changes them where they lie, has at the end what a
/// plain list has that hears of orders and reports.
@Sendable private func orderProblem(_ outcome: Outcome, _ trial: Trial) -> String? {
    var list: [ClientOrderID: ListedOrder] = [:]
    for entry in outcome.entries {
        switch entry {
        case .command(.submit(let order), _):
            list[order.id] = ListedOrder(quantity: order.request.quantity)
        case .command: break
        case .report(let report, _): list[report.order]?.hear(report.event)
        }
    }
    let open = outcome.open.map { "\($0.id) \($0.filled) of \($0.request.quantity)" }.sorted()
    let listed = list.filter { !$0.value.hasEnded }
        .map { "\($0.key) \($0.value.filled) of \($0.value.quantity)" }.sorted()
    return open == listed ? nil : "open at the end are \(open), by the reports \(listed)"
}

/// What the reports say of an order.
private struct ListedOrder {
    var quantity: Quantity
    var filled = Quantity.zero
    private var hasFinalReport = false
    var hasEnded: Bool { hasFinalReport || filled >= quantity }

    init(quantity: Quantity) { self.quantity = quantity }

    mutating func hear(_ event: OrderEvent) {
        switch event {
        case .fill(let fill): filled += fill.quantity
        case .amended(_, let quantity): self.quantity = quantity
        case .rejected, .cancelled, .expired: hasFinalReport = true
        default: break
        }
    }
}

/// Whether positions, balances, equity and drawdown are what a second book-keeping makes of the inputs
/// and reports alone, at every input of a run that goes event by event, and whether that run ends as
/// the one that is looked at did.
@Sendable private func bookProblem(_ outcome: Outcome, _ trial: Trial) throws -> String? {
    var settings = EngineSettings()
    settings.limits = trial.limits
    settings.maxFailuresPerMinute = trial.maxFailuresPerMinute
    let modelled = ModelledRun(
        trial.instruments, try trial.makeSource(), try trial.makeStrategy(), trial.paper,
        depth: trial.depth, keepsBooks: true, engineSettings: settings)
    if let difference = try modelled.play().first { return "the books: \(difference)" }
    let equity = modelled.equity
    let end = "at the end: equity \(equity.equity), drawdown \(equity.maxDrawdown),"
    return outcome.figures.contains { $0.hasPrefix(end) }
        ? nil : "the run that the books heard ends otherwise: \(end) but: \(outcome.figures)"
}
