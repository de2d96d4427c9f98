package import TradingCore
package import TradingModel
package import VenueSessions

/// A session that a test drives by hand, and what it was seen to do.
package protocol VenueDesk: AnyObject {
    var actions: [SessionAction] { get }
}

extension VenueDesk {
    package var fills: [Fill] {
        actions.compactMap { action in
            if case .emit(.report(let report)) = action, case .fill(let fill) = report.event {
                return fill
            }
            return nil
        }
    }

    /// What was told of orders, in short words.
    package var events: [String] {
        actions.compactMap { action in
            guard case .emit(.report(let report)) = action else { return nil }
            return switch report.event {
            case .accepted(let id): "accepted \(id)"
            case .rejected(let reason): "rejected: \(reason)"
            case .fill(let fill): "fill \(fill.quantity)@\(fill.price)"
            case .cancelled: "cancelled"
            case .expired: "expired"
            case .lost: "lost"
            case .notFound: "not found"
            case .cancelRejected(let reason): "cancel rejected: \(reason)"
            case .amendRejected(let reason): "amend rejected: \(reason)"
            case .amended: "amended"
            default: "other"
            }
        }
    }

    package var foreign: [ForeignOrder] {
        actions.compactMap { if case .foreignOrder(let order) = $0 { order } else { nil } }
    }

    package var agreements: Int {
        actions.count { if case .reconciled = $0 { true } else { false } }
    }

    package var statuses: [VenueStatus] {
        actions.compactMap { action in
            if case .emit(.status(let status)) = action { status } else { nil }
        }
    }

    package var states: [VenueState] { statuses.map(\.state) }

    package var problems: [VenueProblem] {
        actions.compactMap { if case .problem(let problem) = $0 { problem } else { nil } }
    }

    package var positions: [VenuePosition] {
        actions.compactMap { if case .position(let position) = $0 { position } else { nil } }
    }

    package var market: [MarketEvent] {
        actions.compactMap { if case .emit(.market(let event)) = $0 { event } else { nil } }
    }

    /// Changes of books, a message each: `clear`, and `+` or `-` sides with price and quantity.
    package var books: [String] {
        actions.compactMap { action in
            guard case .book(let changes) = action else { return nil }
            return changes.map { change in
                change.kind == .clear
                    ? "clear"
                    : "\(change.side == .buy ? "+" : "-")\(change.price)x\(change.quantity)"
            }.joined(separator: " ")
        }
    }
}

/// One whose orders an engine's gate lets through.
package protocol OrderingDesk: VenueDesk {
    var now: Timestamp { get }
    var instruments: [Instrument] { get }
    var gate: RiskGate { get set }
    func input(_ input: SessionInput)
}

extension OrderingDesk {
    /// Sends order `mr-number` of the first instrument.
    package func submit(
        _ number: Int, _ side: Side, _ quantity: String, at price: String? = nil,
        _ change: (inout OrderRequest) -> Void = { _ in }
    ) throws {
        var request = OrderRequest(
            instrument: InstrumentID(0), side: side, quantity: try Quantity(quantity),
            price: try price.map { try Price($0) })
        change(&request)
        let state = TradingState(mode: .live, instruments: instruments, now: now)
        let order = try gate.approve(request, id: ClientOrderID("mr-\(number)"), given: state)
        input(.command(.submit(order)))
    }

    package func cancel(_ number: Int) {
        input(.command(.cancel(ClientOrderID("mr-\(number)"), InstrumentID(0))))
    }
}
