internal import TradingCore
package import TradingModel
package import VenueSessions
package import WireText

/// An open order that a list shows, and the request that cancels it.
package struct SweptOrder: Sendable {
    package var order: ListedOrder
    package var cancel: VenueRequest

    package init(_ order: ListedOrder, cancel: VenueRequest) {
        self.order = order
        self.cancel = cancel
    }
}

/// What a venue says to what must be known before its lists are asked for.
package enum SweepStart: Hashable, Sendable {
    /// The time that requests are signed for.
    case time(Timestamp)
    /// Which lists there are.
    case lists
    case refused
}

/// How a sweep speaks to a venue: over HTTP alone, for it needs no socket.
package protocol SweepWords: Sendable {
    /// As the venue is named in messages.
    var venue: String { get }
    /// How many lists show all orders that may be meant; asked behind the start.
    var listCount: Int { get }
    /// Asks for what must be known first; nil: nothing.
    var start: VenueRequest? { get }
    /// A page of a list.
    func list(_ index: Int, _ page: PagePlace) -> VenueRequest
    /// A request as it leaves, signed for this time of the venue.
    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall
    func readStart(_ reply: HTTPReply) throws(BadMessage) -> SweepStart
    func read(
        _ body: [UInt8], list index: Int, _ page: PagePlace
    ) throws(BadMessage) -> Result<Rows<SweptOrder>, Refusal>
    /// The requests that cancel orders of a list, at least one.
    func cancels(_ orders: [SweptOrder]) -> [VenueRequest]
}

extension SweepWords {
    /// One for each.
    package func cancels(_ orders: [SweptOrder]) -> [VenueRequest] { orders.map(\.cancel) }
}

extension Refusal: Error {}

/// Lists an account's open orders on a connection of its own, cancels those that are meant, and
/// proves that none of them is left.
///
/// For when a run itself cannot: its strategy holds the thread, its connection is stuck, or it is dead.
/// It knows nothing of the run but which client order ids are meant. Orders that are not meant stay.
package struct OrderSweep: VenueSession {
    private enum Question: Hashable {
        case start
        case list(Int, PagePlace)
        case cancel
    }

    private let words: any SweepWords
    private let isMeant: @Sendable (String?) -> Bool
    private let cancels: Bool
    private let sightings: OpenOrderSightings?
    private var limiter: RateLimiter
    private var offset: Int64 = 0
    private var asked: [RequestID: (question: Question, at: Timestamp)] = [:]
    private var requestCount = 0
    /// Lists that have shown none of the orders that are meant.
    private var clean: Set<Int> = []
    /// How often all lists in a row have.
    private var cleanRounds = 0
    private var now = Timestamp.distantPast
    private var isOver = false
    private var hasBegun = false
    /// When something was last done that lists may not show yet.
    private var changedAt = Timestamp.distantPast
    private var again: [(at: Timestamp, question: Question)] = []

    /// Between two looks at a list with such orders, in nanoseconds: a cancel takes effect within
    /// milliseconds.
    private static let patience: Int64 = 100_000_000
    /// Before the second look that proves, in nanoseconds: an order may have been on its way.
    private static let doubt: Int64 = 500_000_000
    /// Lists may lag behind: so many nanoseconds behind the beginning and the last cancel they have shown what
    /// there was, and the third look proves.
    ///
    /// Source: none, for no venue tells how far its own lag; those of the simulators lag 6 s at worst.
    private static let lag: Int64 = 8_000_000_000

    /// - Parameters:
    ///   - rates: units a second for each group of requests.
    ///   - cancels: false: it only looks, once.
    ///   - isMeant: told the id that whoever sent an order gave it.
    package init(
        _ words: any SweepWords, rates: [EndpointGroup: Int], cancels: Bool,
        sightings: OpenOrderSightings?, isMeant: @escaping @Sendable (String?) -> Bool
    ) {
        self.words = words
        self.cancels = cancels
        self.sightings = sightings
        self.isMeant = isMeant
        limiter = RateLimiter(rates: rates)
    }

    package mutating func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        self.now = max(self.now, now)
        switch input {
        case .timer: wake(&actions)
        case .response(let id, let reply):
            guard let asked = asked.removeValue(forKey: id) else { return }
            apply(reply, asked.question, askedAt: asked.at, &actions)
        case .failed(let id, let problem):
            guard let asked = asked.removeValue(forKey: id) else { return }
            report("\(problem)", &actions)
            repeatLater(asked.question, &actions)
        case .opened, .closed, .frame, .pinged, .command, .subscribe, .reconcile, .clientNumbers:
            break
        }
    }

    package mutating func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {}

    private func report(_ text: String, _ actions: inout [SessionAction]) {
        actions.append(.log(.error, "\(words.venue): \(text)"))
    }

    // MARK: - Asking

    private mutating func wake(_ actions: inout [SessionAction]) {
        if !hasBegun {
            hasBegun = true
            changedAt = now
            return words.start == nil ? askForLists(at: now, &actions) : ask(.start, &actions)
        }
        let due = again.filter { $0.at <= now }
        again.removeAll { $0.at <= now }
        for entry in due { ask(entry.question, &actions) }
        if let next = again.map(\.at).min() { actions.append(.wake(at: next)) }
    }

    private func request(for question: Question) -> VenueRequest? {
        switch question {
        case .start: words.start
        case .list(let index, let page): words.list(index, page)
        case .cancel: nil  // cancels are sent with their orders
        }
    }

    private mutating func ask(_ question: Question, _ actions: inout [SessionAction]) {
        guard let request = request(for: question) else { return }
        if let time = limiter.consume(request.group, units: request.units, at: now) {
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

    private mutating func askForLists(at time: Timestamp, _ actions: inout [SessionAction]) {
        guard words.listCount > 0 else { return end(&actions) }
        for index in 0..<words.listCount {
            if time > now {
                ask(.list(index, .first), at: time, &actions)
            } else {
                ask(.list(index, .first), &actions)
            }
        }
    }

    private mutating func send(
        _ request: VenueRequest, _ question: Question, _ actions: inout [SessionAction]
    ) {
        requestCount += 1
        let id = RequestID(requestCount)
        asked[id] = (question, now)
        let call = words.call(request, at: now.advanced(byNanoseconds: offset))
        actions.append(.request(id, call))
    }

    private mutating func repeatLater(_ question: Question, _ actions: inout [SessionAction]) {
        guard !isOver else { return }
        if case .cancel = question { return }  // the next look at the list cancels again
        ask(question, at: now.advanced(byNanoseconds: Self.patience), &actions)
    }

    // MARK: - Answers

    private mutating func apply(
        _ reply: HTTPReply, _ question: Question, askedAt: Timestamp,
        _ actions: inout [SessionAction]
    ) {
        do throws(BadMessage) {
            switch question {
            case .start:
                apply(try words.readStart(reply), askedAt: askedAt, &actions)
            case .list(let index, let page):
                switch try words.read(reply.body, list: index, page) {
                case .success(let rows): apply(rows, list: index, &actions)
                case .failure(let refusal): refused(question, refusal, &actions)
                }
            case .cancel: break  // the list will tell
            }
        } catch {
            report(error.reason, &actions)
            repeatLater(question, &actions)
        }
    }

    private mutating func apply(
        _ start: SweepStart, askedAt: Timestamp, _ actions: inout [SessionAction]
    ) {
        switch start {
        case .refused: return repeatLater(.start, &actions)
        case .lists: break
        case .time(let time):
            let middle = askedAt.nanoseconds + (now.nanoseconds - askedAt.nanoseconds) / 2
            offset = time.nanoseconds - middle
        }
        askForLists(at: now, &actions)
    }

    private mutating func apply(
        _ page: Rows<SweptOrder>, list index: Int, _ actions: inout [SessionAction]
    ) {
        let meant = page.rows.filter { isMeant($0.order.clientID?.text) }
        sightings?.add(page.rows.map(\.order))
        for request in words.cancels(meant) { cancel(request, &actions) }
        looked(index, found: meant.count, next: page.next, &actions)
    }

    /// Cancels now if the venue's limit has room; else the next look at the list does.
    private mutating func cancel(_ request: VenueRequest, _ actions: inout [SessionAction]) {
        guard cancels, limiter.consume(request.group, units: request.units, at: now) == nil else {
            return
        }
        changedAt = now
        send(request, .cancel, &actions)
    }

    private mutating func refused(
        _ question: Question, _ refusal: Refusal, _ actions: inout [SessionAction]
    ) {
        report("\(refusal)", &actions)
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

    /// A list none of whose pages has any that is meant is clean; all lists three times in a row are proof.
    ///
    /// - Parameter next: the page behind this one; nil: it was the last.
    private mutating func looked(
        _ index: Int, found: Int, next: PagePlace?, _ actions: inout [SessionAction]
    ) {
        guard found == 0 || !cancels else {
            clean.remove(index)
            cleanRounds = 0
            actions.append(.log(.warn, "cancelling \(found == 1 ? "1 order" : "\(found) orders")"))
            return repeatLater(.list(index, .first), &actions)
        }
        if let next { return ask(.list(index, next), &actions) }
        clean.insert(index)
        guard clean.count == words.listCount, !isOver else { return }
        clean = []
        cleanRounds += 1
        switch cleanRounds {
        case 1 where cancels: askForLists(at: now.advanced(byNanoseconds: Self.doubt), &actions)
        case 2: askForLists(at: max(now, changedAt.advanced(byNanoseconds: Self.lag)), &actions)
        default: end(&actions)
        }
    }

    private mutating func end(_ actions: inout [SessionAction]) {
        isOver = true
        actions.append(.reconciled)
    }
}
