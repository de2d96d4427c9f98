/// What can be done at a venue through its connector, for `runner venues` and `runner record`.
struct VenueAbilities: Sendable {
    /// As scripts subscribe to them.
    let feeds: [String]
    /// Order types, times in force and flags.
    let orders: [String]
    /// Whether orders with real money can be sent.
    let isLive: Bool
    /// Levels a side of the books that are subscribed; nil: all that there are.
    let depthLevels: Int?

    static let coinEx = VenueAbilities(
        feeds: ["trades", "quotes", "book", "bars", "ticker", "funding"],
        orders: [
            "limit", "market", "stop", "gtc", "ioc", "fok", "post_only", "reduce_only", "amend",
        ], isLive: true, depthLevels: 50)

    /// The embedded exchange.
    static let embedded = VenueAbilities(
        feeds: ["trades", "quotes", "book", "bars", "funding"],
        orders: [
            "limit", "market", "stop", "gtc", "ioc", "fok", "post_only", "reduce_only", "amend",
        ], isLive: false, depthLevels: nil)
}
