public import TradingModel

/// An order, a cancel or an amendment as the session sent it.
public struct SentCommand: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        case submit(OrderRequest)
        case cancel
        case amend(price: Price?, quantity: Quantity?)
    }

    /// Of the order.
    public let id: ClientOrderID
    public let instrument: InstrumentID
    public let action: Action
    public let sentAt: Timestamp
    /// How many market events had come before it.
    public let place: Int
    /// When the venue's first word about it was there; nil: none came, or only after it had been asked for.
    public internal(set) var answeredAt: Timestamp?

    public init(
        id: ClientOrderID, instrument: InstrumentID, action: Action, sentAt: Timestamp, place: Int
    ) {
        self.id = id
        self.instrument = instrument
        self.action = action
        self.sentAt = sentAt
        self.place = place
    }

    /// What was ordered; nil: it concerns an order that was sent before.
    public var request: OrderRequest? {
        if case .submit(let request) = action { request } else { nil }
    }

    /// From its sending to the answer, in nanoseconds; nil: there was none.
    var roundTrip: Int64? {
        answeredAt.map { max(0, $0.nanoseconds - sentAt.nanoseconds) }
    }
}

/// How long the session's orders took to be answered.
public struct MeasuredLatency: Hashable, Sendable {
    /// Orders with an answer.
    public let count: Int
    /// Nanoseconds each.
    public let least: Int64
    public let median: Int64
    public let most: Int64

    /// Nil: none was answered.
    init?(_ roundTrips: [Int64]) {
        let sorted = roundTrips.sorted()
        guard let least = sorted.first, let most = sorted.last else { return nil }
        count = sorted.count
        self.least = least
        median = sorted[(sorted.count - 1) / 2]
        self.most = most
    }
}
