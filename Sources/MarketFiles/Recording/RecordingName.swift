internal import TradingModel

/// Names of recordings: `coinex-BTC-USDT-USDT-20260131T235959Z`.
enum RecordingName {
    /// Leaves room below the 255 bytes that file systems allow.
    private static let longest = 120

    /// The name without a folder and an ending.
    ///
    /// Letters, digits and points only; other characters of a symbol become `_`, since a file
    /// system may refuse or fold them.
    static func stem(_ symbol: Symbol, _ begun: Timestamp) -> String {
        let parts = symbol.description.split { $0 == ":" || $0 == "/" }.map(plain)
        return parts.joined(separator: "-").prefix(longest) + "-" + UTCTime(begun).plain
    }

    private static func plain(_ part: Substring) -> String {
        let allowed = part.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        let text = String(decoding: allowed, as: UTF8.self)
        return text.hasPrefix(".") ? "_" + text.dropFirst() : text  // no hidden file, no `..`
    }
}
