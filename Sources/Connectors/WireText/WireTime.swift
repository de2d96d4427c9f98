package import TradingModel

/// The second that the header `Date` of a reply names: `Tue, 15 Nov 1994 08:12:31 GMT`; nil: it is another text.
///
/// Source: RFC 9110, section 5.6.7, the one form that servers write.
package func httpDate(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", parts[0].hasSuffix(","),
        let day = plain(parts[1]), let month = months.firstIndex(of: String(parts[2])),
        let year = plain(parts[3])
    else { return nil }
    let clock = parts[4].split(separator: ":").map(plain)
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
        let seconds = unixSeconds(year, Int64(month + 1), day, hour, minute, second)
    else { return nil }
    return Timestamp(nanoseconds: seconds * 1_000_000_000)
}

private let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

private func plain(_ text: Substring) -> Int64? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int64(text) : nil
}

/// Since 1970; nil for what no calendar of 1970 to 2200 has.
package func unixSeconds(
    _ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64, _ minute: Int64, _ second: Int64
) -> Int64? {
    guard (1970...2200).contains(year), (1...12).contains(month), (1...31).contains(day),
        hour < 24, minute < 60, second < 60
    else { return nil }
    // Years from March on: a leap day is then the last of its year.
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    // A day that its month does not have is another day.
    let back = UTCTime(Timestamp(nanoseconds: seconds * 1_000_000_000))
    return Int64(back.day) == day && Int64(back.month) == month ? seconds : nil
}
