public import TradingCore
public import TradingModel

/// The money and the positions of one simulated account.
///
/// A currency that the settings do not name starts with 10,000 where it is the quote currency of
/// some instrument, and with 1 where it is only the base currency that contracts settle in: what
/// 10,000 of the quote currency would be worth is not known before the first price.
///
/// Spot buys bind the quote currency and spot sells the base currency; what a buy pays of its fee, and
/// in which of them, is the instrument's ``SpotFee``. A perpetual's position binds
/// its notional at the entry price ÷ leverage; its profit, loss, fees and funding go to the balance
/// when they are realised. Nothing is liquidated: a loss beyond the margin shows as a negative
/// balance.
///
/// Venue simulators keep their accounts' money by themselves (`VenueSimulators.ExchangeAccount`): a
/// rule of what orders bind that is changed here may have to be changed there.
public final class SimulatedAccount {
    struct Holding {
        let currency: Currency
        var total: Money
        /// Set aside for resting orders.
        var reserved = Money.zero
        /// Bound by positions.
        var margin = Money.zero
        var isChanged = false

        var available: Money { total - reserved - margin }

        /// Gains, and binds more for positions; false, and nothing has changed: it does not fit.
        mutating func book(gain: Money, margin more: Money) -> Bool {
            guard let total = total.plus(gain), let margin = margin.plus(more),
                total.minus(reserved)?.minus(margin) != nil
            else { return false }
            self.total = total
            self.margin = margin
            isChanged = true
            return true
        }
    }

    /// Whether ``drainChanges(_:)`` has something.
    private(set) var isChanged = false
    /// Whether a loss has eaten into what is set aside for orders.
    private(set) var isOverdrawn = false
    /// In the order of the currencies' codes.
    private(set) var holdings: [Holding]
    /// Where an instrument's money lies among the holdings.
    private let slots: [(base: Int, settle: Int)]
    private let costs: [Costs]
    /// By instrument.
    public private(set) var positions: [Position]
    /// What each currency had before the first order.
    public private(set) var opening: [Currency: Money]

    init(instruments: [Instrument], settings: PaperSettings) {
        var start: [Currency: Money] = [:]
        for instrument in instruments {
            start[instrument.settle] = .zero
            if instrument.kind == .spot { start[instrument.symbol.base] = .zero }
        }
        for instrument in instruments where instrument.kind.countsInBase {
            start[instrument.settle] = Money(attos: attosPerUnit)
        }
        for instrument in instruments where !instrument.kind.countsInBase {
            start[instrument.settle] = Money(attos: 10_000 * attosPerUnit)
        }
        for (currency, amount) in settings.balances { start[currency] = amount }
        let currencies = start.keys.sorted()
        holdings = currencies.map { Holding(currency: $0, total: start[$0] ?? .zero) }
        let slot = { (currency: Currency) in currencies.firstIndex(of: currency) ?? 0 }
        slots = instruments.map { (slot($0.symbol.base), slot($0.settle)) }
        costs = instruments.map { Costs(of: $0, settings: settings) }
        positions = instruments.map { Position(of: $0) }
        opening = start
    }

    /// Has what its currencies opened with, and what its positions have made of that: every fill and every
    /// payment is in them to the last digit.
    func goOn(with earlier: EarlierRun, opening known: [Currency: Money]) {
        for slot in holdings.indices {
            let currency = holdings[slot].currency
            holdings[slot].total = known[currency] ?? holdings[slot].total
            holdings[slot].isChanged = true
            opening[currency] = holdings[slot].total
        }
        isChanged = true
        for (instrument, position) in earlier.positions.sorted(by: { $0.key < $1.key }) {
            let (slot, cost) = (slots[instrument.index], costs[instrument.index])
            positions[instrument.index] = position
            if cost.isSpot { _ = book(slot.base, gain: Money(attos: position.net.attos)) }
            let margin = cost.isSpot ? .zero : cost.margin(position.entryValue)
            _ = book(slot.settle, gain: position.broughtIn ?? .zero, margin: margin)
        }
    }

    /// What the account holds, in the order of the currencies' codes.
    public var balances: [Balance] {
        holdings.map { Balance(currency: $0.currency, total: $0.total, available: $0.available) }
    }

    public func balance(of currency: Currency) -> Balance? {
        balances.first { $0.currency == currency }
    }

    /// Reports the balances changed since the last call.
    func drainChanges(_ report: (Balance) -> Void) {
        isChanged = false
        for slot in holdings.indices where holdings[slot].isChanged {
            holdings[slot].isChanged = false
            report(
                Balance(
                    currency: holdings[slot].currency, total: holdings[slot].total,
                    available: holdings[slot].available))
        }
    }

    /// Whether orders hold what is no longer there, since the last call.
    func clearOverdraft() -> Bool {
        defer { isOverdrawn = false }
        return isOverdrawn
    }

    /// False, and nothing has changed, when a sum does not fit.
    private func book(_ slot: Int, gain: Money, margin: Money = .zero) -> Bool {
        guard holdings[slot].book(gain: gain, margin: margin) else { return false }
        isChanged = true
        if holdings[slot].reserved > .zero, holdings[slot].available < .zero { isOverdrawn = true }
        return true
    }

    // MARK: - Money moves

    /// What a fill makes of a position, and what it moves.
    private struct Booking {
        var position: Position
        var fee: Fee
        /// What the settle currency gains, fees taken off.
        var gain: Money
        /// What the position binds more than before.
        var margin: Money
    }

    /// Books a fill and says what it cost in fees; nil, and nothing booked, when it is too large.
    func settle(
        _ instrument: InstrumentID, _ side: Side, price: Price, quantity: Quantity,
        _ liquidity: Liquidity
    ) -> Fee? {
        let index = instrument.index
        guard
            let booking = booking(
                of: BookLevel(price: price, quantity: quantity), side, liquidity,
                on: positions[index], costs[index])
        else { return nil }
        let slot = slots[index]
        let isSpot = costs[index].isSpot
        let exchanged = isSpot ? Money(attos: quantity.signed(side).attos) : .zero
        guard let received = exchanged.minus(booking.fee.taken),
            !isSpot || book(slot.base, gain: received)
        else { return nil }
        guard book(slot.settle, gain: booking.gain, margin: booking.margin) else {
            if isSpot { _ = book(slot.base, gain: -received) }
            return nil
        }
        positions[index] = booking.position
        return booking.fee
    }

    /// Nil when the fill is too large.
    private func booking(
        of fill: BookLevel, _ side: Side, _ liquidity: Liquidity, on before: Position,
        _ cost: Costs
    ) -> Booking? {
        guard let notional = cost.notional(fill.price, fill.quantity, .halfEven),
            let fee = cost.fee(notional, fill.quantity, side, liquidity)
        else { return nil }
        var position = before
        do {
            if fee.isTaken {
                try position.apply(
                    side, price: fill.price, quantity: fill.quantity, taken: fee.amount)
            } else {
                try position.apply(
                    side, price: fill.price, quantity: fill.quantity, fee: fee.amount)
            }
        } catch { return nil }
        guard !cost.isSpot else {
            let paid = side == .buy ? -notional : notional
            return paid.minus(fee.paid).map {
                Booking(position: position, fee: fee, gain: $0, margin: .zero)
            }
        }
        let gain = position.realisedPnL.minus(before.realisedPnL)?.minus(fee.paid)
        return gain.map {
            Booking(
                position: position, fee: fee, gain: $0,
                margin: cost.margin(position.entryValue) - cost.margin(before.entryValue))
        }
    }

    /// Holds so much more, or less, of an instrument without an order of its own; false, and nothing has
    /// changed: it does not fit.
    ///
    /// No money moves, and it binds no margin.
    func adopt(_ moved: SignedQuantity, of instrument: InstrumentID, at price: Price) -> Bool {
        guard let side = moved.side else { return true }
        do {
            try positions[instrument].apply(
                side, price: price, quantity: moved.magnitude, fee: .zero)
            return true
        } catch { return false }
    }

    /// Books a funding payment on the position, and says what was received; spot has none.
    ///
    /// Nil, and nothing booked, when it is too large.
    func settle(_ funding: Funding) -> Money? {
        let index = funding.instrument.index
        guard !costs[index].isSpot, positions[index].net != .zero else {
            return .zero
        }
        var position = positions[index]
        guard let received = try? position.apply(funding),
            book(slots[index].settle, gain: received)
        else { return nil }
        positions[index] = position
        return received
    }

    /// Replaces what an order of `instrument` has set aside.
    func reserve(
        _ instrument: InstrumentID, _ side: Side, from old: Money, to new: Money
    ) {
        guard old != new else { return }
        let slot = slot(instrument, side)
        holdings[slot].reserved += new - old
        holdings[slot].isChanged = true
        isChanged = true
    }

    // MARK: - What orders need

    /// What is free in the currency that an order on `side` binds.
    func available(_ instrument: InstrumentID, _ side: Side) -> Money {
        holdings[slot(instrument, side)].available
    }

    /// What is held of the currency that an order on `side` binds.
    func total(_ instrument: InstrumentID, _ side: Side) -> Money {
        holdings[slot(instrument, side)].total
    }

    func currency(_ instrument: InstrumentID, _ side: Side) -> Currency {
        holdings[slot(instrument, side)].currency
    }

    /// What a resting order sets aside; nil: too large.
    ///
    /// Spot: all that its fill will cost. Perpetuals: margin and fee for what grows the position.
    func reservation(
        _ instrument: InstrumentID, _ side: Side, price: Price, quantity: Quantity
    ) -> Money? {
        let index = instrument.index
        return reservation(
            side, price: price, quantity: quantity, positions[index], costs[index])
    }

    private func reservation(
        _ side: Side, price: Price, quantity: Quantity, _ position: Position, _ cost: Costs
    ) -> Money? {
        if cost.isSpot, side == .sell { return Money(attos: quantity.attos) }
        var growing = quantity
        if !cost.isSpot, position.net.side == side.opposite {
            let reducible = position.net.magnitude
            growing = quantity > reducible ? quantity - reducible : .zero
        }
        guard growing > .zero else { return .zero }
        guard let notional = cost.notional(price, growing, .up),
            let fee = cost.worstFee(notional, growing, side)
        else { return nil }
        return (cost.isSpot ? notional : cost.margin(notional)).plus(fee)
    }

    /// How much of an order would grow the position or open one the other way.
    func growth(_ instrument: InstrumentID, _ side: Side, _ quantity: Quantity) -> Quantity {
        let reducible = reducible(instrument, side)
        return quantity > reducible ? quantity - reducible : .zero
    }

    /// How much an order on `side` can take off the position.
    ///
    /// In whole lots: fees may have left what is none.
    func reducible(_ instrument: InstrumentID, _ side: Side) -> Quantity {
        let net = positions[instrument.index].net
        guard net.side == side.opposite else { return .zero }
        return net.magnitude.wholeLots(of: costs[instrument.index].lot)
    }

    /// What the account lacks for these fills and the rest of the order; nil: nothing.
    ///
    /// - Parameter released: what the order has set aside already and would give back.
    func shortfall(
        _ instrument: InstrumentID, _ side: Side, fills: [BookLevel], rest: BookLevel?,
        liquidity: Liquidity, released: Money = .zero
    ) -> Shortfall? {
        var total = rest?.quantity ?? .zero
        for fill in fills { total += fill.quantity }
        if !costs[instrument.index].isSpot,
            growth(instrument, side, total) == .zero
        {
            return nil
        }
        let cost = costs[instrument.index]
        let slot = slot(instrument, side)
        let before = holdings[slot].available + released
        var after = before
        var position = positions[instrument.index]
        for fill in fills {
            // A spot sale takes base currency, which is what the slot then holds.
            let isSale = cost.isSpot && side == .sell
            guard let booking = booking(of: fill, side, liquidity, on: position, cost),
                let left = isSale
                    ? after.minus(Money(attos: fill.quantity.attos))
                    : after.plus(booking.gain)?.minus(booking.margin)
            else { return .tooLarge(fill) }
            after = left
            position = booking.position
        }
        if let rest {
            guard
                let reservation = reservation(
                    side, price: rest.price, quantity: rest.quantity, position, cost),
                let left = after.minus(reservation)
            else { return .tooLarge(rest) }
            after = left
        }
        if after >= .zero { return nil }
        guard let needs = before.minus(after) else {
            return .tooLarge(rest ?? fills.last ?? BookLevel(price: .zero, quantity: total))
        }
        return .lacks(needs: needs, available: before, holdings[slot].currency)
    }

    /// Where the money lies that an order on `side` binds.
    private func slot(_ instrument: InstrumentID, _ side: Side) -> Int {
        let slot = slots[instrument.index]
        let sellsBase = costs[instrument.index].isSpot && side == .sell
        return sellsBase ? slot.base : slot.settle
    }
}
