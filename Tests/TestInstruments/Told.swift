package import TradingModel

/// Market events of instrument 0 by hand, stamped in milliseconds from 0.
package enum Told {
    package static func trade(_ ms: Int64, _ at: String, _ size: String = "1", id: Int = 0)
        -> MarketEvent
    {
        .trade(
            Trade(
                instrument: InstrumentID(id), price: price(at), quantity: quantity(size),
                taker: .buy, venueTime: time(ms), receiveTime: time(ms)))
    }
    package static func quote(_ ms: Int64, _ bid: String?, _ ask: String?, id: Int = 0)
        -> MarketEvent
    {
        let level = { (at: String) in BookLevel(price: price(at), quantity: quantity("10")) }
        return .quote(
            Quote(
                instrument: InstrumentID(id), bid: bid.map(level), ask: ask.map(level),
                venueTime: time(ms), receiveTime: time(ms)))
    }
    /// A snapshot: the best bid and ask.
    package static func book(_ ms: Int64, _ bid: String?, _ ask: String?, ends: Bool = true)
        -> [MarketEvent]
    {
        var change = BookChange(
            instrument: InstrumentID(0), kind: .clear, endsMessage: false, venueTime: time(ms),
            receiveTime: time(ms))
        var changes = [change]
        change.kind = .level
        for (side, level) in [(Side.buy, bid), (Side.sell, ask)] {
            guard let level else { continue }
            (change.side, change.price, change.quantity) = (side, price(level), quantity("10"))
            changes.append(change)
        }
        changes[changes.count - 1].endsMessage = ends
        return changes.map { .book($0) }
    }
    package static func ticker(_ ms: Int64, mark: String) -> MarketEvent {
        .ticker(
            Ticker(
                instrument: InstrumentID(0), mark: price(mark), venueTime: time(ms),
                receiveTime: time(ms)))
    }
    package static func funding(_ ms: Int64, _ share: String, mark: String?) -> MarketEvent {
        .funding(
            Funding(
                instrument: InstrumentID(0), rate: rate(share), mark: mark.map { price($0) },
                venueTime: time(ms), receiveTime: time(ms)))
    }
    package static func bar(
        _ minute: Int64, _ open: String, high: String, low: String, close: String
    ) -> MarketEvent {
        .bar(
            Bar(
                instrument: InstrumentID(0), size: .time(nanoseconds: 60_000_000_000),
                open: price(open), high: price(high), low: price(low), close: price(close),
                volume: quantity("10"), openTime: time(minute * 60_000),
                closeTime: time((minute + 1) * 60_000)))
    }
    package static func time(_ ms: Int64) -> Timestamp { Timestamp(nanoseconds: ms * 1_000_000) }

    package static func market(_ side: Side, _ size: String, id: Int = 0) -> Intent {
        .place(
            OrderRequest(instrument: InstrumentID(id), side: side, quantity: quantity(size)))
    }
}
