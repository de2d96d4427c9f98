package import AccountSession
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Asks CoinEx for its time, and with a key for the spot balances.
struct CoinExProbeWords: ProbeWords {
    let key: CoinExKey?

    var time: VenueRequest { CoinExRequests.time }
    var own: VenueRequest? { key.map { _ in CoinExRequests.balances(.spot) } }
    /// The venue's time counts whole milliseconds.
    var resolution: Int64 { 1_000_000 }
    var refusesByStatus: Bool { false }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        request.call(key, milliseconds: venueTime.nanoseconds / 1_000_000)
    }

    func readTime(_ reply: HTTPReply) throws(BadMessage) -> Result<Timestamp?, Refusal> {
        try CoinExReplies.time(reply.body).map(\.time).mapError(\.inOurWords)
    }

    func readOwn(_ reply: HTTPReply) throws(BadMessage) -> Refusal? {
        switch try CoinExReplies.balances(reply.body) {
        case .success: nil
        case .failure(let refusal): refusal.inOurWords
        }
    }
}

extension TimeProbe {
    package convenience init(key: CoinExKey?) { self.init(CoinExProbeWords(key: key)) }
}
