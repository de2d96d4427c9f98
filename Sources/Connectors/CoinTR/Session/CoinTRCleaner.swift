package import AccountSession
package import TradingModel
package import VenueSessions
internal import WireText

/// Lists a CoinTR account's open orders, cancels those that are meant, several at once, and proves
/// that none of them is left.
extension OrderSweep {
    /// Cancels these orders of the symbols.
    package init(key: CoinTRKey, symbols: [Symbol], orders: RunOrders) {
        let places = symbols.map {
            (CoinTRInstruments.segment(of: $0), CoinTRInstruments.name(of: $0) as String?)
        }
        self.init(
            CoinTRSweepWords(key: key, places: places), rates: CoinTRLimits.rates, cancels: true,
            sightings: nil, isMeant: orders.include)
    }

    /// Lists the orders of all markets, spot and futures.
    ///
    /// - Parameters:
    ///   - cancels: false: it only looks, once.
    ///   - isMeant: told the id that whoever sent an order gave it.
    package init(
        key: CoinTRKey, cancels: Bool, sightings: OpenOrderSightings,
        isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.init(
            CoinTRSweepWords(key: key, places: Segment.allCases.map { ($0, nil) }),
            rates: CoinTRLimits.rates, cancels: cancels, sightings: sightings, isMeant: isMeant)
    }
}

/// A list of orders for each place where it looks.
private struct CoinTRSweepWords: SweepWords {
    let key: CoinTRKey
    /// Without a name: all markets of the segment.
    let places: [(segment: Segment, name: String?)]

    var venue: String { CoinTRInstruments.venue }
    var listCount: Int { places.count }
    /// Of all markets: the newest of their figures are of now.
    var start: VenueRequest? { CoinTRRequests.tickers(.spot) }

    func list(_ index: Int, _ page: PagePlace) -> VenueRequest {
        CoinTRRequests.activeOrders(places[index].segment, places[index].name)
    }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(key, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func readStart(_ reply: HTTPReply) throws(BadMessage) -> SweepStart {
        switch try CoinTRReplies.tickers(reply.body) {
        case .success(let tickers): tickers.compactMap(\.time).max().map { .time($0) } ?? .lists
        case .failure: .refused
        }
    }

    func read(
        _ body: [UInt8], list index: Int, _ page: PagePlace
    ) throws(BadMessage) -> Result<Rows<SweptOrder>, Refusal> {
        let place = places[index]
        return try CoinTRReplies.orders(body)
            .map { page in
                Rows(page.elements.compactMap { swept($0, place.segment, place.name) }, next: nil)
            }
            .mapError { Refusal($0, status: 200, as: $0.kind) }
    }

    private func swept(_ order: WireOrder, _ segment: Segment, _ asked: String?) -> SweptOrder? {
        guard let name = order.instrument ?? asked else { return nil }
        return SweptOrder(
            order.listed(name, segment), cancel: CoinTRRequests.cancel(segment, name, id: order.id))
    }

    /// Those of one market in one request, as many as it takes.
    func cancels(_ orders: [SweptOrder]) -> [VenueRequest] {
        var requests: [VenueRequest] = []
        for segment in Segment.allCases {
            let mine = orders.filter { $0.order.market.hasSuffix(" (\(segment.rawValue))") }
            for market in Set(mine.map(\.order.market)).sorted() {
                let name = String(market.prefix { $0 != " " })
                var ids = mine.filter { $0.order.market == market }.map(\.order.venueID)[...]
                while !ids.isEmpty {
                    let batch = Array(ids.prefix(CoinTRLimits.batchSize))
                    ids = ids.dropFirst(batch.count)
                    requests.append(CoinTRRequests.cancelBatch(segment, name, ids: batch))
                }
            }
        }
        return requests
    }
}

extension WireOrder {
    /// Of futures the size is in contracts.
    fileprivate func listed(_ name: String, _ segment: Segment) -> ListedOrder {
        let whole = size ?? .zero
        let done = filled ?? .zero
        return ListedOrder(
            market: "\(name) (\(segment.rawValue))", side: side,
            remaining: done < whole ? whole - done : .zero, price: price, stop: nil, venueID: id,
            clientID: clientID.map { ClientOrderID($0) })
    }
}
