import DifferentialTesting
import Foundation
import PropertyTesting

// Runs generated scripts on generated markets, the program's ways against plain ones, and ends with 1 at the first
// difference: `--all` lists those of all seeds, `--fault` puts a fault in, which must be found.
guard
    let arguments = SeedArguments(
        CommandLine.arguments.dropFirst(), count: 5_000, flags: ["--all", "--fault"])
else {
    print("usage: differential [--first SEED] [--seeds COUNT] [--all] [--fault]")
    exit(2)
}
let fault: PlantedFault? = arguments.flags.contains("--fault") ? .quietIsTheEnd : nil
let isList = arguments.flags.contains("--all")
let clock = ContinuousClock()
let start = clock.now
let campaign = Campaign(
    first: arguments.first, count: arguments.count, planting: fault,
    goesOn: isList)
campaign.run(threads: ProcessInfo.processInfo.activeProcessorCount)
if isList {
    for (seed, problem) in campaign.problems { print("seed \(seed): \(problem)") }
}
guard let found = campaign.problems.first else {
    let seconds = String(format: "%.1f", (clock.now - start) / .seconds(1))
    let last = arguments.first + UInt64(arguments.count) - 1
    print(
        "seeds \(arguments.first) to \(last): all ways give the same, in \(seconds) s, "
            + "digest \(String(campaign.digest, radix: 16))")
    exit(0)
}
guard !isList else { exit(1) }
let least = GeneratedTrial(seed: found.seed).reduced(planting: fault)
let problem = (try? least.problem(planting: fault)).flatMap { $0 } ?? found.problem
print(least.report(problem))
print("\nagain: make differential FIRST=\(found.seed) SEEDS=1")
exit(1)
