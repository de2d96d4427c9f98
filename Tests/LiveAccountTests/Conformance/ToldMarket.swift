import TradingModel
import VenueSimulators

/// A market that a test moves while it is running.
///
/// Each instrument begins with bids at 100 for 5 and 99 for 10, asks at 101 for 5 and 102 for 10, and a
/// trade at 100. By itself it changes only a level far away, so that feeds are never silent.
final class ToldMarket: MarketEventSource {
    /// How soon after it is told something happens, in nanoseconds.
    static let step: Int64 = 100_000_000

    private let instruments: Range<Int>
    private var told: [MarketEvent] = []
    private var time = Timestamp(nanoseconds: 0)
    private var beats = 0

    init(instruments: Int) throws {
        self.instruments = 0..<instruments
        for index in self.instruments {
            told.append(.book(change(index, .clear)))
            try setLevel(index, .buy, "99", "10", ends: false)
            try setLevel(index, .buy, "100", "5", ends: false)
            try setLevel(index, .sell, "101", "5", ends: false)
            try setLevel(index, .sell, "102", "10")
            try trade(index, .buy, "100", "1")
        }
    }

    func read(into batch: EventBatch) {
        if told.isEmpty { beat() }
        for event in told { batch.append(event.with(venueTime: time, receiveTime: time)) }
        told = []
        time = time.advanced(byNanoseconds: Self.step)
    }

    private func beat() {
        beats += 1
        for index in instruments {
            var change = change(index, .level)
            change.price = Price(attos: 50 * attosPerUnit)
            change.quantity = Quantity(attos: Int128(1 + beats % 7) * attosPerUnit)
            change.endsMessage = true
            told.append(.book(change))
        }
    }

    // MARK: - What is told

    /// - Parameter ends: whether the venue's message ends with it.
    func setLevel(
        _ instrument: Int, _ side: Side, _ price: String, _ quantity: String, ends: Bool = true
    ) throws {
        var change = change(instrument, .level)
        change.side = side
        change.price = try Price(price)
        change.quantity = try Quantity(quantity)
        change.endsMessage = ends
        told.append(.book(change))
    }

    func trade(_ instrument: Int, _ taker: Side, _ price: String, _ quantity: String) throws {
        told.append(
            .trade(
                Trade(
                    instrument: InstrumentID(instrument), price: try Price(price),
                    quantity: try Quantity(quantity), taker: taker, venueTime: time,
                    receiveTime: time)))
    }

    func settle(_ instrument: Int, rate: String, mark: String) throws {
        told.append(
            .funding(
                Funding(
                    instrument: InstrumentID(instrument), rate: try Rate(rate),
                    mark: try Price(mark), venueTime: time, receiveTime: time)))
    }

    private func change(_ instrument: Int, _ kind: BookChange.Kind) -> BookChange {
        BookChange(
            instrument: InstrumentID(instrument), kind: kind, endsMessage: false, venueTime: time,
            receiveTime: time)
    }
}
