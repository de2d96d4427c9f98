package import WireText

/// What a reply over HTTP says: the payload, or the venue's refusal.
package typealias Reply<Payload> = Result<Payload, BitunixRefusal>

/// Reads the replies of the venue.
///
/// Each throws ``BadMessage`` for bytes that are not the reply; a refusal is a result.
package enum BitunixReplies {
    package static func pairs(_ body: [UInt8]) throws(BadMessage) -> Reply<[TradingPair]> {
        try list(TradingPair.self, body)
    }
    package static func account(_ body: [UInt8]) throws(BadMessage) -> Reply<WireAccount> {
        try one(WireAccount.self, body)
    }
    package static func positions(_ body: [UInt8]) throws(BadMessage) -> Reply<[WirePosition]> {
        try list(WirePosition.self, body)
    }
    package static func order(_ body: [UInt8]) throws(BadMessage) -> Reply<WireOrder> {
        try one(WireOrder.self, body)
    }
    package static func orders(_ body: [UInt8]) throws(BadMessage) -> Reply<ListPage<WireOrder>> {
        try one(NamedPage<WireOrder>.self, body).map(\.page)
    }
    package static func trades(_ body: [UInt8]) throws(BadMessage) -> Reply<ListPage<WireTrade>> {
        try one(NamedPage<WireTrade>.self, body).map(\.page)
    }
    package static func reference(_ body: [UInt8]) throws(BadMessage) -> Reply<OrderReference> {
        try one(OrderReference.self, body)
    }
    package static func cancel(_ body: [UInt8]) throws(BadMessage) -> Reply<CancelReply> {
        try one(CancelReply.self, body)
    }
    /// Any reply that is none of the above, of which only the refusal is wanted.
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
    ) throws(BadMessage) -> Reply<[Element]> {
        try one(LenientList<Element>.self, body).map(\.elements)
    }
}
