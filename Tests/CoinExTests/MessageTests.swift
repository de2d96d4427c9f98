import AccountSession
import CoinEx
import PropertyTesting
import Testing
import TradingModel
import WireText

/// A reply with this text as its data.
private func reply(_ data: String, code: Int = 0) -> [UInt8] {
    Array("{\"code\":\(code),\"data\":\(data),\"message\":\"OK\"}".utf8)
}

private let order = orderJSON(7, 1, amount: "0.3", price: "100.5", filled: "0.1", unfilled: "0.2")

@Suite struct `CoinEx messages` {
    @Test func `have numbers in quotes or without`() throws {
        for (amount, price) in [("\"0.3\"", "\"100.50\""), ("0.3", "100.50"), ("3e-1", "1.005e2")] {
            let text = order.replacing("\"amount\":\"0.3\"", with: "\"amount\":\(amount)")
                .replacing("\"price\":\"100.5\"", with: "\"price\":\(price)")
                .replacing("\"order_id\":7", with: "\"order_id\":\"7\"")
            let read = try CoinExReplies.order(reply(text)).get()
            #expect(read.id == 7 && read.amount == exact("0.3") && read.price == exact("100.5"))
        }
    }

    @Test(arguments: ["7", "\"7\"", "7.0", "0.7e1", "70e-1"])
    func `have whole numbers in any form`(id: String) throws {
        let text = order.replacing("\"order_id\":7", with: "\"order_id\":\(id)")
        #expect(try CoinExReplies.order(reply(text)).get().id == 7)
    }

    @Test(arguments: ["null", "{}", "[]"])
    func `have several ways to say that a list is empty`(data: String) throws {
        #expect(try CoinExReplies.orders(reply(data)).get().elements.isEmpty)
    }

    @Test(arguments: [
        (order.replacing("\"amount\":\"0.3\",", with: ""), "`amount` is missing"),
        (order.replacing("\"0.3\"", with: "true"), "`amount` is neither a text nor a number"),
        (order.replacing("\"0.3\"", with: "[\"0.3\"]"), "`amount` is neither a text nor a number"),
        (order.replacing("\"0.3\"", with: "\"0.3x\""), "`amount` (`0.3x`)"),
        (order.replacing(":7", with: ":7.5"), "`order_id` is `7.5`, expected a whole number"),
        ("[\(order)]", "an object was expected"), ("null", "an object was expected"),
        ("\"OK\"", "an object was expected"),
    ])
    func `that make no sense are named`(data: String, words: String) {
        let error = #expect(throws: BadMessage.self) { try CoinExReplies.order(reply(data)) }
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }

    @Test func `are read whole or not at all`() {
        let whole = reply(order)
        for end in whole.indices {
            #expect(throws: BadMessage.self) { try CoinExReplies.order(Array(whole[..<end])) }
        }
    }

    @Test func `with bytes that are no text are refused`() throws {
        var bytes = reply(order)
        let place = try #require(bytes.firstRange(of: Array("mrtest".utf8))).lowerBound
        bytes[place] = 0xff
        #expect(throws: BadMessage.self) { try CoinExReplies.order(bytes) }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `that were damaged are read or refused`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<200 {
            var bytes = reply(order)
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let place = bytes.indices.randomElement(using: &random) ?? 0
                bytes[place] =
                    Bool.random(using: &random)
                    ? Array("{}[]\",:0e-.\\n".utf8).randomElement(using: &random) ?? 0
                    : .random(in: 0...255, using: &random)
            }
            do throws(BadMessage) {
                _ = try CoinExReplies.order(bytes)
            } catch {
                #expect(!error.reason.isEmpty, "seed \(seed)")
            }
        }
    }
}
