/// Dates of digits alone: YYYYMMDD, and with hour, minute, second and milliseconds behind it.
///
/// Counts since 1970 have as many digits. A date it is where the count would be absurd: 12 digits
/// that begin with a year are milliseconds of 1976 at best, 14 and 17 digits some year beyond 2600.
/// Ten digits (YYYYMMDDHH) would be seconds of the years 2033 to 2036.
struct DateDigits {
    private let number: UInt64
    private let count: Int

    /// Nil where no date is meant.
    init?(_ number: UInt64, count: Int) {
        let unit: UInt64
        switch count {
        case 8: unit = 10_000
        case 10: unit = 1_000_000
        case 12: unit = 100_000_000
        case 14: unit = 10_000_000_000
        case 17: unit = 10_000_000_000_000
        default: return nil
        }
        guard (1990...2100).contains(number / unit) else { return nil }
        self.number = number
        self.count = count
    }

    /// Whether each part is one that there is.
    var isValid: Bool { date.exists && clock.fault == nil }

    /// - Throws: when there is no such month, day, hour, minute or second.
    func nanoseconds() throws(BadLine) -> Int64 {
        if let fault = date.fault ?? clock.fault {
            throw BadLine(reason: "`\(number)` is not a date: \(fault)")
        }
        return Int64(date.daysSince1970) * 86_400_000_000_000 + clock.nanoseconds
    }

    private var date: CalendarDate {
        var day = number
        for _ in 8..<count { day /= 10 }
        return CalendarDate(
            year: Int(day / 10_000), month: Int(day / 100 % 100), day: Int(day % 100))
    }

    private var clock: ClockTime {
        var rest = number
        var time = ClockTime()
        if count == 17 {
            time.nanosecond = Int64(rest % 1000) * 1_000_000
            rest /= 1000
        }
        if count >= 14 {
            time.second = Int(rest % 100)
            rest /= 100
        }
        if count >= 12 {
            time.minute = Int(rest % 100)
            rest /= 100
        }
        if count >= 10 { time.hour = Int(rest % 100) }
        return time
    }
}
