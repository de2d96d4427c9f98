import ScriptHost
import TradingCore
import TradingModel

/// What a call of a strategy left behind, for the test to look at.
struct Output {
    var intents: [PlainValue] = []
    var logs: [PlainValue] = []
    var alerts: [PlainValue] = []
    var plots: [PlainValue] = []
    /// The first failure of a handler.
    var failure: String?

    var plain: PlainValue {
        var fields: [String: PlainValue] = [
            "intents": .list(intents), "logs": .list(logs), "alerts": .list(alerts),
            "plots": .list(plots),
        ]
        fields["failure"] = failure.map { .text($0) }
        return .fields(fields)
    }

    mutating func log(_ level: LogLevel, _ text: String) {
        logs.append(.fields(["level": .text(level.rawValue), "text": .text(text)]))
    }

    mutating func plot(_ name: String, _ value: Double) {
        plots.append(.fields(["name": .text(name), "value": .number(value)]))
    }
}

extension Intent {
    /// With the fields that the intent has in a script.
    func plain(_ instruments: [Instrument]) -> PlainValue {
        func symbol(_ id: InstrumentID) -> PlainValue {
            .text(instruments[id.index].symbol.description)
        }
        var fields: [String: PlainValue] = [:]
        switch self {
        case .place(let request):
            fields = request.plain
            fields["kind"] = fields["side"]
            fields["side"] = nil
            fields["symbol"] = symbol(request.instrument)
        case .cancel(.order(let id)):
            fields = ["kind": .text("cancel"), "order": .text(id.text)]
        case .cancel(.matching(let instrument, let tag)):
            fields = ["kind": .text("cancel")]
            fields["symbol"] = instrument.map(symbol)
            fields["tag"] = tag.map { .text($0.description) }
        case .amend(let id, let price, let quantity):
            fields = ["kind": .text("amend"), "order": .text(id.text)]
            fields["price"] = price.map { .number($0) }
            fields["qty"] = quantity.map { .number($0) }
        case .target(let instrument, let quantity):
            fields = [
                "kind": .text("target"), "symbol": symbol(instrument), "qty": .number(quantity),
            ]
        case .close(let instrument):
            fields = ["kind": .text("close"), "symbol": symbol(instrument)]
        }
        return .fields(fields)
    }
}

extension OrderRequest {
    fileprivate var plain: [String: PlainValue] {
        var fields: [String: PlainValue] = [
            "side": .text(side.description), "qty": .number(quantity),
            "tif": .text(timeInForce.rawValue), "post_only": .boolean(isPostOnly),
            "reduce_only": .boolean(isReduceOnly),
        ]
        fields["price"] = price.map { .number($0) }
        fields["stop"] = stop.map { .number($0) }
        if !tag.isEmpty { fields["tag"] = .text(tag.description) }
        return fields
    }
}

extension Order {
    /// With the fields that the order has in a script.
    func plain(_ instruments: [Instrument]) -> PlainValue {
        var fields = request.plain
        fields["id"] = .text(id.text)
        fields["symbol"] = .text(instruments[request.instrument.index].symbol.description)
        fields["state"] = .text(state.name)
        fields["filled"] = .number(filled)
        fields["remaining"] = .number(remaining)
        fields["average_price"] = averagePrice.map { .number($0) }
        if !reason.isEmpty { fields["reason"] = .text(reason.description) }
        return .fields(fields)
    }
}

extension Fill {
    func plain(of order: Order, _ instruments: [Instrument]) -> PlainValue {
        .fields([
            "order": .text(order.id.text), "id": .text(id),
            "symbol": .text(instruments[order.request.instrument.index].symbol.description),
            "side": .text(order.request.side.description), "price": .number(price),
            "qty": .number(quantity), "liquidity": .text(liquidity.rawValue), "fee": .number(fee),
            "fee_currency": .text(feeCurrency.code),
        ])
    }
}
