import AccountSimulation
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Lines that fall, answers that are lost, clocks that are wrong.
extension Conformance {
    static func reconnecting(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let part = try desk.place(.buy, "1", at: "100.5")
            let whole = try desk.place(.buy, "0.5", at: "100.6")
            let still = try desk.place(.buy, "1", at: "99.5")
            desk.pass(2)
            desk.line.trouble = .down
            desk.line.cut()
            #expect(desk.statuses.last?.state == .lost)
            try desk.market.trade(0, .sell, "100.6", "0.5")
            desk.pass(1)
            try desk.market.trade(0, .sell, "100.5", "0.4")
            desk.pass(5)
            let before = desk.reports.count
            desk.line.trouble = .none
            desk.pass(120) { desk.isConnected }
            #expect(desk.statuses.last { $0.instrument == nil }?.state == .resynchronised)
            // All of it is known when it says that it is connected again.
            #expect(desk.story(part) == ["accepted", "fill 0.4@100.5"])
            #expect(desk.story(whole) == ["accepted", "fill 0.5@100.6"])
            #expect(desk.story(still) == ["accepted"])
            desk.pass(60)
            #expect(desk.reports.count == before + 2, "nothing is told twice")
            try expectTrueFills(desk, part)
            try expectTrueFills(desk, whole)
            try expectTrueHoldings(desk)
        }
    }

    static func lostReply(_ pair: ConformancePair) throws {
        for isFilled in [false, true] {
            try each(pair) { desk in
                desk.line.trouble = .mute
                let id = try desk.place(.buy, "1", at: "100.5")
                desk.pass(0.5)
                #expect(try desk.rows("open_orders").count == 1, "it has arrived")
                if isFilled { try desk.market.trade(0, .sell, "100.5", "1") }
                desk.pass(0.5)
                desk.line.trouble = .none
                desk.line.cut()
                desk.pass(60)
                let story = desk.story(id).filter { $0 != "lost" }
                #expect(story == ["accepted"] + (isFilled ? ["fill 1@100.5"] : []))
                #expect(desk.order(id)?.state.name == (isFilled ? "filled" : "working"))
                try expectTrueFills(desk, id)
                #expect(try desk.rows("taken").count == 1, "it is sent once")
            }
        }
    }

    static func lostRequest(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            desk.line.trouble = .deaf
            let id = try desk.place(.buy, "1", at: "100.5")
            desk.pass(1)
            desk.line.trouble = .none
            desk.pass(120)
            #expect(desk.order(id)?.state.isOpen == false, "\(desk.story(id))")
            #expect(desk.story(id).contains("lost"), "while nobody knew, it was said")
            #expect(desk.isConnected)
            try desk.market.trade(0, .sell, "100.5", "1")
            desk.pass(600)
            #expect(try desk.rows("taken").isEmpty, "it is not sent again")
            #expect(desk.fills(id).isEmpty)
        }
    }

    static func rateLimit(_ pair: ConformancePair) throws {
        try each(pair, .init(fault: "sliding-limits")) { desk in
            let ids = try (0..<pair.burst).map {
                try desk.place(.buy, "0.01", at: "\(80 + $0 / 10)")
            }
            desk.pass(30)
            #expect(try desk.tooFrequent() == 0)
            #expect(desk.statuses.allSatisfy { $0.state != .lost })
            let orders = ids.compactMap(desk.order)
            let refused = orders.filter { $0.state.name != "working" }
            for order in refused {
                #expect(order.reason.description.contains("send fewer"), "\(order.state)")
            }
            #expect(orders.count == ids.count)
            #expect(refused.count < pair.burst / 2, "most of them pass")
            #expect(try desk.rows("taken").count == orders.count - refused.count)
            for id in ids { desk.cancel(id) }
            desk.pass(60)
            #expect(try desk.rows("open_orders").isEmpty)
            #expect(try desk.tooFrequent() == 0)
        }
    }

    static func clockSkew(_ pair: ConformancePair) throws {
        for seconds: Int64 in [-30, 30, -7_200, 7_200] {
            try each(pair, .init(venueAhead: seconds * 1_000_000_000)) { desk in
                let id = try desk.place(.buy, "1", at: "100.5")
                desk.pass(2)
                try desk.market.trade(0, .sell, "100.5", "1")
                desk.pass(60)
                #expect(desk.story(id) == ["accepted", "fill 1@100.5"], "\(seconds) s")
                try expectTrueFills(desk, id)
                let stamp = try #require(desk.quotes.last)
                let ahead = stamp.venueTime.nanoseconds - stamp.receiveTime.nanoseconds
                #expect((ahead / 1_000_000_000 - seconds).magnitude < 60)
                #expect(desk.statuses.count == 1, "\(desk.statuses.map(\.reason))")
            }
        }
    }

    static func clockJump(_ pair: ConformancePair) throws {
        try each(pair) { desk in
            let before = try desk.place(.buy, "1", at: "99.5")
            desk.pass(5)
            desk.line.venueAhead = 20_000_000_000
            let after = try desk.place(.buy, "1", at: "100.5")
            desk.pass(20)
            #expect(desk.story(after) == ["accepted"], "\(desk.problems)")
            desk.cancel(before)
            desk.pass(20)
            #expect(desk.story(before) == ["accepted", "cancelled"])
            #expect(try desk.rows("taken").count == 2)
            #expect(desk.problems.allSatisfy { $0.cause == .clock }, "\(desk.problems)")
            #expect(desk.isConnected)
        }
    }
}
