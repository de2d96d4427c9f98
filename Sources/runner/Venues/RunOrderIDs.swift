import TradingModel

/// The client order ids of live runs: `mr`, the microsecond of the run's start, `-` and a number.
enum RunOrderIDs {
    private static let mark = "mr"

    /// How those of a run begin that starts now.
    ///
    /// No two runs of an account begin in the same microsecond, so no client order id comes twice.
    static func prefix(at now: Timestamp) -> String {
        mark + String(now.nanoseconds / 1_000, radix: 36)
    }

    /// Whether a run of this program gave it.
    static func isOne(_ clientID: String) -> Bool {
        guard clientID.hasPrefix(mark) else { return false }
        let parts = clientID.dropFirst(mark.count).split(
            separator: "-", omittingEmptySubsequences: false)
        // Ten digits reach from 1973 to 2085, eleven further.
        return parts.count == 2 && (9...12).contains(parts[0].count)
            && parts[0].allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) }
            && !parts[1].isEmpty && parts[1].allSatisfy { $0.isASCII && $0.isNumber }
    }
}
