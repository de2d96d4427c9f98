package import AccountSession
internal import TradingModel
internal import VenueSessions

extension VenueTraits {
    package static let coinut: VenueTraits = {
        var traits = VenueTraits(
            name: CoinutInstruments.venue, clientIDs: .number(ClientNumber.sendable),
            orders: OrderKinds(
                stop: false, ioc: false, fok: false, postOnly: false, amend: false),
            // Fills and the rest's rejection come before the last of the replies, which answers.
            reply: .settled, reduction: .flag, stopDirection: .said, spotFee: .quote,
            openOrders: .perInstrument, listsEnded: false, pushesBalances: false,
            boundFee: CoinutAssumptions.boundFee,
            // Nothing is written about lists that lag: as long as where it has been seen.
            absence: AbsenceRule(
                lists: [.open, .finished], looks: 3, over: 10 * second, notBefore: 20 * second),
            absenceUnseen: AbsenceRule(
                lists: [.open, .finished], looks: 4, over: 3 * second, notBefore: 15 * second),
            batch: CoinutLimits.batchSize, lines: .shared, subscribing: .each,
            channels: [.quotes, .trades, .states, .book],
            // The venue's messages are known to differ from its pages.
            unreadable: .asks)
        // The venue's own sample sends one a second, and waits 5 s for the reply.
        traits.pace.ping = 2 * second
        traits.bounds.socketMessagesPerSecond = CoinutAssumptions.requestsPerSecond
        return traits
    }()
}
