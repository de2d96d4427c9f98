internal import AccountSession
internal import TradingModel
internal import VenueSessions
internal import WireText

/// How CoinTR is asked: what is wanted, as the venue's requests.
struct CoinTRWords: VenueWords {
    private let key: CoinTRKey?
    private let symbols: [Symbol]
    private let leverage: [Symbol: LeverageChoice]
    private let socketBase: String
    private let memory: CoinTRMemory
    private let names: [String]
    private let segments: [Segment]

    init(_ settings: CoinTRSettings, memory: CoinTRMemory) {
        key = settings.key
        symbols = settings.symbols
        leverage = settings.leverage
        socketBase = settings.socketBase
        self.memory = memory
        names = symbols.map { CoinTRInstruments.name(of: $0) }
        segments = symbols.map { CoinTRInstruments.segment(of: $0) }
    }

    // MARK: - Leaving

    /// Signs a request for this time of the venue; a window of time that is open ends now.
    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        let milliseconds = venueTime.nanoseconds / 1_000_000
        var request = request
        if request.path.hasSuffix(Self.openEnd) {
            let path = request.path
            request.path = Self.closed(path, at: milliseconds + Self.clockMargin)
            memory.left(path, as: request.path)
        }
        return request.call(key, milliseconds: milliseconds)
    }

    /// A path with an end of its window, and a beginning before it: none was said, or one by a clock that
    /// was not known yet.
    private static func closed(_ path: String, at end: Int64) -> String {
        let parts = path.split(separator: "startTime=")
        guard parts.count == 2 else {
            return path + "\(end)&startTime=\(end - longestHistory)"
        }
        let text = parts[1].prefix { $0.isNumber }
        let start = min(Int64(text) ?? 0, end - 2 * clockMargin)
        return "\(parts[0])startTime=\(start)\(parts[1].dropFirst(text.count))\(end)"
    }

    private static let openEnd = "&endTime="
    /// How far the venue's clock may be read wrong, in milliseconds: what happens just now must be in
    /// the window.
    private static let clockMargin: Int64 = 10_000
    /// The venue keeps half a year, in milliseconds.
    private static let longestHistory: Int64 = 180 * 86_400_000

    // MARK: - Questions

    func request(for ask: Ask, order: TrackedOrder?, since: Timestamp?) -> VenueRequest? {
        if let order { return request(for: ask, order, since) }
        switch ask {
        // No request asks for the time; the head of every reply tells the second.
        case .time:
            return segments.first.map { CoinTRRequests.ticker($0, names[0]) }
        case .instruments(let segment): return CoinTRRequests.instruments(segment)
        case .fees(let index): return CoinTRRequests.fees(segments[index], names[index])
        case .mode(.futures): return CoinTRRequests.positionMode
        case .leverage(let index):
            return leverage[symbols[index]].map {
                CoinTRRequests.leverage(
                    names[index], times: $0.times, isIsolated: $0.isIsolated)
            }
        case .mayTrade(let segment):
            return segments.firstIndex(of: segment).map {
                CoinTRRequests.cancel(segment, names[$0], clientID: Self.unusedClientID)
            }
        case .balances(let segment): return CoinTRRequests.balances(segment)
        case .positions:
            let futures = zip(segments, names).filter { $0.0 == .futures }.map(\.1)
            return futures.isEmpty ? nil : CoinTRRequests.positions(futures)
        case .openOrders(.segment(let segment), _): return CoinTRRequests.activeOrders(segment)
        case .executions(let index, let page):
            return paged(
                ask, page, CoinTRRequests.fills(segments[index], names[index], since: since))
        default: return nil
        }
    }

    /// No order has it: ids of ours have a number.
    private static let unusedClientID = "mrmaythiskeytrade"

    private func request(
        for ask: Ask, _ order: TrackedOrder, _ since: Timestamp?
    ) -> VenueRequest? {
        let (segment, name) = (segments[order.instrument], names[order.instrument])
        switch ask {
        case .place: return place(order.request, order.clientID, closes: order.closesPosition)
        case .cancel:
            return order.venueID.map {
                CoinTRRequests.cancel(segment, name, id: $0.description)
            }
        case .cancelByClientID:
            return CoinTRRequests.cancel(segment, name, clientID: order.clientID.description)
        case .status(_, let id): return CoinTRRequests.order(segment, id: id.description)
        // Of an order that ended the venue forgets the client id first, and then all but what filled.
        case .findOpen:
            return CoinTRRequests.order(segment, clientID: order.clientID.description)
        case .findFinished:
            return CoinTRRequests.filledOrders(
                segment, name, id: order.venueID?.description, since: since)
        case .executionsOf(_, _, let page):
            return paged(ask, page, CoinTRRequests.fills(segment, name, since: since))
        default: return nil
        }
    }

    /// A page of a list: all but the place where it begins is as it was for the first.
    private func paged(_ ask: Ask, _ page: PagePlace, _ first: VenueRequest) -> VenueRequest {
        guard let mark = page.mark, let path = memory.path(of: ask.ofFirstPage) else {
            memory.begin(ask.ofFirstPage, first.path)
            return first
        }
        var request = first
        request.path = path + "&after=\(CoinTRRequests.encoded(mark))"
        return request
    }

    // MARK: - Orders

    func place(_ request: OrderRequest, _ clientID: WireID, closes: Bool) -> VenueRequest? {
        let (index, segment) = (request.instrument, segments[request.instrument])
        let market = memory.market(index)
        var terms = OrderTerms(
            name: names[index], clientID: clientID.description, side: request.side,
            size: market.unit.size(request.quantity), price: request.price)
        terms.isPostOnly = request.isPostOnly
        terms.isReduceOnly = request.isReduceOnly && segment == .futures
        terms.lifetime = request.timeInForce
        if segment == .spot, request.side == .buy, request.price == nil {
            terms.price = Self.reach(market)
            terms.lifetime = .ioc
        }
        return CoinTRRequests.place(terms, segment)
    }

    /// The price of a purchase at the market, which the venue takes only for an amount of money.
    ///
    /// It is what is offered and a twentieth more; where nothing is offered one at which nobody sells.
    private static func reach(_ market: CoinTRMemory.Market) -> Price {
        guard let ask = market.ask else { return market.tick }
        return Price(attos: ask.attos + ask.attos / 20)
            .rounded(toMultipleOf: market.tick.attos, .up)
    }

    // MARK: - Over the one socket

    func address(of segments: [Segment], tellsAccount: Bool) -> String {
        memory.open()
        return socketBase
    }

    func login(_ number: Int64, at venueTime: Timestamp) -> String {
        guard let key else { preconditionFailure("nobody signs in without a key") }
        memory.asks(CoinTRMemory.Asked(event: .auth, isPrivate: true), number)
        return SocketRequests.signIn(key, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func ping(_ number: Int64, at venueTime: Timestamp) -> String {
        preconditionFailure("the venue pings")
    }

    func privateChannels(of segment: Segment) -> [String] { ["user_data_\(segment.suffix)"] }

    func subscribe(privately channel: String, _ number: Int64) -> String {
        memory.asks(
            CoinTRMemory.Asked(event: .subscribe, channel: channel, isPrivate: true), number)
        return SocketRequests.subscribe(privately: channel)
    }

    func name(of channel: FeedChannel) -> String {
        switch channel {
        case .book: "books"
        case .trades: "trades"
        case .quotes: "mini_books"
        case .states: "market"
        case .index: "index"
        }
    }

    func subscribe(_ channel: FeedChannel, _ wishes: [FeedWish], _ number: Int64) -> String {
        let index = wishes[0].instrument
        let name = wireName(channel, index)
        memory.asks(
            CoinTRMemory.Asked(event: .subscribe, channel: name, instrument: names[index]), number)
        return SocketRequests.subscribe(name, names[index], extras(channel, index))
    }

    func unsubscribe(_ channel: FeedChannel, _ instruments: [InstrumentID], _ number: Int64)
        -> String
    {
        let index = instruments[0]
        let name = wireName(channel, index)
        memory.asks(
            CoinTRMemory.Asked(event: .unsubscribe, channel: name, instrument: names[index]),
            number)
        return SocketRequests.unsubscribe(name, names[index], extras(channel, index))
    }

    /// Spot has no channel of figures: the day's candle has the last price.
    private func wireName(_ channel: FeedChannel, _ index: InstrumentID) -> String {
        let segment = segments[index]
        if channel == .states, segment == .spot { return "kline_spot" }
        return "\(name(of: channel))_\(segment.suffix)"
    }

    private func extras(_ channel: FeedChannel, _ index: InstrumentID) -> SocketRequests.Extras {
        let often = ("updateSpeed", "300")
        switch channel {
        case .book:
            let market = memory.market(index)
            let step = (market.step ?? market.tick).description
            return [("step", quoted(step)), ("limit", "20"), often]
        case .quotes: return [often]
        case .trades: return [("initialNum", "200")]
        case .states where segments[index] == .spot:
            return [("bar", quoted("1D")), ("initialNum", "1")]
        case .states, .index: return []
        }
    }
}
