package import TradingModel
package import VenueSessions

/// A market's leverage and margin mode, which are one setting.
public struct LeverageChoice: Hashable, Sendable, CustomStringConvertible {
    public var times: Int
    public var isIsolated: Bool
    public init(times: Int, isIsolated: Bool) {
        self.times = times
        self.isIsolated = isIsolated
    }
    public var description: String { "\(isIsolated ? "isolated" : "cross") leverage \(times)" }
}

/// What a session needs to know of an account and of what is wanted from it before it begins.
package struct AccountPlan: Sendable {
    /// What is traded or watched; the place is the ``InstrumentID``.
    package var symbols: [Symbol]
    /// Whether there is a key: without, public data only, and nothing can be traded.
    package var hasKey: Bool
    /// Set before trading begins; futures that are not named stay as they are.
    package var leverage: [Symbol: LeverageChoice]
    /// The orders of an earlier run that may still be open at the venue.
    package var restoredOrders: [RestoredOrder]
    /// See ``VenuePlan/settledUntil``: what was charged since is told when the session connects first.
    package var settledUntil: [Symbol: Timestamp]
    /// See ``VenuePlan/adoptsOrders``.
    package var adoptsOrders: Bool
    /// Numbers that were reserved for the client ids of this session, where a venue takes numbers.
    ///
    /// The engine's orders, which it numbers from 1, take them in turn; those above the venue's last are
    /// its first ones again.
    package var clientNumbers: Range<Int64>
    /// All chance of the session: the jitter of its waits.
    package var seed: UInt64

    package init(
        symbols: [Symbol], hasKey: Bool, leverage: [Symbol: LeverageChoice] = [:],
        restoredOrders: [RestoredOrder] = [], settledUntil: [Symbol: Timestamp] = [:],
        adoptsOrders: Bool = false, clientNumbers: Range<Int64> = 0..<0,
        seed: UInt64 = 1
    ) {
        self.symbols = symbols
        self.hasKey = hasKey
        self.leverage = leverage
        self.restoredOrders = restoredOrders
        self.settledUntil = settledUntil
        self.adoptsOrders = adoptsOrders
        self.clientNumbers = clientNumbers
        self.seed = seed
    }
}
