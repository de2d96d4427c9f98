internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// When a venue is asked for all of an account again while a strategy trades, and what others have open there.
///
/// What others have is known whole behind a round: one of theirs that it does not show is gone.
struct AccountRounds {
    /// Open orders of the traded instruments that are not the run's, as far as they are known.
    private(set) var foreign: [ForeignOrder] = []
    /// Nanoseconds between two rounds; nil: none is made but where a connection was lost.
    private let period: Int64?
    /// When the next one is due.
    private(set) var next = Timestamp.distantFuture
    /// What the round under way has shown so far; nil: none is.
    private var gathered: [ForeignOrder]?
    private var since = Timestamp.distantPast

    init(period: Int64?) { self.period = period }

    /// The strategy trades: what is told from now on is held against what was known before.
    mutating func start(at now: Timestamp) {
        if let period { next = now.advanced(byNanoseconds: period) }
    }

    /// It does not trade any more.
    mutating func stop() {
        next = .distantFuture
        gathered = nil
    }

    /// Begins with nothing: all will be told anew.
    mutating func forget() { foreign = [] }

    /// Whether the venue is to be asked now.
    mutating func begins(at now: Timestamp) -> Bool {
        guard let period, now >= next else { return false }
        next = now.advanced(byNanoseconds: period)
        gathered = []
        since = now
        return true
    }

    /// Adds an order of somebody else.
    ///
    /// - Returns: whether nobody told of it before.
    mutating func add(_ order: ForeignOrder) -> Bool {
        gathered?.removeAll { $0.isSame(as: order) }
        gathered?.append(order)
        let isNew = !foreign.contains { $0.isSame(as: order) }
        foreign.removeAll { $0.isSame(as: order) }
        foreign.append(order)
        return isNew
    }

    /// The venue has answered everything.
    ///
    /// - Returns: those of others that are there no more.
    mutating func end(at now: Timestamp) -> [ForeignOrder] {
        // One that comes in the same moment was of an earlier round.
        guard now > since, let shown = gathered.take() else { return [] }
        let gone = foreign.filter { old in !shown.contains { $0.isSame(as: old) } }
        foreign.removeAll { old in gone.contains { $0.isSame(as: old) } }
        return gone
    }

    /// What limits are to know of it.
    var exposures: [ForeignExposure] {
        var exposures: [ForeignExposure] = []
        for order in foreign {
            let place =
                exposures.firstIndex { $0.instrument == order.instrument } ?? exposures.endIndex
            if place == exposures.endIndex {
                exposures.append(
                    ForeignExposure(
                        instrument: order.instrument, buying: .zero, selling: .zero))
            }
            exposures[place].add(
                order.side, order.remaining, at: order.price, isStop: order.stop != nil)
        }
        return exposures.sorted { $0.instrument < $1.instrument }
    }
}

extension ForeignOrder {
    /// Spot, futures and stops are numbered apart.
    fileprivate func isSame(as other: ForeignOrder) -> Bool {
        instrument == other.instrument && venueID == other.venueID
            && (stop == nil) == (other.stop == nil)
    }

    /// What a comparison shows of it.
    func difference(_ kind: AccountDifference.Kind) -> AccountDifference {
        var evidence: [AccountDifference.Evidence] = [
            .init("venue_id", venueID.text), .init("side", side.description),
            .init("remaining", remaining.description),
        ]
        if let price { evidence.append(.init("price", price.description)) }
        if let stop { evidence.append(.init("stop", stop.description)) }
        if let clientID { evidence.append(.init("client_id", clientID.text)) }
        return AccountDifference(kind, instrument, evidence)
    }
}
