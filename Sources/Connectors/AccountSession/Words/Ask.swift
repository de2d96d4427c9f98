public import TradingModel
package import VenueSessions

/// What a request is for: all that is needed to make it, again if need be.
public enum Ask: Hashable, Sendable {
    case time
    case instruments(Segment)
    case fees(InstrumentID)
    case leverage(InstrumentID)
    /// Whether the account is set up in a way that is traded in.
    case mode(Segment)
    /// Whether the key may trade: asked with a cancel that finds nothing.
    case mayTrade(Segment)
    case balances(Segment)
    case positions(page: PagePlace)
    /// What the account was charged at settlements of an instrument.
    case funding(InstrumentID)
    case openOrders(Scope, page: PagePlace)
    case openStops(Scope, page: PagePlace)
    /// Recent executions of an instrument.
    case executions(InstrumentID, page: PagePlace)
    // By the serial of an order:
    case place(DeskSerial)
    /// The order's change of this number.
    case amend(DeskSerial, change: Int)
    case cancel(DeskSerial)
    case cancelByClientID(DeskSerial)
    case status(DeskSerial, id: WireID)
    case executionsOf(DeskSerial, id: WireID, page: PagePlace)
    /// By client id, among open orders and then among finished ones.
    case findOpen(DeskSerial)
    case findFinished(DeskSerial)
    case findOpenStop(DeskSerial)
    case findFinishedStop(DeskSerial)

    /// What it may stand together with in one request; nil: nothing.
    var batchKind: BatchKind? {
        switch self {
        case .place: .orders
        case .cancel: .cancels
        default: nil
        }
    }

    /// The order that it is about.
    package var order: DeskSerial? {
        switch self {
        case .place(let serial), .amend(let serial, _), .cancel(let serial),
            .cancelByClientID(let serial), .status(let serial, _), .executionsOf(let serial, _, _),
            .findOpen(let serial), .findFinished(let serial), .findOpenStop(let serial),
            .findFinishedStop(let serial):
            serial
        default: nil
        }
    }

    /// Whether its success shows that the key works.
    package var isSigned: Bool {
        switch self {
        case .time, .instruments: false
        default: true
        }
    }

    /// Whether what it changes is a stop order that has not woken.
    package func isAboutStop(_ order: TrackedOrder) -> Bool {
        switch self {
        case .place: order.request.stop != nil
        case .amend, .cancel: order.waitingStopID != nil
        default: false
        }
    }

    package var isAboutExecutions: Bool {
        if case .executionsOf = self { true } else { false }
    }

    /// Whether it changes an order: then a lost answer is not simply asked for again.
    package var isOrderChange: Bool {
        switch self {
        case .place, .amend, .cancel, .cancelByClientID: true
        default: false
        }
    }
}

/// What part of an account a list shows.
public enum Scope: Hashable, Sendable {
    case segment(Segment)
    case instrument(InstrumentID)
}

/// A request that was sent.
public struct Flight: Hashable, Sendable {
    public let ask: Ask
    package let sentAt: Timestamp
    package let attempts: Int
    package let group: EndpointGroup
}

/// A request that waits for its group's limit.
struct WaitingRequest {
    let ask: Ask
    let since: Timestamp
    let attempts: Int
}

/// What several orders are asked for in one request.
package enum BatchKind: Hashable, Sendable {
    case orders
    case cancels
}
