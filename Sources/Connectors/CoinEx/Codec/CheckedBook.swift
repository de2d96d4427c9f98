internal import CZlib
internal import TradingModel

/// The levels of a depth subscription with their texts, to hold them against the venue's checksum.
///
/// The stream has no sequence number: only the checksum tells that a push was lost. It is worked
/// out over the texts as they came, so numbers alone cannot check it.
package struct CheckedBook {
    /// What is wrong with a book after a push.
    package enum Doubt: Error, Hashable {
        /// The checksum of what we hold is not the venue's.
        case checksum(ours: UInt32, venue: UInt32)
        /// A level's text is longer than any real one.
        case longText

        package var reason: String {
            switch self {
            case .checksum(let ours, let venue):
                "the order book's checksum is \(ours), the venue's is \(venue)"
            case .longText: "the order book has a level with an absurdly long price or size"
            }
        }
    }

    /// Room for `price:size`; a real one has some twenty bytes.
    fileprivate typealias Text = InlineArray<80, UInt8>

    fileprivate struct Level {
        var price: Price
        /// `price:size` as it came.
        var text: Text
        var length: Int
    }

    private var bids: [Level] = []
    private var asks: [Level] = []
    private var joined: [UInt8] = []

    package init() {}

    package mutating func removeAll() {
        bids.removeAll(keepingCapacity: true)
        asks.removeAll(keepingCapacity: true)
    }

    package var levelCount: Int { bids.count + asks.count }

    /// Applies a push whose texts stand in `bytes`, and checks the result.
    ///
    /// - Throws: ``Doubt``; the book is then of no use until the next whole one.
    package mutating func apply(_ push: DepthPush, _ bytes: Span<UInt8>) throws(Doubt) {
        if push.isFull { removeAll() }
        for level in push.levels {
            if level.side == .buy {
                try Self.set(level, bytes, in: &bids) { $0 > $1 }
            } else {
                try Self.set(level, bytes, in: &asks) { $0 < $1 }
            }
        }
        guard let venue = push.checksum else { return }
        let ours = checksum()
        guard ours == venue else { throw .checksum(ours: ours, venue: venue) }
    }

    private static func set(
        _ level: DepthPush.Level, _ bytes: Span<UInt8>, in side: inout [Level],
        _ isBetter: (Price, Price) -> Bool
    ) throws(Doubt) {
        var place = 0
        var end = side.count
        while place < end {
            let middle = (place + end) / 2
            let isBefore = isBetter(side[middle].price, level.price)
            (place, end) = isBefore ? (middle + 1, end) : (place, middle)
        }
        let isThere = place < side.count && side[place].price == level.price
        if level.quantity == .zero {
            if isThere { side.remove(at: place) }  // one that is not there is legal too
            return
        }
        let new = try Level(level, bytes)
        if isThere { side[place] = new } else { side.insert(new, at: place) }
    }

    /// CRC-32 over `price:size:price:size…`, bids best first, then asks best first.
    package mutating func checksum() -> UInt32 {
        // Each text is put down whole and the next one over what is too much of it.
        let room = levelCount * (Text.count + 1)
        if joined.count < room { joined += repeatElement(0, count: room - joined.count) }
        var end = 0
        Self.join(bids, &joined, &end)
        Self.join(asks, &joined, &end)
        return Self.checksum(of: joined, count: end)
    }

    private static func join(_ side: [Level], _ joined: inout [UInt8], _ end: inout Int) {
        for index in side.indices {
            if end > 0 {
                joined[end] = UInt8(ascii: ":")
                end += 1
            }
            precondition(end + Text.count <= joined.count)
            unsafe joined.withUnsafeMutableBytes {
                unsafe $0.storeBytes(of: side[index].text, toByteOffset: end, as: Text.self)
            }
            end += side[index].length
        }
    }

    package static func checksum(of bytes: [UInt8]) -> UInt32 {
        checksum(of: bytes, count: bytes.count)
    }

    private static func checksum(of bytes: [UInt8], count: Int) -> UInt32 {
        let sum = unsafe bytes.withUnsafeBufferPointer {
            unsafe crc32(0, $0.baseAddress, UInt32(count))
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}

extension CheckedBook.Level {
    fileprivate init(
        _ level: DepthPush.Level, _ bytes: Span<UInt8>
    ) throws(CheckedBook.Doubt) {
        price = level.price
        length = level.priceText.count + 1 + level.sizeText.count
        text = CheckedBook.Text(repeating: 0)
        guard length <= CheckedBook.Text.count else { throw .longText }
        let middle = level.priceText.count
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe withUnsafeMutableBytes(of: &text) { text in
                unsafe text.copyBytes(from: bytes[level.priceText])
                unsafe text[middle] = UInt8(ascii: ":")
                unsafe UnsafeMutableRawBufferPointer(rebasing: text[(middle + 1)...])
                    .copyBytes(from: bytes[level.sizeText])
            }
        }
    }
}
