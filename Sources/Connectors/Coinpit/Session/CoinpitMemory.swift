internal import Synchronization
internal import TradingModel

/// What the two halves of the dialect share: the secret that the handshake gives, and the nonces.
final class CoinpitMemory: Sendable {
    private struct State {
        var secret: CoinpitSecret?
        var nonce: Int64 = 0
    }

    private let state = Mutex(State())

    var secret: CoinpitSecret? { state.withLock { $0.secret } }
    func learn(_ secret: CoinpitSecret) { state.withLock { $0.secret = secret } }

    /// The venue's time in milliseconds, and more than any before unless the clock was wrong by much.
    func nonce(at time: Timestamp) -> Int64 {
        state.withLock { state in
            let now = time.nanoseconds / 1_000_000
            let isNear = state.nonce - now < Self.mostAhead
            state.nonce = isNear ? max(now, state.nonce + 1) : now
            return state.nonce
        }
    }

    /// In milliseconds: the venue takes ten seconds.
    private static let mostAhead: Int64 = 2_000
}
