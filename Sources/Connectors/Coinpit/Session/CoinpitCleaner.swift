package import AccountSession
internal import Synchronization
package import TradingModel
package import VenueSessions
internal import WireText

/// Lists a Coinpit account's open orders, cancels those that are meant, and proves that none of them is left.
///
/// Stops and targets of positions are no orders, and stay: to cancel a stop is to close its position.
extension OrderSweep {
    /// Cancels these orders of the symbols.
    package init(key: CoinpitKey, symbols: [Symbol], orders: RunOrders) {
        self.init(
            CoinpitSweepWords(
                key: key, contracts: Set(symbols.map { CoinpitContracts.name(of: $0) })),
            rates: CoinpitLimits.sweepRates, cancels: true, sightings: nil,
            isMeant: orders.include)
    }

    /// Lists the orders of all contracts.
    ///
    /// - Parameters:
    ///   - cancels: false: it only looks, once.
    ///   - isMeant: told the id that whoever sent an order gave it.
    package init(
        key: CoinpitKey, cancels: Bool, sightings: OpenOrderSightings,
        isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.init(
            CoinpitSweepWords(key: key, contracts: nil), rates: CoinpitLimits.sweepRates,
            cancels: cancels, sightings: sightings, isMeant: isMeant)
    }
}

/// The account, which has all open orders.
private final class CoinpitSweepWords: SweepWords {
    private let key: CoinpitKey
    /// Nil: all.
    private let contracts: Set<String>?
    private let memory = CoinpitMemory()

    init(key: CoinpitKey, contracts: Set<String>?) {
        self.key = key
        self.contracts = contracts
    }

    var venue: String { CoinpitContracts.venue }
    var listCount: Int { 1 }
    /// The secret that all else is signed with, and the time.
    var start: VenueRequest? { CoinpitRequests.handshake(key.publicKey) }

    func list(_ index: Int, _ page: PagePlace) -> VenueRequest { CoinpitRequests.account }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(memory.secret, nonce: memory.nonce(at: venueTime))
    }

    func readStart(_ reply: HTTPReply) throws(BadMessage) -> SweepStart {
        guard case .success(let handshake) = try CoinpitReplies.value(Handshake.self, reply),
            handshake.userID == key.userID, let secret = key.secret(with: handshake.serverKey)
        else { return .refused }
        memory.learn(secret)
        return .time(try CoinpitClock.time(of: reply))
    }

    func read(
        _ body: [UInt8], list index: Int, _ page: PagePlace
    ) throws(BadMessage) -> Result<Rows<SweptOrder>, Refusal> {
        let reply = HTTPReply(status: 200, headers: [], body: body)
        let account = try CoinpitReplies.value(WireAccount.self, reply)
        return account.mapError { $0.inOurWords }.map { account in
            let meant = account.orders.filter {
                $0.wasSent && (contracts?.contains($0.contract) ?? true)
            }
            return Rows(
                meant.map {
                    SweptOrder($0.listed, cancel: CoinpitRequests.cancel($0.contract, $0.uuid))
                }, next: nil)
        }
    }

    /// Several of a contract in one request.
    func cancels(_ orders: [SweptOrder]) -> [VenueRequest] {
        var requests: [VenueRequest] = []
        for contract in Set(orders.map(\.order.market)).sorted() {
            var ids = orders.filter { $0.order.market == contract }
                .compactMap { OrderUUID($0.order.venueID) }[...]
            while !ids.isEmpty {
                let batch = Array(ids.prefix(CoinpitRequests.mostChanges))
                ids = ids.dropFirst(batch.count)
                requests.append(CoinpitRequests.cancel(contract, batch))
            }
        }
        return requests
    }
}

extension WireOrder {
    fileprivate var listed: ListedOrder {
        ListedOrder(
            market: contract, side: side, remaining: quantity > filled ? quantity - filled : .zero,
            price: price, stop: nil, venueID: uuid.description,
            clientID: clientID.map { ClientOrderID($0) })
    }
}
