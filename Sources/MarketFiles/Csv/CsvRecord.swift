/// The row at hand of a file, and whether it is of the symbol that is wanted.
struct CsvRecord {
    var row: CsvRow
    private let fieldCount: Int
    private let symbol: CsvColumn?
    private var filter: SymbolFilter

    init(_ layout: CsvLayout, symbol: CsvColumn?, filter: SymbolFilter) {
        row = CsvRow(separator: layout.separator)
        fieldCount = layout.fieldCount
        self.symbol = symbol
        self.filter = filter
    }

    /// Splits a line into the row; false: it is of another symbol and is passed over.
    mutating func take(_ line: Span<UInt8>) throws(BadLine) -> Bool {
        try row.split(line, expected: fieldCount)
        guard let symbol else { return true }
        return try filter.accepts(line, row.fields[symbol.index])
    }

    var notes: [String] { filter.notes + row.notes }
    /// The symbols that were seen, wanted or not.
    var symbols: [String] { filter.seen }
}
