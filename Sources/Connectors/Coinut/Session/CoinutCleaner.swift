package import AccountSession
internal import Synchronization
package import TradingModel
package import VenueSessions
internal import WireText

/// Lists a Coinut account's open orders, cancels those that are meant, in batches, and proves that
/// none of them is left.
extension OrderSweep {
    /// Cancels these orders of the symbols.
    package init(key: CoinutKey, symbols: [Symbol], orders: RunOrders) {
        self.init(
            CoinutSweepWords(key: key, symbols: symbols), rates: CoinutLimits.rates, cancels: true,
            sightings: nil, isMeant: orders.include)
    }

    /// Lists the orders of all markets.
    ///
    /// - Parameters:
    ///   - cancels: false: it only looks, once.
    ///   - isMeant: told the number that whoever sent an order gave it.
    package init(
        key: CoinutKey, cancels: Bool, sightings: OpenOrderSightings,
        isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.init(
            CoinutSweepWords(key: key, symbols: nil), rates: CoinutLimits.rates,
            cancels: cancels, sightings: sightings, isMeant: isMeant)
    }
}

/// A list of open orders for each market; which there are is asked first.
private final class CoinutSweepWords: SweepWords {
    private let key: CoinutKey
    /// Nil: all.
    private let symbols: [Symbol]?
    private let memory = CoinutMemory(markets: 0)
    private let markets = Mutex<[InstrumentInfo]>([])

    init(key: CoinutKey, symbols: [Symbol]?) {
        self.key = key
        self.symbols = symbols
    }

    var venue: String { CoinutInstruments.venue }
    var listCount: Int { markets.withLock { $0.count } }
    var start: VenueRequest? { VenueRequest(overHTTP: CoinutRequests.instruments(.later)) }

    func list(_ index: Int, _ page: PagePlace) -> VenueRequest {
        VenueRequest(overHTTP: CoinutRequests.openOrders(market(index).number, .later))
    }

    private func market(_ index: Int) -> InstrumentInfo { markets.withLock { $0[index] } }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(key, memory.nonce(at: venueTime))
    }

    func readStart(_ reply: HTTPReply) throws(BadMessage) -> SweepStart {
        switch try content(reply.body) {
        case .instruments(let list):
            let wanted = list.instruments.filter { info in
                CoinutInstruments.symbol(of: info).map { symbols?.contains($0) ?? true } ?? false
            }
            markets.withLock { $0 = wanted }
            return .lists
        case .refused: return .refused
        default: throw BadMessage("it is not a list of instruments")
        }
    }

    private func content(_ body: [UInt8]) throws(BadMessage) -> CoinutMessage.Content {
        let frame = try CoinutFrame(parsing: body)
        guard let message = frame.messages.first else {
            throw frame.unread.first ?? BadMessage("it is empty")
        }
        return message.content
    }

    func read(
        _ body: [UInt8], list index: Int, _ page: PagePlace
    ) throws(BadMessage) -> Result<Rows<SweptOrder>, Refusal> {
        let market = market(index)
        switch try content(body) {
        case .openOrders(let list):
            let rows = list.orders.map { shown in
                let target = CancelTarget(instrument: market.number, order: shown.order)
                return SweptOrder(
                    shown.listed(market.pair),
                    cancel: VenueRequest(overHTTP: CoinutRequests.cancel(target, .later)))
            }
            return .success(Rows(rows, next: nil))
        case .refused(let refusal): return .failure(refusal.inOurWords)
        default: throw BadMessage("it is not a list of open orders")
        }
    }

    func cancels(_ orders: [SweptOrder]) -> [VenueRequest] {
        let numbers = markets.withLock { $0 }
        var targets = orders.compactMap { swept -> CancelTarget? in
            let market = numbers.first { $0.pair == swept.order.market }
            guard let market, let order = Int64(swept.order.venueID) else { return nil }
            return CancelTarget(instrument: market.number, order: OrderNumber(order))
        }[...]
        var requests: [VenueRequest] = []
        while !targets.isEmpty {
            let batch = Array(targets.prefix(CoinutLimits.batchSize))
            targets = targets.dropFirst(batch.count)
            requests.append(VenueRequest(overHTTP: CoinutRequests.cancelBatch(batch, .later)))
        }
        return requests
    }
}

extension ShownOrder {
    fileprivate func listed(_ market: String) -> ListedOrder {
        ListedOrder(
            market: market, side: side, remaining: open, price: price, stop: nil,
            venueID: order.description, clientID: client.map { ClientOrderID($0.description) })
    }
}
