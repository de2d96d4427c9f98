package import TradingModel
internal import VenueSessions

/// An own order as the session follows it, from the command to its last execution.
package struct TrackedOrder {
    /// An amendment that was asked for.
    package struct Amend: Hashable {
        package let price: Price?
        /// The whole order's, filled part included.
        package let quantity: Quantity?
        /// Counted for the order, so that no answer is taken for another change's.
        let number: Int
        /// When its answer was lost; what the venue showed before says nothing about it.
        var lostAt: Timestamp?
    }

    let serial: DeskSerial
    package let id: ClientOrderID
    /// The same as it is on the wire.
    package let clientID: WireID
    package let instrument: InstrumentID
    package let createdAt: Timestamp
    /// What holds now; amendments replace price and quantity.
    package var request: OrderRequest
    /// Whether it is of an earlier run: then it is never sent.
    package let isRestored: Bool
    /// Whether it goes through the venue's way to reduce a position.
    package var closesPosition = false
    /// Whether the venue took it for the other side: the position had turned round meanwhile.
    var isReversed = false
    /// When it was sent last; nil: it waits for the rate limit, or for nothing at all.
    var sentAt: Timestamp?
    /// The order's id now; a change of the order may give it another one.
    package private(set) var venueID: WireID?
    /// All ids that it had, the one of now last.
    private(set) var ids: [WireID] = []
    /// The id as a stop order.
    var stopID: WireID?
    var isTriggered = false
    /// The id that was reported with the acceptance.
    var reportedVenueID: VenueOrderID?
    /// The cumulative quantity reported to the engine (FIX CumQty).
    package internal(set) var reportedQuantity = Quantity.zero
    var deals: Set<WireID> = []
    /// Fees that were worked out from the rates, by execution: nobody has told them yet.
    var estimatedFees: [WireID: Money] = [:]
    /// What the venue says was filled, by each id that the order had.
    var filledByID: [WireID: Quantity] = [:]
    /// Whether a change of id began the count of what is filled anew.
    var countsAnew = false
    private(set) var ending: OrderEnding?
    /// Whether only its executions can tell how much was filled.
    var needsAllDeals = false
    /// The ids whose executions are being asked for.
    var dealsAskedFor: Set<WireID> = []
    /// Whether the end became known behind that question: the answer may be from before.
    var areDealsOld = false
    var isDone = false
    /// Its status is unknown: it is being asked for.
    var isLost = false
    var wantsCancel = false
    /// The book had nothing to cancel, and no push has shown the order since.
    private(set) var isCancelUnknown = false
    /// It was given up because nothing showed it, not because its end was seen.
    var isMissing = false
    var isCancelling = false
    package var amend: Amend?
    /// How many changes were asked for.
    var amendCount = 0
    /// The id that left the book while a change was under way, which may mean the change.
    var finishedID: WireID?
    /// Whether the venue's whole list of its executions was taken in.
    var hasAllDeals = false
    /// The looks that have missed it since it was heard of last.
    private(set) var absence: Absence
    /// The venue's time of the newest row about it; older rows say nothing about its terms.
    var shownAt = Timestamp.distantPast
    /// Whether the venue was asked why more was executed than it was ordered for.
    var hasAskedForTerms = false
    /// What its executions pay where the list does not say.
    var makerFee: Rate?
    var takerFee: Rate?

    /// A stop order's id while it waits for its trigger.
    package var waitingStopID: WireID? { isTriggered ? nil : stopID }
    var isAcknowledged: Bool { reportedVenueID != nil }
    package var cannotRest: Bool { request.price == nil || request.timeInForce != .gtc }
    /// Whether it stands at the venue as a stop, as far as is known.
    package var isWaitingStop: Bool { request.stop != nil && !isTriggered }

    init(
        serial: DeskSerial, id: ClientOrderID, clientID: WireID, instrument: InstrumentID,
        createdAt: Timestamp,
        request: OrderRequest, isRestored: Bool = false
    ) {
        self.serial = serial
        self.id = id
        self.clientID = clientID
        self.instrument = instrument
        self.createdAt = createdAt
        self.request = request
        self.isRestored = isRestored
        absence = Absence(lastSign: createdAt)
    }

    /// The order left us, or was heard of: it is looked for anew, should it be missing.
    mutating func sign(at now: Timestamp) {
        absence.sign(at: now)
        isCancelUnknown = false
    }

    /// How it ends is known; a list of executions that is under way is from before.
    mutating func end(as ending: OrderEnding) {
        guard self.ending == nil else { return }
        self.ending = ending
        hasAllDeals = false
        areDealsOld = !dealsAskedFor.isEmpty
    }

    /// When it is gone, should the venue not show it.
    func absenceRule(_ traits: VenueTraits) -> AbsenceRule {
        var rule = isAcknowledged ? traits.absence : traits.absenceUnseen
        if !isAskedByID { rule.lists.remove(.byID) }
        return rule
    }

    /// Of a change that is under way, and of a stop that woke, the id is not sure.
    var isAskedByID: Bool { venueID != nil && amend == nil }

    /// The book had nothing to cancel: it is looked for from now on, and what lists still show is from
    /// before.
    mutating func cancelWasUnknown(at now: Timestamp) {
        guard !isCancelUnknown else { return }
        absence.sign(at: now)
        isCancelUnknown = true
    }

    /// A list does not show it.
    ///
    /// - Returns: whether it is gone.
    mutating func miss(in list: OrderList, askedAt: Timestamp, _ rule: AbsenceRule) -> Bool {
        absence.miss(list, askedAt: askedAt, rule)
    }

    mutating func adopt(_ id: WireID) {
        guard venueID != id else { return }
        venueID = id
        ids.append(id)
    }

    /// Whether this is an id that a change has replaced; of an unknown one the number tells, for what is
    /// made later has a higher one.
    func isReplaced(_ id: WireID) -> Bool {
        guard let venueID, id != venueID else { return false }
        return ids.contains(id) || id.isBefore(venueID)
    }

    /// What the venue says was filled in all.
    var venueFilled: Quantity {
        let amounts = filledByID.values
        return countsAnew
            ? amounts.reduce(.zero, +) : amounts.max() ?? .zero
    }

    /// What was filled under earlier ids and does not count in the present one's amount.
    private var carried: Quantity {
        guard countsAnew else { return .zero }
        return filledByID.filter { $0.key != venueID }.values.reduce(.zero, +)
    }

    /// The amount to ask for so that the whole order has this quantity.
    package func amountNow(of whole: Quantity) -> Quantity {
        whole > carried ? whole - carried : .zero
    }
    /// The whole order's quantity where the present id shows this amount.
    func whole(ofAmount amount: Quantity) -> Quantity { amount + carried }
}
