package import TradingModel

/// The second that the `Date` header of a reply names: `Tue, 15 Nov 1994 08:12:31 GMT`; nil: it is another
/// text.
///
/// Source: RFC 9110, section 5.6.7, the one form that servers write.
package func httpDate(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int64(parts[1]), (1...31).contains(day),
        let month = months.firstIndex(of: String(parts[2])), let year = Int64(parts[3]),
        (1970...2200).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]),
        (0...60).contains(clock[2])
    else { return nil }
    let days = daysSince1970(year, Int64(month) + 1, day)
    let seconds = days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
    let time = Timestamp(nanoseconds: seconds * 1_000_000_000)
    return time <= .last ? time : nil
}

private let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

/// Counted in years that begin with March, so that the day that some have more is their last.
private func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let (years, shifted) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let inYear = (153 * shifted + 2) / 5 + day - 1
    return years * 365 + years / 4 - years / 100 + years / 400 + inYear - 719_468
}
