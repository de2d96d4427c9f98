package import TradingModel
internal import WireText

/// An order in the venue's words: limit or market, good till cancelled.
package struct CoinutOrder: Hashable {
    package let instrument: InstrumentNumber
    package let side: Side
    /// In base currency.
    package let quantity: Quantity
    /// Nil: a market order.
    package let price: Price?
    package let client: ClientNumber

    /// What the venue has no order for, or would refuse for its form.
    package struct Unsupported: Error, Hashable, CustomStringConvertible {
        package let reason: String
        init(_ reason: String) { self.reason = reason }
        package var description: String { reason }
    }

    package init(
        instrument: InstrumentNumber, side: Side, quantity: Quantity, price: Price?,
        client: ClientNumber
    ) throws(Unsupported) {
        guard client.isSendable else {
            throw Unsupported("the venue numbers orders from 1 to 16,777,215, not \(client)")
        }
        guard quantity > .zero, quantity.attos % CoinutAssumptions.lot.attos == 0 else {
            throw Unsupported(
                "a quantity is above 0 and has at most \(CoinutAssumptions.quantityDecimals) "
                    + "decimals, not \(quantity)")
        }
        guard price.map({ $0 > .zero }) ?? true else { throw Unsupported("a price is above 0") }
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.price = price
        self.client = client
    }

    /// A reduce-only order is an ordinary one here: there are balances only, which cannot turn round.
    ///
    /// - Throws: ``Unsupported`` for what the venue has no order for.
    package init(
        _ request: OrderRequest, instrument: InstrumentNumber, client: ClientNumber
    ) throws(Unsupported) {
        if request.stop != nil { throw Unsupported("the venue has no stop orders") }
        if request.isPostOnly { throw Unsupported("the venue has no post-only orders") }
        switch (request.price, request.timeInForce) {
        case (nil, .gtc), (nil, .ioc), (_?, .gtc): break
        case (nil, .fok): throw Unsupported("a market order cannot be fill-or-kill")
        case (_?, .ioc), (_?, .fok):
            throw Unsupported("the venue has no immediate-or-cancel and no fill-or-kill orders")
        }
        try self.init(
            instrument: instrument, side: request.side, quantity: request.quantity,
            price: request.price, client: client)
    }

    func addStart(to text: inout ObjectText) {
        text.add("client_ord_id", json: client.description)
        text.add("inst_id", json: instrument.description)
    }

    func addTerms(to text: inout ObjectText) {
        if let price { text.add("price", price) }
        text.add("qty", quantity)
    }

    func addSide(to text: inout ObjectText) { text.add("side", side == .buy ? "BUY" : "SELL") }

    /// As an entry of a batch.
    var text: String {
        var text = ObjectText()
        addStart(to: &text)
        addTerms(to: &text)
        addSide(to: &text)
        return text.finished()
    }
}

/// An order to be cancelled: the venue wants its instrument too.
package struct CancelTarget: Hashable {
    package let instrument: InstrumentNumber
    package let order: OrderNumber
    package init(instrument: InstrumentNumber, order: OrderNumber) {
        self.instrument = instrument
        self.order = order
    }

    var text: String {
        var text = ObjectText()
        text.add("inst_id", json: instrument.description)
        text.add("order_id", json: order.description)
        return text.finished()
    }
}
