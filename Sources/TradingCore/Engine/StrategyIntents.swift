import TradingModel

/// What the strategy asks for.
extension Engine {
    mutating func settle(_ outcome: HandlerOutcome, into commands: inout [Command]) {
        guard outcome != .quiet else { return }
        // The room for them is used again; what one of them leads to may need room too.
        var asked: [StrategyRequest] = []
        swap(&asked, &requests)
        strategy.drainOutput(into: &asked)
        asked.drainEach { perform($0, into: &commands) }
        swap(&asked, &requests)
    }

    private mutating func perform(_ request: StrategyRequest, into commands: inout [Command]) {
        switch request {
        case .intent(let intent): act(on: intent, into: &commands)
        case .log(let level, let text): commands.append(.log(level, text))
        case .alert(let text): commands.append(.alert(text))
        case .plot(let name, let value): commands.append(.plot(name, value))
        case .after(let delay, let name):
            setTimer(name, after: delay, repeats: false, into: &commands)
        case .every(let period, let name):
            // A version that takes over says again what repeats already: its beat goes on.
            if isTakingOver, timers.repeats(name, every: max(period, Self.shortestTimer)) {
                return
            }
            setTimer(name, after: period, repeats: true, into: &commands)
        case .cancelTimer(let name):
            timers.cancel(name)
            findDeadline()
        case .failure(let text, let handler):
            commands.append(.log(.error, text))
            record(failureOf: handler, text)
            countFailure(text, into: &commands)
        case .fatal(let text, let handler):
            commands.append(.log(.error, text))
            record(failureOf: handler, text)
            guard !isOnProbation else { return fail(text) }
            stopTrading("\(Self.strategyHasEnded): \(text)", into: &commands)
        }
    }

    private mutating func record(failureOf handler: String?, _ text: String) {
        guard let handler else { return }
        handlerFailures[handler, default: HandlerFailures(first: text)].count += 1
    }

    private mutating func setTimer(
        _ name: String, after delay: Int64, repeats: Bool, into commands: inout [Command]
    ) {
        guard state.isTrading else { return }
        let delay = max(delay, Self.shortestTimer)
        let due = state.now.advanced(byNanoseconds: delay)
        let isSet = timers.set(name, due: due, period: repeats ? delay : nil)
        findDeadline()
        guard !isSet else { return }
        let text = "more than \(TimerQueue.most) timers at once: `\(name)` is dropped"
        commands.append(.log(.error, text))
        countFailure(text, into: &commands)
    }

    mutating func countFailure(_ text: String, into commands: inout [Command]) {
        guard !isOnProbation else { return fail(text) }
        let minuteAgo = state.now.advanced(byNanoseconds: -60_000_000_000)
        failures.removeAll { $0 < minuteAgo }
        failures.append(state.now)
        guard failures.count >= settings.maxFailuresPerMinute else { return }
        stopTrading(
            "\(counted(failures.count, "handler")) failed within a minute, the limit is "
                + "\(settings.maxFailuresPerMinute)", into: &commands)
    }

    mutating func act(on intent: Intent, into commands: inout [Command]) {
        commands.append(.intent(intent))
        var asked: OrderRequest?
        do {
            switch intent {
            case .place(let request): try place(request, into: &commands)
            case .cancel(let selector): try cancel(selector, into: &commands)
            case .amend(let id, let price, let quantity):
                try amend(id, price: price, quantity: quantity, into: &commands)
            case .target(let instrument, let wanted):
                guard let request = try orderReaching(wanted, of: instrument) else {
                    warnIfUnreachable(wanted, of: instrument, into: &commands)
                    return
                }
                asked = request
                try place(request, into: &commands)
            case .close(let instrument):
                for order in state.orders.open
                where order.request.instrument == instrument && !order.request.isLeaving {
                    requestCancel(order, into: &commands)
                }
                guard let request = orderClosing(instrument) else { return }
                asked = request
                try place(request, into: &commands)
            }
            if state.caution?.isReporting == true { reportCaution(at: state.now, into: &commands) }
        } catch {
            if error.rule.isCaution { reportCaution(at: state.now, into: &commands) }
            commands.append(.refused(error, intent))
            record(error, of: intent, asked)
        }
    }

    private mutating func place(
        _ request: OrderRequest, into commands: inout [Command]
    ) throws(RiskRefusal) {
        let approved = try gate.approve(request, id: nextOrderID, given: state)
        if let riskFigures = settings.riskFigures, riskFigures.order == approved.id {
            riskFigures.figures = gate.figures(of: approved.request, given: state, losses)
        }
        submit(approved, into: &commands)
    }

    private var nextOrderID: ClientOrderID { ClientOrderID(orderIDPrefix, orderCount + 1) }

    private mutating func submit(_ approved: ApprovedOrder, into commands: inout [Command]) {
        orderCount += 1
        state.orders.insert(
            Order(
                id: approved.id, serial: OrderSerial(orderCount), request: approved.request,
                state: OrderState(of: approved.request), createdAt: state.now,
                updatedAt: state.now, version: version))
        commands.append(.submit(approved))
    }

    private mutating func cancel(
        _ selector: OrderSelector, into commands: inout [Command]
    ) throws(RiskRefusal) {
        switch selector {
        case .order(let id):
            guard let order = state.orders[id] else {
                throw RiskRefusal(rule: .unknownOrder, detail: "there is no order \(id)")
            }
            requestCancel(order, into: &commands)
        case .matching(let instrument, let tag):
            for order in state.orders.open {
                if let instrument, order.request.instrument != instrument { continue }
                if let tag, order.request.tag != tag { continue }
                requestCancel(order, into: &commands)
            }
        }
    }

    /// Asks for a cancel unless the order is final or being cancelled already.
    mutating func requestCancel(_ order: Order, into commands: inout [Command]) {
        guard order.state.isOpen,
            let next = try? order.state.after(.cancelRequested, quantity: order.request.quantity)
        else { return }
        state.orders.change(order.serial) {
            $0.state = next
            $0.updatedAt = state.now
        }
        gate.countCancel(at: state.now)
        commands.append(.cancel(order.id, order.request.instrument))
    }

    private mutating func amend(
        _ id: ClientOrderID, price: Price?, quantity: Quantity?, into commands: inout [Command]
    ) throws(RiskRefusal) {
        guard let order = state.orders[id], order.state.isOpen else {
            throw RiskRefusal(rule: .unknownOrder, detail: "there is no open order \(id) to amend")
        }
        let approved = try gate.approve(
            amendmentOf: order, price: price, quantity: quantity, given: state)
        let next: OrderState
        do {
            next = try order.state.after(
                .amendRequested(price: approved.price, quantity: approved.quantity),
                quantity: order.request.quantity)
        } catch {
            throw RiskRefusal(
                rule: .unknownOrder,
                detail: "order \(id) cannot be amended while it is \(order.state.name)")
        }
        state.orders.change(order.serial) {
            $0.state = next
            $0.updatedAt = state.now
        }
        commands.append(.amend(approved))
    }

    /// The market order that reaches a target position; nil when nothing is left to do.
    ///
    /// It starts from the ``Outlook``, and never goes away from the target: what rests may fill or
    /// not. What is left below the venue's minimum counts as reached: no order could close it.
    private func orderReaching(
        _ wanted: SignedQuantity, of instrument: InstrumentID
    ) throws(RiskRefusal) -> OrderRequest? {
        let facts = state.instruments[instrument.index]
        let wanted = wanted.meant(onMultiplesOf: facts.lot.attos) ?? wanted
        guard let outlook = state.outlook(of: instrument) else {
            throw RiskRefusal(
                rule: .tooLarge,
                detail: "the open orders of \(facts.symbol) together are more than can be counted")
        }
        let missing = try distance(from: outlook.expected.nearest(to: wanted), to: wanted)
            .rounded(toMultipleOf: facts.lot.attos, .towardZero)
        guard let side = missing.side, missing.magnitude >= facts.minQuantity,
            try distance(from: outlook.sure.nearest(to: wanted), to: wanted).side == side
        else { return nil }
        if facts.minNotional > .zero,
            let price = state.touch(instrument, for: side) ?? state.valuation(instrument),
            let notional = facts.contract.quoteNotional(
                of: missing.magnitude, at: price, .towardZero), notional < facts.minNotional
        {
            return nil
        }
        var request = OrderRequest(instrument: instrument, side: side, quantity: missing.magnitude)
        // Should what was left out fill first, the order must not turn the position round.
        request.isReduceOnly = outlook.leavesOut(side) && isCovered(request)
        return request
    }

    /// Whether the position has all that the order would take off it.
    private func isCovered(_ request: OrderRequest) -> Bool {
        var reducing = request
        reducing.isReduceOnly = true
        let net = state.positions[request.instrument.index].net
        return reducing.fillable(request.quantity, holding: net) == request.quantity
    }

    private func distance(
        from held: SignedQuantity, to wanted: SignedQuantity
    ) throws(RiskRefusal) -> SignedQuantity {
        let (attos, overflow) = wanted.attos.subtractingReportingOverflow(held.attos)
        guard !overflow, attos != .min else {
            throw RiskRefusal(rule: .tooLarge, detail: "a target of \(wanted) is too large")
        }
        return SignedQuantity(attos: attos)
    }

    /// Says once for an instrument that a target is below what the venue takes at all.
    private mutating func warnIfUnreachable(
        _ wanted: SignedQuantity, of instrument: InstrumentID, into commands: inout [Command]
    ) {
        guard wanted != .zero, state.positions[instrument.index].net == .zero,
            state.orders.open.allSatisfy({ $0.request.instrument != instrument }),
            warnedUnreachable.insert(instrument).inserted
        else { return }
        let facts = state.instruments[instrument.index]
        var least = "the least order is \(max(facts.lot, facts.minQuantity))"
        if facts.minNotional > .zero { least += " and \(facts.minNotional) in value" }
        commands.append(
            .log(
                .warn,
                "a target of \(wanted) \(facts.symbol) cannot be reached: \(least) (said once)"))
    }

    /// Whether no position is left that an order could close.
    public var isFlat: Bool {
        state.instruments.allSatisfy { instrument in
            let held = state.positions[instrument.id.index].net.magnitude
            return instrument.wholeLots(of: held) == .zero
        }
    }

    /// Leaves every position by a reduce-only market order, for whoever has halted trading.
    mutating func leavePositions(into commands: inout [Command]) {
        for instrument in state.instruments.map(\.id) {
            guard let request = orderClosing(instrument) else { continue }
            do {
                let way = try gate.approve(wayOut: request, id: nextOrderID, given: state)
                submit(way, into: &commands)
            } catch {
                commands.append(.refused(error, .close(instrument)))
            }
        }
    }

    /// The reduce-only market order that leaves a position, but for less than a lot; nil when there
    /// is no more than that, or it is being left already.
    private func orderClosing(_ instrument: InstrumentID) -> OrderRequest? {
        let held = state.positions[instrument.index].net
        guard let side = held.side else { return nil }
        var left = held.magnitude
        for order in state.orders.open
        where order.request.instrument == instrument && order.request.isLeaving
            && order.request.side == side.opposite
        {
            left = order.remaining < left ? left - order.remaining : .zero
        }
        // Fees may have left what is no whole lot: that much nobody can sell.
        left = state.instruments[instrument.index].wholeLots(of: left)
        guard left > .zero else { return nil }
        return OrderRequest(
            instrument: instrument, side: side.opposite, quantity: left, isReduceOnly: true)
    }
}

extension OrderRequest {
    /// A reduce-only market order: it can only leave a position, and at once.
    fileprivate var isLeaving: Bool { isReduceOnly && price == nil && stop == nil }
}
