internal import TradingModel

/// How far the stamps of a venue's trades can be believed.
///
/// A stamp within ``bound`` of the trade's arrival is right. One further away may be a mistake of
/// the venue, or the two clocks may differ: then all trades say so, and it is believed once ten in a
/// row have; at once where the first trade of all is stamped earlier, as in recordings whose own
/// times are those of another zone. A stamp that is not believed counts as the time of arrival.
struct VenueClock: Sendable {
    /// How far the two clocks may differ without a doubt: 10 s, in nanoseconds.
    static let bound: Int64 = 10_000_000_000
    private static let enough = 10  // trades in a row that say the same

    /// Venue time minus ours, in nanoseconds; 0 while they agree to within ``bound``.
    private var usual: Int64 = 0
    private var candidate: Int64 = 0
    private var agreeing = 0
    private var hasObserved = false
    private(set) var doubted = 0

    /// Our time at which the venue's clock shows `time`.
    func ours(_ time: Timestamp) -> Timestamp { time.advanced(byNanoseconds: -usual) }

    /// The venue's time of a trade.
    mutating func believed(_ trade: Trade) -> Timestamp {
        let (difference, overflow) = trade.venueTime.nanoseconds
            .subtractingReportingOverflow(trade.receiveTime.nanoseconds)
        defer { hasObserved = true }
        if !overflow, difference.magnitude <= Self.bound {
            usual = 0
            agreeing = 0
            return trade.venueTime
        }
        if !overflow, settle(on: difference) { return trade.venueTime }
        doubted += 1
        return trade.receiveTime.advanced(byNanoseconds: usual)
    }

    /// Whether the clocks are known to differ by so much.
    private mutating func settle(on difference: Int64) -> Bool {
        if usual != 0, isNear(difference, usual) { return true }
        agreeing = agreeing > 0 && isNear(difference, candidate) ? agreeing + 1 : 1
        candidate = difference
        guard agreeing >= Self.enough || (!hasObserved && difference < 0) else { return false }
        usual = difference
        return true
    }

    private func isNear(_ one: Int64, _ other: Int64) -> Bool {
        let (distance, overflow) = one.subtractingReportingOverflow(other)
        return !overflow && distance.magnitude <= Self.bound
    }
}
