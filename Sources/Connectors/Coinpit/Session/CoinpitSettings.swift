public import TradingModel
public import VenueSessions

/// What a session needs to know before it begins.
public struct CoinpitSettings: Sendable {
    /// Where the socket is; `/socket.io/` follows.
    public var socketBase = "wss://live.coinpit.io"
    /// Nothing is told to those without one, market data neither.
    public var key: CoinpitKey
    /// What is traded or watched; the place is the ``InstrumentID``.
    public var symbols: [Symbol]
    /// The orders of an earlier run that may still be open at the venue.
    public var restoredOrders: [RestoredOrder] = []
    /// Whether open orders of others in the traded instruments become the run's own.
    public var adoptsOrders = false
    /// All chance of the session: the jitter of its waits.
    public var seed: UInt64 = 1

    public init(symbols: [Symbol], key: CoinpitKey) {
        self.symbols = symbols
        self.key = key
    }
}

/// The venue takes any text; that of ours has to be JSON that is written one way only.
public let coinpitClientOrderIDRules = ClientOrderIDRules(maxLength: 64, punctuation: "-_")
