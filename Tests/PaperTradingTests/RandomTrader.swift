import PropertyTesting
import TestInstruments
import TradingCore
import TradingModel

/// A strategy that trades at random: all kinds of orders, amendments, cancels, targets.
///
/// What it does follows from its seed and from what it hears, so that two runs that tell it the same
/// are the same.
final class RandomTrader: Strategy {
    private var random: Seeded
    private let feeds: FeedSet
    private var state: TradingState?
    private var requests: [StrategyRequest] = []
    /// How many of a hundred events it answers.
    private let liveliness: Int

    init(seed: UInt64, feeds: FeedSet, liveliness: Int = 12) {
        random = Seeded(seed)
        self.feeds = feeds
        self.liveliness = liveliness
    }

    func attach(to state: TradingState) { self.state = state }
    func subscription(to instrument: InstrumentID) -> Subscription {
        Subscription(
            feeds: feeds,
            barSizes: feeds.contains(.bars) ? [.time(nanoseconds: 60_000_000_000)] : [])
    }

    private func act(on instrument: InstrumentID) -> HandlerOutcome {
        guard random.chance(liveliness), let state else { return .quiet }
        let own = state.orders.open.filter { $0.request.instrument == instrument }
        switch random.int(0...9) {
        case 0 where !own.isEmpty: ask(.cancel(.order(random.pick(own).id)))
        case 1 where !own.isEmpty: amend(random.pick(own))
        case 2: ask(.close(instrument))
        case 3:
            let side: Side = random.bool() ? .buy : .sell
            ask(.target(instrument, quantity(instrument).signed(side)))
        case 4: ask(.cancel(.matching(instrument: instrument, tag: nil)))
        default: ask(.place(order(instrument)))
        }
        return .output
    }

    private func ask(_ intent: Intent) { requests.append(.intent(intent)) }

    private func amend(_ order: Order) {
        let isNewPrice = random.bool()
        ask(
            .amend(
                order.id, price: isNewPrice ? price(order.request.instrument) : nil,
                quantity: isNewPrice ? nil : quantity(order.request.instrument)))
    }

    private func order(_ instrument: InstrumentID) -> OrderRequest {
        var order = OrderRequest(
            instrument: instrument, side: random.bool() ? .buy : .sell,
            quantity: quantity(instrument))
        if random.chance(60) { order.price = price(instrument) }
        if random.chance(20) { order.stop = price(instrument) }
        order.isReduceOnly = random.chance(20)
        if order.price != nil {
            order.isPostOnly = random.chance(15) && order.stop == nil
            if !order.isPostOnly, random.chance(15) { order.timeInForce = .ioc }
        }
        return order
    }

    private func price(_ instrument: InstrumentID) -> Price? {
        guard let state, let valuation = state.valuation(instrument) else { return nil }
        let tick = state.instruments[instrument.index].tick.attos
        let whole = valuation.attos / tick + Int128(random.int(-30...30))
        return Price(attos: max(1, whole) * tick)
    }

    private func quantity(_ instrument: InstrumentID) -> Quantity {
        guard let state else { return .zero }
        return Quantity(
            attos: Int128(random.int(1...80)) * state.instruments[instrument.index].lot.attos)
    }

    func onStart(_ reason: StartReason) -> HandlerOutcome { .quiet }
    func onTrade(_ trade: Trade) -> HandlerOutcome { act(on: trade.instrument) }
    func onQuote(_ quote: Quote) -> HandlerOutcome { act(on: quote.instrument) }
    func onBook(_ book: OrderBook) -> HandlerOutcome { act(on: book.instrument) }
    func onBar(_ bar: Bar) -> HandlerOutcome { act(on: bar.instrument) }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { .quiet }
    func onFunding(_ funding: Funding) -> HandlerOutcome { act(on: funding.instrument) }
    func onOrder(_ order: Order) -> HandlerOutcome { .quiet }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome {
        act(on: order.request.instrument)
    }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome { .quiet }
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome { .quiet }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { .quiet }
    func onStop(_ reason: String) -> HandlerOutcome { .quiet }
    func drainOutput(into requests: inout [StrategyRequest]) {
        requests += self.requests
        self.requests = []
    }
}
