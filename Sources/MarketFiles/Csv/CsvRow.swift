internal import TradingModel

/// Splits lines of separated values into fields, which may stand in quotes.
struct CsvRow {
    let separator: UInt8
    private let style: NumberStyle
    private(set) var fields: [Range<Int>] = []
    private var rounded = 0
    private var oddlyGrouped = 0
    private var firstOddlyGrouped = ""

    init(separator: UInt8, style: NumberStyle = .plain) {
        self.separator = separator
        self.style = style
    }

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
        guard let expected, fields.count != expected else { return }
        try mendEnd(line, expected)
    }

    /// A separator at the end of rows but not of the header, or the other way round, is no field.
    private mutating func mendEnd(_ line: Span<UInt8>, _ expected: Int) throws(BadLine) {
        if fields.count == expected + 1, fields.last?.isEmpty == true {
            fields.removeLast()
            return
        }
        throw BadLine(
            reason: "has \(fields.count) fields, expected \(expected): "
                + "`\(excerpt(line, 0..<line.count))`"
                + (separator == UInt8(ascii: ",") && fields.count > expected
                    ? " (a number with commas must stand in quotes)" : ""))
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
    /// Of a date: the place of the time of day, where that has a column of its own.
    var clock: Int?
    /// Of a time: how its dates are meant.
    var dates = DateStyle()
}

extension CsvRow {
    /// The column's decimal.
    mutating func decimal<Value: ExactDecimal>(
        _ type: Value.Type, _ line: Span<UInt8>, _ column: CsvColumn
    ) throws(BadLine) -> Value {
        let field = fields[column.index]
        guard style != .comma else { return try written(type, line, column, nil) }
        do throws(DecimalError) {
            return try readDecimal(type, line, field)
        } catch {
            if error == .tooManyDecimals, let value = readRounded(type, line, field) {
                rounded += 1
                return value
            }
            return try written(type, line, column, error)
        }
    }

    /// A decimal with marks between thousands, a sign of a currency or a unit.
    ///
    /// - Parameter fault: why it is no plain decimal; nil where that was not tried.
    private mutating func written<Value: ExactDecimal>(
        _ type: Value.Type, _ line: Span<UInt8>, _ column: CsvColumn, _ fault: DecimalError?
    ) throws(BadLine) -> Value {
        let field = fields[column.index]
        let shown = "column `\(column.name)`: `\(excerpt(line, field))`"
        do {
            guard fault == nil || fault?.isOfSpelling == true else { throw NumberFault.noNumber }
            let number = try NumberText(line, field, style)
            let value = try readPlain(type, number.plain)
            if number.isOddlyGrouped {
                if oddlyGrouped == 0 { firstOddlyGrouped = excerpt(line, field) }
                oddlyGrouped += 1
            }
            return value
        } catch NumberFault.ambiguous {
            throw BadLine(
                reason: "\(shown) may have a decimal comma or one between thousands, and no number "
                    + "of the file's first part tells which; write it with a decimal point and "
                    + "without thousands separators")
        } catch let error as DecimalError {
            throw BadLine(reason: "\(shown) \(error)")
        } catch {
            let isSide = readSide(line, field) != nil
            throw BadLine(
                reason: "\(shown) \(fault?.description ?? "is not a decimal number")"
                    + (isSide ? "; it looks like a side, so are the columns in another order?" : "")
            )
        }
    }

    private mutating func readPlain<Value: ExactDecimal>(
        _ type: Value.Type, _ plain: [UInt8]
    ) throws(DecimalError) -> Value {
        do throws(DecimalError) {
            return try Value(parsing: plain.span).admitted()
        } catch {
            guard error == .tooManyDecimals,
                let value = readRounded(type, plain.span, 0..<plain.count)
            else { throw error }
            rounded += 1
            return value
        }
    }

    /// Whether the field says that there is no value: it is empty, or `NaN`, `null`, `-` and alike.
    @inline(__always)
    func lacks(_ line: Span<UInt8>, _ column: CsvColumn) -> Bool {
        let field = fields[column.index]
        if let first = field.first, line[first] &- UInt8(ascii: "0") < 10 { return false }
        return isNothing(line, field)
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
        var notes: [String] = []
        if rounded > 0 {
            notes.append(
                "\(grouped(rounded, "number", "numbers")) had more than 18 decimals "
                    + "and \(was(rounded)) rounded there")
        }
        if oddlyGrouped > 0 {
            notes.append(
                grouped(oddlyGrouped, "number has", "numbers have")
                    + " thousands separators in odd places, the first `\(firstOddlyGrouped)`: "
                    + "they were left out")
        }
        return notes
    }

    /// The column's side; nil where `allowsUnknown` and the file says that it does not know.
    func side(
        _ line: Span<UInt8>, _ column: CsvColumn, allowsUnknown: Bool
    ) throws(BadLine) -> Side? {
        let field = fields[column.index]
        if let side = readSide(line, field) { return side }
        if allowsUnknown, isNothing(line, field) || matches(line, field, "unknown") { return nil }
        throw BadLine(
            reason: "column `\(column.name)`: `\(excerpt(line, field))` is not a side, expected "
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

    /// The column's count of trades, which pandas may have made a double of (`7.0`); nil: none.
    mutating func count(_ line: Span<UInt8>, _ column: CsvColumn) throws(BadLine) -> Int? {
        if let number = readWhole(line, fields[column.index]) { return Int(clamping: number) }
        guard !lacks(line, column) else { return nil }
        let count = try decimal(Quantity.self, line, column)
        guard count.attos % attosPerUnit == 0 else {
            throw BadLine(
                reason: "column `\(column.name)`: `\(count)` is not a whole number")
        }
        return Int(clamping: count.attos / attosPerUnit)
    }

    /// The column's whole number; nil where it is empty.
    func whole(_ line: Span<UInt8>, _ column: CsvColumn) throws(BadLine) -> UInt64? {
        let field = fields[column.index]
        if field.isEmpty { return nil }
        if let number = readWhole(line, field) { return number }
        throw BadLine(
            reason: "column `\(column.name)`: `\(excerpt(line, field))` is not a whole number")
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

/// Whether a field says that there is no value.
func isNothing(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
    switch field.count {
    case 0: true
    case 1: line[field.lowerBound] == UInt8(ascii: "-")
    case 2: matches(line, field, "--") || matches(line, field, "na")
    case 3:
        matches(line, field, "nan") || matches(line, field, "n/a") || matches(line, field, "nil")
            || matches(line, field, "nat")
    case 4:
        matches(line, field, "null") || matches(line, field, "none")
            || matches(line, field, "#n/a") || matches(line, field, "<na>")
    default: false
    }
}

extension DecimalError {
    /// Whether the text is written in another way than decimals are, rather than a bad value.
    fileprivate var isOfSpelling: Bool {
        switch self {
        case .unexpectedByte, .missingDigits: true
        case .empty, .tooManyDecimals, .outOfRange, .aboveLargest, .negative: false
        }
    }
}
