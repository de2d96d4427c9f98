/// How many attos make one: every exact decimal here counts 10⁻¹⁸.
public let attosPerUnit: Int128 = 1_000_000_000_000_000_000

/// Why a decimal could not be read or worked out.
public enum DecimalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There was no text at all.
    case empty
    /// A byte that no decimal holds, counted from 0: a letter, a second point, a blank, `NaN`.
    case unexpectedByte(UInt8, at: Int)
    /// A sign, a point or an exponent without its digits.
    case missingDigits
    /// Something other than 0 stands behind the 18th decimal place.
    case tooManyDecimals
    /// Larger than ±170,141,183,460,469,231,731 (2¹²⁷ attos), or an exponent beyond ±40.
    case outOfRange
    /// Larger than what is taken from outside, which is this many attos; see
    /// ``ExactDecimal/largest``.
    case aboveLargest(Int128)
    /// Negative where only an amount makes sense.
    case negative

    public var description: String {
        switch self {
        case .empty: "is empty, expected a decimal number"
        case .unexpectedByte(let byte, let offset):
            "is not a decimal number: unexpected `\(Character(UnicodeScalar(byte)))` at position \(offset + 1)"
        case .missingDigits: "is not a decimal number: digits are missing"
        case .tooManyDecimals: "has more than 18 decimal places"
        case .outOfRange: "is too large: the largest is about 1.7e20"
        case .aboveLargest(let attos): "is too large: the largest is \(formatAttos(attos))"
        case .negative: "is negative, expected 0 or more"
        }
    }
}

/// Which way an inexact result goes.
public enum Rounding: Hashable, Sendable {
    /// Towards negative infinity.
    case down
    /// Towards positive infinity.
    case up
    /// Towards zero: the magnitude never grows.
    case towardZero
    /// Away from zero: the magnitude never shrinks.
    case awayFromZero
    /// To the nearest; a tie goes to the even neighbour.
    case halfEven
}

/// An exact decimal that counts 10⁻¹⁸ in 128 bits: what all amounts have in common.
///
/// Conforming types are distinct on purpose: a price cannot be passed for a quantity.
public protocol ExactDecimal: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The value in units of 10⁻¹⁸.
    var attos: Int128 { get }
    /// The value from attos; traps where the type does not allow it (a negative ``Quantity``).
    init(attos: Int128)
    /// Whether a value below zero is meaningful.
    static var allowsNegative: Bool { get }
    /// The largest that is taken from a file, a script, a setting or a venue, in attos.
    ///
    /// Well below what fits, so that many of them can be added up. What is worked out may be larger,
    /// and is checked where that is done.
    static var largest: Int128 { get }
}

extension ExactDecimal {
    @inlinable public static var zero: Self { Self(attos: 0) }

    @inlinable public static func < (left: Self, right: Self) -> Bool { left.attos < right.attos }

    /// Reads a decimal such as `-61602.01`, `1e-7` or `0.000000152823`, exactly.
    ///
    /// - Throws: ``DecimalError`` for anything that is not wholly a decimal or does not fit.
    public init(parsing bytes: Span<UInt8>) throws(DecimalError) {
        let attos = try parseAttos(bytes)
        guard attos >= 0 || Self.allowsNegative else { throw .negative }
        self.init(attos: attos)
    }

    /// Reads a decimal from text; see ``init(parsing:)``.
    public init(_ text: String) throws(DecimalError) {
        let bytes = Array(text.utf8)
        try self.init(parsing: bytes.span)
    }

    /// The same value, when it is not beyond ``largest``: for what comes from outside.
    @inlinable public func admitted() throws(DecimalError) -> Self {
        guard attos.magnitude <= Self.largest.magnitude else {
            throw .aboveLargest(Self.largest)
        }
        return self
    }

    /// The value to the last digit, without exponent or trailing zeros: `61602.01`.
    public var description: String { formatAttos(attos) }

    /// Appends ``description`` without making a string of it.
    public func append(to bytes: inout [UInt8]) {
        unsafe withAttosText(attos) { unsafe bytes.append(contentsOf: $0) }
    }

    /// The nearest binary floating-point number; for Lua, statistics and charts only.
    public var double: Double { nearestDouble(attos: attos) }
}

/// Reads decimal text into attos.
///
/// Accepts `[+-]digits[.digits][e[+-]digits]`; digits may be missing on one side of the point.
func parseAttos(_ bytes: Span<UInt8>) throws(DecimalError) -> Int128 {
    guard !bytes.isEmpty else { throw .empty }
    var at = 0
    let end = bytes.count
    var negative = false
    if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
        negative = bytes[0] == UInt8(ascii: "-")
        at = 1
    }
    // 38 significant digits always fit, a 39th only sometimes; zeros behind them only count.
    var digits: UInt128 = 0
    var kept = 0
    var exponent = 0
    var sawDigit = false
    var sawPoint = false
    var droppedNonZero = false
    scan: while at < end {
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            sawDigit = true
            let digit = byte &- UInt8(ascii: "0")
            if kept < 38 || kept == 38 && digits <= (UInt128.max - 9) / 10 {
                digits = digits * 10 + UInt128(digit)
                if digits != 0 { kept += 1 }
                if sawPoint { exponent -= 1 }
            } else {
                kept = 40  // none is kept behind one that is not
                if digit != 0 { droppedNonZero = true }
                if !sawPoint { exponent += 1 }
            }
        case UInt8(ascii: ".") where !sawPoint:
            sawPoint = true
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            guard sawDigit else { throw .missingDigits }
            exponent += try parseExponent(bytes, from: at + 1)
            break scan
        default:
            throw .unexpectedByte(byte, at: at)
        }
        at += 1
    }
    guard sawDigit else { throw .missingDigits }
    let magnitude = try scaled(digits, exponent: exponent + 18, droppedNonZero: droppedNonZero)
    return negative ? -magnitude : magnitude
}

private func parseExponent(_ bytes: Span<UInt8>, from start: Int) throws(DecimalError) -> Int {
    var at = start
    var negative = false
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
        negative = bytes[at] == UInt8(ascii: "-")
        at += 1
    }
    guard at < bytes.count else { throw .missingDigits }
    var value = 0
    while at < bytes.count {
        guard case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[at] else {
            throw .unexpectedByte(bytes[at], at: at)
        }
        value = value * 10 + Int(bytes[at] &- UInt8(ascii: "0"))
        guard value <= 40 else { throw .outOfRange }
        at += 1
    }
    return negative ? -value : value
}

/// `digits × 10^exponent`, refusing what 128 bits cannot hold or 18 decimals cannot show.
private func scaled(
    _ digits: UInt128, exponent: Int, droppedNonZero: Bool
) throws(DecimalError) -> Int128 {
    guard digits != 0 else { return 0 }
    var value = digits
    if exponent >= 0 {
        guard !droppedNonZero || exponent == 0 else { throw .outOfRange }
        guard exponent <= 38 else { throw .outOfRange }
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .outOfRange }
            value = product
        }
        guard !droppedNonZero else { throw .tooManyDecimals }
    } else {
        guard !droppedNonZero else { throw .tooManyDecimals }
        var left = -exponent
        while left > 0 {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { throw .tooManyDecimals }
            value = quotient
            left -= 1
        }
    }
    guard value <= UInt128(Int128.max) else { throw .outOfRange }
    return Int128(value)
}

/// The shortest exact text of `attos`: no exponent, no trailing zeros, `0` for zero.
func formatAttos(_ attos: Int128) -> String {
    unsafe withAttosText(attos) { unsafe String(decoding: $0, as: UTF8.self) }
}

/// Calls `body` with the bytes of ``formatAttos(_:)``, without making a string of them.
func withAttosText<Result>(
    _ attos: Int128, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    // 39 digits, a sign and a point at most.
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { buffer in
        var start = buffer.count
        let (whole, fraction) = attos.magnitude.quotientAndRemainder(
            dividingBy: UInt128(attosPerUnit))
        var rest = UInt64(fraction)
        var places = 18
        while places > 0, rest % 10 == 0 {
            rest /= 10
            places -= 1
        }
        func put(_ byte: UInt8) {
            start -= 1
            unsafe buffer[start] = byte
        }
        func put(digitsOf value: UInt64, atLeast count: Int) {
            var value = value
            var left = count
            while value > 0 || left > 0 {
                put(UInt8(ascii: "0") + UInt8(value % 10))
                value /= 10
                left -= 1
            }
        }
        if places > 0 {
            put(digitsOf: rest, atLeast: places)
            put(UInt8(ascii: "."))
        }
        if let small = UInt64(exactly: whole) {
            put(digitsOf: small, atLeast: 1)
        } else {
            let (high, low) = whole.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
            put(digitsOf: UInt64(low), atLeast: 19)
            put(digitsOf: UInt64(high), atLeast: 1)
        }
        if attos < 0 { put(UInt8(ascii: "-")) }
        return unsafe body(UnsafeBufferPointer(rebasing: buffer[start...]))
    }
}

/// The double nearest to `attos × 10⁻¹⁸`, correctly rounded.
func nearestDouble(attos: Int128) -> Double {
    // A division of two exactly represented numbers is correctly rounded, so strip zeros until
    // the digits fit 53 bits. What does not get there goes through the text, which is exact too.
    var digits = attos
    var decimals = 18
    while digits.magnitude > 1 << 53, decimals > 0 {
        let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: 10)
        guard remainder == 0 else { return Double(formatAttos(attos)) ?? .nan }
        digits = quotient
        decimals -= 1
    }
    guard digits.magnitude <= 1 << 53 else { return Double(formatAttos(attos)) ?? .nan }
    return Double(Int64(digits)) / exactPowersOfTen[decimals]
}

/// 10⁰ to 10¹⁸, each exactly representable.
let exactPowersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18,
]
