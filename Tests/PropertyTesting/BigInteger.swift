/// A whole number of any size, worked out digit by digit as on paper: slow, and independent of all
/// that it checks.
package struct BigInteger: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Lowest digit first, without leading zeros: empty for zero.
    private let digits: [Int]
    package let isNegative: Bool

    private init(digits: [Int], isNegative: Bool) {
        var digits = digits
        while digits.last == 0 { digits.removeLast() }
        self.digits = digits
        self.isNegative = isNegative && !digits.isEmpty
    }

    /// Reads an optional minus sign and decimal digits.
    package init(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let digits = text.dropFirst(isNegative ? 1 : 0).reversed().compactMap(\.wholeNumberValue)
        self.init(digits: digits, isNegative: isNegative)
    }
    package init(_ value: Int128) { self.init(value.description) }
    package init(_ value: Int) { self.init(value.description) }

    package static let zero = BigInteger(digits: [], isNegative: false)
    package static func power(ofTen exponent: Int) -> BigInteger {
        BigInteger(digits: Array(repeating: 0, count: exponent) + [1], isNegative: false)
    }

    package var isZero: Bool { digits.isEmpty }
    package var magnitude: BigInteger { BigInteger(digits: digits, isNegative: false) }
    package var isOdd: Bool { (digits.first ?? 0) % 2 == 1 }
    package var description: String {
        isZero ? "0" : (isNegative ? "-" : "") + digits.reversed().map(String.init).joined()
    }

    package static func < (left: Self, right: Self) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let isBelow = compare(left.digits, right.digits)
        return left.isNegative ? isBelow > 0 : isBelow < 0
    }

    private static func compare(_ left: [Int], _ right: [Int]) -> Int {
        if left.count != right.count { return left.count - right.count }
        for (one, other) in zip(left.reversed(), right.reversed()) where one != other {
            return one - other
        }
        return 0
    }

    package static prefix func - (value: Self) -> Self {
        Self(digits: value.digits, isNegative: !value.isNegative)
    }

    package static func + (left: Self, right: Self) -> Self {
        if left.isNegative == right.isNegative {
            return Self(
                digits: carried(column(left.digits, right.digits, +)), isNegative: left.isNegative)
        }
        if compare(left.digits, right.digits) >= 0 {
            return Self(
                digits: carried(column(left.digits, right.digits, -)), isNegative: left.isNegative)
        }
        return right + left
    }
    package static func - (left: Self, right: Self) -> Self { left + -right }

    package static func * (left: Self, right: Self) -> Self {
        var columns = Array(repeating: 0, count: left.digits.count + right.digits.count)
        for (place, digit) in left.digits.enumerated() {
            for (offset, other) in right.digits.enumerated() {
                columns[place + offset] += digit * other
            }
        }
        return Self(digits: carried(columns), isNegative: left.isNegative != right.isNegative)
    }

    private static func column(
        _ left: [Int], _ right: [Int], _ combine: (Int, Int) -> Int
    ) -> [Int] {
        (0..<max(left.count, right.count)).map { place in
            combine(
                place < left.count ? left[place] : 0, place < right.count ? right[place] : 0)
        }
    }

    private static func carried(_ columns: [Int]) -> [Int] {
        var carry = 0
        var digits = columns.map { column in
            let total = column + carry
            let digit = ((total % 10) + 10) % 10
            carry = (total - digit) / 10
            return digit
        }
        while carry > 0 {
            digits.append(carry % 10)
            carry /= 10
        }
        return digits
    }

    /// Long division towards zero; the remainder has the dividend's sign.
    package func divided(by divisor: Self) -> (quotient: Self, remainder: Self) {
        precondition(!divisor.isZero)
        var quotient: [Int] = []
        var rest = Self.zero
        for digit in digits.reversed() {
            rest = Self(digits: [digit] + rest.digits, isNegative: false)
            var times = 0
            while Self.compare(rest.digits, divisor.digits) >= 0 {
                rest = rest - divisor.magnitude
                times += 1
            }
            quotient.append(times)
        }
        return (
            Self(digits: quotient.reversed(), isNegative: isNegative != divisor.isNegative),
            Self(digits: rest.digits, isNegative: isNegative)
        )
    }

    /// The nearest whole number to `self ÷ divisor`; of two equally near ones, the even one.
    package func dividedHalfEven(by divisor: Self) -> Self {
        let (quotient, remainder) = divided(by: divisor)
        let twice = remainder.magnitude + remainder.magnitude
        guard twice > divisor.magnitude || (twice == divisor.magnitude && quotient.isOdd) else {
            return quotient
        }
        return isNegative != divisor.isNegative
            ? quotient - BigInteger(1) : quotient + BigInteger(1)
    }
}

/// A fraction that is never reduced and never rounded.
package struct Ratio: Sendable {
    package let numerator: BigInteger
    /// Positive.
    package let denominator: BigInteger

    package init(_ numerator: BigInteger, over denominator: BigInteger = BigInteger(1)) {
        precondition(!denominator.isZero)
        self.numerator = denominator.isNegative ? -numerator : numerator
        self.denominator = denominator.magnitude
    }

    package static func + (left: Self, right: Self) -> Self {
        Self(
            left.numerator * right.denominator + right.numerator * left.denominator,
            over: left.denominator * right.denominator)
    }
    package static func - (left: Self, right: Self) -> Self { left + Self(BigInteger(-1)) * right }
    package static func * (left: Self, right: Self) -> Self {
        Self(left.numerator * right.numerator, over: left.denominator * right.denominator)
    }
    package static func / (left: Self, right: Self) -> Self {
        Self(left.numerator * right.denominator, over: left.denominator * right.numerator)
    }
    package static func < (left: Self, right: Self) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }
    package var magnitude: Self { Self(numerator.magnitude, over: denominator) }
}
