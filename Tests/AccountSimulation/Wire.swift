import PropertyTesting
package import TradingModel

/// Messages under way between a session and a venue, each with a delay from a seed.
///
/// What goes in one lane arrives in the order in which it left, as over one connection; requests
/// have a connection each.
package struct Wire<Message> {
    private var pending: [(due: Timestamp, order: Int, message: Message)] = []
    private var lanes: [String: Timestamp] = [:]
    private var count = 0
    private var random: Seeded

    package init(seed: UInt64) { random = Seeded(seed) }

    package var nextDue: Timestamp { pending.first?.due ?? .distantFuture }

    /// - Parameter lane: nil: nothing waits for it, and it for nothing.
    package mutating func send(
        _ message: Message, in lane: String? = nil, after wait: Int64 = 0, at now: Timestamp
    ) {
        let delay = wait + Int64(random.int(1_000...40_000)) * 1_000
        var due = now.advanced(byNanoseconds: delay)
        if let lane {
            due = max(due, lanes[lane] ?? due)
            lanes[lane] = due
        }
        count += 1
        let place = pending.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        pending.insert((due, count, message), at: place)
    }

    /// Lets nothing arrive in a lane before a time: what is under way in it, and what comes.
    package mutating func hold(_ lane: String, until time: Timestamp) {
        lanes[lane] = max(lanes[lane] ?? time, time)
    }

    /// Takes away all that is under way, in the order in which it would have arrived.
    @discardableResult
    package mutating func removeAll() -> [Message] {
        defer { pending = [] }
        lanes = [:]
        return pending.map(\.message)
    }

    package mutating func popDue(at now: Timestamp) -> Message? {
        guard let first = pending.first, first.due <= now else { return nil }
        return pending.removeFirst().message
    }
}
