internal import Synchronization
internal import TradingModel

/// What replies leave behind for messages, and messages for replies.
final class BitunixMemory: Sendable {
    private struct State {
        /// When the venue's clock was read last, by our own.
        var clockReadAt = Timestamp.distantPast
        /// When the first order was taken since a push told of any.
        var silentSince: Timestamp?
        var newsAt = Timestamp.distantPast
        var charges: [InstrumentID: PositionCharges] = [:]
        /// Whether the positions that there were at first are known.
        var hasPositions = false
    }

    private let state = Mutex(State())

    func readClock(at now: Timestamp) { state.withLock { $0.clockReadAt = now } }

    /// Whether our clock may have been set since it was held against the venue's.
    func mayHaveOldClock(at now: Timestamp) -> Bool {
        state.withLock { $0.clockReadAt.advanced(byNanoseconds: Self.clockLife) < now }
    }

    /// A refusal for the time has the clock read anew within less.
    private static let clockLife: Int64 = 5_000_000_000

    /// Its push may have come before.
    func orderWasTaken(at now: Timestamp) {
        state.withLock { state in
            guard state.newsAt.advanced(byNanoseconds: Self.pushesCome) < now else { return }
            state.silentSince = state.silentSince ?? now
        }
    }

    func orderNewsCame(at now: Timestamp) {
        state.withLock { state in
            state.silentSince = nil
            state.newsAt = now
        }
    }

    /// Whether orders are taken of which no push tells; once each time.
    func missesPushes(at now: Timestamp) -> Bool {
        state.withLock { state in
            guard let since = state.silentSince,
                since.advanced(byNanoseconds: Self.pushesCome) < now
            else { return false }
            state.silentSince = nil
            return true
        }
    }

    // MARK: - Funding

    /// What positions show to have been charged; what those of the first list were is known already.
    func charged(_ positions: [(InstrumentID, WirePosition)], areAll: Bool) {
        state.withLock { state in
            for (index, position) in positions {
                state.charges[index, default: PositionCharges()].record(
                    position.id, position.funding, isKnown: areAll && !state.hasPositions)
            }
            if areAll { state.hasPositions = true }
        }
    }

    func settled(_ index: InstrumentID, _ settlement: PositionCharges.Settlement) {
        state.withLock { $0.charges[index, default: PositionCharges()].settlement = settlement }
    }

    /// The last settlement, and what was charged by it; nil: nothing shows that yet.
    func drainCharge(_ index: InstrumentID) -> (PositionCharges.Settlement, Money)? {
        state.withLock { $0.charges[index]?.drain() }
    }

    /// Pushes come within a second.
    private static let pushesCome: Int64 = 10_000_000_000
}
