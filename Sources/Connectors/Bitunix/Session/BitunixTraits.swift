package import AccountSession
internal import TradingModel
internal import VenueSessions

extension VenueTraits {
    package static let bitunix: VenueTraits = {
        var traits = VenueTraits(
            name: BitunixInstruments.venue, clientIDs: .text(bitunixClientOrderIDRules),
            // What it calls take-profit and stop-loss belongs to positions, and is left alone.
            orders: OrderKinds(stop: false),
            reply: .taken, reduction: .flag, stopDirection: .said, spotFee: .received,
            openOrders: .perSegment,
            // Pushes of balances leave out what positions would bring: the account itself is asked.
            pushesBalances: false,
            // Nothing is written about lists that lag: as long as where it has been seen.
            absence: AbsenceRule(
                lists: [.open, .byID, .finished], looks: 3, over: 10 * second,
                notBefore: 20 * second),
            // The venue takes requests for a minute behind their timestamps.
            absenceUnseen: AbsenceRule(
                lists: [.open, .finished], looks: 4, over: 6 * second, notBefore: 75 * second),
            lines: .split, subscribing: .wholeList,
            channels: [.book, .trades, .quotes, .states, .index],
            // The venue's messages are known to differ from its pages.
            unreadable: .asks, depthLevels: 15)
        traits.acknowledges = false
        // Limits are low, and one of another's making bars the address: a second and what ways differ by.
        traits.pace.firstRequest = 1_100_000_000
        // As the venue recommends; within a minute it drops who is not heard of.
        traits.pace.ping = 15 * second
        // There are no pushes of executions: a grown sum has them asked for.
        traits.pace.deals = second / 5
        // Five, or the connection is cut and after several the address barred.
        traits.bounds.socketMessagesPerSecond = 4
        return traits
    }()
}
