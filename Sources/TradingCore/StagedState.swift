package import TradingModel

// What a test says of the account and the market, for a strategy that is called without an engine.

extension TradingState {
    /// Sets engine time, backwards too: a test says when it is.
    package func stage(now time: Timestamp) { now = time }

    /// Sets the net position, as if it had been entered at `price`.
    ///
    /// - Throws: ``DecimalError/outOfRange`` when its worth does not fit.
    package func stage(
        _ net: SignedQuantity, at price: Price, of instrument: InstrumentID
    ) throws(DecimalError) {
        var position = Position(of: instruments[instrument.index])
        if let side = net.side {
            try position.apply(side, price: price, quantity: net.magnitude, fee: .zero)
        }
        positions[instrument.index] = position
    }

    package func stage(_ balance: Balance) { apply(balance) }

    /// Puts an order in, or replaces the one of the same serial; it is open while its state is.
    ///
    /// `serial` is a known order's, or one more than that of the last new one, from 1.
    ///
    /// - Returns: the order as it stands now.
    package func stage(
        _ id: ClientOrderID, serial: OrderSerial, _ request: OrderRequest, _ orderState: OrderState,
        averagePrice: Price?
    ) -> Order {
        let known = orders[id]
        let price = averagePrice ?? request.price ?? .zero
        let order = Order(
            id: id, serial: serial, request: request, state: orderState,
            filledNotional: price.times(orderState.filled, .halfEven) ?? .zero,
            createdAt: known?.createdAt ?? now, updatedAt: now)
        if known == nil { orders.insert(order) } else { orders.update(order) }
        return order
    }

    /// Forgets that the open orders are open: a test names all of them anew.
    package func stageNoOpenOrders() {
        for var order in orders.open {
            order.state = .cancelled(order.state.venueID, filled: order.filled)
            orders.update(order)
        }
    }

    /// Takes in what the market says, without telling anyone.
    ///
    /// - Throws: ``DecimalError/outOfRange`` for a funding payment that does not fit.
    package func stage(_ event: MarketEvent) throws(DecimalError) {
        let index = event.instrument.index
        stage(now: event.receiveTime)
        switch event {
        case .trade(let trade): marksTable[index].last = trade.price
        case .bar(let bar): marksTable[index].last = bar.close
        case .ticker(let ticker): if let mark = ticker.mark { marksTable[index].mark = mark }
        case .quote(let quote):
            marksTable[index].bid = quote.bid
            marksTable[index].ask = quote.ask
            marksTable[index].quoted = QuoteTimes(
                venueTime: quote.venueTime, receiveTime: quote.receiveTime)
            if let book = books[index] { replace(book, by: quote) }
        case .book(let change):
            let book = books[index] ?? OrderBook(instrument: change.instrument)
            book.apply(change)
            books[index] = book
        case .funding(var funding):
            if funding.mark == nil { funding.mark = valuation(funding.instrument) }
            _ = try positions[index].apply(funding)
        }
        marksTable[index].receiveTime = event.receiveTime
    }

    /// A quote that comes after some depth is the newer truth about the top.
    private func replace(_ book: OrderBook, by quote: Quote) {
        var change = BookChange(
            instrument: quote.instrument, kind: .clear, endsMessage: false,
            venueTime: quote.venueTime, receiveTime: quote.receiveTime)
        book.apply(change)
        change.kind = .level
        for (side, level) in [(Side.buy, quote.bid), (Side.sell, quote.ask)] {
            guard let level else { continue }
            (change.side, change.price, change.quantity) = (side, level.price, level.quantity)
            book.apply(change)
        }
    }

    /// Takes an own execution in.
    package func stage(_ fill: Fill, of order: Order) throws(DecimalError) {
        let index = order.request.instrument.index
        try positions[index].apply(fill, order.request.side, of: instruments[index])
    }
}
