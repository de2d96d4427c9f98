import PaperTrading
import TradingModel
import VenueSimulators

/// A market of a venue, and what goes wrong with the venue and the line to it.
struct AccountSetting: Sendable, CustomStringConvertible {
    let venue: AccountVenue
    let market: AccountVenue.Market
    /// As `--fault` takes them; empty: none.
    var faults = ""
    /// Of the market, in each of the run's.
    var speed: Int64 = 8

    var description: String { "\(market.symbol), \(faults.isEmpty ? "no faults" : faults)" }
    var symbol: String { market.symbol }

    func simulator(seed: UInt64, start: Timestamp) throws -> FaultySimulator {
        let instruments = [
            try SimulatedExchange.instrument(Symbol(market.source), id: InstrumentID(0))
        ].compactMap(\.self)
        let feed = MarketFeed(
            SimulatedMarket(instruments: instruments, seed: seed), start: start,
            history: 10_000_000_000, speed: speed)
        return try venue.makeSimulator(self, feed, instruments, seed, start)
    }

    /// Every market of every venue, with nothing wrong.
    static let plain: [AccountSetting] = AccountVenue.all.flatMap { venue in
        venue.markets.map { AccountSetting(venue: venue, market: $0) }
    }

    /// The same with each fault that its venue has.
    static let all: [AccountSetting] = plain.flatMap { setting in
        setting.venue.faults.map {
            AccountSetting(venue: setting.venue, market: setting.market, faults: $0)
        }
    }

    /// The market of this kind at every venue that has it.
    static func all(ofKind kind: String, faults: String, speed: Int64) -> [AccountSetting] {
        plain.filter { $0.market.kind == kind }.map {
            AccountSetting(venue: $0.venue, market: $0.market, faults: faults, speed: speed)
        }
    }
}
