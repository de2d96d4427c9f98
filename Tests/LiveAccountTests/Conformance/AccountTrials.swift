import AccountSession
import AccountSimulation
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// What the account has, and orders that are not, or no longer, the run's.
extension Conformance {
    /// Balances and position are the venue's own to the last digit.
    static func expectTrueHoldings(
        _ desk: ConformanceDesk, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let balances = try #require(desk.engine?.state.balances, sourceLocation: location)
        let rows = try desk.rows("balances")
        #expect(!rows.isEmpty, sourceLocation: location)
        for row in rows {
            let currency = Currency(row["currency"]?.text ?? "")
            guard let ours = balances[currency] else { continue }
            #expect(ours.total.description == row["total"]?.text, sourceLocation: location)
            #expect(ours.available.description == row["available"]?.text, sourceLocation: location)
        }
        let symbol = try #require(desk.instruments.first?.symbol, sourceLocation: location)
        #expect(balances[symbol.settle] != nil, sourceLocation: location)
        let held = try desk.rows("positions").first
        guard symbol.kind != .spot else { return }
        let sign = held?["side"]?.text == "short" ? "-" : ""
        let net = sign + (held?["quantity"]?.text ?? "0")
        #expect(desk.net().description == net, sourceLocation: location)
        let told = desk.positions[InstrumentID(0)]
        #expect(told?.net.description == net, sourceLocation: location)
        let average = held?["average_price"]?.text
        #expect(told?.averagePrice?.description == average, sourceLocation: location)
    }

    static func holdings(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            try expectTrueHoldings(desk)
            try desk.place(.buy, "2")
            try desk.place(.sell, "0.5")
            try desk.place(.buy, "1", at: "99.5")
            desk.pass(40)
            try expectTrueHoldings(desk)
            try desk.place(.sell, "1.5")
            desk.pass(40)
            try expectTrueHoldings(desk)
        }
    }

    /// Begins another run at the account, with ids of its own.
    private static func beginAnother(_ desk: ConformanceDesk) throws {
        try desk.restart { terms in
            terms.idPrefix = "mrtwo"
            terms.clientNumbers = 70_000..<80_000
        }
        try desk.goLive()
    }

    static func foreignOrders(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let first = try desk.place(.buy, "1", at: "100.5")
            desk.pass(2)
            try desk.market.trade(0, .sell, "100.5", "0.25")
            desk.pass(2)
            let row = try #require(try desk.row(first))
            try beginAnother(desk)
            #expect(desk.foreignOrders.count == 1)
            let foreign = try #require(desk.foreignOrders.first)
            #expect(foreign.venueID.text == row["order_id"]?.text)
            #expect(foreign.clientID?.text == row["client_id"]?.text)
            #expect(foreign.side == .buy)
            #expect(foreign.quantity.description == "1")
            #expect(foreign.remaining.description == "0.75")
            #expect(foreign.price?.description == "100.5")
            let own = try desk.place(.buy, "1", at: "99.5")
            desk.pass(60)
            desk.cancel(own)
            desk.pass(60)
            #expect(try desk.rows("open_orders").map { $0["order_id"] } == [row["order_id"]])
        }
    }

    /// Orders of others that have not begun to fill, where a run takes such over.
    static func adoptedOrders(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let begun = try desk.place(.buy, "1", at: "100.5")
            let untouched = try desk.place(.buy, "0.5", at: "99.5")
            desk.pass(2)
            try desk.market.trade(0, .sell, "100.5", "0.25")
            desk.pass(2)
            let rows = try [begun, untouched].map { try #require(try desk.row($0)) }
            try desk.restart { terms in
                terms.idPrefix = "mrtwo"
                terms.clientNumbers = 70_000..<80_000
                terms.adopts = true
            }
            try desk.goLive()
            #expect(desk.foreignOrders.map(\.venueID.text) == [rows[0]["order_id"]?.text])
            #expect(desk.adopted.count == 1)
            let order = try #require(desk.adopted.first)
            // It is called as on the wire: so it is known again, whoever looks there.
            #expect(order.id.text == rows[1]["client_id"]?.text)
            #expect(order.request.quantity.description == "0.5")
            try desk.market.trade(0, .sell, "99.5", "2")
            desk.pass(10)
            #expect(desk.story(order.id).first?.hasPrefix("fill ") == true)
            desk.cancel(order.id)
            desk.pass(30)
            let open = try desk.rows("open_orders").map { $0["order_id"] }
            #expect(!open.contains(rows[1]["order_id"]))
        }
    }

    static func restoredOrders(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let open = try desk.place(.buy, "1", at: "100.5")
            let gone = try desk.place(.buy, "0.5", at: "100.6")
            desk.pass(2)
            try desk.market.trade(0, .sell, "100.6", "0.2")
            desk.pass(3)
            let journal = try [open, gone].enumerated().map { place, id in
                let order = try #require(desk.order(id))
                return RestoredOrder(
                    id: id, request: order.request, venueID: order.state.venueID,
                    wasTriggered: false, filled: order.filled, fillIDs: desk.fills(id).map(\.id),
                    clientNumber: isNumbered(pair) ? Int64(1 + place) : nil)
            }
            #expect(journal.map(\.filled.description) == ["0", "0.2"])
            // The run is dead while they go on.
            try desk.restart { $0.restored = journal }
            try desk.market.trade(0, .sell, "100.6", "0.3")
            desk.pass(2)
            try desk.market.trade(0, .sell, "100.5", "0.4")
            desk.pass(20)
            try desk.goLive()
            #expect(desk.story(open) == ["fill 0.4@100.5"])
            #expect(desk.story(gone) == ["fill 0.3@100.6"])
            #expect(desk.foreignOrders == [])
            desk.line.handle(.command(.cancel(open, InstrumentID(0))))
            desk.pass(10)
            #expect(desk.story(open).last == "cancelled")
            #expect(try desk.rows("open_orders").isEmpty)
        }
    }

    private static func isNumbered(_ pair: ConformancePair) -> Bool {
        if case .numbers = pair.connector.clientIDs { true } else { false }
    }

    // MARK: - Cancelling from outside

    static func runCleaner(_ pair: ConformancePair) throws {
        let hasStops = pair.connector.abilities.orders.contains("stop")
        try each(pair) { desk in
            for _ in 0..<3 { try desk.place(.buy, "1", at: "99.5") }
            if hasStops { try desk.place(.buy, "1", at: "104") { $0.stop = try Price("103") } }
            desk.pass(3)
            try beginAnother(desk)
            let own = try desk.place(.buy, "1", at: "99")
            desk.pass(3)
            #expect(try desk.rows("open_orders").count == 4)
            let cleaner = pair.connector.makeCleaner(
                desk.instruments.map(\.symbol), desk.key,
                RunOrders(idPrefix: "mrone", numbers: [1..<65_536]))
            let (_, said) = desk.run(errand: cleaner)
            #expect(isProven(said))
            let left = try desk.rows("open_orders").map { $0["order_id"]?.text }
            #expect(left == [desk.order(own)?.state.venueID?.text])
            #expect(try desk.rows("stop_orders").isEmpty)
        }
    }

    private static func isProven(_ said: [SessionAction]) -> Bool {
        said.contains { if case .reconciled = $0 { true } else { false } }
    }

    static func massCancel(_ pair: ConformancePair) throws {
        let hasStops = pair.connector.abilities.orders.contains("stop")
        try each(pair) { desk in
            for number in 0..<12 { try desk.place(.buy, "0.1", at: "\(80 + number)") }
            if hasStops { try desk.place(.buy, "1", at: "104") { $0.stop = try Price("103") } }
            desk.pass(5)
            try beginAnother(desk)
            let own = try desk.place(.buy, "1", at: "99")
            desk.pass(3)
            let sightings = OpenOrderSightings()
            // Looking alone changes nothing.
            let look = pair.connector.makeSweep(desk.key, false, sightings, { _ in true })
            #expect(isProven(desk.run(errand: look).said))
            #expect(sightings.orders.count == (hasStops ? 14 : 13))
            #expect(try desk.rows("open_orders").count == 13)
            let sweep = pair.connector.makeSweep(
                desk.key, true, OpenOrderSightings(), { _ in true })
            #expect(isProven(desk.run(errand: sweep).said))
            #expect(try desk.rows("open_orders").isEmpty)
            #expect(try desk.rows("stop_orders").isEmpty)
            desk.pass(60)
            #expect(desk.story(own) == ["accepted", "cancelled"], "the run hears of it")
        }
    }

    /// How many requests it takes to cancel many orders, and how many orders those were.
    private static func cancelRequests(
        _ desk: ConformanceDesk
    ) throws -> (requests: Int, orders: Int) {
        for number in 0..<12 { try desk.place(.buy, "0.1", at: "\(80 + number)") }
        desk.pass(5)
        let orders = try desk.rows("open_orders").count
        let sweep = desk.pair.connector.makeSweep(
            desk.key, true, OpenOrderSightings(), { _ in true })
        let calls = desk.run(errand: sweep).calls
        #expect(try desk.rows("open_orders").isEmpty)
        return (calls.count(where: \.isOrder), orders)
    }

    static func batchedCancels(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let (requests, orders) = try cancelRequests(desk)
            #expect(orders == 12)
            #expect(requests == 1)
        }
    }

    static func separateCancels(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let (requests, orders) = try cancelRequests(desk)
            #expect(orders == 12)
            #expect(requests >= orders)
        }
    }
}
