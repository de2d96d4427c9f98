package import TradingModel
internal import WireText

/// Reads the three pushes that make up nearly all traffic straight from their bytes.
///
/// Depth, deals and best quotes, about thirty times faster than the checked way. Anything that is
/// not exactly as expected, down to an unknown field, is left to the checked way.
package struct PushScanner {
    package enum Kind: Hashable {
        case depth
        case deals
        case quote
    }

    /// Where the market's name stands, after deals or a quote; a depth push has its own.
    package private(set) var market: Range<Int> = 0..<0
    package private(set) var depth = DepthPush()
    /// Newest first.
    package private(set) var deals: [PublicDeal] = []
    package private(set) var quoteTime: Timestamp?
    package private(set) var bid: BookLevel?
    package private(set) var ask: BookLevel?

    package init() {}

    /// Reads a message; nil leaves it to the checked way, and what was read is then meaningless.
    package mutating func scan(_ bytes: Span<UInt8>) -> Kind? {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress,
                var scanner = unsafe ByteScanner(base, count: buffer.count)
            else { return nil }
            return message(&scanner)
        }
    }

    private mutating func message(_ scanner: inout ByteScanner) -> Kind? {
        guard scanner.consume("{"), let first = scanner.key(), scanner.equals(first, "method"),
            let method = scanner.string(), scanner.consume(","), let second = scanner.key(),
            scanner.equals(second, "data")
        else { return nil }
        let kind: Kind
        if scanner.equals(method, "depth.update") {
            guard readDepthData(&scanner) else { return nil }
            kind = .depth
        } else if scanner.equals(method, "deals.update") {
            guard readDealsData(&scanner) else { return nil }
            kind = .deals
        } else if scanner.equals(method, "bbo.update") {
            guard readQuote(&scanner) else { return nil }
            kind = .quote
        } else {
            return nil
        }
        guard scanner.consume(","), let third = scanner.key(), scanner.equals(third, "id"),
            scanner.null(), scanner.consume("}"), scanner.isAtEnd
        else { return nil }
        return kind
    }

    /// Reads an object's fields; each must be known to `field`, and none may come twice.
    @inline(__always)
    private mutating func readObject(
        _ scanner: inout ByteScanner, all: UInt8, or fewer: UInt8,
        _ field: (inout Self, inout ByteScanner, Range<Int>) -> UInt8
    ) -> Bool {
        guard scanner.consume("{") else { return false }
        var seen: UInt8 = 0
        repeat {
            guard let key = scanner.key() else { return false }
            let bit = field(&self, &scanner, key)
            guard bit != 0, seen & bit == 0 else { return false }
            seen |= bit
        } while scanner.consume(",")
        return scanner.consume("}") && seen & all == seen && seen & fewer == fewer
    }

    // MARK: - Depth

    private mutating func readDepthData(_ scanner: inout ByteScanner) -> Bool {
        depth.removeAll()
        return readObject(&scanner, all: 7, or: 7) { this, scanner, key in
            if scanner.equals(key, "market") {
                guard let name = scanner.marketName() else { return 0 }
                this.depth.market = name
                return 1
            }
            if scanner.equals(key, "is_full") {
                guard let flag = scanner.flag() else { return 0 }
                this.depth.isFull = flag
                return 2
            }
            return scanner.equals(key, "depth") && this.readDepth(&scanner) ? 4 : 0
        }
    }

    /// An unchanged side may be missing, and so may the last price.
    private mutating func readDepth(_ scanner: inout ByteScanner) -> Bool {
        readObject(&scanner, all: 31, or: 24) { this, scanner, key in
            if scanner.equals(key, "asks") { return this.readLevels(.sell, &scanner) ? 1 : 0 }
            if scanner.equals(key, "bids") { return this.readLevels(.buy, &scanner) ? 2 : 0 }
            if scanner.equals(key, "last") {
                guard let price = scanner.decimal() else { return 0 }
                this.depth.last = Price(attos: price.attos)
                return 4
            }
            if scanner.equals(key, "updated_at") {
                guard let time = scanner.whole() else { return 0 }
                this.depth.updatedAt = wireTime(time)
                return 8
            }
            guard scanner.equals(key, "checksum"), let checksum = scanner.whole(),
                let unsigned = UInt32(exactly: checksum)
            else { return 0 }
            this.depth.checksum = unsigned
            return 16
        }
    }

    private mutating func readLevels(_ side: Side, _ scanner: inout ByteScanner) -> Bool {
        // The checked way tells asks first; so does the venue. Another order is a surprise.
        if side == .sell, !depth.levels.isEmpty { return false }
        guard scanner.consume("[") else { return false }
        if scanner.consume("]") { return true }
        repeat {
            guard scanner.consume("["), let price = scanner.decimal(), scanner.consume(","),
                let size = scanner.decimal(), scanner.consume("]")
            else { return false }
            depth.levels.append(
                DepthPush.Level(
                    side: side, price: Price(attos: price.attos),
                    quantity: Quantity(attos: size.attos), priceText: price.text,
                    sizeText: size.text))
        } while scanner.consume(",")
        return scanner.consume("]")
    }

    // MARK: - Deals

    private mutating func readDealsData(_ scanner: inout ByteScanner) -> Bool {
        deals.removeAll(keepingCapacity: true)
        return readObject(&scanner, all: 3, or: 3) { this, scanner, key in
            if scanner.equals(key, "market") {
                guard let name = scanner.marketName() else { return 0 }
                this.market = name
                return 1
            }
            return scanner.equals(key, "deal_list") && this.readDeals(&scanner) ? 2 : 0
        }
    }

    private mutating func readDeals(_ scanner: inout ByteScanner) -> Bool {
        guard scanner.consume("[") else { return false }
        if scanner.consume("]") { return true }
        repeat {
            guard readDeal(&scanner) else { return false }
        } while scanner.consume(",")
        return scanner.consume("]")
    }

    private mutating func readDeal(_ scanner: inout ByteScanner) -> Bool {
        var id: Int64 = 0
        var time: Int64 = 0
        var side = Side.buy
        var price = Price.zero
        var quantity = Quantity.zero
        let isWhole = readObject(&scanner, all: 31, or: 31) { _, scanner, key in
            if scanner.equals(key, "deal_id") {
                guard let number = scanner.whole() else { return 0 }
                id = number
                return 1
            }
            if scanner.equals(key, "created_at") {
                guard let number = scanner.whole() else { return 0 }
                time = number
                return 2
            }
            if scanner.equals(key, "side") {
                guard let name = scanner.string() else { return 0 }
                if scanner.equals(name, "sell") {
                    side = .sell
                } else {
                    guard scanner.equals(name, "buy") else { return 0 }
                }
                return 4
            }
            if scanner.equals(key, "price") {
                guard let number = scanner.decimal() else { return 0 }
                price = Price(attos: number.attos)
                return 8
            }
            guard scanner.equals(key, "amount"), let number = scanner.decimal() else { return 0 }
            quantity = Quantity(attos: number.attos)
            return 16
        }
        guard isWhole else { return false }
        deals.append(
            PublicDeal(
                id: UInt64(id), createdAt: wireTime(time), side: side, price: price,
                quantity: quantity))
        return true
    }

    // MARK: - Best quotes

    private mutating func readQuote(_ scanner: inout ByteScanner) -> Bool {
        var prices: (bid: Int128, ask: Int128) = (0, 0)
        var sizes: (bid: Int128, ask: Int128) = (0, 0)
        let isWhole = readObject(&scanner, all: 63, or: 63) { this, scanner, key in
            if scanner.equals(key, "market") {
                guard let name = scanner.marketName() else { return 0 }
                this.market = name
                return 1
            }
            if scanner.equals(key, "updated_at") {
                guard let time = scanner.whole() else { return 0 }
                this.quoteTime = wireTime(time)
                return 2
            }
            guard let number = scanner.decimal()?.attos else { return 0 }
            if scanner.equals(key, "best_bid_price") {
                prices.bid = number
                return 4
            }
            if scanner.equals(key, "best_bid_size") {
                sizes.bid = number
                return 8
            }
            if scanner.equals(key, "best_ask_price") {
                prices.ask = number
                return 16
            }
            guard scanner.equals(key, "best_ask_size") else { return 0 }
            sizes.ask = number
            return 32
        }
        bid = level(prices.bid, sizes.bid)
        ask = level(prices.ask, sizes.ask)
        return isWhole
    }

    /// An empty side is sent as size 0.
    private func level(_ price: Int128, _ size: Int128) -> BookLevel? {
        guard size > 0 else { return nil }
        return BookLevel(price: Price(attos: price), quantity: Quantity(attos: size))
    }
}

extension ByteScanner {
    /// A name without blanks, which the checked way would cut off, and not empty.
    fileprivate mutating func marketName() -> Range<Int>? {
        guard let name = string(), !name.isEmpty, !hasBlank(name) else { return nil }
        return name
    }
}
