import Foundation
import PaperTrading
package import TradingModel
package import VenueSimulators

/// Markets of a venue, and what goes wrong with the venue and the line to it.
package struct AccountSetting: Sendable, CustomStringConvertible {
    package let venue: AccountVenue
    package let markets: [AccountVenue.Market]
    /// As `--fault` takes them; empty: none.
    package var faults = ""
    /// Of the market, in each of the run's.
    package var speed: Int64 = 8

    package init(
        venue: AccountVenue, markets: [AccountVenue.Market], faults: String = "", speed: Int64 = 8
    ) {
        self.venue = venue
        self.markets = markets
        self.faults = faults
        self.speed = speed
    }

    package var description: String {
        "\(symbols.joined(separator: " and ")), \(faults.isEmpty ? "no faults" : faults)"
    }
    package var symbols: [String] { markets.map(\.symbol) }

    package func simulator(seed: UInt64, start: Timestamp) throws -> FaultySimulator {
        let instruments = try markets.enumerated().compactMap { place, market in
            try SimulatedExchange.instrument(Symbol(market.source), id: InstrumentID(place))
        }
        let feed = SimulatedFeed(
            SimulatedMarket(instruments: instruments, seed: seed), start: start,
            history: 10_000_000_000, speed: speed)
        return try venue.makeSimulator(self, feed, instruments, seed, start)
    }

    /// Every market of every venue, with nothing wrong.
    package static let plain: [AccountSetting] = AccountVenue.all.flatMap { venue in
        venue.markets.map { AccountSetting(venue: venue, markets: [$0]) }
    }

    /// The same with each fault that its venue has.
    package static let all: [AccountSetting] = plain.flatMap { setting in
        setting.venue.faults.map {
            AccountSetting(venue: setting.venue, markets: setting.markets, faults: $0)
        }
    }.filter(\.isWanted)

    /// Those whose description has the text of `LIVE_ACCOUNT_ONLY`, for a search in some of them.
    package var isWanted: Bool {
        ProcessInfo.processInfo.environment["LIVE_ACCOUNT_ONLY"].map(description.contains) ?? true
    }

    /// All markets of every venue in one run, with nothing wrong and with much.
    package static let crowded: [AccountSetting] = AccountVenue.all.flatMap { venue in
        ([""] + venue.faultsTogether).map {
            AccountSetting(venue: venue, markets: venue.markets, faults: $0)
        }
    }.filter(\.isWanted)

    /// Bursts of orders, where the venue takes several at once in the middle of which it may fail.
    package static let bursts: [AccountSetting] = plain.flatMap { setting in
        ([setting.venue.slidingLimits] + setting.venue.batchFaults).map {
            AccountSetting(venue: setting.venue, markets: setting.markets, faults: $0)
        }
    }.filter(\.isWanted)

    /// The market of this kind at every venue that has it.
    package static func all(ofKind kind: String, faults: String, speed: Int64) -> [AccountSetting] {
        plain.filter { $0.markets[0].kind == kind }.map {
            AccountSetting(venue: $0.venue, markets: $0.markets, faults: faults, speed: speed)
        }
    }
}
