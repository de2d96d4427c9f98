public import AccountSession
public import TradingModel
public import VenueSessions

/// What a session needs to know before it begins.
public struct CoinExSettings: Sendable {
    /// Where the sockets are; the segment's name follows.
    public var socketBase = "wss://socket.coinex.com/v2"
    /// Nil: public data only, nothing can be traded.
    public var key: CoinExKey?
    /// What is traded or watched; the place is the ``InstrumentID``.
    public var symbols: [Symbol]
    /// Set before trading begins; futures that are not named stay as they are.
    public var leverage: [Symbol: Leverage] = [:]
    /// The levels of depth subscriptions: 5, 10, 20 or 50.
    public var depthLevels = 50
    /// The orders of an earlier run that may still be open at the venue.
    public var restoredOrders: [RestoredOrder] = []
    /// Whether open orders of others in the traded instruments become the run's own.
    public var adoptsOrders = false
    /// Up to when the settlements of funding are known that an earlier run went through.
    public var settledUntil: [Symbol: Timestamp] = [:]
    /// All chance of the session: the jitter of its waits.
    public var seed: UInt64 = 1

    public init(symbols: [Symbol], key: CoinExKey? = nil) {
        self.symbols = symbols
        self.key = key
    }

    public typealias Leverage = LeverageChoice
    public typealias RestoredOrder = VenueSessions.RestoredOrder
}

/// The venue's rules for client order ids: "less than 32 bytes" in one place, "up to 32" in another.
public let coinExClientOrderIDRules = ClientOrderIDRules(maxLength: 31, punctuation: "-_")
