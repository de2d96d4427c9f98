internal import TradingModel

extension Timestamp {
    /// As heads of replies have it: `Tue, 15 Nov 1994 08:12:31 GMT`.
    var httpDate: String {
        let time = UTCTime(self)
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // 1970 began on a Thursday
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let day = days[Int(nanoseconds / 86_400_000_000_000 % 7)]
        let number = time.day < 10 ? "0\(time.day)" : "\(time.day)"
        return "\(day), \(number) \(months[time.month - 1]) \(time.year) \(time.clock) GMT"
    }
}
