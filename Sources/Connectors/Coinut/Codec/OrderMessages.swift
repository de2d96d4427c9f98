package import PlainJSON
package import TradingModel
internal import WireText

/// An own order as the venue shows it at some moment.
package struct ShownOrder: WireValue, Hashable {
    package let order: OrderNumber
    package let instrument: InstrumentNumber
    /// Nil: it was sent without one.
    package let client: ClientNumber?
    package let side: Side
    /// Nil: a market order.
    package let price: Price?
    package let quantity: Quantity
    /// What is not filled yet; at most ``quantity``.
    package let open: Quantity
    package let time: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        order = try fields.needNumber(OrderNumber.self, "order_id")
        instrument = try fields.needNumber(InstrumentNumber.self, "inst_id")
        client = try fields.clientNumber()
        side = try fields.side()
        // The name of the price depends on what the message answers.
        price = try fields.price("order_price", "price")
        quantity = try fields.needQuantity("qty")
        open = try fields.needExact(Quantity.self, "open_qty")
        time = try fields.time()
        guard open <= quantity else {
            throw BadMessage("`open_qty` (\(open)) is more than `qty` (\(quantity))")
        }
    }

    package var filled: Quantity { quantity - open }
}

/// A limit order, or what is left of it, is in the book: `order_accepted`.
package struct AcceptedOrder: WireValue, Hashable {
    package let shown: ShownOrder
    package let transaction: TransactionNumber?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        guard try fields.words("reasons") ?? [] == [] else {
            throw BadMessage("an order is accepted, and reasons say why it is not")
        }
        shown = try ShownOrder(reading: json)
        transaction = try fields.number(TransactionNumber.self, "trans_id")
    }
}

/// An order, or what is left of a market order, will not be carried out: `order_rejected`.
///
/// Its status is `OK` all the same.
package struct RejectedOrder: WireValue, Hashable {
    package let shown: ShownOrder
    /// May be empty.
    package let reasons: [StatusWord]
    package let transaction: TransactionNumber?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        shown = try ShownOrder(reading: json)
        reasons = try fields.words("reasons") ?? []
        transaction = try fields.number(TransactionNumber.self, "trans_id")
    }
}

/// An own execution: `order_filled`, or an entry of `trade_history`.
package struct OwnFill: WireValue, Hashable {
    package struct Commission: WireValue, Hashable {
        /// Positive: paid.
        package let amount: Money
        package let currency: String

        package init(reading json: JSON) throws {
            let fields = try Fields(json)
            amount = try fields.needExact(Money.self, "amount")
            currency = try fields.need("currency")
        }
    }

    /// Unlike any other fill's.
    package let transaction: TransactionNumber
    /// The order after it.
    package let shown: ShownOrder
    package let price: Price
    package let quantity: Quantity
    /// Nil: the venue does not say.
    package let commission: Commission?
    package let time: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        transaction = try fields.needNumber(TransactionNumber.self, "trans_id")
        shown = try fields.decode(ShownOrder.self, "order")
        price = try fields.needPrice("fill_price")
        quantity = try fields.needQuantity("fill_qty")
        commission =
            fields.has("commission") ? try fields.decode(Commission.self, "commission") : nil
        time = try fields.time()
    }
}

/// An order was cancelled: the answer to `cancel_order`.
///
/// It names neither the instrument nor how much was left.
package struct CancelledOrder: WireValue, Hashable {
    package let order: OrderNumber
    package let client: ClientNumber?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        // Nothing but the status says that it was cancelled.
        guard try fields.words("status") != nil else { throw BadMessage("`status` is missing") }
        order = try fields.needNumber(OrderNumber.self, "order_id")
        client = try fields.clientNumber()
    }
}

/// What became of each entry of a `cancel_orders`, in any order.
package struct CancelList: WireValue, Hashable {
    package struct Entry: WireValue, Hashable {
        package let order: OrderNumber
        package let instrument: InstrumentNumber
        package let client: ClientNumber?
        /// Nil: it was cancelled; the status of the whole reply says nothing about that.
        package let refusal: StatusWord?

        package init(reading json: JSON) throws {
            let fields = try Fields(json)
            order = try fields.needNumber(OrderNumber.self, "order_id")
            instrument = try fields.needNumber(InstrumentNumber.self, "inst_id")
            client = try fields.clientNumber()
            guard let word = try fields.words("status")?.first else {
                throw BadMessage("`status` is missing")
            }
            refusal = word == .fine ? nil : word
        }
    }

    package let entries: [Entry]
    package let transaction: TransactionNumber?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        entries = try fields.needList(Entry.self, "results")
        transaction = try fields.number(TransactionNumber.self, "trans_id")
    }
}

/// The open orders of one instrument.
package struct OpenOrderList: WireValue, Hashable {
    package let orders: [ShownOrder]
    package init(reading json: JSON) throws {
        orders = try Fields(json).needList(ShownOrder.self, "orders")
    }
}

/// Own executions, newest first: a page of `trade_history`.
///
/// Pages are counted from the newest fill on, so a new one moves all others: the same fill may
/// stand on two pages, and its transaction tells that it is one.
package struct FillPage: WireValue, Hashable {
    package let fills: [OwnFill]
    /// How many there are on all pages; nil: the venue does not say.
    package let total: Int64?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        fills = try fields.needList(OwnFill.self, "trades")
        total = try fields.int("total_number")
    }

    /// Where the page behind this one starts; nil: this is the last.
    package func next(after start: Int, limit: Int) -> Int? {
        fills.count < limit ? nil : start + fills.count
    }
}
