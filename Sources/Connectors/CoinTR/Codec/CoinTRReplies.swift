internal import TradingModel
package import WireText

/// Reads the replies of the venue.
///
/// Each throws ``BadMessage`` for bytes that are not the reply; a refusal is a result.
package enum CoinTRReplies {
    package static func instruments(_ body: [UInt8]) throws(BadMessage) -> Reply<[MarketInfo]> {
        try page(MarketInfo.self, body).map(\.elements)
    }
    package static func tickers(_ body: [UInt8]) throws(BadMessage) -> Reply<[WireTicker]> {
        try page(WireTicker.self, body).map(\.elements)
    }
    package static func book(_ body: [UInt8]) throws(BadMessage) -> Reply<WireBook> {
        try one(WireBook.self, body)
    }
    package static func trades(_ body: [UInt8]) throws(BadMessage) -> Reply<[PublicTrade]> {
        try page(PublicTrade.self, body).map(\.elements)
    }
    /// Oldest first, whatever order they came in.
    package static func candles(_ body: [UInt8]) throws(BadMessage) -> Reply<[WireCandle]> {
        try page(WireCandle.self, body).map { page in
            page.elements.sorted {
                ($0.openTime ?? .distantPast) < ($1.openTime ?? .distantPast)
            }
        }
    }

    package static func reference(_ body: [UInt8]) throws(BadMessage) -> Reply<OrderReference> {
        try one(OrderReference.self, body)
    }
    package static func orders(_ body: [UInt8]) throws(BadMessage) -> Reply<Page<WireOrder>> {
        try page(WireOrder.self, body)
    }
    package static func fills(_ body: [UInt8]) throws(BadMessage) -> Reply<Page<WireFill>> {
        try page(WireFill.self, body)
    }
    package static func balances(_ body: [UInt8]) throws(BadMessage) -> Reply<[WireBalance]> {
        try one(BalanceList.self, body).map(\.elements)
    }
    package static func positions(_ body: [UInt8]) throws(BadMessage) -> Reply<[WirePosition]> {
        try page(WirePosition.self, body).map(\.elements)
    }
    package static func fees(_ body: [UInt8]) throws(BadMessage) -> Reply<[WireFees]> {
        try page(WireFees.self, body).map(\.elements)
    }
    package static func positionMode(_ body: [UInt8]) throws(BadMessage) -> Reply<PositionMode> {
        try one(PositionMode.self, body)
    }
    /// A reply of which only the code counts.
    package static func done(_ body: [UInt8]) throws(BadMessage) -> Reply<NoPayload> {
        try one(NoPayload.self, body)
    }

    private static func one<Payload: WireValue>(
        _ type: Payload.Type, _ body: [UInt8]
    ) throws(BadMessage) -> Reply<Payload> {
        try readJSON(Lowered<Envelope<Payload>>.self, body).value.result
    }

    private static func page<Element: WireValue>(
        _ type: Element.Type, _ body: [UInt8]
    ) throws(BadMessage) -> Reply<Page<Element>> {
        let envelope = try readJSON(Lowered<Envelope<List<Element>>>.self, body).value
        return envelope.result.map { Page(elements: $0.elements, next: envelope.next) }
    }
}
