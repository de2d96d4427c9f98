internal import TradingModel

/// A bucket that holds a second's worth of requests and fills continuously.
struct TokenBucket {
    /// Requests a second, and the most that the bucket holds.
    let rate: Int64
    /// In billionths of a request: what flows in within a nanosecond is then a whole number.
    private var level: Int64
    private var filledAt: Timestamp

    private static let unit: Int64 = 1_000_000_000

    init(rate: Int64, at time: Timestamp) {
        self.rate = rate
        level = rate * Self.unit
        filledAt = time
    }

    /// Takes so many requests out; false, and nothing taken: there are not enough left.
    mutating func consume(_ count: Int64, at time: Timestamp) -> Bool {
        // After a second it is full, whatever it held.
        let passed = min(max(0, time.nanoseconds - filledAt.nanoseconds), Self.unit)
        level = min(rate * Self.unit, level + passed * rate)
        filledAt = max(filledAt, time)
        guard level >= count * Self.unit else { return false }
        level -= count * Self.unit
        return true
    }

    /// Whole requests left.
    var remaining: Int64 { level / Self.unit }
}

/// What came within the last second, wherever that second begins.
struct RequestWindow {
    /// Requests in a window.
    let rate: Int64
    private var times: [Timestamp] = []

    private static let length: Int64 = 1_000_000_000

    init(rate: Int64) { self.rate = rate }

    /// Counts so many requests; false, and nothing counted: that would be too many.
    mutating func consume(_ count: Int64, at time: Timestamp) -> Bool {
        times.removeAll { $0.advanced(byNanoseconds: Self.length) <= time }
        guard Int64(times.count) + count <= rate else { return false }
        times += Array(repeating: time, count: Int(count))
        return true
    }
}

/// What one client has asked lately, by group of endpoints.
struct ClientLimits<Group: Hashable> {
    private var buckets: [Group: TokenBucket] = [:]
    private var windows: [Group: RequestWindow] = [:]

    /// Takes so many requests of a group.
    ///
    /// - Parameter slides: the last second counts, too, wherever it begins.
    /// - Returns: whether there was room, and the group's bucket behind it.
    mutating func consume(
        _ count: Int64, of group: Group, rate: Int64, slides: Bool, at time: Timestamp
    ) -> (isGranted: Bool, bucket: TokenBucket) {
        var bucket = buckets[group] ?? TokenBucket(rate: rate, at: time)
        var isGranted = bucket.consume(count, at: time)
        buckets[group] = bucket
        if slides {
            var window = windows[group] ?? RequestWindow(rate: rate)
            isGranted = window.consume(count, at: time) && isGranted
            windows[group] = window
        }
        return (isGranted, bucket)
    }
}
