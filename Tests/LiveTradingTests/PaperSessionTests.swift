import LiveTrading
import Matching
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A simulated account beside real ones` {
    /// A venue's public data: it connects at once, and says what a test hands it with each timer.
    private struct Market: VenueSession {
        let instrument: Instrument
        let says: Said
        final class Said {
            var next: [SessionAction] = []
            var heard: [SessionInput] = []
            var timers = 0
        }

        mutating func handle(
            _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
        ) {
            says.heard.append(input)
            guard case .timer = input else { return }
            says.timers += 1
            if says.timers == 1 {
                actions.append(.instruments([instrument]))
                actions.append(
                    .emit(
                        .status(
                            VenueStatus(
                                venue: "one", state: .connected, reason: "-", receiveTime: now))))
            }
            actions += says.next
            says.next = []
            actions.append(.wake(at: now.advanced(byNanoseconds: 1_000_000_000)))
        }

        mutating func handle(
            frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
            into actions: inout [SessionAction]
        ) {}
    }

    private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private static func after(milliseconds: Int64) -> Timestamp {
        start.advanced(byNanoseconds: milliseconds * 1_000_000)
    }
    private let said = Market.Said()

    private func instrument() throws -> Instrument {
        Instrument(
            id: InstrumentID(0), symbol: try Symbol("one:BTC/USDT"), tick: try Price("0.1"),
            lot: try Quantity("0.001"))
    }

    private func session(_ earlier: EarlierRun? = nil) throws -> PaperSession {
        var settings = PaperSettings()
        settings.balances = [Currency("USDT"): try Money("1000")]
        settings.latency = Latency(feed: 0, orderEntry: 5_000_000, response: 5_000_000)
        return PaperSession(
            over: Market(instrument: try instrument(), says: said), settings: settings,
            earlier: earlier.map { earlier in { _ in earlier } })
    }

    private func handle(
        _ session: inout PaperSession, _ input: SessionInput, milliseconds: Int64
    ) -> [SessionAction] {
        var actions: [SessionAction] = []
        session.handle(input, at: Self.after(milliseconds: milliseconds), into: &actions)
        return actions
    }

    /// An order that passed the gate.
    private func approved(_ request: OrderRequest) throws -> ApprovedOrder {
        var gate = RiskGate(limits: RiskLimits())
        let state = TradingState(mode: .paper, instruments: [try instrument()], now: Self.start)
        return try gate.approve(request, id: ClientOrderID("mr-1"), given: state)
    }

    private func reports(_ actions: [SessionAction]) -> [String] {
        actions.compactMap {
            guard case .emit(.report(let report)) = $0 else { return nil }
            return switch report.event {
            case .accepted: "accepted"
            case .fill(let fill): "\(fill.quantity) @ \(fill.price)"
            default: "\(report.event)"
            }
        }
    }

    private func trade(_ price: String, milliseconds: Int64) throws -> SessionAction {
        let time = Self.after(milliseconds: milliseconds)
        return .emit(
            .market(
                .trade(
                    Trade(
                        instrument: InstrumentID(0), price: try Price(price),
                        quantity: try Quantity("1"), taker: .sell, id: 1, venueTime: time,
                        receiveTime: time))))
    }

    @Test func `tells what it has before it counts as connected`() throws {
        var session = try session()
        let actions = handle(&session, .timer, milliseconds: 0)
        let status = try #require(
            actions.firstIndex { if case .emit(.status) = $0 { true } else { false } })
        let told = actions[..<status].compactMap { action -> Balance? in
            if case .emit(.balance(let balance, _)) = action { balance } else { nil }
        }
        try #expect(
            told.first { $0.currency == Currency("USDT") }?.total == Money("1000"), "\(told)")
    }

    @Test func `takes orders, and fills them against the venue's own market`() throws {
        var session = try session()
        _ = handle(&session, .timer, milliseconds: 0)
        let order = try approved(
            OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: try Quantity("0.5"),
                price: try Price("100")))
        let sent = handle(&session, .command(.submit(order)), milliseconds: 1)
        #expect(reports(sent).isEmpty, "an order needs its time")
        guard case .wake(let due)? = sent.last else { return #expect(Bool(false), "\(sent)") }
        #expect(due < Self.after(milliseconds: 1_000), "woken for the order, not for the market")
        #expect(reports(handle(&session, .timer, milliseconds: 20)) == ["accepted"])
        #expect(said.timers == 1, "the market's session was not asked before its time")
        said.next = [try trade("99", milliseconds: 1_100)]
        let filled =
            handle(&session, .timer, milliseconds: 1_100)
            + handle(&session, .timer, milliseconds: 1_200)
        #expect(reports(filled) == ["0.5 @ 99"])
        #expect(said.timers == 2)
        #expect(!said.heard.contains { if case .command = $0 { true } else { false } })
    }

    @Test func `wants trades and depth, whatever the strategy hears`() throws {
        var session = try session()
        _ = handle(&session, .timer, milliseconds: 0)
        _ = handle(&session, .subscribe([InstrumentID(0): [.quotes]]), milliseconds: 1)
        guard case .subscribe(let feeds)? = said.heard.last else {
            return #expect(Bool(false), "\(said.heard)")
        }
        #expect(feeds == [InstrumentID(0): [.quotes, .trades, .book]])
    }

    @Test func `agrees with itself when it is asked for its books, later than it is asked`() throws
    {
        var session = try session()
        _ = handle(&session, .timer, milliseconds: 0)
        func agrees(_ actions: [SessionAction]) -> Bool {
            actions.contains { if case .reconciled = $0 { true } else { false } }
        }
        #expect(!agrees(handle(&session, .reconcile, milliseconds: 5)))
        #expect(agrees(handle(&session, .timer, milliseconds: 6)))
        #expect(!agrees(handle(&session, .timer, milliseconds: 7)))
    }

    @Test func `goes on with the orders of the run before it`() throws {
        var earlier = EarlierRun()
        earlier.simulated = EarlierRun.SimulatedBooks(
            opening: [Currency("USDT"): try Money("500")], orders: 1, fills: 0)
        earlier.orders = [
            EarlierRun.KnownOrder(
                id: ClientOrderID("mr-1"),
                request: OrderRequest(
                    instrument: InstrumentID(0), side: .buy, quantity: try Quantity("2"),
                    price: try Price("100")),
                state: .working(VenueOrderID("1"), filled: .zero), filledNotional: .zero,
                fills: [], createdAt: Self.start, updatedAt: Self.start)
        ]
        var session = try session(earlier)
        let actions = handle(&session, .timer, milliseconds: 0)
        for case .emit(.balance(let balance, _)) in actions
        where balance.currency == Currency("USDT") {
            try #expect(balance.total == Money("500"))
            try #expect(balance.available == Money("300"))
        }
        said.next = [try trade("99", milliseconds: 1_100)]
        let filled =
            handle(&session, .timer, milliseconds: 1_100)
            + handle(&session, .timer, milliseconds: 1_200)
        #expect(reports(filled) == ["2 @ 100"])
    }
}
