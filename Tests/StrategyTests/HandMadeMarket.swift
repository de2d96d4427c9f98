import TradingModel

/// Market data that a test writes down, event by event.
final class HandMadeMarket: MarketEventSource {
    private var events: [MarketEvent] = []
    private var given = 0
    /// Seconds since the beginning; every event moves it on by a millisecond.
    private(set) var time = 0.0
    private let instrument: InstrumentID

    init(_ instrument: InstrumentID = InstrumentID(0)) { self.instrument = instrument }

    /// A perpetual with a tick of 0.1, a lot of 0.001 and no fees.
    static func instrument(
        _ symbol: String = "sim:BTC/USDT:USDT", id: Int = 0, tick: String = "0.1",
        lot: String = "0.001"
    ) throws -> Instrument {
        Instrument(
            id: InstrumentID(id), symbol: try Symbol(symbol), tick: try Price(tick),
            lot: try Quantity(lot))
    }

    func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, given < events.count {
            batch.append(events[given])
            given += 1
        }
    }

    func wait(_ seconds: Double) { time += seconds }

    private func now() -> Timestamp {
        time += 0.001
        return Timestamp(nanoseconds: 1_767_225_600_000_000_000 + Int64(time * 1e9))
    }

    func trade(_ price: Double, _ quantity: Double = 1, taker: Side = .buy) throws {
        let now = now()
        events.append(
            .trade(
                Trade(
                    instrument: instrument, price: try Price("\(price)"),
                    quantity: try Quantity("\(quantity)"), taker: taker, venueTime: now,
                    receiveTime: now)))
    }

    /// The whole depth: price and quantity of each level, the best first.
    func book(bids: [(Double, Double)], asks: [(Double, Double)]) throws {
        let now = now()
        var changes = [
            BookChange(
                instrument: instrument, kind: .clear, endsMessage: false, venueTime: now,
                receiveTime: now)
        ]
        for (side, levels) in [(Side.buy, bids), (Side.sell, asks)] {
            for (price, quantity) in levels {
                changes.append(
                    BookChange(
                        instrument: instrument, kind: .level, side: side,
                        price: try Price("\(price)"), quantity: try Quantity("\(quantity)"),
                        endsMessage: false, venueTime: now, receiveTime: now))
            }
        }
        changes[changes.count - 1].endsMessage = true
        events += changes.map { .book($0) }
    }

    /// A book of one level a side around `mid`.
    func book(around mid: Double, spread: Double = 0.2, bid: Double = 5, ask: Double = 5) throws {
        try book(bids: [(mid - spread / 2, bid)], asks: [(mid + spread / 2, ask)])
    }

    /// A closed bar of so many minutes that follows the last one.
    func bar(
        open: Double, high: Double, low: Double, close: Double, volume: String = "1",
        minutes: Int64 = 1
    ) throws {
        let start = 1_767_225_600_000_000_000 + Int64(time) * 1_000_000_000
        let span = minutes * 60_000_000_000
        time += Double(minutes) * 60
        events.append(
            .bar(
                Bar(
                    instrument: instrument, size: .time(nanoseconds: span),
                    open: try Price("\(open)"), high: try Price("\(high)"),
                    low: try Price("\(low)"), close: try Price("\(close)"),
                    volume: try Quantity(volume), openTime: Timestamp(nanoseconds: start),
                    closeTime: Timestamp(nanoseconds: start + span))))
    }

    /// Appends what another instrument's market holds, in the order of time.
    func merge(_ other: HandMadeMarket) {
        events = (events + other.events).enumerated()
            .sorted { ($0.element.receiveTime, $0.offset) < ($1.element.receiveTime, $1.offset) }
            .map(\.element)
    }
}
