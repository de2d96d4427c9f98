internal import TradingModel

/// The last message with trades of a market, from which those of the next are told.
struct ReportedTrades {
    private var sentAt = Timestamp.distantPast
    private var trades: [PublicTrade] = []
    /// How many were told of its millisecond.
    private var count: UInt64 = 0

    /// The number of the first of these, made of when the message was sent.
    ///
    /// - Returns: nil: it is older than the last, or the last come again.
    mutating func number(_ new: [PublicTrade], _ time: Timestamp) -> UInt64? {
        guard time >= sentAt, time > sentAt || new != trades else { return nil }
        if time > sentAt { count = 0 }
        let first = UInt64(max(0, time.nanoseconds / 1_000_000)) &* Self.mostOfMillisecond &+ count
        sentAt = time
        trades = new
        count += UInt64(new.count)
        return first
    }

    /// So that numbers ascend.
    private static let mostOfMillisecond: UInt64 = 100_000
}
