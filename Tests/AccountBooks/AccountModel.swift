package import TradingCore
package import TradingModel

/// An account worked out anew from what was heard, without anything of what it is held against.
///
/// It is told of orders as they are sent and of inputs in the order in which the engine heard them,
/// and can be asked at any time. The rules are those of docs/simulation.md:
///
/// * A fill's worth, a fee and a payment are each rounded half to even at the 18th decimal; closing
///   a part takes its share of the cost, rounded likewise, and the rest stays.
/// * A position is worth what the venue's mark, else the last price, else the middle of the book
///   says; while none of them says anything, what the last one said, or the fill's own price.
/// * What a spot venue takes out of the coins that are bought never was bought: the position has so much
///   less, and its worth at the fill's price, rounded likewise, is paid in fees.
/// * Equity is what one currency began with, and for each instrument that settles in it: realised
///   and unrealised PnL, less fees, plus funding, and what spot held from the start.
package struct AccountModel {
    package private(set) var books: [InstrumentBooks]
    /// What could not be right by itself: a fee, a payment, a fill of nobody's order.
    package private(set) var problems: [String] = []
    package private(set) var maxDrawdown = Money.zero

    let currency: Currency
    let start: [Currency: Money]
    private let settings: Settings
    private var markets: [InstrumentMarket]
    private var sides: [ClientOrderID: Side] = [:]
    private var fillIDs: Set<String> = []
    /// Fees in another currency than the instrument's two.
    package private(set) var otherFees: [Currency: Int128] = [:]
    /// By instrument: base currency from the start, what was paid in it taken off.
    private var held: [Int128]
    /// By instrument: what its position is valued at; nil where it holds nothing.
    private var prices: [Price?]
    private var contributions: [Int128]
    private var peak: Int128
    /// By instrument, with the venue's time: what payments were taken on.
    private var fills: [[(time: Timestamp, signed: Int128)]]
    private var payments: [(funding: Funding, time: Timestamp, latest: Timestamp)] = []
    /// The latest that the venue has seen: a record that is out of order comes later than it says.
    private var latest = Timestamp.distantPast

    package struct Settings {
        /// How late the engine hears of the market, in nanoseconds.
        package var feedLatency: Int64 = 0
        /// Instead of every instrument's own; nil: the instrument's.
        package var makerFee: Rate?
        package var takerFee: Rate?
        /// Whether fees are worked out by the rates: a live venue has rules of its own.
        package var checksFees = true
        /// Instruments whose depth is kept from the start: their quotes say nothing.
        package var keepsBooks: Set<InstrumentID> = []
        package init() {}
    }

    /// - Parameters:
    ///   - currency: of the equity.
    ///   - start: what the account held of each currency at first.
    package init(
        _ instruments: [Instrument], in currency: Currency, start: [Currency: Money],
        _ settings: Settings = Settings()
    ) {
        self.currency = currency
        self.start = start
        self.settings = settings
        books = instruments.map(InstrumentBooks.init(of:))
        markets = instruments.map {
            InstrumentMarket(keepsBook: settings.keepsBooks.contains($0.id))
        }
        held = instruments.map { _ in 0 }
        prices = instruments.map { _ in nil }
        contributions = instruments.map { _ in 0 }
        fills = instruments.map { _ in [] }
        peak = start[currency]?.attos ?? 0
        for (own, amount) in start {
            if let index = spot(holding: own) { held[index] = amount.attos }
        }
    }

    /// The first spot instrument that says what a currency is worth in the equity's.
    private func spot(holding own: Currency) -> Int? {
        guard own != currency else { return nil }
        return books.indices.first {
            let instrument = books[$0].instrument
            return instrument.kind == .spot && instrument.symbol.base == own
                && instrument.settle == currency
        }
    }

    package var equity: Money {
        Money(attos: (start[currency]?.attos ?? 0) + contributions.reduce(0, +) - directFees)
    }

    /// Paid in the equity's currency for instruments that settle in another.
    private var directFees: Int128 { otherFees[currency] ?? 0 }

    // MARK: - What happens

    /// Tells of what the engine wants done: orders, with their sides.
    package mutating func hear(_ command: Command) {
        guard case .submit(let order) = command else { return }
        sides[order.id] = order.request.side
    }

    /// Takes in what the engine heard, as it heard it.
    package mutating func hear(_ input: EngineInput) {
        switch input {
        case .market(let event): hear(event)
        case .report(let report): hear(report)
        case .position(let correction): hear(correction)
        default: break
        }
    }

    private mutating func hear(_ event: MarketEvent) {
        let index = event.instrument.index
        defer {
            latest = max(
                latest, event.receiveTime.advanced(byNanoseconds: -settings.feedLatency))
        }
        let counts = markets[index].hear(event)
        if case .funding(let funding) = event { hear(funding) }
        if counts { value(index) }
    }

    private mutating func hear(_ report: ExecutionReport) {
        guard case .fill(let fill) = report.event else { return }
        guard let side = sides[report.order] else {
            problems.append("a fill of \(report.order), which was never sent")
            return
        }
        let index = report.instrument.index
        guard fillIDs.insert("\(index) \(fill.id)").inserted else { return }
        let signed = side == .buy ? fill.quantity.attos : -fill.quantity.attos
        let instrument = books[index].instrument
        if instrument.kind == .spot, fill.feeCurrency == instrument.symbol.base {
            books[index].fill(
                side, fill.quantity.attos, at: fill.price.attos, taken: fill.fee.attos)
        } else {
            books[index].fill(side, fill.quantity.attos, at: fill.price.attos)
            hear(feeOf: fill, index)
        }
        fills[index].append((report.venueTime, signed))
        if settings.checksFees { check(feeOf: fill, side, index) }
        value(index, or: fill.price)
    }

    private mutating func hear(feeOf fill: Fill, _ index: Int) {
        let instrument = books[index].instrument
        if fill.feeCurrency == instrument.settle {
            books[index].fees += fill.fee.attos
        } else {
            otherFees[fill.feeCurrency, default: 0] += fill.fee.attos
            if let spot = spot(holding: fill.feeCurrency) {
                held[spot] -= fill.fee.attos
                value(spot)
            }
        }
    }

    private mutating func check(feeOf fill: Fill, _ side: Side, _ index: Int) {
        let instrument = books[index].instrument
        let rate =
            fill.liquidity == .maker
            ? settings.makerFee ?? instrument.makerFee : settings.takerFee ?? instrument.takerFee
        let takesCoins = instrument.kind == .spot && instrument.spotFee == .received && side == .buy
        let share =
            takesCoins
            ? fill.quantity.attos
            : books[index].worth(of: fill.quantity.attos, at: fill.price.attos)
        let expected = Money(attos: quotient(of: [share, rate.attos], over: [one]))
        let currency = takesCoins ? instrument.symbol.base : instrument.settle
        if fill.fee != expected || fill.feeCurrency != currency {
            problems.append(
                "fill \(fill.id) cost \(fill.fee) \(fill.feeCurrency), expected \(expected)")
        }
    }

    private mutating func hear(_ funding: Funding) {
        let index = funding.instrument.index
        let own = books[index].payment(
            funding.rate.attos, at: (funding.mark ?? markets[index].valuation)?.attos,
            on: books[index].net)
        books[index].funding += funding.payment?.attos ?? own
        if funding.payment != nil {
            let time = funding.receiveTime.advanced(byNanoseconds: -settings.feedLatency)
            payments.append((funding, time, max(time, latest)))
        }
    }

    private mutating func hear(_ correction: PositionCorrection) {
        let index = correction.instrument.index
        guard books[index].net != correction.net.attos else { return }
        let price =
            correction.averagePrice?.attos ?? books[index].averagePrice
            ?? markets[index].valuation?.attos ?? 0
        books[index].hold(correction.net.attos, at: price)
        value(index)
    }

    // MARK: - Equity

    private mutating func value(_ index: Int, or price: Price? = nil) {
        let book = books[index]
        guard book.instrument.settle == currency else { return }
        prices[index] = markets[index].valuation ?? price ?? prices[index]
        if book.net == 0, held[index] == 0 { prices[index] = nil }
        let price = prices[index]?.attos
        let own = price.map { quotient(of: [held[index], $0], over: [one]) } ?? 0
        contributions[index] =
            book.realised + book.unrealised(at: price) - book.fees + book.funding + own
        peak = max(peak, equity.attos)
        maxDrawdown = max(maxDrawdown, Money(attos: peak - equity.attos))
    }

    // MARK: - At the end

    /// What was charged on other positions than those that the venue's fills made by then.
    ///
    /// Fills of the very instant of a payment may have come before it or after; those behind it and up
    /// to what the venue had seen came before it, where the payment is out of order.
    package var wrongPayments: [String] {
        payments.compactMap { funding, time, latest in
            let index = funding.instrument.index
            var net = fills[index].filter { $0.time < time }.reduce(0) { $0 + $1.signed }
            var possible = [net]
            for fill in fills[index] where fill.time >= time && fill.time <= latest {
                net += fill.signed
                possible.append(net)
            }
            let allowed = possible.map {
                books[index].payment(funding.rate.attos, at: funding.mark?.attos, on: $0)
            }
            if let payment = funding.payment, allowed.contains(payment.attos) { return nil }
            return "\(funding): expected one of \(allowed.map { Money(attos: $0) })"
        }
    }

    /// What the account holds of each currency of its instruments, by the reports alone.
    package var balances: [Currency: Money] {
        var attos = start.mapValues(\.attos)
        for book in books {
            let base = book.instrument.symbol.base
            let settle = book.instrument.settle
            if book.instrument.kind == .spot {
                attos[base, default: 0] += book.gained
                // Spot is paid in full: what is held still has its cost in the other currency.
                let spent = book.net.signum() * book.cost
                attos[settle, default: 0] += book.realised - spent - book.fees
            } else {
                attos[settle, default: 0] += book.realised - book.fees + book.funding
            }
        }
        for (other, fee) in otherFees { attos[other, default: 0] -= fee }
        return attos.mapValues(Money.init(attos:))
    }
}
