internal import TradingCore
public import TradingModel
public import VenueSessions

/// Cancels the open orders of one run and proves that none is left, on a connection of its own.
///
/// For when the run itself cannot: its strategy holds the thread. Orders of others stay. It needs no
/// socket and knows nothing of the run but how its client order ids begin.
public struct CoinExCleaner: VenueSession {
    private enum Question: Hashable {
        case time
        case orders(place: Int, page: Int)
        case stops(place: Int, page: Int)
        case cancel(place: Int)
    }

    private let key: CoinExKey
    private let idPrefix: String
    private let markets: [(name: String, product: Product)]
    private var offset: Int64 = 0
    private var asked: [RequestID: (question: Question, at: Timestamp)] = [:]
    private var requestCount = 0
    /// Lists that have shown none of the run's orders.
    private var clean: Set<Question> = []
    private var now = Timestamp.distantPast
    private var isOver = false
    private var hasBegun = false

    /// Between two looks at a market, in nanoseconds: a cancel takes effect within milliseconds.
    private static let patience: Int64 = 100_000_000
    private var again: [(at: Timestamp, question: Question)] = []

    /// - Parameter idPrefix: how the client order ids of the run begin.
    public init(key: CoinExKey, symbols: [Symbol], idPrefix: String) {
        self.key = key
        self.idPrefix = idPrefix
        markets = symbols.map {
            (CoinExInstruments.market(of: $0), CoinExInstruments.product(of: $0))
        }
    }

    public mutating func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        self.now = max(self.now, now)
        switch input {
        case .timer: wake(&actions)
        case .response(let id, let reply):
            guard let asked = asked.removeValue(forKey: id) else { return }
            take(reply, asked.question, askedAt: asked.at, &actions)
        case .failed(let id, let problem):
            guard let asked = asked.removeValue(forKey: id) else { return }
            actions.append(.log(.error, "\(CoinExInstruments.venue): \(problem)"))
            repeatLater(asked.question, &actions)
        case .opened, .closed, .frame, .command, .subscribe, .reconcile: break
        }
    }

    public mutating func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {}

    // MARK: - Asking

    private mutating func wake(_ actions: inout [SessionAction]) {
        if !hasBegun {
            hasBegun = true
            return ask(.time, &actions)
        }
        let due = again.filter { $0.at <= now }
        again.removeAll { $0.at <= now }
        for entry in due { ask(entry.question, &actions) }
        if let next = again.map(\.at).min() { actions.append(.wake(at: next)) }
    }

    private mutating func ask(_ question: Question, _ actions: inout [SessionAction]) {
        let request =
            switch question {
            case .time: CoinExRequests.time
            case .orders(let place, let page):
                CoinExRequests.pendingOrders(
                    markets[place].product, market: markets[place].name, page: page)
            case .stops(let place, let page):
                CoinExRequests.pendingStops(
                    markets[place].product, market: markets[place].name, page: page)
            case .cancel: preconditionFailure("cancels are sent with their orders")
            }
        send(request, question, &actions)
    }

    private mutating func send(
        _ request: CoinExRequest, _ question: Question, _ actions: inout [SessionAction]
    ) {
        requestCount += 1
        let id = RequestID(requestCount)
        asked[id] = (question, now)
        let milliseconds = (now.nanoseconds + offset) / 1_000_000
        actions.append(.request(id, request.call(key, milliseconds: milliseconds)))
    }

    private mutating func repeatLater(_ question: Question, _ actions: inout [SessionAction]) {
        guard !isOver else { return }
        if case .cancel = question { return }  // the next look at the list cancels again
        again.append((now.advanced(byNanoseconds: Self.patience), question))
        if let next = again.map(\.at).min() { actions.append(.wake(at: next)) }
    }

    // MARK: - Answers

    private mutating func take(
        _ reply: HTTPReply, _ question: Question, askedAt: Timestamp,
        _ actions: inout [SessionAction]
    ) {
        do throws(BadMessage) {
            switch question {
            case .time: try takeTime(reply.body, askedAt: askedAt, &actions)
            case .orders(let place, let page): try takeOrders(reply.body, place, page, &actions)
            case .stops(let place, let page): try takeStops(reply.body, place, page, &actions)
            case .cancel: break  // the list will tell
            }
        } catch {
            actions.append(.log(.error, "\(CoinExInstruments.venue): \(error.reason)"))
            repeatLater(question, &actions)
        }
    }

    private mutating func takeTime(
        _ body: [UInt8], askedAt: Timestamp, _ actions: inout [SessionAction]
    ) throws(BadMessage) {
        guard case .success(let time) = try CoinExReplies.time(body) else {
            return repeatLater(.time, &actions)
        }
        let middle = askedAt.nanoseconds + (now.nanoseconds - askedAt.nanoseconds) / 2
        offset = time.time.nanoseconds - middle
        for place in markets.indices {
            ask(.orders(place: place, page: 1), &actions)
            ask(.stops(place: place, page: 1), &actions)
        }
    }

    private mutating func takeOrders(
        _ body: [UInt8], _ place: Int, _ page: Int, _ actions: inout [SessionAction]
    ) throws(BadMessage) {
        switch try CoinExReplies.orders(body) {
        case .failure(let refusal): refused(.orders(place: place, page: page), refusal, &actions)
        case .success(let list):
            let own = list.elements.filter { $0.clientID?.hasPrefix(idPrefix) ?? false }
            for order in own {
                send(
                    CoinExRequests.cancel(
                        markets[place].product, markets[place].name, orderID: order.id),
                    .cancel(place: place), &actions)
            }
            let next = list.hasNext ? Question.orders(place: place, page: page + 1) : nil
            looked(.orders(place: place, page: 1), found: own.count, next: next, &actions)
        }
    }

    private mutating func takeStops(
        _ body: [UInt8], _ place: Int, _ page: Int, _ actions: inout [SessionAction]
    ) throws(BadMessage) {
        switch try CoinExReplies.stops(body) {
        case .failure(let refusal): refused(.stops(place: place, page: page), refusal, &actions)
        case .success(let list):
            let own = list.elements.filter { $0.clientID?.hasPrefix(idPrefix) ?? false }
            for stop in own {
                send(
                    CoinExRequests.cancelStop(
                        markets[place].product, markets[place].name, stopID: stop.id),
                    .cancel(place: place), &actions)
            }
            let next = list.hasNext ? Question.stops(place: place, page: page + 1) : nil
            looked(.stops(place: place, page: 1), found: own.count, next: next, &actions)
        }
    }

    private mutating func refused(
        _ question: Question, _ refusal: VenueRefusal, _ actions: inout [SessionAction]
    ) {
        actions.append(.log(.error, "\(CoinExInstruments.venue): \(refusal)"))
        repeatLater(question, &actions)
    }

    /// A list none of whose pages has any of ours proves its market clean.
    ///
    /// - Parameters:
    ///   - first: the list's first page, from which it is read again when there was something.
    ///   - next: the page behind this one; nil: it was the last.
    private mutating func looked(
        _ first: Question, found: Int, next: Question?, _ actions: inout [SessionAction]
    ) {
        guard found == 0 else {
            actions.append(.log(.warn, "cancelling \(found) orders"))
            return repeatLater(first, &actions)
        }
        if let next { return ask(next, &actions) }
        clean.insert(first)
        guard clean.count == 2 * markets.count, !isOver else { return }
        isOver = true
        actions.append(.reconciled)
    }
}
