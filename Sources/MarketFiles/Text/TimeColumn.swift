internal import TradingModel

/// How a file writes a point in time.
enum TimeForm: Equatable {
    case seconds
    case milliseconds
    case microseconds
    case nanoseconds
    /// ISO 8601, UTC where no zone is given.
    case iso
    /// Digits that are a date: 20250131, 202501310930.
    case digits
    /// Any other date that people write.
    case text

    var name: String {
        switch self {
        case .seconds: "seconds"
        case .milliseconds: "milliseconds"
        case .microseconds: "microseconds"
        case .nanoseconds: "nanoseconds"
        case .iso: "ISO 8601 text"
        case .digits: "a date of digits"
        case .text: "a written date"
        }
    }

    /// Nanoseconds in one unit.
    var scale: Int64 {
        switch self {
        case .seconds: 1_000_000_000
        case .milliseconds: 1_000_000
        case .microseconds: 1000
        case .nanoseconds, .iso, .digits, .text: 1
        }
    }

    /// By magnitude: each unit covers the years from 1973 on.
    init?(magnitude: UInt64) {
        switch magnitude {
        case 100_000_000..<100_000_000_000: self = .seconds
        case 100_000_000_000..<100_000_000_000_000: self = .milliseconds
        case 100_000_000_000_000..<100_000_000_000_000_000: self = .microseconds
        case 100_000_000_000_000_000..<8_000_000_000_000_000_000: self = .nanoseconds
        default: return nil
        }
    }
}

/// The times of one column: the first one decides how all are read.
struct TimeColumn {
    private(set) var form: TimeForm?

    /// The time of a row, whose time of day may have a column of its own.
    ///
    /// - Throws: when the text is not a time, or written otherwise than the first one was.
    mutating func read(
        _ line: Span<UInt8>, _ row: CsvRow, _ column: CsvColumn
    ) throws(BadLine) -> Timestamp {
        let field = row.fields[column.index]
        do throws(BadLine) {
            guard let clock = column.clock else { return try read(line, field, column.dates) }
            try settle(.text, line, field)
            return try DateText.read(line, field, clock: row.fields[clock], column.dates)
        } catch {
            throw BadLine(reason: "column `\(column.name)`: \(error.reason)")
        }
    }

    /// - Throws: when the text is not a time, or written otherwise than the first one was.
    mutating func read(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ style: DateStyle = DateStyle()
    ) throws(BadLine) -> Timestamp {
        var whole = range
        var fraction = range.upperBound..<range.upperBound
        if let point = range.first(where: { bytes[$0] == UInt8(ascii: ".") }) {
            whole = range.lowerBound..<point
            fraction = (point + 1)..<range.upperBound
        }
        guard let number = readWhole(bytes, whole) else {
            return try readText(bytes, range, style)
        }
        if let date = dateOfDigits(number, count: whole.count) {
            try settle(.digits, bytes, range)
            let base = try date.nanoseconds()
            guard fraction.contains(where: { bytes[$0] != UInt8(ascii: "0") }) else {
                return Timestamp(nanoseconds: base)
            }
            guard whole.count == 14 else {
                throw BadLine(reason: "`\(excerpt(bytes, range))` is not a date: it has a fraction")
            }
            return Timestamp(nanoseconds: base + (try part(bytes, fraction, of: 1_000_000_000)))
        }
        guard let found = TimeForm(magnitude: number) else {
            if fraction.contains(where: { bytes[$0] &- UInt8(ascii: "0") > 9 }) {
                return try readText(bytes, range, style)  // 31.01.2025
            }
            throw BadLine(
                reason:
                    "`\(excerpt(bytes, range))` is not a time: expected a count of s, ms, µs or ns "
                    + "since 1970, or a date such as 2025-01-31 09:30:00")
        }
        try settle(found, bytes, range)
        let (base, tooLarge) = Int64(number).multipliedReportingOverflow(by: found.scale)
        guard !tooLarge, base < Timestamp.last.nanoseconds else {
            throw BadLine(
                reason: "`\(excerpt(bytes, range))` is not a time: it lies behind the year 2200")
        }
        return Timestamp(nanoseconds: base + (try part(bytes, fraction, of: found.scale)))
    }

    /// The date that a number of so many digits is meant to be; nil: it counts since 1970.
    private func dateOfDigits(_ number: UInt64, count: Int) -> DateDigits? {
        switch count {
        case 8, 12, 14, 17: return DateDigits(number, count: count)
        case 10 where form == nil || form == .digits:
            guard let date = DateDigits(number, count: count) else { return nil }
            return form == .digits || date.isValid ? date : nil
        default: return nil
        }
    }

    private mutating func readText(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ style: DateStyle
    ) throws(BadLine) -> Timestamp {
        if let time = parseISOTime(bytes, range) {
            try settle(.iso, bytes, range)
            return time
        }
        let time = try DateText.read(bytes, range, style)
        try settle(.text, bytes, range)
        return time
    }

    private mutating func settle(
        _ found: TimeForm, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(BadLine) {
        guard let form else {
            form = found
            return
        }
        guard form == found else {
            throw BadLine(
                reason: "the time `\(excerpt(bytes, range))` counts \(found.name), but the file's "
                    + "first time counts \(form.name)")
        }
    }

    /// The digits behind the point as nanoseconds; those finer than one are left out.
    private func part(
        _ bytes: Span<UInt8>, _ range: Range<Int>, of scale: Int64
    ) throws(BadLine) -> Int64 {
        var unit = scale
        var sum: Int64 = 0
        for at in range {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else {
                throw BadLine(reason: "a time has the digits `\(excerpt(bytes, range))`")
            }
            unit /= 10
            sum += unit * Int64(digit)
        }
        return sum
    }
}

/// Reads `2020-01-01T00:00:00.000Z`: date, then optionally time, fraction and zone.
func parseISOTime(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Timestamp? {
    var at = range.lowerBound
    let end = range.upperBound
    func number(_ digits: Int) -> Int? {
        guard at + digits <= end, let value = readWhole(bytes, at..<(at + digits)) else {
            return nil
        }
        at += digits
        return Int(value)
    }
    func skip(_ accepted: StaticString) -> Bool {
        guard at < end else { return false }
        for index in 0..<accepted.utf8CodeUnitCount {
            if unsafe bytes[at] == accepted.utf8Start[index] {
                at += 1
                return true
            }
        }
        return false
    }
    guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2)
    else { return nil }
    let date = CalendarDate(year: year, month: month, day: day)
    guard date.exists else { return nil }
    var seconds = date.daysSince1970 * 86_400
    var nanoseconds = 0
    if skip("T ") {
        guard let hour = number(2), skip(":"), let minute = number(2), hour < 24, minute < 60
        else { return nil }
        seconds += hour * 3600 + minute * 60
        if skip(":") {
            guard let second = number(2), second <= 60 else { return nil }
            seconds += second
        }
        if skip(".,") {
            var unit = 1_000_000_000
            while let digit = number(1) {
                unit /= 10
                nanoseconds += unit * digit
            }
        }
        if at < end, bytes[at] == UInt8(ascii: " ") { at += 1 }
        if matches(bytes, at..<end, "z") || matches(bytes, at..<end, "utc") {
            at = end
        } else if at < end {
            let isEast = bytes[at] == UInt8(ascii: "+")
            guard skip("+-"), let hours = number(2) else { return nil }
            _ = skip(":")
            guard let minutes = at < end ? number(2) : 0 else { return nil }
            seconds += (isEast ? -1 : 1) * (hours * 3600 + minutes * 60)
        }
    }
    guard at == end else { return nil }
    let time = Timestamp(nanoseconds: Int64(seconds) * 1_000_000_000 + Int64(nanoseconds))
    return time <= .last ? time : nil
}
