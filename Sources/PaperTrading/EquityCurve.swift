package import TradingCore
public import TradingModel

/// Equity in one currency over a run, exact: its latest value, its peak and its deepest fall.
///
/// Equity is the starting balance, the worth of base currency held from the start, realised and
/// unrealised PnL, less fees, plus funding. Instruments that settle in another currency are left
/// out: no price says what they are worth here.
public struct EquityCurve {
    public let currency: Currency
    /// What it began with.
    public let start: Money
    /// The latest equity.
    public var equity: Money {
        guard let product = band.latest else { return counted }
        let share = shares[band.index]
        return counted + share.worth(ofProduct: product) - share.contribution
    }
    /// The equity when it was last counted out.
    private var counted: Money
    private var band = Band()
    /// The largest fall from a peak to a later value; never negative.
    public private(set) var maxDrawdown = Money.zero
    private var peak: Money
    private let shares: InstrumentTable<Share>

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
        /// Base currency held from the start, spot only.
        let held: SignedQuantity
        let quantityScale: DecimalScale
        /// Attos in one price unit × one quantity unit; 0: only the general way is exact.
        let attosPerProduct: Int64
        /// Position plus ``held`` in units of the quantity scale; nil: the general way.
        var units: Int64? = 0
        /// Realised − fees + funding − cost of what is open: what no price moves.
        var fixed = Money.zero
        /// What this share added to the equity when that was last counted out.
        var contribution = Money.zero

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
        shares = InstrumentTable(
            instruments.map { instrument in
                let own = instrument.kind == .spot ? held[instrument.symbol.base] ?? .zero : .zero
                return Share(
                    counts: instrument.settle == currency, held: SignedQuantity(attos: own.attos),
                    quantityScale: instrument.quantityScale,
                    attosPerProduct: Self.factor(instrument),
                    units: instrument.quantityScale.units(own.attos))
            })
    }

    private static func factor(_ instrument: Instrument) -> Int64 {
        let decimals = instrument.priceScale.decimals + instrument.quantityScale.decimals
        guard instrument.kind != .inverse, instrument.contractSize.attos == attosPerUnit,
            decimals <= 18
        else { return 0 }
        var factor: Int64 = 1
        for _ in decimals..<18 { factor *= 10 }
        return factor
    }

    /// A new price of an instrument, in units of its scale; nil where the price is finer.
    ///
    /// - Returns: false where only ``settle(_:at:_:)`` can tell.
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

    @inline(never)
    private mutating func count(_ index: Int, atUnits priceUnits: Int64?) -> Bool {
        guard let units = shares[index].units else { return false }
        guard units != 0 else { return true }
        guard shares[index].attosPerProduct != 0, let priceUnits,
            let product = Int64(exactly: Int128(priceUnits) &* Int128(units))
        else { return false }
        contribute(index, shares[index].worth(ofProduct: product))
        return true
    }

    /// A fill, a payment or an odd price: takes the position's facts anew.
    package mutating func settle(_ index: Int, at price: Price?, _ position: borrowing Position) {
        guard shares[index].counts else { return }
        let settled = position.realisedPnL - position.fees + position.funding
        let price = price ?? .zero
        let unrealised = position.unrealisedPnL(at: price) ?? .zero
        let held = price.times(shares[index].held, .halfEven) ?? .zero
        let net = position.net + shares[index].held
        shares[index].units = nil
        if shares[index].attosPerProduct != 0, let worth = price.times(net, .halfEven) {
            shares[index].fixed = settled + unrealised + held - worth
            shares[index].units = shares[index].quantityScale.units(net.attos)
        }
        contribute(index, settled + unrealised + held)
    }

    private mutating func contribute(_ index: Int, _ contribution: Money) {
        guard shares[index].counts else { return }
        counted += contribution - shares[index].contribution
        shares[index].contribution = contribution
        band.latest = nil
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
        guard shares.count == 1, share.attosPerProduct != 0, let units = share.units else { return }
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
