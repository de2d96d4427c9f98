internal import TradingModel

/// How an order meets the book.
enum ExchangeOrderKind: String {
    case limit
    case market
    case postOnly = "post_only"
    case ioc
    case fok

    var hasPrice: Bool { self != .market }
}

/// What is cancelled when an order meets one of the same account.
enum SelfTradeRule {
    case taker
    case maker
    case both
}

/// What a client asked for, read and checked for its form.
struct ExchangeTerms {
    var market: ExchangeMarket
    var side: Side
    var kind: ExchangeOrderKind
    /// In base currency, or in contracts; of ``isCountedInQuote`` in quote currency.
    var amount: Money
    var isCountedInQuote = false
    var price: Price?
    /// Empty: the client gave none.
    var clientID = ""
    var isHidden = false
    var selfTrade: SelfTradeRule?
    var isReduceOnly = false
    /// How far from its price it may lose at most, where margin follows from that.
    var marginPoints = Price.zero
    /// The stop order that it comes from; 0: none.
    var stopID: Int64 = 0

    var quantity: Quantity { Quantity(attos: amount.attos) }

    /// Whether the order's price meets an opposite one.
    func reaches(_ other: Price) -> Bool {
        guard let price else { return true }
        return side == .buy ? price >= other : price <= other
    }
}

/// How an order stands at one moment.
struct OrderView {
    enum Status: String {
        case open
        case partlyFilled = "partly_filled"
        case filled
        case cancelled
        case partlyCancelled = "partly_cancelled"
    }

    /// Changes only where a change of terms gives a new one.
    var id: Int64
    let terms: ExchangeTerms
    let createdAt: Timestamp
    var updatedAt: Timestamp
    /// The terms that can be changed.
    var amount: Money
    var price: Price?
    var filled = Quantity.zero
    var filledValue = Money.zero
    /// Paid in base currency.
    var baseFee = Money.zero
    /// In quote currency (spot), in the settle currency (futures).
    var fee = Money.zero
    var lastFilled = Quantity.zero
    var lastPrice = Price.zero
    var realised = Money.zero
    var isOpen = true
    /// Why the venue ended what was left of it; nil: it did not.
    var ending: Refused?

    init(id: Int64, terms: ExchangeTerms, at time: Timestamp) {
        self.id = id
        self.terms = terms
        amount = terms.amount
        price = terms.price
        createdAt = time
        updatedAt = time
    }

    var market: ExchangeMarket { terms.market }
    var side: Side { terms.side }
    /// What is left of ``amount``, in its own unit.
    var unfilled: Money {
        amount - (terms.isCountedInQuote ? filledValue : Money(attos: filled.attos))
    }
    /// Whether nothing is left that could fill.
    var isComplete: Bool { unfilled <= .zero }
    /// What is left to fill, in base currency or contracts.
    var remaining: Quantity { Quantity(attos: max(0, amount.attos - filled.attos)) }

    var status: Status {
        if isOpen { return filled == .zero ? .open : .partlyFilled }
        if isComplete || terms.isCountedInQuote && filled > .zero { return .filled }
        return filled == .zero ? .cancelled : .partlyCancelled
    }

    /// The amount's currency on a spot market.
    var currency: Currency { terms.isCountedInQuote ? market.quote : market.base }
}

/// An order at the venue, open or finished.
@dynamicMemberLookup
final class ExchangeOrder {
    /// How it stands now.
    private(set) var view: OrderView
    /// A client has been told of it.
    var isReported = false
    /// Its name at the matching; a market order has several, one after another.
    var child: ClientOrderID?
    /// Why the matching refused it or a change of it.
    var refusal: String?

    init(id: Int64, terms: ExchangeTerms, at time: Timestamp) {
        view = OrderView(id: id, terms: terms, at: time)
    }

    subscript<Value>(dynamicMember path: KeyPath<OrderView, Value>) -> Value {
        view[keyPath: path]
    }
    subscript<Value>(dynamicMember path: WritableKeyPath<OrderView, Value>) -> Value {
        get { view[keyPath: path] }
        set { view[keyPath: path] = newValue }
    }
}

/// One of an account's executions.
struct ExchangeExecution {
    /// Of the public trade that it is part of.
    let id: Int64
    let time: Timestamp
    let market: ExchangeMarket
    let side: Side
    let orderID: Int64
    let clientID: String
    let price: Price
    let quantity: Quantity
    let liquidity: Liquidity
    let fee: Money
    let feeCurrency: Currency
    /// 0 on a spot market.
    let positionID: Int64
    let realised: Money
}

/// An order that waits for a price.
struct ExchangeStop {
    let id: Int64
    var terms: ExchangeTerms
    var trigger: Price
    var kind: TriggerPrice
    var isHigher: Bool
    let createdAt: Timestamp
    var updatedAt: Timestamp

    func isMet(by price: Price) -> Bool { isHigher ? price >= trigger : price <= trigger }
}

/// Which price wakes a stop.
enum TriggerPrice {
    case latest
    case mark
    case index

    func price(in market: ExchangeMarket) -> Price? {
        switch self {
        case .latest: market.tape.last ?? market.tape.mark
        case .mark: market.tape.mark
        case .index: market.index
        }
    }
}
