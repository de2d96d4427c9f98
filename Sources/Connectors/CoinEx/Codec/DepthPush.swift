package import PlainJSON
package import TradingModel
internal import WireText

/// A push of an order book, whole or as changes; its texts stand in the bytes that it came in.
package struct DepthPush {
    package struct Level: Hashable {
        package let side: Side
        package let price: Price
        /// Zero deletes the level.
        package let quantity: Quantity
        /// Where the texts stand: the checksum is worked out over them, exactly as they came.
        package let priceText: Range<Int>
        package let sizeText: Range<Int>
    }

    /// Where the market's name stands.
    package internal(set) var market: Range<Int> = 0..<0
    /// Whether this replaces the book.
    package internal(set) var isFull = false
    /// As they came: asks upwards, bids downwards, which side first is the venue's choice.
    package internal(set) var levels: [Level] = []
    package internal(set) var last: Price?
    package internal(set) var updatedAt: Timestamp?
    /// Of the book after this push; nil where the venue sends none.
    package internal(set) var checksum: UInt32?

    package init() {}

    mutating func removeAll() {
        levels.removeAll(keepingCapacity: true)
        (market, isFull, last, updatedAt, checksum) = (0..<0, false, nil, nil, nil)
    }
}

/// A depth push, or a depth reply over HTTP, read the slow and checked way.
package struct DepthMessage: WireValue {
    package let push: DepthPush
    /// What ``push`` points into.
    package let bytes: [UInt8]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        var bytes = Array(try fields.market().utf8)
        var push = DepthPush()
        push.market = 0..<bytes.count
        push.isFull = try fields.flag("is_full") ?? false
        let depth = try fields.decode(Depth.self, "depth")
        for (side, rows) in [(Side.sell, depth.asks), (.buy, depth.bids)] {
            for row in rows { push.levels.append(try Self.level(side, row, &bytes)) }
        }
        push.last = depth.last
        push.updatedAt = depth.updatedAt
        push.checksum = depth.checksum
        self.push = push
        self.bytes = bytes
    }

    private static func level(
        _ side: Side, _ row: [String], _ bytes: inout [UInt8]
    ) throws -> DepthPush.Level {
        guard row.count == 2 else {
            throw BadMessage("a level has \(row.count) parts, expected price and size")
        }
        let start = bytes.count
        bytes += row[0].utf8
        let middle = bytes.count
        bytes += row[1].utf8
        do throws(DecimalError) {
            return DepthPush.Level(
                side: side, price: try Price(row[0]).admitted(),
                quantity: try Quantity(row[1]).admitted(),
                priceText: start..<middle, sizeText: middle..<bytes.count)
        } catch {
            throw BadMessage("a level's price or size (`\(row[0])`, `\(row[1])`) \(error)")
        }
    }
}

private struct Depth: WireValue {
    let asks: [[String]]
    let bids: [[String]]
    let last: Price?
    let updatedAt: Timestamp?
    let checksum: UInt32?

    init(reading json: JSON) throws {
        let fields = try Fields(json)
        asks = try fields.rows("asks")
        bids = try fields.rows("bids")
        last = try fields.exact(Price.self, "last")
        updatedAt = try fields.time("updated_at")
        // Unsigned on the wire, signed and a text in the documentation: all the same modulo 2³².
        checksum = try fields.int("checksum").map { UInt32(truncatingIfNeeded: $0) }
    }
}
