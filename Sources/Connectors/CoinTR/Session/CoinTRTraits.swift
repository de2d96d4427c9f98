package import AccountSession
internal import TradingModel
internal import VenueSessions

extension VenueTraits {
    package static let coinTR: VenueTraits = {
        var traits = VenueTraits(
            name: CoinTRInstruments.venue, clientIDs: .text(coinTRClientOrderIDRules),
            orders: OrderKinds(stop: false, amend: false),
            // It waits for the first matching where it is asked to, and not surely.
            reply: .taken, reduction: .flag, stopDirection: .said,
            spotFee: CoinTRInstruments.spotFee, openOrders: .perSegment, pushesBalances: true,
            // Nothing is written about lists that lag: as long as where it has been seen.
            absence: AbsenceRule(
                lists: [.open, .byID, .finished], looks: 3, over: 10 * second,
                notBefore: 20 * second),
            // A request is taken for half a minute, its id keeps another out for one: then none can come.
            absenceUnseen: AbsenceRule(
                lists: [.open, .finished], looks: 4, over: 3 * second,
                notBefore: (CoinTRLimits.idLife + 5) * second),
            lines: .shared, subscribing: .each, channels: [.quotes, .trades, .states, .book],
            // The venue's messages are known to differ from its pages.
            unreadable: .asks, depthLevels: 20)
        // It pings every 5 s, and cuts who does not answer for 15.
        traits.silence = 15 * second
        traits.asksInTurn = true
        traits.pace.ping = 5 * second
        // What waits for its turn waits in this, too.
        traits.pace.ack = 20 * second
        traits.bounds.socketMessagesPerSecond = 20
        return traits
    }()
}
