package import AccountSession
package import TradingModel
package import VenueSessions
internal import WireText

/// Lists a Bitunix account's open futures orders, cancels those that are meant, and proves that none of them
/// is left.
///
/// Take-profits and stop-losses of positions are no orders, and stay.
extension OrderSweep {
    /// Cancels these orders of the symbols.
    package init(key: BitunixKey, symbols: [Symbol], orders: RunOrders, seed: UInt64 = 1) {
        let markets = symbols.map { BitunixInstruments.market(of: $0) }
        self.init(
            BitunixSweepWords(key: key, seed: seed, markets: markets),
            rates: EndpointGroups.sweepRates, cancels: true, sightings: nil, isMeant: orders.include
        )
    }

    /// Lists the orders of all markets.
    ///
    /// - Parameters:
    ///   - cancels: false: it only looks, once.
    ///   - isMeant: told the id that whoever sent an order gave it.
    package init(
        key: BitunixKey, cancels: Bool, sightings: OpenOrderSightings, seed: UInt64 = 1,
        isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.init(
            BitunixSweepWords(key: key, seed: seed, markets: [nil]),
            rates: EndpointGroups.sweepRates,
            cancels: cancels, sightings: sightings, isMeant: isMeant)
    }
}

/// The list of orders, for each market where it looks.
private struct BitunixSweepWords: SweepWords {
    let key: BitunixKey
    let seed: UInt64
    /// Nil: all of them.
    let markets: [String?]

    var venue: String { BitunixInstruments.venue }
    var listCount: Int { markets.count }
    /// Any public page tells the time.
    var start: VenueRequest? { BitunixRequests.time(markets.first.flatMap(\.self) ?? "BTCUSDT") }

    func list(_ index: Int, _ page: PagePlace) -> VenueRequest {
        BitunixRequests.pendingOrders(market: markets[index], page: page.number)
    }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(
            key,
            nonce: wireNonce(
                seed: seed, nanoseconds: venueTime.nanoseconds, text: request.path + request.body),
            milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func readStart(_ reply: HTTPReply) throws(BadMessage) -> SweepStart {
        .time(try BitunixClock.time(of: reply))
    }

    func read(
        _ body: [UInt8], list index: Int, _ place: PagePlace
    ) throws(BadMessage) -> Result<Rows<SweptOrder>, Refusal> {
        try BitunixReplies.orders(body).map { page in
            let read = (place.number - 1) * BitunixRequests.pageSize + page.elements.count
            let hasNext = !page.elements.isEmpty && Int64(read) < page.total
            return Rows(
                page.elements.map { wire in
                    SweptOrder(
                        wire.listed, cancel: BitunixRequests.cancel(wire.market, [.id(wire.id)]))
                }, next: hasNext ? place.next : nil)
        }.mapError { $0.inOurWords(ofOldTime: false) }
    }

    /// Several of a market in one request, of which the venue takes five a second.
    func cancels(_ orders: [SweptOrder]) -> [VenueRequest] {
        var requests: [VenueRequest] = []
        for market in Set(orders.map(\.order.market)).sorted() {
            var ids = orders.filter { $0.order.market == market }
                .map { CancelledOrder.id($0.order.venueID) }[...]
            while !ids.isEmpty {
                let batch = Array(ids.prefix(BitunixRequests.mostCancels))
                ids = ids.dropFirst(batch.count)
                requests.append(BitunixRequests.cancel(market, batch))
            }
        }
        return requests
    }
}

extension WireOrder {
    fileprivate var listed: ListedOrder {
        let filled = filled ?? .zero
        return ListedOrder(
            market: market, side: side, remaining: quantity > filled ? quantity - filled : .zero,
            price: price, stop: nil, venueID: id, clientID: clientID.map { ClientOrderID($0) })
    }
}
