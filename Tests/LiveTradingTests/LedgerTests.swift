import DifferentialTesting
import LedgerFigures
import LiveTrading
import Matching
import PaperTrading
import RunFigures
import Testing
import TradingCore
import TradingModel

/// A simulated run of a generated script on a generated market, and a live run of the same script that
/// gets what the simulated run's engine took in: events, the venue's reports and balances, time.
@Suite struct `A live run's ledger` {
    private static let partSize: UInt64 = 50

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `holds what a simulated run's of the same inputs does`(part: UInt64) throws {
        var fills = 0
        var checked = 0
        for seed in (part * Self.partSize + 1)...((part + 1) * Self.partSize) {
            let generated = GeneratedTrial(seed: seed)
            // A fill inside a bar shows the engine a price that no live run's data has.
            guard !generated.hasBars else { continue }
            let pair = try RunPair(generated.trial.withPromptFeed)
            #expect(pair.difference == nil, "seed \(seed): \(pair.difference ?? "")")
            #expect(pair.live.ledger.figures == pair.simulated.figures, "seed \(seed)")
            #expect(pair.live.ledger.figures == pair.quick.figures, "seed \(seed), as it runs")
            fills += pair.live.tally.fills
            checked += 1
        }
        #expect(checked > 20 && fills > 5, "\(fills) fills in \(checked) runs")
    }
}

/// The ledgers of one trial, run in three ways.
private struct RunPair {
    /// What was counted event by event.
    let simulated: RunLedger
    /// What was counted as a backtest runs.
    let quick: RunLedger
    let live: LiveRun
    /// Where the equity of the live run first was another than that of the simulated run.
    private(set) var difference: String?

    /// What an engine took in, and the equity then.
    private struct Step {
        let input: EngineInput
        let equity: Money
        let maxDrawdown: Money
    }

    private final class Steps {
        var all: [Step] = []
    }

    init(_ trial: Trial) throws {
        let steps = Steps()
        var run = try trial.makeRun(try trial.makeStrategy(), .ownBooks) { input, equity in
            steps.all.append(
                Step(input: input, equity: equity.equity, maxDrawdown: equity.maxDrawdown))
        }
        simulated = try Self.play(&run)
        var quick = try trial.makeRun(try trial.makeStrategy(), [])
        self.quick = try Self.play(&quick)
        live = LiveRun(engine: trial.makeEngine(try trial.makeStrategy()), reloads: nil)
        play(steps.all)
    }

    private static func play(_ run: inout SimulatedRun) throws -> RunLedger {
        run.endsWithSource = false  // a live run's data never ends
        _ = try run.advance(to: .distantFuture)
        run.finish("the data has ended")
        return run.ledger
    }

    private mutating func play(_ steps: [Step]) {
        var message: [BookChange] = []
        var hasStarted = false  // before its start a live run has no equity
        for (number, step) in steps.enumerated() {
            if case .market(.book(let change)) = step.input {
                message.append(change)
                guard change.endsMessage else { continue }
            }
            if !message.isEmpty { live.apply(message, at: live.engine.state.now) }
            message = []
            play(step.input)
            if case .start = step.input { hasStarted = true }
            let equity = live.ledger.equity
            guard hasStarted, difference == nil,
                equity.equity != step.equity || equity.maxDrawdown != step.maxDrawdown
            else { continue }
            difference =
                "input \(number), \(step.input): equity \(equity.equity), not \(step.equity), "
                + "drawdown \(equity.maxDrawdown), not \(step.maxDrawdown)"
        }
    }

    private func play(_ input: EngineInput) {
        switch input {
        case .start(_, let time): live.start(at: time)
        case .stop(let reason, let time): live.windDown(reason, at: time)
        case .time(let time): live.pass(until: time)
        case .market(.book): break  // comes by the message
        default: live.apply(input, at: live.engine.state.now)
        }
    }
}

extension GeneratedTrial {
    fileprivate var hasBars: Bool {
        events.contains { if case .bar = $0 { true } else { false } }
    }
}

extension Trial {
    /// The same with events that reach the strategy as they happen: those that are late are counted
    /// before it hears of them, and a live run counts what it hears.
    fileprivate var withPromptFeed: Trial {
        var paper = paper
        paper.latency.feed = 0
        return Trial(
            name: name, script: script, instruments: instruments, depth: depth, paper: paper,
            limits: limits, maxFailuresPerMinute: maxFailuresPerMinute, moments: moments,
            makeStrategy: makeStrategy, makeSource: makeSource)
    }
}
