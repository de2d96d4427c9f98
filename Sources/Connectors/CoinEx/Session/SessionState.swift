internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What an HTTP request is for: all that is needed to make it, again if need be.
enum Ask: Hashable {
    case time
    case instruments(Segment)
    case fees(Int)
    case leverage(Int)
    /// Whether the key may trade: asked with a cancel that finds nothing.
    case mayTrade(Segment)
    case balances(Segment)
    case positions(page: PagePlace)
    /// What the account was charged at settlements of an instrument.
    case funding(Int)
    case openOrders(Segment, page: PagePlace)
    case openStops(Segment, page: PagePlace)
    /// Recent executions of an instrument.
    case executions(Int, page: PagePlace)
    // By the serial of an order:
    case place(Int)
    /// The order's change of this number.
    case amend(Int, change: Int)
    case cancel(Int)
    case cancelByClientID(Int)
    case status(Int, id: WireID)
    case executionsOf(Int, id: WireID, page: PagePlace)
    /// By client id, among open orders and then among finished ones.
    case findOpen(Int)
    case findFinished(Int)
    case findOpenStop(Int)
    case findFinishedStop(Int)

    /// The order that it is about.
    var order: Int? {
        switch self {
        case .place(let serial), .amend(let serial, _), .cancel(let serial),
            .cancelByClientID(let serial), .status(let serial, _), .executionsOf(let serial, _, _),
            .findOpen(let serial), .findFinished(let serial), .findOpenStop(let serial),
            .findFinishedStop(let serial):
            serial
        default: nil
        }
    }

    /// Whether its success shows that the key works.
    var isSigned: Bool {
        switch self {
        case .time, .instruments: false
        default: true
        }
    }

    /// Whether what it changes is a stop order that has not woken.
    func isAboutStop(_ order: TrackedOrder) -> Bool {
        switch self {
        case .place: order.request.stop != nil
        case .amend, .cancel: order.waitingStopID != nil
        default: false
        }
    }

    var isAboutExecutions: Bool {
        if case .executionsOf = self { true } else { false }
    }

    /// Whether it changes an order: then a lost answer is not simply asked for again.
    var isOrderChange: Bool {
        switch self {
        case .place, .amend, .cancel, .cancelByClientID: true
        default: false
        }
    }
}

/// A request that was sent.
struct Flight {
    let ask: Ask
    let sentAt: Timestamp
    let attempts: Int
    let group: EndpointGroup
}

/// A request that waits for its group's limit.
struct WaitingRequest {
    let ask: Ask
    let since: Timestamp
    let attempts: Int
}

/// What a session does at a time.
enum Due: Hashable {
    case reopen(Segment)
    case ping(Segment)
    /// A request over a socket should have been answered.
    case ack(Segment, SocketID, Int64)
    case sendQueue
    case socketQueue(Segment)
    case request(Ask, attempts: Int)
    case checkDeals(Int)
    case audit
    case accountAudit
    case clock
    case wholeBook(Int, SocketID)
    /// A book that was wrong again and again is asked for after a pause.
    case askForBook(Int, SocketID)
    /// A feed may have been silent for too long.
    case feeds
    /// The venue's clock may be asked again.
    case clockCheck
}

/// What is due when, in order of time and then of being asked for.
struct Agenda {
    private var entries: [(at: Timestamp, order: Int, due: Due)] = []
    private var count = 0

    var next: Timestamp? { entries.first?.at }

    mutating func add(_ due: Due, at time: Timestamp) {
        count += 1
        let place = entries.firstIndex { $0.at > time } ?? entries.count
        entries.insert((time, count, due), at: place)
    }

    /// The same, unless it is already due at that time or before.
    mutating func addOnce(_ due: Due, at time: Timestamp) {
        if let place = entries.firstIndex(where: { $0.due == due }) {
            guard entries[place].at > time else { return }
            entries.remove(at: place)
        }
        add(due, at: time)
    }

    /// The same, unless it is due at any time; false: it is.
    mutating func addIfAbsent(_ due: Due, at time: Timestamp) -> Bool {
        guard !entries.contains(where: { $0.due == due }) else { return false }
        add(due, at: time)
        return true
    }

    mutating func removeAll() { entries = [] }
    mutating func remove(where isGone: (Due) -> Bool) { entries.removeAll { isGone($0.due) } }

    /// The questions that will be asked again, with those that match.
    func questions(where isMeant: (Ask) -> Bool) -> [Ask] {
        entries.compactMap { entry in
            guard case .request(let ask, _) = entry.due, isMeant(ask) else { return nil }
            return ask
        }
    }

    mutating func takeDue(at now: Timestamp) -> Due? {
        guard let first = entries.first, first.at <= now else { return nil }
        return entries.removeFirst().due
    }
}

/// A socket of one segment and what has been agreed over it.
struct Line {
    enum Stage: Hashable {
        /// Not open; the next attempt is on the agenda.
        case down
        case opening
        case signing
        /// Waiting for the private channels' acknowledgements.
        case subscribing
        /// Asking for orders, executions, balances and positions.
        case reconciling
        /// Waiting for the public channels' acknowledgements.
        case joining
        case live
    }

    enum Request: Hashable {
        case ping
        case sign
        case privateChannel(String)
        case publicChannel(String)
        case leaving(String)
    }

    let segment: Segment
    var stage = Stage.down
    var socket: SocketID?
    var backoff: Backoff
    var nextID: Int64 = 1
    /// What was asked and not yet answered.
    var requests: [Int64: Request] = [:]
    var lastHeard = Timestamp.distantPast
    /// Messages that wait for the limit on messages.
    var queue: [String] = []
    /// What must be answered until we agree with the venue; before trading goes on, or beside it.
    var reconciling: Set<Ask> = []
    /// When that began: answers to questions asked before are too old.
    var reconcilingSince = Timestamp.distantPast
    /// Whether the executions that are missing were asked for, order by order.
    var hasAskedForOwed = false
    /// Answers of this round that pushes overtook.
    var overtaken = 0
    /// Orders of others that were told of since.
    var foreign: Set<WireID> = []
    var foreignStops: Set<WireID> = []
    /// The markets subscribed by channel.
    var subscribed: [String: [String]] = [:]
    /// Why the socket was lost last; empty while it never was.
    var reason = ""
}

/// The lines of the segments in use, changed where they lie.
struct Lines {
    private var spot: Line?
    private var futures: Line?

    subscript(segment: Segment) -> Line? {
        _read {
            switch segment {
            case .spot: yield spot
            case .futures: yield futures
            }
        }
        _modify {
            switch segment {
            case .spot: yield &spot
            case .futures: yield &futures
            }
        }
    }

    /// The segment that speaks over this socket.
    func segment(of socket: SocketID) -> Segment? {
        if let line = spot, line.socket == socket { return .spot }
        if let line = futures, line.socket == socket { return .futures }
        return nil
    }
}
