/// Turns the rows of one kind of file into events.
protocol CsvDecoder: LineDecoder {
    var record: CsvRecord { get }
}

extension CsvDecoder {
    mutating func finish(into queue: inout EventQueue) {}
    var notes: [String] { record.notes }
    var symbols: [String] { record.symbols }
    var leftOut: Int { record.leftOut }
}

/// The row at hand of a file, and whether it is of the symbol that is wanted.
struct CsvRecord {
    var row: CsvRow
    private let fieldCount: Int
    private let layoutNotes: [String]
    private let symbol: CsvColumn?
    private var filter: SymbolFilter
    private var withoutValue: [String: Int] = [:]

    init(_ layout: CsvLayout, _ filter: SymbolFilter) {
        row = CsvRow(separator: layout.separator, style: layout.style)
        layoutNotes = layout.notes
        fieldCount = layout.fieldCount
        symbol = layout.symbol
        self.filter = filter
    }

    /// Splits a line into the row; false: it is of another symbol and is passed over.
    mutating func read(_ line: Span<UInt8>) throws(BadLine) -> Bool {
        try row.split(line, expected: fieldCount)
        guard let symbol else { return true }
        return try filter.accepts(line, row.fields[symbol.index])
    }

    /// Whether the row has no value in this column and is passed over, which is counted.
    ///
    /// - Parameter what: what the value would be, such as `price`.
    @inline(__always)
    mutating func passes(_ line: Span<UInt8>, without what: String, _ column: CsvColumn) -> Bool {
        guard row.lacks(line, column) else { return false }
        withoutValue[what, default: 0] += 1
        return true
    }

    var notes: [String] {
        let without = withoutValue.keys.sorted().map { what in
            let count = withoutValue[what] ?? 0
            return "\(grouped(count)) \(count == 1 ? "row" : "rows") without a \(what) "
                + "\(count == 1 ? "was" : "were") passed over"
        }
        return layoutNotes + filter.notes + row.notes + without
    }
    /// How many rows were passed over: of other symbols, or without a value.
    var leftOut: Int { filter.leftOut + withoutValue.values.reduce(0, +) }
    /// The symbols that were seen, wanted or not.
    var symbols: [String] { filter.symbols }
}
