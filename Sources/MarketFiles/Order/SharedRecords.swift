internal import TradingModel

/// What a file holds that another file of its symbol holds too.
struct SharedRecords {
    /// Records that were not handed out again.
    var leftOut = 0
    /// Of them, bars that differ from those that counted.
    var differing = 0
    /// Trades with an id that the other file gives to another trade; they were handed out.
    var sameID = 0

    func notes(_ path: String) -> [String] {
        var notes: [String] = []
        if leftOut > 0 {
            notes.append(
                grouped(leftOut, "of the duplicates also stands", "of the duplicates also stand")
                    + " in \(path)")
        }
        if differing > 0 {
            notes.append(
                grouped(differing, "bar differs", "bars differ")
                    + " from those in \(path), which count"
            )
        }
        if sameID > 0 {
            notes.append(
                grouped(sameID, "trade has", "trades have")
                    + " an id that \(path) gives to another trade; both were handed out")
        }
        return notes
    }
}

/// The trades of one instrument that were handed out last, by id.
struct TradeWindow {
    /// What makes two rows the same trade, besides the id.
    struct Entry: Equatable {
        let venueTime: Timestamp
        let price: Price
        let quantity: Quantity
        let file: Int
    }

    private static let limit = 1 << 16  // trades; the oldest is forgotten beyond that
    private var entries: [UInt64: Entry] = [:]
    private var order: [UInt64] = []
    private var oldest = 0

    subscript(id: UInt64) -> Entry? { entries[id] }

    mutating func insert(_ id: UInt64, _ entry: Entry) {
        guard entries.updateValue(entry, forKey: id) == nil else { return }
        if order.count < Self.limit {
            order.append(id)
        } else {
            entries[order[oldest]] = nil
            order[oldest] = id
            oldest = (oldest + 1) % Self.limit
        }
    }
}

extension TradeWindow.Entry {
    init(_ trade: Trade, file: Int) {
        self.init(
            venueTime: trade.venueTime, price: trade.price, quantity: trade.quantity, file: file)
    }

    func isSameTrade(as other: Self) -> Bool {
        venueTime == other.venueTime && price == other.price && quantity == other.quantity
    }
}
