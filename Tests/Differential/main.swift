import DifferentialTesting
import Foundation

/// What the command was asked for.
///
/// It runs generated scripts on generated markets, the program's ways against plain ones, and ends
/// with 1 at the first difference.
struct Arguments {
    var first: UInt64 = 1
    var count = 5_000
    /// Whether it takes all seeds and lists what they show.
    var isList = false
    /// A fault that is put in, and must be found.
    var fault: PlantedFault?

    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            switch name {
            case "--all": isList = true
            case "--fault": fault = .quietIsTheEnd
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
    print("usage: differential [--first SEED] [--seeds COUNT] [--all] [--fault]")
    exit(2)
}
let clock = ContinuousClock()
let start = clock.now
let campaign = Campaign(
    first: arguments.first, count: arguments.count, planting: arguments.fault,
    goesOn: arguments.isList)
campaign.run(threads: ProcessInfo.processInfo.activeProcessorCount)
if arguments.isList {
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
guard !arguments.isList else { exit(1) }
let least = GeneratedTrial(seed: found.seed).reduced(planting: arguments.fault)
let problem = (try? least.problem(planting: arguments.fault)).flatMap { $0 } ?? found.problem
print(least.report(problem))
print("\nagain: make differential FIRST=\(found.seed) SEEDS=1")
exit(1)
