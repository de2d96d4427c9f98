public import Matching
public import TradingCore
public import TradingModel
public import VenueSessions

/// A simulated account over a venue's public data, in the words of a session of that venue.
///
/// In a run at several venues it stands beside those with real money: what it reports is an input like
/// theirs, so that it is recorded and replayed as theirs is.
public struct PaperSession: VenueSession {
    private var market: any VenueSession
    private let settings: PaperSettings
    private let earlier: (([Instrument]) -> EarlierRun)?
    /// Nil: the venue's rules are not known yet.
    private var venue: MatchingVenue?
    private var hasAnnounced = false
    /// When the session of the market wants to be woken; the first time at once.
    private var marketWake = Timestamp.distantPast
    /// When the account answers that it agrees with itself; nil: nobody has asked.
    private var agreesAt: Timestamp?
    /// What the market's session said last.
    private var said: [SessionAction] = []

    /// It agrees so much later than it is asked, as a venue would: 1 ms, in ns.
    private static let agreement: Int64 = 1_000_000

    /// - Parameters:
    ///   - market: a session of the venue without a key.
    ///   - earlier: what the account's last run left, by the venue's instruments; nil: it begins anew.
    public init(
        over market: any VenueSession, settings: PaperSettings,
        earlier: (([Instrument]) -> EarlierRun)? = nil
    ) {
        self.market = market
        self.settings = settings
        self.earlier = earlier
    }

    public mutating func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        switch input {
        case .command(let command): perform(command, at: now)
        case .reconcile: agreesAt = now.advanced(byNanoseconds: Self.agreement)
        case .clientNumbers: break
        case .timer:
            guard now >= marketWake else { break }
            marketWake = .distantFuture
            market.handle(.timer, at: now, into: &said)
        case .subscribe(let feeds):
            // Orders fill against trades and depth, whatever of it the strategy hears.
            market.handle(
                .subscribe(feeds.mapValues { $0.union([.trades, .book]) }), at: now, into: &said)
        case .opened, .closed, .frame, .pinged, .response, .failed:
            market.handle(input, at: now, into: &said)
        }
        finish(at: now, into: &actions)
    }

    public mutating func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {
        market.handle(frame: frame, isText: isText, on: socket, at: now, into: &said)
        finish(at: now, into: &actions)
    }

    private func perform(_ command: Command, at now: Timestamp) {
        switch command {
        case .submit(let order): venue?.submit(order, at: now)
        case .cancel(let id, let instrument): venue?.cancel(id, instrument, at: now)
        case .amend(let change): venue?.amend(change, at: now)
        case .intent, .refused, .log, .alert, .plot, .tradingState, .tradingStopped: break
        }
    }

    /// Lets the simulated venue see the market first, then hands out what is due.
    private mutating func finish(at now: Timestamp, into actions: inout [SessionAction]) {
        for action in said { forward(action, at: now, into: &actions) }
        said.removeAll(keepingCapacity: true)
        venue?.advance(to: now) { actions.append(.emit($0)) }
        if let due = agreesAt, now >= due {
            agreesAt = nil
            actions.append(.reconciled)
        }
        let due = min(marketWake, venue?.nextDue ?? .distantFuture, agreesAt ?? .distantFuture)
        if due < .distantFuture { actions.append(.wake(at: due)) }
    }

    private mutating func forward(
        _ action: SessionAction, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        switch action {
        case .wake(let time): marketWake = time
        case .instruments(let instruments):
            venue = open(instruments, at: now)
            actions.append(action)
        case .book(let changes):
            for change in changes { venue?.process(change) }
            actions.append(action)
        case .emit(.market(.funding(let funding))):
            actions.append(.emit(.market(.funding(venue?.charge(funding) ?? funding))))
        case .emit(.market(let event)):
            venue?.process(event)
            actions.append(action)
        case .emit(.status(let status)):
            if status.state == .connected, status.instrument == nil { announce(at: now, &actions) }
            actions.append(action)
        case .emit, .open, .send, .close, .request, .position, .foreignOrder, .adopted,
            .difference, .reconciled, .log, .problem, .retrying, .wantsClientNumbers:
            actions.append(action)
        }
    }

    private func open(_ instruments: [Instrument], at now: Timestamp) -> MatchingVenue {
        let venue = MatchingVenue(instruments: instruments, settings: settings)
        for instrument in instruments { venue.keepBook(of: instrument.id) }
        if let earlier { venue.goOn(with: earlier(instruments), at: now) }
        return venue
    }

    /// What the account has is told before the venue counts as connected.
    private mutating func announce(at now: Timestamp, _ actions: inout [SessionAction]) {
        guard let venue, !hasAnnounced else { return }
        hasAnnounced = true
        venue.announceBalances(at: now)
        venue.advance(to: now) { actions.append(.emit($0)) }
    }
}
