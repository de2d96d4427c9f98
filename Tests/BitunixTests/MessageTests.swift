import AccountSession
import Bitunix
import PropertyTesting
import Testing
import TradingModel
import WireText

private func order(_ text: String) throws -> WireOrder {
    try payload(BitunixReplies.order(Array(Wire.reply(text).utf8)))
}

@Suite struct `Bitunix messages` {
    @Test(
        arguments: [
            ("INIT", .prepared), ("NEW", .working), ("New_", .working),
            ("PART_FILLED", .partlyFilled),
            ("FILLED", .filled), ("CANCELED", .cancelled),
            ("PART_FILLED_CANCELED", .partlyCancelled),
            ("SYSTEM_CANCELED", .cancelledByVenue), ("EXPIRED", .expired),
            ("RESTING", .unknown("RESTING")), ("", .unknown("")),
        ] as [(String, WireStatus)])
    func `tell where an order is`(word: String, status: WireStatus) throws {
        #expect(try order(Wire.order(status: word)).status == status)
    }

    // Trap 9: numbers are quoted or not, times are of three kinds.
    @Test func `have numbers and times of several kinds`() throws {
        let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        for stamp in [
            "1700000000000", "\"1700000000000\"", "\"2023-11-14T22:13:20Z\"",
            "\"2023-11-14T22:13:20.000000000Z\"",
        ] {
            let text = Wire.order().replacing(
                "\"mtime\":1700000000000", with: "\"mtime\":\(stamp)")
            #expect(try order(text).updatedAt == time, "\(stamp)")
        }
        #expect(try order(Wire.order().replacing("\"2.5\"", with: "2.5")).quantity == exact("2.5"))
        for total in ["\"7\"", "7"] {
            let text = Wire.reply("{\"orderList\":[\(Wire.order())],\"total\":\(total)}")
            #expect(try payload(BitunixReplies.orders(Array(text.utf8))).total == 7)
        }
        for code in ["0", "\"0\""] {
            let text = Wire.reply("null").replacing("\"code\":0", with: "\"code\":\(code)")
            _ = try payload(BitunixReplies.done(Array(text.utf8)))
        }
        #expect(throws: BadMessage.self) {
            try order(Wire.order().replacing("1700000000000", with: "-5"))
        }
    }

    // Trap 19.
    @Test(arguments: ["market", "MARKET", "0", ""])
    func `of market orders have no price`(price: String) throws {
        #expect(try order(Wire.order(type: "MARKET", price: price)).price == nil)
        #expect(try order(Wire.order(type: "MARKET", price: price)).isMarketOrder)
    }

    @Test func `have empty lists of three kinds`() throws {
        for data in ["null", "{}", "{\"orderList\":null,\"total\":\"0\"}"] {
            let page = try payload(BitunixReplies.orders(Array(Wire.reply(data).utf8)))
            #expect(page.elements.isEmpty && page.total == 0)
        }
        let none = try payload(BitunixReplies.positions(Array(Wire.reply("null").utf8)))
        #expect(none.isEmpty)
    }

    @Test func `of the account are an object or a list of one`() throws {
        for data in [Wire.account(), "[\(Wire.account())]"] {
            let account = try payload(BitunixReplies.account(Array(Wire.reply(data).utf8)))
            #expect(account.total == exact("1000") && !account.isHedged)
        }
    }

    // What positions would bring is in what is shown, and is no money.
    @Test func `of the account count no profit that is not realised`() throws {
        let text = Wire.account(available: "930", cross: "30")
        let account = try payload(BitunixReplies.account(Array(Wire.reply(text).utf8)))
        #expect(account.total == exact("1000") && account.available == exact("900"))
    }

    @Test func `of pushes may have a list of one as data`() throws {
        let text = Wire.orderPush("NEW")
        let listed = text.replacing("\"data\":{", with: "\"data\":[{").replacing("}}", with: "}]}")
        #expect(try push(listed) == push(text))
        #expect(
            reason(
                text.replacing("\"data\":{", with: "\"data\":[{},{").replacing("}}", with: "}]}")
            ).contains("list"))
    }

    @Test func `that are no push are what their op says`() throws {
        #expect(
            try frame(#"{"op":"login","data":{"result":false,"msg":"no"}}"#)
                == .login(refusal: "no"))
        #expect(
            try frame(Wire.all.last ?? "")
                == .refused(op: "subscribe", message: "subscribe channel > 300"))
        #expect(try frame(#"{"op":"notice","data":1}"#) == .unknown(op: "notice"))
        #expect(try push(Wire.ofAccount("tpsl", "{}")) == .unknown(channel: "tpsl"))
    }

    // Trap 12: an unknown market has levels without anything in them.
    @Test func `of a market that there is not have no levels`() throws {
        guard case .depth(let depth) = try push(Wire.depth(15, bids: [("", "")], asks: [("", "")]))
        else { throw wrong }
        #expect(depth.bids.isEmpty && depth.asks.isEmpty)
    }

    @Test(
        arguments: [
            ("2023-11-14T22:13:20Z", 1_700_000_000_000_000_000),
            ("2024-02-29T00:00:00.5Z", 1_709_164_800_500_000_000),
            ("2025-04-26T17:06:13.155255000Z", 1_745_687_173_155_255_000),
            ("1970-01-01T00:00:00.1234567891Z", 123_456_789),
        ] as [(String, Int64)])
    func `have times by ISO 8601`(text: String, nanoseconds: Int64) {
        #expect(isoTime(Array(text.utf8).span)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-11-14T24:00:00Z",
        "2023-11-14 22:13:20Z", "2023-11-14T22:13:20", "2023-11-14T22:13:20.Z",
        "1969-11-14T22:13:20Z",
        "2023-11-14T22:13:20.1x3Z", "",
    ])
    func `have no other times`(text: String) { #expect(isoTime(Array(text.utf8).span) == nil) }

    @Test func `have the time in a header`() {
        #expect(httpDate("Tue, 14 Nov 2023 22:13:20 GMT")?.nanoseconds == 1_700_000_000_000_000_000)
        for text in [
            "", "Tue, 14 Nov 2023 22:13:20", "14 Nov 2023 22:13:20 GMT",
            "Tue, 31 Feb 2023 22:13:20 GMT",
            "Tue, 14 Now 2023 22:13:20 GMT", "Tue, 14 Nov 2023 22:13 GMT",
            "Tue, -4 Nov 2023 22:13:20 GMT",
        ] { #expect(httpDate(text) == nil, "\(text)") }
    }
}

@Suite struct `Bitunix messages that are damaged` {
    @Test(arguments: Wire.all)
    func `by their end missing are refused`(text: String) throws {
        let whole = Array(text.utf8)
        _ = try Frame(parsing: whole)
        for end in whole.indices {
            #expect(throws: BadMessage.self) { try Frame(parsing: Array(whole[..<end])) }
        }
    }

    @Test(arguments: Wire.all)
    func `may have fields that nobody knows`(text: String) throws {
        let more = text.replacing(
            "{", with: #"{"extra":{"a":[1,null,"x"]},"more":-1.5e3,"#, maxReplacements: 1)
        #expect(try frame(more) == frame(text))
    }

    @Test(arguments: seeds)
    func `by chance are read or refused`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<1_000 {
            let bytes = random.damaged(Array(random.pick(Wire.all).utf8))
            do throws(BadMessage) {
                guard case .push(.order(let order), _, _) = try Frame(parsing: bytes) else {
                    continue
                }
                #expect(!order.id.isEmpty && order.quantity >= .zero, "seed \(seed)")
            } catch {
                #expect(!error.reason.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test(arguments: seeds)
    func `are refused as replies or read`(seed: UInt64) {
        var random = Seeded(seed)
        let texts = [
            Wire.orders([Wire.order(), Wire.order("902", 2)]), Wire.trades([Wire.trade("1", "2")]),
            Wire.cancelled(), Wire.notCancelled("\"20007\""), Wire.account(),
            "[\(Wire.position("2"))]",
            Wire.pairs,
        ].map { Array(Wire.reply($0).utf8) }
        for _ in 0..<500 {
            let bytes = random.damaged(random.pick(texts))
            if case .success(let page)? = try? BitunixReplies.orders(bytes) {
                #expect(page.elements.allSatisfy { !$0.id.isEmpty }, "seed \(seed)")
            }
            if case .success(let page)? = try? BitunixReplies.trades(bytes) {
                #expect(page.elements.allSatisfy { !$0.id.isEmpty }, "seed \(seed)")
            }
            _ = try? BitunixReplies.cancel(bytes)
            _ = try? BitunixReplies.account(bytes)
            _ = try? BitunixReplies.positions(bytes)
            _ = try? BitunixReplies.pairs(bytes)
        }
    }
}
