internal import TradingModel

/// What is traded, valued at the end.
///
/// A fill is worth its quantity at the last price less what it cost, each rounded half to even at the 18th
/// decimal as in the account's books. So what was made is a sum over fills, to the last digit.
struct EndWorth {
    let instruments: [Instrument]
    /// By instrument: the last price; nil: nothing was traded.
    let marks: [Price?]

    /// - Parameter quantity: as much of the fill as is counted.
    func worth(of made: GapFill, _ quantity: Quantity) throws(GapProblem) -> Money {
        let instrument = instruments[made.instrument]
        let end = marks[made.instrument.index] ?? made.fill.price
        guard let value = instrument.contract.value(of: quantity, at: end, .halfEven),
            let cost = instrument.contract.value(of: quantity, at: made.fill.price, .halfEven),
            let gain = value.minus(cost)
        else { throw .tooLarge(instrument.symbol) }
        // An inverse contract is worth less of its base currency when the price has risen.
        return (made.side == .buy) != (instrument.kind == .inverse) ? gain : -gain
    }

    /// A fee in the currency in which it counts: one out of the position is valued like the position.
    func fee(_ amount: Money, of made: GapFill) throws(GapProblem) -> (Money, Currency) {
        let instrument = instruments[made.instrument]
        guard instrument.isPosition(made.fill.feeCurrency) else {
            return (amount, made.fill.feeCurrency)
        }
        let end = marks[made.instrument.index] ?? made.fill.price
        guard let value = end.times(SignedQuantity(attos: amount.attos), .halfEven) else {
            throw .tooLarge(instrument.symbol)
        }
        return (value, instrument.settle)
    }

    func add(
        _ amount: Money, _ currency: Currency, of instrument: InstrumentID, to purse: inout Purse
    ) throws(GapProblem) {
        guard purse.add(amount, currency) else { throw .tooLarge(instruments[instrument].symbol) }
    }

    /// Adds a fill less its fee.
    func add(_ made: GapFill, to purse: inout Purse) throws(GapProblem) {
        let settle = instruments[made.instrument].settle
        try add(
            worth(of: made, made.fill.quantity), settle, of: made.instrument, to: &purse)
        let (fee, currency) = try fee(made.fill.fee, of: made)
        try add(-fee, currency, of: made.instrument, to: &purse)
    }
}

/// Fills of an order on one side, cut where the other side's quantity ends.
struct CutFills {
    /// Of what both have: its worth without fees, and the fees.
    var sharedWorth = Purse()
    var sharedFees = Purse()
    /// Of the rest, less its fees.
    var rest = Purse()
    /// How much the rest is.
    var restQuantity = Quantity.zero

    /// - Parameter shared: as much as both sides have, in the order of time.
    init(_ fills: [GapFill], shared: Quantity, _ worth: EndWorth) throws(GapProblem) {
        var left = shared
        for made in fills {
            let part = min(left, made.fill.quantity)
            left -= part
            let isWhole = part == made.fill.quantity
            let partWorth = part == .zero ? .zero : try worth.worth(of: made, part)
            let partFee =
                isWhole ? made.fill.fee : made.fill.fee.share(part, of: made.fill.quantity)
            guard let partFee else { throw .tooLarge(worth.instruments[made.instrument].symbol) }
            let settle = worth.instruments[made.instrument].settle
            let instrument = made.instrument
            let (shareOfFee, currency) = try worth.fee(partFee, of: made)
            try worth.add(partWorth, settle, of: instrument, to: &sharedWorth)
            try worth.add(shareOfFee, currency, of: instrument, to: &sharedFees)
            guard !isWhole else { continue }
            // What a cut leaves over of a rounding stays with the rest.
            let (fee, _) = try worth.fee(made.fill.fee, of: made)
            let whole = try worth.worth(of: made, made.fill.quantity)
            try worth.add(whole, settle, of: instrument, to: &rest)
            try worth.add(-partWorth, settle, of: instrument, to: &rest)
            try worth.add(-fee, currency, of: instrument, to: &rest)
            try worth.add(shareOfFee, currency, of: instrument, to: &rest)
            restQuantity += made.fill.quantity - part
        }
    }
}
