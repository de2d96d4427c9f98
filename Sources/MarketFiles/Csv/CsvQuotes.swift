internal import TradingModel

/// The columns of a file of best bids and asks.
struct CsvQuoteColumns {
    let times: CsvTimes
    let bidPrice: CsvColumn
    let bidQuantity: CsvColumn
    let askPrice: CsvColumn
    let askQuantity: CsvColumn
    let symbol: CsvColumn?

    init?(_ columns: CsvColumns) {
        guard let times = CsvTimes(columns), let bidPrice = columns.column(.bidPrice),
            let bidQuantity = columns.column(.bidQuantity),
            let askPrice = columns.column(.askPrice),
            let askQuantity = columns.column(.askQuantity)
        else { return nil }
        self.times = times
        self.bidPrice = bidPrice
        self.bidQuantity = bidQuantity
        self.askPrice = askPrice
        self.askQuantity = askQuantity
        symbol = columns.column(.symbol)
    }
}

/// Reads one quote a row; a side without price or quantity is empty.
struct CsvQuoteDecoder: LineDecoder {
    private let columns: CsvQuoteColumns
    private let instrument: InstrumentID
    private var record: CsvRecord
    private var times: CsvTimes

    init(
        _ columns: CsvQuoteColumns, layout: CsvLayout, instrument: InstrumentID,
        filter: SymbolFilter
    ) {
        self.columns = columns
        self.instrument = instrument
        record = CsvRecord(layout, symbol: columns.symbol, filter: filter)
        times = columns.times
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line) else { return }
        let bid = try level(line, columns.bidPrice, columns.bidQuantity)
        let ask = try level(line, columns.askPrice, columns.askQuantity)
        let (venueTime, receiveTime) = try times.read(line, record.row)
        queue.observeOrder(of: receiveTime)
        queue.append(
            .quote(
                Quote(
                    instrument: instrument, bid: bid, ask: ask, venueTime: venueTime,
                    receiveTime: receiveTime)))
    }

    private mutating func level(
        _ line: Span<UInt8>, _ price: CsvColumn, _ quantity: CsvColumn
    ) throws(BadLine) -> BookLevel? {
        if record.row.lacks(line, price) || record.row.lacks(line, quantity) { return nil }
        let level = BookLevel(
            price: try record.row.decimal(Price.self, line, price),
            quantity: try record.row.decimal(Quantity.self, line, quantity))
        guard level.price.attos >= 0 else {
            throw BadLine(reason: "column `\(price.name)`: `\(level.price)` is negative")
        }
        return level.price.attos == 0 || level.quantity.attos == 0 ? nil : level
    }

    mutating func finish(into queue: inout EventQueue) {}
    var notes: [String] { record.notes }
    var symbols: [String] { record.symbols }
    var leftOut: Int { record.leftOut }
}
