package import AccountSession
internal import TradingCore
public import TradingModel
public import VenueSessions
internal import WireText

/// A connection to CoinEx, spot and futures, as a state machine without I/O.
///
/// It learns the markets' rules, opens a socket for each segment in use, signs in, agrees with the
/// venue about orders, executions, balances and positions, and only then lets the feeds begin and
/// orders pass. Whatever breaks is put together again in the same order. The venue's answers over
/// HTTP are the truth; pushes make it known sooner.
///
/// An order whose fate is not known is asked for by its client id until the venue tells; it is
/// never sent again, for the venue would take it twice.
public struct CoinExSession: VenueSession {
    let settings: CoinExSettings
    let traits: VenueTraits
    let words: CoinExWords
    var now = Timestamp.distantPast
    /// What the input at hand has led to so far.
    var out: [SessionAction] = []
    var agenda = Agenda()
    var clock = ClockOffset()
    /// A request was refused for its time: the next sample replaces those before it.
    var doubtsClock = false
    /// Something came late, or seemed to: the next sample replaces those before it.
    var isClockChecked = false
    /// See ``findLateBound()``.
    var lateBound = -Int64.max / 4
    var limiter: RateLimiter
    var inFlight: [RequestID: Flight] = [:]
    var waiting: [WaitingRequest] = []
    var lines = Lines()
    var markets: MarketTable
    var desk = OrderDesk()
    var holdings = Holdings()
    /// What must be known before sockets are opened.
    var preparing: Set<Ask> = []
    var hasBegun = false
    var hasInstruments = false
    /// Somebody must act; nothing is tried any more.
    var hasFailed = false
    /// Whether the venue as a whole was ever, and is now, ready.
    var wasConnected = false
    var isConnected = false
    /// Whether all that was asked since the last doubt has been told.
    var isReconciled = false
    /// The request whose answer is being dealt with.
    var answering: Flight?
    /// What was said and holds still.
    var said: [ProblemTopic: VenueProblem] = [:]
    var retryBackoff: Backoff
    private var requestCount = 0
    private var socketCount = 0
    private var wakeAt: Timestamp?
    private var scanner = PushScanner()
    private let inflater = GzipInflater()

    public init(_ settings: CoinExSettings) { self.init(settings, traits: .coinEx) }

    /// - Parameter traits: those of another venue, to try what CoinEx does not do.
    package init(_ settings: CoinExSettings, traits: VenueTraits) {
        self.settings = settings
        self.traits = traits
        words = CoinExWords(settings)
        var rates = EndpointGroups.rates
        for segment in Segment.allCases {
            rates[Self.socketGroup(segment)] = traits.bounds.socketMessagesPerSecond
        }
        limiter = RateLimiter(rates: rates)
        markets = MarketTable(settings.symbols)
        retryBackoff = Backoff(
            first: traits.pace.retryFirst, longest: traits.pace.retryLongest, seed: settings.seed)
        for (index, segment) in markets.segments.enumerated() {
            lines[segment] = Line(
                segment: segment,
                backoff: Backoff(
                    first: traits.pace.reconnectFirst, longest: traits.pace.reconnectLongest,
                    seed: settings.seed &+ UInt64(index) &+ 1))
        }
        for order in settings.restoredOrders { desk.restore(order, markets) }
    }

    static func socketGroup(_ segment: Segment) -> EndpointGroup {
        EndpointGroup("\(segment.rawValue) socket")
    }

    // MARK: - Inputs

    public mutating func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        begin(at: now, &actions)
        switch input {
        case .opened(let socket): opened(socket)
        case .closed(let socket, let reason): closed(socket, reason)
        case .frame(let socket, let bytes, let isText): receive(bytes.span, isText, socket)
        case .response(let id, let reply): received(id, reply)
        case .failed(let id, let problem): failed(id, problem)
        case .timer: break
        case .command(let command): perform(command)
        case .subscribe(let feeds): subscribe(feeds)
        case .reconcile: reconcileAgain()
        }
        end(&actions)
    }

    public mutating func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {
        begin(at: now, &actions)
        receive(frame, isText, socket)
        end(&actions)
    }

    private mutating func begin(at now: Timestamp, _ actions: inout [SessionAction]) {
        swap(&out, &actions)
        self.now = max(self.now, now)
        if !hasBegun {
            hasBegun = true
            prepare()
        }
        while let due = agenda.takeDue(at: self.now) { perform(due) }
    }

    private mutating func end(_ actions: inout [SessionAction]) {
        if let next = agenda.next, next != wakeAt {
            wakeAt = next
            out.append(.wake(at: next))
        }
        if let wakeAt, wakeAt <= now { self.wakeAt = nil }
        swap(&out, &actions)
    }

    private mutating func perform(_ due: Due) {
        switch due {
        case .reopen(let segment): open(segment)
        case .ping(let segment): ping(segment)
        case .ack(let segment, let socket, let id): missed(segment, socket, id)
        case .sendQueue: sendWaiting()
        case .socketQueue(let segment): sendQueue(segment)
        case .request(let ask, let attempts): request(ask, attempts: attempts)
        case .checkDeals(let serial): askForDeals(serial)
        case .audit: audit()
        case .accountAudit: auditAccount()
        case .clock: request(.time)
        case .wholeBook(let index, let socket): missedWholeBook(index, socket)
        case .askForBook(let index, let socket):
            if lines[markets[index].segment]?.socket == socket { askForBook(index) }
        case .feeds: lookAtFeeds()
        case .clockCheck: break
        }
    }

    func after(_ nanoseconds: Int64) -> Timestamp { now.advanced(byNanoseconds: nanoseconds) }

    mutating func newRequest() -> RequestID {
        requestCount += 1
        return RequestID(requestCount)
    }
    mutating func newSocket() -> SocketID {
        socketCount += 1
        return SocketID(socketCount)
    }

    // MARK: - Frames

    private mutating func receive(_ frame: Span<UInt8>, _ isText: Bool, _ socket: SocketID) {
        guard let segment = lines.segment(of: socket) else { return }  // an old socket's last words
        lines[segment]?.lastHeard = now
        if isText { return read(frame, segment) }
        do throws(BadCompression) {
            // The unpacked bytes lie in the inflater, which the closure does not touch.
            try inflater.withUnpacked(frame) { read($0, segment) }
        } catch {
            lose(segment, error.description)
        }
    }

    private mutating func read(_ bytes: Span<UInt8>, _ segment: Segment) {
        switch scanner.scan(bytes) {
        case .depth: received(scanner.depth, bytes, segment)
        case .deals:
            if let index = markets.index(bytes, scanner.market, segment) {
                received(scanner.deals, index)
            }
        case .quote:
            if let index = markets.index(bytes, scanner.market, segment) {
                quote(index, scanner.bid, scanner.ask, scanner.quoteTime)
            }
        case nil: readSlowly(bytes, segment)
        }
    }

    private mutating func readSlowly(_ bytes: Span<UInt8>, _ segment: Segment) {
        let frame: Frame
        do throws(BadMessage) {
            frame = try Frame(parsing: (0..<bytes.count).map { bytes[$0] })
        } catch {
            // One message that cannot be read may have been about an order: agree again.
            return lose(segment, error.description)
        }
        switch frame {
        case .reply(let reply): answered(reply, segment)
        case .push(let push): received(push, segment)
        }
    }

    private mutating func received(_ push: Push, _ segment: Segment) {
        switch push {
        case .depth(let message): received(message.push, message.bytes.span, segment)
        case .deals(let push):
            if let index = markets.index(push.market, segment) { received(push.deals, index) }
        case .quote(let best):
            if let index = markets.index(best.market, segment) {
                quote(index, best.bid, best.ask, best.updatedAt)
            }
        case .states(let states): for state in states { received(state, segment) }
        case .index(let price): received(price, segment)
        case .order(let push): received(push, segment)
        case .stop(let push): received(push, segment)
        case .ownDeal(let deal): received(deal, segment)
        case .balances(let balances): received(balances, segment)
        case .position(let push): received(push)
        case .maintenance(let maintenance): announce(maintenance)
        case .premium: break
        case .unknown(let method): log(.debug, "the venue pushes \(method), which is not known")
        }
    }

    private mutating func announce(_ maintenance: Maintenance) {
        let scope = maintenance.scope.joined(separator: ", ")
        problem(
            .maintenance, .maintenance, "maintenance is announced for \(scope)",
            "orders may be refused then, and connections lost; they are made again afterwards")
    }

    // MARK: - What is told

    mutating func log(_ level: LogLevel, _ text: String) {
        out.append(.log(level, "\(CoinExInstruments.venue): \(text)"))
    }

    mutating func tell(_ event: MarketEvent) { out.append(.emit(.market(event))) }

    mutating func tell(_ state: VenueState, _ reason: String, _ index: Int? = nil) {
        out.append(
            .emit(
                .status(
                    VenueStatus(
                        venue: CoinExInstruments.venue, instrument: index.map { InstrumentID($0) },
                        state: state, reason: reason, receiveTime: now))))
    }
}
