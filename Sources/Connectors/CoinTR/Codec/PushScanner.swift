package import AccountSession
package import TradingModel
internal import WireText

/// Reads the pushes that make up nearly all traffic straight from their bytes: books, the best of them,
/// and trades.
///
/// Anything that is not exactly as expected, down to an unknown field, is left to the checked way.
package struct CoinTRScanner {
    package enum Kind: Hashable {
        case book
        case touch
        case trades
    }

    package private(set) var segment = Segment.spot
    /// Where the market's name stands.
    package private(set) var market: Range<Int> = 0..<0
    package private(set) var action = PushAction.whole
    package private(set) var time: Timestamp?
    // Of these the one that the message is of, sizes as the venue counts them:
    package private(set) var book = WireBook()
    package private(set) var touch = WireTouch(bid: nil, ask: nil)
    package private(set) var trades: [PublicTrade] = []

    package init() {}

    /// Reads a message; nil leaves it to the checked way, and what was read is then meaningless.
    package mutating func scan(_ bytes: Span<UInt8>) -> Kind? {
        let kind = unsafe bytes.withUnsafeBufferPointer { buffer -> Kind? in
            guard let base = buffer.baseAddress,
                var scanner = unsafe ByteScanner(base, count: buffer.count)
            else { return nil }
            return message(&scanner)
        }
        guard kind != nil, !market.isEmpty else { return nil }
        // Names in small letters mean the same, and are compared in capitals.
        for place in market where bytes[place] == 32 || bytes[place] >= UInt8(ascii: "a") {
            return nil
        }
        return kind
    }

    private mutating func message(_ scanner: inout ByteScanner) -> Kind? {
        guard scanner.consume("{"), let first = scanner.key(), scanner.equals(first, "channel"),
            let channel = scanner.string(), let kind = kind(scanner, channel)
        else { return nil }
        (action, time, market) = (.whole, nil, 0..<0)
        var found: UInt8 = 0
        while scanner.consume(",") {
            guard let key = scanner.key() else { return nil }
            let bit = readField(&scanner, key, kind)
            guard bit != 0, found & bit == 0 else { return nil }
            found |= bit
        }
        guard scanner.consume("}"), scanner.isAtEnd, found & 5 == 5 else { return nil }
        return kind
    }

    private mutating func kind(_ scanner: ByteScanner, _ channel: Range<Int>) -> Kind? {
        if scanner.equals(channel, "mini_books_spot") { return of(.spot, .touch) }
        if scanner.equals(channel, "mini_books_perp") { return of(.futures, .touch) }
        if scanner.equals(channel, "books_spot") { return of(.spot, .book) }
        if scanner.equals(channel, "books_perp") { return of(.futures, .book) }
        if scanner.equals(channel, "trades_spot") { return of(.spot, .trades) }
        if scanner.equals(channel, "trades_perp") { return of(.futures, .trades) }
        return nil
    }

    private mutating func of(_ segment: Segment, _ kind: Kind) -> Kind {
        self.segment = segment
        return kind
    }

    /// - Returns: the field's bit; 0: it is not known, or not as expected.
    @inline(__always)
    private mutating func readField(
        _ scanner: inout ByteScanner, _ key: Range<Int>, _ kind: Kind
    ) -> UInt8 {
        if scanner.equals(key, "instId") {
            guard let name = scanner.string() else { return 0 }
            market = name
            return 1
        }
        if scanner.equals(key, "action") {
            guard let word = scanner.string() else { return 0 }
            if scanner.equals(word, "update") {
                action = .update
            } else {
                guard scanner.equals(word, "initial") || scanner.equals(word, "snapshot") else {
                    return 0
                }
            }
            return 2
        }
        if scanner.equals(key, "data") {
            let isRead =
                switch kind {
                case .book: readBook(&scanner)
                case .touch: readTouch(&scanner)
                case .trades: readTrades(&scanner)
                }
            return isRead ? 4 : 0
        }
        guard scanner.equals(key, "pTime"), let number = scanner.whole() else { return 0 }
        time = wireTime(number)
        return 8
    }

    /// Reads an object's fields; each must be known to `field`, and all be there once.
    @inline(__always)
    private mutating func readObject(
        _ scanner: inout ByteScanner, all: UInt8,
        _ field: (inout Self, inout ByteScanner, Range<Int>) -> UInt8
    ) -> Bool {
        guard scanner.consume("{") else { return false }
        var found: UInt8 = 0
        repeat {
            guard let key = scanner.key() else { return false }
            let bit = field(&self, &scanner, key)
            guard bit != 0, found & bit == 0 else { return false }
            found |= bit
        } while scanner.consume(",")
        return scanner.consume("}") && found == all
    }

    // MARK: - Books

    private mutating func readBook(_ scanner: inout ByteScanner) -> Bool {
        book.bids.removeAll(keepingCapacity: true)
        book.asks.removeAll(keepingCapacity: true)
        return readObject(&scanner, all: 3) { this, scanner, key in
            if scanner.equals(key, "asks") {
                return Self.readLevels(&scanner, into: &this.book.asks) ? 1 : 0
            }
            guard scanner.equals(key, "bids") else { return 0 }
            return Self.readLevels(&scanner, into: &this.book.bids) ? 2 : 0
        }
    }

    private static func readLevels(
        _ scanner: inout ByteScanner, into levels: inout [BookLevel]
    ) -> Bool {
        guard scanner.consume("[") else { return false }
        if scanner.consume("]") { return true }
        repeat {
            guard scanner.consume("["), let level = level(&scanner) else { return false }
            levels.append(level)
        } while scanner.consume(",")
        return scanner.consume("]")
    }

    /// Price and size, and the bracket behind them.
    @inline(__always)
    private static func level(_ scanner: inout ByteScanner) -> BookLevel? {
        guard let price = scanner.decimal(), scanner.consume(","), let size = scanner.decimal(),
            scanner.consume("]")
        else { return nil }
        return BookLevel(
            price: Price(attos: price.attos), quantity: Quantity(attos: size.attos))
    }

    private mutating func readTouch(_ scanner: inout ByteScanner) -> Bool {
        var bid: BookLevel?
        var ask: BookLevel?
        let isWhole = readObject(&scanner, all: 3) { _, scanner, key in
            let isAsk = scanner.equals(key, "ask")
            guard isAsk || scanner.equals(key, "bid"), scanner.consume("[") else { return 0 }
            let bit: UInt8 = isAsk ? 1 : 2
            if scanner.consume("]") { return bit }
            guard let level = Self.level(&scanner) else { return 0 }
            guard level.quantity > .zero else { return bit }
            if isAsk { ask = level } else { bid = level }
            return bit
        }
        touch = WireTouch(bid: bid, ask: ask)
        return isWhole
    }

    // MARK: - Trades

    private mutating func readTrades(_ scanner: inout ByteScanner) -> Bool {
        trades.removeAll(keepingCapacity: true)
        guard scanner.consume("[") else { return false }
        if scanner.consume("]") { return true }
        repeat {
            guard readTrade(&scanner) else { return false }
        } while scanner.consume(",")
        return scanner.consume("]")
    }

    private mutating func readTrade(_ scanner: inout ByteScanner) -> Bool {
        var id: Int64 = 0
        var time: Int64 = 0
        var side = Side.buy
        var price: Int128 = 0
        var size: Int128 = 0
        let isWhole = readObject(&scanner, all: 31) { _, scanner, key in
            if scanner.equals(key, "tradeId") {
                guard let number = scanner.whole() else { return 0 }
                id = number
                return 1
            }
            if scanner.equals(key, "mTime") {
                guard let number = scanner.whole() else { return 0 }
                time = number
                return 2
            }
            if scanner.equals(key, "side") {
                guard let word = scanner.string() else { return 0 }
                let isSell = scanner.equals(word, "SELL") || scanner.equals(word, "sell")
                guard isSell || scanner.equals(word, "BUY") || scanner.equals(word, "buy") else {
                    return 0
                }
                side = isSell ? .sell : .buy
                return 4
            }
            guard let number = scanner.decimal()?.attos else { return 0 }
            if scanner.equals(key, "px") {
                price = number
                return 8
            }
            guard scanner.equals(key, "sz") else { return 0 }
            size = number
            return 16
        }
        guard isWhole else { return false }
        trades.append(
            PublicTrade(
                id: UInt64(id), time: wireTime(time), side: side, price: Price(attos: price),
                size: Quantity(attos: size)))
        return true
    }
}
