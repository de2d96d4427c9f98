internal import TradingModel

/// Reads hftbacktest's events as a stream in receive order.
///
/// Rows count where they carry the LOCAL flag: a row that is there twice because the two clocks
/// disagree about the order is taken once, at its place in the local order.
final class NpyReader {
    private let rows: NpyRows
    private let path: String
    private let skipBadLines: Bool
    private var decoder: NpyDecoder
    private var at = 0
    private var rowsBefore = 0
    var progress: Double { rows.progress(at: at) }
    private var lastReceiveTime = Timestamp(nanoseconds: .min)
    private var outOfOrder = 0
    private var events = 0
    private var skipped = 0
    private var firstSkipped: MarketDataError?
    private var failure: MarketDataError?

    /// How many rows must be at hand behind one to see where its message ends.
    private static let outlook = 512

    init(_ rows: NpyRows, path: String, instrument: Instrument, skipBadLines: Bool) {
        self.rows = rows
        self.path = path
        self.skipBadLines = skipBadLines
        decoder = NpyDecoder(instrument)
    }

    func read(into batch: EventBatch) throws(MarketDataError) {
        if let failure { throw failure }
        do throws(MarketDataError) {
            while !batch.isFull {
                if !rows.isLast, rows.count - at < Self.outlook { try moveOn() }
                guard at < rows.count else { break }
                readRun(into: batch)
                guard !batch.isFull, at < rows.count else { continue }
                try readOther(into: batch)
            }
        } catch {
            failure = error
            if batch.isEmpty { throw error }
        }
        events += batch.count
    }

    /// The hot loop: trades and depth changes whose numbers lie on the instrument's steps.
    ///
    /// It stops in front of anything else.
    private func readRun(into batch: EventBatch) {
        let reach = rows.isLast ? rows.count : rows.count - Self.outlook
        let many = min(batch.capacity - batch.count, reach - at)
        guard many > 0 else { return }
        let instrument = decoder.instrument
        let prices = decoder.prices
        let quantities = decoder.quantities
        let settlementDue = decoder.settlementDue
        let first = unsafe rows.base + at * NpyHeader.bytesPerRow
        let stop = unsafe first + many * NpyHeader.bytesPerRow
        var place = unsafe first
        var last = lastReceiveTime
        var late = 0
        batch.appendMany { end in
            while unsafe place < stop {
                let row = unsafe NpyRow(place)
                guard let side = row.side, let price = prices.quickly(row.price), price.attos > 0,
                    let quantity = quantities.quickAttos(row.quantity)
                else { break }
                let kind = row.event & (NpyEvent.kindMask | NpyEvent.local)
                let receiveTime = row.receiveTime
                guard receiveTime.nanoseconds < settlementDue, row.hasTimes else { break }
                if kind == NpyEvent.trade | NpyEvent.local, quantity > 0 {
                    end.append(
                        Trade(
                            instrument: instrument, price: Price(attos: price.attos),
                            priceNumber: price.number, quantity: Quantity(attos: quantity),
                            taker: side, id: row.tradeID,
                            venueTime: row.venueTime, receiveTime: receiveTime))
                } else if kind == NpyEvent.depth | NpyEvent.local {
                    end.append(
                        BookChange(
                            instrument: instrument, kind: .level, side: side,
                            price: Price(attos: price.attos), quantity: Quantity(attos: quantity),
                            endsMessage: row.continuation != NpyEvent.goesOn,
                            venueTime: row.venueTime, receiveTime: receiveTime))
                } else {
                    break
                }
                if receiveTime < last { late += 1 }
                last = receiveTime
                unsafe place += NpyHeader.bytesPerRow
            }
        }
        let done = unsafe (place - first) / NpyHeader.bytesPerRow
        lastReceiveTime = last
        outOfOrder += late
        at += done
    }

    /// Any row: one event, or none.
    private func readOther(into batch: EventBatch) throws(MarketDataError) {
        let here = unsafe NpyRow(rows.base + at * NpyHeader.bytesPerRow)
        do throws(BadLine) {
            let step = try unsafe decoder.decode(rows.base, at, rows.count)
            if here.isLocal {
                if here.receiveTime < lastReceiveTime { outOfOrder += 1 }
                lastReceiveTime = here.receiveTime
            }
            at += step.consumed
            if let event = step.event { batch.append(event) }
        } catch {
            let row = rowsBefore + at + 1
            at += 1
            let error = MarketDataError(file: path, line: row, reason: error.reason)
            guard skipBadLines else { throw error }
            skipped += 1
            if firstSkipped == nil { firstSkipped = error }
        }
    }

    /// Looks on, at the kinds of rows alone, for the feeds that the sample has not met: a deep
    /// snapshot can fill all of it.
    func observeKinds(in sample: inout FileSample) {
        guard rows.isLast else { return }
        var row = at
        let end = min(rows.count, at + Self.kindsLookedAt)
        while row < end, !(sample.hasTrades && sample.hasBook) {
            let event = unsafe NpyRow(rows.base + row * NpyHeader.bytesPerRow).event
            switch event & NpyEvent.kindMask {
            case NpyEvent.trade: sample.hasTrades = true
            case NpyEvent.depth, NpyEvent.depthSnapshot: sample.hasBook = true
            default: break
            }
            row += 1
        }
    }

    /// Rows whose kinds are looked at beyond the sample: 64 MB, some milliseconds.
    private static let kindsLookedAt = 1_000_000

    private func moveOn() throws(MarketDataError) {
        rowsBefore += at
        let from = at
        at = 0
        try rows.refill(keepingFrom: from)
    }

    var counts: MarketFileCounts {
        var notes = rows.notes + decoder.notes
        if let firstSkipped { notes.append("the first row left out: \(firstSkipped)") }
        return MarketFileCounts(
            lines: rowsBefore + at, events: events, skipped: skipped, outOfOrder: outOfOrder,
            notes: notes)
    }
}
