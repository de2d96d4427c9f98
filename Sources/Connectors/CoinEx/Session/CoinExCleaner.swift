package import AccountSession
package import TradingModel
package import VenueSessions
internal import WireText

/// Lists a CoinEx account's open orders and stops, cancels those that are meant, and proves that
/// none of them is left.
extension OrderSweep {
    /// Cancels these orders of the symbols.
    package init(key: CoinExKey, symbols: [Symbol], orders: RunOrders) {
        let places = symbols.map {
            (CoinExInstruments.segment(of: $0), CoinExInstruments.market(of: $0) as String?)
        }
        self.init(
            CoinExSweepWords(key: key, places: places), rates: EndpointGroups.rates, cancels: true,
            sightings: nil, isMeant: orders.include)
    }

    /// Lists the orders of all markets, spot and futures.
    ///
    /// - Parameters:
    ///   - cancels: false: it only looks, once.
    ///   - isMeant: told the id that whoever sent an order gave it.
    package init(
        key: CoinExKey, cancels: Bool, sightings: OpenOrderSightings,
        isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.init(
            CoinExSweepWords(key: key, places: Segment.allCases.map { ($0, nil) }),
            rates: EndpointGroups.rates, cancels: cancels, sightings: sightings, isMeant: isMeant)
    }
}

/// The lists of orders and of stops, for each place where it looks.
private struct CoinExSweepWords: SweepWords {
    let key: CoinExKey
    /// Without a name: all markets of the segment.
    let places: [(segment: Segment, market: String?)]

    var venue: String { CoinExInstruments.venue }
    var listCount: Int { 2 * places.count }
    var start: VenueRequest? { CoinExRequests.time }

    func list(_ index: Int, _ page: PagePlace) -> VenueRequest {
        let place = places[index / 2]
        return index % 2 == 0
            ? CoinExRequests.pendingOrders(place.segment, market: place.market, page: page.number)
            : CoinExRequests.pendingStops(place.segment, market: place.market, page: page.number)
    }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(key, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func readStart(_ reply: HTTPReply) throws(BadMessage) -> SweepStart {
        switch try CoinExReplies.time(reply.body) {
        case .success(let time): .time(time.time)
        case .failure: .refused
        }
    }

    func read(
        _ body: [UInt8], list index: Int, _ page: PagePlace
    ) throws(BadMessage) -> Result<Rows<SweptOrder>, Refusal> {
        let segment = places[index / 2].segment
        if index % 2 == 0 {
            return rows(try CoinExReplies.orders(body), page) { wire in
                SweptOrder(
                    wire.listed(segment),
                    cancel: CoinExRequests.cancel(segment, wire.market, orderID: wire.id))
            }
        }
        return rows(try CoinExReplies.stops(body), page) { wire in
            SweptOrder(
                wire.listed(segment),
                cancel: CoinExRequests.cancelStop(segment, wire.market, stopID: wire.id))
        }
    }

    private func rows<Wire>(
        _ reply: Reply<Page<Wire>>, _ place: PagePlace, _ swept: (Wire) -> SweptOrder
    ) -> Result<Rows<SweptOrder>, Refusal> {
        reply.map { Rows($0.elements.map(swept), next: $0.hasNext ? place.next : nil) }
            .mapError(\.inOurWords)
    }
}

extension WireOrder {
    fileprivate func listed(_ segment: Segment) -> ListedOrder {
        ListedOrder(
            market: "\(market) (\(segment.rawValue))", side: side, remaining: unfilled ?? amount,
            price: price, stop: nil, venueID: String(id),
            clientID: clientID.map { ClientOrderID($0) })
    }
}

extension WireStop {
    fileprivate func listed(_ segment: Segment) -> ListedOrder {
        ListedOrder(
            market: "\(market) (\(segment.rawValue))", side: side, remaining: amount,
            price: price, stop: triggerPrice, venueID: String(id),
            clientID: clientID.map { ClientOrderID($0) })
    }
}
