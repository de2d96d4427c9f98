import AccountSession
import CoinEx
import PropertyTesting
import Testing
import TradingModel

/// What the quick way makes of a message, in the words of the slow way.
private func quick(_ bytes: [UInt8]) -> String? {
    var scanner = PushScanner()
    switch scanner.scan(bytes.span) {
    case .depth: return words(scanner.depth, bytes)
    case .deals:
        return words(DealsPush(market: text(bytes, scanner.market), deals: scanner.deals))
    case .quote:
        return words(
            BestQuote(
                market: text(bytes, scanner.market), updatedAt: scanner.quoteTime,
                bid: scanner.bid, ask: scanner.ask))
    case nil: return nil
    }
}

private func slow(_ bytes: [UInt8]) throws -> String {
    switch try Frame(parsing: bytes) {
    case .push(.depth(let message)): words(message.push, message.bytes)
    case .push(.deals(let push)): words(push)
    case .push(.quote(let quote)): words(quote)
    default: "something else"
    }
}

private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
}

private func words(_ push: DepthPush, _ bytes: [UInt8]) -> String {
    let levels = push.levels.map {
        "\($0.side) \($0.price)=\(text(bytes, $0.priceText)) "
            + "\($0.quantity)=\(text(bytes, $0.sizeText))"
    }
    return "\(text(bytes, push.market)) \(push.isFull) \(levels) \(String(describing: push.last)) "
        + "\(String(describing: push.updatedAt)) \(String(describing: push.checksum))"
}

private func words(_ push: DealsPush) -> String { "\(push.market) \(push.deals)" }
private func words(_ quote: BestQuote) -> String { "\(quote)" }

/// That a message read quickly, if it is, says what it says read slowly.
func expectSame(
    _ bytes: [UInt8], _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard let quick = quick(bytes) else { return }
    let shown = String(decoding: bytes, as: UTF8.self)
    let slow = try? slow(bytes)
    #expect(quick == slow, "\(comment ?? "") \(shown)", sourceLocation: sourceLocation)
}

private let deals =
    #"{"method":"deals.update","data":{"market":"ETHUSDT","deal_list":["#
    + #"{"deal_id":3514376759,"created_at":1689152421692,"side":"buy","price":"30718.42","amount":"0.00000325"},"#
    + #"{"deal_id":3514376758,"created_at":1689152421692,"side":"sell","price":"30718.4","amount":"1"}]},"id":null}"#
private let quote =
    #"{"method":"bbo.update","data":{"market":"ETHUSDT","updated_at":1642145331234,"#
    + #""best_bid_price":"20000","best_bid_size":"0.1","best_ask_price":"20001","best_ask_size":"0"},"id":null}"#

/// The pushes that make up nearly all traffic, as the venue writes them.
private let usual = [wholeBook, changedBook, deals, quote]

@Suite struct `CoinEx push scanner` {
    @Test(arguments: usual)
    func `reads the usual pushes itself, and as the slow way does`(text: String) throws {
        #expect(quick(Array(text.utf8)) != nil)
        try expectSame(Array(text.utf8))
    }

    @Test(.enabled(if: samples.areThere, noSamples))
    func `reads the samples with blanks itself`() throws {
        for name in ["ws_spot_depth_update", "ws_spot_deals_update", "ws_spot_bbo_update"] {
            #expect(quick(try samples.read(name + ".json")) != nil, "\(name)")
        }
    }

    @Test(arguments: [
        (wholeBook, "379983600", "-1"), (wholeBook, "379983600", "\"379983600\""),
        (wholeBook, "\"101.0\"", "\"1e2\""), (wholeBook, "\"101.0\"", "101.0"),
        (wholeBook, "\"101.0\"", "\"-101.0\""), (wholeBook, "\"7\"", "\"7\",\"x\""),
        (wholeBook, "\"last\"", "\"first\""), (wholeBook, "\"bids\"", "\"asks\""),
        (wholeBook, "BTCUSDT", " BTCUSDT"), (wholeBook, "BTCUSDT", #"BTC\u0055SDT"#),
        (wholeBook, "BTCUSDT", ""), (wholeBook, "\"id\":null", "\"id\":1"),
        (wholeBook, "1712823790987", "01712823790987"), (wholeBook, "\"100.7\"", "\"\""),
        (wholeBook, "}},\"id\"", "},\"more\":1},\"id\""), (deals, "\"buy\"", "\"bought\""),
        (deals, "3514376759", "\"3514376759\""), (deals, "3514376759", "99999999999999999999"),
        (quote, "\"0.1\"", "\"0.1234567890123456789\""), (quote, "1642145331234", "null"),
    ])
    func `leaves anything unusual to the slow way`(text: String, old: String, new: String) throws {
        #expect(text.contains(old))
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        #expect(quick(Array(changed.utf8)) == nil, "\(changed)")
    }

    @Test func `leaves a frame that is cut off or followed by more`() {
        for text in usual {
            let bytes = Array(text.utf8)
            for end in 0..<bytes.count { #expect(quick(Array(bytes[..<end])) == nil) }
            #expect(quick(bytes + [32]) != nil)
            #expect(quick(bytes + [0]) == nil)
            #expect(quick(bytes + bytes) == nil)
        }
    }

    // 7.6: twelve decimals, eleven digits before the point.
    @Test func `keeps every digit`() throws {
        var scanner = PushScanner()
        let text = depthText(
            "ELONUSDT", isFull: true, asks: [("0.000000152823", "88014042237.15")], bids: [],
            checksum: nil
        ).replacing(",\"checksum\"", with: "")
        let whole = text.replacing("987}}", with: "987,\"checksum\":1}}")
        #expect(scanner.scan(Array(whole.utf8).span) == .depth)
        #expect(scanner.depth.levels[0].price == exact("0.000000152823"))
        #expect(scanner.depth.levels[0].quantity == exact("88014042237.15"))
    }

    @Test(arguments: seeds)
    func `agrees with the slow way on frames with bytes changed by chance`(seed: UInt64) throws {
        var random = Seeded(seed)
        let alphabet = Array(#"{}[]",:.0123456789 -+eEtfn\ABCxyz"#.utf8) + [0, 9, 10, 127, 200]
        for _ in 0..<2_000 {
            var bytes = Array(random.pick(usual).utf8)
            for _ in 0..<random.int(1...3) {
                let place = random.int(0...(bytes.count - 1))
                switch random.int(0...3) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(random.pick(alphabet), at: place)
                case 2:
                    let end = min(bytes.count, place + random.int(1...30))
                    bytes.insert(contentsOf: bytes[place..<end], at: random.int(0...bytes.count))
                default: bytes[place] = random.pick(alphabet)
                }
            }
            try expectSame(bytes, "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func `agrees with the slow way on any well-formed push`(seed: UInt64) throws {
        var random = Seeded(seed)
        var readQuickly = 0
        for _ in 0..<200 {
            let text = random.push()
            if quick(Array(text.utf8)) != nil { readQuickly += 1 }
            try expectSame(Array(text.utf8), "seed \(seed)")
        }
        #expect(readQuickly > 150)
    }
}

extension Seeded {
    fileprivate mutating func decimal() -> String {
        let whole = String(int(0...(chance(20) ? 99_999_999_999 : 999)))
        if chance(30) { return whole }
        return whole + "." + (0..<int(1...6)).map { _ in "\(int(0...9))" }.joined()
    }

    fileprivate mutating func levels() -> [(String, String)]? {
        if chance(15) { return nil }
        return (0..<int(0...20)).map { _ in (decimal(), chance(20) ? "0" : decimal()) }
    }

    fileprivate mutating func push() -> String {
        switch int(0...2) {
        case 0:
            return depthText(
                pick(["BTCUSDT", "A", "1000PEPEUSDT"]), isFull: bool(), asks: levels(),
                bids: levels(), checksum: "\(next() >> 32)",
                time: Int64(int(0...1_800_000_000_000)))
        case 1:
            let rows = (0..<int(0...10)).map { _ in
                "{\"deal_id\":\(int(0...9_999_999_999)),\"created_at\":\(int(0...1_800_000_000_000)),"
                    + "\"side\":\"\(bool() ? "buy" : "sell")\",\"price\":\"\(decimal())\","
                    + "\"amount\":\"\(decimal())\"}"
            }
            return "{\"method\":\"deals.update\",\"data\":{\"market\":\"X\",\"deal_list\":["
                + rows.joined(separator: ",") + "]},\"id\":null}"
        default:
            return "{\"method\": \"bbo.update\", \"data\": {\"market\": \"X\", \"updated_at\": "
                + "\(int(0...1_800_000_000)), \"best_bid_price\": \"\(decimal())\", "
                + "\"best_bid_size\": \"\(decimal())\", \"best_ask_price\": \"\(decimal())\", "
                + "\"best_ask_size\": \"\(decimal())\"}, \"id\": null}"
        }
    }
}
