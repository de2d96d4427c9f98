internal import TradingModel

/// Which way the times of a file's records go.
struct RowOrder {
    private var later = 0
    private var earlier = 0
    private var last: Timestamp?

    mutating func observe(_ time: Timestamp) {
        if let last, time != last { if time > last { later += 1 } else { earlier += 1 } }
        last = time
    }

    /// Whether nearly every step goes back: at most one in ten goes forward.
    var isNewestFirst: Bool { earlier > 0 && later * 10 <= earlier }
}
