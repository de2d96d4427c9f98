import AccountSimulation
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions
import VenueSimulators

/// Connecting, keys, instruments.
extension Conformance {
    static func connecting(_ pair: ConformancePair) throws {
        let desk = try ConformanceDesk(pair)
        try desk.goLive()
        #expect(desk.beginning.first == "instruments")
        #expect(desk.beginning.count { $0 == "instruments" } == 1)
        #expect(desk.beginning.contains("balance"), "balances are told before it is connected")
        #expect(desk.beginning.contains("reconciled"), "it agrees before it is connected")
        #expect(desk.beginning.last == "status")
        #expect(desk.statuses.first?.state == .connected)
        #expect(desk.problems == [])
        #expect(desk.errors == [])
    }

    static func goodKey(_ pair: ConformancePair) throws {
        let desk = try ConformanceDesk(pair)
        let probe = pair.connector.makeProbe(desk.key)
        _ = desk.run(errand: probe)
        #expect(probe.report.isDone)
        #expect(probe.report.problem == nil)
        #expect(probe.report.roundTrip != nil)
        guard case .works = probe.report.key else {
            Issue.record("the key does not work: \(probe.report.key)")
            return
        }
    }

    private static let badKeys = [
        VenueKey(id: "nobody", secret: "simulator-secret"),
        VenueKey(id: "simulator-key", secret: "another-secret"),
    ]

    static func badKey(_ pair: ConformancePair) throws {
        for key in badKeys {
            let desk = try ConformanceDesk(pair) { $0.key = key }
            let probe = pair.connector.makeProbe(key)
            _ = desk.run(errand: probe)
            guard case .refused(let problem) = probe.report.key else {
                Issue.record("\(key.id) is not refused: \(probe.report.key)")
                return
            }
            #expect(problem.cause == .key)

            desk.begin()
            desk.pass(60)
            let problems = desk.problems.filter(\.isPermanent)
            #expect(problems.count == 1, "\(desk.problems)")
            #expect(problems.first?.cause == .key)
            #expect(!desk.isConnected)
            let sent = desk.line.sentCount
            desk.pass(600)
            #expect(desk.line.sentCount == sent, "it asks no more")
            #expect(desk.line.orderRequestCount == 0)
            let said = desk.problems.map(\.description) + desk.errors
            #expect(!said.contains { $0.contains(key.secret) })
        }
    }

    static func tradingRight(_ pair: ConformancePair) throws {
        let desk = try ConformanceDesk(pair) { $0.account.canTrade = false }
        desk.begin()
        desk.pass(60)
        let problems = desk.problems.filter(\.isPermanent)
        #expect(problems.count == 1, "\(desk.problems)")
        #expect(problems.first?.cause == .permission)
        #expect(!desk.isConnected)
    }

    static func lateTradingRight(_ pair: ConformancePair) throws {
        var terms = ConformanceDesk.Terms()
        terms.account.canTrade = false
        try each(pair, terms) { desk in
            let id = try desk.place(.buy, "1", at: "99")
            desk.pass(5)
            #expect(desk.story(id) == ["rejected"])
            #expect(desk.order(id)?.reason.isEmpty == false)
        }
    }

    static func leverage(_ pair: ConformancePair) throws {
        try each(pair, in: pair.perpetuals, .init(leverage: 5)) { desk in
            try desk.place(.buy, "1")
            desk.pass(2)
            #expect(try desk.rows("positions").first?["leverage"]?.integer == 5)
        }
        let desk = try ConformanceDesk(pair, in: pair.perpetuals) {
            $0.leverage = pair.wrongLeverage
        }
        desk.begin()
        desk.pass(60)
        #expect(desk.problems.filter(\.isPermanent).map(\.cause) == [.leverage])
    }

    static func refusedLeverage(_ pair: ConformancePair) throws {
        #expect(throws: InvalidVenuePlan.self) {
            try ConformanceDesk(pair) { $0.leverage = 5 }
        }
    }

    // MARK: - Instruments

    static func instruments(_ pair: ConformancePair) throws {
        let desk = try ConformanceDesk(pair, in: pair.markets + pair.otherMarkets)
        try desk.goLive()
        try #require(desk.instruments.count == desk.markets.count)
        for (index, instrument) in desk.instruments.enumerated() {
            let row = try desk.marketRow(index)
            let symbol = instrument.symbol.description
            #expect(symbol == desk.markets[index].symbol)
            #expect(instrument.id == InstrumentID(index))
            #expect(instrument.tick.description == row["tick"]?.text, "\(symbol)")
            #expect(instrument.lot.description == row["lot"]?.text, "\(symbol)")
            let least = max(instrument.minQuantity, instrument.lot)
            #expect(least.description == row["min_quantity"]?.text, "\(symbol)")
            #expect(instrument.makerFee.description == row["maker_fee"]?.text, "\(symbol)")
            #expect(instrument.takerFee.description == row["taker_fee"]?.text, "\(symbol)")
        }
    }

    static func unknownInstrument(_ pair: ConformancePair) throws {
        let known = pair.markets[0].symbol
        let desk = try ConformanceDesk(pair, in: [pair.markets[0]]) { terms in
            terms.symbols = [known.replacing("USDT", with: "USDX")]
        }
        desk.begin()
        desk.pass(60)
        let problems = desk.problems.filter(\.isPermanent)
        #expect(problems.map(\.cause) == [.instrument])
        #expect(problems.first?.description.contains(known) == true, "\(problems)")
        #expect(!desk.isConnected)
    }
}
