import PaperTrading
import TradingModel
import Transport
import VenueSessions

/// Which session records which symbols.
///
/// One for the spot markets of a venue and one for its perpetuals: venues serve them over
/// connections of their own, and a session tells a loss for all that it has.
struct RecordPlan {
    struct Line {
        let venue: Venue
        let symbols: [Symbol]
        /// Where its symbols stand among all.
        let places: [Int]
    }

    let symbols: [Symbol]
    let lines: [Line]

    var venues: [Venue] {
        var seen: Set<String> = []
        return lines.map(\.venue).filter { seen.insert($0.name).inserted }
    }

    /// - Throws: for a venue that there is not, and for the embedded exchange.
    init(symbols: [Symbol]) throws(RunFailure) {
        self.symbols = symbols
        var lines: [Line] = []
        for (place, symbol) in symbols.enumerated() {
            guard let venue = try namedVenues(of: [symbol], embedded: SimulatedExchange.venue).first
            else {
                throw RunFailure(
                    .usage,
                    "\(symbol) is of the embedded exchange, which has no data to record: a seed "
                        + "makes it again (runner strategy.lua --seed 7). For files, record a "
                        + "simulated venue: runner simulate-venue coinex, then runner record "
                        + "coinex:BTC/USDT --out data --base-url http://127.0.0.1:18080")
            }
            let isSpot = symbol.kind == .spot
            let found = lines.firstIndex {
                $0.venue.name == venue.name && ($0.symbols[0].kind == .spot) == isSpot
            }
            if let found {
                lines[found] = Line(
                    venue: venue, symbols: lines[found].symbols + [symbol],
                    places: lines[found].places + [place])
            } else {
                lines.append(Line(venue: venue, symbols: [symbol], places: [place]))
            }
        }
        self.lines = lines
    }

    /// A session without a key for each line, and the network to its venue.
    func sessions(
        _ settings: (Venue) throws -> VenueSettings
    ) throws -> [(session: any VenueSession, NetworkSettings)] {
        try lines.enumerated().map { number, line in
            var chosen = try settings(line.venue)
            chosen.leverage = nil  // of an account, and this has none
            chosen.margin = nil
            return (
                try line.venue.session(
                    of: line.symbols, keys: nil, settings: chosen, seed: UInt64(number) + 1),
                try line.venue.network(chosen)
            )
        }
    }
}
