internal import TradingModel

/// What an order is to be; ``HostileVenue`` says in which units.
package struct HostileTerms {
    package enum Kind: Hashable, Sendable {
        case limit
        case postOnly
        /// What is not filled at once is gone.
        case immediate
        case market
    }

    package static let marketPrice = 100

    package let segment: Int
    /// As the venue spells it.
    package let clientID: String
    package let isBuy: Bool
    package let kind: Kind
    package var amount: Int
    package var price: Int
    /// Placed to close a position: it never turns it round.
    package var closes: Bool

    package init(
        segment: Int, clientID: String, isBuy: Bool, kind: Kind, amount: Int, price: Int,
        closes: Bool = false
    ) {
        self.segment = segment
        self.clientID = clientID
        self.isBuy = isBuy
        self.kind = kind
        self.amount = amount
        self.price = price
        self.closes = closes
    }
}

package struct HostileOrder {
    package let id: Int
    package internal(set) var terms: HostileTerms
    package internal(set) var filled = 0
    package internal(set) var isOpen = true
    package var unfilled: Int { terms.amount - filled }
}

/// An order that sleeps until the market reaches its trigger.
package struct HostileStop {
    package enum State {
        case waiting
        case woken
        case cancelled
    }
    package internal(set) var id: Int
    package internal(set) var terms: HostileTerms
    package let trigger: Int
    package internal(set) var state = State.waiting
}

package struct HostileExecution {
    package let id: Int
    package let segment: Int
    package let orderID: Int
    package let clientID: String
    package let isBuy: Bool
    package let amount: Int
    package let price: Int
    /// What was ordered, and at how much; `openAfter` is left of it.
    package let terms: HostileTerms
    package let openAfter: Int

    /// - Parameter order: as it was before.
    init(id: Int, order: HostileOrder, amount: Int) {
        self.id = id
        segment = order.terms.segment
        orderID = order.id
        clientID = order.terms.clientID
        isBuy = order.terms.isBuy
        self.amount = amount
        price = order.terms.price
        terms = order.terms
        openAfter = order.unfilled - amount
    }

    /// A thousandth of the worth, in millionths of the quote currency.
    package var fee: Int { amount * price }
}

/// Something that a venue tells its clients, with the state in which it left what it is about.
package enum HostileChange {
    package enum OrderEvent {
        case entered
        case filled
        case amended
        /// It is in the book no more: how it ended, the amounts say.
        case left
    }
    package enum StopEvent {
        case entered
        case woken
        case cancelled
    }
    case order(HostileOrder, OrderEvent)
    case stop(HostileStop, StopEvent)
    case execution(HostileExecution)
    case position(segment: Int, net: Int)
}

/// Why the venue does not do what it is asked.
package enum HostileRefusal: Error {
    case notEnough
    case malformed
    case wouldTake
    /// No such order is open.
    case unknown
}

/// What goes wrong with a request, in the order in which they are drawn.
package enum HostileFault: CaseIterable {
    /// It never arrives.
    case lost
    /// A venue too busy for orders: nothing is done, and it says so.
    case busy
    /// Nothing is done for there were too many, and it says so.
    case tooOften
    /// It is done, and the line is cut before the reply.
    case cutBehind
    /// It is done, and something between answers in the venue's place.
    case gateway
    /// It is done, and the reply says that it may have been.
    case doubt

    /// Whether the venue does what it was asked.
    package var isDone: Bool {
        switch self {
        case .lost, .busy, .tooOften: false
        case .cutBehind, .gateway, .doubt: true
        }
    }
}

/// Thousandths as a decimal in its shortest form.
package func thousandths(_ count: Int) -> String {
    SignedQuantity(attos: Int128(count) * attosPerUnit / 1_000).description
}
