import AccountSimulation
import Foundation
import PropertyTesting
import TradingModel

// Lets accounts live through kills, faults and changes of the clock, each from a seed, and ends with 1 at the first
// that is wrong: `--all` takes the others all the same, `--trace` shows every message of one, `--days` lets a market
// maker trade instead.
guard
    let arguments = SeedArguments(
        CommandLine.arguments.dropFirst(), count: 1_000, flags: ["--all", "--trace"],
        numbers: ["--days"])
else {
    print("usage: simulate [--first SEED] [--seeds COUNT] [--all] [--trace] | --days DAYS")
    exit(2)
}
if let days = arguments.numbers["--days"] {
    exit(try tradeFor(days: Int64(days), seed: arguments.first) ? 0 : 1)
}
if arguments.flags.contains("--trace") {
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
    first: arguments.first, count: arguments.count, goesOn: arguments.flags.contains("--all")
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
