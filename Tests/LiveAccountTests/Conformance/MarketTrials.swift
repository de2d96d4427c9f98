import AccountSimulation
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Market data.
extension Conformance {
    static func quotes(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let first = try #require(desk.quotes.last)
            #expect(try first.bid == level("100", "5"))
            #expect(try first.ask == level("101", "5"))
            try desk.market.setLevel(0, .buy, "100", "7", ends: false)
            try desk.market.setLevel(0, .sell, "100.5", "2")
            desk.pass(2)
            let next = try #require(desk.quotes.last)
            #expect(try next.bid == level("100", "7"))
            #expect(try next.ask == level("100.5", "2"))
            #expect(next.receiveTime > first.receiveTime)
            let late = next.receiveTime.nanoseconds - next.venueTime.nanoseconds
            #expect(late.magnitude < 1_000_000_000, "the venue's time is with it")
        }
    }

    private static func level(_ price: String, _ quantity: String) throws -> BookLevel {
        BookLevel(price: try Price(price), quantity: try Quantity(quantity))
    }

    static func trades(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let before = desk.trades.count
            try desk.market.trade(0, .sell, "100", "0.25")
            desk.pass(1)
            try desk.market.trade(0, .buy, "101", "0.5")
            try desk.market.trade(0, .buy, "101", "0.5")
            desk.pass(3)
            let told = desk.trades.dropFirst(before)
            #expect(told.map(\.price.description) == ["100", "101", "101"])
            #expect(told.map(\.quantity.description) == ["0.25", "0.5", "0.5"])
            #expect(told.map(\.taker) == [.sell, .buy, .buy])
            let ids = desk.trades.compactMap(\.id)
            #expect(ids.count == desk.trades.count && Set(ids).count == ids.count)
            desk.pass(120)
            #expect(desk.trades.count == before + 3, "asked for anew, they are not told again")
            #expect(desk.statuses.count == 1, "a market that rests is neither silent nor late")
        }
    }

    static func book(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            try expectTrueBook(desk)
            try desk.market.setLevel(0, .buy, "100", "0", ends: false)
            try desk.market.setLevel(0, .buy, "99.5", "3", ends: false)
            try desk.market.setLevel(0, .sell, "102", "0.5")
            desk.pass(3)
            #expect(desk.books[0].bestBid == (try level("99.5", "3")))
            try expectTrueBook(desk)
        }
    }

    /// The book that was told is the venue's own.
    private static func expectTrueBook(
        _ desk: ConformanceDesk, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let book = try #require(try desk.marketRow()["book"])
        for (side, name) in [(Side.buy, "bids"), (.sell, "asks")] {
            let theirs = (book[name]?.items ?? []).map { $0.items?.compactMap(\.text) ?? [] }
            let ours = desk.books[0].levels(side, count: 100)
                .map { [$0.price.description, $0.quantity.description] }
            // What changes by itself may just have changed.
            let still = { (levels: [[String]]) in levels.filter { $0[0] != "50" } }
            #expect(still(ours) == still(theirs), sourceLocation: location)
            #expect(ours.count == theirs.count, sourceLocation: location)
        }
    }

    static func ticker(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            #expect(desk.tickers.compactMap(\.last).last?.description == "100")
            try desk.market.trade(0, .buy, "101", "0.5")
            desk.pass(10)
            #expect(desk.tickers.compactMap(\.last).last?.description == "101")
        }
    }

    static func marks(_ pair: ConformancePair) throws {
        try each(pair, in: pair.perpetuals) { desk in
            desk.pass(10)
            let mark = try desk.marketRow()["mark"]?.text
            #expect(desk.tickers.compactMap(\.mark).last?.description == mark)
            #expect(desk.tickers.compactMap(\.index).last?.description == "100")
        }
    }

    static func funding(_ pair: ConformancePair) throws {
        try each(pair, in: pair.perpetuals) { desk in
            try desk.place(.buy, "1")
            desk.pass(5)
            try desk.market.settle(0, rate: "0.001", mark: "100")
            desk.pass(120)
            let row = try #require(try desk.rows("funding").first)
            let paid = try #require(row["received"]?.text)
            #expect(paid.hasPrefix("-"), "who is long pays")
            #expect(desk.fundings.count { $0.payment != nil } == 1, "\(desk.fundings)")
            #expect(desk.fundings.last?.payment?.description == paid)
            #expect(desk.engine?.state.positions[0].funding.description == paid)
        }
    }

    /// The venue charges it, and tells nothing but what is left.
    static func untoldFunding(_ pair: ConformancePair) throws {
        #expect(!pair.connector.abilities.feeds.contains("funding"))
        try each(pair, in: pair.perpetuals, .init(fault: "funding")) { desk in
            try desk.place(.buy, "1")
            desk.pass(5)
            try desk.market.settle(0, rate: "0.001", mark: "100")
            desk.pass(120)
            let row = try #require(try desk.rows("funding").first)
            #expect(row["received"]?.text?.hasPrefix("-") == true, "who is long pays")
            #expect(desk.fundings.isEmpty)
            try expectTrueHoldings(desk)
        }
    }

    /// What a lost message told the next one tells, too: nothing need be asked for.
    static func wholeBooks(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            desk.line.trouble = .mute
            try desk.market.setLevel(0, .buy, "100", "2", ends: false)
            try desk.market.setLevel(0, .sell, "101", "3")
            desk.pass(0.45)
            desk.line.trouble = .none
            try desk.market.setLevel(0, .sell, "102", "4")
            desk.pass(3)
            #expect(desk.statuses.map(\.state) == [.connected], "\(desk.statuses)")
            #expect(desk.books[0].bestBid?.quantity == (try Quantity("2")))
            try expectTrueBook(desk)
        }
    }

    /// The venue trades nothing that has it.
    static func missingFeed(_ name: ConformanceCase, _ pair: ConformancePair) throws {
        #expect(pair.perpetuals.isEmpty)
        #expect(name == .marks || !pair.connector.abilities.feeds.contains(name.rawValue))
        try each(pair) { desk in
            desk.pass(30)
            #expect(desk.tickers.allSatisfy { $0.mark == nil && $0.index == nil })
            #expect(desk.fundings.isEmpty)
        }
        #expect(throws: InvalidVenuePlan.self) {
            try ConformanceDesk(pair) { $0.symbols = [pair.markets[0].symbol + ":USDT"] }
        }
    }

    static func bookRepair(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            // Between two of the line's own messages, whose loss would end it.
            desk.line.trouble = .mute
            try desk.market.setLevel(0, .buy, "100", "2", ends: false)
            try desk.market.setLevel(0, .sell, "101", "3")
            desk.pass(0.45)
            desk.line.trouble = .none
            desk.pass(20)
            let states = desk.statuses.map(\.state)
            #expect(states == [.connected, .stale, .resynchronised], "\(desk.statuses)")
            #expect(desk.statuses.dropFirst().allSatisfy { $0.instrument == InstrumentID(0) })
            #expect(desk.books[0].bestBid?.quantity == (try Quantity("2")))
            try expectTrueBook(desk)
        }
    }
}
