internal import ByteCoding
internal import TradingModel

extension ItemDecoder {
    mutating func event(_ tag: ItemTag) throws(Unreadable) -> MarketEvent {
        switch tag {
        case .trade: .trade(try trade())
        case .change: .book(try looseChange())
        case .quote: .quote(try quote())
        case .bar: .bar(try bar())
        case .ticker:
            .ticker(
                Ticker(
                    instrument: try instrument(), last: try optional(), mark: try optional(),
                    index: try optional(), volume24h: try optionalQuantity(),
                    venueTime: try time(), receiveTime: try time()))
        case .funding:
            .funding(
                Funding(
                    instrument: try instrument(), rate: Rate(attos: try reader.attos()),
                    mark: try optional(), payment: try optionalMoney(), venueTime: try time(),
                    receiveTime: try time()))
        default: throw Unreadable("there is no such event")
        }
    }

    private mutating func optionalMoney() throws(Unreadable) -> Money? {
        try flag() ? Money(attos: try reader.attos()) : nil
    }

    private mutating func trade() throws(Unreadable) -> Trade {
        let instrument = try instrument()
        let flags = try reader.byte()
        guard flags < 8, flags & 3 < 3 else { throw Unreadable("a trade has no such taker") }
        let price = try price(instrument, .trade)
        let quantity = try quantity(instrument)
        var id: UInt64?
        if flags & 4 != 0 {
            id = state[id: instrument.index] &+ UInt64(bitPattern: try reader.signed())
            state[id: instrument.index] = id ?? 0
        }
        return Trade(
            instrument: instrument, price: price, quantity: quantity,
            taker: flags & 3 == 0 ? nil : flags & 3 == 1 ? .buy : .sell, id: id,
            venueTime: try time(), receiveTime: try time())
    }

    private mutating func quote() throws(Unreadable) -> Quote {
        let instrument = try instrument()
        let flags = try reader.byte()
        guard flags < 4 else { throw Unreadable("a quote has no such sides") }
        let bid = flags & 1 == 0 ? nil : try level(instrument, .bids)
        let ask = flags & 2 == 0 ? nil : try level(instrument, .asks)
        return Quote(
            instrument: instrument, bid: bid, ask: ask, venueTime: try time(),
            receiveTime: try time())
    }

    private mutating func level(
        _ instrument: InstrumentID, _ place: CodingState.Place
    ) throws(Unreadable) -> BookLevel {
        let level = BookLevel(
            price: try price(instrument, place), quantity: try quantity(instrument))
        guard level.quantity > .zero else { throw Unreadable("a side of a quote has no quantity") }
        return level
    }

    private mutating func bar() throws(Unreadable) -> Bar {
        let instrument = try instrument()
        let size: BarSize
        switch try reader.byte() {
        case 0: size = .time(nanoseconds: try reader.signed())
        case 1: size = .trades(Int(try reader.signed()))
        case 2: size = .volume(try quantity())
        default: throw Unreadable("a bar has no such size")
        }
        return Bar(
            instrument: instrument, size: size, open: Price(attos: try reader.attos()),
            high: Price(attos: try reader.attos()), low: Price(attos: try reader.attos()),
            close: Price(attos: try reader.attos()), volume: try quantity(),
            buyVolume: try optionalQuantity(),
            tradeCount: try flag() ? Int(try reader.signed()) : nil, openTime: try time(),
            closeTime: try time())
    }

    // MARK: - Changes of books

    mutating func message() throws(Unreadable) -> [BookChange] {
        let instrument = try instrument()
        let (venueTime, receiveTime) = (try time(), try time())
        let count = try reader.count()
        var changes: [BookChange] = []
        changes.reserveCapacity(count)
        for place in 0..<count {
            changes.append(try part(instrument, venueTime, receiveTime, place == count - 1))
        }
        return changes
    }

    private mutating func part(
        _ instrument: InstrumentID, _ venueTime: Timestamp, _ receiveTime: Timestamp, _ isLast: Bool
    ) throws(Unreadable) -> BookChange {
        let head = try reader.number()
        let side: Side = head & 1 == 0 ? .buy : .sell
        let place = side == .buy ? CodingState.Place.bids : .asks
        let isClear = head & 2 != 0
        let price: Price
        if head & 8 != 0 {
            price = Price(attos: try reader.wide())
        } else if isClear {
            guard head >> 4 == 0 else { throw Unreadable("a clear has no level") }
            price = .zero
        } else {
            state[instrument.index, place] &+= unfolded(head >> 4)
            price = Price(
                attos: instruments[instrument.index].priceScale.attos(
                    state[instrument.index, place]))
        }
        return BookChange(
            instrument: instrument, kind: isClear ? .clear : .level, side: side, price: price,
            quantity: head & 4 != 0 ? .zero : try quantity(instrument), endsMessage: isLast,
            venueTime: venueTime, receiveTime: receiveTime)
    }

    mutating func looseChanges() throws(Unreadable) -> [BookChange] {
        let count = try reader.count()
        var changes: [BookChange] = []
        for _ in 0..<count { changes.append(try looseChange()) }
        return changes
    }

    private mutating func looseChange() throws(Unreadable) -> BookChange {
        let instrument = try instrument()
        let flags = try reader.byte()
        guard flags < 8, let kind = BookChange.Kind(rawValue: flags & 1) else {
            throw Unreadable("a book has no such change")
        }
        return BookChange(
            instrument: instrument, kind: kind, side: flags & 2 == 0 ? .buy : .sell,
            price: Price(attos: try reader.attos()), quantity: try quantity(),
            endsMessage: flags & 4 != 0, venueTime: try time(), receiveTime: try time())
    }

    // MARK: - Decimals in steps

    private func unfolded(_ number: UInt64) -> Int64 {
        Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    private mutating func price(
        _ id: InstrumentID, _ place: CodingState.Place
    ) throws(Unreadable) -> Price {
        let head = try reader.number()
        guard head & 1 == 0 else { return Price(attos: try reader.wide()) }
        state[id.index, place] &+= unfolded(head >> 1)
        return Price(attos: instruments[id.index].priceScale.attos(state[id.index, place]))
    }

    private mutating func quantity(_ id: InstrumentID) throws(Unreadable) -> Quantity {
        let head = try reader.number()
        guard head & 1 == 0 else { return try checked(try reader.wide()) }
        return try checked(
            instruments[id.index].quantityScale.attos(Int64(bitPattern: head >> 1)))
    }
}
