import Testing
import TradingModel

@Suite struct `An event that is stamped anew` {
    private static let five = Price(attos: 5_000)
    private static let two = Quantity(attos: 2_000)
    private static let old = Timestamp(nanoseconds: 1_000)
    private static let events: [MarketEvent] = [
        .trade(
            Trade(
                instrument: InstrumentID(1), price: five, quantity: two, taker: .buy, id: 7,
                venueTime: old, receiveTime: old.advanced(byNanoseconds: 5))),
        .book(
            BookChange(
                instrument: InstrumentID(1), kind: .level, side: .sell, price: five, quantity: two,
                endsMessage: true, venueTime: old, receiveTime: old.advanced(byNanoseconds: 5))),
        .quote(
            Quote(
                instrument: InstrumentID(1), bid: BookLevel(price: five, quantity: two), ask: nil,
                venueTime: old, receiveTime: old.advanced(byNanoseconds: 5))),
        .ticker(
            Ticker(
                instrument: InstrumentID(1), last: five, venueTime: old,
                receiveTime: old.advanced(byNanoseconds: 5))),
        .funding(
            Funding(
                instrument: InstrumentID(1), rate: .zero, mark: five, venueTime: old,
                receiveTime: old.advanced(byNanoseconds: 5))),
        .bar(
            Bar(
                instrument: InstrumentID(1), size: .time(nanoseconds: 600), open: five, high: five,
                low: five,
                close: five, volume: two, openTime: old.advanced(byNanoseconds: -600),
                closeTime: old)),
    ]

    @Test(arguments: events)
    func `is of the instrument and the times that are given, and stays the same otherwise`(
        _ event: MarketEvent
    ) {
        let time = Timestamp(nanoseconds: 77_000)
        let moved = event.with(instrument: InstrumentID(3), venueTime: time, receiveTime: time)
        #expect(moved.instrument == InstrumentID(3))
        #expect(moved.venueTime == time)
        #expect(moved.receiveTime == time)
        #expect(
            moved.with(
                instrument: event.instrument, venueTime: event.venueTime,
                receiveTime: event.receiveTime) == event)
        #expect(event.with() == event)
    }

    @Test func `keeps its span where it is a bar, which has no receive time of its own`() throws {
        let event = try #require(Self.events.last)
        let later = Timestamp(nanoseconds: 9_000)
        guard case .bar(let bar) = event.with(venueTime: later) else {
            Issue.record("it is no bar any more")
            return
        }
        #expect(bar.closeTime == later)
        #expect(bar.openTime == later.advanced(byNanoseconds: -600))
        #expect(event.with(receiveTime: later) == event)
    }
}

@Suite struct `Random numbers of a seed` {
    /// Of the authors' own program for seed 1234567.
    @Test func `are those of SplitMix64`() {
        var random = SplitMix64(seed: 1_234_567)
        let wanted: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(wanted.map { _ in random.next() } == wanted)
    }
}
