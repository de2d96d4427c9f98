internal import TradingModel
internal import WireText

/// Reads the pushes of market data, which make up nearly all traffic, straight from their bytes.
///
/// The venue writes fields in any order, so all of them are read first, and `reply` then says what
/// they mean. Anything that is not exactly as expected, down to an unknown field, is left to the
/// checked way.
package struct CoinutScanner {
    package enum Push: Hashable {
        case change(LevelChange)
        case trade(TradePush)
        case tick(InstrumentTick)
    }

    /// A field of a push, as a bit.
    private struct Fields: OptionSet {
        let rawValue: UInt32
        static let reply = Fields(rawValue: 1)
        static let instrument = Fields(rawValue: 2)
        static let transaction = Fields(rawValue: 4)
        static let time = Fields(rawValue: 8)
        static let side = Fields(rawValue: 16)
        static let price = Fields(rawValue: 32)
        static let quantity = Fields(rawValue: 64)
        static let count = Fields(rawValue: 128)
        static let totalBuy = Fields(rawValue: 256)
        static let totalSell = Fields(rawValue: 512)
        static let bid = Fields(rawValue: 1_024)
        static let ask = Fields(rawValue: 2_048)
        static let last = Fields(rawValue: 4_096)
        static let volume = Fields(rawValue: 8_192)
        static let volume24 = Fields(rawValue: 16_384)

        static let ofChange: Fields = [
            .reply, .instrument, .transaction, .side, .price, .quantity, .count,
        ]
        static let ofTrade: Fields = [.reply, .instrument, .transaction, .side, .price]
        static let ofTick: Fields = [.reply, .instrument, .transaction]
    }

    private enum Kind { case change, trade, tick }

    private var found: Fields = []
    private var kind = Kind.change
    private var instrument: Int64 = 0
    private var transaction: Int64 = 0
    private var time: Int64 = 0
    private var side = Side.buy
    private var price: Int128 = 0
    private var quantity: Int128 = 0
    private var count: Int64 = 0
    private var total: Int128 = 0
    private var bid: Int128 = 0
    private var ask: Int128 = 0
    private var last: Int128 = 0
    private var volume: Int128 = 0
    private var volume24: Int128 = 0

    private init() {}

    /// Reads a message; nil leaves it to the checked way.
    package static func scan(_ bytes: Span<UInt8>) -> Push? {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress,
                var scanner = unsafe ByteScanner(base, count: buffer.count)
            else { return nil }
            var this = CoinutScanner()
            return this.readAll(&scanner) ? this.push : nil
        }
    }

    private mutating func readAll(_ scanner: inout ByteScanner) -> Bool {
        guard scanner.consume("{") else { return false }
        repeat {
            guard let key = scanner.key(), let field = read(key, &scanner),
                found.isDisjoint(with: field)
            else { return false }
            found.formUnion(field)
        } while scanner.consume(",")
        return scanner.consume("}") && scanner.isAtEnd
    }

    /// Reads a field's value; nil: it is not what was expected.
    @inline(__always)
    private mutating func read(_ key: Range<Int>, _ scanner: inout ByteScanner) -> Fields? {
        if scanner.equals(key, "inst_id") { return Self.whole(&instrument, .instrument, &scanner) }
        if scanner.equals(key, "trans_id") {
            return Self.whole(&transaction, .transaction, &scanner)
        }
        if scanner.equals(key, "price") { return Self.decimal(&price, .price, &scanner) }
        if scanner.equals(key, "qty") { return Self.decimal(&quantity, .quantity, &scanner) }
        if scanner.equals(key, "side") { return readSide(&scanner) }
        if scanner.equals(key, "reply") { return readReply(&scanner) }
        if scanner.equals(key, "count") { return Self.whole(&count, .count, &scanner) }
        if scanner.equals(key, "total_buy") { return Self.decimal(&total, .totalBuy, &scanner) }
        if scanner.equals(key, "total_sell") { return Self.decimal(&total, .totalSell, &scanner) }
        if scanner.equals(key, "timestamp") { return Self.whole(&time, .time, &scanner) }
        if scanner.equals(key, "highest_buy") { return Self.decimal(&bid, .bid, &scanner) }
        if scanner.equals(key, "lowest_sell") { return Self.decimal(&ask, .ask, &scanner) }
        if scanner.equals(key, "last") { return Self.decimal(&last, .last, &scanner) }
        if scanner.equals(key, "volume") { return Self.decimal(&volume, .volume, &scanner) }
        if scanner.equals(key, "volume24") { return Self.decimal(&volume24, .volume24, &scanner) }
        return nil
    }

    @inline(__always)
    private static func whole(
        _ place: inout Int64, _ field: Fields, _ scanner: inout ByteScanner
    ) -> Fields? {
        guard let number = scanner.whole() else { return nil }
        place = number
        return field
    }

    @inline(__always)
    private static func decimal(
        _ place: inout Int128, _ field: Fields, _ scanner: inout ByteScanner
    ) -> Fields? {
        guard let number = scanner.decimal() else { return nil }
        place = number.attos
        return field
    }

    private mutating func readSide(_ scanner: inout ByteScanner) -> Fields? {
        guard let word = scanner.string() else { return nil }
        if scanner.equals(word, "SELL") {
            side = .sell
        } else {
            guard scanner.equals(word, "BUY") else { return nil }
        }
        return .side
    }

    private mutating func readReply(_ scanner: inout ByteScanner) -> Fields? {
        guard let word = scanner.string() else { return nil }
        if scanner.equals(word, "inst_order_book_update") {
            kind = .change
        } else if scanner.equals(word, "inst_trade_update") {
            kind = .trade
        } else {
            guard scanner.equals(word, "inst_tick") else { return nil }
            kind = .tick
        }
        return .reply
    }

    /// What was read, if it is all that its kind has and nothing else.
    private var push: Push? {
        switch kind {
        case .change:
            guard found.isSuperset(of: .ofChange), price > 0,
                found.subtracting(.ofChange).isSubset(of: [.totalBuy, .totalSell]),
                // Only the total of its own side, so that one place holds it.
                !found.isSuperset(of: [.totalBuy, .totalSell])
            else { return nil }
            return .change(
                LevelChange(
                    instrument: InstrumentNumber(instrument),
                    transaction: TransactionNumber(transaction), side: side,
                    level: CountedLevel(
                        price: Price(attos: price), quantity: Quantity(attos: quantity),
                        count: count),
                    totalBuy: found.contains(.totalBuy) ? Money(attos: total) : nil,
                    totalSell: found.contains(.totalSell) ? Quantity(attos: total) : nil))
        case .trade:
            guard found.isSuperset(of: .ofTrade), price > 0,
                found.subtracting(.ofTrade).isSubset(of: [.quantity, .time])
            else { return nil }
            return .trade(
                TradePush(
                    instrument: InstrumentNumber(instrument),
                    trade: PublicTrade(
                        transaction: TransactionNumber(transaction),
                        time: venueTime(microseconds: time), side: side,
                        price: Price(attos: price),
                        quantity: quantity > 0 ? Quantity(attos: quantity) : nil)))
        case .tick:
            guard found.isSuperset(of: .ofTick),
                found.subtracting(.ofTick)
                    .isSubset(of: [.time, .bid, .ask, .last, .volume, .volume24])
            else { return nil }
            return .tick(
                InstrumentTick(
                    instrument: InstrumentNumber(instrument),
                    transaction: TransactionNumber(transaction),
                    time: venueTime(microseconds: time), bid: positive(bid), ask: positive(ask),
                    last: positive(last),
                    volume: found.contains(.volume) ? Quantity(attos: volume) : nil,
                    volume24: found.contains(.volume24) ? Quantity(attos: volume24) : nil))
        }
    }

    private func positive(_ price: Int128) -> Price? { price > 0 ? Price(attos: price) : nil }
}
