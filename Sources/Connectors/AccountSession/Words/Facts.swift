package import TradingModel

/// What a venue says about an order, in our words: from a reply, a list or a push.
public struct OrderFact: Hashable, Sendable {
    public enum Standing: Hashable, Sendable {
        /// The venue has it and its book not yet: until that changes nothing is pushed of it.
        case pending
        /// In the book.
        case working
        /// In the book with new terms: the news is the change.
        case amended
        /// In the book no more: the amounts tell whether it was filled.
        case left
        /// In the book no more, and how is said.
        case ended(OrderEnding)
        /// Not said: only the amounts tell.
        case unclear
    }

    package var segment: Segment
    package var id: WireID
    /// The id that whoever sent it gave it.
    package var clientID: WireID?
    /// Nil: it is of a market that the session does not trade.
    package var instrument: InstrumentID?
    package var side: Side
    package var standing: Standing
    /// Nil: a market order.
    package var price: Price?
    /// The quantity of this id: a change may begin the count anew.
    package var amount: Quantity
    /// Of this id, in base currency or contracts; nil: not said.
    package var unfilled: Quantity?
    package var filled: Quantity?
    /// Whether nothing is left of it, should it have left the book.
    package var isWhole: Bool
    /// Whether what does not fill at once is not kept: market orders, IOC and FOK.
    package var cannotRest: Bool
    /// What its executions pay where they do not say.
    package var makerFee: Rate?
    package var takerFee: Rate?
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp?

    /// Whether it is in the book no more.
    package var hasLeft: Bool {
        switch standing {
        case .left, .ended: true
        case .pending, .working, .amended, .unclear: false
        }
    }

    package init(
        segment: Segment, id: WireID, clientID: WireID?, instrument: InstrumentID?, side: Side,
        standing: Standing, price: Price?, amount: Quantity, unfilled: Quantity?,
        filled: Quantity?, isWhole: Bool, cannotRest: Bool, makerFee: Rate? = nil,
        takerFee: Rate? = nil, createdAt: Timestamp?, updatedAt: Timestamp?
    ) {
        self.segment = segment
        self.id = id
        self.clientID = clientID
        self.instrument = instrument
        self.side = side
        self.standing = standing
        self.price = price
        self.amount = amount
        self.unfilled = unfilled
        self.filled = filled
        self.isWhole = isWhole
        self.cannotRest = cannotRest
        self.makerFee = makerFee
        self.takerFee = takerFee
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// How an order ends once all its executions are reported.
public enum OrderEnding: Hashable, Sendable {
    case filled
    case cancelled
    case expired(reason: String)
}

/// What a venue says about a stop order, which is numbered apart and may become an order.
public struct StopFact: Hashable, Sendable {
    public enum Standing: Hashable, Sendable {
        case waiting
        /// It became an order with the same client id.
        case woken
        /// It woke, and the venue could not place the order.
        case failed
        case cancelled
        /// A word that nobody has described.
        case unclear(String)
    }

    package var segment: Segment
    package var id: WireID
    package var clientID: WireID?
    /// Nil: it is of a market that the session does not trade.
    package var instrument: InstrumentID?
    package var side: Side
    package var standing: Standing
    package var amount: Quantity
    package var price: Price?
    package var trigger: Price
    /// Nil: not said readably.
    package var waitsForHigher: Bool?
    package var updatedAt: Timestamp?

    package init(
        segment: Segment, id: WireID, clientID: WireID?, instrument: InstrumentID?, side: Side,
        standing: Standing, amount: Quantity, price: Price?, trigger: Price, waitsForHigher: Bool?,
        updatedAt: Timestamp?
    ) {
        self.segment = segment
        self.id = id
        self.clientID = clientID
        self.instrument = instrument
        self.side = side
        self.standing = standing
        self.amount = amount
        self.price = price
        self.trigger = trigger
        self.waitsForHigher = waitsForHigher
        self.updatedAt = updatedAt
    }
}

/// What a venue says about one execution of an own order.
public struct ExecutionFact: Hashable, Sendable {
    package var segment: Segment
    package var id: WireID
    package var orderID: WireID
    package var clientID: WireID?
    /// Our own side.
    package var side: Side
    package var price: Price
    package var quantity: Quantity
    /// These three: nil where the venue does not say.
    package var liquidity: Liquidity?
    package var fee: Money?
    package var feeCurrency: Currency?
    package var venueTime: Timestamp?

    package init(
        segment: Segment, id: WireID, orderID: WireID, clientID: WireID?, side: Side, price: Price,
        quantity: Quantity, liquidity: Liquidity?, fee: Money?, feeCurrency: Currency?,
        venueTime: Timestamp?
    ) {
        self.segment = segment
        self.id = id
        self.orderID = orderID
        self.clientID = clientID
        self.side = side
        self.price = price
        self.quantity = quantity
        self.liquidity = liquidity
        self.fee = fee
        self.feeCurrency = feeCurrency
        self.venueTime = venueTime
    }
}

/// What a venue says is held of a currency in a segment.
public struct BalanceFact: Hashable, Sendable {
    package var segment: Segment
    package var currency: Currency
    package var total: Money
    package var available: Money
    package var venueTime: Timestamp?

    package init(
        segment: Segment, currency: Currency, total: Money, available: Money, venueTime: Timestamp?
    ) {
        self.segment = segment
        self.currency = currency
        self.total = total
        self.available = available
        self.venueTime = venueTime
    }
}

/// What a venue says is held in a market.
public struct PositionFact: Hashable, Sendable {
    /// In the venue's spelling.
    package var market: String
    /// Nil: the session does not trade it.
    package var instrument: InstrumentID?
    package var net: SignedQuantity
    package var averagePrice: Price?
    package var liquidationPrice: Price?
    package var leverage: String?
    /// The venue's word for why it changed the position by itself; nil: it did not.
    package var forcedBy: String?
    package var venueTime: Timestamp?

    package init(
        market: String, instrument: InstrumentID?, net: SignedQuantity, averagePrice: Price?,
        liquidationPrice: Price?, leverage: String?, forcedBy: String? = nil,
        venueTime: Timestamp?
    ) {
        self.market = market
        self.instrument = instrument
        self.net = net
        self.averagePrice = averagePrice
        self.liquidationPrice = liquidationPrice
        self.leverage = leverage
        self.forcedBy = forcedBy
        self.venueTime = venueTime
    }
}

/// What an open position paid or received at a settlement of funding.
public struct FundingFact: Hashable, Sendable {
    /// Nil: it is of a market that the session does not trade.
    package var instrument: InstrumentID?
    package var rate: Rate
    /// The price that the position was valued at.
    package var price: Price
    package var size: Quantity
    /// The side that made the position; nil where the venue does not say.
    package var side: Side?
    package var venueTime: Timestamp
    /// What was received, where the venue tells no more than that; nil: it follows from the others.
    package var payment: Money?

    package init(
        instrument: InstrumentID?, rate: Rate, price: Price, size: Quantity, side: Side?,
        venueTime: Timestamp
    ) {
        self.instrument = instrument
        self.rate = rate
        self.price = price
        self.size = size
        self.side = side
        self.venueTime = venueTime
    }
}
