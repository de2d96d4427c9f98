import ScriptHost
import TradingCore
import TradingModel

// The account and the market that a test makes up for a strategy that it calls itself.

extension StrategyUnderTest {
    func account(_ given: PlainValue) throws(TestRefusal) {
        try setBalances(given["balances"])
        let isMore = !["position", "positions", "orders"].allSatisfy { given[$0].isNone }
        guard isMore else { return }
        try begin("account{} with a position or orders")
        if !given["position"].isNone {
            try setPosition(given["position"], of: try reading.instrument(.none))
        }
        for (symbol, value) in given["positions"].fields.sorted(by: { $0.key < $1.key }) {
            let named = PlainValue.fields(["symbol": .text(symbol)])
            try setPosition(value, of: try reading.instrument(named))
        }
        guard !given["orders"].isNone else { return }
        state.stageNoOpenOrders()
        for order in given["orders"].list { _ = try stageOrder(order) }
    }

    private func setBalances(_ given: PlainValue) throws(TestRefusal) {
        for (code, value) in given.fields.sorted(by: { $0.key < $1.key }) {
            let amounts = value.fields.isEmpty ? PlainValue.fields(["total": value]) : value
            guard let total = try amounts.money("total") else {
                throw TestRefusal("the balance of \(code) needs a number, or a `total`")
            }
            guard played == nil else {
                throw TestRefusal(
                    "account{} comes before the first play{}: what is there now is the simulated "
                        + "venue's")
            }
            startBalances[Currency(code)] = total
            state.stage(
                Balance(
                    currency: Currency(code), total: total,
                    available: try amounts.money("available") ?? total))
        }
    }

    private func setPosition(
        _ given: PlainValue, of instrument: Instrument
    ) throws(TestRefusal) {
        let amounts = given.fields.isEmpty ? PlainValue.fields(["qty": given]) : given
        guard let net = try amounts.attos("qty") else {
            throw TestRefusal("the position of \(instrument.symbol) needs a number, or a `qty`")
        }
        let price =
            try amounts.price("price") ?? state.valuation(instrument.id)
            ?? Price(attos: 100 * attosPerUnit)
        try fitting { () throws(DecimalError) in
            try state.stage(SignedQuantity(attos: net), at: price, of: instrument.id)
        }
    }

    func market(_ events: PlainValue) throws(TestRefusal) {
        try begin("market{}")
        for event in events.list { try stageMarket(event) }
    }

    private func stageMarket(_ event: PlainValue) throws(TestRefusal) {
        let changes = try reading.marketEvents(event)
        try fitting { () throws(DecimalError) in
            for change in changes { try state.stage(change) }
        }
    }

    /// Puts an order{} in, or what it says by now of one that is there.
    func stageOrder(_ order: PlainValue) throws(TestRefusal) -> Order {
        let id = order["id"].text ?? ""
        let serial = orders[id] ?? OrderSerial(orders.count + 1)
        guard orders[id] == nil || state.orders[serial] != nil else {
            throw TestRefusal("order \(id) ended long ago and is forgotten")
        }
        orders[id] = serial
        let request = try reading.request(order)
        return state.stage(
            ClientOrderID(id), serial: serial, request,
            try reading.state(order, of: request), averagePrice: try order.price("average_price"))
    }

    func fitting(_ change: () throws(DecimalError) -> Void) throws(TestRefusal) {
        do throws(DecimalError) { try change() } catch {
            throw TestRefusal("the position \(error)")
        }
    }
}
