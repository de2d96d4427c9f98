import PropertyTesting
import Synchronization

/// Many seeds in a row, on several threads, up to the first that shows something wrong.
package final class Campaign: Sendable {
    private let first: UInt64
    private let count: Int
    private let fault: PlantedFault?
    private let goesOn: Bool
    private let next = Atomic<Int>(0)
    private let progress = Mutex(Progress())

    private struct Progress {
        var problems: [UInt64: String] = [:]
        var first = UInt64.max
        var digest: UInt64 = 0
    }

    /// - Parameter goesOn: whether it takes all seeds, whatever they show.
    package init(
        first: UInt64, count: Int, planting fault: PlantedFault? = nil, goesOn: Bool = false
    ) {
        self.first = first
        self.count = count
        self.fault = fault
        self.goesOn = goesOn
    }

    /// What is wrong, by seed, the lowest first.
    package var problems: [(seed: UInt64, problem: String)] {
        progress.withLock { $0.problems }.sorted { $0.key < $1.key }.map { ($0, $1) }
    }

    /// A number for all runs together: two builds of the program that agree in it did the same.
    package var digest: UInt64 { progress.withLock { $0.digest } }

    package func run(threads: Int) { onThreads(threads) { [self] in work() } }

    private func work() {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            let seed = first + UInt64(index)
            guard index < count, goesOn || seed < progress.withLock({ $0.first }) else { return }
            let generated = GeneratedTrial(seed: seed)
            do {
                let (problem, outcome) = try generated.trial.check(
                    against: generated.ways, planting: fault)
                note(seed, problem, outcome.digest(seed))
            } catch {
                note(seed, "does not run: \(error)", 0)
            }
        }
    }

    private func note(_ seed: UInt64, _ problem: String?, _ digest: UInt64) {
        progress.withLock { progress in
            progress.digest ^= digest
            guard let problem else { return }
            progress.problems[seed] = problem
            progress.first = min(progress.first, seed)
        }
    }
}
