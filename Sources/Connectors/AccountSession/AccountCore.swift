public import TradingCore
public import TradingModel
public import VenueSessions

/// What is true of an account at any venue, as a state machine without I/O.
///
/// Its orders, executions, balances and positions; what must be asked of the venue; the lines that it
/// speaks over. Facts and answers come in, requests, events and reports go out.
///
/// It learns the markets' rules, opens its lines, signs in, agrees with the venue about everything, and
/// only then lets the feeds begin and orders pass. Whatever breaks is put together again in the same
/// order. The venue's answers are the truth; pushes make it known sooner.
///
/// An order whose status is unknown is asked for until the venue tells; it is never sent again, for the
/// venue would take it twice.
public struct AccountCore {
    package let traits: VenueTraits
    package let plan: AccountPlan
    let words: any VenueWords
    public var now = Timestamp.distantPast
    /// What the input at hand has led to so far.
    public var out: [SessionAction] = []
    var agenda = Agenda()
    package var clock = ClockOffset()
    /// A request was refused for its time: the next sample replaces those before it.
    var doubtsClock = false
    /// Something came late, or seemed to: the next sample replaces those before it.
    var isClockChecked = false
    /// See ``findLateBound()``.
    @usableFromInline var lateBound = -Int64.max / 4
    var limiter: RateLimiter
    var inFlight: [RequestID: Flight] = [:]
    var waiting: [WaitingRequest] = []
    @usableFromInline var lines: Lines
    var rounds = Rounds()
    public var markets: MarketTable
    var desk = OrderDesk()
    /// Nil: client order ids are text.
    var numbers: ClientNumbers?
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
    /// Whether all that was asked since the last doubt has been reported.
    var isReconciled = false
    /// The request whose answer is being dealt with.
    var answering: Flight?
    /// What was said and holds still.
    var said: [ProblemTopic: VenueProblem] = [:]
    var retryBackoff: Backoff
    private var requestCount = 0
    private var socketCount = 0
    private var wakeAt: Timestamp?

    /// - Parameters:
    ///   - names: the venue's names of the plan's symbols, in their order.
    ///   - rates: units a second for each group of requests; messages over a line have their own.
    package init(
        _ plan: AccountPlan, names: [String], traits: VenueTraits, words: any VenueWords,
        rates: [EndpointGroup: Int]
    ) {
        self.plan = plan
        self.traits = traits
        self.words = words
        markets = MarketTable(plan.symbols, names)
        let lacksAccount = traits.lines == .split && !plan.hasKey
        lines = Lines(
            of: markets.segments, lacksAccount ? .perSegment : traits.lines, traits.pace,
            seed: plan.seed)
        var rates = rates
        for line in lines.ids {
            rates[lines[line].group] = traits.bounds.socketMessagesPerSecond
        }
        limiter = RateLimiter(rates: rates)
        retryBackoff = Backoff(
            first: traits.pace.retryFirst, longest: traits.pace.retryLongest, seed: plan.seed)
        if case .number(let allowed) = traits.clientIDs {
            numbers = ClientNumbers(plan.clientNumbers, allowed: allowed)
        }
        for order in plan.restoredOrders { desk.restore(order, markets) }
        for index in markets.indices where markets[index].segment == .futures {
            markets[index].settledUntil = plan.settledUntil[markets[index].symbol]
            markets[index].asksForMissedFunding = markets[index].settledUntil != nil
        }
    }

    // MARK: - Inputs

    /// Before an input is dealt with: what has become due is done.
    public mutating func begin(at now: Timestamp, _ actions: inout [SessionAction]) {
        swap(&out, &actions)
        self.now = max(self.now, now)
        if !hasBegun {
            hasBegun = true
            limiter.pause(until: after(traits.pace.firstRequest))
            prepare()
        }
        while let due = agenda.popDue(at: self.now) { perform(due) }
    }

    /// Behind an input: hands its actions over.
    public mutating func end(_ actions: inout [SessionAction]) {
        if let next = agenda.next, next != wakeAt {
            wakeAt = next
            out.append(.wake(at: next))
        }
        if let wakeAt, wakeAt <= now { self.wakeAt = nil }
        swap(&out, &actions)
    }

    /// All inputs that need no reading.
    public mutating func handle(_ input: SessionInput) {
        switch input {
        case .opened(let socket): opened(socket)
        case .closed(let socket, let reason): closed(socket, reason)
        case .failed(let id, let problem): failed(id, problem)
        case .command(let command): perform(command)
        case .subscribe(let feeds): subscribe(feeds)
        case .reconcile: reconcileAgain()
        case .pinged(let socket): if let line = lines.id(of: socket) { recordReceipt(on: line) }
        case .clientNumbers(let block): numbers?.add(block)
        case .timer, .frame, .response: break
        }
    }

    private mutating func perform(_ due: Due) {
        switch due {
        case .reopen(let line): open(line)
        case .ping(let line): ping(line)
        case .ack(let line, let socket, let id): missed(line, socket, id)
        case .sendQueue: sendWaiting()
        case .socketQueue(let line): sendQueue(line)
        case .request(let ask, let attempts): request(ask, attempts: attempts)
        case .checkDeals(let serial): askForDeals(serial)
        case .audit: audit()
        case .accountAudit: auditAccount()
        case .clock: request(.time)
        case .wholeBook(let index, let socket): missedWholeBook(index, socket)
        case .askForBook(let index, let socket):
            if lines[lines.feeds(of: markets[index].segment)].socket == socket { askForBook(index) }
        case .feeds: checkFeeds()
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

    // MARK: - What is reported

    package mutating func log(_ level: LogLevel, _ text: String) {
        out.append(.log(level, "\(traits.name): \(text)"))
    }

    mutating func differs(
        _ kind: AccountDifference.Kind, _ instrument: InstrumentID,
        _ evidence: [AccountDifference.Evidence]
    ) {
        out.append(.difference(AccountDifference(kind, instrument, evidence)))
    }

    @inlinable public mutating func emit(_ event: MarketEvent) { out.append(.emit(.market(event))) }

    package mutating func emit(_ state: VenueState, _ reason: String, _ index: InstrumentID? = nil)
    {
        out.append(
            .emit(
                .status(
                    VenueStatus(
                        venue: traits.name, instrument: index,
                        state: state, reason: reason, receiveTime: now))))
    }

    /// Our time on the venue's clock.
    package var venueTime: Timestamp { clock.venueTime(at: now) }
    package func venueTime(at time: Timestamp) -> Timestamp { clock.venueTime(at: time) }
}
