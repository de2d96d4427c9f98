internal import TradingModel

/// Puts the bars of a file in order: of several rows of one time the last one counts, each bar gets
/// its end, and what is missing or off the grid is counted.
///
/// A bar is held back until the next row shows that it is not written again.
final class BarReader: MarketReader {
    private let inner: any MarketReader
    private let span: BarSpan
    private let batch = EventBatch(capacity: 256)
    private var next = 0
    private var held: Bar?
    private var ended = false
    private var failure: MarketDataError?
    private var covered: CoveredTimes
    private var found = BarFindings()
    private var lastEmitted: Timestamp?
    private var emitted = 0

    init(_ inner: any MarketReader, span: BarSpan) {
        self.inner = inner
        self.span = span
        covered = CoveredTimes(step: span.nanoseconds)
    }

    var progress: Double { inner.progress }

    func read(into output: EventBatch) throws(MarketDataError) {
        while !output.isFull {
            if next < batch.count {
                apply(batch[next], into: output)
                next += 1
            } else if ended {
                if let bar = held { emit(bar, next: nil, into: output) }
                held = nil
                if output.isEmpty, let failure { throw failure }
                break
            } else {
                refill()
            }
        }
        emitted += output.count
    }

    private func refill() {
        batch.removeAll()
        next = 0
        do throws(MarketDataError) {
            try inner.read(into: batch)
            ended = batch.isEmpty
        } catch {
            failure = error
            ended = true
        }
    }

    private func apply(_ event: MarketEvent, into output: EventBatch) {
        guard case .bar(let bar) = event, !span.isTicks else { return output.append(event) }
        if let before = held {
            if before.openTime == bar.openTime {
                found.duplicates += 1
                if before != bar { found.replaced += 1 }
            } else {
                emit(before, next: bar.openTime, into: output)
            }
        }
        held = bar
    }

    private func emit(_ bar: Bar, next: Timestamp?, into output: EventBatch) {
        guard covered.insert(bar.openTime) else {
            found.duplicates += 1
            found.emittedBefore += 1
            return
        }
        var bar = bar
        let usual = bar.openTime.advanced(byNanoseconds: span.nanoseconds)
        if bar.closeTime == usual { bar.closeTime = span.end(of: bar.openTime, next: next) }
        if span.calendar == nil {
            if bar.closeTime < usual { found.short += 1 }
            if bar.openTime.nanoseconds % span.nanoseconds != span.phase { found.offGrid += 1 }
        }
        if let lastEmitted, bar.openTime > lastEmitted {
            found.recordGap(from: lastEmitted, to: bar, span)
        }
        lastEmitted = bar.openTime
        output.append(.bar(bar))
    }

    var counts: MarketFileCounts {
        var counts = inner.counts
        counts.events = emitted
        counts.duplicates += found.duplicates
        counts.notes += found.notes(span)
        return counts
    }
}

/// What was met among the bars of a file.
private struct BarFindings {
    var duplicates = 0
    /// Bars that a later row of the same time replaced, and that it differed from.
    var replaced = 0
    /// Rows of a time that had been reported already, where the file goes back in time.
    var emittedBefore = 0
    var short = 0
    var offGrid = 0
    private var missing: Int64 = 0
    private var gaps = 0
    private var longest: Int64 = 0

    mutating func recordGap(from last: Timestamp, to bar: Bar, _ span: BarSpan) {
        let distance = bar.openTime.nanoseconds - last.nanoseconds
        guard distance >= 2 * span.nanoseconds else { return }
        missing += distance / span.nanoseconds - 1
        gaps += 1
        longest = max(longest, distance - span.nanoseconds)
    }

    func notes(_ span: BarSpan) -> [String] {
        let size = BarSize.time(nanoseconds: span.nanoseconds)
        var notes: [String] = []
        if span.isTicks {
            notes.append("these are ticks written as bars: all four prices of a row are alike")
        } else if let calendar = span.calendar, calendar != .day {
            notes.append("a bar is a \(calendar.rawValue), known as bars:\(size)")
        }
        if replaced > 0 {
            notes.append(
                grouped(replaced, "bar was", "bars were")
                    + " there again with other values: the later row counts")
        }
        if emittedBefore > 0 {
            notes.append(
                grouped(emittedBefore, "bar stands", "bars stand")
                    + " where the file goes back in time and "
                    + (emittedBefore == 1 ? "was" : "were") + " there before: the first row counts")
        }
        if short > 0 {
            notes.append("\(grouped(short, "bar ends", "bars end")) before \(size) are over")
        }
        if offGrid > 0, !span.isTicks {
            notes.append(
                "\(grouped(offGrid, "bar does", "bars do")) not begin on the grid of \(size)")
        }
        if missing > 0, !span.isTicks {
            notes.append(
                grouped(Int(missing), "bar is", "bars are") + " missing in "
                    + grouped(gaps, "gap", "gaps")
                    + ", the longest of \(BarSize.time(nanoseconds: longest))")
        }
        return notes
    }
}
