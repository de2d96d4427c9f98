import VenueSessions

extension VenueAbilities {
    /// The embedded exchange.
    static let embedded = VenueAbilities(
        feeds: ["trades", "quotes", "book", "bars", "funding"],
        orders: [
            "limit", "market", "stop", "gtc", "ioc", "fok", "post_only", "reduce_only", "amend",
        ], isLive: false, depthLevels: nil)
}
