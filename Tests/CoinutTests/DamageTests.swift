import Coinut
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import WireText

@Suite struct `Coinut frames` {
    @Test(arguments: Wire.all)
    func `are read whole or not at all`(text: String) throws {
        let whole = Array(text.utf8)
        #expect(try CoinutFrame(parsing: whole).unread.isEmpty)
        for end in whole.indices {
            #expect(throws: BadMessage.self) { try CoinutFrame(parsing: Array(whole[..<end])) }
        }
        // The venue ends an answer over HTTP with a new line.
        #expect(
            try CoinutFrame(parsing: whole + [10]) == CoinutFrame(parsing: whole))
    }

    @Test(arguments: Wire.all)
    func `may have fields that nobody knows`(text: String) throws {
        guard text.hasPrefix("{"), !text.contains("user_balance") else { return }
        let more = text.replacing(
            "{", with: #"{"extra":{"a":[1,null,"x"]},"more":-1.5e3,"#, maxReplacements: 1)
        #expect(try content(more) == content(text))
    }

    @Test func `with bytes that are no text are refused`() throws {
        var bytes = Array(Wire.login.utf8)
        let place = try #require(bytes.firstRange(of: Array("walker".utf8))).lowerBound
        bytes[place] = 0xff
        #expect(throws: BadMessage.self) { try CoinutFrame(parsing: bytes) }
    }

    @Test(arguments: ["7", "\"OK\"", "null", "true", "", "{", "nonsense"])
    func `that are no message are refused`(text: String) {
        #expect(!reason(text).isEmpty)
    }

    @Test func `of kinds that nobody knows are told as such`() throws {
        let text = #"{"nonce":5,"reply":"index_tick","status":["OK"],"x":1}"#
        #expect(try content(text) == .unknown(reply: "index_tick"))
    }

    @Test(arguments: seeds)
    func `that were damaged are read or refused`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<1_000 {
            let bytes = random.damaged(Array(random.pick(Wire.all).utf8))
            do throws(BadMessage) {
                let frame = try CoinutFrame(parsing: bytes)
                for case .filled(let fill) in frame.messages.map(\.content) {
                    #expect(fill.quantity > .zero && fill.price > .zero, "seed \(seed)")
                    #expect(fill.shown.filled <= fill.shown.quantity, "seed \(seed)")
                }
            } catch {
                #expect(!error.reason.isEmpty, "seed \(seed)")
                // A refusal never shows what a login must hide.
                #expect(!error.reason.contains("11112222-"), "seed \(seed)")
                #expect(!error.reason.contains("example.org"), "seed \(seed)")
            }
        }
    }

    @Test(arguments: seeds)
    func `of any JSON are read or refused`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<300 {
            let bytes = random.json(depth: 0).bytes
            _ = try? CoinutFrame(parsing: bytes)
            #expect(CoinutScanner.scan(bytes.span) == nil || (try? message(bytes)) != nil)
        }
    }
}

@Suite struct `Coinut round trips` {
    @Test(arguments: seeds)
    func `of orders lose nothing`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<200 {
            let orders = try (0..<random.int(1...5)).map { _ in try random.order() }
            let nonce = Nonce(Int64(random.int(1...16_777_215)))
            let one = try JSON(
                parsing: Array(CoinutRequests.place(orders[0], nonce).text.utf8))
            #expect(one["nonce"]?.integer == nonce.value && one["request"]?.text == "new_order")
            #expect(try Self.order(one) == orders[0], "seed \(seed)")
            let batch = try JSON(
                parsing: Array(CoinutRequests.placeBatch(orders, nonce).text.utf8))
            #expect(
                try batch["orders"]?.items?.map(Self.order) == orders, "seed \(seed)")
        }
    }

    private static func order(_ json: JSON) throws -> CoinutOrder {
        try CoinutOrder(
            instrument: InstrumentNumber(try #require(json["inst_id"]?.integer)),
            side: json["side"]?.text == "BUY" ? .buy : .sell,
            quantity: try Quantity(try #require(json["qty"]?.text)),
            price: try json["price"].map { try Price(try #require($0.text)) },
            client: ClientNumber(try #require(json["client_ord_id"]?.integer)))
    }

    /// What the venue would say to an order that was sent says the same order.
    @Test(arguments: seeds)
    func `of orders and what is said of them lose nothing`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<200 {
            let sent = try random.order()
            let open = Quantity(
                attos: Int128(random.int(0...1_000)) * sent.quantity.attos / 1_000
                    / 10_000_000_000 * 10_000_000_000)
            let shown = Wire.order(
                Int64(random.int(1...Int(Int32.max))), client: sent.client.value,
                instrument: sent.instrument.value, side: sent.side == .buy ? "BUY" : "SELL",
                price: sent.price?.description, quantity: sent.quantity.description,
                open: open.description, time: Int64(random.int(1...2_000_000_000_000_000)))
            guard case .rejected(let read) = try content(Wire.rejected(shown)) else {
                throw wrong
            }
            #expect(read.shown.side == sent.side && read.shown.price == sent.price)
            #expect(read.shown.quantity == sent.quantity && read.shown.open == open)
            #expect(read.shown.client == sent.client)
            #expect(read.shown.instrument == sent.instrument, "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func `of books lose nothing but the order of levels`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<50 {
            var prices: Set<Int> = []
            while prices.count < 20 { prices.insert(random.int(1...999_999)) }
            let rows = prices.map { (price: $0, quantity: random.int(1...9_999)) }
            func text(_ rows: ArraySlice<(price: Int, quantity: Int)>) -> [String] {
                rows.map { Wire.level("\($0.price).50000000", "0.\($0.quantity)1") }
            }
            let said = Wire.book(bids: text(rows[..<10]), asks: text(rows[10...]))
            guard case .book(let book) = try content(said) else { throw wrong }
            func levels(_ rows: [(price: Int, quantity: Int)]) -> [CountedLevel] {
                rows.map {
                    CountedLevel(
                        price: exact("\($0.price).5"), quantity: exact("0.\($0.quantity)1"),
                        count: 1)
                }
            }
            #expect(book.bids == levels(rows[..<10].sorted { $0.price > $1.price }))
            #expect(book.asks == levels(rows[10...].sorted { $0.price < $1.price }))
        }
    }
}

extension Seeded {
    fileprivate mutating func order() throws -> CoinutOrder {
        let quantity = Quantity(attos: Int128(int(1...(1 << 50))) * 10_000_000_000)
        let price = Price(attos: Int128(int(1...(1 << 50))) * 1_000_000_000)
        return try CoinutOrder(
            instrument: InstrumentNumber(Int64(int(1...999_999))), side: bool() ? .buy : .sell,
            quantity: quantity, price: chance(20) ? nil : price,
            client: ClientNumber(Int64(int(1...16_777_215))))
    }

    /// Any JSON, with the venue's names in it.
    fileprivate mutating func json(depth: Int) -> JSON {
        switch depth > 3 ? int(3...7) : int(0...7) {
        case 0, 1:
            let names = [
                "reply", "nonce", "status", "order", "orders", "trades", "results", "inst_id",
                "qty",
                "price", "side", "trans_id", "open_qty", "order_id", "buy", "sell", "SPOT", "BTC",
            ]
            return .pairs((0..<int(0...9)).map { _ in (pick(names), json(depth: depth + 1)) })
        case 2: return .array((0..<int(0...4)).map { _ in json(depth: depth + 1) })
        case 3: return .text(decimal())
        case 4: return .integer(int(-5...9_999_999))
        case 5:
            return .text(
                pick([
                    "order_filled", "order_accepted", "order_rejected", "inst_order_book",
                    "user_balance", "cancel_orders", "trade_history", "inst_list", "hb", "login",
                    "OK", "BUY", "SELL", "",
                ]))
        case 6: return .bool(bool())
        default: return .null
        }
    }
}
