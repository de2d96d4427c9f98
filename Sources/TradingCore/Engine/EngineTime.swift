import Bars
import TradingModel

/// Time: bars that close and timers that run out, each when it is due.
extension Engine {

    @inline(__always)
    mutating func advance(to time: Timestamp, into commands: inout [Command]) {
        if time >= deadline { passDeadlines(until: time, into: &commands) }
        if time > state.now { state.now = time }
    }

    /// Tells what was refused, then closes bars and fires timers that are due at or before `time`,
    /// in the order of their times.
    private mutating func passDeadlines(until time: Timestamp, into commands: inout [Command]) {
        if !refusals.pending.isEmpty { reportRefusals(into: &commands) }
        timerCount.begin()
        while true {
            let due = dueNext
            guard due <= time else { break }
            if due > state.now { state.now = due }
            for index in bars.indices {
                for builder in bars[index].indices {
                    guard let bar = bars[index][builder].close(at: due) else { continue }
                    settle(strategy.onBar(bar), into: &commands)
                }
            }
            while let beat = timers.popDue(at: due, missedUntil: beatsAreReported(until: time)) {
                if let excess = timerCount.add(at: due, atMost: settings.maxTimersPerSecond) {
                    endTimers(excess, last: beat.name, into: &commands)
                    break
                }
                if settings.skipsMissedBeats, time > state.now { state.now = time }
                let late = max(0, state.now.nanoseconds - beat.due.nanoseconds)
                settle(strategy.onTimer(beat.name, late: late), into: &commands)
            }
        }
        if time >= cautionDue { reportCaution(at: time, into: &commands) }
        findDeadline()
    }

    /// Whether of a timer's missed beats one is told; see ``EngineSettings``.
    public var skipsMissedBeats: Bool { settings.skipsMissedBeats }

    /// Beats up to here count as missed once one of their timer is told; nil: each is told.
    private func beatsAreReported(until time: Timestamp) -> Timestamp? {
        settings.skipsMissedBeats ? time : nil
    }

    /// When a bar closes or a timer runs out next.
    private var dueNext: Timestamp {
        var next = timers.next
        for builders in bars {
            for builder in builders where builder.deadline < next { next = builder.deadline }
        }
        return next
    }

    mutating func findDeadline() {
        deadline = refusals.pending.isEmpty ? min(dueNext, cautionDue) : .distantPast
    }
}
