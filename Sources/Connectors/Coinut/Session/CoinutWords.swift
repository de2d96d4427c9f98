internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// What is said to Coinut: the outgoing half of its dialect.
///
/// Everything goes over the one socket, but what must be known before it is opened: that goes over HTTP.
struct CoinutWords: VenueWords {
    let access: CoinutAccess?
    let socketBase: String
    let depth: BookDepth?
    let decimals: Int?
    let memory: CoinutMemory

    func request(for ask: Ask, order: TrackedOrder?, since: Timestamp?) -> VenueRequest? {
        if let order { return request(for: ask, order) }
        return switch ask {
        case .instruments: VenueRequest(overHTTP: CoinutRequests.instruments(.later))
        // No request asks for the time; a tick is stamped when it is sent.
        case .time:
            memory.instruments.first.flatMap(\.self).map {
                VenueRequest(overHTTP: CoinutRequests.tick($0, .later))
            }
        case .balances: VenueRequest(overLine: CoinutRequests.balances(.later))
        case .openOrders(.instrument(let index), _): openOrders(index)
        case .executions(let index, let page): fills(index, page)
        default: nil
        }
    }

    private func request(for ask: Ask, _ order: TrackedOrder) -> VenueRequest? {
        switch ask {
        case .place: place(order.request, order.clientID, closes: order.closesPosition)
        // The venue cancels by its own number alone.
        case .cancel, .cancelByClientID: cancel(order)
        case .findOpen: openOrders(order.instrument)
        case .findFinished: fills(order.instrument, .first)
        case .executionsOf(_, _, let page): fills(order.instrument, page)
        default: nil
        }
    }

    func place(_ request: OrderRequest, _ clientID: WireID, closes: Bool) -> VenueRequest? {
        ours(request, clientID).map { VenueRequest(overLine: CoinutRequests.place($0, .later)) }
    }

    private func ours(_ request: OrderRequest, _ clientID: WireID) -> CoinutOrder? {
        guard let instrument = memory.instruments[request.instrument.index],
            let client = clientID.number
        else { return nil }
        return try? CoinutOrder(request, instrument: instrument, client: ClientNumber(client))
    }

    private func cancel(_ order: TrackedOrder) -> VenueRequest? {
        target(order).map { VenueRequest(overLine: CoinutRequests.cancel($0, .later)) }
    }

    private func target(_ order: TrackedOrder) -> CancelTarget? {
        guard let instrument = memory.instruments[order.instrument],
            let number = order.venueID?.number
        else { return nil }
        return CancelTarget(instrument: instrument, order: OrderNumber(number))
    }

    private func openOrders(_ index: InstrumentID) -> VenueRequest? {
        memory.instruments[index].map {
            VenueRequest(overLine: CoinutRequests.openOrders($0, .later))
        }
    }

    private func fills(_ index: InstrumentID, _ page: PagePlace) -> VenueRequest? {
        memory.instruments[index].map {
            VenueRequest(overLine: CoinutRequests.fills($0, from: page.start, .later))
        }
    }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(access?.key, memory.nonce(at: venueTime))
    }

    func batch(_ kind: BatchKind, _ orders: [TrackedOrder]) -> VenueRequest? {
        // Each has a number of its own: what cannot be said keeps all of them apart.
        switch kind {
        case .orders:
            let said = orders.compactMap { ours($0.request, $0.clientID) }
            guard said.count == orders.count else { return nil }
            return VenueRequest(overLine: CoinutRequests.placeBatch(said, .later))
        case .cancels:
            let targets = orders.compactMap { target($0) }
            guard targets.count == orders.count else { return nil }
            return VenueRequest(overLine: CoinutRequests.cancelBatch(targets, .later))
        }
    }

    func message(
        _ request: VenueRequest, _ numbers: Range<Int64>?, at venueTime: Timestamp
    ) -> String {
        let nonce =
            numbers.map {
                memory.nonce(at: venueTime, asks: CoinutMemory.Asked(numbers: $0))
            } ?? Nonce(Nonce.sendable.upperBound)
        return CoinutRequest.text(request.body, from: .later, under: nonce)
    }
}

// MARK: - What the line itself says
extension CoinutWords {
    func address(of segments: [Segment], tellsAccount: Bool) -> String {
        memory.open()
        return socketBase
    }

    func login(_ number: Int64, at venueTime: Timestamp) -> String {
        let login: CoinutLogin =
            switch access {
            case .key(let key): .key(key, seconds: venueTime.nanoseconds / second)
            case .password(let password):
                if let session = memory.session(at: venueTime) {
                    .session(username: password.username, session)
                } else {
                    .password(
                        username: password.username, password.password,
                        oneTime: password.oneTime)
                }
            case nil: preconditionFailure("nobody signs in without a key")
            }
        return CoinutRequests.login(login, nonce(number, at: venueTime)).text
    }

    func ping(_ number: Int64, at venueTime: Timestamp) -> String {
        CoinutRequests.heartbeat(nonce(number)).text
    }

    /// News of own orders come by themselves.
    func privateChannels(of segment: Segment) -> [String] { [] }
    func subscribe(privately channel: String, _ number: Int64) -> String {
        preconditionFailure("there is no private channel `\(channel)`")
    }

    func name(of channel: FeedChannel) -> String {
        switch channel {
        case .book: "book"
        case .quotes: "inst_order_book"
        case .trades: "inst_trade"
        case .states: "inst_tick"
        case .index: "index"
        }
    }

    func subscribe(_ channel: FeedChannel, _ wishes: [FeedWish], _ number: Int64) -> String {
        feed(channel, wishes[0].instrument, pushes: true, number)
    }

    func unsubscribe(_ channel: FeedChannel, _ instruments: [InstrumentID], _ number: Int64)
        -> String
    {
        feed(channel, instruments[0], pushes: false, number)
    }

    /// Quotes are the best of the book, which is always subscribed for them: who wants all of it, or no
    /// more, is told what it is.
    private func feed(
        _ channel: FeedChannel, _ index: InstrumentID, pushes: Bool, _ number: Int64
    ) -> String {
        guard let instrument = memory.instruments[index] else {
            preconditionFailure("nothing is subscribed before the instruments are known")
        }
        let nonce = nonce(number, about: index)
        let request =
            switch channel {
            case .quotes:
                CoinutRequests.book(
                    instrument, pushes: pushes, depth: depth, decimals: decimals, nonce)
            case .book:
                CoinutRequests.book(instrument, depth: depth, decimals: decimals, nonce)
            case .trades: CoinutRequests.trades(instrument, pushes: pushes, nonce)
            case .states, .index: CoinutRequests.tick(instrument, pushes: pushes, nonce)
            }
        return request.text
    }

    private func nonce(
        _ number: Int64, at venueTime: Timestamp = .distantPast,
        about instrument: InstrumentID? = nil
    ) -> Nonce {
        memory.nonce(
            at: venueTime,
            asks: CoinutMemory.Asked(numbers: number..<number + 1, instrument: instrument))
    }
}

extension PagePlace {
    /// How many of the newest stand before the page.
    var start: Int { mark.flatMap { Int($0) } ?? 0 }
}

extension Nonce {
    /// In place of one that is chosen when a request leaves.
    static let later = Nonce(1)
}

extension VenueRequest {
    /// - Parameter request: with the nonce ``Nonce/later``.
    init(overHTTP request: CoinutRequest) {
        self.init(
            method: request.name.rawValue, path: "/", body: request.text,
            group: CoinutLimits.group, isSigned: request.name.isPrivate,
            isOrder: request.name.isOrder)
    }

    /// - Parameter request: with the nonce ``Nonce/later``.
    init(overLine request: CoinutRequest) {
        self.init(
            method: request.name.rawValue, path: "", body: request.text,
            group: .line(of: [.spot]), isSigned: request.name.isPrivate,
            isOrder: request.name.isOrder, line: .spot)
    }

    /// As it leaves over HTTP.
    func call(_ key: CoinutKey?, _ nonce: Nonce) -> HTTPCall {
        guard let name = CoinutRequest.Name(rawValue: method) else {
            preconditionFailure("\(method) is not a request")
        }
        let unsent = CoinutRequest(name: name, nonce: .later, subscribes: false, text: body)
        guard let call = unsent.under(nonce).call(key) else {
            preconditionFailure("\(method) does not go over HTTP")
        }
        return call
    }
}
