internal import TradingModel

/// How a file writes a point in time.
enum TimeForm: Equatable {
    case seconds
    case milliseconds
    case microseconds
    case nanoseconds
    /// ISO 8601, UTC where no zone is given.
    case iso

    var name: String {
        switch self {
        case .seconds: "seconds"
        case .milliseconds: "milliseconds"
        case .microseconds: "microseconds"
        case .nanoseconds: "nanoseconds"
        case .iso: "ISO 8601 text"
        }
    }

    /// Nanoseconds in one unit.
    var scale: Int64 {
        switch self {
        case .seconds: 1_000_000_000
        case .milliseconds: 1_000_000
        case .microseconds: 1000
        case .nanoseconds, .iso: 1
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

    /// - Throws: when the text is no time, or written otherwise than the first one was.
    mutating func read(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(BadLine) -> Timestamp {
        var whole = range
        var fraction = range.upperBound..<range.upperBound
        if let point = range.first(where: { bytes[$0] == UInt8(ascii: ".") }) {
            whole = range.lowerBound..<point
            fraction = (point + 1)..<range.upperBound
        }
        guard let number = readWhole(bytes, whole) else {
            return try readISO(bytes, range)
        }
        guard let found = TimeForm(magnitude: number) else {
            throw BadLine(
                reason:
                    "`\(excerpt(bytes, range))` is no time: expected a count of s, ms, µs or ns "
                    + "since 1970, or ISO 8601 text")
        }
        try settle(found, bytes, range)
        let (base, tooLarge) = Int64(number).multipliedReportingOverflow(by: found.scale)
        guard !tooLarge, base < 8_000_000_000_000_000_000 else {  // the year 2223
            throw BadLine(reason: "`\(excerpt(bytes, range))` is no time: it is too large")
        }
        return Timestamp(nanoseconds: base + (try part(bytes, fraction, of: found.scale)))
    }

    private mutating func readISO(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(BadLine) -> Timestamp {
        guard let time = parseISOTime(bytes, range) else {
            throw BadLine(reason: "`\(excerpt(bytes, range))` is no time")
        }
        try settle(.iso, bytes, range)
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
    guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
        (1970...2200).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var seconds = daysSince1970(year: year, month: month, day: day) * 86_400
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
    return Timestamp(nanoseconds: Int64(seconds) * 1_000_000_000 + Int64(nanoseconds))
}

/// Days of the proleptic Gregorian calendar, counted in years that begin in March.
private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}
