internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// How Coinpit is asked: what is wanted, as the venue's requests.
struct CoinpitWords: VenueWords {
    private let key: CoinpitKey
    private let memory: CoinpitMemory
    private let socketBase: String
    private let names: [String]

    init(_ settings: CoinpitSettings, _ memory: CoinpitMemory) {
        key = settings.key
        self.memory = memory
        socketBase = settings.socketBase
        names = settings.symbols.map { CoinpitContracts.name(of: $0) }
    }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(memory.secret, nonce: memory.nonce(at: venueTime))
    }

    /// - Returns: nil where there is nothing to ask: a key has all rights, fees are in the list of contracts, and
    ///   there is neither leverage nor funding.
    func request(for ask: Ask, order: TrackedOrder?, since: Timestamp?) -> VenueRequest? {
        if let order { return request(for: ask, order) }
        switch ask {
        case .time: return CoinpitRequests.handshake(key.publicKey)
        case .instruments: return CoinpitRequests.contracts
        case .balances, .positions, .openOrders: return CoinpitRequests.account
        case .executions: return CoinpitRequests.executions
        default: return nil
        }
    }

    /// Only ids of orders that somebody sent are ever told to the account: those of a position's stop and target
    /// cannot be asked for here.
    private func request(for ask: Ask, _ order: TrackedOrder) -> VenueRequest? {
        let name = names[order.instrument]
        switch ask {
        case .place: return place(order.request, order.clientID, closes: order.closesPosition)
        case .amend:
            guard let price = order.amend?.price, let id = Self.uuid(order.venueID) else {
                return nil
            }
            return CoinpitRequests.reprice(name, id, price)
        case .cancel: return Self.uuid(order.venueID).map { CoinpitRequests.cancel(name, $0) }
        case .status(_, let id): return Self.uuid(id).map { CoinpitRequests.order(name, $0) }
        case .executionsOf: return CoinpitRequests.executions
        case .findOpen: return CoinpitRequests.openOrders(name)
        case .findFinished: return CoinpitRequests.closedOrders(name)
        // The venue cancels by its own ids alone.
        case .cancelByClientID:
            return Self.uuid(order.venueID).map { CoinpitRequests.cancel(name, $0) }
        default: return nil
        }
    }

    private static func uuid(_ id: WireID?) -> OrderUUID? {
        id.flatMap { OrderUUID($0.description) }
    }

    func place(_ request: OrderRequest, _ clientID: WireID, closes: Bool) -> VenueRequest? {
        CoinpitRequests.place(
            OrderTerms(
                request, contract: names[request.instrument], userID: key.userID,
                clientID: clientID.description))
    }

    // MARK: - Over the socket

    func address(of segments: [Segment], tellsAccount: Bool) -> String {
        "\(socketBase)/socket.io/?EIO=3&transport=websocket"
    }

    func login(_ number: Int64, at venueTime: Timestamp) -> String {
        let nonce = memory.nonce(at: venueTime)
        return SocketRequests.register(
            key, memory.secret, requestID: "\(nonce)-\(number)", nonce: nonce)
    }

    func ping(_ number: Int64, at venueTime: Timestamp) -> String { SocketPacket.ping }

    /// Who is registered is told.
    func privateChannels(of segment: Segment) -> [String] { [] }
    func subscribe(privately channel: String, _ number: Int64) -> String { "" }

    func name(of channel: FeedChannel) -> String {
        switch channel {
        case .book: "difforderbook"
        case .quotes: "orderbook"
        case .trades: "trade"
        case .states: "priceband"
        case .index: "priceband"
        }
    }

    /// Everything is told to everybody; what is asked for are the whole books and the index as they are now.
    func subscribe(_ channel: FeedChannel, _ wishes: [FeedWish], _ number: Int64) -> String {
        channel == .trades ? "" : SocketRequests.state
    }

    func unsubscribe(_ channel: FeedChannel, _ instruments: [InstrumentID], _ number: Int64)
        -> String
    {
        ""
    }
}
