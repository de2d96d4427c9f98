public import JournalStore
public import TradingCore
public import TradingModel
public import VenueSessions

/// What earlier runs of a strategy on an account left, as the account's journals have it.
public struct StrategyMemory: Sendable {
    /// An order that had not ended.
    public struct KnownOrder: Sendable {
        public let row: RecordedOrder
        public let fills: [Fill]
        public let wasTriggered: Bool
    }

    /// The last of those runs: what its strategy kept is what there is.
    public let run: RecordedJournalRun
    public let state: RecordedState?
    public let timers: [EarlierRun.KnownTimer]
    /// What limits of a loss remember; nil: nothing.
    public let counters: RiskCounters?
    /// Of the symbols that are traded.
    public let positions: [RecordedPosition]
    /// Of the symbols that are traded and of all runs that are no more, the oldest first.
    public let orders: [KnownOrder]
    /// Open orders of the strategy that it does not go on with: of symbols that it does not trade any more,
    /// or that cannot be named at the venue.
    public let ordersElsewhere: [RecordedOrder]
    /// What that run held of symbols that are not traded any more.
    public let positionsElsewhere: [RecordedPosition]
    /// Of perpetuals: up to when settlements of funding are known, see ``VenuePlan/settledUntil``.
    public let settledUntil: [Symbol: Timestamp]
    /// Of a simulated account; nil: it is a venue's.
    public var paper: RecordedPaperAccount?

    /// Reads what there is of a strategy that is about to trade.
    ///
    /// - Parameters:
    ///   - strategy: as its runs are called in the journals.
    ///   - paths: of the account's journals.
    ///   - isAlive: whether the run of this session goes on: what it has stays its own.
    ///   - isKnown: whether an order can be named at the venue.
    /// - Returns: nil: no run of it traded one of these symbols.
    /// - Throws: ``JournalProblem`` where a journal cannot be read: nothing can be said then.
    public static func read(
        of strategy: String, trading symbols: [Symbol], in paths: [String],
        isAlive: (UInt64) -> Bool, isKnown: (ClientOrderID) -> Bool = { _ in true }
    ) throws(JournalProblem) -> StrategyMemory? {
        var readers: [JournalReader] = []
        for path in paths {
            if let reader = try reader(of: path) { readers.append(reader) }
        }
        var last: (run: RecordedJournalRun, reader: JournalReader)?
        for reader in readers {
            guard let run = try reader.lastRun(of: strategy, trading: symbols),
                run.session ?? 0 >= last?.run.session ?? 0,
                !(run.session.map(isAlive) ?? false)
            else { continue }
            last = (run, reader)
        }
        guard let last else { return nil }
        let positions = try last.reader.lastPositions(of: last.run.name)
        let open = try openOrders(of: strategy, readers, isAlive)
        var orders: [KnownOrder] = []
        func isMeant(_ row: RecordedOrder) -> Bool {
            symbols.contains(row.symbol) && isKnown(row.id)
        }
        for row in open where isMeant(row) {
            var fills: [Fill] = []
            var wasTriggered = row.filled > .zero
            for reader in readers {
                for fill in try reader.fills(of: row.id)
                where !fills.contains(where: { $0.number == fill.number }) { fills.append(fill) }
                if try reader.wasTriggered(row.id) { wasTriggered = true }
            }
            orders.append(KnownOrder(row: row, fills: fills, wasTriggered: wasTriggered))
        }
        return StrategyMemory(
            run: last.run, state: try last.reader.state(of: last.run.name),
            timers: try last.reader.timers(of: last.run.name),
            counters: try last.reader.counters(of: last.run.name),
            positions: positions.filter { symbols.contains($0.symbol) }, orders: orders,
            ordersElsewhere: open.filter { !isMeant($0) },
            positionsElsewhere: positions.filter {
                !symbols.contains($0.symbol) && $0.net != .zero
            }, settledUntil: try settledUntil(symbols, of: strategy, last.reader))
    }

    /// A journal with all that its last run put into it, in the form of this release; nil: it was made and
    /// never written, or an older release writes it now.
    static func reader(of path: String) throws(JournalProblem) -> JournalReader? {
        do throws(JournalProblem) {
            try Journal.recover(path)
            return try JournalReader(path)
        } catch {
            if error.kind == .missing { return nil }
            guard error.kind == .older else { throw error }
        }
        do throws(JournalProblem) {
            try Journal.migrate(path)
            return try JournalReader(path)
        } catch {
            guard error.kind == .inUse else { throw error }
            return nil
        }
    }

    private static func settledUntil(
        _ symbols: [Symbol], of strategy: String, _ reader: JournalReader
    ) throws(JournalProblem) -> [Symbol: Timestamp] {
        var times: [Symbol: Timestamp] = [:]
        for symbol in symbols where symbol.kind != .spot {
            let known = try reader.knownSettlements(of: symbol, by: strategy)
            let counted = known.last?.advanced(byNanoseconds: VenuePlan.settlementSpread)
            times[symbol] = [counted, known.heldSince].compactMap(\.self).max()
        }
        return times
    }

    /// What is open in all files: one that a file shows ended has ended, whatever others know.
    private static func openOrders(
        of strategy: String, _ readers: [JournalReader], _ isAlive: (UInt64) -> Bool
    ) throws(JournalProblem) -> [RecordedOrder] {
        var open: [ClientOrderID: RecordedOrder] = [:]
        var ended: Set<ClientOrderID> = []
        for reader in readers {
            for row in try reader.openOrders() where row.strategy == strategy {
                if let session = ClientOrderIDMaker.session(of: row.id.text), isAlive(session) {
                    continue
                }
                for other in readers {
                    guard let known = try other.order(row.id) else { continue }
                    if !known.status.isOpen { ended.insert(row.id) }
                    if known.filled >= open[row.id]?.filled ?? .zero { open[row.id] = known }
                }
            }
        }
        return open.values.filter { !ended.contains($0.id) }
            .sorted { ($0.created, $0.id) < ($1.created, $1.id) }
    }

    // MARK: - For a run

    /// What an engine begins with.
    ///
    /// - Parameter instruments: by their ids.
    public func earlierRun(_ instruments: [Instrument]) -> EarlierRun {
        let ids = Dictionary(instruments.map { ($0.symbol, $0.id) }) { first, _ in first }
        var earlier = EarlierRun()
        earlier.timers = timers
        earlier.counters = counters
        earlier.simulated = paper.map {
            EarlierRun.SimulatedBooks(opening: $0.opening, orders: $0.orders, fills: $0.fills)
        }
        for position in positions {
            guard let id = ids[position.symbol] else { continue }
            earlier.positions[id] = Position(
                of: instruments[id.index], net: position.net, entryValue: position.entryValue,
                realisedPnL: position.realisedPnL, fees: position.fees, funding: position.funding)
        }
        earlier.orders = orders.compactMap { order in
            ids[order.row.symbol].map { order.known($0, isSimulated: paper != nil) }
        }
        return earlier
    }

    /// What a session asks the venue about.
    ///
    /// When an order was heard of last is known by a clock that may have been set since: so it counts as heard of
    /// now, and lists that lag behind may do without it for as long as behind any sign of it.
    ///
    /// - Parameters:
    ///   - symbols: as the session has them: the place is the ``InstrumentID``.
    ///   - number: what an order is at a venue that takes numbers; nil: it is not known any more.
    public func restoredOrders(
        _ symbols: [Symbol], at now: Timestamp, number: (ClientOrderID) -> Int64?
    ) -> [RestoredOrder] {
        orders.compactMap { order -> RestoredOrder? in
            guard let place = symbols.firstIndex(of: order.row.symbol) else { return nil }
            return RestoredOrder(
                id: order.row.id, request: order.row.request(InstrumentID(place)),
                venueID: order.row.venueID, wasTriggered: order.wasTriggered,
                filled: order.row.filled, fillIDs: order.fills.map(\.id),
                clientNumber: number(order.row.id), lastSign: now)
        }
    }
}

extension OrderStatus {
    fileprivate var isOpen: Bool {
        switch self {
        case .pending, .waiting, .working, .amending, .cancelling, .unknown: true
        case .filled, .cancelled, .rejected, .expired: false
        }
    }
}

extension RecordedOrder {
    fileprivate func request(_ instrument: InstrumentID) -> OrderRequest {
        OrderRequest(
            instrument: instrument, side: side, quantity: quantity, price: price,
            timeInForce: timeInForce, isPostOnly: isPostOnly, isReduceOnly: isReduceOnly,
            stop: stop, tag: tag)
    }
}

extension StrategyMemory.KnownOrder {
    /// The order as it stands for an engine: what was being asked of it when the run died is not known to have
    /// arrived, and one without a venue's id may not exist.
    fileprivate func known(
        _ instrument: InstrumentID, isSimulated: Bool
    ) -> EarlierRun.KnownOrder {
        var notional = Int128.zero
        for fill in fills {
            notional &+= fill.price.times(fill.quantity, .halfEven)?.attos ?? 0
        }
        return EarlierRun.KnownOrder(
            id: row.id, request: row.request(instrument), state: state(isSimulated: isSimulated),
            filledNotional: Money(attos: notional), fills: fills.map(\.number),
            createdAt: row.created, updatedAt: row.updated)
    }

    private func state(isSimulated: Bool) -> OrderState {
        let isStop = row.stop != nil && !wasTriggered
        guard let id = row.venueID else {
            // What a simulated venue has not told has not happened.
            guard !isSimulated else { return isStop ? .pendingStop : .pendingNew }
            let standing: OrderState.Standing =
                row.filled > .zero ? .working(nil, filled: row.filled) : .sent(isStop: isStop)
            return .unknown(
                standing, amending: nil, reason: "the run that sent it ended before the answer came"
            )
        }
        return isStop ? .waiting(id) : .working(id, filled: row.filled)
    }
}
