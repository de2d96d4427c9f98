import PropertyTesting
import Synchronization
import TradingCore
import VenueSimulators

/// Many lives, on several threads, up to the first that goes wrong.
package final class LifeCampaign: Sendable {
    package typealias Found = (seed: UInt64, plan: String, problems: [String])

    private let first: UInt64
    private let count: Int
    private let goesOn: Bool
    private let whenFound: @Sendable (Found) -> Void
    private let next = Atomic<Int>(0)
    private let progress = Mutex(Progress())

    private struct Progress {
        var wrong = 0
        var lives = 0
        var runs = 0
        var orders = 0
        var fills = 0
        var strikes = 0
    }

    /// - Parameters:
    ///   - goesOn: whether it takes all seeds, whatever they show.
    ///   - whenFound: called on any thread, one call at a time.
    package init(
        first: UInt64, count: Int, goesOn: Bool = false,
        whenFound: @escaping @Sendable (Found) -> Void
    ) {
        self.first = first
        self.count = count
        self.goesOn = goesOn
        self.whenFound = whenFound
    }

    /// How many lives went wrong.
    package var wrongCount: Int { progress.withLock { $0.wrong } }

    package var summary: String {
        progress.withLock { progress in
            "\(progress.lives) lives of \(progress.runs) runs, \(progress.orders) orders and "
                + "\(progress.fills) executions, \(progress.strikes) faults of venue and line: "
                + (progress.wrong == 0 ? "all right" : "\(progress.wrong) wrong")
        }
    }

    package func run(threads: Int) { onThreads(threads) { [self] in work() } }

    private func work() {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            let seed = first + UInt64(index)
            guard index < count, goesOn || wrongCount == 0 else { return }
            let plan = LifePlan(seed: seed)
            do {
                let life = try AccountLife(plan)
                try life.live()
                record(life)
            } catch {
                report((seed, "\(plan)", ["it does not run: \(error)"]))
            }
        }
    }

    private func record(_ life: AccountLife) {
        let tally = life.simulator.tally
        progress.withLock { progress in
            progress.lives += 1
            progress.runs += life.runs
            progress.orders += tally.orders
            progress.fills += tally.fills
            progress.strikes += life.simulator.strikes.values.reduce(0, +)
        }
        guard !life.problems.isEmpty else { return }
        report((life.plan.seed, "\(life.plan)", life.problems))
    }

    private func report(_ found: Found) {
        progress.withLock { progress in
            progress.wrong += 1
            whenFound(found)
        }
    }
}
