import AccountSimulation
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// What a venue refuses, and what it does not have.
extension Conformance {
    static func missingFunds(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let id = try desk.place(.buy, "9000000", at: "100")
            desk.pass(5)
            #expect(desk.story(id) == ["rejected"])
            let reason = desk.order(id)?.reason.description ?? ""
            #expect(reason.contains("the balance is not enough"), "\(reason)")
            try expectNothingTaken(desk)
        }
    }

    private static func expectNothingTaken(
        _ desk: ConformanceDesk, _ location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try desk.rows("taken").isEmpty, sourceLocation: location)
        #expect(try desk.rows("open_orders").isEmpty, sourceLocation: location)
    }

    static func wrongTick(_ pair: ConformancePair) throws {
        let lie = { (told: Instrument) in
            Instrument(
                id: told.id, symbol: told.symbol, tick: Price(attos: 1), lot: told.lot,
                minQuantity: told.minQuantity)
        }
        try each(pair, .init(lie: lie)) { desk in
            let id = try desk.place(.buy, "1", at: "99.123456789")
            desk.pass(5)
            #expect(desk.story(id) == ["rejected"])
            #expect(desk.order(id)?.reason.isEmpty == false)
            try expectNothingTaken(desk)
        }
    }

    static func belowMinimum(_ pair: ConformancePair) throws {
        let lie = { (told: Instrument) in
            Instrument(
                id: told.id, symbol: told.symbol, tick: told.tick, lot: Quantity(attos: 1))
        }
        try each(pair, .init(lie: lie)) { desk in
            let id = try desk.place(.buy, "0.000000000001", at: "100")
            desk.pass(5)
            #expect(desk.story(id) == ["rejected"])
            #expect(desk.order(id)?.reason.isEmpty == false)
            try expectNothingTaken(desk)
        }
    }

    static func goneOrder(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let id = try desk.place(.buy, "1", at: "99.5")
            desk.pass(2)
            // Somebody else cancels it, and nobody here hears of that.
            desk.line.trouble = .mute
            let sweep = pair.connector.makeSweep(
                desk.key, true, OpenOrderSightings(), { _ in true })
            _ = desk.run(errand: sweep)
            desk.line.trouble = .none
            #expect(try desk.rows("open_orders").isEmpty)
            desk.cancel(id)
            desk.pass(60)
            #expect(desk.story(id).filter { $0 != "lost" } == ["accepted", "cancelled"])
        }
    }

    // MARK: - What there is not

    /// Asks for an order that the venue does not have.
    ///
    /// - Parameter word: what the refusal names.
    static func refused(
        _ pair: ConformancePair, _ word: String, _ change: (inout OrderRequest) throws -> Void
    ) throws {
        let ability = word == "post-only" ? "post_only" : word
        #expect(!pair.connector.abilities.orders.contains(ability))
        try each(pair) { desk in
            let sent = desk.line.sentCount
            let id = try desk.place(.buy, "1", at: "99", change)
            #expect(desk.line.sentCount == sent, "it is not sent")
            #expect(desk.story(id) == ["rejected"])
            let reason = desk.order(id)?.reason.description ?? ""
            #expect(reason.contains("no \(word) orders"), "\(reason)")
            #expect(reason.contains("limit"), "what there is it says, too: \(reason)")
        }
    }

    static func refusedAmendment(_ name: ConformanceCase, _ pair: ConformancePair) throws {
        #expect(!pair.connector.abilities.orders.contains("amend"))
        try each(pair) { desk in
            let id = try desk.place(.buy, "1", at: "99")
            desk.pass(2)
            let isPrice = name == .amendPrice
            try desk.amend(id, price: isPrice ? "98" : nil, quantity: isPrice ? nil : "2")
            #expect(desk.story(id) == ["accepted", "amend rejected"])
            let reasons = desk.reports.compactMap { report in
                if case .amendRejected(let reason) = report.event {
                    reason.description
                } else {
                    nil
                }
            }
            #expect(reasons.allSatisfy { $0.contains("cannot change orders") }, "\(reasons)")
            #expect(try desk.row(id)?["quantity"]?.text == "1")
        }
    }

    /// Each order leaves by itself, as far as it need not wait for the rate.
    static func separateOrders(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let before = desk.line.orderRequestCount
            let count = pair.burst / 3
            for _ in 0..<count { try desk.place(.buy, "0.01", at: "99.5") }
            desk.pass(5)
            #expect(try desk.rows("taken").count == count)
            #expect(desk.line.orderRequestCount == before + count)
        }
    }
}
