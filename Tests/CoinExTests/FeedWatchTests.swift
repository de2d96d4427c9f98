import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let spot = "coinex:BTC/USDT"
private let futures = "coinex:BTC/USDT:USDT"

/// A session without a key whose first instrument has these feeds, live and acknowledged.
private func watching(_ feeds: FeedSet, _ symbol: String = spot) throws -> SessionDesk {
    let desk = try SessionDesk([symbol], key: nil)
    try desk.prepare()
    desk.openSockets()
    try desk.acknowledge()
    desk.input(.subscribe([InstrumentID(0): feeds]))
    try desk.acknowledge()
    desk.clear()
    return desk
}

extension SessionDesk {
    /// Lets seconds pass in which the venue answers everything, and pushes what `push` says.
    fileprivate func pass(_ seconds: Int, push: (Int) throws -> Void = { _ in }) throws {
        for second in 0..<seconds {
            wait(1)
            try acknowledge()
            if isAsked("GET /v2/time") { try tellTime() }
            try push(second)
        }
    }

    fileprivate func quote(
        _ bid: String = "99", secondsOld: Int64 = 0, on product: String = "spot"
    ) throws {
        let time = (now.nanoseconds + clockAhead) / 1_000_000 - secondsOld * 1_000
        try push(
            "{\"method\":\"bbo.update\",\"data\":{\"market\":\"BTCUSDT\",\"updated_at\":\(time),"
                + "\"best_bid_price\":\"\(bid)\",\"best_bid_size\":\"1\",\"best_ask_price\":\"101\","
                + "\"best_ask_size\":\"1\"},\"id\":null}", on: product)
    }

    fileprivate func deal(_ id: Int, secondsOld: Int64 = 0, on product: String = "spot") throws {
        let time = (now.nanoseconds + clockAhead) / 1_000_000 - secondsOld * 1_000
        try push(
            "{\"method\":\"deals.update\",\"data\":{\"market\":\"BTCUSDT\",\"deal_list\":["
                + "{\"deal_id\":\(id),\"created_at\":\(time),\"side\":\"sell\",\"price\":\"100\","
                + "\"amount\":\"1\"}]},\"id\":null}", on: product)
    }

    fileprivate var said: [String] {
        statuses.map { "\($0.state) \($0.instrument?.index ?? -1): \($0.reason)" }
    }

    /// How often a word was sent and not looked at yet.
    fileprivate func asked(_ word: String) -> Int { texts.count { $0.contains(word) } }
    fileprivate var texts: [String] {
        actions.compactMap { if case .send(_, let text) = $0 { text } else { nil } }
    }
}

@Suite struct `A CoinEx feed` {
    // MARK: - Silence

    @Test func `that is silent is asked for anew, and then called stale`() throws {
        let desk = try watching([.quotes])
        try desk.pass(20) { _ in try desk.quote() }
        #expect(desk.said == [] && desk.asked("bbo.subscribe") == 0)
        try desk.pass(14)
        #expect(desk.asked("bbo.subscribe") == 0)
        try desk.pass(2)
        #expect(desk.asked(#"bbo.unsubscribe","params":{"market_list":["BTCUSDT"]}"#) == 1)
        #expect(desk.asked(#"bbo.subscribe","params":{"market_list":["BTCUSDT"]}"#) == 1)
        #expect(desk.said == [])
        try desk.pass(15)
        #expect(
            desk.said == [
                "stale 0: the quotes of coinex:BTC/USDT have been silent for 30 s, and asking did not help"
            ])
        try desk.quote()
        #expect(desk.said.count == 2)
        #expect(
            desk.said.last == "resynchronised 0: the quotes of coinex:BTC/USDT come in time again")
    }

    @Test func `that stays silent is told once and asked for less and less often`() throws {
        let desk = try watching([.quotes])
        try desk.pass(600)
        #expect(desk.statuses.map(\.state) == [.stale])
        #expect((6...14).contains(desk.asked("bbo.subscribe")))
        #expect(desk.asked("deals") == 0)
    }

    @Test func `of a market that rests answers, and is not called stale`() throws {
        let desk = try watching([.quotes])
        var before = -1
        try desk.pass(900) { _ in
            let asked = desk.asked("bbo.subscribe")
            // The venue answers with what there is, however old.
            if asked > before { try desk.quote(secondsOld: 700) }
            before = asked
        }
        #expect(desk.said == [])
        #expect((3...8).contains(desk.asked("bbo.subscribe")))
    }

    @Test func `of trades is missed where the venue tells those of before, and only there`() throws
    {
        for tellsHistory in [true, false] {
            let desk = try watching([.trades])
            try desk.deal(7, secondsOld: tellsHistory ? 30 : 0)
            try desk.pass(80) { _ in try desk.quote() }
            let expected =
                tellsHistory
                ? [
                    "stale 0: the trades of coinex:BTC/USDT have been silent for 30 s, and asking did not help"
                ] : []
            #expect(desk.said == expected)
            #expect(desk.asked("deals.subscribe") >= 1)
            try desk.deal(8)
            #expect(desk.said.count == 2 * expected.count)
        }
    }

    @Test func `of trades that rest is proven by those of before, which are told once`() throws {
        let desk = try watching([.trades])
        try desk.deal(7, secondsOld: 30)
        var before = 0
        try desk.pass(600) { _ in
            try desk.quote()
            let asked = desk.asked("deals.subscribe")
            if asked > before { try desk.deal(7, secondsOld: 30) }
            before = asked
        }
        #expect(desk.said == [])
        #expect(desk.trades.isEmpty)  // of before our time
        #expect(before >= 2)
    }

    @Test func `of the book is fetched anew, and stale when it does not come`() throws {
        let desk = try watching([.book])
        try desk.push(wholeBook)
        try desk.pass(30) { second in
            try desk.quote()
            if second == 16 { try desk.push(wholeBook) }  // the answer
        }
        #expect(desk.said == [])
        #expect(desk.asked("depth.subscribe") == 1)
        try desk.pass(30) { _ in try desk.quote() }
        #expect(
            desk.said == [
                "stale 0: the order book of coinex:BTC/USDT did not come within 10 s of being asked for"
            ])
        try desk.push(wholeBook)
        #expect(desk.said.last == "resynchronised 0: the order book is whole again")
    }

    @Test func `that answered before and is dead now gives the socket up, once`() throws {
        let desk = try watching([.quotes])
        try desk.quote()  // at once after the subscription
        try desk.pass(120)
        #expect(desk.statuses.map(\.state) == [.stale, .lost])
        #expect(desk.said.last == "lost -1: spot: the quotes of coinex:BTC/USDT stay silent")
        desk.openSockets()
        try desk.acknowledge()
        try desk.pass(600)
        #expect(desk.statuses.map(\.state) == [.stale, .lost, .resynchronised])
        try desk.quote()
        #expect(
            desk.said.last == "resynchronised 0: the quotes of coinex:BTC/USDT come in time again")
    }

    @Test func `is not missed while the socket is down or its subscription has ended`() throws {
        let desk = try watching([.trades])
        try desk.deal(7, secondsOld: 30)
        desk.input(.subscribe([:]))
        try desk.acknowledge()
        try desk.pass(300) { _ in try desk.quote() }
        #expect(desk.said == [])
        #expect(desk.asked("deals.subscribe") == 0)
    }

    @Test func `of futures marks that is silent is told too`() throws {
        let desk = try watching([.ticker], futures)
        try desk.pass(120) { _ in try desk.quote(on: "futures") }
        #expect(
            desk.said == [
                "stale 0: the tickers of coinex:BTC/USDT:USDT have been silent for 30 s, and asking did not help"
            ])
    }

    // MARK: - Lateness

    @Test func `that is late is stale until it comes in time`() throws {
        let desk = try watching([.quotes])
        try desk.pass(3) { _ in try desk.quote() }
        try desk.quote(secondsOld: 20)
        #expect(desk.said == [])
        try desk.pass(2) { _ in try desk.quote(secondsOld: 21) }
        #expect(desk.said == ["stale 0: the quotes of coinex:BTC/USDT come 21 s late"])
        try desk.pass(3) { _ in try desk.quote(secondsOld: 24) }
        #expect(desk.said.count == 1)
        try desk.quote()
        #expect(
            desk.said.last == "resynchronised 0: the quotes of coinex:BTC/USDT come in time again")
    }

    @Test func `with one wrong stamp, or after a pause of the line, is not late`() throws {
        let desk = try watching([.quotes])
        for _ in 0..<40 {
            try desk.pass(1) { _ in try desk.quote() }
            try desk.quote(secondsOld: 60)
        }
        for age in stride(from: 12, through: 0, by: -1) { try desk.quote(secondsOld: Int64(age)) }
        #expect(desk.said == [])
    }

    @Test(arguments: [3_600, -3_600])
    func `is held against the venue's clock, not ours`(ahead: Int64) throws {
        let desk = try SessionDesk([spot], key: nil)
        desk.clockAhead = ahead * 1_000_000_000
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledge()
        desk.clear()
        try desk.pass(10) { _ in try desk.quote() }
        #expect(desk.said == [])
        try desk.pass(3) { _ in try desk.quote(secondsOld: 9) }
        #expect(desk.said == ["stale 0: the quotes of coinex:BTC/USDT come 9 s late"])
    }

    @Test func `is not late because our clock was set`() throws {
        let desk = try watching([.quotes])
        try desk.pass(10) { _ in try desk.quote() }
        // Ours goes forward by a minute: the venue is asked for the time before anything is said.
        desk.now = desk.now.advanced(byNanoseconds: 3_000_000_000)
        desk.clockAhead -= 60_000_000_000
        try desk.pass(10) { _ in try desk.quote() }
        #expect(desk.said == [])
    }

    @Test func `of trades and books is late too`() throws {
        let desk = try watching([.trades, .book])
        try desk.push(wholeBook)
        try desk.deal(1)
        try desk.pass(3) { second in
            try desk.deal(2 + second, secondsOld: 30)
            try desk.quote()
        }
        #expect(desk.said == ["stale 0: the trades of coinex:BTC/USDT come 30 s late"])
        try desk.pass(3) { _ in
            let stamp = "\(desk.now.nanoseconds / 1_000_000 - 30_000)"
            try desk.push(wholeBook.replacing("1712823790987", with: stamp))
        }
        #expect(desk.said.count == 2)
        #expect(
            desk.said.last?.contains("the changes of the order book of coinex:BTC/USDT come")
                == true)
    }

    // MARK: - Times

    // Promise P10.
    @Test func `has the venue's times, and its clock where there are none`() throws {
        let desk = try SessionDesk([futures], key: nil)
        desk.clockAhead = 7_000_000_000
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledge()
        desk.clear()
        try desk.quote(secondsOld: 2, on: "futures")
        try desk.push(
            #"{"method":"state.update","data":{"state_list":[{"market":"BTCUSDT","last":"5","mark_price":"5.5"}]},"id":null}"#,
            on: "futures")
        let ours = desk.now.nanoseconds
        let times = desk.market.compactMap { event -> [Int64]? in
            switch event {
            case .quote(let quote):
                [quote.venueTime.nanoseconds - ours, quote.receiveTime.nanoseconds - ours]
            case .ticker(let ticker):
                [ticker.venueTime.nanoseconds - ours, ticker.receiveTime.nanoseconds - ours]
            default: nil
            }
        }
        #expect(times == [[5_000_000_000, 0], [7_000_000_000, 0]])
    }

    // MARK: - Wrong books

    /// For as long as every book is wrong the venue is asked less and less often, and it is said once.
    @Test func `whose books are all wrong is asked for with growing pauses`() throws {
        let desk = try watching([.book])
        try desk.push(wholeBook)
        let wrong = wholeBook.replacing("379983600", with: "1")
        try desk.pass(120) { _ in
            for _ in 0..<5 { try desk.push(wrong) }
            try desk.quote()
        }
        #expect((5...12).contains(desk.asked("depth.subscribe")))
        #expect(desk.statuses.map(\.state) == [.stale])
        #expect(desk.market.count { if case .book = $0 { true } else { false } } < 20)
        try desk.pass(31) { _ in
            try desk.push(wholeBook)
            try desk.quote()
        }
        #expect(desk.statuses.map(\.state) == [.stale, .resynchronised])
    }

    @Test func `whose books are wrong now and then recovers at once`() throws {
        let desk = try watching([.book])
        for round in 1...4 {
            try desk.push(wholeBook)
            try desk.push(changedBook.replacing("3426056816", with: "1"))
            #expect(desk.asked("depth.subscribe") == round)
            try desk.push(wholeBook)
            #expect(desk.statuses.last?.state == .resynchronised)
            try desk.pass(100) { second in
                try desk.quote()
                if second % 10 == 0 { try desk.push(wholeBook) }
            }
        }
    }

    @Test func `whose books are right and wrong in turn is not asked for at every push`() throws {
        let desk = try watching([.book])
        try desk.pass(100) { _ in
            for _ in 0..<3 {
                try desk.push(wholeBook)
                try desk.push(wholeBook.replacing("379983600", with: "1"))
            }
            try desk.quote()
        }
        #expect(desk.asked("depth.subscribe") < 12)
    }
}
