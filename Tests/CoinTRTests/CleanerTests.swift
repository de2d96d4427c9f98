import AccountSession
import CoinTR
import HostileVenues
import Testing
import TradingModel
import VenueSessions

/// A cleaner and a venue that answers it with lists.
private final class SweepDesk {
    private var cleaner: OrderSweep
    private var now = CoinTRDesk.start
    private(set) var calls: [HTTPCall] = []
    private(set) var actions: [SessionAction] = []
    /// The orders of spot, which cancels empty.
    var spot: [String]
    var futures: [String] = []
    var refusal: String?

    init(_ cleaner: OrderSweep, spot: [String] = []) {
        self.cleaner = cleaner
        self.spot = spot
    }

    func run() {
        var inputs = [SessionInput.timer]
        var wakeAt: Timestamp?
        for _ in 0..<200 {
            guard !inputs.isEmpty else {
                guard let wake = wakeAt else { return }
                wakeAt = nil
                now = max(now, wake)
                inputs.append(.timer)
                continue
            }
            var new: [SessionAction] = []
            cleaner.handle(inputs.removeFirst(), at: now, into: &new)
            for action in new {
                switch action {
                case .request(let id, let call):
                    calls.append(call)
                    let reply = HTTPReply(status: 200, body: Array(answer(call).utf8))
                    inputs.append(.response(id, reply))
                case .wake(let time): wakeAt = min(time, wakeAt ?? time)
                default: actions.append(action)
                }
            }
        }
    }

    private func answer(_ call: HTTPCall) -> String {
        if call.path.contains("tickers") { return Wire.ticker }
        if let refusal { return refusal }
        let isSpot = call.path.hasPrefix("/v1/spot/")
        if call.isOrder {
            if isSpot { spot = [] } else { futures = [] }
            return #"{"code":0,"data":[]}"#
        }
        return Wire.list(isSpot ? spot : futures)
    }

    var isProven: Bool {
        actions.contains { if case .reconciled = $0 { true } else { false } }
    }
}

@Suite struct `The cleaner of CoinTR` {
    private let run = RunOrders(idPrefix: "mrone", numbers: [])

    private func cleaner(_ symbols: [String]) throws -> OrderSweep {
        OrderSweep(
            key: CoinTRDesk.key, symbols: try symbols.map { try Symbol($0) }, orders: run)
    }

    @Test func `cancels the orders of a run, twenty at once, and proves that none is left`() throws
    {
        let rows = (1...45).map { Wire.order(Int64(900 + $0), "mrone-\($0)") }
        let desk = SweepDesk(
            try cleaner([CoinTRDesk.spot]), spot: rows + [Wire.order(77, "somebody")])
        desk.run()
        let cancels = desk.calls.filter(\.isOrder)
        #expect(cancels.count == 3 && desk.isProven)
        #expect(cancels.allSatisfy { $0.path.contains("/v1/spot/trade/cancel-batch-orders?") })
        let ids = cancels.map { $0.body.split(separator: ",").count - 1 }
        #expect(ids == [20, 20, 5])
        #expect(!cancels.contains { $0.body.contains("77\"") && $0.body.contains(",77") })
        #expect(
            desk.calls.allSatisfy {
                !$0.path.contains("orders-active") || $0.path.contains("instId=LTCUSDT")
            })
    }

    @Test func `looks into spot and futures, and tells what is there`() throws {
        let sightings = OpenOrderSightings()
        let desk = SweepDesk(
            OrderSweep(key: CoinTRDesk.key, cancels: false, sightings: sightings) { _ in true },
            spot: [Wire.order(901, "mrone-1", filled: "0.25")])
        desk.futures = [Wire.order(901, "x", size: "12", isFutures: true)]
        desk.run()
        #expect(desk.isProven && desk.calls.filter(\.isOrder).isEmpty)
        #expect(sightings.orders.map(\.market) == ["LTCUSDT (spot)", "LTCUSDT (futures)"])
        #expect(sightings.orders.map(\.remaining) == [exact("0.75"), exact("12")])
        #expect(desk.calls.allSatisfy { !$0.path.contains("instId=") })
    }

    @Test func `ends where the key is refused`() throws {
        let desk = SweepDesk(try cleaner([CoinTRDesk.futures]))
        desk.refusal = Wire.refused(4011)
        desk.run()
        let problems = desk.actions.compactMap { action -> VenueProblem? in
            if case .problem(let problem) = action { problem } else { nil }
        }
        #expect(problems.map(\.isPermanent) == [true] && !desk.isProven)
    }
}

@Suite struct `The probe of CoinTR` {
    private func run(_ key: CoinTRKey?, balance: String, status: Int = 200) -> VenueReport {
        let probe = TimeProbe(key: key)
        var now = CoinTRDesk.start
        var inputs = [SessionInput.timer]
        while !inputs.isEmpty {
            var actions: [SessionAction] = []
            probe.handle(inputs.removeFirst(), at: now, into: &actions)
            now = now.advanced(byNanoseconds: 20_000_000)
            for case .request(let id, let call) in actions {
                let isTime = call.path.contains("tickers")
                let later = now.advanced(byNanoseconds: 7_000_000_000)
                inputs.append(
                    .response(
                        id,
                        HTTPReply(
                            status: isTime ? 200 : status,
                            headers: [HTTPHeader("Date", CoinTRDesk.date(later))],
                            body: Array((isTime ? Wire.ticker : balance).utf8))))
            }
        }
        return probe.report
    }

    @Test func `tells the way, the clock to the second, and that a key works`() throws {
        let report = run(CoinTRDesk.key, balance: CoinTRDesk.spotBalance)
        #expect(report.isDone && report.problem == nil && report.roundTrip == 20_000_000)
        let off = try #require(report.clockOffset)
        #expect((6_000_000_000...8_000_000_000).contains(off))
        guard case .works = report.key else {
            Issue.record("\(report.key)")
            return
        }
    }

    @Test func `tells a key that is refused`() {
        let report = run(CoinTRDesk.key, balance: Wire.refused(4010), status: 401)
        guard case .refused(let problem) = report.key else {
            Issue.record("\(report.key)")
            return
        }
        #expect(problem.cause == .key)
        #expect(run(nil, balance: "").isDone)
    }
}
