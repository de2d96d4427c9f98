internal import VenueSessions

extension ConformanceCard {
    static let coinTR = ConformanceCard(
        "the venue's interface of this kind is gone, and its documents contradict themselves: all of "
            + "this is shown against the simulator alone"
    ) { `case` in
        switch `case` {
        case .connecting, .unknownInstrument, .quotes, .trades, .book, .ticker, .marks, .limit,
            .partialFills, .cancel, .cancelRace, .reconnecting, .lostReply, .holdings,
            .foreignOrders, .restoredOrders, .runCleaner, .massCancel, .batchedCancels:
            .passes
        case .goodKey:
            .unverified(
                "what the first step of a signature makes of its digest is assumed: hexadecimal")
        case .badKey, .tradingRight:
            .unverified("in which status and code the venue refuses a key is assumed")
        case .leverage: .unverified("which leverages a market takes is assumed: all up to its most")
        case .instruments:
            .unverified("that a size of futures counts contracts everywhere is assumed")
        case .market, .marketBuy:
            .unverified(
                "purchases of spot go as an immediate order at a twentieth above what is offered: the "
                    + "venue takes them at the market for an amount of money only")
        case .ioc, .fok, .postOnly:
            .unverified("that such an order is taken, and has expired at once, is assumed")
        case .reduceOnly:
            .unverified("that the flag cuts an order to what is held is assumed")
        case .fees: .unverified("what currency a push tells a fee in is assumed")
        case .missingFunds, .wrongTick, .belowMinimum:
            .unverified("the venue's one known code for a refused order gives no reason")
        case .goneOrder:
            .unverified("the answer to the cancel of an order that has ended is assumed")
        case .lostRequest:
            .unverified(
                "how long a request stands that was signed before is assumed: half a minute")
        case .rateLimit: .unverified("the venue's limits are not written down")
        case .clockSkew, .clockJump:
            .unverified("that replies have a Date, which the clock is read from, is assumed")
        case .funding:
            .lacks("the venue tells a rate, and neither when nor what an account was charged")
        case .bookRepair:
            .lacks("every push of a book is the whole book: the next one repairs it")
        case .stopMarket, .stopLimit: .lacks("the venue's interface takes no stop orders")
        case .amendPrice, .amendQuantity:
            .lacks("the venue cannot change orders: cancel and send another")
        case .batchedOrders:
            .lacks("each is a request of its own: what a batch costs of the limit is not known")
        }
    }
}
