internal import TradingCore
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
    public private(set) var equity: Money
    /// The largest fall from a peak to a later value; never negative.
    public private(set) var maxDrawdown = Money.zero
    private var peak: Money
    private let shares: InstrumentTable<Share>

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
        /// What this share adds to the equity now.
        var contribution = Money.zero
    }

    public init(
        currency: Currency, start: Money, instruments: [Instrument], held: [Currency: Money]
    ) {
        self.currency = currency
        self.start = start
        equity = start
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
    /// A few instructions, none of them a division.
    ///
    /// - Returns: false where only ``settle(_:at:_:)`` can tell.
    @inline(__always)
    mutating func mark(_ index: Int, atUnits priceUnits: Int64?) -> Bool {
        guard let units = shares[index].units else { return false }
        guard units != 0 else { return true }
        let factor = shares[index].attosPerProduct
        guard factor != 0, let priceUnits,
            let product = Int64(exactly: Int128(priceUnits) &* Int128(units))
        else { return false }
        let worth = Int128(product) &* Int128(factor)
        contribute(index, shares[index].fixed + Money(attos: worth))
        return true
    }

    /// A fill, a payment or an odd price: takes the position's facts anew.
    mutating func settle(_ index: Int, at price: Price?, _ position: borrowing Position) {
        guard shares[index].counts else { return }
        let settled = position.realisedPnL - position.fees + position.funding
        let price = price ?? .zero
        let unrealised = position.unrealisedPnL(at: price) ?? .zero
        let held = price.times(shares[index].held, .halfEven) ?? .zero
        contribute(index, settled + unrealised + held)
        let net = position.net + shares[index].held
        shares[index].units = nil
        guard shares[index].attosPerProduct != 0, let worth = price.times(net, .halfEven) else {
            return
        }
        shares[index].fixed = settled + unrealised + held - worth
        shares[index].units = shares[index].quantityScale.units(net.attos)
    }

    @inline(__always)
    private mutating func contribute(_ index: Int, _ contribution: Money) {
        guard shares[index].counts else { return }
        equity += contribution - shares[index].contribution
        shares[index].contribution = contribution
        if equity > peak {
            peak = equity
        } else if peak - equity > maxDrawdown {
            maxDrawdown = peak - equity
        }
    }
}
