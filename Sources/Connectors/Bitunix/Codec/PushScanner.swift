package import TradingModel
internal import WireText

/// Reads the two pushes that make up nearly all traffic straight from their bytes.
///
/// Windows of books and trades. Anything that is not exactly as expected, down to an unknown field, is left
/// to the checked way.
package struct PushScanner {
    package enum Kind: Hashable {
        case depth
        case trades
    }

    private struct ScannedTrade {
        var time: Range<Int> = 0..<0
        var side = Side.buy
        var price = Price.zero
        var quantity = Quantity.zero
    }

    /// Where the market's name stands.
    package private(set) var market: Range<Int> = 0..<0
    package private(set) var depth = DepthPush(levels: 0, time: .distantPast)
    package private(set) var time = Timestamp.distantPast
    /// The oldest first, as they come.
    package private(set) var trades: [PublicTrade] = []
    private var scanned: [ScannedTrade] = []

    package init() {}

    /// Reads a message; nil leaves it to the checked way, and what was read is then meaningless.
    package mutating func scan(_ bytes: Span<UInt8>) -> Kind? {
        let kind = unsafe bytes.withUnsafeBufferPointer { buffer -> Kind? in
            guard let base = buffer.baseAddress,
                var scanner = unsafe ByteScanner(base, count: buffer.count)
            else { return nil }
            return message(&scanner)
        }
        guard kind == .trades else { return kind }
        trades.removeAll(keepingCapacity: true)
        for trade in scanned {
            guard let time = isoTime(bytes.extracting(trade.time)) else { return nil }
            trades.append(
                PublicTrade(
                    time: time, price: trade.price, quantity: trade.quantity, side: trade.side))
        }
        return kind
    }

    private mutating func message(_ scanner: inout ByteScanner) -> Kind? {
        guard scanner.consume("{"), let first = scanner.key(), scanner.equals(first, "ch"),
            let channel = scanner.string(), scanner.consume(","), let second = scanner.key(),
            scanner.equals(second, "symbol"), let name = scanner.string(), !name.isEmpty,
            scanner.consume(","), let third = scanner.key(), scanner.equals(third, "ts"),
            let stamp = milliseconds(&scanner), scanner.consume(","), let fourth = scanner.key(),
            scanner.equals(fourth, "data"), let kind = data(&scanner, channel, stamp),
            scanner.consume("}"), scanner.isAtEnd
        else { return nil }
        market = name
        time = stamp
        return kind
    }

    private func milliseconds(_ scanner: inout ByteScanner) -> Timestamp? {
        guard let number = scanner.whole(), number > 0,
            number <= Timestamp.last.nanoseconds / 1_000_000
        else { return nil }
        return Timestamp(nanoseconds: number * 1_000_000)
    }

    private mutating func data(
        _ scanner: inout ByteScanner, _ channel: Range<Int>, _ stamp: Timestamp
    ) -> Kind? {
        if scanner.equals(channel, "depth_book15") { return readDepth(&scanner, 15, stamp) }
        if scanner.equals(channel, "depth_book1") { return readDepth(&scanner, 1, stamp) }
        if scanner.equals(channel, "depth_book5") { return readDepth(&scanner, 5, stamp) }
        return scanner.equals(channel, "trade") && readTrades(&scanner) ? .trades : nil
    }

    // MARK: - Depth

    private mutating func readDepth(
        _ scanner: inout ByteScanner, _ levels: Int, _ stamp: Timestamp
    ) -> Kind? {
        depth.levels = levels
        depth.time = stamp
        guard scanner.consume("{"), let bids = scanner.key(), scanner.equals(bids, "b"),
            Self.readLevels(&scanner, &depth.bids), scanner.consume(","),
            let asks = scanner.key(), scanner.equals(asks, "a"),
            Self.readLevels(&scanner, &depth.asks), scanner.consume("}")
        else { return nil }
        return .depth
    }

    private static func readLevels(
        _ scanner: inout ByteScanner, _ levels: inout [BookLevel]
    ) -> Bool {
        levels.removeAll(keepingCapacity: true)
        guard scanner.consume("[") else { return false }
        if scanner.consume("]") { return true }
        repeat {
            guard scanner.consume("["), let price = scanner.decimal(), scanner.consume(","),
                let size = scanner.decimal(), scanner.consume("]")
            else { return false }
            levels.append(
                BookLevel(
                    price: Price(attos: price.attos), quantity: Quantity(attos: size.attos)))
        } while scanner.consume(",")
        return scanner.consume("]")
    }

    // MARK: - Trades

    private mutating func readTrades(_ scanner: inout ByteScanner) -> Bool {
        scanned.removeAll(keepingCapacity: true)
        guard scanner.consume("[") else { return false }
        if scanner.consume("]") { return true }
        repeat {
            guard let trade = Self.readTrade(&scanner) else { return false }
            scanned.append(trade)
        } while scanner.consume(",")
        return scanner.consume("]")
    }

    private static func readTrade(_ scanner: inout ByteScanner) -> ScannedTrade? {
        var trade = ScannedTrade()
        guard scanner.consume("{"), let first = scanner.key(), scanner.equals(first, "t"),
            let time = scanner.string(), scanner.consume(","), let second = scanner.key(),
            scanner.equals(second, "p"), let price = scanner.decimal(), scanner.consume(","),
            let third = scanner.key(), scanner.equals(third, "v"), let size = scanner.decimal(),
            scanner.consume(","), let fourth = scanner.key(), scanner.equals(fourth, "s"),
            let side = scanner.string(), scanner.consume("}")
        else { return nil }
        if scanner.equals(side, "sell") {
            trade.side = .sell
        } else {
            guard scanner.equals(side, "buy") else { return nil }
        }
        trade.time = time
        trade.price = Price(attos: price.attos)
        trade.quantity = Quantity(attos: size.attos)
        return trade
    }
}
