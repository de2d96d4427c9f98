package import AccountSession
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Asks CoinTR for a market's figures, whose head tells the time, and with a key for the spot balances.
struct CoinTRProbeWords: ProbeWords {
    let key: CoinTRKey?

    var time: VenueRequest { CoinTRRequests.ticker(.spot, "BTCUSDT") }
    var own: VenueRequest? { key.map { _ in CoinTRRequests.balances(.spot) } }
    /// The head counts whole seconds, of which the middle is believed.
    var resolution: Int64 { second / 2 }
    var refusesByStatus: Bool { true }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(key, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func readTime(_ reply: HTTPReply) throws(BadMessage) -> Result<Timestamp?, Refusal> {
        .success(
            reply.header("Date").flatMap { httpDate($0) }?.advanced(byNanoseconds: second / 2))
    }

    func readOwn(_ reply: HTTPReply) throws(BadMessage) -> Refusal? {
        switch try CoinTRReplies.balances(reply.body) {
        case .success: nil
        case .failure(let refusal): Refusal(refusal, status: reply.status, as: refusal.kind)
        }
    }
}

extension TimeProbe {
    package convenience init(key: CoinTRKey?) { self.init(CoinTRProbeWords(key: key)) }
}
