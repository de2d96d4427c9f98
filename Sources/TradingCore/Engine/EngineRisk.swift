import TradingModel

/// Limits that end trading or narrow it, as opposed to refusing an order: followed only where they are set.
extension Engine {
    /// What limits of a loss must remember for longer than this process; nil: there is none, or nothing has
    /// started.
    public var riskCounters: RiskCounters? { losses?.counters }

    /// Goes on counting where an earlier run stopped, before ``EngineInput/start(_:at:)``.
    public mutating func begin(with counters: RiskCounters) { losses?.remember(counters) }

    /// The limits that hold now.
    public var limits: RunLimits { gate.limits }

    /// Counts from now on, where it has not begun.
    mutating func beginRisk(into commands: inout [Command]) {
        if losses?.hasBegun == false, let breach = losses?.begin(state) {
            halt(breach, into: &commands)
        }
        guard cautionDue == .distantFuture, state.caution?.watchesData == true else { return }
        cautionDue = state.now.advanced(byNanoseconds: Self.cautionPeriod)
        findDeadline()
    }

    mutating func replaceLimits(by limits: RunLimits, into commands: inout [Command]) {
        let changes = gate.limits.changes(to: limits)
        let counters = losses?.counters
        gate.replaceLimits(by: limits)
        losses = LossWatch(limits.general, state.instruments)
        losses?.remember(counters)
        state.caution = Caution(limits, state, after: state.caution)
        commands.append(
            .log(
                .info,
                changes.isEmpty
                    ? "limits: all as they were" : "limits: \(changes.joined(separator: ", "))"))
        cautionDue = .distantFuture
        beginRisk(into: &commands)
        reportCaution(at: state.now, into: &commands)
        findDeadline()
    }

    private mutating func halt(_ breach: RiskRefusal, into commands: inout [Command]) {
        guard state.isTrading else { return }
        state.haltedBy = breach
        stopTrading(breach.description, into: &commands)
    }

    // MARK: - What the run is worth

    /// - Parameters: as of ``LossWatch/follow(_:_:isMoved:or:isForeign:)``.
    @inline(__always)
    mutating func followWorth(
        _ index: Int, isMoved: Bool = false, isForeign: Bool = false, into commands: inout [Command]
    ) {
        if losses != nil { checkWorth(index, isMoved, isForeign, nil, into: &commands) }
    }

    @inline(never)
    private mutating func checkWorth(
        _ index: Int, _ isMoved: Bool, _ isForeign: Bool, _ price: Price?,
        into commands: inout [Command]
    ) {
        let breach = losses?.follow(
            index, state, isMoved: isMoved, or: price, isForeign: isForeign)
        if let breach { halt(breach, into: &commands) }
    }

    /// Counts what a report says towards the limits.
    @inline(never)
    mutating func heedRisk(
        of report: ExecutionReport, _ instrument: InstrumentID, into commands: inout [Command]
    ) {
        if case .fill(let fill) = report.event, losses != nil {
            checkWorth(instrument.index, true, false, fill.price, into: &commands)
        }
        guard state.caution?.maxRejects != nil else { return }
        state.caution?.count(report.event, on: state.accounts[instrument])
        reportRejects(into: &commands)
    }

    // MARK: - Only what reduces

    /// Says where that only orders pass that reduce has begun or ended.
    @inline(never)
    mutating func reportCaution(at time: Timestamp, into commands: inout [Command]) {
        guard state.isTrading, state.caution != nil else {
            cautionDue = .distantFuture
            return
        }
        if time > state.now { state.now = time }
        reportRejects(into: &commands)
        var isAllNarrow = true
        for instrument in state.instruments {
            let reason = state.dataReason(of: instrument.id)
            if reason == nil { isAllNarrow = false }
            guard state.caution?.isReported[instrument.id.index] != (reason != nil) else {
                continue
            }
            state.caution?.isReported[instrument.id.index] = reason != nil
            commands.append(
                .tradingState(
                    reason == nil ? .active : .reducing, instrument.id,
                    reason: reason?.description ?? "its data is as it should be"))
        }
        guard state.caution?.watchesData == true else {
            cautionDue = .distantFuture
            return
        }
        // Orders are judged when they are asked for; only the word about it may come late.
        cautionDue = state.now.advanced(
            byNanoseconds: isAllNarrow ? Self.longCautionPeriod : Self.cautionPeriod)
    }

    private mutating func reportRejects(into commands: inout [Command]) {
        guard state.isTrading else { return }
        for account in 0..<state.accounts.count { reportRejects(on: account, into: &commands) }
    }

    private mutating func reportRejects(on account: Int, into commands: inout [Command]) {
        let reason = state.rejectsReason(on: account)
        guard let caution = state.caution,
            caution.areRejectsReported[account] != (reason != nil)
        else { return }
        state.caution?.areRejectsReported[account] = reason != nil
        // All that is traded is told as one.
        let concerned: [InstrumentID?] =
            state.accounts.count == 1 ? [nil] : state.accounts.instruments(of: account)
        for instrument in concerned {
            commands.append(
                .tradingState(
                    reason == nil ? .active : .reducing, instrument,
                    reason: reason?.description ?? "the venue takes orders again"))
        }
    }

    /// How often it is looked at whether the market's data is too old: 1 s, or 10 s while all of it is, in
    /// ns.
    private static let cautionPeriod: Int64 = 1_000_000_000
    private static let longCautionPeriod: Int64 = 10_000_000_000
}
