public import TradingModel

/// Where an order is in its life; each case holds exactly the facts that are true there.
///
///     pendingNew ──accepted or fill→ working ──last fill→ filled
///     pendingStop ─accepted→ waiting ─triggered→ working
///     waiting, working ⇄ pendingAmend         (asked, then amended or refused)
///     any open state   ⇄ pendingCancel        (asked, then refused) ─cancelled→ cancelled
///     any open state   ─lost→ unknown         until the venue tells: then what it tells
///     any open state   ─cancelled, rejected, expired→ the end
///
/// An order's own quantity lives in ``Order/request``, which the engine changes on `amended`; here
/// stands only what an amendment still under way asks for, because it may fill before its answer.
public enum OrderState: Hashable, Sendable {
    /// Sent, and not yet answered.
    case pendingNew
    /// A stop order, sent and not yet answered.
    case pendingStop
    /// A stop order that the venue holds until its trigger.
    case waiting(VenueOrderID)
    /// On the venue's book; without an id when a fill overtook the acceptance.
    case working(VenueOrderID?, filled: Quantity)
    /// We asked to change it to these terms.
    case pendingAmend(Standing, to: Terms)
    /// We asked to cancel it; an amendment may still be under way.
    case pendingCancel(Standing, amending: Terms?)
    /// We asked and got no answer; where it stood before, and the amendment under way.
    case unknown(Standing, amending: Terms?, reason: InternedText)
    case filled(VenueOrderID?, Quantity)
    case cancelled(VenueOrderID?, filled: Quantity)
    case rejected(reason: InternedText)
    case expired(VenueOrderID?, filled: Quantity, reason: InternedText)

    /// Where an open order stands at the venue, whatever we are asking of it.
    public enum Standing: Hashable, Sendable {
        case sent(isStop: Bool)
        case waiting(VenueOrderID)
        case working(VenueOrderID?, filled: Quantity)
    }

    /// What an amendment asks for; nil: as before.
    public struct Terms: Hashable, Sendable {
        public let price: Price?
        /// The whole order's, filled part included.
        public let quantity: Quantity?
        public init(price: Price?, quantity: Quantity?) {
            self.price = price
            self.quantity = quantity
        }
    }

    /// The state of an order that is about to be sent.
    public init(of request: OrderRequest) {
        self = request.stop == nil ? .pendingNew : .pendingStop
    }

    /// The next state: a pure function, so a replayed session gives the same answer.
    ///
    /// `quantity` is the order's before the event. What tells nothing new leaves the state as it is.
    ///
    /// - Throws: ``UnexpectedEvent`` when `event` cannot follow this state, or fills more than was
    ///   ordered. The engine logs it and leaves the order as it is, but counts what was filled; the
    ///   venue's own lists settle the rest.
    public func after(
        _ event: OrderEvent, quantity: Quantity
    ) throws(UnexpectedEvent) -> OrderState {
        guard let parts else { return try afterEnd(event) }
        let (at, asking) = (parts.at, parts.asking)
        switch (event, asking) {
        case (.accepted(let id), _):
            guard let next = at.accepted(id) else { throw unexpected(event) }
            return Self(next, asking.answered)
        case (.triggered, _):
            guard let next = at.triggered else { throw unexpected(event) }
            return Self(next, asking)
        case (.fill(let fill), _):
            let most = max(quantity, asking.terms?.quantity ?? quantity)
            guard fill.quantity > .zero, at.filled <= most, fill.quantity <= most - at.filled
            else { throw unexpected(event) }
            let filled = at.filled + fill.quantity
            return filled == most
                ? .filled(at.venueID, filled) : Self(.working(at.venueID, filled: filled), asking)

        case (.cancelRequested, .nothing), (.cancelRequested, .amend):
            return Self(at, .cancel(amending: asking.terms))
        case (.cancelRequested, .doubt): return self  // it may be there, and the doubt stays
        case (.cancelRejected, .cancel(let terms)):
            return Self(at, terms.map { .amend($0) } ?? .nothing)
        case (.cancelRejected, .doubt): return self  // a refusal does not say where it stands
        case (.cancelled, _): return .cancelled(at.venueID, filled: at.filled)

        case (.amendRequested(let price, let quantity), .nothing) where at.isAcknowledged:
            return Self(at, .amend(Terms(price: price, quantity: quantity)))
        case (.amended(_, let quantity), _) where at.isAcknowledged:
            return Self(at, asking.amended).ended(at: quantity)
        case (.amendRejected, _) where asking.terms != nil:
            return Self(at, asking.amended).ended(at: quantity)

        case (.rejected(let reason), _) where at.filled == .zero: return .rejected(reason: reason)
        case (.expired(let reason), _):
            return .expired(at.venueID, filled: at.filled, reason: reason)
        case (.lost, .doubt): return self
        case (.lost(let reason), _): return Self(at, .doubt(amending: asking.terms, reason))
        case (.notFound, .doubt) where !at.isAcknowledged:
            return .rejected(reason: "the venue never saw it")
        default: throw unexpected(event)
        }
    }

    private func unexpected(_ event: OrderEvent) -> UnexpectedEvent {
        UnexpectedEvent(state: self, event: event)
    }

    /// Answers that come after the end: those to questions that the end overtook change nothing.
    private func afterEnd(
        _ event: OrderEvent
    ) throws(UnexpectedEvent) -> OrderState {
        switch (self, event) {
        case (.filled(let known, let filled), .accepted(let id)) where known ?? id == id:
            return .filled(id, filled)
        case (.cancelled(let known, let filled), .accepted(let id)) where known ?? id == id:
            return .cancelled(id, filled: filled)
        case (.expired(let known, let filled, let reason), .accepted(let id))
        where known ?? id == id:
            return .expired(id, filled: filled, reason: reason)
        case (.filled(_, let filled), .amended(_, let quantity)) where quantity <= filled:
            return self
        case (_, .triggered), (_, .cancelRejected), (_, .amendRejected), (_, .lost): return self
        default: throw unexpected(event)
        }
    }

    /// Filled, when an amendment's outcome leaves nothing to fill.
    private func ended(at quantity: Quantity) -> OrderState {
        filled >= quantity ? .filled(venueID, filled) : self
    }
}

extension OrderState {
    /// What has been filled so far.
    public var filled: Quantity {
        switch self {
        case .pendingNew, .pendingStop, .waiting, .rejected: .zero
        case .working(_, let filled), .filled(_, let filled), .cancelled(_, let filled),
            .expired(_, let filled, _):
            filled
        case .pendingAmend(let at, _), .pendingCancel(let at, _), .unknown(let at, _, _): at.filled
        }
    }

    /// Whether it may still fill: everything but the final states.
    public var isOpen: Bool {
        switch self {
        case .filled, .cancelled, .rejected, .expired: false
        case .pendingNew, .pendingStop, .waiting, .working, .pendingAmend, .pendingCancel, .unknown:
            true
        }
    }

    /// Whether its fate is not known.
    public var isUnknown: Bool { if case .unknown = self { true } else { false } }

    /// Whether it is a stop that has not been triggered, whatever is being asked of it: until then it
    /// asks for nothing.
    public var isUntriggeredStop: Bool {
        switch parts?.at {
        case .sent(let isStop)?: isStop
        case .waiting?: true
        case .working?, nil: false
        }
    }

    /// Whether the venue has shown that it has the order; false once it is final.
    var isAcknowledged: Bool { parts?.at.isAcknowledged ?? false }

    /// The price that an amendment under way asks for.
    var priceAskedFor: Price? { parts?.asking.terms?.price }

    /// Whether we asked to cancel it.
    public var isCancelling: Bool { if case .pendingCancel = self { true } else { false } }

    /// Whether it may be amended: the venue has it, and nothing else is being asked of it.
    public var isAmendable: Bool {
        switch self {
        case .waiting, .working: true
        default: false
        }
    }

    /// The venue's id, once it is known.
    public var venueID: VenueOrderID? {
        switch self {
        case .pendingNew, .pendingStop, .rejected: nil
        case .waiting(let id): id
        case .working(let id, _), .filled(let id, _), .cancelled(let id, _),
            .expired(let id, _, _):
            id
        case .pendingAmend(let at, _), .pendingCancel(let at, _), .unknown(let at, _, _):
            at.venueID
        }
    }

    /// What may still fill at worst of an order of `quantity`: an amendment under way counts.
    public func mostToFill(of quantity: Quantity) -> Quantity {
        guard let parts else { return .zero }
        let most = max(quantity, parts.asking.terms?.quantity ?? quantity)
        return parts.at.filled < most ? most - parts.at.filled : .zero
    }

    /// What scripts see: pending, waiting, working, amending, cancelling, filled, cancelled,
    /// rejected, expired or unknown.
    public var name: String {
        switch self {
        case .pendingNew, .pendingStop: "pending"
        case .waiting: "waiting"
        case .working: "working"
        case .pendingAmend: "amending"
        case .pendingCancel: "cancelling"
        case .unknown: "unknown"
        case .filled: "filled"
        case .cancelled: "cancelled"
        case .rejected: "rejected"
        case .expired: "expired"
        }
    }
}

/// What we are asking of an open order.
private enum Asking {
    case nothing
    case amend(OrderState.Terms)
    case cancel(amending: OrderState.Terms?)
    case doubt(amending: OrderState.Terms?, InternedText)

    /// The amendment under way.
    var terms: OrderState.Terms? {
        switch self {
        case .nothing: nil
        case .amend(let terms): terms
        case .cancel(let terms), .doubt(let terms, _): terms
        }
    }

    /// After the venue said that the order stands: a doubt is over, an amendment is not.
    var answered: Asking {
        guard case .doubt(let terms, _) = self else { return self }
        return terms.map { .amend($0) } ?? .nothing
    }

    /// After the answer to an amendment, either way.
    var amended: Asking {
        switch self {
        case .nothing, .amend: .nothing
        case .cancel: .cancel(amending: nil)
        case .doubt(_, let reason): .doubt(amending: nil, reason)
        }
    }
}

/// Where an open order stands, and what is asked of it.
///
/// No tuple: one of enums is handled by the runtime, field by field.
private struct Parts {
    let at: OrderState.Standing
    let asking: Asking
}

extension OrderState {
    /// Where an open order stands and what is asked of it; nil for a final state.
    private var parts: Parts? {
        switch self {
        case .pendingNew: Parts(at: .sent(isStop: false), asking: .nothing)
        case .pendingStop: Parts(at: .sent(isStop: true), asking: .nothing)
        case .waiting(let id): Parts(at: .waiting(id), asking: .nothing)
        case .working(let id, let filled):
            Parts(at: .working(id, filled: filled), asking: .nothing)
        case .pendingAmend(let at, let terms): Parts(at: at, asking: .amend(terms))
        case .pendingCancel(let at, let terms): Parts(at: at, asking: .cancel(amending: terms))
        case .unknown(let at, let terms, let reason):
            Parts(at: at, asking: .doubt(amending: terms, reason))
        case .filled, .cancelled, .rejected, .expired: nil
        }
    }

    private init(_ at: Standing, _ asking: Asking) {
        switch (asking, at) {
        case (.nothing, .sent(let isStop)): self = isStop ? .pendingStop : .pendingNew
        case (.nothing, .waiting(let id)): self = .waiting(id)
        case (.nothing, .working(let id, let filled)): self = .working(id, filled: filled)
        case (.amend(let terms), _): self = .pendingAmend(at, to: terms)
        case (.cancel(let terms), _): self = .pendingCancel(at, amending: terms)
        case (.doubt(let terms, let reason), _):
            self = .unknown(at, amending: terms, reason: reason)
        }
    }
}

extension OrderState.Standing {
    public var filled: Quantity {
        if case .working(_, let filled) = self { filled } else { .zero }
    }

    public var venueID: VenueOrderID? {
        switch self {
        case .sent: nil
        case .waiting(let id): id
        case .working(let id, _): id
        }
    }

    /// Whether the venue has shown that it has the order.
    fileprivate var isAcknowledged: Bool { if case .sent = self { false } else { true } }

    /// Nil when the venue gave the order another id before.
    fileprivate func accepted(_ id: VenueOrderID) -> Self? {
        guard venueID ?? id == id else { return nil }
        switch self {
        case .sent(let isStop): return isStop ? .waiting(id) : .working(id, filled: .zero)
        case .waiting: return self
        case .working(_, let filled): return .working(id, filled: filled)
        }
    }

    /// Nil when it has no trigger.
    fileprivate var triggered: Self? {
        switch self {
        case .sent(let isStop): isStop ? .working(nil, filled: .zero) : nil
        case .waiting(let id): .working(id, filled: .zero)
        case .working: self
        }
    }
}

extension OrderState {
    /// Why it was refused, ended or lost sight of; empty: none of these.
    public var reason: InternedText {
        switch self {
        case .rejected(let reason), .expired(_, _, let reason), .unknown(_, _, let reason): reason
        default: .empty
        }
    }
}
