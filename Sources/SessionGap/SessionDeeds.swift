public import TradingModel

/// What a session sent and what came of it, gathered while it is made again from its recording.
///
/// Everything is added in the order in which it happened.
public final class SessionDeeds {
    public let instruments: [Instrument]
    /// In the order in which they were sent; only of orders that the session itself sent.
    public private(set) var commands: [SentCommand] = []
    /// The session's own orders' fills, each once, oldest first.
    public private(set) var fills: [ClientOrderID: [GapFill]] = [:]
    public private(set) var adoptions: [Adoption] = []
    /// What was received of funding, by instrument.
    public private(set) var funding: [Money]
    public private(set) var marketEventCount = 0

    private struct KnownFill: Hashable {
        let order: ClientOrderID
        let number: FillID
    }

    /// Places in ``commands`` of what waits for an answer, the first one first.
    private struct Awaiting {
        var submit: [Int] = []
        var cancel: [Int] = []
        var amend: [Int] = []
    }

    private var requests: [ClientOrderID: OrderRequest] = [:]
    private var awaiting: [ClientOrderID: Awaiting] = [:]
    private var knownFills: Set<KnownFill> = []
    /// By instrument: the position that fills and adoptions explain.
    private var explained: [SignedQuantity]

    public init(instruments: [Instrument]) {
        self.instruments = instruments
        funding = instruments.map { _ in .zero }
        explained = instruments.map { _ in .zero }
    }

    /// The session's own orders, in the order in which they were sent.
    public var orders: [SentCommand] { commands.filter { $0.request != nil } }

    /// Counts what the venue told of the market.
    public func countMarketEvents(_ count: Int = 1) { marketEventCount += count }

    // MARK: - What was sent

    public func submit(_ id: ClientOrderID, _ request: OrderRequest, at time: Timestamp) {
        requests[id] = request
        awaiting[id] = Awaiting(submit: [commands.count])
        add(.submit(request), id, request.instrument, at: time)
    }

    public func cancel(_ id: ClientOrderID, at time: Timestamp) {
        guard let instrument = requests[id]?.instrument else { return }
        awaiting[id, default: Awaiting()].cancel.append(commands.count)
        add(.cancel, id, instrument, at: time)
    }

    public func amend(
        _ id: ClientOrderID, price: Price?, quantity: Quantity?, at time: Timestamp
    ) {
        guard let instrument = requests[id]?.instrument else { return }
        awaiting[id, default: Awaiting()].amend.append(commands.count)
        add(.amend(price: price, quantity: quantity), id, instrument, at: time)
    }

    private func add(
        _ action: SentCommand.Action, _ id: ClientOrderID, _ instrument: InstrumentID,
        at time: Timestamp
    ) {
        commands.append(
            SentCommand(
                id: id, instrument: instrument, action: action, sentAt: time,
                place: marketEventCount))
    }

    // MARK: - What came of it

    /// Adds the venue's word about an order.
    ///
    /// - Parameter earlier: the order, where an earlier run had sent it; nil: then it is the session's, or
    ///   somebody else's, which is not counted.
    public func add(_ report: ExecutionReport, ofEarlier earlier: OrderRequest? = nil) {
        answer(report)
        guard case .fill(let fill) = report.event,
            let request = requests[report.order] ?? earlier,
            knownFills.insert(KnownFill(order: report.order, number: fill.number)).inserted
        else { return }
        let made = GapFill(
            instrument: request.instrument, side: request.side, fill: fill,
            time: report.receiveTime)
        let moved = moved(by: made)
        explained[request.instrument] += moved
        guard requests[report.order] == nil else {
            return fills[report.order, default: []].append(made)
        }
        adoptions.append(
            Adoption(fill: made, moved: moved, place: marketEventCount, isFill: true))
    }

    private func moved(by made: GapFill) -> SignedQuantity {
        let signed = made.fill.quantity.signed(made.side)
        guard instruments[made.instrument].isPosition(made.fill.feeCurrency) else { return signed }
        return signed - SignedQuantity(attos: made.fill.fee.attos)
    }

    /// Finds what a position is that no fill explains: it was there before, or the venue said so.
    ///
    /// - Parameters:
    ///   - net: what the session holds.
    ///   - price: what it was valued at then.
    public func explain(
        _ net: SignedQuantity, of instrument: InstrumentID, at price: Price, _ time: Timestamp
    ) {
        let moved = net - explained[instrument]
        guard let side = moved.side else { return }
        explained[instrument] = net
        let fill = Fill(
            id: "", price: price, quantity: moved.magnitude, liquidity: .taker, fee: .zero,
            feeCurrency: instruments[instrument].settle)
        adoptions.append(
            Adoption(
                fill: GapFill(instrument: instrument, side: side, fill: fill, time: time),
                moved: moved, place: marketEventCount, isFill: false))
    }

    /// Adds a payment of funding.
    public func add(funding received: Money, of instrument: InstrumentID) {
        funding[instrument] += received
    }

    // MARK: - Latency

    private func answer(_ report: ExecutionReport) {
        guard var open = awaiting[report.order] else { return }
        let time = report.receiveTime
        switch report.event {
        case .lost, .notFound: open = Awaiting()  // what is found out by asking measures nothing
        case .cancelled, .cancelRejected: end(&open.cancel, at: time)
        case .amended, .amendRejected: end(&open.amend, at: time)
        case .cancelRequested, .amendRequested: return  // our own deeds
        case .accepted, .rejected, .triggered, .fill, .expired: break
        }
        end(&open.submit, at: time)
        awaiting[report.order] = open
    }

    private func end(_ places: inout [Int], at time: Timestamp) {
        guard !places.isEmpty else { return }
        commands[places.removeFirst()].answeredAt = time
    }

    /// From an order's sending to the venue's first word about it; nil: no order was answered.
    public var latency: MeasuredLatency? {
        MeasuredLatency(orders.compactMap(\.roundTrip))
    }

    /// When each of ``commands`` reaches the venue where all take the same time.
    ///
    /// - Parameter nanoseconds: the way to the venue.
    public func arrivals(after nanoseconds: Int64) -> [Timestamp] {
        commands.map { $0.sentAt.advanced(byNanoseconds: nanoseconds) }
    }

    /// When each of ``commands`` met the market as the recording shows it: when its answer was there.
    ///
    /// What we see of the market is as old as the answer is when it comes, for both come from the venue.
    /// Where no answer measures it, it is what the others took in the middle.
    ///
    /// - Parameters:
    ///   - nanoseconds: where no order was answered at all.
    ///   - cut: where the recording ends before its session: what had no answer by then was on its way; nil: it
    ///     does not.
    public func measuredArrivals(
        otherwise nanoseconds: Int64, cutAt cut: Timestamp? = nil
    ) -> [Timestamp] {
        let usual = latency?.median ?? nanoseconds
        let underway = Set(awaiting.values.flatMap { $0.submit + $0.cancel + $0.amend })
        var latest: [ClientOrderID: Timestamp] = [:]
        return commands.enumerated().map { place, command in
            var own = command.sentAt.advanced(byNanoseconds: command.roundTrip ?? usual)
            if let cut, underway.contains(place) { own = max(own, cut.advanced(byNanoseconds: 1)) }
            // A cancel does not overtake its order.
            let arrival = max(own, latest[command.id] ?? own)
            latest[command.id] = arrival
            return arrival
        }
    }
}
