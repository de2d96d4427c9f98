public import AccountSession
public import TradingModel
public import VenueSessions

/// What a session needs to know before it begins.
public struct CoinTRSettings: Sendable {
    /// Where the one socket is.
    public var socketBase = "wss://stream.cointr.pro/ws"
    /// Nil: public data only, nothing can be traded.
    public var key: CoinTRKey?
    /// What is traded or watched; the place is the ``InstrumentID``.
    public var symbols: [Symbol]
    /// Set before trading begins; futures that are not named stay as they are.
    public var leverage: [Symbol: LeverageChoice] = [:]
    /// The orders of an earlier run that may still be open at the venue.
    public var restoredOrders: [RestoredOrder] = []
    /// Whether open orders of others in the traded instruments become the run's own.
    public var adoptsOrders = false
    /// All chance of the session: the jitter of its waits.
    public var seed: UInt64 = 1

    public init(symbols: [Symbol], key: CoinTRKey? = nil) {
        self.symbols = symbols
        self.key = key
    }
}

/// The venue's rules for client order ids: base64 characters, up to 36 of them.
///
/// The hyphen is none of base64's; the venue recommends ids that have it, and shows one.
public let coinTRClientOrderIDRules = ClientOrderIDRules(maxLength: 36, punctuation: "-")
