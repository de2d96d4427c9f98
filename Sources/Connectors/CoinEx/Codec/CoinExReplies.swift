internal import TradingModel
package import WireText

/// A page of a list.
package struct Page<Element> {
    package let elements: [Element]
    package let hasNext: Bool
}

/// What a reply over HTTP says: the payload, or the venue's refusal.
package typealias Reply<Payload> = Result<Payload, VenueRefusal>

/// Reads the replies of the venue.
///
/// Each throws ``BadMessage`` for bytes that are not the reply; a refusal is a result.
package enum CoinExReplies {
    package static func time(_ body: [UInt8]) throws(BadMessage) -> Reply<ServerTime> {
        try one(ServerTime.self, body)
    }
    package static func markets(_ body: [UInt8]) throws(BadMessage) -> Reply<[MarketInfo]> {
        try list(MarketInfo.self, body).map(\.elements)
    }
    package static func states(_ body: [UInt8]) throws(BadMessage) -> Reply<[MarketState]> {
        try list(MarketState.self, body).map(\.elements)
    }
    package static func depth(_ body: [UInt8]) throws(BadMessage) -> Reply<DepthMessage> {
        try one(DepthMessage.self, body)
    }
    package static func deals(_ body: [UInt8]) throws(BadMessage) -> Reply<[PublicDeal]> {
        try list(PublicDeal.self, body).map(\.elements)
    }
    /// Oldest first, whatever order they came in.
    package static func candles(_ body: [UInt8]) throws(BadMessage) -> Reply<[Candle]> {
        try list(Candle.self, body).map { page in
            page.elements.sorted {
                ($0.openTime ?? .distantPast) < ($1.openTime ?? .distantPast)
            }
        }
    }
    package static func indexPrices(_ body: [UInt8]) throws(BadMessage) -> Reply<[IndexPrice]> {
        try list(IndexPrice.self, body).map(\.elements)
    }
    package static func settlements(
        _ body: [UInt8]
    ) throws(BadMessage) -> Reply<Page<FundingSettlement>> {
        try list(FundingSettlement.self, body)
    }
    package static func positionLevels(
        _ body: [UInt8]
    ) throws(BadMessage) -> Reply<[PositionLevels]> {
        try list(PositionLevels.self, body).map(\.elements)
    }

    package static func order(_ body: [UInt8]) throws(BadMessage) -> Reply<WireOrder> {
        try one(WireOrder.self, body)
    }
    package static func orders(_ body: [UInt8]) throws(BadMessage) -> Reply<Page<WireOrder>> {
        try list(WireOrder.self, body)
    }
    package static func stopReference(
        _ body: [UInt8]
    ) throws(BadMessage) -> Reply<StopReference> { try one(StopReference.self, body) }
    package static func stops(_ body: [UInt8]) throws(BadMessage) -> Reply<Page<WireStop>> {
        try list(WireStop.self, body)
    }
    package static func ownDeals(_ body: [UInt8]) throws(BadMessage) -> Reply<Page<WireDeal>> {
        try list(WireDeal.self, body)
    }
    package static func balances(_ body: [UInt8]) throws(BadMessage) -> Reply<[WireBalance]> {
        try list(WireBalance.self, body).map(\.elements)
    }
    package static func positions(_ body: [UInt8]) throws(BadMessage) -> Reply<Page<WirePosition>> {
        try list(WirePosition.self, body)
    }
    package static func fees(_ body: [UInt8]) throws(BadMessage) -> Reply<FeeRates> {
        try one(FeeRates.self, body)
    }
    package static func leverage(_ body: [UInt8]) throws(BadMessage) -> Reply<LeverageSetting> {
        try one(LeverageSetting.self, body)
    }
    package static func fundings(_ body: [UInt8]) throws(BadMessage) -> Reply<Page<WireFunding>> {
        try list(WireFunding.self, body)
    }
    package static func transactions(
        _ body: [UInt8]
    ) throws(BadMessage) -> Reply<Page<WireTransaction>> { try list(WireTransaction.self, body) }
    /// A reply of which only the code counts.
    package static func done(_ body: [UInt8]) throws(BadMessage) -> Reply<NoPayload> {
        try one(NoPayload.self, body)
    }

    private static func one<Payload: WireValue>(
        _ type: Payload.Type, _ body: [UInt8]
    ) throws(BadMessage) -> Reply<Payload> {
        try readJSON(Envelope<Payload>.self, body).result
    }

    private static func list<Element: WireValue>(
        _ type: Element.Type, _ body: [UInt8]
    ) throws(BadMessage) -> Reply<Page<Element>> {
        let envelope = try readJSON(Envelope<LenientList<Element>>.self, body)
        return envelope.result.map {
            Page(elements: $0.elements, hasNext: envelope.pagination?.hasNext ?? false)
        }
    }
}
