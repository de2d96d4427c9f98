public import TradingModel

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
    /// When it was heard of last, or sent: while that is young, lists that lack it say nothing.
    public var lastSign: Timestamp
    public init(
        id: ClientOrderID, request: OrderRequest, venueID: VenueOrderID?, wasTriggered: Bool,
        filled: Quantity, fillIDs: [String], clientNumber: Int64? = nil,
        lastSign: Timestamp = .distantPast
    ) {
        self.id = id
        self.request = request
        self.venueID = venueID
        self.wasTriggered = wasTriggered
        self.filled = filled
        self.fillIDs = fillIDs
        self.clientNumber = clientNumber
        self.lastSign = lastSign
    }
}
