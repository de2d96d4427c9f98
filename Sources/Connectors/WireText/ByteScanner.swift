public import TradingModel

/// Walks over JSON bytes of a known shape; `nil` anywhere means a surprise, not an error.
///
/// It accepts less than JSON and never more: what it reads, the checked way reads the same. All of it is
/// compiled into the scanner that walks with it in another module; the compiler does so only with what
/// is public.
@safe public struct ByteScanner {
    @usableFromInline let base: UnsafePointer<UInt8>
    @usableFromInline let powers: UnsafePointer<UInt64>
    @usableFromInline let count: Int
    @usableFromInline var at = 0

    /// Nil where the last byte is not a brace or a blank, as it is behind every object.
    ///
    /// So digits never run up to the end, and need not be counted against it one by one.
    ///
    /// - Precondition: the bytes outlive the scanner.
    @inlinable @unsafe public init?(_ base: UnsafePointer<UInt8>, count: Int) {
        guard count > 0 else { return nil }
        switch unsafe base[count - 1] {
        case UInt8(ascii: "}"), 32, 10, 13, 9: break
        default: return nil
        }
        unsafe self.base = base
        unsafe powers = powersOfTen
        self.count = count
    }

    @inlinable @inline(__always) func byte(_ place: Int) -> UInt8 {
        place < count ? unsafe base[place] : 0
    }

    @inlinable @inline(__always) mutating func skipBlanks() {
        while at < count {
            switch unsafe base[at] {
            case 32, 10, 13, 9: at &+= 1
            default: return
            }
        }
    }

    /// Moves behind this byte and the blanks before it.
    @inlinable @inline(__always) public mutating func consume(_ wanted: Unicode.Scalar) -> Bool {
        if byte(at) != UInt8(ascii: wanted) {
            skipBlanks()
            guard byte(at) == UInt8(ascii: wanted) else { return false }
        }
        at &+= 1
        return true
    }

    @inlinable public var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return at == count
        }
    }

    /// A string of printable ASCII without escapes and quotes; its place without the quotes.
    @inlinable @inline(__always) public mutating func string() -> Range<Int>? {
        guard consume("\"") else { return nil }
        let start = at
        var place = start
        while place < count {
            let next = unsafe base[place]
            if next == UInt8(ascii: "\"") {
                at = place &+ 1
                return unsafe Range(uncheckedBounds: (start, place))
            }
            guard next != UInt8(ascii: "\\"), next &- 32 < 95 else { return nil }
            place &+= 1
        }
        return nil
    }

    /// A key and its colon.
    @inlinable @inline(__always) public mutating func key() -> Range<Int>? {
        guard let key = string(), consume(":") else { return nil }
        return key
    }

    @inlinable @inline(__always)
    public func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count
        where unsafe base[range.lowerBound &+ offset] != word.utf8Start[offset] { return false }
        return true
    }

    @inlinable public func hasBlank(_ range: Range<Int>) -> Bool {
        for place in range where unsafe base[place] == 32 { return true }
        return false
    }

    /// A whole number of at most 18 digits.
    @inlinable @inline(__always) public mutating func whole() -> Int64? {
        skipBlanks()
        let start = at
        guard start < count else { return nil }
        let value = digits(0)
        let length = at &- start
        guard length > 0, length <= 18, length == 1 || byte(start) != UInt8(ascii: "0") else {
            return nil
        }
        return Int64(truncatingIfNeeded: value)
    }

    /// Moves behind the digits here, and puts them behind those of `value`.
    ///
    /// - Precondition: there is a byte here; the last byte of all is no digit.
    @inlinable @inline(__always) mutating func digits(_ value: UInt64) -> UInt64 {
        var value = value
        var place = at
        var digit = unsafe base[place] &- UInt8(ascii: "0")
        while digit < 10 {
            value = value &* 10 &+ UInt64(truncatingIfNeeded: digit)
            place &+= 1
            digit = unsafe base[place] &- UInt8(ascii: "0")
        }
        at = place
        return value
    }

    /// A plain decimal in quotes of at most 18 digits, and where its text stands.
    @inlinable @inline(__always)
    public mutating func decimal() -> (attos: Int128, text: Range<Int>)? {
        // The quote is not the last byte, for that is a brace or a blank; nor is the point.
        guard consume("\"") else { return nil }
        let start = at
        var value = digits(0)
        guard at > start else { return nil }
        var decimals = 0
        if unsafe base[at] == UInt8(ascii: ".") {
            at &+= 1
            let point = at
            value = digits(value)
            decimals = at &- point
            guard decimals > 0 else { return nil }
        }
        let end = at
        guard unsafe base[end] == UInt8(ascii: "\""), end &- start <= 18 else { return nil }
        at = end &+ 1
        let product = unsafe value.multipliedFullWidth(by: powers[18 &- decimals])
        let attos = Int128(truncatingIfNeeded: product.high) << 64 | Int128(product.low)
        guard attos <= Price.largest else { return nil }  // the slow way says what is wrong
        return unsafe (attos, Range(uncheckedBounds: (start, end)))
    }

    /// `true` or `false`.
    @inlinable @inline(__always) public mutating func flag() -> Bool? {
        skipBlanks()
        if word("true") { return true }
        if word("false") { return false }
        return nil
    }

    /// Moves behind a literal word, if it is next.
    @inlinable @inline(__always) public mutating func word(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard at &+ length <= count, equals(at..<(at &+ length), word) else { return false }
        at &+= length
        return true
    }

    @inlinable @inline(__always) public mutating func null() -> Bool {
        skipBlanks()
        return word("null")
    }
}

/// 10⁰ to 10¹⁸, at a fixed place.
@usableFromInline nonisolated(unsafe) let powersOfTen: UnsafePointer<UInt64> = {
    let table = UnsafeMutablePointer<UInt64>.allocate(capacity: 19)
    var power: UInt64 = 1
    for places in 0...18 {
        unsafe (table + places).initialize(to: power)
        if places < 18 { power *= 10 }
    }
    return unsafe UnsafePointer(table)
}()
