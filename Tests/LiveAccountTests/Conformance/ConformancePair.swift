import AccountSession
import CoinEx
import Coinut
import TradingModel
import VenueSessions
import VenueSimulators

/// A venue's connector and its simulator; a new venue is a value here.
struct ConformancePair: Sendable, CustomStringConvertible {
    /// A market of the venue, and the simulated instrument that it is made of.
    struct Market: Hashable, Sendable {
        let symbol: String
        let source: String

        /// As the simulator's state names it.
        var segment: String { symbol.split(separator: ":").count == 2 ? "spot" : "futures" }
    }

    let connector: VenueConnector
    let simulator: SimulatorChoice
    /// A market of each kind in which the cases about orders are tried.
    let markets: [Market]
    /// Those whose rules are looked at besides.
    let otherMarkets: [Market]

    var description: String { connector.name }
    var perpetuals: [Market] { markets.filter { $0.segment == "futures" } }

    static let all: [ConformancePair] = [
        ConformancePair(
            connector: .coinEx, simulator: .coinEx,
            markets: [
                Market(symbol: "coinex:BTC/USDT", source: "sim:BTC/USDT"),
                Market(symbol: "coinex:BTC/USDT:USDT", source: "sim:BTC/USDT:USDT"),
            ],
            otherMarkets: [
                Market(symbol: "coinex:ETH/USDT", source: "sim:ETH/USDT"),
                Market(symbol: "coinex:PEPE/USDT", source: "sim:PEPE/USDT"),
                Market(symbol: "coinex:BTC/USD:BTC", source: "sim:BTC/USD:BTC"),
            ]),
        ConformancePair(
            connector: .coinut, simulator: .coinut,
            markets: [Market(symbol: "coinut:BTC/USDT", source: "sim:BTC/USDT")],
            otherMarkets: [
                Market(symbol: "coinut:ETH/USDT", source: "sim:ETH/USDT"),
                Market(symbol: "coinut:PEPE/USDT", source: "sim:PEPE/USDT"),
            ]),
    ]
}
