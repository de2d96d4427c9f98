internal import TradingModel

/// Splits lines of separated values into fields, which may stand in quotes.
struct CsvRow {
    let separator: UInt8
    private(set) var fields: [Range<Int>] = []
    private var rounded = 0

    init(separator: UInt8) { self.separator = separator }

    /// - Throws: when a quote is not closed, or `expected` fields are not what there is.
    mutating func split(_ line: Span<UInt8>, expected: Int? = nil) throws(BadLine) {
        fields.removeAll(keepingCapacity: true)
        var start = 0
        var at = 0
        while at < line.count {
            if line[at] == separator {
                fields.append(start..<at)
                start = at + 1
            } else if line[at] == UInt8(ascii: "\""), at == start {
                at += 1
                while at < line.count, line[at] != UInt8(ascii: "\"") { at += 1 }
                guard at < line.count else { throw BadLine(reason: "a quote is not closed") }
            }
            at += 1
        }
        fields.append(start..<line.count)
        for index in fields.indices { trim(line, &fields[index]) }
        guard expected == nil || fields.count == expected else {
            throw BadLine(
                reason: "has \(fields.count) fields, expected \(expected ?? 0): "
                    + "`\(excerpt(line, 0..<line.count))`")
        }
    }

    /// Leaves out blanks and quotes around a field.
    private func trim(_ line: Span<UInt8>, _ field: inout Range<Int>) {
        guard let first = field.first, line[first] <= 34 || line[field.upperBound - 1] <= 34 else {
            return
        }
        var low = field.lowerBound
        var high = field.upperBound
        while low < high, line[low] == 32 || line[low] == 34 { low += 1 }
        while high > low, line[high - 1] == 32 || line[high - 1] == 34 { high -= 1 }
        field = low..<high
    }
}

/// A column: its place in the row and its name in the file.
struct CsvColumn: Equatable {
    let index: Int
    let name: String
}

extension CsvRow {
    /// The column's decimal.
    mutating func decimal<Value: ExactDecimal>(
        _ type: Value.Type, _ line: Span<UInt8>, _ column: CsvColumn
    ) throws(BadLine) -> Value {
        do throws(DecimalError) {
            return try readDecimal(type, line, fields[column.index])
        } catch {
            if error == .tooManyDecimals,
                let value = readRounded(type, line, fields[column.index])
            {
                rounded += 1
                return value
            }
            let isSide = readSide(line, fields[column.index]) != nil
            throw BadLine(
                reason: "column `\(column.name)`: `\(excerpt(line, fields[column.index]))` \(error)"
                    + (isSide ? "; it looks like a side, so are the columns in another order?" : "")
            )
        }
    }

    /// The column's decimal, which must be above zero.
    mutating func positive<Value: ExactDecimal>(
        _ type: Value.Type, _ line: Span<UInt8>, _ column: CsvColumn
    ) throws(BadLine) -> Value {
        let value = try decimal(type, line, column)
        guard value.attos > 0 else {
            throw BadLine(reason: "column `\(column.name)`: `\(value)` is not above 0")
        }
        return value
    }

    /// What a reader should know about the numbers read.
    var notes: [String] {
        guard rounded > 0 else { return [] }
        return ["\(grouped(rounded)) numbers had more than 18 decimals and were rounded there"]
    }

    /// The column's side; nil where `allowsUnknown` and the file says that it does not know.
    func side(
        _ line: Span<UInt8>, _ column: CsvColumn, allowsUnknown: Bool
    ) throws(BadLine) -> Side? {
        let field = fields[column.index]
        if let side = readSide(line, field) { return side }
        if allowsUnknown, field.isEmpty || matches(line, field, "unknown") { return nil }
        throw BadLine(
            reason: "column `\(column.name)`: `\(excerpt(line, field))` is no side, expected "
                + "buy or sell (bid or ask)")
    }

    /// The column's truth value.
    func flag(_ line: Span<UInt8>, _ column: CsvColumn) throws(BadLine) -> Bool {
        let field = fields[column.index]
        if matches(line, field, "true") || matches(line, field, "1") { return true }
        if matches(line, field, "false") || matches(line, field, "0") { return false }
        throw BadLine(
            reason: "column `\(column.name)`: `\(excerpt(line, field))` is neither true nor false")
    }

    /// The column's whole number; nil where it is empty.
    func whole(_ line: Span<UInt8>, _ column: CsvColumn) throws(BadLine) -> UInt64? {
        let field = fields[column.index]
        if field.isEmpty { return nil }
        if let number = readWhole(line, field) { return number }
        throw BadLine(
            reason: "column `\(column.name)`: `\(excerpt(line, field))` is no whole number")
    }
}

private func readSide(_ line: Span<UInt8>, _ field: Range<Int>) -> Side? {
    if matches(line, field, "buy") || matches(line, field, "bid") || matches(line, field, "b") {
        return .buy
    }
    if matches(line, field, "sell") || matches(line, field, "ask") || matches(line, field, "s")
        || matches(line, field, "a")
    {
        return .sell
    }
    return nil
}
