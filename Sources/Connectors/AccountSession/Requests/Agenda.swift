internal import TradingModel
internal import VenueSessions

/// What a session does at a time.
enum Due: Hashable {
    case reopen(LineID)
    case ping(LineID)
    /// A request over a socket should have been answered.
    case ack(LineID, SocketID, Int64)
    case sendQueue
    case socketQueue(LineID)
    case request(Ask, attempts: Int)
    case checkDeals(DeskSerial)
    case audit
    case accountAudit
    case clock
    case wholeBook(InstrumentID, SocketID)
    /// A book that was wrong again and again is asked for after a pause.
    case askForBook(InstrumentID, SocketID)
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

    mutating func popDue(at now: Timestamp) -> Due? {
        guard let first = entries.first, first.at <= now else { return nil }
        return entries.removeFirst().due
    }
}
