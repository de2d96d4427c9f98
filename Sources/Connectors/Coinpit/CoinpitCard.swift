internal import VenueSessions

extension ConformanceCard {
    /// None of its cases has been tried: contracts are whole here, and the trials trade fractions of them.
    static let coinpit = ConformanceCard(
        "its cases have not been tried; what has been is on the venue's page"
    ) { `case` in
        switch `case` {
        case .tradingRight: .lacks("a key has every right")
        case .leverage: .lacks("margin follows from the distance of a position's stop")
        case .funding: .lacks("its perpetual contract pays none")
        case .ioc, .fok: .lacks("orders rest until they are filled or cancelled")
        case .stopMarket, .stopLimit:
            .lacks("its stop orders rest where they woke, and are left out")
        case .amendQuantity: .lacks("the price alone can be changed")
        case .batchedOrders, .batchedCancels:
            .lacks("a run's orders and cancels are requests of their own")
        case .trades:
            .unverified(
                "trades have neither a number nor a side, and their times count seconds: one that comes twice is "
                    + "told twice")
        case .marks, .ticker:
            .unverified("the index is pushed when it changes; there is no mark price")
        case .bookRepair:
            .unverified(
                "changes have no number: a lost one shows in the best prices, or in the whole book of each minute"
            )
        case .reduceOnly:
            .unverified(
                "there is no such flag: an order is cut to what is held when it leaves, and nets like any other"
            )
        case .rateLimit:
            .unverified("the venue tells no numbers: ten requests a second are assumed")
        default: .unverified("the trial of this case has not been run at this venue")
        }
    }
}
