internal import TradingModel

/// What trading one instrument costs: notional, fees and margin, each rounding written out.
///
/// A reference: every fill looks into it several times, and an instrument is large.
final class Costs: Sendable {
    let instrument: Instrument
    let makerFee: Rate
    let takerFee: Rate
    /// What each contract costs instead of a share; nil: the shares.
    private let unitFees: UnitFees?
    let leverage: Int
    let isSpot: Bool
    let lot: Quantity
    private let takesFromPurchases: Bool
    private let attosPerProduct: Int64

    init(of instrument: Instrument, settings: PaperSettings) {
        self.instrument = instrument
        makerFee = settings.makerFee ?? instrument.makerFee
        takerFee = settings.takerFee ?? instrument.takerFee
        let isShare = settings.makerFee != nil || settings.takerFee != nil
        unitFees = isShare ? nil : instrument.unitFees
        leverage = settings.leverage
        isSpot = instrument.kind == .spot
        lot = instrument.lot
        takesFromPurchases = instrument.takesFeeFromPosition(.buy)
        attosPerProduct = instrument.attosPerProduct
    }

    /// What `quantity` is worth at `price` in the settle currency; nil: too large.
    func notional(_ price: Price, _ quantity: Quantity, _ rounding: Rounding) -> Money? {
        // On tick and lot nothing is to be rounded.
        if attosPerProduct != 0, let priceUnits = instrument.priceScale.units(price.attos),
            let units = instrument.quantityScale.units(quantity.attos)
        {
            let (product, overflow) = priceUnits.multipliedReportingOverflow(by: units)
            if !overflow { return Money(attos: Int128(product) &* Int128(attosPerProduct)) }
        }
        return instrument.contract.value(of: quantity, at: price, rounding)
    }

    /// The fee on a fill, rounded half to even at the 18th decimal; negative is a rebate.
    ///
    /// A share of the notional in the settle currency, or, where the venue takes it out of what is
    /// bought, of the quantity in base currency.
    func fee(
        _ notional: Money, _ quantity: Quantity, _ side: Side, _ liquidity: Liquidity
    ) -> Fee? {
        if let unitFees {
            return Self.fee(unitFees.amount(liquidity), of: quantity, .halfEven).map {
                Fee(amount: $0, currency: instrument.settle, isTaken: false)
            }
        }
        let isTaken = side == .buy && takesFromPurchases
        let share = isTaken ? Money(attos: quantity.attos) : notional
        return share.times(liquidity == .maker ? makerFee : takerFee, .halfEven).map {
            Fee(
                amount: $0, currency: isTaken ? instrument.symbol.base : instrument.settle,
                isTaken: isTaken)
        }
    }

    /// The most a fill of this notional can cost in fees beside it: what a resting order sets aside.
    func worstFee(_ notional: Money, _ quantity: Quantity, _ side: Side) -> Money? {
        if let unitFees {
            return Self.fee(max(unitFees.maker, unitFees.taker, .zero), of: quantity, .up)
        }
        if side == .buy, takesFromPurchases { return .zero }
        return notional.times(max(makerFee, takerFee, .zero), .up)
    }

    private static func fee(
        _ unit: Money, of quantity: Quantity, _ rounding: Rounding
    ) -> Money? {
        unit.times(Rate(attos: quantity.attos), rounding)
    }

    /// The initial margin, rounded up.
    func margin(_ notional: Money) -> Money {
        guard leverage > 1 else { return notional }
        let divisor = Int128(leverage)
        let (sum, overflow) = notional.attos.addingReportingOverflow(divisor - 1)
        return Money(attos: overflow ? (notional.attos - 1) / divisor + 1 : sum / divisor)
    }
}

/// What a fill costs.
struct Fee {
    let amount: Money
    let currency: Currency
    /// Whether it is taken out of what was bought, instead of being paid beside it.
    let isTaken: Bool

    /// What is paid in the settle currency.
    var paid: Money { isTaken ? .zero : amount }
    /// What is taken in the base currency.
    var taken: Money { isTaken ? amount : .zero }
}

extension Quantity {
    /// The sum, or the largest quantity where that does not fit.
    func plusAtMost(_ other: Quantity) -> Quantity {
        let (sum, overflow) = attos.addingReportingOverflow(other.attos)
        return Quantity(attos: overflow ? .max : sum)
    }

    /// As much of this as is whole lots.
    func wholeLots(of lot: Quantity) -> Quantity {
        rounded(toMultipleOf: lot.attos, .towardZero)
    }
}
