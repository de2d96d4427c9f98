package import AccountSession
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Asks Coinpit for the time, which with a key is the handshake too, and then for the account.
final class CoinpitProbeWords: ProbeWords {
    let key: CoinpitKey?
    private let memory = CoinpitMemory()

    init(key: CoinpitKey?) { self.key = key }

    var time: VenueRequest {
        key.map { CoinpitRequests.handshake($0.publicKey) } ?? CoinpitRequests.time
    }
    var own: VenueRequest? { key.map { _ in CoinpitRequests.account } }
    /// Milliseconds.
    var resolution: Int64 { second / 1_000 }
    var refusesByStatus: Bool { true }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(memory.secret, nonce: memory.nonce(at: venueTime))
    }

    func readTime(_ reply: HTTPReply) throws(BadMessage) -> Result<Timestamp?, Refusal> {
        guard let key else { return .success(try CoinpitClock.time(of: reply)) }
        switch try CoinpitReplies.value(Handshake.self, reply) {
        case .failure(let refusal): return .failure(refusal.inOurWords)
        case .success(let handshake):
            guard handshake.userID == key.userID, let secret = key.secret(with: handshake.serverKey)
            else { throw BadMessage("it is for another key") }
            memory.learn(secret)
            return .success(try CoinpitClock.time(of: reply))
        }
    }

    func readOwn(_ reply: HTTPReply) throws(BadMessage) -> Refusal? {
        switch try CoinpitReplies.value(WireAccount.self, reply) {
        case .success: nil
        case .failure(let refusal): refusal.inOurWords
        }
    }
}

extension TimeProbe {
    package convenience init(key: CoinpitKey?) { self.init(CoinpitProbeWords(key: key)) }
}
