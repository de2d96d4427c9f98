internal import TradingCore
internal import TradingModel

/// An order that the simulated venue holds.
final class PaperOrder {
    enum Stage {
        /// A stop that has not been triggered.
        case untriggered
        /// A market order that waits for the next bar's open.
        case awaitingBar
        case resting
    }

    let id: ClientOrderID
    /// Of ``OpenOrders``, which alone changes it.
    var nextInBucket: PaperOrder?
    let venueID: VenueOrderID
    /// The terms as last amended.
    var request: OrderRequest
    var filled = Quantity.zero
    var stage = Stage.resting
    var isOpen = true
    /// When it was sent, with the terms that it has: of a bar that was open it meets the rest.
    private(set) var sentAt: Timestamp
    /// When it reached the venue with these terms: records from before are none of its business.
    var arrivedAt: Timestamp
    /// Whether it has met a bar's price with these terms: from then on it gives liquidity.
    var hasMetBar = false
    /// Whether no market was known when it came: it meets the first that comes.
    var awaitsMarket = false
    /// Where a market order that waits for a bar is assumed to fill.
    var estimate: Price?
    /// Its place among the orders of its market, which counts up; nil: it is not among them.
    var place: Int?
    /// What it was when it joined them.
    var joined = Joined()
    /// Where it stands in line at its price, while it rests among them.
    var queue: LevelQueue?
    /// What the account has set aside for it.
    var reservation = Money.zero
    /// What it should have set aside, as last asked for.
    var needed = Money.zero
    /// What it needs, as last worked out, and what that followed from.
    var requirement: (basis: Basis, amount: Money)?

    /// What an order needs follows from this alone, but for one that shares a holding.
    struct Basis: Hashable {
        let stage: Stage
        let price: Price?
        let remaining: Quantity
        /// The position that it would take off.
        let opposite: Quantity
    }

    /// What an order is to its market while it is one of its orders.
    struct Joined {
        var isStop = false
        var isWaiting = false
    }

    init(id: ClientOrderID, venueID: VenueOrderID, request: OrderRequest, sentAt: Timestamp) {
        self.id = id
        self.venueID = venueID
        self.request = request
        self.sentAt = sentAt
        arrivedAt = sentAt
    }

    /// Takes note that it has come in again, by an amendment.
    func comeAgain(sentAt: Timestamp, arrivedAt: Timestamp) {
        self.sentAt = sentAt
        self.arrivedAt = arrivedAt
        hasMetBar = false
    }

    /// What an amendment changes of it.
    struct Terms {
        var price: Price?
        var quantity: Quantity
    }

    var terms: Terms {
        get { Terms(price: request.price, quantity: request.quantity) }
        set {
            request.price = newValue.price
            request.quantity = newValue.quantity
        }
    }

    var instrument: InstrumentID { request.instrument }
    var side: Side { request.side }
    var remaining: Quantity { request.quantity - filled }
    var isRestingLimit: Bool { stage == .resting && request.price != nil }

    /// Whether it came before the market that it is to meet.
    var isWaiting: Bool { stage == .awaitingBar || (awaitsMarket && stage == .resting) }

    /// Whether its price meets `other` from its side: a buy at or above, a sell at or below.
    func reaches(_ other: Price) -> Bool {
        guard let price = request.price else { return true }
        return side == .buy ? price >= other : price <= other
    }

    /// Whether the market at `price` wakes the stop.
    func isTriggered(by price: Price) -> Bool {
        guard stage == .untriggered, let stop = request.stop else { return false }
        return side == .buy ? price >= stop : price <= stop
    }
}
