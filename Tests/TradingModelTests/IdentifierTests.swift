import PropertyTesting
import Testing
import TradingModel

@Suite struct `Texts that are kept once` {
    @Test(arguments: ["", "a", "é", "e\u{301}", "a\u{0}b", String(repeating: "long ", count: 50)])
    func `say what they were made of, byte by byte`(text: String) {
        let kept = InternedText(text)
        #expect(Array(kept.description.utf8) == Array(text.utf8))
        #expect(kept == InternedText(text))
        #expect(kept.isEmpty == text.isEmpty)
        #expect(InternedText(known: text) == kept)
    }

    @Test func `are the same only where their bytes are`() {
        #expect(InternedText("é") != InternedText("e\u{301}"))
        #expect(InternedText("a") != InternedText("a\u{0}"))
        #expect(InternedText("tag") == "tag")
    }

    @Test func `are not kept by being looked for`() {
        let text = "nobody said this \(UInt64.random(in: 0 ... .max))"
        #expect(InternedText(known: text) == nil)
        #expect(InternedText(known: text) == nil)
    }
}

@Suite struct `Ids` {
    @Test(arguments: [
        "mr-1", "mrz1-17", "P12", "0", "7", "007", "a0", "a00", "1234567890123456789", "x-", "",
        "12345678901234567890", "18446744073709551615", "by-hand", "é9", "9é", "a-1-2",
        "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000007",
        "ffffffff-ffff-ffff-ffff-ffffffffffff", "0d4b5a40-91c3-4c28-b0ee-2f1f8f6a0005",
        "0D4B5A40-91C3-4C28-B0EE-2F1F8F6A0005", "0d4b5a40-91c3-4c28-b0ee-2f1f8f6a000",
        "0d4b5a40-91c3-4c28-b0ee-2f1f8f6a000-", "0d4b5a40a91c3a4c28ab0eea2f1f8f6a0005",
        "\u{0}uuid7", "\u{0}uuid",
    ])
    func `read back as they were written`(text: String) {
        #expect(ClientOrderID(text).text == text)
        #expect(ClientOrderID(text) == ClientOrderID(text))
    }

    @Test(arguments: seeds)
    func `are equal when their texts are`(seed: UInt64) {
        var random = Seeded(seed)
        let letters = Array("a0-19")
        func text() -> String {
            String((0..<random.int(0...6)).map { _ in letters[random.int(0...4)] })
        }
        for _ in 0..<500 {
            let (one, other) = (text(), text())
            #expect((VenueOrderID(one) == VenueOrderID(other)) == (one == other))
            #expect((VenueOrderID(one) < VenueOrderID(other)) == (one < other))
        }
    }

    @Test(arguments: seeds)
    func `that are UUIDs are kept nowhere beside the order`(seed: UInt64) {
        var random = Seeded(seed)
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in Array("0123456789abcdef")[random.int(0...15)] })
        }
        let text = [8, 4, 4, 4, 12].map { digits($0) }.joined(separator: "-")
        let id = FillID(text)
        #expect(id.text == text)
        #expect(id.parts.ending == nil)
        for length in 30...36 { #expect(InternedText(known: String(text.prefix(length))) == nil) }
    }

    @Test func `of a start and a number are those of the text`() {
        #expect(ClientOrderID("mr-", 17) == ClientOrderID("mr-17"))
        #expect(ClientOrderID("mr-17").parts.ending == 17)
        #expect(ClientOrderID("mr-017").parts.ending == nil)
        #expect(FillID("F", 0).text == "F0")
    }
}

@Suite struct `Tags of orders` {
    @Test(arguments: ["", "a", "é", "in 1", String(repeating: "x", count: 63)])
    func `read back as they were written`(text: String) {
        #expect(OrderTag(text)?.description == text)
        #expect(OrderTag(text) == OrderTag(text))
        #expect(OrderTag(text)?.isEmpty == text.isEmpty)
    }

    @Test(arguments: ["a\u{0}", "\u{0}", String(repeating: "x", count: 64)])
    func `are none where they are too long or have a zero`(text: String) {
        #expect(OrderTag(text) == nil)
    }

    @Test(arguments: seeds)
    func `are equal when their texts are`(seed: UInt64) {
        var random = Seeded(seed)
        func text() -> String {
            String((0..<random.int(0...3)).map { _ in Array("abé")[random.int(0...2)] })
        }
        for _ in 0..<500 {
            let (one, other) = (text(), text())
            #expect((OrderTag(one) == OrderTag(other)) == (one == other))
            if one == other { #expect(OrderTag(one).hashValue == OrderTag(other).hashValue) }
        }
    }
}
