internal import TradingModel

/// The columns of a file of best bids and asks.
struct CsvQuoteColumns {
    var times: CsvTimes
    let bidPrice: CsvColumn
    let bidQuantity: CsvColumn
    let askPrice: CsvColumn
    let askQuantity: CsvColumn

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
    }
}

/// Reads one quote a row; a side without price or quantity is empty.
struct CsvQuoteDecoder: CsvDecoder {
    private var columns: CsvQuoteColumns
    private let instrument: InstrumentID
    var record: CsvRecord

    init(_ columns: CsvQuoteColumns, _ instrument: InstrumentID, _ record: CsvRecord) {
        (self.columns, self.instrument, self.record) = (columns, instrument, record)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line) else { return }
        let bid = try level(line, columns.bidPrice, columns.bidQuantity)
        let ask = try level(line, columns.askPrice, columns.askQuantity)
        let (venueTime, receiveTime) = try columns.times.read(line, record.row)
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
}
