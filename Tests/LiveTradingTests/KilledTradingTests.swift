import LiveTrading
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `Trading that is killed` {
    private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private static func after(_ seconds: Int64) -> Timestamp {
        start.advanced(byNanoseconds: seconds * 1_000_000_000)
    }

    private let trader = """
        function on_start() return buy{symbol="coinex:BTC/USDT:USDT", qty=1, price=10} end
        """

    /// As it stands before somebody lets it trade; `held` by the venue's word.
    private func waiting(_ script: String, held: String = "0") throws -> VenueTrading<LiveRun> {
        let setting = try LiveSetting(script)
        let trading = VenueTrading(asksFirst: true, audience: Reader()) { _ in setting.run }
        trading.apply(.instruments([try LiveSetting.instrument()]), at: Self.start)
        try claim(held, trading, at: Self.start)
        trading.apply(.reconciled, at: Self.start)
        trading.apply(
            .emit(
                .status(
                    VenueStatus(
                        venue: "coinex", state: .connected, reason: "-", receiveTime: Self.start))),
            at: Self.start)
        return trading
    }

    private func claim(
        _ net: String, _ trading: VenueTrading<LiveRun>, at now: Timestamp
    ) throws {
        trading.apply(
            .position(
                VenuePosition(
                    instrument: LiveSetting.perpetual, net: try SignedQuantity(net),
                    averagePrice: nil, receiveTime: now)), at: now)
    }

    private func tell(_ id: String, _ event: OrderEvent, _ trading: VenueTrading<LiveRun>) {
        let now = Self.after(2)
        trading.apply(
            .emit(
                .report(
                    ExecutionReport(
                        order: ClientOrderID(id), instrument: LiveSetting.perpetual, event: event,
                        venueTime: now, receiveTime: now))), at: now)
    }

    @Test func `stops the strategy, cancels, closes what is held, and looks at the books`()
        throws
    {
        let trading = try waiting(trader, held: "1")
        trading.allow(at: Self.start)
        let first = try #require(trading.openOrderIDs.first)
        _ = trading.drainRequests()
        trading.kill("runner kill", flattens: true, at: Self.after(1))
        guard case .command(.cancel(first, _))? = trading.drainRequests().first else {
            Issue.record("expected a cancel")
            return
        }
        #expect(trading.drainRequests().isEmpty, "the position waits for the orders' end")
        trading.pass(until: Self.after(1))
        #expect(trading.nextDue > Self.after(1), "it does not spin meanwhile")
        tell(first.text, .cancelled, trading)
        guard case .command(.submit(let order))? = trading.drainRequests().first else {
            Issue.record("expected an order that closes")
            return
        }
        #expect(order.request.isReduceOnly && order.request.side == .sell)
        let fill = Fill(
            id: "1", price: try Price("10"), quantity: try Quantity("1"), liquidity: .taker,
            fee: .zero, feeCurrency: Currency("USDT"))
        tell(order.id.text, .fill(fill), trading)
        #expect(trading.stage == .windingDown, "the venue has not said yet that it is flat")
        try claim("0", trading, at: Self.after(3))
        #expect(trading.stage == .verifying)
        trading.apply(.reconciled, at: Self.after(4))
        #expect(trading.end == .stopped(reason: "runner kill"))
    }

    @Test func `leaves the position where nobody asked for more`() throws {
        let trading = try waiting(trader, held: "1")
        trading.allow(at: Self.start)
        trading.kill("SIGUSR1", flattens: false, at: Self.after(1))
        for id in trading.openOrderIDs { tell(id.text, .cancelled, trading) }
        #expect(trading.stage == .verifying)
    }

    @Test func `closes what is held also where an end was under way already`() throws {
        let trading = try waiting(trader, held: "1")
        trading.allow(at: Self.start)
        let first = try #require(trading.openOrderIDs.first)
        trading.stop("interrupted", at: Self.after(1))
        trading.kill("runner kill", flattens: true, at: Self.after(1))
        _ = trading.drainRequests()
        tell(first.text, .cancelled, trading)
        guard case .command(.submit(let order))? = trading.drainRequests().first else {
            Issue.record("expected an order that closes")
            return
        }
        #expect(order.request.isReduceOnly && order.request.side == .sell)
    }

    @Test func `before the start ends with nothing sent`() throws {
        let trading = try waiting(trader)
        trading.kill("runner kill", flattens: true, at: Self.after(1))
        #expect(trading.end == .stopped(reason: "runner kill"))
        #expect(trading.drainRequests().isEmpty)
    }

    @Test func `and cannot close goes on to the books when its time is over`() throws {
        let trading = try waiting("", held: "1")
        trading.allow(at: Self.start)
        trading.kill("runner kill", flattens: true, at: Self.after(1))
        trading.pass(until: Self.after(59))
        #expect(trading.stage == .windingDown)
        #expect(trading.nextDue > Self.after(59), "it does not spin meanwhile")
        trading.pass(until: Self.after(62))
        #expect(trading.stage == .verifying)
    }
}
