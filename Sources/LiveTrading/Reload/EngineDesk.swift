internal import Synchronization
package import Threads
package import TradingCore
package import TradingModel

/// What the thread that prepares versions asks of the engine's thread, one thing at a time.
package final class EngineDesk: Sendable {
    enum Request: Sendable {
        case material
        case rest(from: Int)
        /// A way to carry the data of the version at work over to a rehearsed one.
        case carry(Rehearsal)
        case begin(any StateCarry)
        case abandon(any StateCarry)
        case swap(Rehearsal)
        /// A rehearsal was given up: nothing need be kept for it.
        case release
        /// Other limits are to hold.
        case limits(RunLimits)
    }

    enum Answer: Sendable {
        case material(RehearsalMaterial?, at: Timestamp)
        case rest(RehearsalRest?)
        case carry(CarryStart)
        case swapped(SwapOutcome)
        /// Limits hold, with what is other about them.
        case limited([String], at: Timestamp)
        case refused(ReloadRefusal)
        /// The run has ended.
        case closed
        /// Whoever asks is not wanted any more.
        case abandoned
    }

    private struct Exchange: Sendable {
        var request: Request?
        var answer: Answer?
        var isClosed = false
    }

    private let exchange = Mutex(Exchange())
    /// Held by the one thread that asks and waits.
    private let turn = Mutex(())
    private let hasRequest = Atomic(false)
    private let answered = Doorbell()
    /// Ends the sleep of the engine's thread.
    package let bell = Doorbell()

    package init() {}

    // MARK: - The thread that prepares

    /// Asks and waits for the answer, which comes between two events.
    ///
    /// - Parameter isWanted: looked at when it is this thread's turn: a version that a newer one has
    ///   replaced must not change what is kept for that.
    func ask(_ request: Request, if isWanted: () -> Bool = { true }) -> Answer {
        turn.withLock { _ in isWanted() ? askAlone(request) : .abandoned }
    }

    private func askAlone(_ request: Request) -> Answer {
        let isClosed = exchange.withLock { exchange in
            exchange.answer = nil
            exchange.request = request
            return exchange.isClosed
        }
        guard !isClosed else { return .closed }
        hasRequest.store(true, ordering: .releasing)
        bell.ring()
        while true {
            // What was done before the end was done, and is written down.
            let answer = exchange.withLock { $0.answer ?? ($0.isClosed ? .closed : nil) }
            if let answer { return answer }
            answered.wait(nanoseconds: nil)
        }
    }

    // MARK: - The engine's thread

    /// Answers what has been asked, between two events; `place` is the time that the run has reached.
    ///
    /// - Returns: a swap whose answer waits for ``finish(_:queued:)``.
    package func serve<Run: ReloadableRun>(
        _ run: inout Run, at place: Timestamp
    ) -> SwapOutcome? {
        guard hasRequest.load(ordering: .acquiring) else { return nil }
        hasRequest.store(false, ordering: .relaxed)
        guard let request = exchange.withLock({ $0.request.take() }) else { return nil }
        switch request {
        case .material: answer(.material(run.rehearsalMaterial(at: place), at: place))
        case .rest(let chunk): answer(.rest(run.reloads?.window.chunks(from: chunk)))
        case .release:
            run.reloads?.window.release()
            answer(.rest(nil))
        case .limits(let limits):
            answer(.limited(run.replaceLimits(by: limits, at: place), at: place))
        case .carry(let rehearsal): answer(.carry(run.carry(to: rehearsal)))
        case .begin(let carry):
            carry.begin()
            answer(.rest(nil))
        case .abandon(let carry):
            carry.abandon()
            answer(.rest(nil))
        case .swap(let rehearsal):
            let began = monotonicNanoseconds()
            do throws(ReloadRefusal) {
                let swap = try run.replaceStrategy(by: rehearsal)
                return SwapOutcome(
                    swap: swap, place: place, nanoseconds: monotonicNanoseconds() - began)
            } catch {
                answer(.refused(error))
            }
        }
        return nil
    }

    /// Completes a swap, once it is known how many events had to wait.
    package func finish(_ outcome: SwapOutcome, gap: Int64, queued: Int) {
        var outcome = outcome
        outcome.gap = gap
        outcome.queuedEvents = queued
        answer(.swapped(outcome))
    }

    /// Nothing will be answered any more.
    package func close() {
        exchange.withLock { $0.isClosed = true }
        answered.ring()
    }

    private func answer(_ answer: Answer) {
        exchange.withLock { $0.answer = answer }
        answered.ring()
    }
}

/// A swap that was carried out.
package struct SwapOutcome: Sendable {
    package let swap: Swap
    /// The time that the run had reached: a run again swaps there.
    package let place: Timestamp
    /// Real nanoseconds that the swap took.
    package let nanoseconds: Int64
    /// Real nanoseconds in which no event was handled.
    package var gap: Int64 = 0
    /// Events that came meanwhile.
    package var queuedEvents = 0

    init(swap: Swap, place: Timestamp, nanoseconds: Int64) {
        self.swap = swap
        self.place = place
        self.nanoseconds = nanoseconds
    }
}
