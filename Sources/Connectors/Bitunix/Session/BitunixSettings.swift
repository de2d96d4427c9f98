public import AccountSession
public import TradingModel
public import VenueSessions

/// What a session needs to know before it begins.
public struct BitunixSettings: Sendable {
    /// Where the sockets are; `/public/` and `/private/` follow.
    public var socketBase = "wss://fapi.bitunix.com"
    /// Nil: public data only, nothing can be traded.
    public var key: BitunixKey?
    /// Perpetuals that are traded or watched, all settled in one currency; the place is the ``InstrumentID``.
    public var symbols: [Symbol]
    /// Set before trading begins; those that are not named stay as they are.
    ///
    /// The margin mode always does.
    public var leverage: [Symbol: LeverageChoice] = [:]
    /// The orders of an earlier run that may still be open at the venue.
    public var restoredOrders: [RestoredOrder] = []
    /// Whether open orders of others in the traded instruments become the run's own.
    public var adoptsOrders = false
    /// Up to when the settlements of funding are known that an earlier run went through.
    public var settledUntil: [Symbol: Timestamp] = [:]
    /// All chance of the session: the jitter of its waits, the numbers that requests carry.
    public var seed: UInt64 = 1

    public init(symbols: [Symbol], key: BitunixKey? = nil) {
        self.symbols = symbols
        self.key = key
    }
}

/// No rule of the venue's is known; samples have letters, digits and hyphens.
public let bitunixClientOrderIDRules = ClientOrderIDRules(maxLength: 64, punctuation: "-_")
