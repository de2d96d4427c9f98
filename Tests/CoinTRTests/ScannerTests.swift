import CoinTR
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import WireText

private func isQuick(_ text: String) -> Bool {
    var scanner = CoinTRScanner()
    return scanner.scan(Array(text.utf8).span) != nil
}

@Suite struct `CoinTR push scanner` {
    @Test(arguments: Wire.quick)
    func `reads the usual pushes itself, and as the slow way does`(text: String) {
        #expect(isQuick(text))
        expectSameQuickly(Array(text.utf8))
        let spaced = text.replacing(",", with: " ,\n\t").replacing(":", with: ": ")
        #expect(isQuick(spaced))
        expectSameQuickly(Array(spaced.utf8))
    }

    @Test(arguments: [
        (Wire.spotBook, "LTCUSDT", "ltcusdt"), (Wire.spotBook, "LTCUSDT", "LTC USDT"),
        (Wire.spotBook, "\"70.02\"", "70.02"), (Wire.spotBook, "\"asks\"", "\"ask\""),
        (Wire.spotBook, "\"3\"]", "\"3\",\"1\"]"), (Wire.spotBook, "\"3\"", "\"-3\""),
        (Wire.spotBook, "\"3\"", "\"3e0\""), (Wire.spotBook, "pTime", "PTIME"),
        (Wire.spotBook, "1700000000123", "\"1700000000123\""),
        (Wire.spotBook, "\"data\"", "\"seq\":1,\"data\""), (Wire.spotBook, "books_spot", "books"),
        (Wire.spotBook, "{", "{\"seq\":1,"), (Wire.futuresBook, "snapshot", "resumed"),
        (Wire.spotTouch, "\"bid\":[\"70.01\",\"2.25\"]", "\"bid\":null"),
        (Wire.spotTrades, "5001", "\"5001\""), (Wire.spotTrades, "BUY", "Buy"),
        (Wire.spotTrades, "\"side\":\"BUY\",", ""), (Wire.spotTrades, "5001", "-5001"),
        (Wire.spotTrades, "\"sz\":\"0.5\"", "\"sz\":\"0.5\",\"sz\":\"0.5\""),
    ])
    func `leaves anything unusual to the slow way`(text: String, old: String, new: String) {
        #expect(text.contains(old))
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        #expect(!isQuick(changed), "\(changed)")
    }

    @Test func `leaves a frame that is cut off or followed by more`() {
        for text in Wire.quick {
            let bytes = Array(text.utf8)
            for end in 0..<bytes.count {
                var scanner = CoinTRScanner()
                #expect(scanner.scan(Array(bytes[..<end]).span) == nil)
            }
            #expect(isQuick(text + "\n"))
            #expect(!isQuick(text + text))
        }
    }

    @Test(arguments: seeds)
    func `agrees with the slow way on frames with bytes changed by chance`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<2_000 {
            expectSameQuickly(random.damaged(Array(random.pick(Wire.quick).utf8)))
        }
    }

    @Test(arguments: seeds)
    func `agrees with the slow way on any well-formed push`(seed: UInt64) {
        var random = Seeded(seed)
        var readQuickly = 0
        for _ in 0..<300 {
            let text = random.push()
            if isQuick(text) { readQuickly += 1 }
            expectSameQuickly(Array(text.utf8))
        }
        #expect(readQuickly > 200, "seed \(seed)")
    }

    /// One scanner reads all messages of a line: nothing of one is left for the next.
    @Test(arguments: seeds)
    func `forgets what it read before`(seed: UInt64) {
        var random = Seeded(seed)
        var old = CoinTRScanner()
        for _ in 0..<200 {
            let bytes = Array(random.push().utf8)
            var new = CoinTRScanner()
            let (kind, other) = (old.scan(bytes.span), new.scan(bytes.span))
            #expect(kind == other, "seed \(seed)")
            guard let kind else { continue }
            #expect(old.market == new.market && old.time == new.time && old.action == new.action)
            switch kind {
            case .book: #expect(old.book == new.book, "seed \(seed)")
            case .touch: #expect(old.touch == new.touch, "seed \(seed)")
            case .trades: #expect(old.trades == new.trades, "seed \(seed)")
            }
        }
    }
}

@Suite struct `CoinTR frames` {
    @Test(arguments: Wire.pushes + Wire.replies)
    func `are read whole or not at all`(text: String) throws {
        let whole = Array(text.utf8)
        _ = try Frame(parsing: whole)
        for end in whole.indices {
            #expect(throws: BadMessage.self) { try Frame(parsing: Array(whole[..<end])) }
        }
    }

    @Test(arguments: ["7", "\"OK\"", "null", "true", "", "{", "{}", "nonsense", #"{"data":[]}"#])
    func `that are no message are refused`(text: String) {
        #expect(throws: BadMessage.self) { try Frame(parsing: Array(text.utf8)) }
    }

    @Test(arguments: seeds)
    func `that were damaged are read or refused`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<1_000 {
            let bytes = random.damaged(Array(random.pick(Wire.pushes + Wire.replies).utf8))
            do throws(BadMessage) {
                guard case .push(let push) = try Frame(parsing: bytes) else { continue }
                guard case .fills(let fills) = push.content else { continue }
                for fill in fills { #expect(fill.size > .zero, "seed \(seed)") }
            } catch {
                #expect(!error.reason.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test(arguments: seeds)
    func `of any JSON are read or refused`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<300 {
            let bytes = random.json(depth: 0).bytes
            _ = try? Frame(parsing: bytes)
            _ = try? CoinTRReplies.orders(bytes)
            _ = try? CoinTRReplies.fills(bytes)
            _ = try? CoinTRReplies.balances(bytes)
            _ = try? CoinTRReplies.positions(bytes)
            _ = try? CoinTRReplies.instruments(bytes)
            _ = try? CoinTRReplies.reference(bytes)
            expectSameQuickly(bytes)
        }
    }

    @Test(arguments: seeds)
    func `of replies that were damaged are read or refused`(seed: UInt64) {
        var random = Seeded(seed)
        let replies = [
            Wire.spotInstruments, Wire.futuresInstruments,
            Wire.list(
                [Wire.order(9, "desk-1"), Wire.order(10, "desk-2", isFutures: true)], next: "9"),
            Wire.list([Wire.fill(4, of: 9, size: "1.5")]), Wire.placed(9, "desk-1"),
            Wire.refused(5050, "desk-1"),
        ]
        for _ in 0..<1_000 {
            let bytes = random.damaged(Array(random.pick(replies).utf8))
            _ = try? CoinTRReplies.instruments(bytes)
            _ = try? CoinTRReplies.reference(bytes)
            if case .success(let page)? = try? CoinTRReplies.fills(bytes) {
                for fill in page.elements { #expect(fill.size > .zero, "seed \(seed)") }
            }
            guard case .success(let page)? = try? CoinTRReplies.orders(bytes) else { continue }
            for order in page.elements { #expect(!order.id.isEmpty, "seed \(seed)") }
        }
    }
}

extension Seeded {
    private mutating func decimal(places: Int = 8) -> String {
        let digits = (0..<int(0...places)).map { _ in "\(int(0...9))" }.joined()
        return "\"\(int(0...99_999))" + (digits.isEmpty ? "" : "." + digits) + "\""
    }

    private mutating func level() -> String {
        "[\(decimal()),\(chance(10) ? "\"0\"" : decimal(places: chance(5) ? 19 : 8))]"
    }

    fileprivate mutating func push() -> String {
        let suffix = bool() ? "spot" : "perp"
        var fields = ["\"instId\":\"\(pick(["LTCUSDT", "BTCUSDT", "X"]))\""]
        let name: String
        switch int(0...2) {
        case 0:
            name = "books"
            let sides = ["asks", "bids"].shuffled(using: &self).map { side in
                "\"\(side)\":[\((0..<int(0...4)).map { _ in level() }.joined(separator: ","))]"
            }
            fields.append("\"data\":{\(sides.joined(separator: ","))}")
        case 1:
            name = "mini_books"
            let sides = ["ask", "bid"].map { "\"\($0)\":\(chance(10) ? "[]" : level())" }
            fields.append("\"data\":{\(sides.joined(separator: ","))}")
        default:
            name = "trades"
            let rows = (0..<int(0...3)).map { _ in
                let side = pick(["BUY", "SELL", "buy", "sell"])
                let row = [
                    "\"tradeId\":\(int(0...9_999_999))", "\"px\":\(decimal())",
                    "\"sz\":\(decimal())", "\"side\":\"\(side)\"",
                    "\"mTime\":\(int(0...2_000_000_000_000))",
                ]
                return "{\(row.shuffled(using: &self).joined(separator: ","))}"
            }
            fields.append("\"data\":[\(rows.joined(separator: ","))]")
        }
        if chance(70) {
            fields.append("\"action\":\"\(pick(["initial", "update", "snapshot"]))\"")
        }
        if chance(80) { fields.append("\"pTime\":\(int(0...2_000_000_000_000))") }
        return "{\"channel\":\"\(name)_\(suffix)\","
            + fields.shuffled(using: &self).joined(separator: ",") + "}"
    }

    /// Any JSON, with the venue's names in it.
    fileprivate mutating func json(depth: Int) -> JSON {
        switch depth > 3 ? int(3...7) : int(0...7) {
        case 0, 1:
            let names = [
                "channel", "instId", "data", "action", "pTime", "code", "ordId", "clOrdId", "state",
                "px", "sz", "side", "asks", "bids", "ask", "bid", "details", "balData", "ccy",
                "next", "event", "args", "posSide", "posSz", "tradeId", "steps", "ctVal",
            ]
            return .pairs((0..<int(0...9)).map { _ in (pick(names), json(depth: depth + 1)) })
        case 2: return .array((0..<int(0...4)).map { _ in json(depth: depth + 1) })
        case 3: return .text("\(int(0...999)).\(int(0...99))")
        case 4: return .integer(int(-5...9_999_999))
        case 5:
            return .text(
                pick([
                    "books_spot", "trades_perp", "user_data_spot@orders_spot", "market_perp",
                    "update", "initial", "BUY", "SELL", "FILLED", "0", "error", "auth", "LONG", "",
                ]))
        case 6: return .bool(bool())
        default: return .null
        }
    }
}
