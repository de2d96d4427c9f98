internal import TradingModel

/// What venues decide differently about orders and money; one value for each venue.
struct ExchangeRules {
    /// What becomes of the part of a market order that finds nobody.
    enum MarketRest {
        /// It is cancelled; an order that filled nothing is refused before it exists.
        case cancelled
        /// It ends as rejected, with what was filled before.
        case rejected
    }

    /// What orders and positions of contracts bind.
    enum Margin {
        /// Their worth, divided by the leverage, and an order's fee.
        case leverage
        /// What each loses until its stop, and for a position what closing it costs.
        case stopDistance
    }

    /// What the fees of a spot market are taken out of.
    var spotFee = SpotFee.received
    /// The decimals of a spot fee, behind which it is rounded half to even; nil: all of them.
    var spotFeeDecimals: Int?
    /// Whether an open spot purchase sets the taker's fee aside, too.
    var freezesSpotFee = false
    var marketRest = MarketRest.cancelled
    /// Whether a market purchase is paid level by level, as far as the money goes; else it is
    /// refused where it cannot be paid whole.
    var paysByLevel = false
    /// How many times above or below the last price an order's may lie; nil: any price is taken.
    var priceBand: Int128?
    /// What a position may be multiplied by; ascending.
    var leverages = [1]
    /// Of a market whose leverage the account has not set.
    var leverage = 1
    /// Whether open positions pay and receive funding.
    var chargesFunding = true
    /// Whether orders that ended without a fill are kept, too.
    var keepsUnfilled = false
    var margin = Margin.leverage
    /// Whether a position has a part for each fill that made it, of which the oldest are closed first.
    var keepsParts = false
}
