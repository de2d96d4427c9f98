/// Checks that bytes are one JSON value by RFC 8259, before a decoder that takes more reads them.
///
/// Foundation's decoder lets a comma pass before a closing bracket. A message that is not what the
/// venue's own software would write was damaged on the way, and must not be half believed.
package struct StrictJSON {
    private static let deepest = 64
    private let bytes: [UInt8]
    private var at = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    package static func accepts(_ bytes: [UInt8]) -> Bool {
        var check = StrictJSON(bytes)
        guard check.value(depth: 0) else { return false }
        check.skipBlanks()
        return check.at == bytes.count
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 32 || byte == 9 || byte == 10 || byte == 13 { at += 1 }
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: wanted) else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return depth < Self.deepest && object(depth: depth)
        case UInt8(ascii: "["): return depth < Self.deepest && array(depth: depth)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> Bool {
        at += 1
        skipBlanks()
        if take("}") { return true }
        repeat {
            skipBlanks()
            guard string() else { return false }
            skipBlanks()
            guard take(":"), value(depth: depth + 1) else { return false }
            skipBlanks()
        } while take(",")
        return take("}")
    }

    private mutating func array(depth: Int) -> Bool {
        at += 1
        skipBlanks()
        if take("]") { return true }
        repeat {
            guard value(depth: depth + 1) else { return false }
            skipBlanks()
        } while take(",")
        return take("]")
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard escape() else { return false }
            case 0..<32: return false
            default: break
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = next else { return false }
        at += 1
        guard byte == UInt8(ascii: "u") else {
            return "\"\\/bfnrt".utf8.contains(byte)
        }
        for _ in 0..<4 {
            guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit, digit < 128 else {
                return false
            }
            at += 1
        }
        return true
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") { guard digits() else { return false } }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = at
        while let byte = next, byte &- UInt8(ascii: "0") < 10 { at += 1 }
        return at > start
    }

    private mutating func word(_ word: StaticString) -> Bool {
        for letter in word.description.utf8 {
            guard next == letter else { return false }
            at += 1
        }
        return true
    }
}
