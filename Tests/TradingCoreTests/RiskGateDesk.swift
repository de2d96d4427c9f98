import Testing
import TradingCore
import TradingModel

func ordered(
    _ side: Side, _ quantity: String, price: String? = nil, stop: String? = nil,
    reduceOnly: Bool = false, id: Int = 0
) throws -> OrderRequest {
    OrderRequest(
        instrument: InstrumentID(id), side: side, quantity: try Quantity(quantity),
        price: try price.map { try Price($0) }, isReduceOnly: reduceOnly,
        stop: try stop.map { try Price($0) })
}

extension Desk {
    /// Asks a gate with these limits, given the state of this desk.
    func approve(
        _ request: OrderRequest, _ limits: (inout RiskLimits) throws -> Void = { _ in }
    ) throws -> OrderRequest {
        var set = RiskLimits()
        try limits(&set)
        var gate = RiskGate(limits: set)
        return try gate.approve(request, id: ClientOrderID("x"), given: state).request
    }

    func expectRefusal(
        _ rule: RiskRefusal.Rule, _ detail: String, _ request: OrderRequest,
        _ limits: (inout RiskLimits) throws -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            throws: RiskRefusal(rule: rule, detail: detail), sourceLocation: sourceLocation
        ) { try approve(request, limits) }
    }
}
