package import AccountSession
internal import TradingModel
internal import VenueSessions

extension VenueTraits {
    package static let coinEx = VenueTraits(
        name: CoinExInstruments.venue, clientIDs: .text(coinExClientOrderIDRules),
        orders: OrderKinds(),
        reply: .settled, reduction: .ownRequest, stopDirection: .fromLastPrice,
        spotFee: CoinExInstruments.spotFee, openOrders: .perSegment, pushesBalances: true,
        // Lists and questions have been seen to lag behind by 10 to 20 s.
        absence: AbsenceRule(
            lists: [.open, .byID, .finished], looks: 3, over: 10 * second, notBefore: 20 * second),
        // The venue refuses requests that are older than 5 s; twice that again for its own delays.
        absenceUnseen: AbsenceRule(
            lists: [.open, .finished], looks: 4, over: 3 * second, notBefore: 15 * second),
        lines: .perSegment, subscribing: .wholeList,
        channels: [.book, .trades, .quotes, .states, .index], unreadable: .reopens,
        depthLevels: 50)
}
