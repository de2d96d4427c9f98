extension BarSize: CustomStringConvertible {
    /// As scripts write it: `1m`, `15s`, `4h`, `1d`, `100t`, `10v`.
    public var description: String {
        switch self {
        case .time(let nanoseconds): Self.text(nanoseconds)
        case .trades(let count): "\(count)t"
        case .volume(let volume): "\(volume)v"
        }
    }

    /// A span in the largest unit that divides it.
    private static func text(_ nanoseconds: Int64) -> String {
        let units: [(Int64, String)] = [
            (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "m"),
            (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"),
        ]
        for (unit, name) in units where nanoseconds % unit == 0 {
            return "\(nanoseconds / unit)\(name)"
        }
        return "\(nanoseconds)ns"
    }
}
