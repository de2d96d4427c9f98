/// Numbers and texts as few bytes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func add(byte: UInt8) { bytes.append(byte) }

    /// Seven bits a byte, the lowest first; the high bit says that more follow.
    mutating func add(_ number: UInt64) {
        var rest = number
        while rest > 127 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small whatever the sign.
    mutating func add(signed number: Int64) {
        add(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    mutating func add(wide number: Int128) {
        var rest = UInt128(bitPattern: number << 1 ^ number >> 127)
        while rest > 127 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A decimal: the number of zeros that it ends in, and what stands before them.
    mutating func add(attos: Int128) {
        var zeros: UInt8 = 0
        var rest = attos
        while zeros < 18, rest != 0, rest % 10 == 0 {
            rest /= 10
            zeros += 1
        }
        bytes.append(zeros)
        add(wide: rest)
    }

    mutating func add(text: String) {
        add(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func add(counted other: UnsafeRawBufferPointer) {
        add(UInt64(other.count))
        unsafe bytes.append(contentsOf: other)
    }

    /// As 4 bytes, the lowest first.
    mutating func add(fixed number: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
        }
    }

    mutating func add(bytes other: [UInt8]) { bytes.append(contentsOf: other) }
}
