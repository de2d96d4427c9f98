/// How long an order stays when it cannot fill at once.
public enum TimeInForce: String, Hashable, Sendable, CaseIterable {
    /// Until cancelled.
    case gtc
    /// Fills what it can at once; the rest is cancelled.
    case ioc
    /// Fills whole at once, or is cancelled whole.
    case fok
}

/// What a strategy asks for when it wants an order, before ticks, lots and limits are applied.
public struct OrderRequest: Hashable, Sendable {
    public var instrument: InstrumentID
    public var side: Side
    public var quantity: Quantity
    /// Nil: a market order.
    public var price: Price?
    public var timeInForce: TimeInForce
    /// Refused rather than filled at once.
    public var isPostOnly: Bool
    /// Never grows the position or turns it around.
    public var isReduceOnly: Bool
    /// The order sleeps until the last price reaches this: from below to buy, from above to sell.
    public var stop: Price?
    /// The script's own name for it; empty: none.
    public var tag: OrderTag

    public init(
        instrument: InstrumentID, side: Side, quantity: Quantity, price: Price? = nil,
        timeInForce: TimeInForce = .gtc, isPostOnly: Bool = false, isReduceOnly: Bool = false,
        stop: Price? = nil, tag: OrderTag = .empty
    ) {
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.price = price
        self.timeInForce = timeInForce
        self.isPostOnly = isPostOnly
        self.isReduceOnly = isReduceOnly
        self.stop = stop
        self.tag = tag
    }
}

/// What an order can do to a position and what it can cost: asked by `target`, by the risk gate and
/// by the simulated account, and answered here for all of them.
extension OrderRequest {
    /// How much of `remaining` may fill while `net` is held: a reduce-only order takes off what
    /// there is and no more.
    @inlinable public func fillable(
        _ remaining: Quantity, holding net: @autoclosure () -> SignedQuantity
    ) -> Quantity {
        guard isReduceOnly else { return remaining }
        let net = net()
        guard net.side == side.opposite else { return .zero }
        return min(remaining, net.magnitude)
    }

    /// The price that values the order at its worst: the most that a unit can cost or bring.
    ///
    /// A buy pays its limit at most; without one it pays what it meets, from its stop on. A sell
    /// fetches its limit or better: where the market is higher it fetches that, and a stop that has
    /// not triggered fetches its stop at most.
    ///
    /// - Parameters:
    ///   - touch: the opposite side's price that it would meet; nil: none is shown.
    ///   - last: the last price, where no touch is shown.
    /// - Returns: nil when nothing tells its worth.
    public func worstPrice(touch: Price?, last: Price?) -> Price? {
        let market = touch ?? last
        switch side {
        case .buy: return price ?? Self.higher(stop, market)
        case .sell: return Self.higher(price, stop ?? market)
        }
    }

    private static func higher(_ one: Price?, _ other: Price?) -> Price? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }
}

/// Which orders an intent means.
public enum OrderSelector: Hashable, Sendable {
    case order(ClientOrderID)
    /// All working orders that match; nil matches any.
    case matching(instrument: InstrumentID?, tag: OrderTag?)
}

/// What a handler returns: a wish, not yet an order.
public enum Intent: Hashable, Sendable {
    /// Apart, because it is large, and most intents of a busy strategy are changes.
    indirect case place(OrderRequest)
    case cancel(OrderSelector)
    /// A new price, a new total quantity, or both.
    case amend(ClientOrderID, price: Price?, quantity: Quantity?)
    /// Whatever market order it takes to hold this much, counting the orders that are at
    /// work.
    case target(InstrumentID, SignedQuantity)
    /// Cancel the instrument's orders and leave the position.
    case close(InstrumentID)
}

/// Whether a fill took liquidity or gave it.
public enum Liquidity: String, Hashable, Sendable {
    case maker
    case taker
}

/// An execution of an own order.
public struct Fill: Hashable, Sendable {
    public var number: FillID
    public var price: Price
    public var quantity: Quantity
    public var liquidity: Liquidity
    /// What was paid, positive, in ``feeCurrency``; negative is a rebate.
    public var fee: Money
    public var feeCurrency: Currency

    public init(
        id: String, price: Price, quantity: Quantity, liquidity: Liquidity, fee: Money,
        feeCurrency: Currency
    ) {
        self.init(
            FillID(id), price: price, quantity: quantity, liquidity: liquidity, fee: fee,
            feeCurrency: feeCurrency)
    }

    public init(
        _ number: FillID, price: Price, quantity: Quantity, liquidity: Liquidity, fee: Money,
        feeCurrency: Currency
    ) {
        self.number = number
        self.price = price
        self.quantity = quantity
        self.liquidity = liquidity
        self.fee = fee
        self.feeCurrency = feeCurrency
    }

    public var id: String { number.text }
}

/// What happens to an own order: a venue's report, or our own deed.
public enum OrderEvent: Hashable, Sendable {
    /// The venue has it.
    case accepted(VenueOrderID)
    /// The venue refused it; it never worked.
    case rejected(reason: InternedText)
    /// A stop order was triggered and works now.
    case triggered
    case fill(Fill)
    /// We asked to cancel.
    case cancelRequested
    case cancelRejected(reason: InternedText)
    case cancelled
    /// We asked to amend.
    case amendRequested(price: Price?, quantity: Quantity?)
    /// The venue's terms now hold; quantity is the whole order's, filled part included.
    case amended(price: Price?, quantity: Quantity)
    case amendRejected(reason: InternedText)
    /// The venue ended it: time in force, post-only, reduce-only or its own rules.
    case expired(reason: InternedText)
    /// We asked and got no answer: its fate is not known.
    case lost(reason: InternedText)
    /// The venue, asked, says that it never saw the order.
    case notFound
}

/// Any message of a venue about an own order.
public struct ExecutionReport: Hashable, Sendable {
    public var order: ClientOrderID
    public var instrument: InstrumentID
    public var event: OrderEvent
    public var venueTime: Timestamp
    public var receiveTime: Timestamp

    public init(
        order: ClientOrderID, instrument: InstrumentID, event: OrderEvent, venueTime: Timestamp,
        receiveTime: Timestamp
    ) {
        self.order = order
        self.instrument = instrument
        self.event = event
        self.venueTime = venueTime
        self.receiveTime = receiveTime
    }
}

/// What an account holds of a currency.
public struct Balance: Hashable, Sendable {
    public var currency: Currency
    /// All of it, what orders and positions bind included.
    public var total: Money
    /// What is free for new orders.
    public var available: Money
    /// Which of the run's accounts has it, by its place: a run has one at each of its venues.
    public var account: Int
    public init(currency: Currency, total: Money, available: Money, account: Int = 0) {
        self.currency = currency
        self.total = total
        self.available = available
        self.account = account
    }
}
