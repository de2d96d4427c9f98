/// An order's place among all of a run, counted from 1: what script handles refer to.
public struct OrderSerial: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
    public let number: Int
    @inlinable public init(_ number: Int) { self.number = number }
    @inlinable public init(integerLiteral number: Int) { self.number = number }
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
