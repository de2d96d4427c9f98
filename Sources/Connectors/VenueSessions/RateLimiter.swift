public import TradingModel

/// A bucket of request units that refills steadily.
///
/// Counts nanounits, so that a refill over any span of nanoseconds is exact.
struct TokenBucket: Sendable {
    private static let unit: Int64 = 1_000_000_000
    /// Units a second, and the most that the bucket holds.
    let rate: Int64
    private var level: Int64
    private var filledAt = Timestamp.distantPast
    /// Nothing leaves before this: the venue asked us to wait.
    private var closedUntil = Timestamp.distantPast

    init(rate: Int64) {
        precondition(rate > 0, "a bucket that never fills would hold requests for ever")
        self.rate = rate
        level = rate * Self.unit
    }

    private mutating func refill(at now: Timestamp) {
        guard now > filledAt else { return }
        let span = now.nanoseconds.subtractingReportingOverflow(filledAt.nanoseconds)
        filledAt = now
        let full = rate * Self.unit
        // A second fills it whole.
        level =
            span.overflow || span.partialValue >= Self.unit
            ? full : min(full, level + span.partialValue * rate)
    }

    /// Takes `units` out, or says from when on they will be there.
    mutating func take(_ units: Int64, at now: Timestamp) -> Timestamp? {
        refill(at: now)
        if now < closedUntil { return closedUntil }
        let wanted = min(units, rate) * Self.unit
        guard level < wanted else {
            level -= wanted
            return nil
        }
        let missing = wanted - level
        return now.advanced(byNanoseconds: (missing + rate - 1) / rate)
    }

    /// Takes the venue's word for it when it counts fewer units left than we do.
    mutating func see(remaining: Int64, at now: Timestamp) {
        refill(at: now)
        level = min(level, max(0, remaining) * Self.unit)
    }

    mutating func close(until time: Timestamp) { closedUntil = max(closedUntil, time) }
}

/// Keeps each group of endpoints below the venue's limit.
public struct RateLimiter: Sendable {
    private var buckets: [EndpointGroup: TokenBucket]

    /// - Parameter rates: units a second for each group; a group that is not named has no limit.
    public init(rates: [EndpointGroup: Int]) {
        buckets = rates.mapValues { TokenBucket(rate: Int64($0)) }
    }

    /// Takes `units` for a request now, or says when to ask again.
    ///
    /// - Returns: nil when the request may go; else the time from which on it may.
    public mutating func take(
        _ group: EndpointGroup, units: Int = 1, at now: Timestamp
    ) -> Timestamp? {
        guard buckets[group] != nil else { return nil }
        return buckets[group]?.take(Int64(units), at: now)
    }

    /// The venue says how many units are left in the group's window.
    public mutating func see(remaining: Int, of group: EndpointGroup, at now: Timestamp) {
        buckets[group]?.see(remaining: Int64(remaining), at: now)
    }

    /// The venue says that the group asked too often: nothing of it goes for a while.
    public mutating func hold(_ group: EndpointGroup, until time: Timestamp) {
        buckets[group]?.close(until: time)
    }
}
