/// Data that crosses between a test file and Swift: what Lua can write down, without functions.
package enum PlainValue: Hashable, Sendable {
    case none
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    /// A text that is not UTF-8.
    case bytes([UInt8])
    /// The entries 1, 2, … without a hole, those with names, and those with other keys.
    case table([PlainValue], [String: PlainValue], others: [PlainValue: PlainValue])
    /// Towards Lua only: a Lua constructor, such as ``LuaStrategy/stateText()``.
    case constructor(String)

    package static func list(_ values: [PlainValue]) -> PlainValue {
        .table(values, [:], others: [:])
    }
    package static func fields(_ values: [String: PlainValue]) -> PlainValue {
        .table([], values, others: [:])
    }

    /// The entry of a table under a name; none where there is none.
    package subscript(name: String) -> PlainValue { fields[name] ?? .none }

    /// The entries of a list; empty for anything else.
    package var list: [PlainValue] {
        guard case .table(let values, _, _) = self else { return [] }
        return values
    }

    /// The named entries of a table; empty for anything else.
    package var fields: [String: PlainValue] {
        guard case .table(_, let fields, _) = self else { return [:] }
        return fields
    }

    /// The entries of a table under keys that are neither names nor places of a list.
    package var others: [PlainValue: PlainValue] {
        guard case .table(_, _, let others) = self else { return [:] }
        return others
    }

    /// The text, repaired where it is not UTF-8.
    package var text: String? {
        switch self {
        case .text(let text): text
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }

    package var isNone: Bool { self == .none }

    /// Whether a text that is not UTF-8 is in it.
    var hasBytes: Bool {
        switch self {
        case .bytes: true
        case .table(let list, let fields, let others):
            list.contains(where: \.hasBytes) || fields.values.contains(where: \.hasBytes)
                || others.contains { $0.key.hasBytes || $0.value.hasBytes }
        default: false
        }
    }
}

// MARK: - As text

extension PlainValue {
    /// The form that moon_tests.c reads.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        encode(to: &bytes)
        return bytes
    }

    private func encode(to bytes: inout [UInt8]) {
        switch self {
        case .none: bytes += "z".utf8
        case .boolean(let value): bytes += (value ? "t" : "f").utf8
        case .integer(let value): bytes += "i\(value);".utf8
        case .number(let value): bytes += "d\(value);".utf8
        case .text(let text): bytes += "s\(text.utf8.count):\(text)".utf8
        case .bytes(let text):
            bytes += "s\(text.count):".utf8
            bytes += text
        case .constructor(let text): bytes += "l\(text.utf8.count):\(text)".utf8
        case .table(let list, let fields, let others):
            bytes += "{".utf8
            for (index, value) in list.enumerated() {
                PlainValue.integer(Int64(index + 1)).encode(to: &bytes)
                value.encode(to: &bytes)
            }
            for name in fields.keys.sorted() {
                PlainValue.text(name).encode(to: &bytes)
                (fields[name] ?? .none).encode(to: &bytes)
            }
            for (key, value) in Self.sorted(others) {
                key.encode(to: &bytes)
                value.encode(to: &bytes)
            }
            bytes += "}".utf8
        }
    }

    /// Reads what moon_tests.c wrote.
    ///
    /// - Throws: ``ScriptMistake`` for a list with a hole and for a table as a key.
    init(encoded bytes: UnsafeRawBufferPointer) throws(ScriptMistake) {
        var reader = unsafe PlainReader(bytes: bytes)
        self = try reader.value()
    }

    /// The value as a Lua constructor, which needs no globals; keys sorted.
    package var constructorText: String {
        switch self {
        case .none: return "nil"
        case .boolean(let value): return "\(value)"
        // The smallest integer has no literal: its digits alone would read as a float.
        case .integer(.min): return "0x8000000000000000"
        case .integer(let value): return "\(value)"
        case .number(let value):
            if value.isNaN { return "0/0" }
            return value.isFinite ? "\(value)" : value > 0 ? "1e999" : "-1e999"
        case .text(let text): return Self.quoted(Array(text.utf8))
        case .bytes(let bytes): return Self.quoted(bytes)
        case .constructor(let text): return text
        case .table(let list, let fields, let others):
            let named = fields.keys.sorted().map {
                "[\(Self.quoted(Array($0.utf8)))]=\((fields[$0] ?? .none).constructorText)"
            }
            let keyed = Self.sorted(others).map {
                "[\($0.key.constructorText)]=\($0.value.constructorText)"
            }
            return "{" + (list.map(\.constructorText) + named + keyed).joined(separator: ",") + "}"
        }
    }

    private static func sorted(
        _ entries: [PlainValue: PlainValue]
    ) -> [(key: PlainValue, value: PlainValue)] {
        entries.map { (text: $0.key.constructorText, entry: $0) }
            .sorted { $0.text < $1.text }.map { ($0.entry.key, $0.entry.value) }
    }

    /// A literal of plain ASCII, whatever the bytes are.
    private static func quoted(_ bytes: [UInt8]) -> String {
        var quoted = "\""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                quoted += "\\" + String(UnicodeScalar(byte))
            case 32..<127: quoted.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = "\(byte)"
                quoted += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
            }
        }
        return quoted + "\""
    }
}

/// Walks over the text of a value; what the shim writes is well formed.
@safe private struct PlainReader {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    mutating func value() throws(ScriptMistake) -> PlainValue {
        switch readByte() {
        case UInt8(ascii: "t"): return .boolean(true)
        case UInt8(ascii: "f"): return .boolean(false)
        case UInt8(ascii: "i"):
            let digits = until(UInt8(ascii: ";"))
            guard let value = Int64(digits) else { throw Self.unreadable(digits) }
            return .integer(value)
        case UInt8(ascii: "d"):
            let digits = until(UInt8(ascii: ";"))
            guard let value = Double(digits) else { throw Self.unreadable(digits) }
            return .number(value)
        case UInt8(ascii: "s"):
            let count = Int(until(UInt8(ascii: ":"))) ?? 0
            defer { at += count }
            let text = unsafe Array(bytes[at..<at + count])
            return String(validating: text, as: UTF8.self).map { .text($0) } ?? .bytes(text)
        case UInt8(ascii: "{"): return try table()
        default: return .none
        }
    }

    private static func unreadable(_ digits: String) -> ScriptMistake {
        ScriptMistake(message: "`\(digits)` is a number that cannot be given to a strategy")
    }

    private mutating func table() throws(ScriptMistake) -> PlainValue {
        var places: [Int64: PlainValue] = [:]
        var fields: [String: PlainValue] = [:]
        var others: [PlainValue: PlainValue] = [:]
        while unsafe bytes[at] != UInt8(ascii: "}") {
            let key = try value()
            let value = try value()
            switch key {
            case .integer(let place): places[place] = value
            case .text(let name): fields[name] = value
            case .boolean, .number, .bytes: others[key] = value
            case .none, .table, .constructor:
                throw ScriptMistake(
                    message: "a table given to a strategy has a table as a key: numbers, texts, "
                        + "true and false can be keys")
            }
        }
        at += 1
        var list: [PlainValue] = []
        while let value = places.removeValue(forKey: Int64(list.count + 1)) { list.append(value) }
        if !list.isEmpty, let next = places.keys.filter({ $0 > 0 }).min() {
            throw ScriptMistake(
                message: "a list given to a strategy has a hole: there is nothing at place "
                    + "\(list.count + 1), and something at \(next)")
        }
        for (place, value) in places { others[.integer(place)] = value }
        return .table(list, fields, others: others)
    }

    private mutating func readByte() -> UInt8 {
        defer { at += 1 }
        return unsafe bytes[at]
    }

    private mutating func until(_ stop: UInt8) -> String {
        let first = at
        while unsafe bytes[at] != stop { at += 1 }
        defer { at += 1 }
        return unsafe String(decoding: bytes[first..<at], as: UTF8.self)
    }
}
