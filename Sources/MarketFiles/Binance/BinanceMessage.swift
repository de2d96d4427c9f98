internal import TradingModel

/// The fields of a Binance push or REST reply that matter here, as places in the line.
///
///     {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT",
///      "t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}
///
/// Sources: Binance API documentation, WebSocket market streams of spot, USD-M and COIN-M, read
/// 2026-11-21; the recorded frames agree.
struct BinanceMessage {
    enum Kind {
        case trade
        case aggregatedTrade
        case depth
        case bookTicker
        case snapshot
        /// Anything else, such as klines or the reply to a subscription.
        case other
    }

    private(set) var event: JsonValue?
    private(set) var stream: JsonValue?
    private(set) var eventTime: JsonValue?
    private(set) var transactionTime: JsonValue?
    private(set) var symbol: JsonValue?
    private(set) var firstID: JsonValue?
    private(set) var lastID: JsonValue?
    private(set) var previousID: JsonValue?
    private(set) var price: JsonValue?
    private(set) var quantity: JsonValue?
    private(set) var tradeID: JsonValue?
    private(set) var buyerIsMaker: JsonValue?
    /// Bids: an array in depth messages, the best price in a bookTicker.
    private(set) var bid: JsonValue?
    private(set) var ask: JsonValue?
    private(set) var bidQuantity: JsonValue?
    private(set) var askQuantity: JsonValue?
    private(set) var snapshotID: JsonValue?

    /// Reads the JSON that starts at `start` and ends with the line.
    init(_ line: Span<UInt8>, from start: Int) throws(BadLine) {
        var scanner = JsonScanner(at: start)
        try readObject(line, &scanner, isOuter: true)
        try scanner.end(line)
    }

    private mutating func readObject(
        _ line: Span<UInt8>, _ scanner: inout JsonScanner, isOuter: Bool
    ) throws(BadLine) {
        try scanner.open(line, "{")
        var isFirst = true
        while let key = try scanner.key(line, &isFirst) {
            if isOuter, matches(line, key, "data"), isObject(line, scanner.at) {
                try readObject(line, &scanner, isOuter: false)
            } else {
                read(line, key, try scanner.value(line))
            }
        }
    }

    private func isObject(_ line: Span<UInt8>, _ start: Int) -> Bool {
        var at = start
        while at < line.count, line[at] == 32 || line[at] == 9 { at += 1 }
        return at < line.count && line[at] == UInt8(ascii: "{")
    }

    private mutating func read(_ line: Span<UInt8>, _ key: Range<Int>, _ value: JsonValue) {
        guard key.count != 1 else { return readLetter(line[key.lowerBound], value) }
        if matches(line, key, "pu") {
            previousID = value
        } else if matches(line, key, "bids") {
            bid = value
        } else if matches(line, key, "asks") {
            ask = value
        } else if matches(line, key, "lastupdateid") {
            snapshotID = value
        } else if matches(line, key, "symbol") {
            symbol = value
        } else if matches(line, key, "stream") {
            stream = value
        }
    }

    private mutating func readLetter(_ letter: UInt8, _ value: JsonValue) {
        switch letter {
        case UInt8(ascii: "e"): event = value
        case UInt8(ascii: "E"): eventTime = value
        case UInt8(ascii: "T"): transactionTime = value
        case UInt8(ascii: "s"): symbol = value
        case UInt8(ascii: "U"): firstID = value
        case UInt8(ascii: "u"): lastID = value
        case UInt8(ascii: "p"): price = value
        case UInt8(ascii: "q"): quantity = value
        case UInt8(ascii: "t"): tradeID = value
        case UInt8(ascii: "a"): ask = value
        case UInt8(ascii: "b"): bid = value
        case UInt8(ascii: "A"): askQuantity = value
        case UInt8(ascii: "B"): bidQuantity = value
        case UInt8(ascii: "m"): buyerIsMaker = value
        default: break
        }
    }

    func kind(_ line: Span<UInt8>) -> Kind {
        if snapshotID != nil, bid?.kind == .array, ask?.kind == .array { return .snapshot }
        guard let event else {
            let isTicker = lastID != nil && bidQuantity != nil && askQuantity != nil && bid != nil
            return isTicker && ask != nil ? .bookTicker : .other
        }
        if matches(line, event.range, "trade") { return .trade }
        if matches(line, event.range, "aggtrade") { return .aggregatedTrade }
        if matches(line, event.range, "depthupdate") { return .depth }
        if matches(line, event.range, "bookticker") { return .bookTicker }
        return .other
    }
}

/// Reads typed values out of a message, naming the field that is missing or wrong.
struct BinanceFieldReader {
    static func decimal<Value: ExactDecimal>(
        _ type: Value.Type, _ line: Span<UInt8>, _ value: JsonValue?, _ name: String
    ) throws(BadLine) -> Value {
        guard let value, value.kind == .string || value.kind == .number else {
            throw BadLine(reason: "the field `\(name)` is missing or no number")
        }
        do throws(DecimalError) {
            return try readDecimal(type, line, value.range)
        } catch {
            throw BadLine(reason: "the field `\(name)`: `\(excerpt(line, value.range))` \(error)")
        }
    }

    static func whole(
        _ line: Span<UInt8>, _ value: JsonValue?, _ name: String
    ) throws(BadLine) -> UInt64 {
        guard let value, let number = readWhole(line, value.range) else {
            throw BadLine(reason: "the field `\(name)` is missing or no whole number")
        }
        return number
    }

    /// Appends the levels of `[["price","quantity"],…]`; more in a level is left out.
    static func levels(
        _ line: Span<UInt8>, _ value: JsonValue?, _ side: Side, _ stamp: MessageStamp,
        to levels: inout [BookChange]
    ) throws(BadLine) {
        let name = side == .buy ? "b" : "a"
        guard let value, value.kind == .array else {
            throw BadLine(reason: "the field `\(name)` is missing or no list of levels")
        }
        var scanner = JsonScanner(at: value.range.lowerBound)
        try scanner.open(line, "[")
        var isFirstLevel = true
        while try scanner.element(line, &isFirstLevel) {
            try scanner.open(line, "[")
            var isFirst = true
            guard try scanner.element(line, &isFirst) else {
                throw BadLine(reason: "the field `\(name)` has a level without a price")
            }
            let price = try decimal(Price.self, line, try scanner.value(line), name)
            guard try scanner.element(line, &isFirst) else {
                throw BadLine(reason: "the field `\(name)` has a level without a quantity")
            }
            let quantity = try decimal(Quantity.self, line, try scanner.value(line), name)
            while try scanner.element(line, &isFirst) { _ = try scanner.value(line) }
            guard price.attos > 0 else {
                throw BadLine(reason: "the field `\(name)` has the price \(price)")
            }
            levels.append(stamp.level(side, price, quantity))
        }
    }
}
