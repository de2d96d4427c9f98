package import TradingModel

/// What sizes count: base currency, or contracts of so much of it.
package struct SizeUnit: Hashable, Sendable {
    /// Of one contract; nil: sizes are base currency.
    package let contract: Quantity?

    package init(contract: Quantity? = nil) { self.contract = contract }

    package static var base: SizeUnit { SizeUnit() }

    /// A size of the venue's in base currency; one that has more digits than there are is cut.
    package func base(_ size: Quantity) -> Quantity {
        guard let contract else { return size }
        let base = Price(attos: contract.attos).times(size, .down)
        return Quantity(attos: base?.attos ?? 0)
    }

    package func base(_ size: SignedQuantity) -> SignedQuantity {
        base(size.magnitude).signed(size.attos < 0 ? .sell : .buy)
    }

    package func base(_ level: BookLevel) -> BookLevel {
        BookLevel(price: level.price, quantity: base(level.quantity))
    }

    /// What the venue is asked for: it refuses what is no whole number of contracts.
    package func size(_ base: Quantity) -> Quantity {
        guard let contract else { return base }
        let size = Money(attos: base.attos).divided(by: contract, .down)
        return Quantity(attos: size?.attos ?? 0)
    }
}
