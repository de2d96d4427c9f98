import AccountSimulation
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Orders of every kind, their fills, changes and ends.
extension Conformance {
    static func limit(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            for (side, price, taker) in [(Side.buy, "100.5", Side.sell), (.sell, "100.6", .buy)] {
                let id = try desk.place(side, "0.5", at: price)
                desk.pass(2)
                let row = try #require(try desk.row(id))
                #expect(row["side"]?.text == side.description)
                #expect(row["price"]?.text == price)
                #expect(row["quantity"]?.text == "0.5")
                #expect(desk.story(id) == ["accepted"])
                try desk.market.trade(0, taker, price, "0.5")
                desk.pass(2)
                #expect(desk.story(id) == ["accepted", "fill 0.5@\(price)"])
                try expectTrueFills(desk, id)
                #expect(desk.order(id)?.state.name == "filled")
            }
            #expect(try desk.rows("open_orders").isEmpty)
        }
    }

    /// What was told to be filled is what the venue filled, by its numbers and to the last digit.
    static func expectTrueFills(
        _ desk: ConformanceDesk, _ id: ClientOrderID, location: SourceLocation = #_sourceLocation
    ) throws {
        let clientID = desk.wireID(of: id)
        let theirs = try desk.rows("fills").filter { $0["client_id"]?.text == clientID }
            .map { row in
                ["trade_id", "price", "quantity", "fee", "fee_currency", "liquidity"]
                    .map { row[$0]?.text }
            }
        let ours = desk.fills(id).map { fill -> [String?] in
            [
                fill.id, fill.price.description, fill.quantity.description, fill.fee.description,
                fill.feeCurrency.code, fill.liquidity.rawValue,
            ]
        }
        #expect(ours == theirs, sourceLocation: location)
    }

    static func market(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let sale = try desk.place(.sell, "0.5")
            desk.pass(3)
            #expect(desk.fills(sale).map(\.price.description) == ["100"])
            #expect(desk.order(sale)?.state.name == "filled")
            try expectTrueFills(desk, sale)
            // Two levels, and then nobody: what is left ends with the order.
            let purchase = try desk.place(.buy, "20")
            desk.pass(5)
            #expect(desk.order(purchase)?.filled == (try Quantity("15")))
            #expect(desk.order(purchase)?.state.isOpen == false)
            try expectTrueFills(desk, purchase)
            #expect(try desk.rows("open_orders").isEmpty)
        }
    }

    static func marketBuy(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let id = try desk.place(.buy, "0.75")
            desk.pass(3)
            #expect(desk.fills(id).map(\.quantity.description) == ["0.75"])
            #expect(desk.fills(id).map(\.price.description) == ["101"])
            try expectTrueFills(desk, id)
        }
    }

    static func postOnly(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let resting = try desk.place(.buy, "1", at: "100.5") { $0.isPostOnly = true }
            let taking = try desk.place(.buy, "1", at: "101") { $0.isPostOnly = true }
            desk.pass(3)
            #expect(try desk.row(resting)?["type"]?.text == "post_only")
            #expect(desk.story(resting) == ["accepted"])
            try expectEndWithoutFill(desk, taking)
        }
    }

    /// The order ended, filled nothing, and says why.
    private static func expectEndWithoutFill(
        _ desk: ConformanceDesk, _ id: ClientOrderID, location: SourceLocation = #_sourceLocation
    ) throws {
        let order = try #require(desk.order(id), sourceLocation: location)
        #expect(!order.state.isOpen, "\(order.state)", sourceLocation: location)
        #expect(order.filled == .zero, sourceLocation: location)
        #expect(!order.reason.isEmpty, "\(order.state)", sourceLocation: location)
    }

    static func immediateOrCancel(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let part = try desk.place(.buy, "6", at: "101") { $0.timeInForce = .ioc }
            let none = try desk.place(.buy, "6", at: "99.5") { $0.timeInForce = .ioc }
            desk.pass(5)
            #expect(desk.order(part)?.filled == (try Quantity("5")))
            #expect(desk.order(part)?.state.name == "expired")
            try expectTrueFills(desk, part)
            try expectEndWithoutFill(desk, none)
            #expect(try desk.rows("open_orders").isEmpty)
        }
    }

    static func fillOrKill(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let killed = try desk.place(.buy, "6", at: "101") { $0.timeInForce = .fok }
            desk.pass(3)
            try expectEndWithoutFill(desk, killed)
            let filled = try desk.place(.buy, "6", at: "102") { $0.timeInForce = .fok }
            desk.pass(3)
            #expect(desk.order(filled)?.state.name == "filled")
            #expect(desk.order(filled)?.filled == (try Quantity("6")))
            try expectTrueFills(desk, filled)
        }
    }

    static func stopMarket(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let buy = try desk.place(.buy, "0.5") { $0.stop = try Price("103") }
            let sell = try desk.place(.sell, "0.5") { $0.stop = try Price("98") }
            desk.pass(3)
            #expect(desk.order(buy)?.state.name == "waiting")
            #expect(try desk.row(buy, in: "stop_orders")?["trigger_price"]?.text == "103")
            #expect(try desk.row(sell, in: "stop_orders")?["trigger_price"]?.text == "98")
            try desk.market.trade(0, .buy, "102.5", "0.1")
            desk.pass(3)
            #expect(try desk.rows("stop_orders").count == 2, "neither is reached")
            try desk.market.trade(0, .buy, "103", "0.1")
            desk.pass(6)
            #expect(desk.story(buy) == ["accepted", "triggered", "fill 0.5@101"])
            try expectTrueFills(desk, buy)
            try desk.market.trade(0, .sell, "98", "0.1")
            desk.pass(6)
            #expect(desk.story(sell) == ["accepted", "triggered", "fill 0.5@100"])
            try expectTrueFills(desk, sell)
            #expect(try desk.rows("stop_orders").isEmpty)
        }
    }

    static func stopLimit(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let woken = try desk.place(.buy, "0.5", at: "100.2") { $0.stop = try Price("103") }
            let asleep = try desk.place(.buy, "0.5", at: "100.2") { $0.stop = try Price("110") }
            desk.pass(3)
            try desk.market.trade(0, .buy, "103", "0.1")
            desk.pass(6)
            #expect(desk.story(woken) == ["accepted", "triggered"])
            #expect(try desk.row(woken)?["price"]?.text == "100.2")
            desk.cancel(woken)
            desk.cancel(asleep)
            desk.pass(6)
            #expect(desk.story(woken).last == "cancelled")
            #expect(desk.story(asleep) == ["accepted", "cancelled"])
            #expect(try desk.rows("stop_orders").isEmpty)
            #expect(try desk.rows("open_orders").isEmpty)
        }
    }

    static func reduceOnly(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            try desk.place(.buy, "1")
            desk.pass(3)
            let held = desk.net().magnitude
            #expect(held > .zero)
            let part = try desk.place(.sell, "0.4", at: "100") { $0.isReduceOnly = true }
            desk.pass(3)
            #expect(desk.order(part)?.state.name == "filled")
            try expectTrueFills(desk, part)
            // More than there is turns nothing round, whether it is cut or refused.
            let more = try desk.place(.sell, "5", at: "100") { $0.isReduceOnly = true }
            desk.pass(5)
            #expect(desk.order(more)?.state.isOpen == false)
            #expect(desk.net().side != .sell)
            #expect(try desk.rows("positions").allSatisfy { $0["side"]?.text == "long" })
        }
        // Nor does one for which too little is left when it fills; a spot balance cannot turn.
        guard !pair.perpetuals.isEmpty else { return }
        try each(pair, in: pair.perpetuals) { desk in
            try desk.place(.buy, "1")
            desk.pass(3)
            let resting = try desk.place(.sell, "0.6", at: "100.7") { $0.isReduceOnly = true }
            desk.pass(3)
            try desk.place(.sell, "0.8")
            desk.pass(3)
            try desk.market.trade(0, .buy, "100.7", "5")
            desk.pass(10)
            #expect(desk.order(resting)?.state.isOpen == false)
            #expect(desk.order(resting)?.filled == (try Quantity("0.2")))
            #expect(desk.net() == .zero)
            #expect(try desk.rows("positions").isEmpty)
        }
    }

    static func partialFills(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let id = try desk.place(.buy, "1", at: "100.5")
            desk.pass(2)
            for quantity in ["0.3", "0.25"] {
                try desk.market.trade(0, .sell, "100.5", quantity)
                desk.pass(1)
            }
            #expect(desk.order(id)?.state.name == "working")
            #expect(desk.order(id)?.remaining == (try Quantity("0.45")))
            try desk.market.trade(0, .sell, "100.5", "3")
            desk.pass(3)
            #expect(
                desk.story(id) == [
                    "accepted", "fill 0.3@100.5", "fill 0.25@100.5", "fill 0.45@100.5",
                ])
            try expectTrueFills(desk, id)
        }
    }

    static func fees(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let taken = try desk.place(.buy, "0.5")
            desk.pass(2)
            let made = try desk.place(.sell, "0.25", at: "100.5")
            desk.pass(2)
            try desk.market.trade(0, .buy, "100.5", "1")
            desk.pass(3)
            #expect(desk.fills(taken).map(\.liquidity) == [.taker])
            #expect(desk.fills(made).map(\.liquidity) == [.maker])
            #expect(desk.fills(taken).allSatisfy { $0.fee > .zero })
            try expectTrueFills(desk, taken)
            try expectTrueFills(desk, made)
        }
    }

    static func amendPrice(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let id = try desk.place(.buy, "1", at: "99.5")
            desk.pass(2)
            try desk.amend(id, price: "100.5")
            desk.pass(3)
            #expect(desk.story(id) == ["accepted", "amended 1@100.5"])
            #expect(try desk.row(id)?["price"]?.text == "100.5")
            try desk.market.trade(0, .sell, "100.5", "1")
            desk.pass(3)
            #expect(desk.order(id)?.state.name == "filled")
            try expectTrueFills(desk, id)
        }
    }

    static func amendQuantity(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let id = try desk.place(.buy, "1", at: "100.5")
            desk.pass(2)
            try desk.amend(id, quantity: "2")
            desk.pass(3)
            #expect(try desk.row(id)?["remaining"]?.text == "2")
            try desk.market.trade(0, .sell, "100.5", "0.3")
            desk.pass(2)
            try desk.amend(id, quantity: "0.5")
            desk.pass(3)
            #expect(
                desk.story(id) == [
                    "accepted", "amended 2@100.5", "fill 0.3@100.5", "amended 0.5@100.5",
                ])
            #expect(try desk.row(id)?["remaining"]?.text == "0.2")
            #expect(desk.order(id)?.remaining == (try Quantity("0.2")))
        }
    }

    static func cancel(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let id = try desk.place(.buy, "1", at: "100.5")
            let other = try desk.place(.buy, "1", at: "99.5")
            desk.pass(2)
            desk.cancel(id)
            desk.pass(3)
            #expect(desk.story(id) == ["accepted", "cancelled"])
            #expect(desk.story(other) == ["accepted"])
            #expect(try desk.row(id) == nil)
            #expect(try desk.row(other) != nil)
        }
    }

    static func cancelRace(_ pair: ConformancePair) throws {
        for filled in ["0.4", "1"] {
            try each(pair) { desk in
                let id = try desk.place(.buy, "1", at: "100.5")
                desk.pass(2)
                // The venue fills it, and nobody here has heard of that.
                desk.line.trouble = .mute
                try desk.market.trade(0, .sell, "100.5", filled)
                desk.pass(0.3)
                desk.line.trouble = .none
                desk.cancel(id)
                desk.pass(30)
                let end = filled == "1" ? [] : ["cancelled"]
                #expect(desk.story(id) == ["accepted", "fill \(filled)@100.5"] + end)
                try expectTrueFills(desk, id)
                #expect(try desk.rows("open_orders").isEmpty)
            }
        }
        // Both at once, on a network that decides.
        for seed: UInt64 in 1...8 {
            try each(pair, .init(seed: seed)) { desk in
                let id = try desk.place(.buy, "1", at: "100.5")
                desk.pass(2)
                try desk.market.trade(0, .sell, "100.5", "0.4")
                desk.pass(0.085)
                desk.cancel(id)
                desk.pass(30)
                #expect(desk.order(id)?.state.name == "cancelled")
                try expectTrueFills(desk, id)
                #expect(try desk.rows("open_orders").isEmpty)
            }
        }
    }

    static func batchedOrders(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let sent = desk.line.sentCount
            for _ in 0..<100 { try desk.place(.buy, "0.01", at: "99.5") }
            desk.pass(4)
            #expect(desk.line.sentCount < sent + 50)
            #expect(try desk.rows("open_orders").count == 100)
            #expect(try desk.tooFrequent() == 0)
        }
    }
}
