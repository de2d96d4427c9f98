/// A day of the proleptic Gregorian calendar, which may not exist.
struct CalendarDate {
    let year: Int
    let month: Int
    let day: Int

    /// Why there is no such day; nil where there is one.
    var fault: String? {
        guard (1970...2200).contains(year) else { return "the year \(year) is not in 1970 to 2200" }
        guard (1...12).contains(month) else { return "there is no month \(month)" }
        guard day >= 1, day <= daysInMonth else {
            return day > 31 || day < 1
                ? "there is no day \(day)"
                : "\(Self.names[month - 1]) \(year) has \(daysInMonth) days"
        }
        return nil
    }

    var exists: Bool {
        (1970...2200).contains(year) && (1...12).contains(month) && day >= 1 && day <= daysInMonth
    }

    /// Only where the month exists.
    private var daysInMonth: Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counted in years that begin in March: a leap day is then the last of its year.
    var daysSince1970: Int {
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static let names = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    /// The month that a name or its first letters (three at least) mean; in small letters.
    static func month(named letters: String) -> Int? {
        guard letters.count >= 3 else { return nil }
        if letters == "sept" { return 9 }
        return names.firstIndex { $0.lowercased().hasPrefix(letters) }.map { $0 + 1 }
    }
}

/// A time of day, which may not exist.
struct ClockTime {
    var hour = 0
    var minute = 0
    var second = 0
    var nanosecond: Int64 = 0

    /// Why there is no such time; nil where there is one, as a leap second is.
    var fault: String? {
        if hour > 23 { return "there is no hour \(hour)" }
        if minute > 59 { return "there is no minute \(minute)" }
        return second > 60 ? "there is no second \(second)" : nil
    }

    var nanoseconds: Int64 {
        Int64(hour * 3600 + minute * 60 + second) * 1_000_000_000 + nanosecond
    }
}
