internal import ByteCoding
internal import TradingModel

/// Market events, which are most of a recording: prices against the last one, in the instrument's steps.
extension ItemEncoder {
    mutating func add(_ event: MarketEvent, at now: Timestamp) {
        switch event {
        case .trade(let trade): add(trade, at: now)
        case .book(let change):
            begin(.change, now)
            addLoose(change)
        case .quote(let quote):
            begin(.quote, now)
            add(quote.instrument)
            writer.add(byte: (quote.bid == nil ? 0 : 1) | (quote.ask == nil ? 0 : 2))
            for (level, place) in [(quote.bid, CodingState.Place.bids), (quote.ask, .asks)] {
                guard let level else { continue }
                add(level.price, quote.instrument, place)
                add(level.quantity, quote.instrument)
            }
            add(quote.venueTime)
            add(quote.receiveTime)
        case .bar(let bar): add(bar, at: now)
        case .ticker(let ticker):
            begin(.ticker, now)
            add(ticker.instrument)
            add(optional: ticker.last)
            add(optional: ticker.mark)
            add(optional: ticker.index)
            add(optional: ticker.volume24h)
            add(ticker.venueTime)
            add(ticker.receiveTime)
        case .funding(let funding):
            begin(.funding, now)
            add(funding.instrument)
            writer.add(attos: funding.rate.attos)
            add(optional: funding.mark)
            add(optional: funding.payment)
            add(funding.venueTime)
            add(funding.receiveTime)
        }
    }

    private mutating func add(_ trade: Trade, at now: Timestamp) {
        begin(.trade, now)
        add(trade.instrument)
        let taker: UInt8 = trade.taker.map { $0.rawValue + 1 } ?? 0
        writer.add(byte: taker | (trade.id == nil ? 0 : 4))
        add(trade.price, trade.instrument, .trade)
        add(trade.quantity, trade.instrument)
        if let id = trade.id { add(tradeID: id, of: trade.instrument) }
        add(trade.venueTime)
        add(trade.receiveTime)
    }

    private mutating func add(tradeID id: UInt64, of instrument: InstrumentID) {
        writer.add(signed: Int64(bitPattern: id &- state[id: instrument.index]))
        state[id: instrument.index] = id
    }

    private mutating func add(_ bar: Bar, at now: Timestamp) {
        begin(.bar, now)
        add(bar.instrument)
        switch bar.size {
        case .time(let nanoseconds):
            writer.add(byte: 0)
            writer.add(signed: nanoseconds)
        case .trades(let count):
            writer.add(byte: 1)
            writer.add(signed: Int64(count))
        case .volume(let quantity):
            writer.add(byte: 2)
            writer.add(attos: quantity.attos)
        }
        for price in [bar.open, bar.high, bar.low, bar.close] { writer.add(attos: price.attos) }
        writer.add(attos: bar.volume.attos)
        add(optional: bar.buyVolume)
        writer.add(byte: bar.tradeCount == nil ? 0 : 1)
        if let count = bar.tradeCount { writer.add(signed: Int64(count)) }
        add(bar.openTime)
        add(bar.closeTime)
    }

    // MARK: - Changes of books

    mutating func add(_ changes: [BookChange], at now: Timestamp) {
        guard let first = changes.first, isMessage(changes, like: first) else {
            begin(.looseChanges, now)
            writer.add(UInt64(changes.count))
            for change in changes { addLoose(change) }
            return
        }
        begin(.changes, now)
        add(first.instrument)
        add(first.venueTime)
        add(first.receiveTime)
        writer.add(UInt64(changes.count))
        for change in changes { addPart(change) }
    }

    /// Whether they are what a message of a venue is: of one instrument, of one time, and ended by the last.
    private func isMessage(_ changes: [BookChange], like first: BookChange) -> Bool {
        guard first.instrument.index < instruments.count, changes.last?.endsMessage == true else {
            return false
        }
        for (place, change) in changes.enumerated() {
            guard change.instrument == first.instrument, change.venueTime == first.venueTime,
                change.receiveTime == first.receiveTime,
                !change.endsMessage || place == changes.count - 1
            else { return false }
        }
        return true
    }

    /// In front a number whose low bits are the side, a clear, no quantity, a price as it is.
    private mutating func addPart(_ change: BookChange) {
        let index = change.instrument.index
        let place = change.side == .buy ? CodingState.Place.bids : .asks
        let isClear = change.kind == .clear
        var flags: UInt64 = change.side == .buy ? 0 : 1
        if isClear { flags |= 2 }
        if change.quantity == .zero { flags |= 4 }
        if isClear, change.price == .zero {
            writer.add(flags)
        } else if !isClear, let units = instruments[index].priceScale.units(change.price.attos),
            let step = step(from: state[index, place], to: units)
        {
            writer.add(step << 4 | flags)
            state[index, place] = units
        } else {
            writer.add(flags | 8)
            writer.add(wide: change.price.attos)
        }
        if change.quantity != .zero { add(change.quantity, change.instrument) }
    }

    /// How far it is, small whatever the sign; nil: too far for the bits that are left.
    private func step(from last: Int64, to units: Int64) -> UInt64? {
        let delta = units &- last
        let folded = UInt64(bitPattern: delta << 1 ^ delta >> 63)
        return folded < 1 << 60 ? folded : nil
    }

    private mutating func addLoose(_ change: BookChange) {
        add(change.instrument)
        writer.add(
            byte: change.kind.rawValue | change.side.rawValue << 1 | (change.endsMessage ? 4 : 0))
        writer.add(attos: change.price.attos)
        writer.add(attos: change.quantity.attos)
        add(change.venueTime)
        add(change.receiveTime)
    }

    // MARK: - Decimals in steps

    private mutating func add(_ price: Price, _ id: InstrumentID, _ place: CodingState.Place) {
        guard id.index < instruments.count,
            let units = instruments[id.index].priceScale.units(price.attos),
            let step = step(from: state[id.index, place], to: units)
        else {
            writer.add(1)
            return writer.add(wide: price.attos)
        }
        writer.add(step << 1)
        state[id.index, place] = units
    }

    private mutating func add(_ quantity: Quantity, _ id: InstrumentID) {
        guard id.index < instruments.count,
            let units = instruments[id.index].quantityScale.units(quantity.attos),
            units < 1 << 62
        else {
            writer.add(1)
            return writer.add(wide: quantity.attos)
        }
        writer.add(UInt64(units) << 1)
    }
}
