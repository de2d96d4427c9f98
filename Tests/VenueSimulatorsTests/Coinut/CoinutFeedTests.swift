import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// A client's copy of one book, kept by the rules of the documentation.
private struct BookCopy {
    var sides: [String: [Price: Quantity]] = ["BUY": [:], "SELL": [:]]
    var snapshotID: Int64 = 0

    init(_ snapshot: JSON) throws {
        snapshotID = snapshot["trans_id"]?.integer ?? 0
        for (name, side) in [("buy", "BUY"), ("sell", "SELL")] {
            for row in snapshot[name]?.items ?? [] {
                let price = try Price(try #require(row["price"]?.text))
                sides[side]?[price] = try Quantity(try #require(row["qty"]?.text))
            }
        }
    }

    /// Levels by their value, absolute quantities, zero deletes.
    mutating func take(_ update: JSON) throws {
        let side = try #require(update["side"]?.text)
        let price = try Price(try #require(update["price"]?.text))
        let quantity = try Quantity(try #require(update["qty"]?.text))
        sides[side]?[price] = quantity == .zero ? nil : quantity
        if quantity == .zero { #expect(update["count"]?.integer == 0) }
    }

    /// In quote currency for bids, in base currency for asks; rounded to eight places as told.
    func total(_ side: String) throws -> Money {
        try (sides[side] ?? [:]).reduce(.zero) { sum, level in
            guard side == "BUY" else { return sum + Money(attos: level.value.attos) }
            return sum + (try #require(level.key.times(level.value, .halfEven)))
        }
    }
}

@Suite struct `Coinut feeds` {
    private static let pair: JSON = ["inst_id": .integer(CoinutDesk.pair)]

    private func subscribe(
        _ desk: CoinutDesk, _ socket: ConnectionID, _ name: String, _ more: JSON = [:]
    ) throws -> JSON {
        let members = Self.pair.adding(["subscribe": true]).adding(more)
        return try #require(desk.ask(socket, name, members))
    }

    @Test(arguments: seeds)
    func `T10, T11: snapshot and updates give the venue's own book, and so do the totals`(
        _ seed: UInt64
    ) throws {
        let desk = CoinutDesk(seed: seed)
        let socket = try desk.connect()
        let own = try desk.connect()
        var copy = try BookCopy(try subscribe(desk, socket, "inst_order_book"))
        var random = Seeded(seed)
        var (count, last) = (0, copy.snapshotID)
        for step in 1...60 {
            if random.chance(40) {
                let side = random.bool() ? "BUY" : "SELL"
                let price = 90_000 + random.int(-300...300)
                desk.ask(own, "new_order", coinutOrder(side, "0.0123", at: "\(price)", id: step))
            }
            desk.pass(milliseconds: 100)
            for update in desk.take(socket, "inst_order_book_update") {
                try copy.take(update)
                count += 1
                let number = try #require(update["trans_id"]?.integer)
                #expect(number > last, "numbers ascend, with gaps")
                last = number
                let side = try #require(update["side"]?.text)
                let told = update[side == "BUY" ? "total_buy" : "total_sell"]?.text
                #expect(update[side == "BUY" ? "total_sell" : "total_buy"] == nil)
                let difference =
                    try copy.total(side).attos - Money(try #require(told)).attos
                #expect(difference.magnitude <= 5_000_000_000)
            }
        }
        #expect(count > 20)
        let fresh = try BookCopy(try #require(desk.ask(own, "inst_order_book", Self.pair)))
        #expect(copy.sides == fresh.sides)
    }

    @Test(arguments: [10, 50, 100, 200], [nil, 0, 1])
    func `books of the best levels and of fewer decimals are kept by their updates, too`(
        _ limit: Int, _ decimals: Int?
    ) throws {
        var more: JSON = ["top_n": .integer(limit)]
        if let decimals { more = more.adding(["decimal_places": .integer(decimals)]) }
        let desk = CoinutDesk(seed: UInt64(limit))
        let socket = try desk.connect()
        var copy = try BookCopy(try subscribe(desk, socket, "inst_order_book", more))
        for _ in 1...50 {
            desk.pass(milliseconds: 200)
            for update in desk.take(socket, "inst_order_book_update") {
                try copy.take(update)
                #expect(update["total_buy"] == nil && update["total_sell"] == nil)
                let price = try #require(update["price"]?.text)
                if let decimals {
                    let places = price.split(separator: ".").dropFirst().first?.count ?? 0
                    #expect(places == decimals)
                }
            }
        }
        desk.ask(socket, "hb")
        let fresh = try #require(desk.ask(socket, "inst_order_book", Self.pair.adding(more)))
        #expect(copy.sides == (try BookCopy(fresh)).sides)
        #expect((1...limit).contains(fresh["buy"]?.items?.count ?? 0))
    }

    @Test func `T14: the decimals of an instrument are those of its prices alone`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let socket = try desk.connect()
        let list = desk.ask(socket, "inst_list", ["sec_type": "SPOT"])
        let listing = list?.at("SPOT", "BTCUSDT")?.items?.first
        #expect(listing?["decimal_places"]?.integer == 2)
        for (quantity, price, reply) in [
            ("0.00000001", "99.99", "order_accepted"), ("0.00000001", "99.999", "order_rejected"),
            ("1", "99.990000", "order_accepted"),
        ] {
            let order = coinutOrder("BUY", quantity, at: price)
            #expect(desk.ask(socket, "new_order", order)?["reply"]?.text == reply)
        }
    }

    @Test func `T15: a quirk ends whole books with an absurd ask, which no total leaves out`()
        throws
    {
        var settings = CoinutSimulatorSettings()
        settings.quirks.absurdAsks = true
        let desk = CoinutDesk(try HandMadeMarket(), settings: settings)
        let socket = try desk.connect()
        let whole = desk.ask(socket, "inst_order_book", Self.pair)
        #expect(whole?["sell"]?.items?.last?["price"]?.text == "10000000.00000000")
        #expect(whole?["total_sell"]?.text == "15.01000000")
        let best = desk.ask(socket, "inst_order_book", Self.pair.adding(["top_n": 10]))
        #expect(best?["sell"]?.items?.last?["price"]?.text == "102.00000000")
    }

    @Test func `T13: a quirk tells old figures of the day, which are no bounds for prices`() throws
    {
        var settings = CoinutSimulatorSettings()
        settings.quirks.staleFigures = true
        let desk = CoinutDesk(try HandMadeMarket(), settings: settings)
        let tick = try #require(desk.ask(try desk.connect(), "inst_tick", Self.pair))
        #expect(tick["high24"]?.text == "50.00000000")
        #expect(tick["highest_buy"]?.text == "100.00000000")
    }

    @Test func `bids are rounded down and asks up, and levels that meet are added up`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let socket = try desk.connect()
        for (id, price) in [(1, "100.4"), (2, "100.2")] {
            desk.ask(socket, "new_order", coinutOrder("BUY", "1", at: price, id: id))
        }
        desk.ask(socket, "new_order", coinutOrder("SELL", "1", at: "100.6", id: 3))
        let book = desk.ask(
            socket, "inst_order_book", Self.pair.adding(["decimal_places": 0]))
        let best = try #require(book?["buy"]?.items?.first)
        #expect(best == ["count": 3, "price": "100", "qty": "7.00000000"])
        let ask = try #require(book?["sell"]?.items?.first)
        #expect(ask == ["count": 2, "price": "101", "qty": "6.00000000"])
    }

    @Test func `T9: a quirk lists bids from the worst to the best, as one sample does`() throws {
        for isAscending in [false, true] {
            var settings = CoinutSimulatorSettings()
            settings.quirks.ascendingBids = isAscending
            let desk = CoinutDesk(try HandMadeMarket(), settings: settings)
            let socket = try desk.connect()
            let book = desk.ask(socket, "inst_order_book", Self.pair)
            let prices = book?["buy"]?.items?.map { $0["price"]?.text }
            let best: [String?] = ["100.00000000", "99.00000000"]
            #expect(prices == (isAscending ? best.reversed() : best))
            let asks = book?["sell"]?.items?.map { $0["price"]?.text }
            #expect(asks == ["101.00000000", "102.00000000"])
        }
    }

    @Test func `T12: a quirk leaves the number of a snapshot out`() throws {
        for isBare in [false, true] {
            var settings = CoinutSimulatorSettings()
            settings.quirks.snapshotsWithoutIDs = isBare
            let desk = CoinutDesk(try HandMadeMarket(), settings: settings)
            let book = desk.ask(try desk.connect(), "inst_order_book", Self.pair)
            #expect((book?["trans_id"] == nil) == isBare)
        }
    }

    @Test(arguments: seeds.prefix(5))
    func `a quirk sends updates before the snapshot that they are behind`(_ seed: UInt64) throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.earlyUpdates = true
        let desk = CoinutDesk(seed: seed, settings: settings)
        let socket = try desk.connect()
        var early = 0
        for _ in 1...20 {
            desk.ask(socket, "inst_order_book", Self.pair.adding(["subscribe": true]))
            #expect(desk.take(socket, "inst_order_book").isEmpty)
            desk.pass(milliseconds: 300)
            let heard = desk.take(socket)
            let place = try #require(
                heard.firstIndex { $0["reply"]?.text == "inst_order_book" })
            early += place
            var copy = try BookCopy(heard[place])
            for update in heard where update["reply"]?.text == "inst_order_book_update" {
                let number = try #require(update["trans_id"]?.integer)
                #expect(number > copy.snapshotID)
                try copy.take(update)
            }
            let fresh = try #require(desk.ask(socket, "inst_order_book", Self.pair))
            #expect(copy.sides == (try BookCopy(fresh)).sides)
        }
        #expect(early > 0)
    }

    @Test func `a quirk sends trades before the snapshot that they are behind`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.earlyUpdates = true
        let desk = CoinutDesk(settings: settings)
        let socket = try desk.connect()
        var early = 0
        for _ in 1...20 {
            desk.ask(socket, "inst_trade", Self.pair.adding(["subscribe": true]))
            desk.pass(milliseconds: 1_000)
            let heard = desk.take(socket)
            let place = try #require(heard.firstIndex { $0["reply"] == "inst_trade" })
            early += place
            let newest = heard[place]["trades"]?.items?.first?["trans_id"]?.integer ?? 0
            let updates = heard.filter { $0["reply"] == "inst_trade_update" }
            #expect(updates.allSatisfy { ($0["trans_id"]?.integer ?? 0) > newest })
        }
        #expect(early > 0)
    }

    @Test func `a quirk loses updates, and the totals of later ones betray it`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.lostUpdates = 0.2
        let desk = CoinutDesk(settings: settings)
        let socket = try desk.connect()
        var copy = try BookCopy(try subscribe(desk, socket, "inst_order_book"))
        var mismatches = 0
        for _ in 1...50 {
            desk.pass(milliseconds: 200)
            for update in desk.take(socket, "inst_order_book_update") {
                try copy.take(update)
                guard let told = update["total_sell"]?.text else { continue }
                if try copy.total("SELL") != Money(told) { mismatches += 1 }
            }
        }
        #expect(mismatches > 0)
    }

    @Test func `T23: a subscription ends by the truth value, or by the text "false"`() throws {
        for word in [false, "false"] as [JSON] {
            let desk = CoinutDesk()
            let socket = try desk.connect()
            for name in ["inst_order_book", "inst_trade", "inst_tick"] {
                _ = try subscribe(desk, socket, name)
                let end = Self.pair.adding(["subscribe": word])
                #expect(desk.ask(socket, name, end)?["status"] == ["OK"])
            }
            _ = desk.take(socket)
            desk.pass(milliseconds: 5_000)
            #expect(desk.take(socket) == [])
        }
    }

    @Test func `trades are told once, with the taker's side and numbers that ascend`() throws {
        let desk = CoinutDesk()
        let socket = try desk.connect()
        let snapshot = try subscribe(desk, socket, "inst_trade")["trades"]?.items ?? []
        #expect(snapshot.count <= 100 && !snapshot.isEmpty)
        let ids = snapshot.compactMap { $0["trans_id"]?.integer }
        #expect(ids == ids.sorted(by: >))
        let order = desk.ask(socket, "new_order", coinutOrder("BUY", "0.01"))
        desk.pass(milliseconds: 10_000)
        let told = desk.take(socket, "inst_trade_update")
        let numbers = told.compactMap { $0["trans_id"]?.integer }
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        #expect(numbers.allSatisfy { $0 > ids.first ?? 0 })
        // The own fill is a public trade, of the same number.
        let own = try #require(told.first { $0["trans_id"] == order?["trans_id"] })
        #expect(own["side"]?.text == "BUY")
        #expect(own["price"] == order?["fill_price"])
    }

    @Test func `T8: a quirk sends trades without a quantity and a time`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.bareTrades = true
        let desk = CoinutDesk(settings: settings)
        let socket = try desk.connect()
        _ = try subscribe(desk, socket, "inst_trade")
        desk.pass(milliseconds: 10_000)
        let told = desk.take(socket, "inst_trade_update")
        #expect(!told.isEmpty)
        #expect(told.allSatisfy { $0["qty"] == nil && $0["timestamp"]?.integer == 0 })
    }

    @Test func `T22: figures come when they change, in microseconds, and name the last before`()
        throws
    {
        let desk = CoinutDesk()
        let socket = try desk.connect()
        let first = try subscribe(desk, socket, "inst_tick")
        #expect(first["timestamp"]?.integer == desk.now.nanoseconds / 1_000)
        desk.pass(milliseconds: 5_000)
        let ticks = desk.take(socket, "inst_tick")
        #expect(!ticks.isEmpty)
        let numbers = [first["trans_id"]] + ticks.map { $0["trans_id"] }
        #expect(ticks.map { $0["prev_trans_id"] } == numbers.dropLast())
    }

    @Test(
        arguments: [
            ["top_n": 20], ["top_n": 0], ["decimal_places": 9], ["decimal_places": -1],
            ["subscribe": "maybe"], ["inst_id": "490589"],
        ] as [JSON])
    func `what a feed cannot be is refused`(_ change: JSON) throws {
        let desk = CoinutDesk()
        let key = change.members?.first?.key ?? ""
        let members = Self.pair.removing(key).adding(change)
        let reply = desk.ask(try desk.connect(), "inst_order_book", members)
        #expect(reply?["status"] == ["INVALID_REQUEST"])
    }

    @Test func `over REST a subscription is ignored`() throws {
        let desk = CoinutDesk()
        let reply = try desk.post("inst_trade", Self.pair.adding(["subscribe": true]))
        #expect(reply["status"] == ["OK"])
        #expect(reply["trades"]?.items?.isEmpty == false)
    }
}
