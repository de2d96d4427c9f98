/// Keeps a log readable while something goes wrong again and again: of lines that say the same the
/// first is shown, then the 10th, the 100th and so on, and after a minute whatever has come since.
///
/// Each that is shown says how often that was, so nothing is lost but the times between.
struct LineFold {
    private struct Topic {
        var latest: LogLine
        var count = 1
        var shownCount = 1
        var shownAt: Int64
    }

    /// In the order in which they came up.
    private var topics: [Topic] = []
    private var places: [String: Int] = [:]
    /// No line is held back beyond this moment; the greatest: none is.
    private var nextDue = Int64.max

    /// After so long without a line of its topic one that was held back is shown: a minute, in ns.
    private static let patience: Int64 = 60_000_000_000
    /// Topics that are remembered, some 300 KB: lines beyond them are all shown.
    private static let most = 1_000

    /// A line and what is said of it.
    typealias Shown = (line: LogLine, note: String)

    /// - Parameter now: in nanoseconds of a clock that never goes back.
    /// - Returns: what is to be shown now; nil: nothing.
    mutating func add(_ line: LogLine, at now: Int64) -> Shown? {
        guard let topic = line.topic else { return (line, "") }
        guard let place = places[topic] else {
            guard topics.count < Self.most else { return (line, "") }
            places[topic] = topics.count
            topics.append(Topic(latest: line, shownAt: now))
            return (line, "")
        }
        topics[place].latest = line
        topics[place].count += 1
        let due = topics[place].shownAt + Self.patience
        if now >= due || Self.isRound(topics[place].count) { return show(place, at: now) }
        nextDue = min(nextDue, due)
        return nil
    }

    /// What was held back for long enough.
    mutating func drainDue(at now: Int64) -> [Shown] {
        guard now >= nextDue else { return [] }
        nextDue = .max
        var shown: [Shown] = []
        for place in topics.indices where topics[place].count > topics[place].shownCount {
            let due = topics[place].shownAt + Self.patience
            if now >= due {
                shown.append(show(place, at: now))
            } else {
                nextDue = min(nextDue, due)
            }
        }
        return shown
    }

    /// All that was held back, at the end.
    mutating func drainRest() -> [Shown] {
        let rest = topics.indices.filter { topics[$0].count > topics[$0].shownCount }
        return rest.map { show($0, at: 0) }
    }

    private mutating func show(_ place: Int, at now: Int64) -> Shown {
        topics[place].shownAt = now
        topics[place].shownCount = topics[place].count
        return (topics[place].latest, " (said \(topics[place].count) times)")
    }

    /// 10, 100, 1000 and so on.
    private static func isRound(_ count: Int) -> Bool {
        var count = count
        while count.isMultiple(of: 10) { count /= 10 }
        return count == 1
    }
}
