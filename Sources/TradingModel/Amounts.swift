/// An exact price in the quote currency, counted in 10⁻¹⁸; may be negative.
public struct Price: ExactDecimal {
    public let attos: Int128
    @inlinable public init(attos: Int128) { self.attos = attos }
    public static var allowsNegative: Bool { true }
    @inlinable public static var largest: Int128 { 1_000_000_000_000_000 * attosPerUnit }
}

/// An exact amount of the base currency or of contracts, counted in 10⁻¹⁸.
///
/// Never negative: direction is ``Side``, a position is a ``SignedQuantity``.
public struct Quantity: ExactDecimal {
    public let attos: Int128
    @inlinable public init(attos: Int128) {
        precondition(attos >= 0, "a quantity has no sign; direction is `Side`")
        self.attos = attos
    }
    public static var allowsNegative: Bool { false }
    @inlinable public static var largest: Int128 { attosPerUnit * attosPerUnit }

    @inlinable public static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(attos: left.attos + right.attos)
    }
    /// Traps when `right` is the larger.
    @inlinable public static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(attos: left.attos - right.attos)
    }
    @inlinable public static func += (left: inout Quantity, right: Quantity) { left = left + right }
    @inlinable public static func -= (left: inout Quantity, right: Quantity) { left = left - right }

    /// The quantity with the sign of `side`: buying is positive.
    @inlinable public func signed(_ side: Side) -> SignedQuantity {
        SignedQuantity(attos: side == .buy ? attos : -attos)
    }
}

/// A quantity with a direction, counted in 10⁻¹⁸: positive is long, negative is short.
public struct SignedQuantity: ExactDecimal {
    public let attos: Int128
    @inlinable public init(attos: Int128) { self.attos = attos }
    public static var allowsNegative: Bool { true }
    @inlinable public static var largest: Int128 { attosPerUnit * attosPerUnit }

    /// The size without the direction.
    @inlinable public var magnitude: Quantity { Quantity(attos: attos < 0 ? -attos : attos) }
    /// The side that made this quantity: nil when flat.
    @inlinable public var side: Side? { attos == 0 ? nil : attos > 0 ? .buy : .sell }

    @inlinable public static func + (left: Self, right: Self) -> Self {
        Self(attos: left.attos + right.attos)
    }
    @inlinable public static func - (left: Self, right: Self) -> Self {
        Self(attos: left.attos - right.attos)
    }
    @inlinable public static prefix func - (value: Self) -> Self { Self(attos: -value.attos) }
    @inlinable public static func += (left: inout Self, right: Self) { left = left + right }
}

/// An exact amount of one currency, counted in 10⁻¹⁸; may be negative.
public struct Money: ExactDecimal {
    public let attos: Int128
    @inlinable public init(attos: Int128) { self.attos = attos }
    public static var allowsNegative: Bool { true }
    @inlinable public static var largest: Int128 { attosPerUnit * attosPerUnit }

    @inlinable public static func + (left: Money, right: Money) -> Money {
        Money(attos: left.attos + right.attos)
    }
    @inlinable public static func - (left: Money, right: Money) -> Money {
        Money(attos: left.attos - right.attos)
    }
    @inlinable public static prefix func - (value: Money) -> Money { Money(attos: -value.attos) }
    @inlinable public static func += (left: inout Money, right: Money) { left = left + right }
    @inlinable public static func -= (left: inout Money, right: Money) { left = left - right }

    /// The share of this that `part` has in `whole`, rounded half to even; nil: does not fit.
    public func share(_ part: Quantity, of whole: Quantity) -> Money? {
        guard whole.attos != 0 else { return nil }
        return multiplyDivide(attos, part.attos, by: whole.attos, .halfEven)
            .map(Money.init(attos:))
    }

    /// `self × rate`, rounded once; nil when it does not fit.
    public func times(_ rate: Rate, _ rounding: Rounding) -> Money? {
        multiplyDivide(attos, rate.attos, by: attosPerUnit, rounding).map(Money.init(attos:))
    }
}

/// An exact ratio such as a fee or a funding rate: 0.0005 is 0.05 %; may be negative (a rebate).
public struct Rate: ExactDecimal {
    public let attos: Int128
    @inlinable public init(attos: Int128) { self.attos = attos }
    public static var allowsNegative: Bool { true }
    @inlinable public static var largest: Int128 { 1_000_000 * attosPerUnit }
}

extension Price {
    /// What `quantity` is worth at this price, rounded once at the 18th decimal; nil: too large.
    public func times(_ quantity: Quantity, _ rounding: Rounding) -> Money? {
        multiplyDivide(attos, quantity.attos, by: attosPerUnit, rounding).map(Money.init(attos:))
    }

    /// The signed worth of a position at this price; nil: too large.
    public func times(_ quantity: SignedQuantity, _ rounding: Rounding) -> Money? {
        multiplyDivide(attos, quantity.attos, by: attosPerUnit, rounding).map(Money.init(attos:))
    }
}

extension Price {
    /// Halfway between two prices, rounded half to even; fits whenever both do.
    public static func middle(_ one: Price, _ other: Price) -> Price {
        let differing = one.attos ^ other.attos
        let floor = (one.attos & other.attos) + (differing >> 1)
        return Price(attos: differing & 1 == 0 ? floor : floor + (floor & 1))
    }
}

/// Which way an order or a trade goes.
public enum Side: UInt8, Hashable, Sendable, CustomStringConvertible {
    case buy
    case sell

    @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
    public var description: String { self == .buy ? "buy" : "sell" }
}

/// A moment in nanoseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let nanoseconds: Int64
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static func < (left: Self, right: Self) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
    /// Saturates at the end of time, so that a deadline never wraps into the past.
    @inlinable public func advanced(byNanoseconds delta: Int64) -> Timestamp {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
        return Timestamp(nanoseconds: overflow ? (delta < 0 ? .min : .max) : sum)
    }
    /// Earlier than anything that happens.
    @inlinable public static var distantPast: Timestamp { Timestamp(nanoseconds: .min) }
    /// Later than anything that happens.
    @inlinable public static var distantFuture: Timestamp { Timestamp(nanoseconds: .max) }
    /// The last that is taken from a file or a test: the end of the year 2200.
    ///
    /// Timers, bars and delays then end before the end of time, which is in 2262.
    @inlinable public static var last: Timestamp {
        Timestamp(nanoseconds: 7_289_654_399_999_999_999)
    }
}

extension Money {
    /// The price at which `quantity` is worth this, rounded once; nil: zero quantity or too large.
    public func divided(by quantity: Quantity, _ rounding: Rounding) -> Price? {
        guard quantity.attos != 0 else { return nil }
        return multiplyDivide(attos, attosPerUnit, by: quantity.attos, rounding)
            .map(Price.init(attos:))
    }
}

extension Money {
    /// Nil when the sum does not fit; the lowest number, which has no counterpart, is none.
    @inlinable public func plus(_ other: Money) -> Money? {
        let (sum, overflow) = attos.addingReportingOverflow(other.attos)
        return overflow || sum == .min ? nil : Money(attos: sum)
    }

    /// Nil when the difference does not fit.
    @inlinable public func minus(_ other: Money) -> Money? {
        let (difference, overflow) = attos.subtractingReportingOverflow(other.attos)
        return overflow || difference == .min ? nil : Money(attos: difference)
    }
}
