internal import Synchronization
public import TradingModel

/// An order that a venue's list of open orders shows, in the venue's words.
public struct ListedOrder: Hashable, Sendable {
    /// The venue's spelling, with what kind of account it is: `BTCUSDT (futures)`.
    public var market: String
    public var side: Side
    /// What is not filled yet.
    public var remaining: Quantity
    /// Nil: a market order.
    public var price: Price?
    /// The price at which it wakes; nil: it is no stop order, or has woken.
    public var stop: Price?
    public var venueID: String
    /// The id that whoever sent it gave it.
    public var clientID: ClientOrderID?

    public init(
        market: String, side: Side, remaining: Quantity, price: Price?, stop: Price?,
        venueID: String, clientID: ClientOrderID?
    ) {
        self.market = market
        self.side = side
        self.remaining = remaining
        self.price = price
        self.stop = stop
        self.venueID = venueID
        self.clientID = clientID
    }
}

/// What a sweep over an account's open orders has seen, for whoever waits for it on another thread.
public final class OpenOrderSightings: Sendable {
    private let found = Mutex<[ListedOrder]>([])

    public init() {}

    /// As they were seen first, each once.
    public var orders: [ListedOrder] { found.withLock { $0 } }

    public func add(_ orders: [ListedOrder]) {
        found.withLock { seen in
            for order in orders
            where !seen.contains(where: {
                $0.venueID == order.venueID && $0.market == order.market
            }) {
                seen.append(order)
            }
        }
    }
}
