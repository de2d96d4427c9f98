public import TradingCore
public import TradingModel

/// Equity in one currency over a run, exact: its latest value, its peak and its deepest fall.
///
/// Equity is the starting balance, the worth of base currency held from the start, realised and
/// unrealised PnL, less fees, plus funding. Instruments that settle in another currency are left
/// out: no price says what they are worth here.
///
/// It is what the engine knows: positions and payments as it heard of them, at the prices of
/// ``TradingState/valuation(_:)``. Where that says nothing for a while (a side of the book is
/// empty), what it said last goes on, and at a fill before the first price the fill's own.
public struct EquityCurve {
    public let currency: Currency
    /// What it began with.
    public private(set) var start: Money
    /// The latest equity.
    public var equity: Money {
        guard let product = band.latest else { return counted }
        let share = shares[band.index]
        return counted - share.contribution + share.worth(ofProduct: product)
    }
    /// The equity when it was last counted out.
    private var counted: Money
    private var band = Band()
    /// The largest fall from a peak to a later value; never negative.
    public private(set) var maxDrawdown = Money.zero
    private var peak: Money
    /// Whether every price is counted out from the position; see ``PlainWays/countedOut``.
    package var countsOut = false
    private let shares: InstrumentTable<Share>
    private let symbols: [Symbol]
    /// What was paid so far in other currencies than the instruments'.
    private var otherFees: [Currency: Money] = [:]
    /// Whether something is held that is valued at the middle of a book: only then depth and quotes
    /// move the equity.
    package private(set) var followsMids: Bool
    /// What could not be counted because it does not fit; nil: everything could.
    package private(set) var problem: String?

    /// What says how much a position is worth.
    private enum Source {
        case mark
        case last
        case mid
    }

    /// Prices of the only instrument that counts, between which neither peak nor drawdown changes:
    /// most prices then cost a multiplication and two comparisons.
    private struct Band {
        /// Its place; -1: there is no band.
        var index = -1
        var units: Int64 = 0
        /// The products of price units and ``units`` from the deepest fall to the peak.
        var lowest: Int64 = 0
        var highest: Int64 = -1
        /// Of the latest price; nil: counted out already.
        var latest: Int64?
    }

    /// One instrument's share of the equity.
    private struct Share {
        let counts: Bool
        /// Base currency held from the start, less fees paid in it; spot only.
        var held: SignedQuantity
        let quantityScale: DecimalScale
        /// Attos in one price unit × one quantity unit; 0: only the general way is exact.
        let attosPerProduct: Int64
        /// What a trade's price moves, in units of the quantity scale; nil: the general way.
        ///
        /// Position plus ``held``, or nothing where trades do not say what it is worth.
        var units: Int64?
        var source = Source.mid
        /// What it was valued at when that was last settled; nil: nothing is held.
        var price: Price?
        /// Realised − fees + funding − cost of what is open: what no price moves.
        var fixed = Money.zero
        /// What this share added to the equity when that was last counted out.
        var contribution = Money.zero
        /// Whether it is from before this began, and nothing has said yet what it is worth.
        var awaitsPrice = false

        var followsMid: Bool { counts && source == .mid && units != 0 }

        func worth(ofProduct product: Int64) -> Money {
            fixed + Money(attos: Int128(product) &* Int128(attosPerProduct))
        }
    }

    public init(
        currency: Currency, start: Money, instruments: [Instrument], held: [Currency: Money]
    ) {
        self.currency = currency
        self.start = start
        counted = start
        peak = start
        var left = held
        shares = InstrumentTable(
            instruments.map { instrument in
                let counts = instrument.settle == currency
                // What is held is there once, however many instruments trade it.
                let isSpot = instrument.kind == .spot && counts
                let own = isSpot ? left.removeValue(forKey: instrument.symbol.base) : nil
                return Share(
                    counts: counts, held: SignedQuantity(attos: own?.attos ?? 0),
                    quantityScale: instrument.quantityScale,
                    attosPerProduct: instrument.attosPerProduct,
                    units: own ?? .zero == .zero ? 0 : nil)
            })
        symbols = instruments.map(\.symbol)
        followsMids = shares.values.contains { $0.held != .zero }
    }

    // MARK: - Prices

    /// A new price of an instrument, in units of its scale; nil where the price is finer.
    ///
    /// - Returns: false where only ``settle(_:tradedAt:_:)`` can tell.
    @inline(__always)
    mutating func mark(_ index: Int, atUnits priceUnits: Int64?) -> Bool {
        if index == band.index, let priceUnits {
            let (product, overflow) = priceUnits.multipliedReportingOverflow(by: band.units)
            if !overflow, product >= band.lowest, product <= band.highest {
                band.latest = product
                return true
            }
        }
        return count(index, atUnits: priceUnits)
    }

    /// The prices of trades in a row, where none of them makes a new peak; false: nothing was taken in.
    mutating func mark(_ index: Int, through span: PriceSpan) -> Bool {
        guard index == band.index else { return false }
        // From one peak the lowest equity is the deepest fall, wherever in the row it comes.
        let (best, worst) =
            band.units < 0 ? (span.lowest, span.highest) : (span.highest, span.lowest)
        let (most, overflow) = best.multipliedReportingOverflow(by: band.units)
        guard !overflow, most <= band.highest, mark(index, atUnits: worst) else { return false }
        return mark(index, atUnits: span.last)
    }

    @inline(never)
    private mutating func count(_ index: Int, atUnits priceUnits: Int64?) -> Bool {
        guard let units = shares[index].units else { return false }
        guard units != 0 else { return true }
        guard !countsOut, shares[index].attosPerProduct != 0, let priceUnits,
            let product = Int64(exactly: Int128(priceUnits) &* Int128(units))
        else { return false }
        contribute(index, shares[index].worth(ofProduct: product))
        return true
    }

    /// A trade's odd price, which no mark of the venue overrules.
    mutating func settle(_ index: Int, tradedAt price: Price, _ position: borrowing Position) {
        settle(index, at: price, .last, position)
    }

    /// A market event that the engine has taken in.
    package mutating func follow(_ event: MarketEvent, _ state: TradingState) {
        let instrument = event.instrument
        switch event {
        case .trade(let trade):
            let units = state.instruments[instrument.index].priceScale.units(trade.price.attos)
            guard !mark(instrument.index, atUnits: units) else { return }
            settle(instrument.index, tradedAt: trade.price, state.positions[instrument.index])
        case .book(let change):
            if followsMids, change.endsMessage { followMid(instrument, state) }
        case .quote:
            if followsMids { followMid(instrument, state) }
        case .bar, .ticker, .funding:
            settle(instrument, state)
        }
    }

    /// The book of an instrument is another, and whole.
    mutating func followMid(_ instrument: InstrumentID, _ state: TradingState) {
        let share = shares[instrument.index]
        guard share.followsMid,
            let mid = state.mid(instrument), mid != share.price
        else { return }
        settle(instrument.index, at: mid, .mid, state.positions[instrument.index])
    }

    /// What a position is valued at, as ``equity`` has it; nil: nothing says.
    public func valuation(_ instrument: InstrumentID, _ state: TradingState) -> Price? {
        let marks = state.marks(instrument)
        return marks.mark ?? marks.last ?? shares[instrument.index].price ?? state.mid(instrument)
    }

    // MARK: - What is held

    /// A fill, a payment, a correction: takes the position's facts anew.
    ///
    /// - Parameter price: a fill's, for when nothing else says what the position is worth.
    package mutating func settle(
        _ instrument: InstrumentID, _ state: TradingState, or price: Price? = nil
    ) {
        let marks = state.marks(instrument)
        let source: Source = marks.mark != nil ? .mark : marks.last != nil ? .last : .mid
        settle(
            instrument.index, at: state.valuation(instrument) ?? price, source,
            state.positions[instrument.index])
    }

    /// Forgets what the engine knows of fees from before this began.
    package mutating func begin(with state: TradingState) { otherFees = state.otherFees }

    /// A fill's fee in another currency than the instrument's goes out of what is held of that
    /// currency, or out of the equity itself.
    package mutating func payFee(of fill: Fill, _ instrument: Instrument, _ state: TradingState) {
        let other = fill.feeCurrency
        // What was taken out of what was bought is in the position already.
        guard other != instrument.settle, !instrument.isPosition(other),
            let paid = state.otherFees[other]
        else { return }
        // What the engine has booked, which counts a fill that is told twice once.
        let fee = paid - (otherFees[other] ?? .zero)
        otherFees[other] = paid
        if other == currency {
            counted -= fee
            band.latest = nil
            return findExtremes(0)
        }
        let spot = state.instruments.first {
            $0.kind == .spot && $0.symbol.base == other && shares[$0.id.index].counts
        }
        guard let spot else { return }  // no price says what it is worth here
        shares[spot.id.index].held += SignedQuantity(attos: -fee.attos)
        settle(spot.id, state)
    }

    private mutating func settle(
        _ index: Int, at price: Price?, _ source: Source, _ position: borrowing Position
    ) {
        let share = shares[index]
        guard share.counts else { return }
        let isFlat = position.net == .zero && share.held == .zero
        let price = isFlat ? nil : price ?? share.price
        shares[index].price = price
        shares[index].source = source
        guard
            let settled = Self.sum(position.realisedPnL, -position.fees, position.funding),
            let open = Self.worth(position, share, at: price),
            let contribution = Self.sum(settled, open)
        else { return doesNotFit(index, at: price) }
        shares[index].units = isFlat || source == .mark ? 0 : nil
        shares[index].fixed = contribution
        // Where every product of price and quantity is whole, prices move nothing but products.
        let cost = position.net.side == .sell ? position.entryValue : -position.entryValue
        if !isFlat, source == .last, share.attosPerProduct != 0,
            let net = share.quantityScale.units(position.net.attos),
            let held = share.quantityScale.units(share.held.attos),
            let fixed = Self.sum(settled, cost)
        {
            let (units, overflow) = net.addingReportingOverflow(held)
            shares[index].fixed = fixed
            shares[index].units = overflow ? nil : units
        }
        contribute(index, contribution)
        if share.followsMid != shares[index].followsMid {
            followsMids = (0..<shares.count).contains { shares[$0].followsMid }
        }
    }

    /// Unrealised PnL, and the worth of what is held from the start; nil: does not fit.
    private static func worth(
        _ position: borrowing Position, _ share: Share, at price: Price?
    ) -> Money? {
        guard let price else { return .zero }
        guard let unrealised = position.unrealisedPnL(at: price),
            let held = price.times(share.held, .halfEven)
        else { return nil }
        return sum(unrealised, held)
    }

    /// Nil where the sum is so large that four of its size might not fit together.
    private static func sum(_ one: Money, _ two: Money, _ three: Money = .zero) -> Money? {
        let (first, overflow) = one.attos.addingReportingOverflow(two.attos)
        let (sum, again) = first.addingReportingOverflow(three.attos)
        guard !overflow, !again, sum.magnitude <= most else { return nil }
        return Money(attos: sum)
    }
    private static var most: UInt128 { 1 << 125 - 1 }

    private mutating func doesNotFit(_ index: Int, at price: Price?) {
        guard problem == nil else { return }
        let place = price.map { " at \($0)" } ?? ""
        problem =
            "what the account holds of \(symbols[index]) is worth too much\(place) to be counted"
    }

    // MARK: - Peak and drawdown

    /// What it has come to is what it begins with: the fall is counted from here.
    ///
    /// - Parameter knowsHoldings: whether what is held was held by the run before: then its first price tells what
    ///   it was worth already.
    package mutating func beginExtremes(knowsHoldings: Bool) {
        (start, peak, maxDrawdown) = (counted, counted, .zero)
        for index in 0..<shares.count where knowsHoldings {
            let share = shares[index]
            shares[index].awaitsPrice = share.counts && share.price == nil && share.units != 0
        }
        if shares.count > 0 { findBand(0) }
    }

    /// What was held before anything told its price gains and loses nothing by the first one.
    private mutating func beginPrice(_ index: Int, adding contribution: Money) {
        shares[index].awaitsPrice = false
        let change = contribution - shares[index].contribution
        (start, peak) = (start + change, peak + change)
    }

    private mutating func contribute(_ index: Int, _ contribution: Money) {
        guard shares[index].counts else { return }
        guard let next = Self.sum(counted, contribution, -shares[index].contribution) else {
            return doesNotFit(index, at: shares[index].price)
        }
        if shares[index].awaitsPrice, shares[index].price != nil {
            beginPrice(index, adding: contribution)
        }
        counted = next
        shares[index].contribution = contribution
        band.latest = nil
        findExtremes(index)
    }

    private mutating func findExtremes(_ index: Int) {
        if counted > peak {
            peak = counted
        } else if peak - counted > maxDrawdown {
            maxDrawdown = peak - counted
        }
        findBand(index)
    }

    private mutating func findBand(_ index: Int) {
        band.index = -1
        let share = shares[index]
        guard !countsOut, shares.count == 1, share.attosPerProduct != 0, let units = share.units
        else { return }
        let factor = Int128(share.attosPerProduct)
        // The equity is `base` plus the product times the factor; whole products, rounded inwards.
        let base = counted - share.contribution + share.fixed
        let top = (peak - base).attos.quotientAndRemainder(dividingBy: factor)
        let bottom = (peak - maxDrawdown - base).attos.quotientAndRemainder(dividingBy: factor)
        let highest = top.remainder < 0 ? top.quotient - 1 : top.quotient
        let lowest = bottom.remainder > 0 ? bottom.quotient + 1 : bottom.quotient
        band.units = units
        band.highest = Int64(clamping: highest)
        band.lowest = Int64(clamping: lowest)
        band.index = index
    }
}
