import DifferentialTesting
import Matching
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// Generated strategies on generated markets; `make differential` takes more of them.
@Suite struct `Quick ways against plain ones` {
    private static let partSize: UInt64 = 50

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `500 generated scripts do the same in every way`(part: UInt64) throws {
        for seed in (part * Self.partSize + 1)...((part + 1) * Self.partSize) {
            guard let problem = try GeneratedTrial(seed: seed).problem() else { continue }
            Issue.record("seed \(seed): \(problem)\nmake differential FIRST=\(seed) SEEDS=1")
            return
        }
    }

    @Test func `a strategy that is told of one trade in a batch is found within 100 scripts`() {
        let campaign = Campaign(first: 1, count: 100, planting: .quietIsTheEnd)
        campaign.run(threads: 1)
        #expect(!campaign.problems.isEmpty)
    }

    @Test func `a run that has been stopped while an order rested hears nothing more`() throws {
        let text = """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local heard = 0
            function on_trade(trade)
              heard = heard + 1
              log.info("%d", heard)
              if heard == 1 then return buy{qty = 1, price = 1} end
              if heard == 3 then error("on purpose") end
            end
            """
        let instrument = Instrument(
            id: InstrumentID(0), symbol: try Symbol("sim:BTC/USDT:USDT"),
            tick: Price(attos: attosPerUnit), lot: Quantity(attos: attosPerUnit))
        let trades = (1...10).map { number in
            let time = Timestamp(nanoseconds: 1_767_225_600_000_000_000 + Int64(number) * 1_000)
            return MarketEvent.trade(
                Trade(
                    instrument: instrument.id, price: Price(attos: 10 * attosPerUnit),
                    quantity: Quantity(attos: attosPerUnit), taker: .buy, venueTime: time,
                    receiveTime: time))
        }
        let trial = Trial(
            name: "stopped", instruments: [instrument], depth: [], paper: PaperSettings(),
            maxFailuresPerMinute: 1, makeStrategy: { try LuaStrategy(text: text) },
            makeSource: { ListedSource(trades) })
        for ways in [[], .plainest] as [Ways] {
            let lines = try trial.run(ways).entries.count { entry in
                if case .command(.log(.info, _), _) = entry { true } else { false }
            }
            #expect(lines == 3, "\(ways)")
        }
    }

    @Test func `the scripts do all that a script can do`() throws {
        var seen: [String: Int] = [:]
        for seed in 1...1_000 as ClosedRange<UInt64> {
            for kind in try GeneratedTrial(seed: seed).trial.run([]).kinds {
                seen[kind, default: 0] += 1
            }
        }
        let expected = [
            "intent", "submit", "cancel", "amend", "refused", "log info", "log warn", "log error",
            "log debug", "alert", "plot", "stopped", "accepted", "rejected", "triggered",
            "maker fill", "taker fill", "cancelled", "amended", "amend rejected",
            "cancel rejected", "expired",
        ]
        for kind in expected {
            let count = seen[kind, default: 0]
            #expect(count > 2, "\(kind) in \(count) of 1,000 runs")
        }
    }

    @Test func `a seed gives the same trial and the same run again`() throws {
        for seed in [3, 17] as [UInt64] {
            let (one, other) = (GeneratedTrial(seed: seed), GeneratedTrial(seed: seed))
            #expect(one.trial.script == other.trial.script)
            #expect(one.events == other.events)
            let runs = (try one.trial.run([]), try other.trial.run([]))
            #expect(Difference(runs.0, runs.1, []) == nil)
        }
    }
}

extension Outcome {
    /// What happened in the run, by kind.
    fileprivate var kinds: Set<String> {
        Set(
            entries.compactMap { entry in
                switch entry {
                case .command(let command, _): Self.name(command)
                case .report(let report, _): Self.name(report.event)
                }
            })
    }

    private static func name(_ command: Command) -> String {
        switch command {
        case .intent: "intent"
        case .submit: "submit"
        case .cancel: "cancel"
        case .amend: "amend"
        case .refused: "refused"
        case .log(let level, _): "log \(level)"
        case .alert: "alert"
        case .plot: "plot"
        case .tradingStopped: "stopped"
        case .tradingState(let permission, _, _): "state \(permission)"
        }
    }

    private static func name(_ event: OrderEvent) -> String? {
        switch event {
        case .accepted: "accepted"
        case .rejected: "rejected"
        case .triggered: "triggered"
        case .fill(let fill): "\(fill.liquidity) fill"
        case .cancelled: "cancelled"
        case .cancelRejected: "cancel rejected"
        case .amended: "amended"
        case .amendRejected: "amend rejected"
        case .expired: "expired"
        default: nil
        }
    }
}
