internal import TradingModel

/// Finds the size of a file's bars from its first rows, taken as a whole.
///
/// The most common distance of two rows counts, not the smallest: a few rows off the grid, or twice
/// there, change nothing. Where the file says when its bars close, that is believed.
struct BarSizeFinder {
    private var rows: [Bar] = []
    /// How far apart two rows in a row begin, in either direction.
    private var distances: [Int64] = []

    mutating func observe(_ bar: Bar) {
        if let last = rows.last {
            let (distance, overflow) = bar.openTime.nanoseconds
                .subtractingReportingOverflow(last.openTime.nanoseconds)
            if !overflow, distance != 0, distance != .min { distances.append(abs(distance)) }
        }
        rows.append(bar)
    }

    /// - Throws: where the rows do not tell, or tell of two sizes; the reason says what to do.
    func span() throws(BadLine) -> BarSpan {
        try refuseTwoSizes()
        let closing = mostCommon(closingSpans)
        if let calendar = calendar(closing) {
            return BarSpan(nanoseconds: calendar.nanoseconds, calendar: calendar)
        }
        guard let between = regular else {
            guard let closing else { throw tooFew }
            return span(of: closing)
        }
        if let closing, between % closing == 0 { return span(of: closing) }
        guard between <= 366 * BarSpan.day else { throw tooFew }
        return span(of: between)
    }

    private var tooFew: BadLine {
        BadLine(
            reason: "holds too few bars to tell their size, expected at least two that are no more "
                + "than 366 days apart, or a column `close_time` that says when a bar ends")
    }

    /// How long bars are by their own word; empty where the file does not say.
    private var closingSpans: [Int64] {
        rows.map { $0.closeTime.nanoseconds - $0.openTime.nanoseconds }.filter { $0 > 0 }
    }

    // MARK: - Distances

    /// The distance that the bars keep; nil: there is none.
    private var regular: Int64? {
        guard let common = mostCommon(distances) else { return nil }
        let counts = counted(distances)
        let often = counts[common, default: 0]
        // Where bars without a trade are left out, twice the size may be the most common.
        let smaller = counts.filter { distance, count in
            distance < common && common % distance == 0 && count * 4 >= often
                && (count > 1 || common / distance <= 5)
        }
        let found = smaller.keys.min() ?? common
        let explained = distances.count { $0 % found == 0 }
        return explained * 2 >= distances.count ? found : usual ?? found
    }

    /// The largest usual size on whose grid nearly all distances lie: for markets in which most
    /// bars are missing.
    private var usual: Int64? {
        let seconds: [Int64] = [
            1, 5, 10, 15, 30, 60, 180, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600,
            28_800, 43_200, 86_400,
        ]
        let largest = seconds.last { size in
            distances.count { $0 % (size * 1_000_000_000) == 0 } * 20 >= distances.count * 19
        }
        return largest.map { $0 * 1_000_000_000 }
    }

    private func span(of nanoseconds: Int64) -> BarSpan {
        if nanoseconds == BarSpan.day {
            return BarSpan(nanoseconds: nanoseconds, calendar: .day)
        }
        let phases = rows.map { $0.openTime.nanoseconds % nanoseconds }
        let isFlat = rows.allSatisfy { row in
            row.open == row.high && row.low == row.high && row.close == row.low
        }
        let explained = distances.count { $0 % nanoseconds == 0 }
        return BarSpan(
            nanoseconds: nanoseconds, phase: mostCommon(phases) ?? 0,
            isTicks: isFlat && explained < distances.count && closingSpans.isEmpty)
    }

    /// The part of the calendar, longer than a day, that these bars cover; nil: all are of one length.
    private func calendar(_ closing: Int64?) -> CalendarSpan? {
        for calendar in CalendarSpan.allCases where calendar != .day {
            let fitting = distances.filter { calendar.distances.contains($0) }
            guard !fitting.isEmpty, fitting.count * 3 >= distances.count * 2,
                closing.map({ calendar.distances.contains($0) }) ?? true
            else { continue }
            let isVaried = Set(fitting).count > 1
            let isKnown =
                calendar == .week ? fitting[0] == calendar.nanoseconds : isOneDayOfMonth
            if isVaried || isKnown { return calendar }
        }
        return nil
    }

    /// Whether all bars begin on one day of the month.
    private var isOneDayOfMonth: Bool { Set(rows.map { UTCTime($0.openTime).day }).count == 1 }

    // MARK: - Two sizes in one file

    private func refuseTwoSizes() throws(BadLine) {
        guard let (small, large) = closingSizes ?? blockSizes ?? interleavedSizes else { return }
        throw BadLine(
            reason: "holds bars of two sizes, \(BarSize.time(nanoseconds: small)) and "
                + "\(BarSize.time(nanoseconds: large)), which would count twice; write each size "
                + "into a file of its own")
    }

    /// Two spans that a tenth of the bars or more have by their own word.
    private var closingSizes: (Int64, Int64)? {
        let spans = closingSpans
        let frequent = counted(spans).filter { $0.value * 10 >= spans.count && $0.value > 1 }
            .keys.sorted()
        guard let small = frequent.first, let large = frequent.last, large % small == 0,
            large > small
        else { return nil }
        return (small, large)
    }

    /// Where one size stands behind the other: two rows of runs that cover the same time.
    private var blockSizes: (Int64, Int64)? {
        var blocks: [[Int64]] = [[]]
        for row in rows {
            let time = row.openTime.nanoseconds
            if let last = blocks[blocks.count - 1].last, time < last { blocks.append([]) }
            blocks[blocks.count - 1].append(time)
        }
        let regular = blocks.compactMap { block -> (size: Int64, from: Int64, to: Int64)? in
            guard let first = block.first, let last = block.last, block.count > 1 else {
                return nil
            }
            let size = block[1] - first
            let isRegular = zip(block, block.dropFirst()).allSatisfy { $1 - $0 == size }
            return isRegular && size > 0 ? (size, first, last) : nil
        }
        for (index, one) in regular.prefix(20).enumerated() {
            for other in regular.prefix(20).dropFirst(index + 1) where one.size != other.size {
                let small = min(one.size, other.size)
                let large = max(one.size, other.size)
                guard large % small == 0, one.from <= other.to, other.from <= one.to else {
                    continue
                }
                return (small, large)
            }
        }
        return nil
    }

    /// Where both sizes stand sorted by time: every so many bars two begin together, and one of
    /// them closes as the last bar before the next such pair does.
    private var interleavedSizes: (Int64, Int64)? {
        guard let small = regular else { return nil }
        let pairs = rows.indices.dropLast().filter { rows[$0].openTime == rows[$0 + 1].openTime }
        guard pairs.count > 1 else { return nil }
        var agreeing = 0
        var spans: [Int64] = []
        for (pair, next) in zip(pairs, pairs.dropFirst()) {
            let last = rows[next - 1]
            spans.append(rows[next].openTime.nanoseconds - rows[pair].openTime.nanoseconds)
            if rows[pair] != rows[pair + 1], next - 1 > pair + 1,
                rows[pair].close == last.close || rows[pair + 1].close == last.close
            {
                agreeing += 1
            }
        }
        guard let large = mostCommon(spans), large > small, large % small == 0,
            agreeing * 5 >= spans.count * 4
        else { return nil }
        return (small, large)
    }
}

private func counted(_ values: [Int64]) -> [Int64: Int] {
    values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
}

/// The most common value, of several the smallest; nil: there is none.
private func mostCommon(_ values: [Int64]) -> Int64? {
    counted(values).max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
}
