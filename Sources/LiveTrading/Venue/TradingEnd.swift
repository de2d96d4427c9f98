public import TradingCore
public import TradingModel
public import VenueSessions

extension VenueTrading {
    /// How it ended.
    public enum End: Hashable, Sendable {
        case finished(reason: String)
        /// Trading was stopped by a limit or a failing script.
        case stopped(reason: String)
        /// The venue cannot be traded at: waiting does not help, or helped not in time.
        case failed(VenueProblem)
        /// Somebody said no before it began.
        case declined
        /// The strategy's `on_start` failed: nothing was sent.
        case brokeAtStart(reason: String)
    }
}

extension VenueTrading.End {
    /// In words, for the strategy and the record.
    public var reason: String {
        switch self {
        case .finished(let reason), .stopped(let reason): reason
        case .brokeAtStart: "on_start failed"
        case .failed(let problem): problem.whatHappened
        case .declined: "not confirmed"
        }
    }
}

/// Tries to close what is held, again and again for a while.
struct PositionClosing {
    private(set) var nextTry: Timestamp
    /// When it is given up.
    let end: Timestamp

    /// An order at market that was refused is not tried again at once: 2 s, in ns.
    private static let period: Int64 = 2_000_000_000

    init(from now: Timestamp, patience: Int64) {
        nextTry = now
        end = now.advanced(byNanoseconds: 2 * patience)
    }

    /// Whether it should be tried now; the next time is a while later.
    mutating func isDue(at now: Timestamp) -> Bool {
        guard now >= nextTry else { return false }
        nextTry = now.advanced(byNanoseconds: Self.period)
        return true
    }
}

extension Order {
    /// `mr1-7 (buy 0.01 coinex:BTC/USDT @ 90000, working)`.
    public func inShort(_ instruments: [Instrument]) -> String {
        let symbol = instruments[request.instrument.index].symbol
        let price = request.price.map { " @ \($0)" } ?? " at market"
        return "\(id) (\(request.side) \(request.quantity) \(symbol)\(price), \(state.name))"
    }
}
