/// A moment in UTC, split into its parts.
package struct UTCTime {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let nanosecond: Int

    package init(_ time: Timestamp) {
        let (seconds, rest) = floorDivide(time.nanoseconds, 1_000_000_000)
        let (days, ofDay) = floorDivide(seconds, 86_400)
        nanosecond = Int(rest)
        hour = Int(ofDay / 3_600)
        minute = Int(ofDay / 60 % 60)
        second = Int(ofDay % 60)
        // Days since 0000-03-01 in eras of 400 years: a leap day is then the last of its year.
        let shifted = days + 719_468
        let (era, dayOfEra) = floorDivide(shifted, 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// `2024-08-08T23:54:13.937085768Z`; the fraction is left out when it is zero.
    package var iso: String {
        var text = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T\(clock)"
        if nanosecond != 0 {
            var fraction = digits(nanosecond, 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "." + fraction
        }
        return text + "Z"
    }

    /// `23:54:13`.
    package var clock: String { "\(digits(hour, 2)):\(digits(minute, 2)):\(digits(second, 2))" }

    /// `20240808T235413Z`: sorts as the moments do, and no file system minds it.
    package var plain: String {
        digits(year, 4) + digits(month, 2) + digits(day, 2) + "T" + digits(hour, 2)
            + digits(minute, 2) + digits(second, 2) + "Z"
    }

    /// `23:54:13.937`.
    package var clockAndMillis: String { clock + "." + digits(nanosecond / 1_000_000, 3) }

    /// `2024-08-08`.
    package var date: String { "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))" }

    /// `2024-08-08 23:54:13.937`.
    package var dateAndMillis: String { dateAndClock + "." + digits(nanosecond / 1_000_000, 3) }

    /// `2024-08-08 23:54:13`.
    package var dateAndClock: String { date + " " + clock }
}

private func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
    var (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    if remainder < 0 {
        quotient -= 1
        remainder += divisor
    }
    return (quotient, remainder)
}
