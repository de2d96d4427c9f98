internal import TradingModel

/// Walks over JSON bytes of a known shape; `nil` anywhere means a surprise, not an error.
///
/// It accepts less than JSON and never more: what it reads, the checked way reads the same.
@safe struct ByteScanner {
    private let base: UnsafePointer<UInt8>
    let count: Int
    private(set) var at = 0

    /// - Precondition: the bytes outlive the scanner.
    @unsafe init(_ base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    @inline(__always) private func byte(_ place: Int) -> UInt8 {
        place < count ? unsafe base[place] : 0
    }

    @inline(__always) private mutating func skipBlanks() {
        while at < count {
            switch unsafe base[at] {
            case 32, 10, 13, 9: at &+= 1
            default: return
            }
        }
    }

    /// Moves behind this byte and the blanks before it.
    @inline(__always) mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        if byte(at) != UInt8(ascii: wanted) {
            skipBlanks()
            guard byte(at) == UInt8(ascii: wanted) else { return false }
        }
        at &+= 1
        return true
    }

    /// Whether this byte is next; stays where it is.
    @inline(__always) mutating func sees(_ wanted: Unicode.Scalar) -> Bool {
        if byte(at) == UInt8(ascii: wanted) { return true }
        skipBlanks()
        return byte(at) == UInt8(ascii: wanted)
    }

    var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return at == count
        }
    }

    /// A string of printable ASCII without escapes and quotes; its place without the quotes.
    @inline(__always) mutating func string() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = at
        while at < count {
            let next = unsafe base[at]
            if next == UInt8(ascii: "\"") {
                at &+= 1
                return start..<(at &- 1)
            }
            guard next != UInt8(ascii: "\\"), next &- 32 < 95 else { return nil }
            at &+= 1
        }
        return nil
    }

    /// A key and its colon.
    @inline(__always) mutating func key() -> Range<Int>? {
        guard let key = string(), take(":") else { return nil }
        return key
    }

    @inline(__always) func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count
        where unsafe base[range.lowerBound &+ offset] != word.utf8Start[offset] { return false }
        return true
    }

    func hasBlank(_ range: Range<Int>) -> Bool {
        for place in range where unsafe base[place] == 32 { return true }
        return false
    }

    /// A whole number of at most 18 digits.
    @inline(__always) mutating func whole() -> Int64? {
        skipBlanks()
        let start = at
        var value: Int64 = 0
        while at < count {
            let digit = unsafe base[at] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ Int64(digit)
            at &+= 1
        }
        let digits = at &- start
        guard digits > 0, digits <= 18, digits == 1 || byte(start) != UInt8(ascii: "0") else {
            return nil
        }
        return value
    }

    /// A plain decimal in quotes of at most 18 digits, and where its text stands.
    @inline(__always) mutating func decimal() -> (attos: Int128, text: Range<Int>)? {
        guard take("\"") else { return nil }
        let start = at
        var digits: Int64 = 0
        var point = -1
        while at < count {
            let next = unsafe base[at]
            let digit = next &- UInt8(ascii: "0")
            if digit < 10 {
                digits = digits &* 10 &+ Int64(digit)
            } else if next == UInt8(ascii: "."), point < 0 {
                point = at
            } else {
                break
            }
            at &+= 1
        }
        let end = at
        guard byte(end) == UInt8(ascii: "\""), end > start, end &- start <= 18, point != start,
            point != end &- 1
        else { return nil }
        at &+= 1
        let decimals = point < 0 ? 0 : end &- point &- 1
        let power = unsafe powersOfTen[18 &- decimals]
        return (Int128(digits) &* Int128(power), start..<end)
    }

    /// `true` or `false`.
    @inline(__always) mutating func flag() -> Bool? {
        skipBlanks()
        if word("true") { return true }
        if word("false") { return false }
        return nil
    }

    /// Moves behind a literal word, if it is next.
    @inline(__always) mutating func word(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard at &+ length <= count, equals(at..<(at &+ length), word) else { return false }
        at &+= length
        return true
    }

    @inline(__always) mutating func null() -> Bool {
        skipBlanks()
        return word("null")
    }
}

/// 10⁰ to 10¹⁸, at a fixed place.
nonisolated(unsafe) private let powersOfTen: UnsafePointer<Int64> = {
    let table = UnsafeMutablePointer<Int64>.allocate(capacity: 19)
    var power: Int64 = 1
    for places in 0...18 {
        unsafe (table + places).initialize(to: power)
        if places < 18 { power *= 10 }
    }
    return unsafe UnsafePointer(table)
}()
