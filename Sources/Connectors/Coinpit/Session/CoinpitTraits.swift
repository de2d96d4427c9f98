package import AccountSession
internal import TradingModel
internal import VenueSessions

extension VenueTraits {
    package static let coinpit: VenueTraits = {
        var traits = VenueTraits(
            name: CoinpitContracts.venue, clientIDs: .text(coinpitClientOrderIDRules),
            // An order of the venue's that waits for a price is told apart from others by its kind alone, and rests
            // at the price that woke it: it is left out.
            orders: OrderKinds(stop: false, ioc: false, fok: false, amendQuantity: false),
            reply: .taken, reduction: .flag, stopDirection: .said, spotFee: .received,
            openOrders: .perSegment, pushesBalances: false,
            // Nothing is written about lists that lag: as long as where it has been seen.
            absence: AbsenceRule(
                lists: [.open, .byID, .finished], looks: 3, over: 10 * second,
                notBefore: 20 * second),
            // Signatures are taken ten seconds around their nonces.
            absenceUnseen: AbsenceRule(
                lists: [.open, .finished], looks: 4, over: 6 * second, notBefore: 30 * second),
            lines: .shared, subscribing: .each, channels: [.book, .trades, .quotes, .states],
            // The venue's messages are known to differ from its pages.
            unreadable: .asks)
        traits.acknowledges = false
        traits.greets = true
        traits.answeringStatuses = [200, 400, 401, 403, 404, 405, 406, 410, 422]
        traits.pace.firstRequest = 1_100_000_000
        // Half of what the venue's greeting says of its patience.
        traits.pace.ping = 12 * second
        traits.pace.deals = second / 2
        return traits
    }()
}
