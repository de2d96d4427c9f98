import Testing
import TradingCore
import TradingModel

extension Desk {
    /// Two perpetuals of one currency, whose last price is 100.
    static func ofTwo(_ set: (inout RiskLimits) throws -> Void) throws -> Desk {
        var desk = try Desk.with([try .linear(), try .linear(id: 1)], set)
        desk.feed(.start(.first, at: desk.now))
        try desk.trade(0, at: "100")
        try desk.trade(1, at: "100")
        return desk
    }

    static func with(
        _ instruments: [Instrument], _ set: (inout RiskLimits) throws -> Void
    ) throws -> Desk {
        var limits = RiskLimits()
        try set(&limits)
        return Desk(instruments, limits: limits)
    }

    @discardableResult
    mutating func feed(_ input: EngineInput) -> [Command] {
        var commands: [Command] = []
        engine.process(input, into: &commands)
        return commands
    }

    @discardableResult
    mutating func trade(_ id: Int, at price: String) throws -> [Command] {
        feed(
            .market(
                .trade(
                    Trade(
                        instrument: InstrumentID(id), price: try Price(price),
                        quantity: try Quantity("1"), taker: nil, venueTime: now, receiveTime: now)))
        )
    }

    mutating func balance(_ total: String, free: String, _ currency: String = "USDT") throws {
        feed(
            .balance(
                Balance(
                    currency: Currency(currency), total: try Money(total),
                    available: try Money(free)), at: now))
    }

    /// Why an order is refused; nil: it is sent.
    mutating func refusal(of request: OrderRequest) -> RiskRefusal? {
        for case .refused(let refusal, _) in ask(.place(request)) { return refusal }
        return nil
    }

    mutating func expectPass(
        _ request: OrderRequest, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(refusal(of: request) == nil, sourceLocation: sourceLocation)
    }

    mutating func expect(
        _ rule: RiskRefusal.Rule, _ detail: String, _ request: OrderRequest,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let wanted = RiskRefusal(
            rule: rule, detail: "\(request.side) \(request.quantity) " + detail)
        #expect(refusal(of: request) == wanted, sourceLocation: sourceLocation)
    }

    mutating func reject(_ request: OrderRequest) throws {
        report(try place(request), .rejected(reason: "no"))
    }
}

extension [Command] {
    var stopReason: String? {
        for case .tradingStopped(let reason) in self { return reason }
        return nil
    }

    /// What was said about which orders pass.
    var permissions: [TradingPermission] {
        compactMap { if case .tradingState(let permission, _, _) = $0 { permission } else { nil } }
    }
}
