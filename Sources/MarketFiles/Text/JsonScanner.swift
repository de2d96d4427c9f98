/// A JSON value's place in a line; for strings without the quotes.
package struct JsonValue: Equatable {
    package enum Kind: Sendable {
        case string
        case number
        case object
        case array
        case yes
        case no
        case null
    }

    package let kind: Kind
    package let range: Range<Int>
}

/// Walks over JSON text strictly, without building anything.
///
/// It accepts what RFC 8259 accepts, down to a depth of 64. Text is passed to each call; a scanner
/// holds only its place in it.
package struct JsonScanner {
    private static let deepest = 64
    package private(set) var at: Int

    package init(at: Int = 0) { self.at = at }

    /// Reads any value and moves behind it.
    package mutating func value(_ bytes: Span<UInt8>, depth: Int = 0) throws(BadLine) -> JsonValue {
        skipBlanks(bytes)
        let start = at
        guard at < bytes.count else { throw cut(bytes) }
        switch bytes[at] {
        case UInt8(ascii: "\""):
            return JsonValue(kind: .string, range: try string(bytes))
        case UInt8(ascii: "{"):
            guard depth < Self.deepest else { throw unexpected(bytes, "less depth") }
            var isFirst = true
            at += 1
            while try key(bytes, &isFirst) != nil { _ = try value(bytes, depth: depth + 1) }
            return JsonValue(kind: .object, range: start..<at)
        case UInt8(ascii: "["):
            guard depth < Self.deepest else { throw unexpected(bytes, "less depth") }
            var isFirst = true
            at += 1
            while try element(bytes, &isFirst) { _ = try value(bytes, depth: depth + 1) }
            return JsonValue(kind: .array, range: start..<at)
        case UInt8(ascii: "t"): return try literal(bytes, "true", .yes)
        case UInt8(ascii: "f"): return try literal(bytes, "false", .no)
        case UInt8(ascii: "n"): return try literal(bytes, "null", .null)
        default:
            try number(bytes)
            return JsonValue(kind: .number, range: start..<at)
        }
    }

    /// Moves behind an opening bracket.
    package mutating func open(_ bytes: Span<UInt8>, _ bracket: Unicode.Scalar) throws(BadLine) {
        skipBlanks(bytes)
        guard at < bytes.count else { throw cut(bytes) }
        guard bytes[at] == UInt8(ascii: bracket) else { throw unexpected(bytes, "`\(bracket)`") }
        at += 1
    }

    /// The next key of an object, standing before its value; nil behind the object's end.
    package mutating func key(
        _ bytes: Span<UInt8>, _ isFirst: inout Bool
    ) throws(BadLine) -> Range<Int>? {
        guard try next(bytes, &isFirst, closing: "}") else { return nil }
        skipBlanks(bytes)
        let key = try string(bytes)
        skipBlanks(bytes)
        guard at < bytes.count else { throw cut(bytes) }
        guard bytes[at] == UInt8(ascii: ":") else { throw unexpected(bytes, "`:`") }
        at += 1
        return key
    }

    /// Whether another element of an array follows; if not, stands behind the array's end.
    package mutating func element(
        _ bytes: Span<UInt8>, _ isFirst: inout Bool
    ) throws(BadLine) -> Bool {
        try next(bytes, &isFirst, closing: "]")
    }

    /// Checks that nothing but blanks follows.
    package mutating func end(_ bytes: Span<UInt8>) throws(BadLine) {
        skipBlanks(bytes)
        guard at == bytes.count else { throw unexpected(bytes, "the end of the line") }
    }

    private mutating func next(
        _ bytes: Span<UInt8>, _ isFirst: inout Bool, closing: Unicode.Scalar
    ) throws(BadLine) -> Bool {
        skipBlanks(bytes)
        guard at < bytes.count else { throw cut(bytes) }
        if bytes[at] == UInt8(ascii: closing) {
            at += 1
            return false
        }
        if !isFirst {
            guard bytes[at] == UInt8(ascii: ",") else {
                throw unexpected(bytes, "`,` or `\(closing)`")
            }
            at += 1
        }
        isFirst = false
        return true
    }

    private mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while at < bytes.count {
            switch bytes[at] {
            case 32, 9, 10, 13: at += 1
            default: return
            }
        }
    }

    /// Moves behind a string and returns what stands between its quotes, escapes as written.
    private mutating func string(_ bytes: Span<UInt8>) throws(BadLine) -> Range<Int> {
        guard at < bytes.count else { throw cut(bytes) }
        guard bytes[at] == UInt8(ascii: "\"") else { throw unexpected(bytes, "a string") }
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return start..<(at - 1)
            case UInt8(ascii: "\\"): try escape(bytes)
            case 0..<32: throw unexpected(bytes, "a string without control characters")
            default: at += 1
            }
        }
        throw cut(bytes)
    }

    private mutating func escape(_ bytes: Span<UInt8>) throws(BadLine) {
        at += 1
        guard at < bytes.count else { throw cut(bytes) }
        switch bytes[at] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 1
        case UInt8(ascii: "u"):
            at += 1
            for _ in 0..<4 {
                guard at < bytes.count else { throw cut(bytes) }
                switch bytes[at] {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    at += 1
                default: throw unexpected(bytes, "four hexadecimal digits")
                }
            }
        default: throw unexpected(bytes, "an escape")
        }
    }

    private mutating func number(_ bytes: Span<UInt8>) throws(BadLine) {
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let whole = at
        try digits(bytes)
        if bytes[whole] == UInt8(ascii: "0"), at > whole + 1 {
            at = whole + 1
            throw unexpected(bytes, "no digit behind a leading 0")
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits(bytes)
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
                at += 1
            }
            try digits(bytes)
        }
    }

    private mutating func digits(_ bytes: Span<UInt8>) throws(BadLine) {
        let start = at
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        guard at > start else {
            throw at < bytes.count ? unexpected(bytes, "a value") : cut(bytes)
        }
    }

    private mutating func literal(
        _ bytes: Span<UInt8>, _ word: StaticString, _ kind: JsonValue.Kind
    ) throws(BadLine) -> JsonValue {
        let start = at
        for index in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count else { throw cut(bytes) }
            guard unsafe bytes[at] == word.utf8Start[index] else {
                throw unexpected(bytes, "`\(word)`")
            }
            at += 1
        }
        return JsonValue(kind: kind, range: start..<at)
    }

    private func cut(_ bytes: Span<UInt8>) -> BadLine {
        BadLine(reason: "the JSON is cut off at position \(bytes.count)")
    }

    private func unexpected(_ bytes: Span<UInt8>, _ expected: String) -> BadLine {
        let found = excerpt(bytes, at..<min(at + 12, bytes.count))
        return BadLine(
            reason: "position \(at + 1) of the line: expected \(expected), found `\(found)`")
    }
}
