internal import TradingModel

/// One client's socket: who it is, what it has sent, and what it wants to hear.
final class CoinutConnection {
    let id: ConnectionID
    /// Set by `login`.
    var account: ExchangeAccount?
    var sessionID: String?
    var receivedAt: Timestamp
    var window = RequestWindow(rate: CoinutConnection.rate)
    var nonces = CoinutNonces()
    /// By instrument.
    var books: [Int64: CoinutBookFeed] = [:]
    var trades: Set<Int64> = []
    /// By instrument: what was last told, so that only changes are.
    var ticks: [Int64: CoinutTick] = [:]

    /// Messages in any second; the next one ends the connection.
    static let rate: Int64 = 30
    /// A socket from which nothing comes for this long is closed: no time is documented.
    static let idleNanoseconds: Int64 = 60_000_000_000

    init(_ id: ConnectionID, at time: Timestamp) {
        self.id = id
        receivedAt = time
    }
}

/// The nonces that a client used last.
struct CoinutNonces {
    /// How many are remembered; the documentation asks for unique ones and names no number.
    private static let kept = 4_096
    private var order: [Int64] = []
    private var known: Set<Int64> = []

    /// Remembers a nonce; false: it was used before.
    mutating func accept(_ nonce: Int64) -> Bool {
        guard known.insert(nonce).inserted else { return false }
        if order.count == 2 * Self.kept {
            known.subtract(order.prefix(Self.kept))
            order.removeFirst(Self.kept)
        }
        order.append(nonce)
        return true
    }
}
