/// The numbers for a run's orders, where a venue takes numbers: in blocks, as they were reserved.
struct ClientNumbers {
    private var blocks: [Range<Int64>]
    private let allowed: ClosedRange<Int64>
    /// With so few left, more are wanted.
    private var wanted: Int64

    /// - Parameter allowed: those of the venue; what counts above its last is its first ones again.
    init(_ first: Range<Int64>, allowed: ClosedRange<Int64>) {
        blocks = [first]
        self.allowed = allowed
        wanted = Self.share(of: first)
    }

    /// Enough for the time that a slow disk takes.
    private static func share(of block: Range<Int64>) -> Int64 { Int64(block.count) / 4 }

    /// The first of the block that is in use.
    var current: Int64 { blocks[blocks.endIndex - 1].lowerBound }

    /// The number of the engine's order of this serial, from 1; nil: they are used up.
    func number(of serial: Int64) -> Int64? {
        var place = serial - 1
        for block in blocks {
            if place < block.count {
                let count = block.lowerBound + place
                return allowed.lowerBound + (count - allowed.lowerBound) % Int64(allowed.count)
            }
            place -= Int64(block.count)
        }
        return nil
    }

    /// Whether more are wanted behind this order: once for each half of what is left.
    mutating func wantsMore(behind serial: Int64) -> Bool {
        let left = blocks.reduce(0) { $0 + Int64($1.count) } - serial
        guard left <= wanted, wanted >= 0 else { return false }
        wanted = left > 0 ? left / 2 : -1
        return true
    }

    mutating func add(_ block: Range<Int64>) {
        blocks.append(block)
        wanted = Self.share(of: block)
    }
}
