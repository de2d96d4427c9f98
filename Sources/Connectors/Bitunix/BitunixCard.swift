internal import VenueSessions

extension ConformanceCard {
    static let bitunix = ConformanceCard(
        "tried against the simulator only: the real venue has not been reached"
    ) { `case` in
        switch `case` {
        case .connecting, .goodKey, .badKey, .unknownInstrument, .quotes, .marks, .limit, .market,
            .marketBuy, .ioc, .partialFills, .fees, .cancel, .cancelRace, .missingFunds,
            .wrongTick, .belowMinimum, .goneOrder, .reconnecting, .lostReply, .lostRequest,
            .rateLimit, .foreignOrders, .restoredOrders, .runCleaner, .massCancel,
            .batchedCancels:
            .passes
        case .tradingRight:
            .unverified(
                "the answer to the cancel of an order that does not exist is assumed: any but a "
                    + "refusal of the key counts as the right to trade")
        case .leverage:
            .lacks("the margin mode is the account's own; the leverage alone can be set")
        case .instruments:
            .unverified(
                "the venue's API tells no account's fees: those of a new account are taken, 0.02 % and 0.06 %"
            )
        case .trades:
            .unverified(
                "trades have no number: a message that repeats the one before it counts as the same"
            )
        case .bookRepair:
            .lacks("each push is a whole window, so that the next one mends what a lost one broke")
        case .book:
            .unverified(
                "each push is a whole window of 15 levels, in whose order only its time can be trusted"
            )
        case .ticker:
            .unverified("that a ticker's own name counts, and not the message's, is assumed")
        case .funding:
            .unverified(
                "the venue lists no charges: what positions are shown to have been charged in all is compared"
            )
        case .postOnly, .fok:
            .unverified(
                "that an order which cannot do what it asks for is taken and ends at once is assumed"
            )
        case .stopMarket, .stopLimit:
            .lacks("the venue's triggers belong to positions, and are left alone")
        case .reduceOnly:
            .unverified("what becomes of a reduce-only order larger than the position is not known")
        case .amendPrice, .amendQuantity:
            .unverified(
                "that a changed order keeps its id, and that its quantity counts what is filled, is assumed"
            )
        case .clockSkew, .clockJump:
            .unverified(
                "the header `Date` is the only clock, and an old timestamp is assumed to be refused as a wrong "
                    + "signature is")
        case .holdings:
            .unverified(
                "that what positions would bring is part of what is shown as available is how a public client reads "
                    + "it")
        case .batchedOrders:
            .lacks("each is a request of its own: a batch costs a request of a slower limit")
        }
    }
}
