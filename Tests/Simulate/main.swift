import AccountSimulation
import Foundation
import Synchronization
import TradingModel

/// What the command was asked for.
///
/// It lets accounts live through kills, faults and changes of the clock, each from a seed, and ends with 1
/// where one is wrong.
struct Arguments {
    var first: UInt64 = 1
    var count = 1_000
    var isTraced = false
    /// Whether it goes on behind a seed that is wrong.
    var goesOn = false
    /// Instead: a market maker that trades for so many days.
    var days: Int64?

    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            switch name {
            case "--trace": isTraced = true
            case "--all": goesOn = true
            case "--days":
                guard let value = rest.popFirst().flatMap({ Int64($0) }), value > 0 else {
                    return nil
                }
                days = value
            case "--first":
                guard let value = rest.popFirst().flatMap({ UInt64($0) }) else { return nil }
                first = value
            case "--seeds":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                    return nil
                }
                count = value
            default: return nil
            }
        }
    }
}

guard let arguments = Arguments(Array(CommandLine.arguments.dropFirst())) else {
    print("usage: simulate [--first SEED] [--seeds COUNT] [--all] [--trace] | --days DAYS")
    exit(2)
}
if let days = arguments.days { exit(try tradeFor(days: days, seed: arguments.first) ? 0 : 1) }
if arguments.isTraced {
    let life = try AccountLife(LifePlan(seed: arguments.first))
    print(life.plan)
    life.trace = { time, text in
        let milliseconds = (time.nanoseconds - AccountLife.start.nanoseconds) / 1_000_000
        print("\(milliseconds) ms", text.prefix(400))
    }
    try life.live()
    for problem in life.problems { print("=== \(problem)") }
    exit(life.problems.isEmpty ? 0 : 1)
}
let clock = ContinuousClock()
let start = clock.now
let campaign = LifeCampaign(
    first: arguments.first, count: arguments.count, goesOn: arguments.goesOn
) { found in
    print("seed \(found.seed) (\(found.plan)):")
    for problem in found.problems { print("  \(problem)") }
    print("  again: make simulate FIRST=\(found.seed) SEEDS=1, every message with ARGS=--trace")
    fflush(nil)
}
campaign.run(threads: ProcessInfo.processInfo.activeProcessorCount)
let seconds = String(format: "%.1f", (clock.now - start) / .seconds(1))
print("\(campaign.summary), in \(seconds) s")
exit(campaign.wrongCount == 0 ? 0 : 1)
