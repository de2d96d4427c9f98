internal import TradingModel

/// The times of a row: when it reached the recorder and when the venue stamped it.
struct CsvTimes {
    private let receiveColumn: CsvColumn?
    private let venueColumn: CsvColumn?
    private var receive = TimeColumn()
    private var venue = TimeColumn()

    var columns: [CsvColumn] { [receiveColumn, venueColumn].compactMap(\.self) }

    /// Nil where the file has no time at all.
    init?(_ columns: CsvColumns) {
        receiveColumn = columns.column(.receiveTime)
        venueColumn = columns.column(.venueTime)
        if receiveColumn == nil, venueColumn == nil { return nil }
    }

    /// Where a file or a row has one time only, both are that.
    mutating func read(
        _ line: Span<UInt8>, _ row: CsvRow
    ) throws(BadLine) -> (venue: Timestamp, receive: Timestamp) {
        let venueTime = try time(line, row, venueColumn, &venue)
        let receiveTime = try time(line, row, receiveColumn, &receive)
        guard let only = receiveTime ?? venueTime else {
            let column = receiveColumn ?? venueColumn
            throw BadLine(reason: "column `\(column?.name ?? "")` is empty, expected a time")
        }
        return (venueTime ?? only, receiveTime ?? only)
    }

    private func time(
        _ line: Span<UInt8>, _ row: CsvRow, _ column: CsvColumn?, _ form: inout TimeColumn
    ) throws(BadLine) -> Timestamp? {
        guard let column, !row.fields[column.index].isEmpty else { return nil }
        return try form.read(line, row, column)
    }
}

/// The columns of a file of trades.
struct CsvTradeColumns {
    var times: CsvTimes
    let price: CsvColumn
    let quantity: CsvColumn
    let side: CsvColumn?
    let buyerIsMaker: CsvColumn?
    let id: CsvColumn?

    init?(_ columns: CsvColumns) {
        guard let times = CsvTimes(columns), let price = columns.column(.price),
            let quantity = columns.column(.quantity)
        else { return nil }
        self.times = times
        self.price = price
        self.quantity = quantity
        side = columns.column(.side)
        buyerIsMaker = columns.column(.buyerIsMaker)
        id = columns.column(.tradeID)
    }
}

/// Reads one trade a row.
struct CsvTradeDecoder: CsvDecoder {
    private var columns: CsvTradeColumns
    private let instrument: InstrumentID
    var record: CsvRecord

    init(_ columns: CsvTradeColumns, _ instrument: InstrumentID, _ record: CsvRecord) {
        (self.columns, self.instrument, self.record) = (columns, instrument, record)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line), !record.passes(line, without: "price", columns.price),
            !record.passes(line, without: "quantity", columns.quantity)
        else { return }
        let price = try record.row.positive(Price.self, line, columns.price)
        let quantity = try record.row.positive(Quantity.self, line, columns.quantity)
        let taker = try taker(line)
        // An id that is not a number (BitMEX has letters) is left out: it only serves to find doubles.
        let id = columns.id.flatMap { readWhole(line, record.row.fields[$0.index]) }
        let (venueTime, receiveTime) = try columns.times.read(line, record.row)
        queue.observeOrder(of: receiveTime)
        queue.append(
            Trade(
                instrument: instrument, price: price, quantity: quantity, taker: taker, id: id,
                venueTime: venueTime, receiveTime: receiveTime))
    }

    private func taker(_ line: Span<UInt8>) throws(BadLine) -> Side? {
        if let column = columns.side {
            return try record.row.side(line, column, allowsUnknown: true)
        }
        if let column = columns.buyerIsMaker {
            return try record.row.flag(line, column) ? .sell : .buy
        }
        return nil
    }
}
