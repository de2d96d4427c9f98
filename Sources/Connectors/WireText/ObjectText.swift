package import TradingModel

/// A JSON object as it is written, in one buffer: what is signed is sent, byte for byte.
package struct ObjectText {
    private var bytes: [UInt8]

    package init() {
        bytes = []
        bytes.reserveCapacity(Self.usualLength)
        bytes.append(UInt8(ascii: "{"))
    }

    /// An order with all its fields takes less.
    private static let usualLength = 320

    /// Adds a field with a text; other than printable ASCII is escaped, so that the bytes are plain.
    package mutating func add(_ name: StaticString, _ text: String) {
        begin(name)
        appendQuoted(text, to: &bytes)
    }

    package mutating func add(_ name: StaticString, _ number: some ExactDecimal) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        number.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a field with a value that is JSON already.
    package mutating func add(_ name: StaticString, json value: String) {
        begin(name)
        bytes += value.utf8
    }

    private mutating func begin(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        unsafe bytes += UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// The object, which nothing can be added to any more.
    package consuming func finished() -> String {
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A text as JSON; other than printable ASCII is escaped, so that the bytes signed are plain.
package func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    appendQuoted(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

private func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    let plain = text.utf8.span
    // What orders are made of needs no escape.
    if plain.indices.allSatisfy({ 32..<127 ~= plain[$0] && plain[$0] != 34 && plain[$0] != 92 }) {
        bytes += text.utf8
    } else {
        for unit in text.utf16 { appendEscaped(unit, to: &bytes) }
    }
    bytes.append(UInt8(ascii: "\""))
}

private func appendEscaped(_ unit: UInt16, to bytes: inout [UInt8]) {
    switch unit {
    case 34, 92: bytes += [UInt8(ascii: "\\"), UInt8(unit)]
    case 32..<127: bytes.append(UInt8(unit))
    default:
        let digits = String(unit, radix: 16)
        bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
    }
}
