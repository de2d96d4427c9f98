internal import TradingModel

/// Reads `RECEIVE_TIME JSON` lines as captured from Binance: spot, USD-M and COIN-M.
struct BinanceStreamDecoder: LineDecoder {
    private let instrument: InstrumentID
    private var filter: SymbolFilter
    private var sequence: DepthSequence
    private var receiveTimes = TimeColumn()
    private var venueTimes = TimeColumn()
    private var levels: [BookChange] = []
    /// Whether trades come from `aggTrade`; decided by the first trade, as both are the same ones.
    private var usesAggregated: Bool?
    private var tradesLeftOut = 0
    private var emptyTrades = 0
    private var others = 0
    private var unattributed = 0
    /// Messages of a known kind.
    private(set) var recognised = 0

    init(instrument: InstrumentID, filter: SymbolFilter, isProbe: Bool) {
        self.instrument = instrument
        self.filter = filter
        sequence = DepthSequence(passesEverything: isProbe)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        var blank = 0
        while blank < line.count, line[blank] != 32, line[blank] != 9 { blank += 1 }
        let receiveTime = try receiveTimes.read(line, 0..<blank)
        let message = try BinanceMessage(line, from: blank)
        let kind = message.kind(line)
        guard kind != .other else {
            others += 1
            return
        }
        recognised += 1
        if let symbol = message.symbol, try !filter.accepts(line, symbol.range) { return }
        if message.symbol == nil, filter.hasOthers {
            unattributed += 1  // spot's REST snapshot does not say which symbol it is of
            return
        }
        let stamp = MessageStamp(
            instrument: instrument, venueTime: try venueTime(line, message) ?? receiveTime,
            receiveTime: receiveTime)
        switch kind {
        case .trade: try trade(line, message, isAggregated: false, stamp, &queue)
        case .aggregatedTrade: try trade(line, message, isAggregated: true, stamp, &queue)
        case .bookTicker: try quote(line, message, stamp, &queue)
        case .depth: try depth(line, message, stamp, &queue)
        case .snapshot: try snapshot(line, message, stamp, &queue)
        case .other: break
        }
        queue.observeOrder(of: receiveTime)
    }

    /// When the venue's engine did it (`T`), or where that is missing, when it was sent (`E`).
    private mutating func venueTime(
        _ line: Span<UInt8>, _ message: BinanceMessage
    ) throws(BadLine) -> Timestamp? {
        guard let value = message.transactionTime ?? message.eventTime else { return nil }
        return try venueTimes.read(line, value.range)
    }

    private mutating func trade(
        _ line: Span<UInt8>, _ message: BinanceMessage, isAggregated: Bool, _ stamp: MessageStamp,
        _ queue: inout EventQueue
    ) throws(BadLine) {
        let price = try BinanceFieldReader.decimal(Price.self, line, message.price, "p")
        let quantity = try BinanceFieldReader.decimal(Quantity.self, line, message.quantity, "q")
        let idValue = isAggregated ? message.ask : message.tradeID
        let id = try BinanceFieldReader.whole(line, idValue, isAggregated ? "a" : "t")
        let taker: Side
        switch message.buyerIsMaker?.kind {
        case .yes: taker = .sell
        case .no: taker = .buy
        default: throw BadLine(reason: "the field `m` is missing or neither true nor false")
        }
        guard usesAggregated == nil || usesAggregated == isAggregated else {
            tradesLeftOut += 1
            return
        }
        usesAggregated = isAggregated
        guard price.attos > 0, quantity.attos > 0 else {
            emptyTrades += 1  // the venue's own bookings, such as its insurance fund's
            return
        }
        queue.append(
            Trade(
                instrument: instrument, price: price, quantity: quantity, taker: taker, id: id,
                venueTime: stamp.venueTime, receiveTime: stamp.receiveTime))
    }

    private func quote(
        _ line: Span<UInt8>, _ message: BinanceMessage, _ stamp: MessageStamp,
        _ queue: inout EventQueue
    ) throws(BadLine) {
        let bid = BookLevel(
            price: try BinanceFieldReader.decimal(Price.self, line, message.bid, "b"),
            quantity: try BinanceFieldReader.decimal(Quantity.self, line, message.bidQuantity, "B"))
        let ask = BookLevel(
            price: try BinanceFieldReader.decimal(Price.self, line, message.ask, "a"),
            quantity: try BinanceFieldReader.decimal(Quantity.self, line, message.askQuantity, "A"))
        queue.append(
            .quote(
                Quote(
                    instrument: instrument, bid: isThere(bid) ? bid : nil,
                    ask: isThere(ask) ? ask : nil, venueTime: stamp.venueTime,
                    receiveTime: stamp.receiveTime)))
    }

    private func isThere(_ level: BookLevel) -> Bool {
        level.price.attos > 0 && level.quantity.attos > 0
    }

    private mutating func depth(
        _ line: Span<UInt8>, _ message: BinanceMessage, _ stamp: MessageStamp,
        _ queue: inout EventQueue
    ) throws(BadLine) {
        let ids = DepthIDs(
            first: try BinanceFieldReader.whole(line, message.firstID, "U"),
            last: try BinanceFieldReader.whole(line, message.lastID, "u"),
            previous: message.previousID == nil
                ? nil : try BinanceFieldReader.whole(line, message.previousID, "pu"))
        try readLevels(line, message, stamp)
        sequence.update(ids, stamp, levels, into: &queue)
    }

    private mutating func snapshot(
        _ line: Span<UInt8>, _ message: BinanceMessage, _ stamp: MessageStamp,
        _ queue: inout EventQueue
    ) throws(BadLine) {
        let id = try BinanceFieldReader.whole(line, message.snapshotID, "lastUpdateId")
        try readLevels(line, message, stamp)
        sequence.snapshot(id, stamp, levels, into: &queue)
    }

    private mutating func readLevels(
        _ line: Span<UInt8>, _ message: BinanceMessage, _ stamp: MessageStamp
    ) throws(BadLine) {
        levels.removeAll(keepingCapacity: true)
        try BinanceFieldReader.levels(line, message.bid, .buy, stamp, to: &levels)
        try BinanceFieldReader.levels(line, message.ask, .sell, stamp, to: &levels)
        if !levels.isEmpty { levels[levels.count - 1].endsMessage = true }
    }

    mutating func finish(into queue: inout EventQueue) {}

    var notes: [String] {
        var notes = filter.notes + sequence.notes
        if tradesLeftOut > 0 {
            notes.append(
                "holds trade and aggTrade, which tell the same: \(grouped(tradesLeftOut)) of the "
                    + "kind that came second \(was(tradesLeftOut)) left out")
        }
        if emptyTrades > 0 {
            notes.append(
                "\(grouped(emptyTrades, "trade", "trades")) without price or quantity "
                    + "\(was(emptyTrades)) left out")
        }
        if unattributed > 0 {
            notes.append(
                "\(grouped(unattributed, "snapshot", "snapshots")) without a symbol "
                    + "\(was(unattributed)) left out, because the file holds several symbols")
        }
        if others > 0 {
            notes.append(
                "\(grouped(others, "message", "messages")) of other kinds "
                    + "\(was(others)) left out")
        }
        return notes
    }

    var symbols: [String] { filter.symbols }
    var leftOut: Int { filter.leftOut + tradesLeftOut + emptyTrades + unattributed + others }
}
