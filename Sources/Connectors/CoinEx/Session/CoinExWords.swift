internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// How CoinEx is asked: what is wanted, as the venue's requests.
struct CoinExWords: VenueWords {
    let key: CoinExKey?
    let symbols: [Symbol]
    let leverage: [Symbol: LeverageChoice]
    let socketBase: String
    let depthLevels: Int
    private let names: [String]
    private let segments: [Segment]

    init(_ settings: CoinExSettings) {
        key = settings.key
        symbols = settings.symbols
        leverage = settings.leverage
        socketBase = settings.socketBase
        depthLevels = settings.depthLevels
        names = symbols.map { CoinExInstruments.market(of: $0) }
        segments = symbols.map { CoinExInstruments.segment(of: $0) }
    }

    /// Signs a request for this time of the venue.
    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(key, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    /// - Parameters:
    ///   - order: the one that the ask is about.
    ///   - since: from when on a history is wanted.
    /// - Returns: nil where there is nothing to ask.
    func request(for ask: Ask, order: TrackedOrder?, since: Timestamp?) -> VenueRequest? {
        if let order { return request(for: ask, order) }
        switch ask {
        case .time: return CoinExRequests.time
        case .instruments(let segment): return CoinExRequests.markets(segment)
        case .fees(let index): return CoinExRequests.fees(segments[index], names[index])
        case .leverage(let index):
            return leverage[symbols[index]].map {
                CoinExRequests.leverage(
                    names[index], mode: $0.isIsolated ? "isolated" : "cross", leverage: $0.times)
            }
        case .mayTrade(let segment):
            return segments.firstIndex(of: segment).map {
                CoinExRequests.cancel(
                    segment, names[$0], clientID: Self.unusedClientID, isStop: false)
            }
        case .balances(let segment): return CoinExRequests.balances(segment)
        case .positions(let page): return CoinExRequests.positions(page: page.number)
        case .funding(let index):
            return since.map { CoinExRequests.positionFunding(names[index], since: $0) }
        case .openOrders(.segment(let segment), let page):
            return CoinExRequests.pendingOrders(segment, page: page.number)
        case .openStops(.segment(let segment), let page):
            return CoinExRequests.pendingStops(segment, page: page.number)
        case .executions(let index, let page):
            return since.map {
                CoinExRequests.userDeals(
                    segments[index], names[index], since: $0, page: page.number)
            }
        default: return nil
        }
    }

    /// No order has it: ids of ours have a number.
    private static let unusedClientID = "mr-may-this-key-trade"

    private func request(for ask: Ask, _ order: TrackedOrder) -> VenueRequest? {
        let (segment, name) = (segments[order.instrument], names[order.instrument])
        switch ask {
        case .place: return place(order.request, order.clientID, closes: order.closesPosition)
        case .amend: return amend(order)
        case .cancel:
            if let stop = order.waitingStopID?.number {
                return CoinExRequests.cancelStop(segment, name, stopID: stop)
            }
            return order.venueID?.number.map {
                CoinExRequests.cancel(segment, name, orderID: $0)
            }
        case .cancelByClientID:
            return CoinExRequests.cancel(
                segment, name, clientID: order.clientID.description, isStop: order.isWaitingStop)
        case .status(_, let id):
            return id.number.map { CoinExRequests.orderStatus(segment, name, $0) }
        case .executionsOf(_, let id, let page):
            return id.number.map {
                CoinExRequests.orderDeals(segment, name, $0, page: page.number)
            }
        case .findOpen:
            return CoinExRequests.pendingOrders(
                segment, market: name, clientID: order.clientID.description, page: 1)
        case .findFinished:
            return CoinExRequests.finishedOrders(
                segment, market: name, clientID: order.clientID.description, page: 1)
        case .findOpenStop:
            return CoinExRequests.pendingStops(
                segment, market: name, clientID: order.clientID.description, page: 1)
        case .findFinishedStop:
            return CoinExRequests.finishedStops(
                segment, market: name, clientID: order.clientID.description, page: 1)
        default: return nil
        }
    }

    /// - Parameter closes: whether it goes as one that reduces a position, which is a request of its own.
    func place(_ request: OrderRequest, _ clientID: WireID, closes: Bool) -> VenueRequest? {
        let index = request.instrument.index
        let terms = try? OrderTerms(
            request, market: names[index], base: symbols[index].base, segment: segments[index],
            clientID: clientID.description)
        return terms.map {
            closes ? CoinExRequests.close($0) : CoinExRequests.place($0, segments[index])
        }
    }

    private func amend(_ order: TrackedOrder) -> VenueRequest? {
        guard let amend = order.amend else { return nil }
        let (segment, name) = (segments[order.instrument], names[order.instrument])
        if let stop = order.waitingStopID?.number {
            return CoinExRequests.modifyStop(
                segment, name, stopID: stop, price: amend.price, amount: amend.quantity)
        }
        return order.venueID?.number.map {
            CoinExRequests.modify(
                segment, name, orderID: $0, price: amend.price,
                amount: amend.quantity.map { order.amountNow(of: $0) })
        }
    }

    // MARK: - Over sockets, one for each segment

    func address(of segments: [Segment], tellsAccount: Bool) -> String {
        "\(socketBase)/\(segments[0].rawValue)"
    }

    func login(_ number: Int64, at venueTime: Timestamp) -> String {
        guard let key else { preconditionFailure("nobody signs in without a key") }
        return SocketRequests.sign(
            number, key, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func ping(_ number: Int64, at venueTime: Timestamp) -> String { SocketRequests.ping(number) }

    func privateChannels(of segment: Segment) -> [String] {
        ["order", "user_deals", "stop"] + (segment == .futures ? ["position"] : []) + ["balance"]
    }

    func subscribe(privately channel: String, _ number: Int64) -> String {
        channel == "balance"
            ? SocketRequests.subscribeBalances(number)
            : SocketRequests.subscribe(channel, markets: [], number)
    }

    func name(of channel: FeedChannel) -> String {
        switch channel {
        case .book: "depth"
        case .trades: "deals"
        case .quotes: "bbo"
        case .states: "state"
        case .index: "index"
        }
    }

    func subscribe(_ channel: FeedChannel, _ wishes: [FeedWish], _ number: Int64) -> String {
        guard channel == .book else {
            return SocketRequests.subscribe(
                name(of: channel), markets: wishes.map { names[$0.instrument] }, number)
        }
        let entries = wishes.map {
            SocketRequests.DepthEntry(
                market: names[$0.instrument], levels: depthLevels, isFull: $0.wantsWhole)
        }
        return SocketRequests.subscribeDepth(entries, number)
    }

    func unsubscribe(_ channel: FeedChannel, _ instruments: [InstrumentID], _ number: Int64)
        -> String
    {
        SocketRequests.unsubscribe(
            name(of: channel), markets: instruments.map { names[$0] }, number)
    }
}
