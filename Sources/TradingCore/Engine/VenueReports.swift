import TradingModel

/// What the venue says of our orders, and the end of trading.
extension Engine {
    mutating func apply(_ report: ExecutionReport, into commands: inout [Command]) {
        guard let serial = state.orders.serial(of: report.order) else {
            commands.append(
                .log(.error, "the venue reports an order that is not ours: \(report.order)"))
            return
        }
        // Told twice: streams overlap after a reconnect.
        if case .fill(let fill) = report.event, !state.orders.record(fill, of: serial) { return }
        // The order's own instrument, whatever the report says; nil where it is no news.
        let instrument = state.orders.change(serial) { order in
            apply(report, to: &order, &commands) ? order.request.instrument : nil
        }
        guard let instrument else { return }
        if awaitingStart != nil { return keepForStart(report, of: serial) }
        if losses != nil || state.caution != nil {
            heedRisk(of: report, instrument, into: &commands)
        }
        if strategy.hearsOfOrders, let order = state.orders[serial] {
            settle(strategy.onOrder(order), into: &commands)
            guard case .fill(let fill) = report.event else { return }
            settle(strategy.onFill(fill, of: order), into: &commands)
        }
        guard case .fill = report.event else { return }
        settle(strategy.onPosition(instrument), into: &commands)
    }

    /// Makes of an order what a report says; false when that is no news or cannot be.
    private mutating func apply(
        _ report: ExecutionReport, to order: inout Order, _ commands: inout [Command]
    ) -> Bool {
        do {
            order.state = try order.state.after(report.event, quantity: order.request.quantity)
        } catch {
            commands.append(.log(.error, "order \(order.id): \(error)"))
            // What was executed was executed, whatever we believed of the order.
            guard case .fill = report.event else { return false }
        }
        order.updatedAt = state.now
        if case .amended(let price, let quantity) = report.event {
            if let price { order.request.price = price }
            order.request.quantity = quantity
        }
        if case .fill(let fill) = report.event {
            let index = order.request.instrument.index
            let before = state.positions[index].net
            apply(fill, to: &order, into: &commands)
            record(report, index, movedFrom: before)
        }
        return true
    }

    /// Counts a fill beside the venue's last word, which may not have it yet.
    private mutating func record(
        _ report: ExecutionReport, _ index: Int, movedFrom before: SignedQuantity
    ) {
        guard state.venueWords[index] != nil else { return }
        let net = state.positions[index].net
        state.venueWords[index]?.apply(net - before, report)
        state.venueWords[index]?.compare(with: net)
    }

    mutating func apply(_ holding: VenueHolding) {
        let index = holding.instrument.index
        var word = VenueWord(holding, after: state.venueWords[index])
        word.compare(with: state.positions[index].net)
        state.venueWords[index] = word
    }

    private mutating func apply(
        _ fill: Fill, to order: inout Order, into commands: inout [Command]
    ) {
        let index = order.request.instrument.index
        if let notional = fill.price.times(fill.quantity, .halfEven) {
            let (sum, overflow) = order.filledNotional.attos.addingReportingOverflow(notional.attos)
            if !overflow { order.filledNotional = Money(attos: sum) }
        }
        let instrument = state.instruments[index]
        if fill.feeCurrency != instrument.settle, !instrument.isPosition(fill.feeCurrency) {
            payInOther(fill, into: &commands)
        }
        do {
            try state.positions[index].apply(fill, order.request.side, of: instrument)
        } catch {
            stopTrading(
                "a fill of \(instrument.symbol) \(error): the position is no longer known",
                into: &commands)
        }
    }

    /// Counts a fee in a currency that is none of the instrument's own.
    private mutating func payInOther(_ fill: Fill, into commands: inout [Command]) {
        let paid = state.otherFees[fill.feeCurrency] ?? .zero
        let (sum, overflow) = paid.attos.addingReportingOverflow(fill.fee.attos)
        guard !overflow else {
            return stopTrading(
                "\(paid) \(fill.feeCurrency) of fees and \(fill.fee) more do not fit",
                into: &commands)
        }
        state.otherFees[fill.feeCurrency] = Money(attos: sum)
    }

    // MARK: - What is held without a fill

    /// Takes over what is held already, before the strategy starts.
    public mutating func begin(with held: PositionCorrection, into commands: inout [Command]) {
        _ = apply(held, into: &commands)
    }

    /// Makes the position what it really is; false when that is no news or cannot be.
    mutating func apply(_ held: PositionCorrection, into commands: inout [Command]) -> Bool {
        let index = held.instrument.index
        let old = state.positions[index]
        guard old.net != held.net else { return false }
        // Where nobody tells what it cost, it counts from here.
        let price = held.averagePrice ?? old.averagePrice ?? state.valuation(held.instrument)
        do {
            try state.positions[index].correct(to: held.net, at: price ?? .zero)
        } catch {
            stopTrading(
                "the position of \(state.instruments[index].symbol) \(error): it is no longer known",
                into: &commands)
            return false
        }
        state.venueWords[index]?.compare(with: held.net)
        commands.append(
            .log(
                .warn,
                "the position in \(state.instruments[index].symbol) is \(held.net), not \(old.net): "
                    + held.reason))
        followWorth(index, isMoved: true, isForeign: true, into: &commands)
        return true
    }

    // MARK: - Stopping

    mutating func stop(_ reason: String, into commands: inout [Command]) {
        cancelAll(into: &commands)
        settle(strategy.onStop(reason), into: &commands)
        state.isTrading = false
        restTimers()
    }

    mutating func stopTrading(_ reason: String, into commands: inout [Command]) {
        guard state.isTrading else { return }
        state.isTrading = false
        cancelAll(into: &commands)
        commands.append(.tradingStopped(reason: reason))
        restTimers()
    }

    /// A strategy that may not trade any more has nothing to be woken for.
    private mutating func restTimers() {
        timers = TimerQueue()
        findDeadline()
    }

    mutating func cancelAll(into commands: inout [Command]) {
        for order in state.orders.open { requestCancel(order, into: &commands) }
    }
}
