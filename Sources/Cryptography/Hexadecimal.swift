/// The bytes as lower-case hexadecimal digits, two each.
@inlinable
public func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    unsafe String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
        var place = 0
        for byte in bytes {
            unsafe text[place] = digit(byte >> 4)
            unsafe text[place + 1] = digit(byte & 15)
            place += 2
        }
        return place
    }
}

@inlinable
func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}
