internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// How Bitunix is asked: what is wanted, as the venue's requests.
struct BitunixWords: VenueWords {
    private let key: BitunixKey?
    private let symbols: [Symbol]
    private let leverage: [Symbol: LeverageChoice]
    private let socketBase: String
    private let seed: UInt64
    private let names: [String]
    /// What all of them are settled in.
    private let marginCoin: String

    init(_ settings: BitunixSettings) {
        key = settings.key
        symbols = settings.symbols
        leverage = settings.leverage
        socketBase = settings.socketBase
        seed = settings.seed
        names = symbols.map { BitunixInstruments.market(of: $0) }
        marginCoin = symbols.first?.settle.code ?? "USDT"
    }

    /// Signs a request for this time of the venue.
    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(
            key, nonce: nonce(venueTime, request.path + request.body),
            milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    private func nonce(_ venueTime: Timestamp, _ text: String) -> String {
        wireNonce(seed: seed, nanoseconds: venueTime.nanoseconds, text: text)
    }

    /// - Parameters:
    ///   - order: the one that the ask is about.
    ///   - since: from when on a history is wanted.
    /// - Returns: nil where there is nothing to ask: the venue does not tell what an account pays.
    func request(for ask: Ask, order: TrackedOrder?, since: Timestamp?) -> VenueRequest? {
        if let order { return request(for: ask, order) }
        switch ask {
        case .time: return names.first.map { BitunixRequests.time($0) }
        case .instruments: return BitunixRequests.pairs
        case .leverage(let index):
            return leverage[symbols[index]].map {
                BitunixRequests.leverage(names[index], $0.times, marginCoin: marginCoin)
            }
        case .mayTrade:
            return names.first.map {
                BitunixRequests.cancel($0, [.clientID(Self.unusedClientID)])
            }
        case .balances: return BitunixRequests.account(marginCoin)
        case .positions: return BitunixRequests.positions
        // No list tells what was charged at a settlement; a position shows what it was in all.
        case .funding(let index): return BitunixRequests.positions(names[index])
        case .openOrders(_, let page): return BitunixRequests.pendingOrders(page: page.number)
        case .executions(let index, let page):
            return since.map {
                BitunixRequests.marketTrades(names[index], since: $0, page: page.number)
            }
        default: return nil
        }
    }

    /// No order has it: ids of ours have a number.
    private static let unusedClientID = "mr-may-this-key-trade"

    private func request(for ask: Ask, _ order: TrackedOrder) -> VenueRequest? {
        let name = names[order.instrument]
        switch ask {
        case .place: return place(order.request, order.clientID, closes: order.closesPosition)
        case .amend: return amend(order)
        case .cancel:
            return order.venueID.map { BitunixRequests.cancel(name, [.id($0.description)]) }
        case .cancelByClientID:
            return BitunixRequests.cancel(name, [.clientID(order.clientID.description)])
        case .status(_, let id): return BitunixRequests.orderDetail(id.description)
        case .executionsOf(_, let id, let page):
            return BitunixRequests.orderTrades(name, id.description, page: page.number)
        case .findOpen:
            return BitunixRequests.pendingOrders(
                market: name, clientID: order.clientID.description, page: 1)
        case .findFinished:
            return BitunixRequests.finishedOrders(
                market: name, clientID: order.clientID.description, page: 1)
        default: return nil
        }
    }

    func place(_ request: OrderRequest, _ clientID: WireID, closes: Bool) -> VenueRequest? {
        BitunixRequests.place(
            OrderTerms(
                request, market: names[request.instrument], clientID: clientID.description))
    }

    private func amend(_ order: TrackedOrder) -> VenueRequest? {
        guard let amend = order.amend, let id = order.venueID,
            let price = amend.price ?? order.request.price
        else { return nil }
        return BitunixRequests.modify(
            id.description, quantity: amend.quantity ?? order.request.quantity, price: price)
    }

    // MARK: - Over sockets: one for the account, one for market data

    func address(of segments: [Segment], tellsAccount: Bool) -> String {
        "\(socketBase)/\(tellsAccount && key != nil ? "private" : "public")/"
    }

    func login(_ number: Int64, at venueTime: Timestamp) -> String {
        guard let key else { preconditionFailure("nobody signs in without a key") }
        return SocketRequests.login(
            key, nonce: nonce(venueTime, "login \(number)"),
            seconds: venueTime.nanoseconds / second)
    }

    func ping(_ number: Int64, at venueTime: Timestamp) -> String {
        SocketRequests.ping(seconds: venueTime.nanoseconds / second)
    }

    func privateChannels(of segment: Segment) -> [String] { ["order", "position", "balance"] }

    func subscribe(privately channel: String, _ number: Int64) -> String {
        SocketRequests.subscribe(privately: channel)
    }

    /// Mark, index and funding are wanted always, and the last 24 hours by who asks: two channels here.
    func name(of channel: FeedChannel) -> String {
        switch channel {
        case .book: "depth_book15"
        case .trades: "trade"
        case .quotes: "depth_book1"
        case .states: "price"
        case .index: "ticker"
        }
    }

    func subscribe(_ channel: FeedChannel, _ wishes: [FeedWish], _ number: Int64) -> String {
        SocketRequests.subscribe(
            name(of: channel), markets: wishes.map { names[$0.instrument] })
    }

    func unsubscribe(_ channel: FeedChannel, _ instruments: [InstrumentID], _ number: Int64)
        -> String
    {
        SocketRequests.unsubscribe(name(of: channel), markets: instruments.map { names[$0] })
    }
}
