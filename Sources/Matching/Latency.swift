/// How long messages take between us and the simulated venue, in nanoseconds.
public struct Latency: Hashable, Sendable {
    /// From the venue's market data to us; the loop that feeds the engine applies it.
    public var feed: Int64
    /// From our order, cancel or amendment to the venue.
    public var orderEntry: Int64
    /// From the venue's report or balance to us.
    public var response: Int64

    public init(feed: Int64 = 0, orderEntry: Int64 = 0, response: Int64 = 0) {
        precondition(feed >= 0 && orderEntry >= 0 && response >= 0, "a latency is not negative")
        self.feed = feed
        self.orderEntry = orderEntry
        self.response = response
    }

    public static let none = Latency()
}
