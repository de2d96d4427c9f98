/// A JSON value that keeps its keys in order and its numbers as text.
///
/// For small things that people or venues read: their order of keys stays, and a number is the
/// digits that were written, so that no decimal goes through a float.
package indirect enum JSON: Hashable, Sendable {
    case object([JSONMember])
    case array([JSON])
    case text(String)
    /// The digits as written.
    case number(String)
    case bool(Bool)
    case null

    /// Of an object; the last one where a key stands twice.
    package subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    package var text: String? {
        if case .text(let text) = self { return text }
        return nil
    }

    package var integer: Int64? {
        if case .number(let digits) = self { return Int64(digits) }
        return nil
    }

    package var items: [JSON]? {
        if case .array(let items) = self { return items }
        return nil
    }

    package var members: [JSONMember]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// The value on one line, without blanks.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    /// The value on one line, as text.
    package var line: String { String(decoding: bytes, as: UTF8.self) }

    /// The value as a page for people: a member a line, two blanks deeper for each level.
    package var page: [UInt8] {
        var bytes: [UInt8] = []
        writePage(into: &bytes, depth: 0)
        return bytes + [UInt8(ascii: "\n")]
    }

    private func writePage(into bytes: inout [UInt8], depth: Int) {
        guard case .object(let members) = self, !members.isEmpty else {
            return write(into: &bytes)  // lists are short enough for a line
        }
        bytes.append(UInt8(ascii: "{"))
        for (place, member) in members.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            Self.newLine(into: &bytes, depth: depth + 1)
            Self.write(text: member.key, into: &bytes)
            bytes += ": ".utf8
            member.value.writePage(into: &bytes, depth: depth + 1)
        }
        Self.newLine(into: &bytes, depth: depth)
        bytes.append(UInt8(ascii: "}"))
    }

    private static func newLine(into bytes: inout [UInt8], depth: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: depth * 2)
    }

    private func write(into bytes: inout [UInt8]) {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in members.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(text: member.key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (place, item) in items.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .text(let text): Self.write(text: text, into: &bytes)
        case .number(let digits): bytes += digits.utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .null: bytes += "null".utf8
        }
    }

    private static func write(text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case "\n": bytes += "\\n".utf8
            case "\r": bytes += "\\r".utf8
            case "\t": bytes += "\\t".utf8
            case _ where steersTerminals(scalar.value):
                let digits = String(scalar.value, radix: 16)
                bytes += "\\u".utf8
                bytes += String(repeating: "0", count: 4 - digits.utf8.count).utf8
                bytes += digits.utf8
            default: bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// What JSON must escape, and what may stand in it and is better not shown by `cat`: control
    /// characters, and those that end lines or turn the reading direction.
    private static func steersTerminals(_ value: UInt32) -> Bool {
        switch value {
        case 0x20..<0x7F, 0xA0..<0x61C: false
        case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E, 0x200F: true
        case 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

/// A key of an object with its value.
package struct JSONMember: Hashable, Sendable {
    package var key: String
    package var value: JSON
    package init(key: String, value: JSON) {
        self.key = key
        self.value = value
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { JSONMember(key: $0.0, value: $0.1) })
    }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .number(String(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package static func integer(_ value: Int64) -> JSON { .number(String(value)) }
    package static func integer(_ value: Int) -> JSON { .number(String(value)) }

    /// A measured figure, null where it is no finite number; money is a text instead.
    package static func figure(_ value: Double) -> JSON {
        value.isFinite ? .number("\(value)") : .null
    }

    /// An object of these members, in their order.
    package static func pairs(_ members: [(String, JSON)]) -> JSON {
        .object(members.map { JSONMember(key: $0.0, value: $0.1) })
    }

    /// The object with more members behind its own.
    package func adding(_ other: JSON) -> JSON {
        .object((members ?? []) + (other.members ?? []))
    }

    /// The object without these keys.
    package func removing(_ keys: String...) -> JSON {
        .object((members ?? []).filter { !keys.contains($0.key) })
    }
}
