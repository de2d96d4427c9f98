internal import TradingModel

/// What trading one instrument costs: notional, fees and margin, each rounding written out.
///
/// A reference: every fill looks into it several times, and an instrument is large.
final class Costs: Sendable {
    let instrument: Instrument
    let makerFee: Rate
    let takerFee: Rate
    let leverage: Int

    init(of instrument: Instrument, settings: PaperSettings) {
        self.instrument = instrument
        makerFee = settings.makerFee ?? instrument.makerFee
        takerFee = settings.takerFee ?? instrument.takerFee
        leverage = settings.leverage
    }

    /// What `quantity` is worth at `price` in the settle currency; nil: too large.
    func notional(_ price: Price, _ quantity: Quantity, _ rounding: Rounding) -> Money? {
        instrument.contract.value(of: quantity, at: price, rounding)
    }

    /// The fee on a fill, rounded half to even at the 18th decimal; negative is a rebate.
    func fee(_ notional: Money, _ liquidity: Liquidity) -> Money? {
        notional.times(liquidity == .maker ? makerFee : takerFee, .halfEven)
    }

    /// The most a fill of this notional can cost in fees: what a resting order sets aside.
    func worstFee(_ notional: Money) -> Money? {
        notional.times(max(makerFee, takerFee, .zero), .up)
    }

    /// The initial margin, rounded up.
    func margin(_ notional: Money) -> Money {
        let divisor = Int128(leverage)
        return Money(attos: (notional.attos + divisor - 1) / divisor)
    }
}
