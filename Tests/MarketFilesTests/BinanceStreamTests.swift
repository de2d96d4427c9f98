import MarketFiles
import Testing
import TradingModel

@Suite struct `A captured depth stream` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func depth(
        _ time: Int, _ first: Int, _ last: Int, previous: Int? = nil, price: Int
    ) -> String {
        let pu = previous.map { #","pu":\#($0)"# } ?? ""
        return #"17000000000000000\#(time) {"stream":"x@depth","data":{"e":"depthUpdate","E":"#
            + #"1700000000000,"s":"X","U":\#(first),"u":\#(last)\#(pu),"b":[["\#(price)","1"]],"#
            + #""a":[]}}"#
    }

    private func snapshot(_ time: Int, _ id: Int) -> String {
        #"17000000000000000\#(time) {"lastUpdateId":\#(id),"bids":[["100","1"]],"asks":[]}"#
    }

    /// The events, each as its receive time's last digits and what it does.
    private func read(_ lines: [String]) throws -> (events: [String], notes: [String]) {
        let path = try folder.write("x", lines.joined(separator: "\n"))
        let source = try MarketFile.open(path: path, instrument: try instrument())
        let shown = try events(of: source).map { event -> String in
            guard case .book(let change) = event else { return "other" }
            let time = change.receiveTime.nanoseconds % 100
            return change.kind == .clear ? "\(time) clear" : "\(time) \(change.price)"
        }
        return (shown, source.counts.notes)
    }

    @Test func `waits for the snapshot and hands out at its time what is newer`() throws {
        let found = try read([
            depth(10, 1, 5, price: 1), depth(11, 6, 9, price: 2), depth(12, 10, 12, price: 3),
            snapshot(20, 9), depth(30, 13, 13, price: 4),
        ])
        #expect(found.events == ["20 clear", "20 100", "20 3", "30 4"])
        #expect(found.notes == [])
    }

    @Test func `accepts an update that straddles the snapshot`() throws {
        let found = try read([snapshot(20, 9), depth(30, 8, 11, price: 4)])
        #expect(found.events == ["20 clear", "20 100", "30 4"])
    }

    @Test func `empties the book at a gap until the next snapshot`() throws {
        let found = try read([
            snapshot(20, 9), depth(30, 10, 11, price: 4), depth(31, 13, 14, price: 5),
            depth(32, 15, 16, price: 6), snapshot(40, 14), depth(41, 17, 17, price: 7),
        ])
        #expect(
            found.events == [
                "20 clear", "20 100", "30 4", "31 clear", "40 clear", "40 100", "40 6", "41 7",
            ])
        let note =
            "1 gap in the depth updates: the book was empty until the next snapshot, 0 updates "
            + "were not applied"
        #expect(found.notes == [note])
    }

    @Test func `of futures chains by the previous id`() throws {
        let found = try read([
            depth(10, 1, 5, previous: 0, price: 1), depth(11, 8, 9, previous: 5, price: 2),
            snapshot(20, 9), depth(30, 20, 25, previous: 9, price: 3),
            depth(31, 30, 35, previous: 26, price: 4),
        ])
        #expect(found.events == ["20 clear", "20 100", "20 2", "30 3", "31 clear"])
    }

    @Test func `keeps its book when another snapshot comes`() throws {
        let found = try read([snapshot(20, 9), depth(30, 10, 11, price: 4), snapshot(31, 10)])
        #expect(found.events == ["20 clear", "20 100", "30 4"])
        #expect(found.notes == ["1 snapshot was not needed"])
    }

    @Test func `of several symbols leaves out snapshots that name none`() throws {
        let other = depth(50, 1, 2, price: 9).replacing(#""s":"X""#, with: #""s":"Y""#)
        let lines = [snapshot(20, 9), depth(30, 10, 11, price: 4), other]
        let path = try folder.write("x", lines.joined(separator: "\n"))
        #expect(try failure(path).reason.contains("several symbols (X, Y)"))
        let source = try MarketFile.open(
            path: path, instrument: try instrument(), options: MarketFileOptions(symbol: "X"))
        #expect(try events(of: source).isEmpty)
        #expect(
            source.counts.notes == [
                "1 record of other symbols was left out",
                "no snapshot: 1 depth update was not applied",
                "1 snapshot without a symbol was left out, because the file holds several symbols",
            ])
    }

    @Test func `says where its JSON is cut`() throws {
        let whole = depth(10, 1, 5, price: 1)
        let path = try folder.write(
            "x", [whole, String(whole.dropLast(3))].joined(separator: "\n"))
        let error = try failure(path)
        #expect(error.line == 2)
        #expect(error.reason == "the JSON is cut off at position \(whole.utf8.count - 3)")
    }

    @Test func `takes fields in any order, blanks, escapes and unknown fields`() throws {
        let line =
            #"1700000000000000010   { "data" : {"m":false , "x":[{"a":"}\"\\"},null],"#
            + #""q":"2","T":1700000000001,"p":"1.50","t":7,"\u0065":1,"s":"X","e":"trade"} }"#
        let found = try events(try folder.write("x", line + "\n"))
        #expect(
            found == [
                .trade(
                    Trade(
                        instrument: InstrumentID(3), price: try Price("1.5"),
                        quantity: try Quantity("2"), taker: .buy, id: 7,
                        venueTime: Timestamp(nanoseconds: 1_700_000_000_001_000_000),
                        receiveTime: Timestamp(nanoseconds: 1_700_000_000_000_000_010)))
            ])
    }
}

@Suite struct `The JSON scanner` {
    private func random(_ random: inout SeededNumbers, depth: Int) -> String {
        let blank = Int.random(in: 0...4, using: &random) == 0 ? " \t" : ""
        let strings = [#""""#, #""a\"b\\""#, #""\u00e9\n""#, #""é""#, #""}]{[,:""#]
        let numbers = ["0", "-1.5e+10", "12.25", "-0", "1E5", "123456789012345678901234567890"]
        switch Int.random(in: 0...(depth > 3 ? 2 : 4), using: &random) {
        case 0: return blank + (strings.randomElement(using: &random) ?? "") + blank
        case 1: return blank + (numbers.randomElement(using: &random) ?? "") + blank
        case 2: return ["true", "false", "null"].randomElement(using: &random) ?? ""
        case 3:
            let items = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                self.random(&random, depth: depth + 1)
            }
            return "[\(blank)\(items.joined(separator: ","))]"
        default:
            let items = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                let key = strings.randomElement(using: &random) ?? ""
                return "\(key)\(blank):\(self.random(&random, depth: depth + 1))"
            }
            return "{\(blank)\(items.joined(separator: ","))}"
        }
    }

    private func accepts(_ text: [UInt8]) -> Bool {
        var scanner = JsonScanner()
        do {
            _ = try scanner.value(text.span)
            try scanner.end(text.span)
            return true
        } catch {
            return false
        }
    }

    @Test(arguments: 1...100)
    func `accepts what is whole and nothing that is cut`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let text = Array(("[" + random(&numbers, depth: 0) + "]").utf8)
        #expect(accepts(text), "seed \(seed): \(String(decoding: text, as: UTF8.self))")
        for end in 0..<text.count where accepts(Array(text[..<end])) {
            Issue.record("seed \(seed): accepted the first \(end) bytes")
        }
    }

    @Test(arguments: [
        "", "[1,]", "{\"a\":1,}", "[,1]", "{a:1}", "'a'", "01", "1.", ".5", "+1", "1e", "tru",
        "[1 2]", "{\"a\" 1}", "\"\u{1}\"", #""\x""#, #""\u12G4""#, "NaN", "[1]]", "--1", "{\"a\"}",
    ])
    func `refuses`(text: String) {
        #expect(!accepts(Array(text.utf8)))
    }

    @Test func `refuses to descend without end`() {
        #expect(!accepts([UInt8](repeating: UInt8(ascii: "["), count: 100_000)))
        let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(accepts(Array(deep.utf8)))
    }
}
