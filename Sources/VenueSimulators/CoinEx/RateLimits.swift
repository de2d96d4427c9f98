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
    mutating func take(_ count: Int64, at time: Timestamp) -> Bool {
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
    mutating func take(_ count: Int64, at time: Timestamp) -> Bool {
        times.removeAll { $0.advanced(byNanoseconds: Self.length) <= time }
        guard Int64(times.count) + count <= rate else { return false }
        times += Array(repeating: time, count: Int(count))
        return true
    }
}

/// The venue's groups of endpoints that share a limit, each counted per account.
enum CoinExRateGroup: Hashable {
    case place(CoinExProduct)
    case cancel(CoinExProduct)
    case bulkCancel(CoinExProduct)
    case orderQuery(CoinExProduct)
    case orderHistory(CoinExProduct)
    case accountQuery
    case accountChange

    /// Requests a second.
    var rate: Int64 {
        switch self {
        case .place(let product): product == .spot ? 30 : 20
        case .cancel(let product): product == .spot ? 60 : 40
        case .bulkCancel(let product): product == .spot ? 40 : 20
        case .orderQuery: 50
        case .orderHistory, .accountQuery, .accountChange: 10
        }
    }

    /// Of one address over everything.
    static let perAddress: Int64 = 400
    /// Of one socket; the venue documents none, a client that keeps to 10 is never refused.
    static let perSocket: Int64 = 60
}
