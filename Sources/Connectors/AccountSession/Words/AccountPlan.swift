public import TradingModel

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

/// An order from the journal whose end nobody has heard.
public struct RestoredOrder: Hashable, Sendable {
    public var id: ClientOrderID
    public var request: OrderRequest
    /// Nil: never acknowledged, so it may not exist.
    public var venueID: VenueOrderID?
    /// Whether a stop order has woken, so that ``venueID`` is no longer the stop's.
    public var wasTriggered: Bool
    /// What is already counted, and the venue's numbers of those fills.
    public var filled: Quantity
    public var fillIDs: [String]
    /// Its number on the wire, where the venue takes numbers.
    public var clientNumber: Int64?
    public init(
        id: ClientOrderID, request: OrderRequest, venueID: VenueOrderID?, wasTriggered: Bool,
        filled: Quantity, fillIDs: [String], clientNumber: Int64? = nil
    ) {
        self.id = id
        self.request = request
        self.venueID = venueID
        self.wasTriggered = wasTriggered
        self.filled = filled
        self.fillIDs = fillIDs
        self.clientNumber = clientNumber
    }
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
    /// Numbers that were reserved for the client ids of this session, where a venue takes numbers.
    ///
    /// The engine's orders, which it numbers from 1, take them in turn; those above the venue's last are
    /// its first ones again.
    package var clientNumbers: Range<Int64>
    /// All chance of the session: the jitter of its waits.
    package var seed: UInt64

    package init(
        symbols: [Symbol], hasKey: Bool, leverage: [Symbol: LeverageChoice] = [:],
        restoredOrders: [RestoredOrder] = [], clientNumbers: Range<Int64> = 0..<0,
        seed: UInt64 = 1
    ) {
        self.symbols = symbols
        self.hasKey = hasKey
        self.leverage = leverage
        self.restoredOrders = restoredOrders
        self.clientNumbers = clientNumbers
        self.seed = seed
    }
}
