import Bitunix
import PropertyTesting
import Testing
import TradingModel

/// What the slow way makes of a frame that the quick way reads.
private struct Read: Equatable {
    var market: String
    var push: Push
    var time: Timestamp
}

private func quick(_ bytes: [UInt8]) -> Read? {
    var scanner = PushScanner()
    guard let kind = scanner.scan(bytes.span) else { return nil }
    let market = String(decoding: bytes[scanner.market], as: UTF8.self)
    switch kind {
    case .depth: return Read(market: market, push: .depth(scanner.depth), time: scanner.time)
    case .trades: return Read(market: market, push: .trades(scanner.trades), time: scanner.time)
    }
}

private func slow(_ bytes: [UInt8]) -> Read? {
    guard case .push(let push, let market?, let time?)? = try? Frame(parsing: bytes) else {
        return nil
    }
    return Read(market: market, push: push, time: time)
}

private func quick(_ text: String) -> Read? { quick(Array(text.utf8)) }

/// That a message read quickly, if it is, says what it says read slowly.
func expectSame(
    _ bytes: [UInt8], _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard let quick = quick(bytes) else { return }
    #expect(
        quick == slow(bytes), "\(comment ?? "") \(String(decoding: bytes, as: UTF8.self))",
        sourceLocation: sourceLocation)
}

private let depth = Wire.depth(15, bids: [("99.5", "3"), ("99", "10.25")], asks: [("100.5", "2")])
private let trades = Wire.publicTrades([("100", "0.5", "buy"), ("100.25", "1", "sell")])
private let usual = [
    depth, Wire.depth(1, bids: [("99.5", "3")], asks: [("100.5", "2")]),
    Wire.depth(5, bids: [], asks: []), trades, Wire.publicTrades([]),
]

@Suite struct `Bitunix push scanner` {
    @Test(arguments: usual)
    func `reads the usual pushes itself, and as the slow way does`(text: String) throws {
        #expect(quick(text) != nil)
        try expectSame(Array(text.utf8))
        try expectSame(Array(text.replacing(",", with: " ,\n\t").utf8))
    }

    @Test(arguments: [
        (depth, "depth_book15", "depth_book50"), (depth, "depth_book15", "depth_books"),
        (depth, "LTCUSDT", ""), (depth, "LTCUSDT", #"LTC\u0055SDT"#), (depth, "\"ts\"", "\"st\""),
        (depth, "1700000000100", "\"1700000000100\""), (depth, "1700000000100", "-1"),
        (depth, "\"99.5\"", "99.5"), (depth, "\"99.5\"", "\"1e2\""), (depth, "\"3\"", "\"\""),
        (depth, "\"3\"", "\"-3\""), (depth, "\"b\"", "\"a\""), (depth, "}}", "},\"more\":1}"),
        (depth, "]]", "],[\"1\"]]"), (trades, "\"buy\"", "\"Buy\""), (trades, "\"t\"", "\"x\""),
        (trades, "22:13:40Z", "22:13:40"), (trades, "22:13:40Z", "22:61:40Z"),
        (trades, "\"0.5\"", "\"0.1234567890123456789\""), (trades, "{\"t\"", "{\"i\":1,\"t\""),
    ])
    func `leaves anything unusual to the slow way`(text: String, old: String, new: String) throws {
        #expect(text.contains(old))
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        #expect(quick(changed) == nil, "\(changed)")
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

    @Test(arguments: seeds)
    func `agrees with the slow way on frames with bytes changed by chance`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<2_000 {
            try expectSame(random.damaged(Array(random.pick(usual).utf8)), "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func `agrees with the slow way on any well-formed push`(seed: UInt64) throws {
        var random = Seeded(seed)
        var readQuickly = 0
        for _ in 0..<300 {
            let text = random.push()
            if quick(text) != nil { readQuickly += 1 }
            try expectSame(Array(text.utf8), "seed \(seed)")
        }
        #expect(readQuickly > 200, "seed \(seed)")
    }
}

extension Seeded {
    fileprivate mutating func decimal() -> String {
        let whole = String(int(0...(chance(20) ? 99_999_999_999 : 999)))
        if chance(30) { return whole }
        return whole + "." + (0..<int(1...6)).map { _ in "\(int(0...9))" }.joined()
    }

    private mutating func levels() -> [(String, String)] {
        (0..<int(0...15)).map { _ in (decimal(), decimal()) }
    }

    fileprivate mutating func push() -> String {
        let market = pick(["LTCUSDT", "A", "1000SHIBUSDT"])
        let time = Int64(int(1...1_900_000_000_000))
        if chance(60) {
            return Wire.depth(
                pick([1, 5, 15]), bids: levels(), asks: levels(), market: market, time: time)
        }
        let rows = (0..<int(0...10)).map { _ in
            (price: decimal(), quantity: decimal(), side: bool() ? "buy" : "sell")
        }
        func two(_ range: ClosedRange<Int>) -> String {
            let number = int(range)
            return number < 10 ? "0\(number)" : "\(number)"
        }
        let second =
            "20\(int(10...99))-\(two(1...12))-\(two(1...31))T\(two(0...23)):\(two(0...59)):\(two(0...59))Z"
        return Wire.publicTrades(rows, market: market, time: time, second: second)
    }
}
