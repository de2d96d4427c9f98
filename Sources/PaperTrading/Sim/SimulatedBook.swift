/// One side of a simulated book, in ticks and lots.
///
/// A level's key is its price in ticks for bids, and its negative for asks: on both sides a larger
/// key is a better price, and the book is uncrossed while the sum of the best keys is negative.
struct SimulatedSide {
    struct Level {
        var key: Int64
        var lots: Int64
    }

    /// The best last, so that the touch changes at the cheap end.
    private(set) var levels: [Level] = []

    var count: Int { levels.count }
    /// The key of the best price; the side is never empty between two messages.
    var best: Int64 { levels.last?.key ?? .min }

    subscript(depth: Int) -> Level { levels[levels.count - 1 - depth] }

    mutating func setLots(_ lots: Int64, depth: Int) {
        levels[levels.count - 1 - depth].lots = lots
    }

    mutating func removeBest() -> Level? { levels.popLast() }

    mutating func remove(depth: Int) -> Level { levels.remove(at: levels.count - 1 - depth) }

    mutating func removeWorst() -> Level { levels.removeFirst() }

    /// Adds a level behind the last.
    mutating func addWorst(_ level: Level) { levels.insert(level, at: 0) }

    /// Adds a level that becomes the best.
    mutating func addBest(_ level: Level) { levels.append(level) }

    /// Adds a level between `depth` and the next better one.
    mutating func insert(_ level: Level, above depth: Int) {
        levels.insert(level, at: levels.count - depth)
    }
}
