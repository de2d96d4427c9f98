import LiveTrading
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `Trading at a venue` {
    /// Somebody at the screen, whose answers a test gives.
    private final class Watcher: VenueAudience {
        var said: [String] = []
        var questions = 0
        var retries: [Timestamp] = []
        var foreign: [ForeignOrder] = []
        func log(_ level: LogLevel, _ text: String, at now: Timestamp) { said.append(text) }
        func status(_ status: VenueStatus, at now: Timestamp) { said.append(status.reason) }
        func problem(_ problem: VenueProblem, at now: Timestamp) {
            said.append(problem.description)
        }
        func retries(at time: Timestamp, now: Timestamp) { retries.append(time) }
        func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) {
            questions += 1
            self.foreign = foreign
        }
    }

    private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private static func after(_ seconds: Int64) -> Timestamp {
        start.advanced(byNanoseconds: seconds * 1_000_000_000)
    }
    private let watcher = Watcher()

    private func trading(_ script: String, asksFirst: Bool = true) throws -> VenueTrading<LiveRun> {
        let setting = try LiveSetting(script)
        return VenueTrading(asksFirst: asksFirst, audience: watcher) { _ in setting.run }
    }

    private func connect(_ trading: VenueTrading<LiveRun>) throws {
        trading.apply(.instruments([try LiveSetting.instrument()]), at: Self.start)
        trading.apply(.reconciled, at: Self.start)
        trading.apply(status(.connected), at: Self.start)
    }

    private func status(_ state: VenueState) -> SessionAction {
        .emit(
            .status(
                VenueStatus(venue: "coinex", state: state, reason: "-", receiveTime: Self.start)))
    }

    private let trader = """
        function on_start() return buy{symbol="coinex:BTC/USDT:USDT", qty=1, price=10} end
        """

    @Test func `asks before the strategy starts, and subscribes to nothing until then`() throws {
        let trading = try trading(trader)
        try connect(trading)
        #expect(trading.stage == .waiting)
        #expect(watcher.questions == 1)
        #expect(trading.drainRequests().isEmpty)
        trading.allow(at: Self.start)
        let requests = trading.drainRequests()
        guard requests.count == 2, case .subscribe(let feeds) = requests[0],
            case .command(.submit) = requests[1]
        else {
            Issue.record("expected feeds and an order, found \(requests)")
            return
        }
        #expect(feeds == [LiveSetting.perpetual: [.trades]])
    }

    @Test func `ends before any order where on_start fails and the money is real`() throws {
        let script = """
            function on_start() error("nothing set up") end
            function on_stop() return buy{symbol="coinex:BTC/USDT:USDT", qty=1, price=10} end
            """
        let trading = try trading(script)
        try connect(trading)
        trading.allow(at: Self.start)
        #expect(trading.stage == .ended)
        guard case .brokeAtStart(let reason) = trading.end else {
            Issue.record("expected a broken start, found \(String(describing: trading.end))")
            return
        }
        #expect(reason.contains("nothing set up"), "\(reason)")
        let commands = trading.drainRequests().filter {
            if case .command = $0 { true } else { false }
        }
        #expect(commands.isEmpty, "\(commands)")
        let paper = try self.trading(script, asksFirst: false)
        try connect(paper)
        #expect(paper.stage == .trading)
        #expect(paper.run?.engine.handlerFailures["on_start"]?.count == 1)
    }

    @Test func `sends nothing when it is declined`() throws {
        let trading = try trading(trader)
        try connect(trading)
        trading.decline()
        #expect(trading.stage == .ended)
        #expect(trading.end == .declined)
        #expect(trading.drainRequests().isEmpty)
        #expect(!trading.hasTraded)
    }

    @Test func `shows the open orders of others before it asks`() throws {
        let trading = try trading(trader)
        trading.apply(.instruments([try LiveSetting.instrument()]), at: Self.start)
        let order = ForeignOrder(
            instrument: LiveSetting.perpetual, side: .buy, quantity: try Quantity("1"),
            remaining: try Quantity("1"), venueID: VenueOrderID("5"))
        trading.apply(.foreignOrder(order), at: Self.start)
        trading.apply(.foreignOrder(order), at: Self.start)
        trading.apply(.reconciled, at: Self.start)
        trading.apply(status(.connected), at: Self.start)
        #expect(watcher.foreign == [order])
    }

    @Test func `tells orders of others apart by market, number and kind`() throws {
        let trading = try trading(trader)
        trading.apply(.instruments([try LiveSetting.instrument()]), at: Self.start)
        let order = ForeignOrder(
            instrument: LiveSetting.perpetual, side: .buy, quantity: try Quantity("1"),
            remaining: try Quantity("1"), venueID: VenueOrderID("5"))
        var other = order
        other.instrument = InstrumentID(order.instrument.index + 1)
        var stop = order
        stop.stop = try Price("90")
        for order in [order, other, stop, order] {
            trading.apply(.foreignOrder(order), at: Self.start)
        }
        #expect(trading.foreignOrders.count == 3)
        #expect(Set(trading.foreignOrders) == [order, other, stop])
    }

    @Test func `ends with what a person must mend`() throws {
        let trading = try trading(trader)
        let problem = VenueProblem(
            "the venue refuses the key", whatToDo: "look at it", cause: .key, isPermanent: true)
        trading.apply(.problem(problem), at: Self.start)
        #expect(trading.stage == .ended)
        #expect(trading.end == .failed(problem))
    }

    @Test func `waits for what can mend itself`() throws {
        let trading = try trading(trader)
        trading.apply(
            .problem(VenueProblem("no answer", whatToDo: "wait", cause: .unreachable)),
            at: Self.start)
        #expect(trading.stage == .connecting)
    }

    private static let unreachable = VenueProblem(
        "no answer", whatToDo: "look at the network", cause: .unreachable, retryAt: after(1))

    private func patient(_ seconds: Int64) throws -> VenueTrading<LiveRun> {
        let setting = try LiveSetting(trader)
        return VenueTrading(
            asksFirst: true, audience: watcher, connectPatience: seconds * 1_000_000_000
        ) { _ in setting.run }
    }

    @Test func `gives a venue up that could not be reached in time`() throws {
        let trading = try patient(60)
        trading.apply(.problem(Self.unreachable), at: Self.start)
        for second in 1..<60 {
            let next = Self.after(Int64(second) + 1)
            trading.apply(.retrying(at: next), at: Self.after(Int64(second)))
        }
        #expect(watcher.retries.count == 59)
        #expect(trading.stage == .connecting)
        #expect(trading.nextDue == Self.after(60))
        trading.pass(until: Self.after(60))
        guard case .failed(let problem) = trading.end else {
            Issue.record("expected a failure, found \(String(describing: trading.end))")
            return
        }
        #expect(problem.description == "no answer: look at the network")
    }

    @Test func `gives up at the first failure when it is told not to wait`() throws {
        let trading = try patient(0)
        trading.apply(.problem(Self.unreachable), at: Self.start)
        #expect(trading.stage == .ended)
    }

    @Test func `never gives up once it was connected`() throws {
        let trading = try patient(60)
        trading.apply(.problem(Self.unreachable), at: Self.start)
        try connect(trading)
        trading.allow(at: Self.start)
        trading.apply(.problem(Self.unreachable), at: Self.after(10))
        trading.pass(until: Self.after(3_600))
        #expect(trading.stage == .trading)
    }

    @Test func `cancels, waits for the end of its orders and looks at the books again`() throws {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        _ = trading.drainRequests()
        trading.stop("interrupted", at: Self.after(1))
        #expect(trading.stage == .windingDown)
        guard case .command(.cancel)? = trading.drainRequests().first else {
            Issue.record("expected a cancel")
            return
        }
        let id = try #require(trading.run?.engine.state.orders[1]?.id)
        trading.apply(
            .emit(
                .report(
                    ExecutionReport(
                        order: id, instrument: LiveSetting.perpetual, event: .cancelled,
                        venueTime: Self.after(2), receiveTime: Self.after(2)))), at: Self.after(2))
        #expect(trading.stage == .verifying)
        guard case .reconcile? = trading.drainRequests().first else {
            Issue.record("expected the books to be asked for")
            return
        }
        trading.apply(.reconciled, at: Self.after(3))
        #expect(trading.stage == .ended)
        #expect(trading.end == .finished(reason: "interrupted"))
    }

    // The last order's end may come to light in a round of a new connection.
    @Test func `takes no agreement for the last that was asked for before its last order ended`()
        throws
    {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        trading.stop("interrupted", at: Self.after(1))
        let id = try #require(trading.run?.engine.state.orders[1]?.id)
        trading.apply(
            .emit(
                .report(
                    ExecutionReport(
                        order: id, instrument: LiveSetting.perpetual, event: .cancelled,
                        venueTime: Self.after(2), receiveTime: Self.after(2)))), at: Self.after(2))
        trading.apply(.reconciled, at: Self.after(2))
        #expect(trading.stage == .verifying)
        trading.apply(.reconciled, at: Self.after(3))
        #expect(trading.stage == .ended)
    }

    @Test func `says what the end does, for how long, and what asking again does`() throws {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        trading.stop("interrupted", at: Self.after(1))
        let said = try #require(watcher.said.last)
        for part in ["interrupted", "cancelling 1 order", "coinex", "45 s at most", "Ctrl-C"] {
            #expect(said.contains(part), "\(said)")
        }
    }

    @Test func `a second wish to end names the orders that may be left`() throws {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        #expect(!trading.isAskedAgain(at: Self.after(1)), "it has not been asked to end")
        trading.stop("interrupted", at: Self.after(1))
        #expect(trading.isAskedAgain(at: Self.after(1)))
        let id = try #require(trading.openOrderIDs.first)
        #expect(watcher.said.last?.contains("\(id) (buy 1 coinex:BTC/USDT:USDT @ 10") == true)
    }

    @Test func `a venue that has shown elsewhere that no order is open is not waited for long`()
        throws
    {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        trading.stop("interrupted", at: Self.after(1))
        trading.nothingIsOpen(at: Self.after(5))
        trading.pass(until: Self.after(7))
        #expect(trading.stage == .verifying)
        #expect(trading.isProvenEmpty)
    }

    @Test func `timers rest while it winds down`() throws {
        let trading = try trading(
            "function on_start() every(1, 'beat') end function on_timer(n) log.info(n) end")
        try connect(trading)
        trading.allow(at: Self.start)
        trading.stop("interrupted", at: Self.after(1))
        #expect(trading.run?.engine.nextDeadline == .distantFuture)
    }

    @Test func `tells that the process stood still, while it trades`() throws {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        trading.stoodStill(for: 61_000_000_000, at: Self.after(61))
        #expect(watcher.said.last?.contains("stood still for 61 s") == true)
    }

    @Test func `does not wait forever for an order that nobody knows`() throws {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        trading.stop("interrupted", at: Self.after(1))
        trading.pass(until: Self.after(30))
        #expect(trading.stage == .windingDown)
        trading.pass(until: Self.after(31))
        #expect(trading.stage == .verifying)
        trading.pass(until: Self.after(47))
        #expect(trading.stage == .ended)
        #expect(trading.run?.engine.state.orders.openCount == 1)
    }

    // An answer may be silent just when the books come: one round more says what became of the order.
    @Test func `agreement while an order is still open is waited past, and asked for again`() throws
    {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        let id = try #require(trading.run?.engine.state.orders[1]?.id)
        trading.stop("interrupted", at: Self.after(1))
        trading.pass(until: Self.after(31))
        #expect(trading.stage == .verifying)
        _ = trading.drainRequests()
        trading.apply(.reconciled, at: Self.after(33))
        #expect(trading.stage == .verifying, "an order of the run is still open")
        trading.apply(.emit(.report(cancelled(id, at: 35))), at: Self.after(35))
        #expect(trading.stage == .verifying)
        guard case .reconcile? = trading.drainRequests().first else {
            Issue.record("expected the books to be asked for once more")
            return
        }
        trading.apply(.reconciled, at: Self.after(36))
        #expect(trading.stage == .ended)
        #expect(trading.run?.engine.state.orders.openCount == 0)
    }

    @Test func `an order that stays open past agreement is left at the time that was said`() throws
    {
        let trading = try trading(trader)
        try connect(trading)
        trading.allow(at: Self.start)
        trading.stop("interrupted", at: Self.after(1))
        trading.pass(until: Self.after(31))
        trading.apply(.reconciled, at: Self.after(33))
        trading.pass(until: Self.after(45))
        #expect(trading.stage == .verifying)
        trading.pass(until: Self.after(46))
        #expect(trading.stage == .ended)
        #expect(trading.openOrderIDs.count == 1)
    }

    private func cancelled(_ id: ClientOrderID, at seconds: Int64) -> ExecutionReport {
        ExecutionReport(
            order: id, instrument: LiveSetting.perpetual, event: .cancelled,
            venueTime: Self.after(seconds), receiveTime: Self.after(seconds))
    }

    @Test func `ends with the reason for which the engine stopped trading`() throws {
        let trading = try trading("function on_trade() error('no') end")
        try connect(trading)
        trading.allow(at: Self.start)
        for second in 1...3 {
            let time = Self.after(Int64(second))
            trading.apply(
                .emit(
                    .market(
                        .trade(
                            Trade(
                                instrument: LiveSetting.perpetual, price: try Price("1"),
                                quantity: try Quantity("1"), taker: .buy, id: 1, venueTime: time,
                                receiveTime: time)))), at: time)
        }
        guard case .stopped(let reason) = try #require(endAfterVerifying(trading)) else {
            Issue.record("expected a stop, found \(String(describing: trading.end))")
            return
        }
        #expect(reason.contains("3 handlers failed"))
    }

    private func endAfterVerifying(
        _ trading: VenueTrading<LiveRun>
    ) -> VenueTrading<LiveRun>.End? {
        trading.apply(.reconciled, at: Self.after(9))
        return trading.end
    }
}
