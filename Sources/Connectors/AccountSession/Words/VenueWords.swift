package import TradingModel
package import VenueSessions

/// A market whose feed is wanted.
package struct FeedWish: Hashable, Sendable {
    package var instrument: InstrumentID
    /// Whole books at every push rather than changes, where a venue has both.
    package var wantsWhole: Bool

    package init(instrument: InstrumentID, wantsWhole: Bool) {
        self.instrument = instrument
        self.wantsWhole = wantsWhole
    }
}

/// How a venue is spoken to: the outgoing half of its dialect.
///
/// It changes nothing and is asked for the same words again: an order that waits for the rate, an order
/// to practise with. What it has to learn first, as a number of an instrument, it is told through an
/// object that it shares with the incoming half.
package protocol VenueWords: Sendable {
    /// The request for an ask.
    ///
    /// - Parameters:
    ///   - order: the one that the ask is about.
    ///   - since: from when on a history is wanted.
    /// - Returns: nil where there is nothing to ask.
    func request(for ask: Ask, order: TrackedOrder?, since: Timestamp?) -> VenueRequest?
    /// A new order: what ``request(for:order:since:)`` makes of it, also for one that is never sent.
    ///
    /// - Parameter closes: whether it goes as one that reduces a position.
    func place(_ request: OrderRequest, _ clientID: WireID, closes: Bool) -> VenueRequest?
    /// A request as it leaves, signed for this time of the venue.
    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall
    /// Several orders of a segment, or several cancels of such, in one request; nil: it takes each for
    /// itself.
    func batch(_ kind: BatchKind, _ orders: [TrackedOrder]) -> VenueRequest?
    /// A request that goes over a line, as it leaves; its answers are found by the numbers, one for each
    /// that is in it.
    ///
    /// - Parameter numbers: nil: it does not leave, and changes nothing.
    func message(_ request: VenueRequest, _ numbers: Range<Int64>?, at venueTime: Timestamp)
        -> String

    // MARK: - Over lines

    /// Where a line of these segments is opened; one that tells of no account has market data alone.
    func address(of segments: [Segment], tellsAccount: Bool) -> String
    /// Signs in.
    func login(_ number: Int64, at venueTime: Timestamp) -> String
    func ping(_ number: Int64, at venueTime: Timestamp) -> String
    /// The channels that tell of the account; none where that comes by itself.
    func privateChannels(of segment: Segment) -> [String]
    func subscribe(privately channel: String, _ number: Int64) -> String
    func name(of channel: FeedChannel) -> String
    func subscribe(_ channel: FeedChannel, _ wishes: [FeedWish], _ number: Int64) -> String
    func unsubscribe(_ channel: FeedChannel, _ instruments: [InstrumentID], _ number: Int64)
        -> String
}

extension VenueWords {
    package func batch(_ kind: BatchKind, _ orders: [TrackedOrder]) -> VenueRequest? { nil }

    /// A venue that is asked over HTTP alone.
    package func message(
        _ request: VenueRequest, _ numbers: Range<Int64>?, at venueTime: Timestamp
    ) -> String {
        preconditionFailure("\(request.path) goes over no line")
    }
}
