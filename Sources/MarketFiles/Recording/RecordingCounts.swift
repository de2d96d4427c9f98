/// How many events a recording holds, and how many it has no place for.
public struct RecordingCounts: Hashable, Sendable {
    public var trades = 0
    /// Changes of single levels, and clears.
    public var bookChanges = 0
    public var quotes = 0
    /// Marks of a lost connection.
    public var gaps = 0
    /// Of those written: prices and quantities with more digits than a double holds.
    public var inexact = 0

    /// Not written: the layout of the files has no row for tickers.
    public var tickers = 0
    /// Not written: the layout of the files has no row for funding.
    public var funding = 0
    /// Not written: bars are made of trades.
    public var bars = 0
    /// Not written: of a feed that was not asked for, such as quotes where only trades were.
    public var notAsked = 0
    /// Not written: what no market gives, such as a trade of nothing or a price below zero; a
    /// reader refuses it.
    public var refused = 0

    public init() {}

    public static func + (left: Self, right: Self) -> Self {
        var sum = left
        for (_, field) in fields { sum[keyPath: field] += right[keyPath: field] }
        return sum
    }

    /// Each count with its name in the sidecar.
    static var fields: [(name: String, path: WritableKeyPath<Self, Int>)] {
        [
            ("trades", \.trades), ("book_changes", \.bookChanges), ("quotes", \.quotes),
            ("gaps", \.gaps), ("inexact", \.inexact), ("left_out_tickers", \.tickers),
            ("left_out_funding", \.funding), ("left_out_bars", \.bars),
            ("left_out_not_asked", \.notAsked), ("left_out_refused", \.refused),
        ]
    }

    /// Events in the files, gap marks included.
    public var written: Int { trades + bookChanges + quotes }
    /// Events that are in no file.
    public var leftOut: Int { tickers + funding + bars + notAsked + refused }
}
