internal import Synchronization
internal import TradingModel

/// What the two halves of the dialect share: what the venue numbered, and what was asked under which nonce.
final class CoinutMemory: Sendable {
    /// What stands behind a nonce.
    struct Asked: Sendable {
        /// Its number on the line; of a batch, those of all that is in it.
        let numbers: Range<Int64>
        /// The market that it is about, where its answer may not say.
        let instrument: InstrumentID?
        /// How many of them are not answered.
        fileprivate var open: Int

        init(numbers: Range<Int64>, instrument: InstrumentID? = nil) {
            self.numbers = numbers
            self.instrument = instrument
            open = numbers.count
        }
    }

    private struct State {
        var instruments: [InstrumentNumber?]
        var nonces: NonceCounter?
        var asked: [Nonce: Asked] = [:]
        var session: (id: HiddenText, heardAt: Timestamp)?
        var isSessionTried = false
    }

    /// How long a session's id leads in after its connection fell, in nanoseconds.
    private static let sessionLife: Int64 = 3_600_000_000_000

    private let state: Mutex<State>
    /// How many connections were opened: what was kept of the one before is worth nothing.
    private let opened = Atomic<Int>(0)

    init(markets: Int) {
        state = Mutex(State(instruments: Array(repeating: nil, count: markets)))
    }

    // MARK: - Instruments

    var instruments: [InstrumentNumber?] { state.withLock { $0.instruments } }
    func learn(_ number: InstrumentNumber, of index: InstrumentID) {
        state.withLock { $0.instruments[index] = number }
    }

    // MARK: - Nonces

    /// A nonce that nothing under way has, of the one count for the socket and for HTTP.
    func nonce(at time: Timestamp, asks asked: Asked? = nil) -> Nonce {
        state.withLock { state in
            // Begun by the clock, so that a run goes on above the one before.
            var counter =
                state.nonces ?? NonceCounter(startingAt: time.nanoseconds / 1_000_000_000)
            let nonce = counter.make { state.asked[$0] != nil }
            state.nonces = counter
            if let asked { state.asked[nonce] = asked }
            return nonce
        }
    }

    /// What was asked under a nonce and is not answered; nil: nothing on this connection.
    func asked(_ nonce: Nonce) -> Asked? { state.withLock { $0.asked[nonce] } }
    /// One of those that were asked under a nonce is answered.
    func answered(_ nonce: Nonce) {
        state.withLock { state in
            state.asked[nonce]?.open -= 1
            if state.asked[nonce]?.open == 0 { state.asked[nonce] = nil }
        }
    }

    // MARK: - Connections

    var connection: Int { opened.load(ordering: .relaxed) }

    /// A new connection: what was asked over the one before will not be answered.
    func open() {
        opened.add(1, ordering: .relaxed)
        state.withLock { $0.asked = [:] }
    }

    // MARK: - Sessions

    /// A session that still leads in, which is tried with this; nil: there is none.
    func session(at time: Timestamp) -> HiddenText? {
        state.withLock { state in
            guard let session = state.session,
                time < session.heardAt.advanced(byNanoseconds: Self.sessionLife)
            else { return nil }
            state.isSessionTried = true
            return session.id
        }
    }

    /// The venue let us in.
    func entered(_ session: HiddenText?, at time: Timestamp) {
        state.withLock { state in
            state.session = session.map { (id: $0, heardAt: time) }
            state.isSessionTried = false
        }
    }

    /// The connection stands.
    func recordReceipt(at time: Timestamp) { state.withLock { $0.session?.heardAt = time } }

    /// The venue did not let us in.
    ///
    /// - Returns: whether it was a session that it has forgotten: then there is another way.
    func isSessionOver() -> Bool {
        state.withLock { state in
            defer { state.isSessionTried = false }
            state.session = nil
            return state.isSessionTried
        }
    }
}
