internal import VenueSessions

extension ConformanceCard {
    static let coinEx = ConformanceCard(
        "tried against the simulator only: the real venue has not been reached"
    ) { `case` in
        switch `case` {
        case .connecting, .goodKey, .badKey, .leverage, .unknownInstrument, .trades, .limit,
            .market, .marketBuy, .postOnly, .ioc, .fok, .stopMarket, .stopLimit, .partialFills,
            .fees, .cancel, .cancelRace, .missingFunds, .wrongTick, .belowMinimum, .goneOrder,
            .reconnecting, .lostReply, .lostRequest, .rateLimit, .holdings, .foreignOrders,
            .restoredOrders, .runCleaner, .massCancel:
            .passes
        case .tradingRight:
            .unverified(
                "the answer to the cancel of an order that does not exist is assumed: any but a "
                    + "refusal of the key counts as the right to trade")
        case .instruments:
            .unverified(
                "the value of inverse contracts (1 US dollar) and their step (1) are assumed")
        case .quotes, .ticker, .marks:
            .unverified("that a subscription is answered at once with what there is is assumed")
        case .book, .bookRepair:
            .unverified("the checksum that books are held against has met no real message")
        case .funding:
            .unverified("how soon the account's list shows a settlement is not known")
        case .reduceOnly:
            .unverified(
                "that an order is cut when the position shrinks before it fills, and refused when it is "
                    + "larger from the start, is assumed")
        case .amendPrice, .amendQuantity:
            .unverified("whether a changed order keeps its id is not documented: both are borne")
        case .clockSkew, .clockJump:
            .unverified("what the venue answers to a time that lies ahead of its own is not known")
        case .batchedOrders, .batchedCancels:
            .lacks("each is a request of its own: a batch costs as much of the rate limit")
        }
    }
}
