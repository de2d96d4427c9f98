/// Data that crosses between a test file and Swift: what Lua can write down, without functions.
package enum PlainValue: Hashable, Sendable {
    case none
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    /// The entries 1, 2, … without a hole, and those with names.
    case table([PlainValue], [String: PlainValue])
    /// Towards Lua only: a Lua constructor, such as ``LuaStrategy/stateText()``.
    case constructor(String)

    package static func list(_ values: [PlainValue]) -> PlainValue { .table(values, [:]) }
    package static func fields(_ values: [String: PlainValue]) -> PlainValue { .table([], values) }

    /// The entry of a table under a name; none where there is none.
    package subscript(name: String) -> PlainValue {
        guard case .table(_, let fields) = self else { return .none }
        return fields[name] ?? .none
    }

    /// The entries of a list; empty for anything else.
    package var list: [PlainValue] {
        guard case .table(let values, _) = self else { return [] }
        return values
    }

    /// The named entries of a table; empty for anything else.
    package var fields: [String: PlainValue] {
        guard case .table(_, let fields) = self else { return [:] }
        return fields
    }

    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    package var isNone: Bool { self == .none }
}

// MARK: - As text

extension PlainValue {
    /// The form that moon_tests.c reads.
    var encoded: String {
        switch self {
        case .none: return "z"
        case .boolean(let value): return value ? "t" : "f"
        case .integer(let value): return "i\(value);"
        case .number(let value): return "d\(value);"
        case .text(let text): return "s\(text.utf8.count):\(text)"
        case .constructor(let text): return "l\(text.utf8.count):\(text)"
        case .table(let list, let fields):
            var text = "{"
            for (index, value) in list.enumerated() { text += "i\(index + 1);" + value.encoded }
            for name in fields.keys.sorted() {
                text += PlainValue.text(name).encoded + (fields[name] ?? .none).encoded
            }
            return text + "}"
        }
    }

    /// Reads what moon_tests.c wrote.
    ///
    /// - Throws: ``ScriptMistake`` for a table with a key that is neither text nor a list's.
    init(encoded bytes: UnsafeRawBufferPointer) throws(ScriptMistake) {
        var reader = unsafe PlainReader(bytes: bytes)
        self = try reader.value()
    }

    /// The value as a Lua constructor; keys sorted.
    package var constructorText: String {
        switch self {
        case .none: return "nil"
        case .boolean(let value): return "\(value)"
        case .integer(.min): return "math.mininteger"
        case .integer(let value): return "\(value)"
        case .number(let value): return value.isFinite ? "\(value)" : value > 0 ? "1e999" : "-1e999"
        case .text(let text): return Self.quoted(text)
        case .constructor(let text): return text
        case .table(let list, let fields):
            let named = fields.keys.sorted().map {
                "[\(Self.quoted($0))]=\((fields[$0] ?? .none).constructorText)"
            }
            return "{" + (list.map(\.constructorText) + named).joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 32 || scalar.value == 127:
                let digits = "\(scalar.value)"
                quoted += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
            default: quoted.unicodeScalars.append(scalar)
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
        switch take() {
        case UInt8(ascii: "t"): return .boolean(true)
        case UInt8(ascii: "f"): return .boolean(false)
        case UInt8(ascii: "i"): return .integer(Int64(until(UInt8(ascii: ";"))) ?? 0)
        case UInt8(ascii: "d"): return .number(Double(until(UInt8(ascii: ";"))) ?? .nan)
        case UInt8(ascii: "s"):
            let count = Int(until(UInt8(ascii: ":"))) ?? 0
            defer { at += count }
            return unsafe .text(String(decoding: bytes[at..<at + count], as: UTF8.self))
        case UInt8(ascii: "{"): return try table()
        default: return .none
        }
    }

    private mutating func table() throws(ScriptMistake) -> PlainValue {
        var entries: [Int64: PlainValue] = [:]
        var fields: [String: PlainValue] = [:]
        while unsafe bytes[at] != UInt8(ascii: "}") {
            let key = try value()
            let value = try value()
            switch key {
            case .integer(let place): entries[place] = value
            case .text(let name): fields[name] = value
            default:
                throw ScriptMistake(
                    message: "a table given to a strategy has names or the places of a list as "
                        + "keys, nothing else")
            }
        }
        at += 1
        var list: [PlainValue] = []
        while let value = entries.removeValue(forKey: Int64(list.count + 1)) { list.append(value) }
        guard entries.isEmpty else {
            throw ScriptMistake(message: "a list given to a strategy has a hole")
        }
        return .table(list, fields)
    }

    private mutating func take() -> UInt8 {
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
