internal import TradingCore
package import TradingModel
internal import VenueSessions

/// Requests: built when they go, so that every attempt is signed anew.
extension AccountCore {
    /// Sends a request now, or as soon as its group's limit allows.
    mutating func request(_ ask: Ask, attempts: Int = 0) {
        guard !hasFailed else { return }
        let entry = WaitingRequest(ask: ask, since: now, attempts: attempts)
        // The short way of what need not wait, which is the way of almost every order.
        if waiting.isEmpty, case .sent = attempt(entry, held: [:]) { return }
        waiting.append(entry)
        sendWaiting()
    }

    /// What became of a request that might go.
    enum Attempt {
        /// With so many others in the same request.
        case sent(with: Int)
        case held(EndpointGroup, until: Timestamp)
        /// It stands behind an order that closes the position.
        case waits
        case dropped
    }

    /// Sends a request if it may go now.
    ///
    /// - Parameters:
    ///   - held: the groups for which others wait already, and until when.
    ///   - behind: what waits behind it.
    mutating func attempt(
        _ entry: WaitingRequest, held: [EndpointGroup: Timestamp],
        behind: ArraySlice<WaitingRequest> = []
    ) -> Attempt {
        guard let request = build(entry.ask), !isTooOld(entry) else { return .dropped }
        if mayTurnUnderClose(entry.ask) { return .waits }
        if let time = held[request.group]
            ?? limiter.consume(request.group, units: request.units, at: now)
        {
            return .held(request.group, until: time)
        }
        let others = companions(of: entry, behind)
        guard !others.isEmpty, let batch = batch(CollectionOfOne(entry) + others) else {
            send(request, CollectionOfOne(entry))
            return .sent(with: 0)
        }
        send(batch, CollectionOfOne(entry) + others)
        return .sent(with: others.count)
    }

    /// The orders, or the cancels, right behind one that the venue takes in the same request.
    ///
    /// Only what waits for the rate has any: nothing waits for others to come.
    private func companions(
        of entry: WaitingRequest, _ behind: ArraySlice<WaitingRequest>
    ) -> ArraySlice<WaitingRequest> {
        guard let batch = traits.batch, let kind = entry.ask.batchKind else { return [] }
        return behind.prefix(batch - 1).prefix { other in
            guard other.ask.batchKind == kind, !isTooOld(other), !mayTurnUnderClose(other.ask),
                let order = order(of: other.ask)
            else { return false }
            return isWanted(other.ask, order) && markets[order.instrument].segment == segment(entry)
        }
    }

    private func segment(_ entry: WaitingRequest) -> Segment? {
        order(of: entry.ask).map { markets[$0.instrument].segment }
    }

    private func batch(_ entries: some Sequence<WaitingRequest>) -> VenueRequest? {
        let orders = entries.compactMap { order(of: $0.ask) }
        guard let kind = entries.first(where: { _ in true })?.ask.batchKind else { return nil }
        return words.batch(kind, orders)
    }

    /// Asks by the clock, unless the last time has not been answered yet.
    mutating func requestRegularly(_ ask: Ask) {
        guard !isBeingAsked(ask), agenda.questions(where: { $0 == ask }).isEmpty else {
            return
        }
        request(ask)
    }

    /// What was asked and not yet answered, over HTTP and over lines.
    var flights: [Flight] {
        var flights = Array(inFlight.values)
        for line in lines.ids { flights += self.flights(on: line) }
        return flights
    }

    /// Whether the same question is under way or waits for the rate limit.
    func isBeingAsked(_ ask: Ask) -> Bool {
        waiting.contains { $0.ask == ask }
            || inFlight.values.contains { $0.ask == ask } || lines.isAsking(ask)
    }

    /// Whether the answer at hand led to the same question; one that was under way before does not count.
    func isAskedAgain(_ ask: Ask) -> Bool {
        waiting.contains { $0.ask == ask }
            || inFlight.values.contains { $0.ask == ask && $0.sentAt == now }
            || lines.isAsking(ask, since: now)
    }

    /// Sends what may go, in order within each group.
    mutating func sendWaiting() {
        var held: [EndpointGroup: Timestamp] = [:]
        var left: [WaitingRequest] = []
        var dropped: [Ask] = []
        var behindClose: Timestamp?
        let queue = waiting
        var place = queue.startIndex
        while place < queue.endIndex {
            let entry = queue[place]
            place += 1
            switch attempt(entry, held: held, behind: queue[place...]) {
            case .sent(let others): place += others
            case .held(let group, let time):
                held[group] = time
                left.append(entry)
            case .waits:
                behindClose = min(entry.since, behindClose ?? entry.since)
                left.append(entry)
            case .dropped: dropped.append(entry.ask)
            }
        }
        waiting = left
        if let next = held.values.min() { agenda.addOnce(.sendQueue, at: next) }
        // Those that stand behind a close go when it is answered, and are refused when they are old; of
        // others the oldest may have waited for longer, and must not be looked at again in this moment.
        if let behindClose {
            agenda.addOnce(
                .sendQueue,
                at: behindClose.advanced(byNanoseconds: traits.pace.oldestOrder + second))
        }
        for ask in dropped { drop(ask) }
    }

    /// What could not be asked: its order has moved on while it waited, or the venue has no such
    /// question.
    private mutating func drop(_ ask: Ask) {
        switch ask {
        case .place(let serial):
            if desk.orders[serial]?.isAcknowledged == true { return }
            finish(
                serial,
                .rejected(
                    reason: InternedText(
                        "it could not be sent within \(traits.pace.oldestOrder / second) s, for "
                            + "the venue takes no more orders a second: send fewer")))
        case .cancel(let serial):
            // It goes when the order's new id is known.
            desk.orders[serial]?.isCancelling = false
        case .amend(let serial, let change):
            guard desk.orders[serial]?.isDone == false, desk.orders[serial]?.amend?.number == change
            else { return }
            refuseAmend(serial, "the stop order woke before it was changed")
        default:
            isNoQuestion(ask)
            prepared(ask)
            reconciled(ask, askedAt: now)
        }
    }

    /// The venue has no such question about an order: what it has is asked instead.
    private mutating func isNoQuestion(_ ask: Ask) {
        guard let serial = ask.order, desk.orders[serial]?.isDone == false else { return }
        switch ask {
        case .status: askWhileReconciling(.findFinished(serial), segment(of: serial))
        case .findFinished:
            if desk.orders[serial]?.ending == nil { searchAgain(serial) }
        case .cancelByClientID: desk.orders[serial]?.isCancelling = false
        default: break
        }
    }

    /// Sends a request for all of these: over a line, or for one over HTTP.
    private mutating func send(
        _ request: VenueRequest, _ entries: some Collection<WaitingRequest>
    ) {
        if let segment = request.line {
            guard send(request, for: entries, on: lines.id(of: segment)) else {
                for entry in entries {
                    unanswered(flight(entry, request), "the socket is down", .unreachable)
                }
                return
            }
        } else {
            for entry in entries {
                let id = newRequest()
                inFlight[id] = flight(entry, request)
                out.append(.request(id, words.call(request, at: venueTime)))
            }
        }
        for entry in entries {
            guard case .place(let serial) = entry.ask else { continue }
            desk.orders[serial]?.sentAt = now
            desk.orders[serial]?.sign(at: now)
        }
    }

    func flight(_ entry: WaitingRequest, _ request: VenueRequest) -> Flight {
        Flight(ask: entry.ask, sentAt: now, attempts: entry.attempts, group: request.group)
    }

    /// Withdraws a request that waits for the limit or for its repetition; false: it does not.
    mutating func withdraw(_ ask: Ask) -> Bool {
        if let place = waiting.firstIndex(where: { $0.ask == ask }) {
            waiting.remove(at: place)
            return true
        }
        guard !agenda.questions(where: { $0 == ask }).isEmpty else { return false }
        agenda.remove { if case .request(ask, _) = $0 { true } else { false } }
        return true
    }

    /// Orders that did not leave before the connection was lost are refused: what they were meant
    /// for is not seen any more.
    mutating func refuseUnsent(_ segment: Segment, _ reason: String) {
        let unsent = desk.open.filter {
            markets[$0.instrument].segment == segment && !$0.isAcknowledged
        }
        for order in unsent where withdraw(.place(order.serial)) {
            finish(
                order.serial,
                .rejected(
                    reason: InternedText(
                        "the connection was lost before it could be sent: \(reason)")))
        }
    }

    /// A new order that waited too long is refused: the market has moved on.
    private func isTooOld(_ entry: WaitingRequest) -> Bool {
        guard case .place(let serial) = entry.ask, let order = desk.orders[serial] else {
            return false
        }
        return order.createdAt.advanced(byNanoseconds: traits.pace.oldestOrder) < now
    }

    /// The request for an ask; nil when it is not wanted any more.
    private func build(_ ask: Ask) -> VenueRequest? {
        guard let serial = ask.order else {
            return words.request(for: ask, order: nil, since: beginning(of: ask))
        }
        guard let order = desk.orders[serial], isWanted(ask, order) else { return nil }
        return words.request(for: ask, order: order, since: beginning(of: ask))
    }

    /// From when on the history that an ask is for is wanted.
    package func beginning(of ask: Ask) -> Timestamp? {
        switch ask {
        case .funding(let index):
            markets[index].awaitedFunding?.since ?? markets[index].settledUntil
        case .executions(let index, _): holdings.dealsKnownUntil[markets[index].segment] ?? now
        default:
            // An order has no executions of before it was made.
            order(of: ask).map {
                venueTime(at: $0.createdAt).advanced(byNanoseconds: -traits.pace.dealsMargin)
            }
        }
    }

    private func isWanted(_ ask: Ask, _ order: TrackedOrder) -> Bool {
        switch ask {
        case .place:
            // What was shown has left, whatever its reply said: it leaves once.
            !order.isDone && !order.isAcknowledged && !order.isRestored
        case .amend(_, let change): !order.isDone && order.amend?.number == change
        case .cancel: !order.isDone
        default: true
        }
    }
}
