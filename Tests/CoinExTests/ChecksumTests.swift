import AccountSession
import CoinEx
import PropertyTesting
import Testing
import TradingModel
import WireText

/// The reference's checksums of joined levels: C1 to C6, D0 and D1.
private let vectors: [(String, UInt32)] = [
    (
        "30736.00:0.04857373:30733.00:0.84696320:30725.00:0.12563353:30740.00:0.31763545:"
            + "30769.00:1.45155000", 2_460_740_606
    ),
    ("30740.00:0.31763545:30769.00:1.45155000", 775_992_809),
    ("30736.00:0.04857373:30733.00:0.84696320", 3_116_778_739),
    ("", 0),
    (
        "0.000000152821:88014042.15:0.000000152800:1000000:0.000000152823:250000.5:"
            + "0.000000152900:17047669612.10", 73_041_864
    ),
    (
        "30736:0.04857373:30733:0.8469632:30725:0.12563353:30740:0.31763545:30769:1.45155",
        25_411_383
    ),
    ("100.5:2:100.0:1.50:99.5:3:101.0:1:101.5:0.25:102.0:7", 379_983_600),
    ("100.5:2.5:100.0:1.50:99.0:4:101.5:0.25:102.0:7:103.0:1", 3_426_056_816),
]

/// A depth push as the venue writes it.
func depthText(
    _ market: String = "BTCUSDT", isFull: Bool, asks: [(String, String)]?,
    bids: [(String, String)]?, checksum: String?, time: Int64 = 1_712_823_790_987
) -> String {
    func side(_ name: String, _ rows: [(String, String)]?) -> String {
        guard let rows else { return "" }
        return "\"\(name)\":["
            + rows.map { "[\"\($0.0)\",\"\($0.1)\"]" }.joined(separator: ",") + "],"
    }
    return "{\"method\":\"depth.update\",\"data\":{\"market\":\"\(market)\",\"is_full\":\(isFull),"
        + "\"depth\":{" + side("asks", asks) + side("bids", bids)
        + "\"last\":\"100.7\",\"updated_at\":\(time)"
        + (checksum.map { ",\"checksum\":\($0)" } ?? "") + "}},\"id\":null}"
}

/// D0 of the reference, and the change that makes it D1.
let wholeBook = depthText(
    isFull: true, asks: [("101.0", "1"), ("101.5", "0.25"), ("102.0", "7")],
    bids: [("100.5", "2"), ("100.0", "1.50"), ("99.5", "3")], checksum: "379983600")
let changedBook = depthText(
    isFull: false, asks: [("101.0", "0"), ("103.0", "1")],
    bids: [("100.5", "2.5"), ("99.5", "0"), ("99.0", "4")], checksum: "3426056816")

extension CheckedBook {
    mutating func apply(_ text: String) throws {
        guard case .depth(let message) = try push(text) else { throw BadMessage("is no depth") }
        try apply(message.push, message.bytes.span)
    }
}

@Suite struct `CoinEx checksums` {
    @Test(arguments: vectors)
    func `are those of the reference`(text: String, checksum: UInt32) {
        #expect(CheckedBook.checksum(of: Array(text.utf8)) == checksum)
    }

    // 7.5: worked out over the texts as they came; numbers alone would give C6 for C1.
    @Test func `of a book are worked out over its texts`() throws {
        var book = CheckedBook()
        try book.apply(
            depthText(
                isFull: true, asks: [("30740.00", "0.31763545"), ("30769.00", "1.45155000")],
                bids: [
                    ("30736.00", "0.04857373"), ("30733.00", "0.84696320"),
                    ("30725.00", "0.12563353"), ("30422.00", "0"),
                ], checksum: "2460740606"))
        #expect(book.checksum() == 2_460_740_606)
        #expect(book.levelCount == 5)
        try book.apply(
            depthText(
                isFull: true,
                asks: [("0.000000152823", "250000.5"), ("0.000000152900", "17047669612.10")],
                bids: [("0.000000152821", "88014042.15"), ("0.000000152800", "1000000")],
                checksum: "73041864"))
    }

    @Test func `of one side and of an empty book hold`() throws {
        var book = CheckedBook()
        try book.apply(
            depthText(
                isFull: true, asks: [("30740.00", "0.31763545"), ("30769.00", "1.45155000")],
                bids: [], checksum: "775992809"))
        try book.apply(
            depthText(
                isFull: true, asks: [],
                bids: [("30736.00", "0.04857373"), ("30733.00", "0.84696320")],
                checksum: "3116778739"))
        try book.apply(depthText(isFull: true, asks: [], bids: [], checksum: "0"))
    }

    @Test(arguments: ["3426056816", "-868910480", "\"3426056816\"", "\"-868910480\""])
    func `are compared modulo 2³², as a number or a text`(checksum: String) throws {
        var book = CheckedBook()
        try book.apply(wholeBook)
        try book.apply(changedBook.replacing("3426056816", with: checksum))
        #expect(book.checksum() == 3_426_056_816)
    }

    // 7.11: an unchanged side is left out; size 0 deletes, unknown levels too.
    @Test func `hold when a side is missing and an unknown level is deleted`() throws {
        var book = CheckedBook()
        try book.apply(wholeBook)
        try book.apply(
            depthText(
                isFull: false, asks: nil, bids: [("98.0", "0"), ("97.0", "0.0000")],
                checksum: "379983600"))
        try book.apply(depthText(isFull: false, asks: [], bids: nil, checksum: "379983600"))
    }

    @Test func `show that a change was lost`() throws {
        var book = CheckedBook()
        try book.apply(wholeBook)
        let lost = depthText(
            isFull: false, asks: nil, bids: [("99.0", "4")], checksum: "3426056816")
        #expect(throws: CheckedBook.Doubt.self) { try book.apply(lost) }
        try book.apply(wholeBook)
        #expect(book.checksum() == 379_983_600)
    }

    @Test func `without one a push is taken as it is, and absurd texts are not`() throws {
        var book = CheckedBook()
        try book.apply(wholeBook)
        try book.apply(depthText(isFull: false, asks: nil, bids: [("99.0", "4")], checksum: nil))
        let absurd = "1." + String(repeating: "0", count: 90)
        #expect(throws: CheckedBook.Doubt.longText) {
            try book.apply(
                depthText(isFull: false, asks: nil, bids: [("98", absurd)], checksum: nil))
        }
    }

    @Test(arguments: seeds)
    func `of any changes equal those of a plain book`(seed: UInt64) throws {
        var random = Seeded(seed)
        var book = CheckedBook()
        var plain: [Side: [Int: String]] = [.buy: [:], .sell: [:]]
        for step in 0..<200 {
            var rows: [Side: [(String, String)]] = [.buy: [], .sell: []]
            for side in [Side.buy, .sell] {
                if step == 0 { plain[side] = [:] }
                for _ in 0..<random.int(0...6) {
                    let cents = random.int(1...40) + (side == .sell ? 100 : 0)
                    let size =
                        random.chance(30)
                        ? "0.00" : "\(random.int(1...99)).\(random.int(0...9))"
                    plain[side]?[cents] = size == "0.00" ? nil : size
                    rows[side]?.append((priceText(cents), size))
                }
            }
            let text = [Side.buy, .sell].flatMap { side in
                (plain[side] ?? [:]).sorted { side == .buy ? $0.key > $1.key : $0.key < $1.key }
                    .map { "\(priceText($0.key)):\($0.value)" }
            }.joined(separator: ":")
            let checksum = CheckedBook.checksum(of: Array(text.utf8))
            try book.apply(
                depthText(
                    isFull: step == 0, asks: rows[.sell], bids: rows[.buy],
                    checksum: "\(checksum)"))
        }
    }
}

private func priceText(_ cents: Int) -> String {
    "7.\(cents < 10 ? "00" : cents < 100 ? "0" : "")\(cents)"
}
