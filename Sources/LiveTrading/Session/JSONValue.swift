/// A JSON value that keeps the order of its keys.
///
/// For lines that we write and read again ourselves: whole numbers and texts, no fractions.
package indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    package static func == (left: JSONValue, right: JSONValue) -> Bool { left.text == right.text }

    package subscript(key: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.0 == key }?.1
    }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }

    // MARK: - Writing

    /// The text on one line.
    package var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let fields):
            "{" + fields.map { Self.quoted($0.0) + ":" + $0.1.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    // MARK: - Reading

    /// Text that is no JSON of our kind.
    package struct Malformed: Error {}

    package init(parsing text: some StringProtocol) throws(Malformed) {
        var reader = Reader(scalars: Array(text.unicodeScalars))
        self = try reader.value(depth: 0)
        guard reader.isAtEnd else { throw Malformed() }
    }

    private struct Reader {
        let scalars: [Unicode.Scalar]
        var at = 0
        private static let deepest = 16

        init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

        var isAtEnd: Bool {
            mutating get {
                skipBlanks()
                return at == scalars.count
            }
        }

        private mutating func skipBlanks() {
            while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            skipBlanks()
            guard at < scalars.count, scalars[at] == scalar else { return false }
            at += 1
            return true
        }

        private mutating func takeWord(_ word: String) -> Bool {
            let wanted = Array(word.unicodeScalars)
            guard scalars[at...].starts(with: wanted) else { return false }
            at += wanted.count
            return true
        }

        mutating func value(depth: Int) throws(Malformed) -> JSONValue {
            guard depth < Self.deepest else { throw Malformed() }
            skipBlanks()
            if take("{") { return try object(depth) }
            if take("[") { return try array(depth) }
            if take("\"") { return .string(try string()) }
            if takeWord("null") { return .null }
            if takeWord("true") { return .bool(true) }
            if takeWord("false") { return .bool(false) }
            let digits = scalars[at...].prefix { $0 == "-" || ("0"..."9").contains($0) }
            at += digits.count
            var text = ""
            text.unicodeScalars.append(contentsOf: digits)
            guard let number = Int64(text) else { throw Malformed() }
            return .integer(number)
        }

        private mutating func object(_ depth: Int) throws(Malformed) -> JSONValue {
            var fields: [(String, JSONValue)] = []
            if take("}") { return .object(fields) }
            repeat {
                guard take("\"") else { throw Malformed() }
                let key = try string()
                guard take(":") else { throw Malformed() }
                fields.append((key, try value(depth: depth + 1)))
            } while take(",")
            guard take("}") else { throw Malformed() }
            return .object(fields)
        }

        private mutating func array(_ depth: Int) throws(Malformed) -> JSONValue {
            var values: [JSONValue] = []
            if take("]") { return .array(values) }
            repeat { values.append(try value(depth: depth + 1)) } while take(",")
            guard take("]") else { throw Malformed() }
            return .array(values)
        }

        /// Behind the opening quote.
        private mutating func string() throws(Malformed) -> String {
            var text = ""
            while at < scalars.count {
                let scalar = scalars[at]
                at += 1
                switch scalar {
                case "\"": return text
                case "\\": text.unicodeScalars.append(try escaped())
                default: text.unicodeScalars.append(scalar)
                }
            }
            throw Malformed()
        }

        private mutating func escaped() throws(Malformed) -> Unicode.Scalar {
            guard at < scalars.count else { throw Malformed() }
            let scalar = scalars[at]
            at += 1
            switch scalar {
            case "\"", "\\", "/": return scalar
            case "n": return "\n"
            case "t": return "\t"
            case "r": return "\r"
            case "u":
                guard at + 4 <= scalars.count else { throw Malformed() }
                var digits = ""
                digits.unicodeScalars.append(contentsOf: scalars[at..<at + 4])
                at += 4
                guard let number = UInt32(digits, radix: 16), let found = Unicode.Scalar(number)
                else { throw Malformed() }
                return found
            default: throw Malformed()
            }
        }
    }
}
