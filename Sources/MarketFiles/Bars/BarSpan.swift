internal import TradingModel

/// How long the bars of a file are, and where they begin.
struct BarSpan: Hashable {
    /// The span of a bar; of a calendar's the longest that it can have.
    var nanoseconds: Int64
    /// The part of the calendar that a bar covers; nil: all are of one length.
    var calendar: CalendarSpan?
    /// Where a bar begins, counted from 1970 and modulo the span.
    var phase: Int64 = 0
    /// Whether the rows are single ticks, all four prices alike, at any distance.
    var isTicks = false

    static let day: Int64 = 86_400_000_000_000
    static let hour: Int64 = 3_600_000_000_000

    /// Where a bar ends that begins at `open`, while the next row begins at `next`.
    ///
    /// The bars of a calendar reach to the next row where that is as far away as they can be long;
    /// all others have their length, which is never too early.
    func end(of open: Timestamp, next: Timestamp?) -> Timestamp {
        if let calendar, let next {
            let (distance, overflow) = next.nanoseconds
                .subtractingReportingOverflow(open.nanoseconds)
            if !overflow, calendar.distances.contains(distance) { return next }
        }
        return open.advanced(byNanoseconds: nanoseconds)
    }
}

/// Parts of the calendar that are not all equally long.
enum CalendarSpan: String, CaseIterable {
    case day, week, month, quarter, year

    /// How far apart two in a row begin, stamped with any day of them: holidays, 28 to 31 days,
    /// leap years, clocks that change.
    var distances: ClosedRange<Int64> {
        switch self {
        case .day: (23 * BarSpan.hour)...(25 * BarSpan.hour)
        case .week: (5 * BarSpan.day)...(9 * BarSpan.day)
        case .month: (26 * BarSpan.day)...(35 * BarSpan.day)
        case .quarter: (85 * BarSpan.day)...(97 * BarSpan.day)
        case .year: (358 * BarSpan.day)...(373 * BarSpan.day)
        }
    }

    /// The longest there is.
    var nanoseconds: Int64 {
        switch self {
        case .day: BarSpan.day
        case .week: 7 * BarSpan.day
        case .month: 31 * BarSpan.day
        case .quarter: 92 * BarSpan.day
        case .year: 366 * BarSpan.day
        }
    }
}

/// Where a bar ends whose file says when it closes; nil: not after its start.
///
/// Venues write the last moment that belongs to the bar in the unit they count in (Binance
/// 00:00:59.999 until 2024, 00:00:59.999999 since), others the first that does not.
///
/// - Parameter usual: the span of the file's bars in nanoseconds; 0 where it is not known yet.
func barEnd(open: Timestamp, close: Timestamp, usual: Int64) -> Timestamp? {
    let minute: Int64 = 60_000_000_000
    let second: Int64 = 1_000_000_000
    let units: [Int64] = [1, 1_000, 1_000_000]
    let (span, overflow) = close.nanoseconds.subtractingReportingOverflow(open.nanoseconds)
    guard !overflow, span >= 0, span <= 400 * BarSpan.day else { return nil }
    for unit in [0] + units + [second] where span + unit == usual && usual > 0 {
        return close.advanced(byNanoseconds: unit)
    }
    if span > 0, span % minute == 0 { return close }
    for unit in units + [second] where (span + unit) % minute == 0 {
        return close.advanced(byNanoseconds: unit)
    }
    if span > 0, span % second == 0 { return close }
    for unit in units where (span + unit) % second == 0 {
        return close.advanced(byNanoseconds: unit)
    }
    for unit in units where (close.nanoseconds + unit) % second == 0 {
        return close.advanced(byNanoseconds: unit)
    }
    return span > 0 ? close : nil
}

/// A bar's end, where the file writes the last moment that belongs to it.
func wholeEnd(_ time: Timestamp) -> Timestamp {
    for unit in [1, 1_000, 1_000_000] as [Int64]
    where (time.nanoseconds + unit) % 1_000_000_000 == 0 {
        return time.advanced(byNanoseconds: unit)
    }
    return time
}

extension TextLayout {
    /// Whether the times of the file's bars are their ends.
    var barsAreStampedAtEnd: Bool {
        switch self {
        case .csv(let layout), .json(let layout, _):
            if case .bars(let columns) = layout.kind { columns.areEnds } else { false }
        default: false
        }
    }
}
