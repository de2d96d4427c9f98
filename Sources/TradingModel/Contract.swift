/// What a quantity of an instrument is worth: the one place that tells kinds of contract apart.
public struct Contract: Hashable, Sendable {
    public let kind: InstrumentKind
    /// What one unit of quantity stands for: base currency, quote currency (inverse), or settle currency for each
    /// 1 of the price (quanto).
    public let size: Quantity
    /// `size` as a fraction with a power of ten below: 0.001 is 1 ÷ 1000.
    private let numerator: Int128
    /// The fraction's denominator times ``attosPerUnit``; at most 10³⁶, which fits.
    private let divisor: Int128

    public init(kind: InstrumentKind, size: Quantity) {
        precondition(size.attos > 0, "a contract size is positive")
        var numerator = size.attos
        var denominator = attosPerUnit
        while denominator > 1, numerator % 10 == 0 {
            numerator /= 10
            denominator /= 10
        }
        self.kind = kind
        self.size = size
        self.numerator = numerator
        divisor = denominator * attosPerUnit
    }

    /// The worth in the settle currency, rounded once at the 18th decimal.
    ///
    /// Spot and linear: quantity × size × price, in quote currency. Inverse: quantity × size ÷
    /// price, in base currency. Quanto: quantity × size × price, in base currency.
    ///
    /// - Returns: nil when it does not fit, or when an inverse contract's price is not positive.
    public func value(of quantity: Quantity, at price: Price, _ rounding: Rounding) -> Money? {
        if kind == .inverse {
            guard price > .zero else { return nil }
            return multiplyDivide(quantity.attos, size.attos, by: price.attos, rounding)
                .map(Money.init(attos:))
        }
        return
            (numerator == 1
            ? multiplyDivide(price.attos, quantity.attos, by: divisor, rounding)
            : multiplyDivide(price.attos, quantity.attos, numerator, by: divisor, rounding))
            .map(Money.init(attos:))
    }

    /// The price at which `quantity` is worth `value` of the settle currency, rounded once.
    ///
    /// - Returns: nil when there is none (no quantity, or an inverse one worth nothing) or when it
    ///   does not fit.
    public func price(of quantity: Quantity, worth value: Money, _ rounding: Rounding) -> Price? {
        if kind == .inverse {
            guard value > .zero else { return nil }
            return multiplyDivide(quantity.attos, size.attos, by: value.attos, rounding)
                .map(Price.init(attos:))
        }
        let larger = quantity.attos.multipliedReportingOverflow(by: numerator)
        guard !larger.overflow, larger.partialValue != 0 else { return nil }
        return multiplyDivide(value.attos, divisor, by: larger.partialValue, rounding)
            .map(Price.init(attos:))
    }

    /// The notional in the quote currency, as limits and venues' minimums count it.
    ///
    /// Inverse contracts are worth the same in quote currency at any price; `price` may be nil. A quanto
    /// contract's worth is in the base currency, which costs `price`.
    ///
    /// - Returns: nil when it does not fit, or when a price is needed and missing.
    public func quoteNotional(
        of quantity: Quantity, at price: Price?, _ rounding: Rounding
    ) -> Money? {
        if kind == .inverse {
            return multiplyDivide(quantity.attos, size.attos, by: attosPerUnit, rounding)
                .map(Money.init(attos:))
        }
        guard let price else { return nil }
        guard kind == .quanto else { return value(of: quantity, at: price, rounding) }
        // Without a sign: below zero a direction would round the other way.
        let size = Price(attos: price.attos < 0 ? -price.attos : price.attos)
        return value(of: quantity, at: size, rounding).flatMap {
            size.times(SignedQuantity(attos: $0.attos), rounding)
        }
    }
}

extension Instrument {
    /// Attos of worth in one unit of the price's scale × one of the quantity's; 0: only the general way is
    /// exact.
    public var attosPerProduct: Int64 {
        let decimals = priceScale.decimals + quantityScale.decimals
        guard kind != .inverse, contractSize.attos == attosPerUnit, decimals <= 18 else { return 0 }
        var factor: Int64 = 1
        for _ in decimals..<18 { factor *= 10 }
        return factor
    }
}
