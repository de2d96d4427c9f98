package import AccountSession
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Asks Bitunix for a public page, whose headers tell the time, and with a key for the futures account.
struct BitunixProbeWords: ProbeWords {
    let key: BitunixKey?

    private static let market = "BTCUSDT"
    private static let marginCoin = "USDT"

    var time: VenueRequest { BitunixRequests.time(Self.market) }
    var own: VenueRequest? { key.map { _ in BitunixRequests.account(Self.marginCoin) } }
    /// The header counts whole seconds, of which the middle is believed.
    var resolution: Int64 { second / 2 }
    var refusesByStatus: Bool { false }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        let nonce = wireNonce(
            seed: UInt64(bitPattern: venueTime.nanoseconds), nanoseconds: venueTime.nanoseconds,
            text: request.path)
        return request.call(key, nonce: nonce, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func readTime(_ reply: HTTPReply) throws(BadMessage) -> Result<Timestamp?, Refusal> {
        .success(try BitunixClock.time(of: reply))
    }

    func readOwn(_ reply: HTTPReply) throws(BadMessage) -> Refusal? {
        switch try BitunixReplies.account(reply.body) {
        case .success: nil
        case .failure(let refusal): refusal.inOurWords(ofOldTime: false)
        }
    }
}

extension TimeProbe {
    package convenience init(key: BitunixKey?) { self.init(BitunixProbeWords(key: key)) }
}
