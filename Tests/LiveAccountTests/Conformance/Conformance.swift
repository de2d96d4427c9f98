import Testing
import TradingModel
import VenueSessions

/// What must be so at a venue that has what a case is about, and at one that has not.
enum Conformance {
    static func show(_ name: ConformanceCase, at pair: ConformancePair) throws {
        switch name {
        case .connecting: try connecting(pair)
        case .goodKey: try goodKey(pair)
        case .badKey: try badKey(pair)
        case .tradingRight: try tradingRight(pair)
        case .leverage: try leverage(pair)
        case .instruments: try instruments(pair)
        case .unknownInstrument: try unknownInstrument(pair)
        case .quotes: try quotes(pair)
        case .trades: try trades(pair)
        case .book: try book(pair)
        case .ticker: try ticker(pair)
        case .marks: try marks(pair)
        case .funding: try funding(pair)
        case .bookRepair: try bookRepair(pair)
        case .limit: try limit(pair)
        case .market: try market(pair)
        case .marketBuy: try marketBuy(pair)
        case .postOnly: try postOnly(pair)
        case .ioc: try immediateOrCancel(pair)
        case .fok: try fillOrKill(pair)
        case .stopMarket: try stopMarket(pair)
        case .stopLimit: try stopLimit(pair)
        case .reduceOnly: try reduceOnly(pair)
        case .partialFills: try partialFills(pair)
        case .fees: try fees(pair)
        case .amendPrice: try amendPrice(pair)
        case .amendQuantity: try amendQuantity(pair)
        case .cancel: try cancel(pair)
        case .cancelRace: try cancelRace(pair)
        case .batchedOrders: try batchedOrders(pair)
        case .missingFunds: try missingFunds(pair)
        case .wrongTick: try wrongTick(pair)
        case .belowMinimum: try belowMinimum(pair)
        case .goneOrder: try goneOrder(pair)
        case .reconnecting: try reconnecting(pair)
        case .lostReply: try lostReply(pair)
        case .lostRequest: try lostRequest(pair)
        case .rateLimit: try rateLimit(pair)
        case .clockSkew: try clockSkew(pair)
        case .clockJump: try clockJump(pair)
        case .holdings: try holdings(pair)
        case .foreignOrders:
            try foreignOrders(pair)
            try adoptedOrders(pair)
        case .restoredOrders: try restoredOrders(pair)
        case .runCleaner: try runCleaner(pair)
        case .massCancel: try massCancel(pair)
        case .batchedCancels: try batchedCancels(pair)
        }
    }

    static func showAbsence(of name: ConformanceCase, at pair: ConformancePair) throws {
        switch name {
        case .tradingRight: try lateTradingRight(pair)
        case .leverage: try refusedLeverage(pair)
        case .funding where !pair.perpetuals.isEmpty: try untoldFunding(pair)
        case .bookRepair: try wholeBooks(pair)
        case .marks, .funding: try missingFeed(name, pair)
        case .postOnly: try refused(pair, "post-only") { $0.isPostOnly = true }
        case .ioc: try refused(pair, "ioc") { $0.timeInForce = .ioc }
        case .fok: try refused(pair, "fok") { $0.timeInForce = .fok }
        case .stopMarket:
            try refused(pair, "stop") {
                $0.price = nil
                $0.stop = try Price("103")
            }
        case .stopLimit: try refused(pair, "stop") { $0.stop = try Price("103") }
        case .amendPrice, .amendQuantity: try refusedAmendment(name, pair)
        case .batchedOrders: try separateOrders(pair)
        case .batchedCancels: try separateCancels(pair)
        default: Issue.record("nothing shows that \(pair) lacks this: \(name.title)")
        }
    }

    /// Tries something in each of the markets, with a live session and nothing wrong.
    static func each(
        _ pair: ConformancePair, in markets: [ConformancePair.Market]? = nil,
        _ terms: ConformanceDesk.Terms = .init(), _ body: (ConformanceDesk) throws -> Void
    ) throws {
        let markets = markets ?? pair.markets
        try #require(!markets.isEmpty, "there is no market to try it in")
        for market in markets {
            let desk = try ConformanceDesk(pair, in: [market]) { $0 = terms }
            try desk.goLive()
            try body(desk)
            #expect(desk.errors == [], "\(market.symbol)")
            #expect(desk.problems.filter(\.isPermanent) == [], "\(market.symbol)")
        }
    }
}
