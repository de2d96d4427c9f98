internal import TradingModel

/// What a whole column tells of how its dates are meant, where one of them alone does not.
struct DateStyle: Equatable {
    /// Whether 01/02/2025 is the first of February; nil: not known.
    var isDayFirst: Bool?
    /// Whether clocks of digits alone (90500) go down to seconds.
    var clockHasSeconds = false
}

/// Reads dates and times as people write them: `31.01.2025 9:05`, `Jan 31, 2025`, `20250131
/// 090500`.
///
/// The plain ISO form and counts since 1970 never come here, see ``TimeColumn``.
struct DateText {
    private let range: Range<Int>
    private let style: DateStyle
    private var at: Int

    private init(_ range: Range<Int>, _ style: DateStyle) {
        self.range = range
        self.style = style
        at = range.lowerBound
    }

    /// - Parameter clock: the time of day, where it has a field of its own.
    /// - Throws: when there is no such moment; the reason says which part is wrong.
    static func read(
        _ bytes: Span<UInt8>, _ range: Range<Int>, clock: Range<Int>? = nil, _ style: DateStyle
    ) throws(BadLine) -> Timestamp {
        var text = DateText(range, style)
        var nanoseconds = Int64(try text.date(bytes)) * 86_400_000_000_000
        if let clock {
            // A date that pandas wrote with midnight behind it is still a date.
            if text.skipGap(bytes) { nanoseconds += try text.clock(bytes) }
            try text.expectEnd(bytes)
            text = DateText(clock, style)
            nanoseconds += try text.clock(bytes)
        } else if text.skipGap(bytes) {
            nanoseconds += try text.clock(bytes)
        }
        nanoseconds += try text.zone(bytes)
        try text.expectEnd(bytes)
        guard nanoseconds <= Timestamp.last.nanoseconds else {
            throw BadLine(reason: "`\(excerpt(bytes, range))` lies behind the year 2200")
        }
        return Timestamp(nanoseconds: nanoseconds)
    }

    // MARK: - The date

    private mutating func date(_ bytes: Span<UInt8>) throws(BadLine) -> Int {
        let first = try part(bytes)
        if first.digits == 8 {
            let number = first.value
            return try days(number / 10_000, number / 100 % 100, number % 100, bytes)
        }
        skipSeparator(bytes)
        let second = try part(bytes)
        skipSeparator(bytes)
        let third = try part(bytes)
        if first.digits == 4 { return try days(first.value, second.value, third.value, bytes) }
        guard third.digits == 4 else {
            throw BadLine(
                reason: third.digits == 2
                    ? "`\(excerpt(bytes, range))` has a year of two digits, expected four"
                    : "`\(excerpt(bytes, range))` is not a time")
        }
        let dayIsFirst: Bool
        if first.digits == 0 || second.digits == 0 {
            dayIsFirst = second.digits == 0
        } else if let known = style.isDayFirst {
            dayIsFirst = known
        } else if first.value > 12 || second.value > 12 {
            dayIsFirst = first.value > 12
        } else {
            throw BadLine(reason: Self.ambiguous(excerpt(bytes, range)))
        }
        return dayIsFirst
            ? try days(third.value, second.value, first.value, bytes)
            : try days(third.value, first.value, second.value, bytes)
    }

    static func ambiguous(_ date: String) -> String {
        "`\(date)` may be day/month or month/day, and no date of the file's first part tells which; "
            + "write dates as year-month-day, such as 2025-01-31"
    }

    /// A number of up to eight digits, or the month that a name means (with 0 digits).
    private mutating func part(_ bytes: Span<UInt8>) throws(BadLine) -> (value: Int, digits: Int) {
        let start = at
        while at < range.upperBound, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        if at > start, at - start <= 8, let number = readWhole(bytes, start..<at) {
            return (Int(number), at - start)
        }
        while at < range.upperBound, (bytes[at] | 0x20) &- UInt8(ascii: "a") < 26 { at += 1 }
        guard at > start,
            let month = CalendarDate.month(named: text(bytes, start..<at).lowercased())
        else { throw BadLine(reason: "`\(excerpt(bytes, range))` is not a time") }
        return (month, 0)
    }

    private mutating func skipSeparator(_ bytes: Span<UInt8>) {
        while at < range.upperBound {
            switch bytes[at] {
            case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: ","), 32:
                at += 1
            default: return
            }
        }
    }

    private func days(
        _ year: Int, _ month: Int, _ day: Int, _ bytes: Span<UInt8>
    ) throws(BadLine) -> Int {
        let date = CalendarDate(year: year, month: month, day: day)
        if let fault = date.fault {
            throw BadLine(reason: "`\(excerpt(bytes, range))` is not a date: \(fault)")
        }
        return date.daysSince1970
    }

    // MARK: - The time of day

    /// Moves behind what stands between date and clock; false: nothing follows.
    private mutating func skipGap(_ bytes: Span<UInt8>) -> Bool {
        guard at < range.upperBound else { return false }
        switch bytes[at] {
        case UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: "D"), UInt8(ascii: ","), 32,
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            at += 1
        default: return false
        }
        while at < range.upperBound, bytes[at] == 32 { at += 1 }
        return at < range.upperBound
    }

    /// Nanoseconds since midnight.
    private mutating func clock(_ bytes: Span<UInt8>) throws(BadLine) -> Int64 {
        var time = ClockTime()
        let start = at
        guard let first = digits(bytes) else {
            throw BadLine(reason: "`\(excerpt(bytes, range))` is not a time of day")
        }
        if skip(bytes, UInt8(ascii: ":")) {
            time.hour = first
            time.minute = digits(bytes) ?? 99
            if skip(bytes, UInt8(ascii: ":")) { time.second = digits(bytes) ?? 99 }
        } else {
            split(first, digits: at - start, into: &time)
        }
        if at < range.upperBound, bytes[at] == UInt8(ascii: ".") || bytes[at] == UInt8(ascii: ",") {
            at += 1
            var unit: Int64 = 1_000_000_000
            while at < range.upperBound, bytes[at] &- UInt8(ascii: "0") < 10 {
                unit /= 10
                time.nanosecond += unit * Int64(bytes[at] &- UInt8(ascii: "0"))
                at += 1
            }
        }
        readHalf(bytes, &time)
        if let fault = time.fault {
            throw BadLine(reason: "`\(excerpt(bytes, range))` is not a time: \(fault)")
        }
        return time.nanoseconds
    }

    /// A clock of digits alone: 0905, 90500 or 090500123; one or two are an hour (05-PM).
    private func split(_ number: Int, digits: Int, into time: inout ClockTime) {
        switch digits {
        case 7...9:
            time.nanosecond = Int64(number % 1000) * 1_000_000
            split(number / 1000, digits: 6, into: &time)
        case _ where digits > 4 || (style.clockHasSeconds && digits != 2):
            time.hour = number / 10_000
            time.minute = number / 100 % 100
            time.second = number % 100
        case 3...4:
            time.hour = number / 100
            time.minute = number % 100
        default:
            time.hour = digits <= 2 ? number : 99
        }
    }

    /// `AM` or `PM` behind a clock of twelve hours.
    private mutating func readHalf(_ bytes: Span<UInt8>, _ time: inout ClockTime) {
        var next = at
        while next < range.upperBound, bytes[next] == 32 || bytes[next] == UInt8(ascii: "-") {
            next += 1
        }
        guard next + 2 <= range.upperBound, (1...12).contains(time.hour) else { return }
        if matches(bytes, next..<(next + 2), "am") {
            time.hour %= 12
        } else if matches(bytes, next..<(next + 2), "pm") {
            time.hour = time.hour % 12 + 12
        } else {
            return
        }
        at = next + 2
    }

    /// What has to be added to come to UTC: `Z`, `UTC`, `GMT+0100`, `+01:00`; 0 without a zone.
    private mutating func zone(_ bytes: Span<UInt8>) throws(BadLine) -> Int64 {
        while at < range.upperBound, bytes[at] == 32 { at += 1 }
        if skip(bytes, UInt8(ascii: "Z")) || skip(bytes, UInt8(ascii: "z")) { return 0 }
        if at + 3 <= range.upperBound,
            matches(bytes, at..<(at + 3), "utc") || matches(bytes, at..<(at + 3), "gmt")
        {
            at += 3
        }
        guard at < range.upperBound else { return 0 }
        let isEast = bytes[at] == UInt8(ascii: "+")
        guard isEast || bytes[at] == UInt8(ascii: "-") else { return 0 }
        at += 1
        let start = at
        guard var hours = digits(bytes) else {
            throw BadLine(reason: "`\(excerpt(bytes, range))` is not a time: its zone is cut off")
        }
        var minutes = 0
        if at - start > 2 {
            minutes = hours % 100
            hours /= 100
        } else if skip(bytes, UInt8(ascii: ":")) {
            minutes = digits(bytes) ?? 99
        }
        guard hours <= 14, minutes <= 59 else {
            throw BadLine(reason: "`\(excerpt(bytes, range))` is not a time: there is no such zone")
        }
        return (isEast ? -1 : 1) * Int64(hours * 3600 + minutes * 60) * 1_000_000_000
    }

    // MARK: - Pieces

    /// A number of up to nine digits.
    private mutating func digits(_ bytes: Span<UInt8>) -> Int? {
        let start = at
        while at < range.upperBound, at - start < 9, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        return readWhole(bytes, start..<at).map { Int($0) }
    }

    private mutating func skip(_ bytes: Span<UInt8>, _ byte: UInt8) -> Bool {
        guard at < range.upperBound, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private func expectEnd(_ bytes: Span<UInt8>) throws(BadLine) {
        guard at == range.upperBound else {
            throw BadLine(reason: "`\(excerpt(bytes, range))` is not a time")
        }
    }
}
