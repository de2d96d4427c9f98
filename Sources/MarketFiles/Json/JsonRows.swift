internal import TradingModel

/// Finds the rows of a JSON text: `[[…],[…]]`, `[{…},{…}]`, or one `[…]` or `{…}` after another.
///
/// It takes the text in pieces. What stands in a row is looked at by ``JsonRow``.
struct JsonRows {
    /// No row of market data is longer.
    private static let longestRow = 1 << 22

    /// Where in the text the reader stands.
    private enum Place {
        case start
        /// Behind a `[` that may hold rows, or be the first row itself.
        case opened
        case betweenRows
        case inRow
        case behindEnd
    }

    private var place = Place.start
    /// Whether the rows stand in an array, which must end.
    private var isWrapped = false
    private var row: [UInt8] = []
    private var depth = 0
    private var isQuoted = false
    private var isEscaped = false

    /// Reads the next piece and passes each row that ends in it to `body`.
    ///
    /// - Throws: when something stands between rows that does not belong there.
    mutating func read(
        _ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void
    ) throws(BadLine) {
        for at in 0..<bytes.count {
            let byte = bytes[at]
            guard place == .inRow else {
                try between(byte)
                continue
            }
            row.append(byte)
            if endsRow(byte) {
                body(row.span)
                row.removeAll(keepingCapacity: true)
                place = .betweenRows
            }
            guard row.count < Self.longestRow else {
                throw BadLine(reason: "is longer than 4 MB: this is not a row of market data")
            }
        }
    }

    /// - Throws: when the text is cut off.
    func end() throws(BadLine) {
        if place == .inRow || place == .opened || (isWrapped && place != .behindEnd) {
            throw BadLine(reason: "the JSON is cut off")
        }
    }

    private mutating func between(_ byte: UInt8) throws(BadLine) {
        if [32, 9, 10, 13].contains(byte) { return }
        if place == .start, [0xEF, 0xBB, 0xBF].contains(byte) { return }  // a byte order mark
        switch (place, byte) {
        case (.start, UInt8(ascii: "[")): place = .opened
        case (.start, UInt8(ascii: "{")): begin([byte])
        case (.opened, UInt8(ascii: "[")), (.opened, UInt8(ascii: "{")):
            isWrapped = true
            begin([byte])
        case (.opened, UInt8(ascii: "]")):
            isWrapped = true
            place = .behindEnd
        case (.opened, _):  // the first of several rows one below another
            begin([UInt8(ascii: "[")])
            row.append(byte)
            isQuoted = byte == UInt8(ascii: "\"")
        case (.betweenRows, UInt8(ascii: "[")), (.betweenRows, UInt8(ascii: "{")): begin([byte])
        case (.betweenRows, UInt8(ascii: ",")): break
        case (.betweenRows, UInt8(ascii: "]")) where isWrapped: place = .behindEnd
        default:
            throw BadLine(
                reason: "is not JSON of rows: found `\(Character(UnicodeScalar(byte)))` "
                    + (place == .behindEnd ? "behind its end" : "where a row should begin"))
        }
    }

    private mutating func begin(_ bytes: [UInt8]) {
        place = .inRow
        row = bytes
        depth = 1
        isQuoted = false
        isEscaped = false
    }

    private mutating func endsRow(_ byte: UInt8) -> Bool {
        if isQuoted {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = false
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): isQuoted = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
        return depth == 0
    }
}

/// Writes rows of JSON as lines of values between tabs, which no JSON string holds as they are.
struct JsonRow {
    /// The keys of the first object, which name the columns; empty where rows are arrays.
    private var keys: [[UInt8]] = []
    private(set) var hasHeader = false
    private var isFirst = true
    private var values: [[UInt8]] = []

    /// Appends the row's line to `output`; a row that is not JSON becomes a line that is refused.
    mutating func write(_ row: Span<UInt8>, to output: inout [UInt8]) {
        defer { isFirst = false }
        do throws(BadLine) {
            if row[0] == UInt8(ascii: "{") {
                try writeObject(row, to: &output)
            } else {
                try writeArray(row, to: &output)
            }
        } catch {
            // One field only: no layout has so few.
            for at in 0..<min(row.count, 200) {
                output.append(row[at] < 32 ? 32 : row[at])
            }
        }
        output.append(10)
    }

    private mutating func writeArray(
        _ row: Span<UInt8>, to output: inout [UInt8]
    ) throws(BadLine) {
        var scanner = JsonScanner()
        var isFirst = true
        values.removeAll(keepingCapacity: true)
        try scanner.open(row, "[")
        while try scanner.element(row, &isFirst) {
            values.append(Self.plain(row, try scanner.value(row)))
        }
        try scanner.end(row)
        output += values.joined(separator: [9])
    }

    private mutating func writeObject(
        _ row: Span<UInt8>, to output: inout [UInt8]
    ) throws(BadLine) {
        var scanner = JsonScanner()
        var isFirstKey = true
        var found: [(key: [UInt8], value: [UInt8])] = []
        try scanner.open(row, "{")
        while let key = try scanner.key(row, &isFirstKey) {
            let name = key.map { row[$0] }
            found.append((name, Self.plain(row, try scanner.value(row))))
        }
        try scanner.end(row)
        if isFirst {
            keys = found.map(\.key)
            hasHeader = true
            output += keys.joined(separator: [9])
            output.append(10)
        }
        values = [[UInt8]](repeating: [], count: keys.count)
        for (place, field) in found.enumerated() {
            // As a rule all objects have their keys in one order.
            if place < keys.count, keys[place] == field.key {
                values[place] = field.value
            } else if let other = keys.firstIndex(of: field.key) {
                values[other] = field.value
            }
        }
        output += values.joined(separator: [9])
    }

    /// A value as a field; nothing for `null` and what holds values of its own.
    private static func plain(_ row: Span<UInt8>, _ value: JsonValue) -> [UInt8] {
        switch value.kind {
        case .string, .number, .yes, .no: value.range.map { row[$0] }
        case .null, .object, .array: []
        }
    }
}
