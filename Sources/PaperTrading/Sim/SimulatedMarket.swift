public import TradingModel

/// The market data of the simulated exchange: the same bytes for the same seed on every machine.
///
/// An instrument's events depend on the seed and the instrument alone, not on which others run.
/// They begin at ``SimulatedExchange/start`` with a snapshot of the depth.
public final class SimulatedMarket: MarketEventSource {
    private var streams: [SimulatedStream]
    /// How many of each stream's burst have been handed out.
    private var given: [Int]
    private let end: Int64

    /// All that is traded, each at its place in this list: what a run picks from and numbers anew.
    public static let instruments: [Instrument] = SimulatedExchange.instruments

    /// - Parameters:
    ///   - instruments: whose symbols ``SimulatedExchange`` has; traps for others.
    ///   - start: the events begin with what the market shows at this time; nil: with its history. What lies
    ///     between takes about a second for each day.
    ///   - end: no event is later; nil: the stream never ends.
    public init(
        instruments: [Instrument], seed: UInt64, from start: Timestamp? = nil,
        end: Timestamp? = nil
    ) {
        streams = instruments.map { instrument in
            guard let profile = SimulatedProfile.all[instrument.symbol.description] else {
                preconditionFailure("\(instrument.symbol) is not traded at the simulated exchange")
            }
            var stream = SimulatedStream(instrument, profile, seed: seed)
            if let start { stream.skip(to: start) }
            return stream
        }
        given = streams.map { _ in 0 }
        self.end = end?.nanoseconds ?? .max
    }

    public func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, let index = earliest(), streams[index].time <= end {
            let burst = streams[index].burst
            let first = given[index]
            let count = min(burst.count - first, batch.capacity - batch.count)
            for offset in first..<first + count { batch.append(burst[offset]) }
            given[index] = first + count
        }
    }

    /// The stream whose next event comes first; at the same time, the first in the table.
    private func earliest() -> Int? {
        var found: Int?
        for index in streams.indices {
            if given[index] == streams[index].burst.count {
                streams[index].advance()
                given[index] = 0
            }
            if let best = found, streams[best].time <= streams[index].time { continue }
            found = index
        }
        return found
    }
}
