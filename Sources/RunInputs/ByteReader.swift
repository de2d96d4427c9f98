/// Why bytes are not what a recording is made of.
package struct Unreadable: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// Reads what a ``ByteWriter`` wrote, whatever the bytes are.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position >= bytes.endIndex }
    var left: Int { bytes.endIndex - position }

    mutating func byte() throws(Unreadable) -> UInt8 {
        guard position < bytes.endIndex else { throw Unreadable("it ends in the middle") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws(Unreadable) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try byte()
            let part = UInt64(byte & 127)
            guard (part << shift) >> shift == part else { throw Unreadable("a number is too long") }
            value |= part << shift
            if byte < 128 { return value }
        }
        throw Unreadable("a number is too long")
    }

    mutating func signed() throws(Unreadable) -> Int64 {
        let number = try number()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    mutating func wide() throws(Unreadable) -> Int128 {
        var value: UInt128 = 0
        for shift in stride(from: UInt128(0), through: 127, by: 7) {
            let byte = try byte()
            let part = UInt128(byte & 127)
            guard (part << shift) >> shift == part else { throw Unreadable("a number is too long") }
            value |= part << shift
            if byte < 128 {
                return Int128(bitPattern: value >> 1) ^ -Int128(bitPattern: value & 1)
            }
        }
        throw Unreadable("a number is too long")
    }

    mutating func attos() throws(Unreadable) -> Int128 {
        let zeros = try byte()
        guard zeros <= 18 else { throw Unreadable("a decimal has too many zeros") }
        var value = try wide()
        for _ in 0..<zeros {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw Unreadable("a decimal is too large") }
            value = product
        }
        return value
    }

    /// A count of things of which each takes a byte at least.
    mutating func count() throws(Unreadable) -> Int {
        let count = try number()
        guard count <= UInt64(left) else { throw Unreadable("it ends in the middle") }
        return Int(count)
    }

    mutating func text() throws(Unreadable) -> String {
        guard let text = String(validating: try counted(), as: UTF8.self) else {
            throw Unreadable("a text is not UTF-8")
        }
        return text
    }

    /// Some bytes that their count stands in front of.
    mutating func counted() throws(Unreadable) -> ArraySlice<UInt8> {
        let count = try count()
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func fixed() throws(Unreadable) -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: 0, to: 32, by: 8) { value |= UInt32(try byte()) << UInt32(shift) }
        return value
    }
}
