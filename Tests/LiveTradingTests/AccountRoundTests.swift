import LiveTrading
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `An account that is asked for again and again` {
    private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private static func after(_ seconds: Int64) -> Timestamp {
        start.advanced(byNanoseconds: seconds * 1_000_000_000)
    }
    private let watcher = Reader()

    private func trading(_ script: String, period: Int64? = nil) throws -> VenueTrading<LiveRun> {
        let setting = try LiveSetting(script)
        return VenueTrading(asksFirst: true, audience: watcher, reconcilePeriod: period) { _ in
            setting.run
        }
    }

    private func connect(_ trading: VenueTrading<LiveRun>, foreign: [ForeignOrder] = []) throws {
        trading.apply(.instruments([try LiveSetting.instrument()]), at: Self.start)
        for order in foreign { trading.apply(.foreignOrder(order), at: Self.start) }
        trading.apply(.reconciled, at: Self.start)
        trading.apply(
            .emit(
                .status(
                    VenueStatus(
                        venue: "coinex", state: .connected, reason: "-", receiveTime: Self.start))),
            at: Self.start)
    }

    private func foreign(_ number: Int, _ side: Side = .buy) throws -> ForeignOrder {
        ForeignOrder(
            instrument: LiveSetting.perpetual, side: side, quantity: try Quantity("1"),
            remaining: try Quantity("0.5"), price: try Price("90"),
            venueID: VenueOrderID("\(number)"))
    }

    private func asksForAll(_ trading: VenueTrading<LiveRun>) -> Bool {
        trading.drainRequests().contains { if case .reconcile = $0 { true } else { false } }
    }

    @Test func `asks for all of the account again and again while it trades`() throws {
        let trading = try trading("", period: 60_000_000_000)
        try connect(trading)
        trading.pass(until: Self.after(70))
        #expect(!asksForAll(trading))  // nobody has let it trade yet
        trading.allow(at: Self.after(70))
        trading.pass(until: Self.after(129))
        #expect(!asksForAll(trading) && trading.nextDue <= Self.after(130))
        trading.pass(until: Self.after(130))
        #expect(asksForAll(trading))
        trading.pass(until: Self.after(189))
        #expect(!asksForAll(trading))
        trading.pass(until: Self.after(190))
        #expect(asksForAll(trading))
    }

    @Test func `says which orders of others are new and which are gone, each once`() throws {
        let trading = try trading("", period: 60_000_000_000)
        try connect(trading, foreign: [try foreign(1)])
        trading.allow(at: Self.start)
        watcher.clear()
        for minute in 1...3 {
            let now = Self.after(Int64(minute) * 60)
            trading.pass(until: now)
            let answered = now.advanced(byNanoseconds: 1_000_000)
            if minute == 1 { trading.apply(.foreignOrder(try foreign(1)), at: answered) }
            trading.apply(.foreignOrder(try foreign(2, .sell)), at: answered)
            trading.apply(.reconciled, at: answered)
        }
        let words = watcher.said.filter { $0.contains("reconciliation") }
        #expect(words.count == 2, "\(words)")
        #expect(
            words.first?.contains("foreign order (venue_id 2, side sell, remaining 0.5") == true)
        #expect(words.last?.contains("foreign order gone (venue_id 1") == true)
        #expect(trading.foreignOrders == [try foreign(2, .sell)])
    }

    @Test func `knows what others have open before the first order of a strategy`() throws {
        var limits = RiskLimits()
        limits.maxPosition = try Quantity("1.2")
        let setting = try LiveSetting(
            """
            function on_start()
              return {buy{symbol="coinex:BTC/USDT:USDT", qty=1, price=10},
                      sell{symbol="coinex:BTC/USDT:USDT", qty=1, price=10}}
            end
            """, limits: limits)
        let trading = VenueTrading(asksFirst: true, audience: watcher) { _ in setting.run }
        try connect(trading, foreign: [try foreign(1)])
        trading.allow(at: Self.start)
        let orders = trading.drainRequests().compactMap { request -> Side? in
            if case .command(.submit(let order)) = request { order.request.side } else { nil }
        }
        #expect(orders == [.sell])
    }
}
