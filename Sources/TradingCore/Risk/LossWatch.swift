public import TradingModel

/// What limits of a loss must remember for longer than a process lives.
///
/// Amounts count what the run's positions have realised and would realise, less fees, plus funding, in
/// the currency that all its instruments settle in: who begins a run with them begins it with these
/// positions too, their realised PnL, fees and funding included.
public struct RiskCounters: Hashable, Sendable {
    /// Days since 1970, UTC.
    public var day: Int64
    /// What the run was worth when that day began.
    public var dayStart: Money
    /// The most that it was worth.
    public var peak: Money

    public init(day: Int64, dayStart: Money, peak: Money) {
        self.day = day
        self.dayStart = dayStart
        self.peak = peak
    }
}

/// Follows what the run is worth, and says when it has lost too much: kept only where such a limit is set.
///
/// What is held without a fill of ours (from before, by hand) moves neither loss nor peak when it comes,
/// only by what it gains and loses from then on. A fee in a third currency is not in it.
struct LossWatch: Sendable {
    private let maxDailyLoss: Money?
    private let maxDrawdown: Money?
    private let currency: Currency
    /// By instrument: what it adds to the worth, and the price that this was counted at.
    private var shares: [Money]
    private var prices: [Price?]
    private(set) var worth = Money.zero
    /// Nil: it has not begun.
    private(set) var counters: RiskCounters?
    /// From before this process; used when it begins.
    private var remembered: RiskCounters?
    private var dayEnd = Timestamp.distantPast

    private static let day: Int64 = 86_400_000_000_000  // ns

    /// Nil: neither limit is set.
    init?(_ limits: RiskLimits, _ instruments: [Instrument]) {
        guard limits.maxDailyLoss != nil || limits.maxDrawdown != nil else { return nil }
        precondition(
            Set(instruments.map(\.settle)).count == 1, "losses are limited in one currency")
        maxDailyLoss = limits.maxDailyLoss
        maxDrawdown = limits.maxDrawdown
        currency = instruments[0].settle
        shares = instruments.map { _ in .zero }
        prices = instruments.map { _ in nil }
    }

    var hasBegun: Bool { counters != nil }

    /// Goes on with what an earlier run, or earlier limits, remembered.
    mutating func remember(_ counters: RiskCounters?) { remembered = counters }

    /// Begins with what is held.
    mutating func begin(_ state: TradingState) -> RiskRefusal? {
        worth = .zero
        for index in shares.indices {
            guard let share = share(index, at: state.valuation(InstrumentID(index)), state),
                let sum = worth.plus(share)
            else { return tooLarge }
            shares[index] = share
            worth = sum
        }
        let today = Self.day(of: state.now)
        dayEnd = Timestamp(nanoseconds: (today + 1) * Self.day)
        let isSameDay = remembered?.day == today
        counters = RiskCounters(
            day: today, dayStart: isSameDay ? remembered?.dayStart ?? worth : worth,
            peak: max(remembered?.peak ?? worth, worth))
        return judge()
    }

    /// Takes in a price, a fill, a payment or a correction of an instrument.
    ///
    /// - Parameters:
    ///   - isMoved: whether the position is another; false: only the market has moved.
    ///   - price: a fill's, for when nothing else says what the position is worth.
    ///   - isForeign: whether the position was corrected without a fill of ours.
    /// - Returns: which limit is reached; nil: none.
    mutating func follow(
        _ index: Int, _ state: TradingState, isMoved: Bool = false, or price: Price? = nil,
        isForeign: Bool = false
    ) -> RiskRefusal? {
        guard counters != nil else { return nil }
        beginDay(state.now)
        let isHeld = state.positions[index].net != .zero
        guard isMoved || isHeld else { return nil }
        let price = state.valuation(InstrumentID(index)) ?? price ?? prices[index]
        guard isMoved || price != prices[index] else { return nil }
        // What was taken over before anything told its price gains nothing by the first one.
        let isFirstPrice = !isMoved && prices[index] == nil
        guard let share = share(index, at: price, state), let change = share.minus(shares[index]),
            let sum = worth.plus(change)
        else { return tooLarge }
        shares[index] = share
        worth = sum
        if isForeign || isFirstPrice {
            guard let start = counters?.dayStart.plus(change),
                let peak = counters?.peak.plus(change)
            else { return tooLarge }
            counters?.dayStart = start
            counters?.peak = peak
        }
        return judge()
    }

    private mutating func share(
        _ index: Int, at price: Price?, _ state: TradingState
    ) -> Money? {
        let position = state.positions[index]
        prices[index] = position.net == .zero ? nil : price
        let open = price.map { position.unrealisedPnL(at: $0) } ?? .zero
        return open.flatMap {
            position.realisedPnL.minus(position.fees)?.plus(position.funding)?.plus($0)
        }
    }

    private mutating func beginDay(_ now: Timestamp) {
        guard now >= dayEnd else { return }
        let today = Self.day(of: now)
        dayEnd = Timestamp(nanoseconds: (today + 1) * Self.day)
        counters?.day = today
        counters?.dayStart = worth
    }

    private static func day(of time: Timestamp) -> Int64 {
        let (days, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: day)
        return rest < 0 ? days - 1 : days
    }

    /// What was lost since the day began, and since it was worth most; nil: not begun, or too much to count.
    var loss: Money? { counters.flatMap { $0.dayStart.minus(worth) } }
    var fall: Money? { counters.flatMap { $0.peak.minus(worth) } }

    private var tooLarge: RiskRefusal {
        RiskRefusal(rule: .tooLarge, detail: "what the run is worth cannot be counted any more")
    }

    /// Keeps the peak, and says which limit is reached.
    private mutating func judge() -> RiskRefusal? {
        guard let counters else { return nil }
        let peak = max(counters.peak, worth)
        self.counters?.peak = peak
        guard let loss, let fall else { return tooLarge }
        if let limit = maxDailyLoss, loss >= limit {
            return RiskRefusal(
                rule: .maxDailyLoss,
                detail: "\(loss) \(currency) have been lost since 00:00 UTC, the limit is \(limit)")
        }
        guard let limit = maxDrawdown, fall >= limit else { return nil }
        return RiskRefusal(
            rule: .maxDrawdown,
            detail:
                "the run is worth \(fall) \(currency) less than at its best, the limit is \(limit)")
    }
}
