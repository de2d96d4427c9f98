package import TradingModel

/// A strategy's timers by name; a name has one timer.
package struct TimerQueue: Sendable {
    private struct Entry {
        let name: String
        var due: Timestamp
        let period: Int64?
        let order: Int
    }

    private var entries: [Entry] = []
    private var nextOrder = 0
    /// Counts every change but a beat of a timer that repeats.
    package private(set) var edits = 0

    /// Timers at once: each of them is looked at whenever one is set.
    package static let most = 1_000

    package init() {}

    /// The earliest due time; distant future when there is no timer.
    package var next: Timestamp { entries.first?.due ?? .distantFuture }
    package var count: Int { entries.count }
    /// The timers that run, the earliest first.
    package var running: [EarlierRun.KnownTimer] {
        entries.map { EarlierRun.KnownTimer(name: $0.name, due: $0.due, period: $0.period) }
    }

    /// Sets the timer of `name`, replacing one that runs.
    ///
    /// - Parameter period: nanoseconds between calls; nil: once.
    /// - Returns: false, and nothing is changed, when there are ``most`` others.
    @discardableResult
    package mutating func set(_ name: String, due: Timestamp, period: Int64?) -> Bool {
        cancel(name)
        guard entries.count < Self.most else { return false }
        insert(Entry(name: name, due: due, period: period, order: nextOrder))
        nextOrder += 1
        edits += 1
        return true
    }

    /// The names of all timers, the earliest first.
    var names: [String] { entries.map(\.name) }

    /// Takes the timers of another version over: those of the same name and period keep their beat.
    mutating func replace(by other: TimerQueue) {
        let old = entries
        entries = []
        for entry in other.entries {
            let running = old.first { $0.name == entry.name && $0.period == entry.period }
            let keepsBeat = entry.period != nil
            set(
                entry.name, due: keepsBeat ? running?.due ?? entry.due : entry.due,
                period: entry.period)
        }
    }

    /// Whether a timer of this name already repeats with this period.
    func repeats(_ name: String, every period: Int64) -> Bool {
        entries.contains { $0.name == name && $0.period == period }
    }

    package mutating func cancel(_ name: String) {
        entries.removeAll { $0.name == name }
        edits += 1
    }

    /// The earliest timer that is due at `now`, and since when; it is set again if it repeats.
    ///
    /// - Parameter missed: a time not before `now`; beats up to it are left out instead of told in a
    ///   burst. Nil: those up to `now` are.
    package mutating func popDue(
        at now: Timestamp, missedUntil missed: Timestamp? = nil
    ) -> (name: String, due: Timestamp)? {
        guard var first = entries.first, first.due <= now else { return nil }
        entries.removeFirst()
        let due = first.due
        if let period = first.period {
            let behind = (missed ?? now).nanoseconds - due.nanoseconds
            first.due = first.due.advanced(byNanoseconds: (behind / period + 1) * period)
            insert(first)
        } else {
            edits += 1
        }
        return (first.name, due)
    }

    private mutating func insert(_ entry: Entry) {
        let index =
            entries.firstIndex { ($0.due, $0.order) > (entry.due, entry.order) } ?? entries.count
        entries.insert(entry, at: index)
    }
}

private func > (left: (Timestamp, Int), right: (Timestamp, Int)) -> Bool {
    left.0 == right.0 ? left.1 > right.1 : left.0 > right.0
}
