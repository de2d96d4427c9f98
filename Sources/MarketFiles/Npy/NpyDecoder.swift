internal import TradingModel

/// Turns hftbacktest's rows into events.
struct NpyDecoder {
    /// What a row gave: at most one event, and how many rows it took.
    struct Step {
        var event: MarketEvent?
        var consumed: Int
    }

    /// A snapshot whose rows are being read.
    private struct Run {
        var receiveTime: Timestamp
        var sides: Set<Side?>
    }

    let instrument: InstrumentID
    private(set) var prices: DoubleReader
    private(set) var quantities: DoubleReader
    private var run: Run?
    private var bid: BookLevel?
    private var ask: BookLevel?
    private var exchangeOnly = 0
    private var oneSidedClears = 0
    private var tornQuotes = 0
    private var funding: NpyFunding

    init(_ instrument: Instrument) {
        self.instrument = instrument.id
        funding = NpyFunding(instrument.id)
        prices = DoubleReader(instrument.priceScale)
        quantities = DoubleReader(instrument.quantityScale)
    }

    /// Any row, number `at` of the `count` rows at `base`.
    mutating func decode(
        _ base: UnsafeRawPointer, _ at: Int, _ count: Int
    ) throws(BadLine) -> Step {
        let row = unsafe NpyRow(base + at * NpyHeader.bytesPerRow)
        guard row.isLocal else {
            guard row.event & NpyEvent.exchange != 0 else {
                throw BadLine(
                    reason: "ev \(row.event) has neither the exchange nor the local flag (bits 31 "
                        + "and 30), expected hftbacktest 2 events")
            }
            exchangeOnly += 1
            return Step(event: nil, consumed: 1)
        }
        guard row.hasTimes else {
            throw BadLine(
                reason: "local_ts \(row.receiveTime.nanoseconds) and exch_ts "
                    + "\(row.venueTime.nanoseconds) are not nanoseconds from 1970 to 2200")
        }
        if row.receiveTime.nanoseconds >= funding.due,
            let settlement = funding.settle(before: row.receiveTime)
        {
            return Step(event: settlement, consumed: 0)
        }
        if row.kind != NpyEvent.depthClear && row.kind != NpyEvent.depthSnapshot { endRun() }
        switch row.kind {
        case NpyEvent.trade: return Step(event: .trade(try trade(row)), consumed: 1)
        case NpyEvent.depth:
            let ends = row.continuation != NpyEvent.goesOn
            return Step(event: .book(try level(row, endsMessage: ends)), consumed: 1)
        case NpyEvent.depthClear, NpyEvent.depthSnapshot:
            return unsafe try snapshot(row, base, at, count)
        case NpyEvent.depthBestQuote: return unsafe try quote(row, base, at, count)
        case NpyEvent.index, NpyEvent.mark, NpyEvent.fundingRate:
            return Step(event: try funding.decode(row), consumed: 1)
        case 10...13:
            throw BadLine(
                reason: "kind \(row.kind) is a single order (level 3), which is not understood")
        default: throw BadLine(reason: "kind \(row.kind) is not one of hftbacktest's")
        }
    }

    /// When funding is settled next, in nanoseconds: a row of then or later is not for a fast way.
    var settlementDue: Int64 { funding.due }

    private mutating func trade(_ row: NpyRow) throws(BadLine) -> Trade {
        let price = try price(row)
        let quantity = try quantity(row)
        guard quantity.attos > 0 else { throw BadLine(reason: "qty \(row.quantity) of a trade") }
        guard row.event & (NpyEvent.buy | NpyEvent.sell) != NpyEvent.buy | NpyEvent.sell else {
            throw BadLine(reason: "has the buy and the sell flag")
        }
        return Trade(
            instrument: instrument, price: price, quantity: quantity, taker: row.side,
            id: row.tradeID, venueTime: row.venueTime,
            receiveTime: row.receiveTime)
    }

    private mutating func level(_ row: NpyRow, endsMessage: Bool) throws(BadLine) -> BookChange {
        guard let side = row.side else { throw BadLine(reason: "is a level without one side") }
        return BookChange(
            instrument: instrument, kind: .level, side: side, price: try price(row),
            quantity: try quantity(row), endsMessage: endsMessage, venueTime: row.venueTime,
            receiveTime: row.receiveTime)
    }

    /// A snapshot is `clear`, then its levels.
    ///
    /// hftbacktest clears each side on its own; the rows of one receive time are one snapshot here.
    private mutating func snapshot(
        _ row: NpyRow, _ base: UnsafeRawPointer, _ at: Int, _ count: Int
    ) throws(BadLine) -> Step {
        let isClear = row.kind == NpyEvent.depthClear
        if run?.receiveTime != row.receiveTime { endRun() }
        guard run != nil else {
            run = Run(receiveTime: row.receiveTime, sides: [row.side])
            let goesOn = unsafe !isClear || self.goesOn(row, base, at, count)
            let clear = BookChange(
                instrument: instrument, kind: .clear, endsMessage: !goesOn,
                venueTime: row.venueTime, receiveTime: row.receiveTime)
            if !goesOn, row.continuation == NpyEvent.ends { endRun() }
            return Step(event: .book(clear), consumed: isClear ? 1 : 0)
        }
        run?.sides.insert(row.side)
        guard !isClear else { return Step(event: nil, consumed: 1) }
        let goesOn = unsafe goesOn(row, base, at, count)
        let level = try level(row, endsMessage: !goesOn)
        if row.continuation == NpyEvent.ends { endRun() }
        return Step(event: .book(level), consumed: 1)
    }

    /// Whether a level of the same snapshot follows.
    private func goesOn(
        _ row: NpyRow, _ base: UnsafeRawPointer, _ at: Int, _ count: Int
    ) -> Bool {
        if row.continuation == NpyEvent.goesOn { return true }
        if row.continuation == NpyEvent.ends { return false }
        var index = at + 1
        while index < count {
            let next = unsafe NpyRow(base + index * NpyHeader.bytesPerRow)
            if next.isLocal {
                guard next.receiveTime == row.receiveTime else { return false }
                if next.kind == NpyEvent.depthSnapshot { return true }
                if next.kind != NpyEvent.depthClear { return false }
            }
            index += 1
        }
        return false
    }

    private mutating func endRun() {
        if let run, run.sides.count == 1, run.sides.first != .some(nil) { oneSidedClears += 1 }
        run = nil
    }

    /// Two rows of one moment, one for each side, are one quote; one alone leaves the other side.
    private mutating func quote(
        _ row: NpyRow, _ base: UnsafeRawPointer, _ at: Int, _ count: Int
    ) throws(BadLine) -> Step {
        var other: NpyRow?
        if at + 1 < count {
            let next = unsafe NpyRow(base + (at + 1) * NpyHeader.bytesPerRow)
            if next.isLocal, next.kind == NpyEvent.depthBestQuote, next.side == row.side?.opposite,
                next.receiveTime == row.receiveTime, next.venueTime == row.venueTime
            {
                other = next
            }
        }
        if other == nil, row.continuation == NpyEvent.goesOn {
            tornQuotes += 1
            return Step(event: nil, consumed: 1)
        }
        try decode(row)
        if let other { try decode(other) }
        let quote = Quote(
            instrument: instrument, bid: bid, ask: ask, venueTime: row.venueTime,
            receiveTime: row.receiveTime)
        return Step(event: .quote(quote), consumed: other == nil ? 1 : 2)
    }

    private mutating func decode(_ row: NpyRow) throws(BadLine) {
        let quantity = try quantity(row)
        let level: BookLevel? =
            quantity.attos == 0 ? nil : BookLevel(price: try price(row), quantity: quantity)
        switch row.side {
        case .buy: bid = level
        case .sell: ask = level
        case nil: throw BadLine(reason: "is a best price without one side")
        }
    }

    private mutating func price(_ row: NpyRow) throws(BadLine) -> Price {
        guard row.price > 0, row.price.isFinite else {
            throw BadLine(reason: "px \(row.price) is not a price above 0")
        }
        do throws(DecimalError) {
            let price = try prices.decimal(Price.self, of: row.price)
            prices.adopt(price.attos)
            return price
        } catch {
            throw BadLine(reason: "px \(row.price) \(error)")
        }
    }

    private mutating func quantity(_ row: NpyRow) throws(BadLine) -> Quantity {
        guard row.quantity >= 0, row.quantity.isFinite else {
            throw BadLine(reason: "qty \(row.quantity) is not a quantity of 0 or more")
        }
        do throws(DecimalError) {
            let quantity = try quantities.decimal(Quantity.self, of: row.quantity)
            quantities.adopt(quantity.attos)
            return quantity
        } catch {
            throw BadLine(reason: "qty \(row.quantity) \(error)")
        }
    }

    var notes: [String] {
        var notes = funding.notes
        if exchangeOnly > 0 {
            notes.append(
                "\(grouped(exchangeOnly, "row", "rows")) of the exchange's order alone "
                    + "\(was(exchangeOnly)) left out")
        }
        if oneSidedClears > 0 {
            notes.append(
                "\(grouped(oneSidedClears, "snapshot", "snapshots")) of one side emptied both")
        }
        if tornQuotes > 0 {
            notes.append(
                "\(grouped(tornQuotes, "quote", "quotes")) of which one side is missing "
                    + "\(was(tornQuotes)) left out")
        }
        return notes
    }
}
