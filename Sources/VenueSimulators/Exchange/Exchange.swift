internal import TradingCore
internal import TradingModel

/// A venue without its wire: markets, accounts and time.
///
/// Its market is a stream of events, synthetic or recorded, that knows nothing of the accounts;
/// their orders fill against it as paper orders do, and rest in the public depth beside it.
final class Exchange {
    let feed: SimulatedFeed
    /// By instrument.
    let markets: [ExchangeMarket]
    let accounts: [ExchangeAccount]
    let numbers: ExchangeNumbers
    private(set) var now: Timestamp
    private let tickSpan: Int64
    private var nextTick: Timestamp

    /// - Parameters:
    ///   - instruments: what is traded, each at its ``InstrumentID/index``.
    ///   - tickSpan: the rhythm of what the wire does by itself, in nanoseconds.
    ///   - firstOrderID: the number before the first order of each segment.
    ///   - nextTradeID: numbers the trades of all markets; nil: each market counts its own.
    init(
        instruments: [Instrument], feed: SimulatedFeed, accounts: [VenueAccount],
        rules: ExchangeRules, fees: (Instrument) -> ExchangeFees, tickSpan: Int64,
        start: Timestamp, firstOrderID: Int64 = 1_000, nextTradeID: (() -> Int64)? = nil,
        name: (Symbol) -> String = { $0.base.code + $0.quote.code }
    ) {
        self.feed = feed
        self.tickSpan = tickSpan
        now = start
        nextTick = start.advanced(byNanoseconds: tickSpan)
        let markets = instruments.map {
            ExchangeMarket(
                $0, name: name($0.symbol), fees: fees($0), start: start,
                nextTradeID: nextTradeID)
        }
        let numbers = ExchangeNumbers(before: firstOrderID)
        self.numbers = numbers
        self.markets = markets
        self.accounts = accounts.map {
            ExchangeAccount($0, markets: markets, rules: rules, numbers: numbers, at: start)
        }
    }

    func market(_ name: String, _ segment: ExchangeSegment) -> ExchangeMarket? {
        markets.first { $0.name == name && $0.segment == segment }
    }

    func markets(of segment: ExchangeSegment) -> [ExchangeMarket] {
        markets.filter { $0.segment == segment }
    }

    func account(_ key: String) -> ExchangeAccount? {
        accounts.first { $0.settings.key == key }
    }

    // MARK: - Time

    var nextDue: Timestamp { min(nextTick, feed.nextTime ?? .distantFuture) }

    /// Lets the market and the wire's rhythm go on up to a time.
    ///
    /// - Parameters:
    ///   - tick: what the wire does in its rhythm.
    ///   - happened: called behind each event of a market.
    func advance(to time: Timestamp, tick: () -> Void, happened: (ExchangeMarket) -> Void) {
        while true {
            let event = feed.nextTime ?? .distantFuture
            if event <= time, event <= nextTick || isInMessage {
                applyEvent(happened)
            } else if nextTick <= time {
                now = max(now, nextTick)
                tick()
                nextTick = nextTick.advanced(byNanoseconds: tickSpan)
            } else if isInMessage, event != .distantFuture {
                applyEvent(happened)  // orders meet whole messages only
            } else {
                break
            }
        }
        now = max(now, time)
        for account in accounts { account.now = now }
    }

    private var isInMessage: Bool { markets.contains { $0.tape.book.isInMessage } }

    private func applyEvent(_ happened: (ExchangeMarket) -> Void) {
        guard let event = feed.next() else { return }
        now = max(now, event.receiveTime)
        let market = markets[event.instrument.index]
        market.tape.record(event)
        var printed: MarketTape.Deal?
        if case .trade = event { printed = market.tape.deals.last }
        for account in accounts {
            account.apply(event, printed: printed)
            account.wakeStops(in: market)
        }
        happened(market)
    }
}
