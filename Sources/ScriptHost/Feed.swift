internal import CMoon
import TradingCore
import TradingModel

/// A feed as `subscribe()` names it: `trades`, `book`, `bars:1m`.
enum Feed: Hashable {
    case plain(FeedSet)
    case bars(BarSize)

    static let plainFeeds: [(name: String, feed: FeedSet, handler: moon_handler)] = [
        ("trades", .trades, MOON_ON_TRADE), ("quotes", .quotes, MOON_ON_QUOTE),
        ("book", .book, MOON_ON_BOOK), ("ticker", .ticker, MOON_ON_TICKER),
        ("funding", .funding, MOON_ON_FUNDING),
    ]

    /// The handler of its events.
    var handler: moon_handler {
        guard case .plain(let feeds) = self,
            let plain = Self.plainFeeds.first(where: { $0.feed == feeds })
        else { return MOON_ON_BAR }
        return plain.handler
    }

    /// The longest bar: 366 days, in nanoseconds.
    private static let longestBar: Int64 = 366 * 86_400 * 1_000_000_000

    /// Reads a feed's name; what is wrong with it otherwise.
    static func read(_ text: String) -> Result<Feed, ScriptMistake> {
        if let plain = plainFeeds.first(where: { $0.name == text }) {
            return .success(.plain(plain.feed))
        }
        if text.hasPrefix("bars:") {
            guard let size = barSize(text.dropFirst(5)) else {
                return .failure(
                    ScriptMistake(
                        message:
                            "`\(text.cut)` is not a bar size: write bars:1m, with ms, s, m, h or "
                            + "d for time, t for trades (bars:100t) or v for volume (bars:10v)"))
            }
            return .success(.bars(size))
        }
        let names = plainFeeds.map(\.name) + ["bars:1m"]
        let hint = nearestName(to: text, among: names).map { ": did you mean `\($0)`?" } ?? ";"
        return .failure(
            ScriptMistake(
                message: "unknown feed `\(text.cut)`\(hint) There are trades, quotes, book, "
                    + "ticker, funding and bars:1m (5s, 4h, 1d; 100t by trades, 10v by volume)"))
    }

    private static func barSize(_ text: Substring) -> BarSize? {
        guard let unit = text.last else { return nil }
        let amount = text.dropLast(text.hasSuffix("ms") ? 2 : 1)
        if unit == "v" {
            guard let volume = try? Quantity(String(amount)), volume > .zero else { return nil }
            return .volume(volume)
        }
        guard let count = Int64(amount), count > 0, amount.first != "+" else { return nil }
        let milliseconds: Int64
        switch unit {
        case "t": return .trades(Int(count))
        case "s": milliseconds = text.hasSuffix("ms") ? 1 : 1_000
        case "m": milliseconds = 60_000
        case "h": milliseconds = 3_600_000
        case "d": milliseconds = 86_400_000
        default: return nil
        }
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(
            by: milliseconds * 1_000_000)
        guard !overflow, nanoseconds <= longestBar else { return nil }
        return .time(nanoseconds: nanoseconds)
    }
}

extension Subscription {
    mutating func insert(_ feed: Feed) {
        switch feed {
        case .plain(let plain): feeds.insert(plain)
        case .bars(let size):
            feeds.insert(.bars)
            if !barSizes.contains(size) { barSizes.append(size) }
        }
    }

    func contains(_ feed: Feed) -> Bool {
        switch feed {
        case .plain(let plain): feeds.contains(plain)
        case .bars(let size): barSizes.contains(size)
        }
    }
}

/// What a script got wrong in a call of the host, in words for its author.
struct ScriptMistake: Error {
    let message: String
}

/// The candidate that `name` probably means; nil: none is near, or too many could be.
///
/// Of lists that scripts may make as long as they like, only names of about the same length are
/// compared, and none where that leaves more than 2,000.
func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let length = name.utf8.count
    guard length <= 64 else { return nil }
    var near: [String] = []
    for candidate in candidates where abs(candidate.utf8.count - length) <= 3 {
        near.append(candidate)
        if near.count > 2_000 { return nil }
    }
    let ranked = near.map { (distance: unsafe moon_name_distance(name, $0), name: $0) }
    guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }),
        unsafe moon_name_is_near(name, best.distance)
    else { return nil }
    return best.name
}
