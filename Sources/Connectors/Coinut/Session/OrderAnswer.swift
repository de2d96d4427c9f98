internal import TradingModel

/// All that the venue has said to one order so far: it may answer with several messages.
///
/// A limit order gets its fills and, where something is left, `order_accepted`; a market order never
/// gets that, but its fills and `order_rejected` for what is left.
package struct OrderAnswer: Hashable {
    package enum Standing: Hashable {
        /// Nothing was said, or not all: more will come.
        case awaited
        /// It is in the book, with what is left of it.
        case working
        case filled
        /// Nothing of it was carried out.
        case rejected([StatusWord])
        /// The rest of it was not carried out.
        case ended([StatusWord])
    }

    package let client: ClientNumber
    package let isMarket: Bool
    /// Each once, in the order of their transactions.
    package private(set) var fills: [OwnFill] = []
    package private(set) var accepted: AcceptedOrder?
    package private(set) var rejected: RejectedOrder?

    package init(to order: CoinutOrder) {
        self.init(client: order.client, isMarket: order.price == nil)
    }

    init(client: ClientNumber, isMarket: Bool) {
        self.client = client
        self.isMarket = isMarket
    }

    package var standing: Standing {
        if fills.contains(where: { $0.shown.open == .zero }) { return .filled }
        if let rejected {
            let hasFilled = !fills.isEmpty || rejected.shown.filled > .zero
            return hasFilled ? .ended(rejected.reasons) : .rejected(rejected.reasons)
        }
        if accepted != nil { return .working }
        // A fill that leaves something of a limit order shows that the venue has the rest.
        return fills.isEmpty || isMarket ? .awaited : .working
    }

    /// Applies a message about this order, in any order and repeated too.
    ///
    /// - Returns: whether it is about this order and new.
    package mutating func apply(_ content: CoinutMessage.Content) -> Bool {
        switch content {
        case .accepted(let message) where message.shown.client == client:
            guard accepted == nil else { return false }
            accepted = message
        case .rejected(let message) where message.shown.client == client:
            guard rejected == nil else { return false }
            rejected = message
        case .filled(let fill) where fill.shown.client == client:
            let place = fills.firstIndex { $0.transaction >= fill.transaction } ?? fills.endIndex
            guard place == fills.endIndex || fills[place].transaction != fill.transaction else {
                return false
            }
            fills.insert(fill, at: place)
        default: return false
        }
        return true
    }
}
