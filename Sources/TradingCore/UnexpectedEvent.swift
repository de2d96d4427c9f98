public import TradingModel

/// An event that cannot follow a state.
public struct UnexpectedEvent: Error, Hashable, Sendable, CustomStringConvertible {
    public let state: OrderState
    public let event: OrderEvent
    public init(state: OrderState, event: OrderEvent) {
        self.state = state
        self.event = event
    }
    public var description: String {
        let filled = state.filled == .zero ? "" : " with \(state.filled) filled"
        return "`\(event.name)` cannot follow `\(state.name)`\(filled)"
    }
}

extension OrderEvent {
    fileprivate var name: String {
        switch self {
        case .accepted(let id): "accepted as \(id)"
        case .rejected: "rejected"
        case .triggered: "triggered"
        case .fill(let fill): "fill of \(fill.quantity)"
        case .cancelRequested: "cancel requested"
        case .cancelRejected: "cancel rejected"
        case .cancelled: "cancelled"
        case .amendRequested: "amend requested"
        case .amended(_, let quantity): "amended to \(quantity)"
        case .amendRejected: "amend rejected"
        case .expired: "expired"
        case .lost: "lost"
        case .notFound: "not found"
        }
    }
}
