internal import AccountSession
internal import TradingCore
public import TradingModel
public import VenueSessions
internal import WireText

/// Looks through an account's open orders on a connection of its own, cancels those that are meant, and
/// proves that none of them is left.
///
/// For when a run itself cannot: its strategy holds the thread, its connection is stuck, or it is dead.
/// It needs no socket and knows nothing of the run but how its client order ids begin. Orders that are
/// not meant stay.
public struct CoinExCleaner: VenueSession {
    private enum Question: Hashable {
        case time
        case orders(place: Int, page: Int)
        case stops(place: Int, page: Int)
        case cancel
    }

    private let key: CoinExKey
    /// Where it looks; without a name: in all markets.
    private let places: [(segment: Segment, market: String?)]
    private let isMeant: @Sendable (String?) -> Bool
    private let cancels: Bool
    private let sightings: OpenOrderSightings?
    private var limiter = RateLimiter(rates: EndpointGroups.rates)
    private var offset: Int64 = 0
    private var asked: [RequestID: (question: Question, at: Timestamp)] = [:]
    private var requestCount = 0
    /// Lists that have shown none of the orders that are meant.
    private var clean: Set<Question> = []
    /// How often all lists in a row have.
    private var cleanRounds = 0
    private var now = Timestamp.distantPast
    private var isOver = false
    private var hasBegun = false
    private var again: [(at: Timestamp, question: Question)] = []

    /// Between two looks at a list with such orders, in nanoseconds: a cancel takes effect within
    /// milliseconds.
    private static let patience: Int64 = 100_000_000
    /// Before the second look that proves, in nanoseconds: an order may have been on its way.
    private static let doubt: Int64 = 500_000_000

    /// Cancels what a run left.
    ///
    /// - Parameter idPrefix: how the client order ids of the run begin.
    public init(key: CoinExKey, symbols: [Symbol], idPrefix: String) {
        self.init(
            key: key,
            places: symbols.map {
                (CoinExInstruments.segment(of: $0), CoinExInstruments.market(of: $0))
            }, cancels: true, sightings: nil, isMeant: { $0?.hasPrefix(idPrefix) ?? false })
    }

    /// Looks through all markets, spot and futures.
    ///
    /// - Parameters:
    ///   - cancels: false: it only looks, once.
    ///   - isMeant: told the id that whoever sent an order gave it.
    public init(
        key: CoinExKey, cancels: Bool, sightings: OpenOrderSightings,
        isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.init(
            key: key, places: Segment.allCases.map { ($0, nil) }, cancels: cancels,
            sightings: sightings, isMeant: isMeant)
    }

    private init(
        key: CoinExKey, places: [(segment: Segment, market: String?)], cancels: Bool,
        sightings: OpenOrderSightings?, isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.key = key
        self.places = places
        self.cancels = cancels
        self.sightings = sightings
        self.isMeant = isMeant
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
        case .opened, .closed, .frame, .pinged, .command, .subscribe, .reconcile: break
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
                    places[place].segment, market: places[place].market, page: page)
            case .stops(let place, let page):
                CoinExRequests.pendingStops(
                    places[place].segment, market: places[place].market, page: page)
            case .cancel: preconditionFailure("cancels are sent with their orders")
            }
        if let time = limiter.take(request.group, at: now) {
            return ask(question, at: time, &actions)
        }
        send(request, question, &actions)
    }

    /// Asks later.
    private mutating func ask(
        _ question: Question, at time: Timestamp, _ actions: inout [SessionAction]
    ) {
        again.append((time, question))
        if let next = again.map(\.at).min() { actions.append(.wake(at: next)) }
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
        ask(question, at: now.advanced(byNanoseconds: Self.patience), &actions)
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
        for first in firstPages { ask(first, &actions) }
    }

    private var firstPages: [Question] {
        places.indices.flatMap { [.orders(place: $0, page: 1), .stops(place: $0, page: 1)] }
    }

    private mutating func takeOrders(
        _ body: [UInt8], _ place: Int, _ page: Int, _ actions: inout [SessionAction]
    ) throws(BadMessage) {
        switch try CoinExReplies.orders(body) {
        case .failure(let refusal): refused(.orders(place: place, page: page), refusal, &actions)
        case .success(let list):
            let meant = list.elements.filter { isMeant($0.clientID) }
            let segment = places[place].segment
            sightings?.add(list.elements.map { $0.listed(segment) })
            for order in meant {
                cancel(
                    CoinExRequests.cancel(segment, order.market, orderID: order.id), &actions)
            }
            let next = list.hasNext ? Question.orders(place: place, page: page + 1) : nil
            looked(.orders(place: place, page: 1), found: meant.count, next: next, &actions)
        }
    }

    private mutating func takeStops(
        _ body: [UInt8], _ place: Int, _ page: Int, _ actions: inout [SessionAction]
    ) throws(BadMessage) {
        switch try CoinExReplies.stops(body) {
        case .failure(let refusal): refused(.stops(place: place, page: page), refusal, &actions)
        case .success(let list):
            let meant = list.elements.filter { isMeant($0.clientID) }
            let segment = places[place].segment
            sightings?.add(list.elements.map { $0.listed(segment) })
            for stop in meant {
                cancel(CoinExRequests.cancelStop(segment, stop.market, stopID: stop.id), &actions)
            }
            let next = list.hasNext ? Question.stops(place: place, page: page + 1) : nil
            looked(.stops(place: place, page: 1), found: meant.count, next: next, &actions)
        }
    }

    /// Cancels now if the venue's limit has room; else the next look at the list does.
    private mutating func cancel(_ request: CoinExRequest, _ actions: inout [SessionAction]) {
        guard cancels, limiter.take(request.group, at: now) == nil else { return }
        send(request, .cancel, &actions)
    }

    private mutating func refused(
        _ question: Question, _ refusal: VenueRefusal, _ actions: inout [SessionAction]
    ) {
        actions.append(.log(.error, "\(CoinExInstruments.venue): \(refusal)"))
        guard refusal.kind != .account else {
            isOver = true  // asking again does not help
            return actions.append(
                .problem(
                    VenueProblem(
                        "the venue refuses the key: \(refusal)", whatToDo: refusal.advice,
                        cause: refusal.cause, isPermanent: true)))
        }
        repeatLater(question, &actions)
    }

    /// A list none of whose pages has any that is meant is clean; all lists twice in a row are proof.
    ///
    /// - Parameters:
    ///   - first: the list's first page, from which it is read again when there was something.
    ///   - next: the page behind this one; nil: it was the last.
    private mutating func looked(
        _ first: Question, found: Int, next: Question?, _ actions: inout [SessionAction]
    ) {
        guard found == 0 || !cancels else {
            clean.remove(first)
            cleanRounds = 0
            actions.append(.log(.warn, "cancelling \(found == 1 ? "1 order" : "\(found) orders")"))
            return repeatLater(first, &actions)
        }
        if let next { return ask(next, &actions) }
        clean.insert(first)
        guard clean.count == 2 * places.count, !isOver else { return }
        clean = []
        cleanRounds += 1
        guard cleanRounds < (cancels ? 2 : 1) else {
            isOver = true
            return actions.append(.reconciled)
        }
        for first in firstPages {
            ask(first, at: now.advanced(byNanoseconds: Self.doubt), &actions)
        }
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
