package import TradingModel

/// What one instrument brought in and cost, in attos, kept as a ledger.
///
/// Cash on one side, what is held and what it was entered at on the other; profit follows from the
/// two.
package struct InstrumentBooks {
    package let instrument: Instrument
    /// Long positive, short negative.
    package private(set) var net: Int128 = 0
    /// What is held was worth this when it was entered.
    package private(set) var cost: Int128 = 0
    package var fees: Int128 = 0
    package var funding: Int128 = 0
    /// What the fills brought in and cost, in the settle currency, without fees.
    private var cash: Int128 = 0
    /// Bought less sold: of spot what the base currency's balance gained.
    package private(set) var gained: Int128 = 0

    init(of instrument: Instrument) { self.instrument = instrument }

    /// Who buys an inverse contract sells its settle currency.
    private var direction: Int128 { instrument.kind == .inverse ? -1 : 1 }
    private var sign: Int128 { net.signum() }

    package var realised: Int128 { cash + direction * sign * cost }

    package func unrealised(at price: Int128?) -> Int128 {
        guard net != 0, let price else { return 0 }
        return direction * sign * (worth(of: abs(net), at: price) - cost)
    }

    /// In the settle currency, rounded half to even at the 18th decimal.
    func worth(of quantity: Int128, at price: Int128) -> Int128 {
        let size = instrument.contractSize.attos
        return instrument.kind == .inverse
            ? quotient(of: [quantity, size], over: [price])
            : quotient(of: [quantity, size, price], over: [one, one])
    }

    /// Half to even at the 18th decimal; nil when nothing is held, or nothing that is worth anything.
    package var averagePrice: Int128? {
        let size = instrument.contractSize.attos
        guard net != 0 else { return nil }
        guard instrument.kind == .inverse else {
            return quotient(of: [cost, one, one], over: [abs(net), size])
        }
        return cost > 0 ? quotient(of: [abs(net), size], over: [cost]) : nil
    }

    mutating func fill(_ side: Side, _ quantity: Int128, at price: Int128) {
        let signed = side == .buy ? quantity : -quantity
        let worth = worth(of: quantity, at: price)
        cash -= direction * signed.signum() * worth
        gained += signed
        if net == 0 || sign == signed.signum() {
            cost += worth
        } else if quantity >= abs(net) {
            // All that was held goes; what goes beyond it is new, at the rest of the worth.
            cost = quantity == abs(net) ? 0 : worth - self.worth(of: abs(net), at: price)
        } else {
            cost -= quotient(of: [cost, quantity], over: [abs(net)])
        }
        net += signed
    }

    /// A fill of which the venue keeps `taken` of the base currency: so much less is bought, or more is
    /// gone, at the fill's price, and what that is worth is a fee.
    mutating func fill(_ side: Side, _ quantity: Int128, at price: Int128, taken: Int128) {
        let fee = taken.signum() * worth(of: abs(taken), at: price)
        let signed = (side == .buy ? quantity : -quantity) - taken
        let paid = (side == .buy ? 1 : -1) * worth(of: quantity, at: price) - fee
        fees += fee
        cash -= paid
        gained += signed
        let worth = signed < 0 ? -paid : paid
        if net == 0 || sign == signed.signum() {
            cost += worth
        } else if abs(signed) > abs(net) {
            cost = worth - self.worth(of: abs(net), at: price)
        } else if abs(signed) == abs(net) {
            cost = 0
        } else if signed != 0 {
            cost -= quotient(of: [cost, abs(signed)], over: [abs(net)])
        }
        net += signed
    }

    /// Holds something else from now on; what was realised stays.
    mutating func hold(_ held: Int128, at price: Int128) {
        let before = realised
        net = held
        cost = held == 0 ? 0 : worth(of: abs(held), at: price)
        cash += before - realised
    }

    /// What a position of `held` receives of a payment: longs pay, spot is not concerned.
    func payment(_ rate: Int128, at mark: Int128?, on held: Int128) -> Int128 {
        guard held != 0, instrument.kind != .spot, let mark else { return 0 }
        let paid = quotient(of: [worth(of: abs(held), at: mark), rate], over: [one])
        return -held.signum() * paid
    }
}

/// How many attos make one.
let one: Int128 = 1_000_000_000_000_000_000
