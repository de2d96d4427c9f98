import ScriptHost
import TradingCore
import TradingModel

/// Turns the events that a test builds into those of a run, with what the test left out.
struct EventReading {
    let strategy: LuaStrategy
    let instruments: [Instrument]
    /// What an event without a time follows by a second.
    var clock: Timestamp

    private static let second: Int64 = 1_000_000_000

    /// The instrument that an event names, or the only one.
    func instrument(_ event: PlainValue) throws(TestRefusal) -> Instrument {
        guard let name = event["symbol"].text else {
            guard let only = instruments.first, instruments.count == 1 else {
                throw TestRefusal(
                    "the event needs a `symbol`: the strategy has several, "
                        + instruments.map(\.symbol.description).joined(separator: ", "))
            }
            return only
        }
        guard let found = instruments.first(where: { $0.symbol.description == name }) else {
            let names = instruments.map(\.symbol.description)
            throw TestRefusal(
                "the strategy does not subscribe to `\(name)`; it has "
                    + names.joined(separator: ", "))
        }
        return found
    }

    /// When an event happens and when it reaches us; the clock follows.
    mutating func times(
        _ event: PlainValue
    ) throws(TestRefusal) -> (venue: Timestamp, receive: Timestamp) {
        let venue =
            try event.time("time") ?? clock.advanced(byNanoseconds: Self.second)
        let receive = try event.time("received") ?? venue
        try move(to: receive)
        return (venue, receive)
    }

    /// Moves the clock, as far as times are taken.
    mutating func move(to time: Timestamp) throws(TestRefusal) {
        guard time <= .last else { throw TestRefusal(Self.tooLate) }
        clock = time
    }
    static let tooLate = "time does not go on behind the year 2200"

    /// A market event; a book is several, of which the last ends the message.
    mutating func marketEvents(_ event: PlainValue) throws(TestRefusal) -> [MarketEvent] {
        switch event["kind"].text {
        case "trade": return [.trade(try trade(event))]
        case "quote": return [.quote(try quote(event))]
        case "book": return try book(event).map { .book($0) }
        case "bar": return [.bar(try bar(event))]
        case "ticker": return [.ticker(try ticker(event))]
        case "funding": return [.funding(try funding(event))]
        default: throw TestRefusal("there is no such market event")
        }
    }

    mutating func trade(_ event: PlainValue) throws(TestRefusal) -> Trade {
        let instrument = try instrument(event)
        let times = try times(event)
        return Trade(
            instrument: instrument.id, price: try event.price("price") ?? .zero,
            quantity: try event.quantity("qty") ?? .zero, taker: event.side("side"),
            id: event.whole("id").flatMap { UInt64(exactly: $0) }, venueTime: times.venue,
            receiveTime: times.receive)
    }

    mutating func quote(_ event: PlainValue) throws(TestRefusal) -> Quote {
        let instrument = try instrument(event)
        let times = try times(event)
        func level(_ price: String, _ quantity: String) throws(TestRefusal) -> BookLevel? {
            guard let price = try event.price(price) else { return nil }
            return BookLevel(price: price, quantity: try event.quantity(quantity) ?? .zero)
        }
        return Quote(
            instrument: instrument.id, bid: try level("bid", "bid_qty"),
            ask: try level("ask", "ask_qty"), venueTime: times.venue, receiveTime: times.receive)
    }

    mutating func book(_ event: PlainValue) throws(TestRefusal) -> [BookChange] {
        let instrument = try instrument(event)
        let times = try times(event)
        var changes = [
            BookChange(
                instrument: instrument.id, kind: .clear, endsMessage: false,
                venueTime: times.venue, receiveTime: times.receive)
        ]
        for (side, name) in [(Side.buy, "bids"), (Side.sell, "asks")] {
            for entry in event[name].list {
                guard let level = try entry.level else { continue }
                changes.append(
                    BookChange(
                        instrument: instrument.id, kind: .level, side: side, price: level.price,
                        quantity: level.quantity, endsMessage: false, venueTime: times.venue,
                        receiveTime: times.receive))
            }
        }
        changes[changes.count - 1].endsMessage = true
        return changes
    }

    /// Without a time a bar begins now; a bar by time moves the clock to its close.
    mutating func bar(_ event: PlainValue) throws(TestRefusal) -> Bar {
        let instrument = try instrument(event)
        let size = try barSize(event, of: instrument.symbol)
        let open = try event.time("time") ?? clock
        var close = open.advanced(byNanoseconds: Self.second)
        if case .time(let span) = size { close = open.advanced(byNanoseconds: span) }
        try move(to: close)
        return Bar(
            instrument: instrument.id, size: size, open: try event.price("open") ?? .zero,
            high: try event.price("high") ?? .zero, low: try event.price("low") ?? .zero,
            close: try event.price("close") ?? .zero, volume: try event.quantity("volume") ?? .zero,
            buyVolume: try event.quantity("buy_volume"),
            tradeCount: event.whole("trades").map(Int.init), openTime: open, closeTime: close)
    }

    /// The size that a bar names, or the only one that the strategy subscribes to.
    private func barSize(_ event: PlainValue, of symbol: Symbol) throws(TestRefusal) -> BarSize {
        let known = strategy.barTexts(of: symbol)
        let list = known.map(\.text).joined(separator: ", ")
        guard let wanted = event["size"].text else {
            if known.count == 1 { return known[0].size }
            throw TestRefusal(
                known.isEmpty
                    ? "the strategy does not subscribe to bars of \(symbol)"
                    : "bar{} needs a `size`: the strategy has several, \(list)")
        }
        guard let size = known.first(where: { $0.text == wanted })?.size else {
            throw TestRefusal(
                "the strategy does not subscribe to `bars:\(wanted)` of \(symbol)"
                    + (known.isEmpty ? "" : "; it has \(list)"))
        }
        return size
    }

    mutating func ticker(_ event: PlainValue) throws(TestRefusal) -> Ticker {
        let instrument = try instrument(event)
        let times = try times(event)
        return Ticker(
            instrument: instrument.id, last: try event.price("last"),
            mark: try event.price("mark"), index: try event.price("index"),
            volume24h: try event.quantity("volume"), venueTime: times.venue,
            receiveTime: times.receive)
    }

    mutating func funding(_ event: PlainValue) throws(TestRefusal) -> Funding {
        let instrument = try instrument(event)
        let times = try times(event)
        return Funding(
            instrument: instrument.id, rate: try event.rate("rate") ?? .zero,
            mark: try event.price("mark"), venueTime: times.venue,
            receiveTime: times.receive)
    }

    mutating func status(_ event: PlainValue) throws(TestRefusal) -> VenueStatus {
        let instrument = event["symbol"].isNone ? nil : try instrument(event)
        let venue = event["venue"].text ?? instruments.first?.symbol.venue ?? "sim"
        guard let state = VenueState(rawValue: event["state"].text ?? "") else {
            throw TestRefusal("status{} needs a `state`")
        }
        return VenueStatus(
            venue: venue, instrument: instrument?.id, state: state,
            reason: event["reason"].text ?? "", receiveTime: try times(event).receive)
    }
}
