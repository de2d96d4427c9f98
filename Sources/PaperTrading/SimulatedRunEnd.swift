internal import Matching
public import TradingCore
public import TradingModel

extension SimulatedRun {
    /// Ends the run: cancels what works, tells the strategy, lets what is under way arrive.
    public mutating func finish(_ reason: String) {
        passDue(until: engine.state.now)
        venue.endData()
        if endsWithSource, data.batch.isEmpty, hasStarted {
            // What the venue has told and the strategy has not heard is as real as the rest.
            passDue(until: late.lastTime)
            feed(.dataEnded(at: engine.state.now))
            carryOut()
        }
        feed(.stop(reason: reason, at: engine.state.now))
        venue.forgetBars()
        carryOut()
        // Cancels and last reports are still on their way; no market event comes any more.
        var rounds = 0
        while venue.nextDue < .distantFuture, rounds < QuietBounds.roundsPerInstant {
            let due = venue.nextDue
            deliver(until: due)
            carryOut()
            rounds += 1
        }
    }

    /// Lets another version of the strategy take over, between two events.
    ///
    /// - Throws: ``ReloadRefusal`` when it cannot: the strategy at work goes on.
    public func carry(to rehearsal: Rehearsal) -> CarryStart {
        reloads?.carry(to: rehearsal, from: engine) ?? .notNeeded
    }

    public mutating func replaceStrategy(by rehearsal: Rehearsal) throws(ReloadRefusal) -> Swap {
        guard let reloads else { throw ReloadRefusal("this run keeps nothing for a reload") }
        let swap = try reloads.swap(in: rehearsal, &engine, into: &commands)
        engine.showNeededDepth(of: venue.books)
        finishEvent()
        return swap
    }

    public mutating func replaceLimits(by limits: RunLimits, at place: Timestamp) -> [String] {
        let changes = engine.limits.changes(to: limits)
        apply(.limits(limits, at: place), at: place)
        return changes
    }
}
