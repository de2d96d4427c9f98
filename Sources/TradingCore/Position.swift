public import TradingModel

/// A net position in one instrument, with its exact cost.
///
/// Every fill moves its worth, rounded once half to even at the 18th decimal, between the account
/// and the position; what a rounding leaves over stays in ``entryValue``. So for any fills and any
/// mark, `realisedPnL + unrealisedPnL(at: mark)` is what the fills' worth brought in and cost,
/// plus the open quantity's worth at the mark, to the last digit.
public struct Position: Equatable, Sendable {
    /// Long positive, short negative: base currency, or contracts.
    public private(set) var net: SignedQuantity = .zero
    /// Locked in by closing, in the settle currency, without fees and funding.
    public private(set) var realisedPnL: Money = .zero
    /// Paid, in the settle currency; negative where rebates outweigh.
    public private(set) var fees: Money = .zero
    /// Received from funding, in the settle currency; negative: paid.
    public private(set) var funding: Money = .zero
    /// What the open quantity was worth when it was entered, in the settle currency.
    public private(set) var entryValue: Money = .zero

    private let contract: Contract

    public init(of instrument: Instrument) { contract = instrument.contract }

    /// One that was written down.
    ///
    /// - Parameter entryValue: what the open quantity was worth when it was entered.
    public init(
        of instrument: Instrument, net: SignedQuantity, entryValue: Money, realisedPnL: Money,
        fees: Money, funding: Money
    ) {
        self.init(of: instrument)
        self.net = net
        self.entryValue = entryValue
        self.realisedPnL = realisedPnL
        self.fees = fees
        self.funding = funding
    }

    /// The average entry price, rounded half to even at the 18th decimal.
    ///
    /// Nil when flat; also for an inverse position so small that its worth rounded to nothing.
    public var averagePrice: Price? {
        guard net != .zero else { return nil }
        return contract.price(of: net.magnitude, worth: entryValue, .halfEven)
    }

    /// Takes an own execution in with its fee; one in a third currency is none of its business.
    ///
    /// - Throws: ``DecimalError/outOfRange`` as the ways that it goes.
    mutating func apply(
        _ fill: Fill, _ side: Side, of instrument: Instrument
    ) throws(DecimalError) {
        if instrument.isPosition(fill.feeCurrency) {
            return try apply(
                side, price: fill.price, quantity: fill.quantity, taken: fill.fee)
        }
        try apply(
            side, price: fill.price, quantity: fill.quantity,
            fee: fill.feeCurrency == instrument.settle ? fill.fee : .zero)
    }

    /// Takes an own execution in; one fill may turn long into short.
    ///
    /// `fee` is in the settle currency.
    ///
    /// - Throws: ``DecimalError/outOfRange`` when a sum does not fit or an inverse contract's price
    ///   is not positive; the position is then as it was.
    public mutating func apply(
        _ side: Side, price: Price, quantity: Quantity, fee: Money
    ) throws(DecimalError) {
        let value = try fitting(contract.value(of: quantity, at: price, .halfEven))
        try move(side, price: price, quantity: quantity, value: value, fee: fee)
    }

    /// The same where the venue takes the fee out of the base currency, as of spot purchases.
    ///
    /// So much less is bought, or more is gone, at the fill's price; what that is worth, rounded
    /// half to even at the 18th decimal, is paid in fees. Cost and fee together are what the fill
    /// cost.
    ///
    /// - Parameter taken: in base currency; negative: a rebate.
    /// - Throws: ``DecimalError/outOfRange`` as without it; the position is then as it was.
    public mutating func apply(
        _ side: Side, price: Price, quantity: Quantity, taken: Money
    ) throws(DecimalError) {
        guard taken != .zero else {
            return try apply(side, price: price, quantity: quantity, fee: .zero)
        }
        let value = try fitting(contract.value(of: quantity, at: price, .halfEven))
        let fee = try fitting(price.times(SignedQuantity(attos: taken.attos), .halfEven))
        let moved = try sum(quantity.signed(side), SignedQuantity(attos: -taken.attos))
        let signedValue = try difference(side == .buy ? value : -value, fee)
        // A fee of all that was bought leaves nothing to move; one of more is a sale.
        let direction = moved.side ?? side
        try move(
            direction, price: price, quantity: moved.magnitude,
            value: direction == .buy ? signedValue : -signedValue, fee: fee)
    }

    /// - Parameter value: what `quantity` is worth.
    private mutating func move(
        _ side: Side, price: Price, quantity: Quantity, value: Money, fee: Money
    ) throws(DecimalError) {
        var next = self
        let closing = net.side == side.opposite ? min(net.magnitude, quantity) : .zero
        var opened = value
        if closing != .zero {
            let closed =
                closing == quantity
                ? value : try fitting(contract.value(of: closing, at: price, .halfEven))
            try next.close(closing, worth: closed)
            opened = try difference(value, closed)
        }
        next.entryValue = try sum(next.entryValue, opened)
        next.net = try sum(net, quantity.signed(side))
        next.fees = try sum(fees, fee)
        self = next
    }

    /// Locks in what `quantity`, now worth `value`, gained since it was entered.
    private mutating func close(_ quantity: Quantity, worth value: Money) throws(DecimalError) {
        // A partial close takes its share of the cost, rounded half to even; the rest stays.
        let share =
            quantity == net.magnitude
            ? entryValue : try fitting(entryValue.share(quantity, of: net.magnitude))
        let (higher, lower) = gainsFromHigherValue ? (value, share) : (share, value)
        realisedPnL = try sum(realisedPnL, difference(higher, lower))
        entryValue = try difference(entryValue, share)
    }

    /// Takes a funding payment in: what was paid where that is told, else a long position pays
    /// `rate` × notional at `mark`.
    ///
    /// The notional, in the settle currency, and the payment are each rounded half to even. Spot
    /// pays none, and nothing is paid where neither payment nor mark is told.
    ///
    /// - Returns: what was received; negative: paid.
    /// - Throws: ``DecimalError/outOfRange`` as for a fill; the position is then as it was.
    public mutating func apply(_ payment: Funding) throws(DecimalError) -> Money {
        let received = try received(from: payment)
        funding = try sum(funding, received)
        return received
    }

    private func received(from payment: Funding) throws(DecimalError) -> Money {
        if let told = payment.payment { return told }
        guard net != .zero, contract.kind != .spot, let mark = payment.mark else { return .zero }
        let notional = try fitting(contract.value(of: net.magnitude, at: mark, .halfEven))
        let paid = try fitting(notional.times(payment.rate, .halfEven))
        return net.side == .buy ? -paid : paid
    }

    /// Holds `held` from now on, entered at `price`; what was realised and paid stays.
    ///
    /// For what is held without a fill of ours: from before, by hand, by a liquidation.
    ///
    /// - Throws: ``DecimalError/outOfRange`` when its worth does not fit; nothing has changed then.
    mutating func correct(to held: SignedQuantity, at price: Price) throws(DecimalError) {
        let worth =
            held == .zero
            ? .zero : try fitting(contract.value(of: held.magnitude, at: price, .halfEven))
        net = held
        entryValue = worth
    }

    /// What it has added so far to a balance in the settle currency: of spot less what the coins cost that
    /// are held; nil: too large.
    public var broughtIn: Money? {
        let realised = try? sum(difference(realisedPnL, fees), funding)
        guard contract.kind == .spot else { return realised }
        return realised.flatMap { net.side == .sell ? $0.plus(entryValue) : $0.minus(entryValue) }
    }

    /// What closing everything at `price` would realise, without fees; nil: too large.
    public func unrealisedPnL(at price: Price) -> Money? {
        guard net != .zero else { return .zero }
        guard let value = contract.value(of: net.magnitude, at: price, .halfEven) else {
            return nil
        }
        let (higher, lower) = gainsFromHigherValue ? (value, entryValue) : (entryValue, value)
        return try? difference(higher, lower)
    }

    /// A long gains when what it holds is worth more; an inverse contract is worth more base
    /// currency when the price falls.
    private var gainsFromHigherValue: Bool { (net.side == .buy) != (contract.kind == .inverse) }
}

/// The sum of what is sure to have a counterpart below zero: the lowest number is refused too.
private func sum<Amount: ExactDecimal>(
    _ one: Amount, _ other: Amount
) throws(DecimalError) -> Amount {
    let (sum, overflow) = one.attos.addingReportingOverflow(other.attos)
    guard !overflow, sum != .min else { throw .outOfRange }
    return Amount(attos: sum)
}

private func difference(_ one: Money, _ other: Money) throws(DecimalError) -> Money {
    let (difference, overflow) = one.attos.subtractingReportingOverflow(other.attos)
    guard !overflow, difference != .min else { throw .outOfRange }
    return Money(attos: difference)
}

private func fitting(_ amount: Money?) throws(DecimalError) -> Money {
    guard let amount else { throw .outOfRange }
    return amount
}
