import Coinut
import PropertyTesting
import Testing
import TradingModel

/// What the slow way makes of a push, in the quick way's words.
private func slow(_ bytes: [UInt8]) -> CoinutScanner.Push? {
    guard let said = try? message(bytes), said.nonce == nil else { return nil }
    return switch said.content {
    case .change(let change): .change(change)
    case .trade(let trade): .trade(trade)
    case .tick(let tick): .tick(tick)
    default: nil
    }
}

/// That a message read quickly, if it is, says what it says read slowly.
func expectSameQuickly(
    _ bytes: [UInt8], _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard let quick = CoinutScanner.scan(bytes.span) else { return }
    let shown = String(decoding: bytes, as: UTF8.self)
    #expect(quick == slow(bytes), "\(comment ?? "") \(shown)", sourceLocation: sourceLocation)
}

private func quick(_ text: String) -> CoinutScanner.Push? {
    CoinutScanner.scan(Array(text.utf8).span)
}

private let change = Wire.change("BUY", "0.02400000", "2.00000000", total: "0.08325000")
private let usual = [
    change, Wire.change("SELL", "0.025", "0.00000000", total: "12", count: 0),
    Wire.change("SELL", "0.025", "1"), Wire.trade, Wire.tick,
]

@Suite struct `Coinut push scanner` {
    @Test(arguments: usual)
    func `reads the usual pushes itself, and as the slow way does`(text: String) throws {
        #expect(quick(text) != nil)
        try expectSameQuickly(Array(text.utf8))
        try expectSameQuickly(Array(text.replacing(",", with: " ,\n\t").utf8))
    }

    @Test(arguments: [
        (change, "6001", "-6001"), (change, "6001", "\"6001\""), (change, "6001", "06001"),
        (change, "6001", "9999999999999999999"), (change, "\"2.00000000\"", "\"2e0\""),
        (change, "\"2.00000000\"", "2.0"), (change, "\"2.00000000\"", "\"-2\""),
        (change, "\"0.02400000\"", "\"0\""), (change, "BUY", "buy"), (change, "BUY", #"B\u0055Y"#),
        (change, "\"count\":2", "\"count\":2.0"), (change, "\"count\":2,", ""),
        (change, "\"count\":2", "\"count\":2,\"count\":2"), (change, "\"price\"", "\"prise\""),
        (change, "{", "{\"nonce\":4,"), (change, "{", "{\"status\":[\"OK\"],"),
        (change, "{", "{\"total_sell\":\"1\","), (change, "book_update", "book"),
        (change, "{", "[{"), (Wire.trade, "SELL", "SOLD"), (Wire.trade, "\"qty\"", "\"count\""),
        (Wire.trade, "0.75000000", "0.7500000000000000001"), (Wire.tick, "{", "{\"high24\":\"1\","),
        (Wire.tick, "\"trans_id\":6200,", ""), (Wire.tick, "inst_tick", "inst_ticks"),
        (Wire.tick, "1600000003000001", "null"),
    ])
    func `leaves anything unusual to the slow way`(text: String, old: String, new: String) throws {
        #expect(text.contains(old))
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        #expect(quick(changed) == nil, "\(changed)")
    }

    @Test func `leaves a frame that is cut off or followed by more`() {
        for text in usual {
            let bytes = Array(text.utf8)
            for end in 0..<bytes.count {
                #expect(CoinutScanner.scan(Array(bytes[..<end]).span) == nil)
            }
            #expect(CoinutScanner.scan((bytes + [10]).span) != nil)
            #expect(CoinutScanner.scan((bytes + [0]).span) == nil)
            #expect(CoinutScanner.scan((bytes + bytes).span) == nil)
        }
    }

    @Test func `takes fields in any order`() throws {
        var random = Seeded(7)
        for text in usual {
            let fields = text.dropFirst().dropLast().split(separator: ",")
            for _ in 0..<50 {
                let mixed = "{" + fields.shuffled(using: &random).joined(separator: ",") + "}"
                #expect(quick(mixed) == quick(text))
                try expectSameQuickly(Array(mixed.utf8))
            }
        }
    }

    @Test(arguments: seeds)
    func `agrees with the slow way on frames with bytes changed by chance`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<2_000 {
            try expectSameQuickly(
                random.damaged(Array(random.pick(usual).utf8)), "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func `agrees with the slow way on any well-formed push`(seed: UInt64) throws {
        var random = Seeded(seed)
        var readQuickly = 0
        for _ in 0..<300 {
            let text = random.push()
            if quick(text) != nil { readQuickly += 1 }
            try expectSameQuickly(Array(text.utf8), "seed \(seed)")
        }
        #expect(readQuickly > 200, "seed \(seed)")
    }
}

extension Seeded {
    /// A decimal of up to 18 digits, as the venue writes it or shorter.
    mutating func decimal(_ whole: ClosedRange<Int> = 0...99_999, places: Int = 8) -> String {
        let digits = (0..<int(0...places)).map { _ in "\(int(0...9))" }.joined()
        return "\(int(whole))" + (digits.isEmpty ? "" : "." + digits)
    }

    fileprivate mutating func push() -> String {
        let price = decimal(0...(chance(10) ? 0 : 99_999), places: chance(10) ? 19 : 8)
        let transaction = int(0...9_999_999_999)
        switch int(0...2) {
        case 0:
            let side = bool() ? "BUY" : "SELL"
            return Wire.change(
                side, price, chance(20) ? "0.00000000" : decimal(),
                total: chance(60) ? decimal() : nil, transaction: Int64(transaction),
                count: int(0...30))
        case 1:
            return "{\"inst_id\":\(int(0...999_999)),\"price\":\"\(price)\","
                + (chance(70) ? "\"qty\":\"\(decimal())\"," : "")
                + "\"reply\":\"inst_trade_update\",\"side\":\"\(bool() ? "BUY" : "SELL")\","
                + "\"timestamp\":\(chance(20) ? 0 : int(1...2_000_000_000_000_000)),"
                + "\"trans_id\":\(transaction)}"
        default:
            var fields = [
                "\"inst_id\":3", "\"reply\":\"inst_tick\"", "\"trans_id\":\(transaction)",
            ]
            for name in ["highest_buy", "lowest_sell", "last", "volume", "volume24"]
            where chance(85) { fields.append("\"\(name)\":\"\(decimal())\"") }
            if chance(80) { fields.append("\"timestamp\":\(int(0...9_000_000_000_000_000))") }
            return "{" + fields.shuffled(using: &self).joined(separator: ",") + "}"
        }
    }
}
