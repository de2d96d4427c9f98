import Foundation
import Synchronization
import TradingCore
import VenueSimulators

/// Many lives, on several threads, up to the first that goes wrong.
package final class LifeCampaign: Sendable {
    package typealias Found = (seed: UInt64, plan: String, problems: [String])

    private let first: UInt64
    private let count: Int
    private let goesOn: Bool
    private let next = Atomic<Int>(0)
    private let progress = Mutex(Progress())

    private struct Progress {
        var found: [UInt64: Found] = [:]
        var lives = 0
        var runs = 0
        var orders = 0
        var fills = 0
        var strikes = 0
    }

    /// - Parameter goesOn: whether it takes all seeds, whatever they show.
    package init(first: UInt64, count: Int, goesOn: Bool = false) {
        self.first = first
        self.count = count
        self.goesOn = goesOn
    }

    /// The lives that went wrong, the lowest seed first.
    package var found: [Found] {
        progress.withLock { $0.found }.sorted { $0.key < $1.key }.map(\.value)
    }

    package var summary: String {
        progress.withLock { progress in
            "\(progress.lives) lives of \(progress.runs) runs, \(progress.orders) orders and "
                + "\(progress.fills) executions, \(progress.strikes) faults of venue and line: "
                + (progress.found.isEmpty ? "all right" : "\(progress.found.count) wrong")
        }
    }

    package func run(threads: Int) {
        let group = DispatchGroup()
        for _ in 0..<threads {
            group.enter()
            let thread = Thread { [self] in
                work()
                group.leave()
            }
            thread.stackSize = 8 << 20  // bytes
            thread.start()
        }
        group.wait()
    }

    private func work() {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            let seed = first + UInt64(index)
            guard index < count, goesOn || progress.withLock({ $0.found.isEmpty }) else { return }
            let plan = LifePlan(seed: seed)
            do {
                let life = try AccountLife(plan)
                try life.live()
                record(life)
            } catch {
                progress.withLock {
                    $0.found[seed] = (seed, "\(plan)", ["it does not run: \(error)"])
                }
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
            guard !life.problems.isEmpty else { return }
            progress.found[life.plan.seed] = (life.plan.seed, "\(life.plan)", life.problems)
        }
    }
}
