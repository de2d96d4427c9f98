internal import VenueSessions

extension ConformanceCard {
    static let coinut = ConformanceCard(
        "the venue's documents are of 2018 and it may be gone: all of this is shown against the "
            + "simulator alone"
    ) { `case` in
        switch `case` {
        case .connecting, .goodKey, .unknownInstrument, .quotes, .trades, .book, .ticker,
            .bookRepair, .limit, .market, .marketBuy, .partialFills, .fees, .cancel, .cancelRace,
            .missingFunds, .wrongTick, .goneOrder, .reconnecting, .lostReply, .lostRequest,
            .rateLimit, .clockSkew, .clockJump, .foreignOrders, .restoredOrders, .runCleaner,
            .massCancel, .batchedCancels, .batchedOrders, .reduceOnly:
            .passes
        case .badKey: .unverified("the words in which a login is refused are assumed")
        case .instruments:
            .unverified("lots and minimums are assumed, and so are fees before the first fill")
        case .belowMinimum: .unverified("no least quantity is documented: a lot is assumed")
        case .holdings:
            .unverified("that balances contain what open orders bind is assumed")
        case .tradingRight:
            .lacks("the venue tells no key's rights: an order is refused with the reason")
        case .leverage: .lacks("the venue trades spot only")
        case .marks, .funding: .lacks("the venue trades spot only")
        case .postOnly, .ioc, .fok, .stopMarket, .stopLimit:
            .lacks("the venue has limit and market orders only")
        case .amendPrice, .amendQuantity:
            .lacks("the venue cannot change orders: cancel and send another")
        }
    }
}
