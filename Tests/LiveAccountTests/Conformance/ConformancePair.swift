import AccountSession
import Bitunix
import CoinEx
import CoinTR
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
    /// More orders at once than may leave before they are too old, and less than twice as many.
    var burst = 150
    /// A leverage that no market takes.
    var wrongLeverage = 7

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
        ConformancePair(
            connector: .bitunix, simulator: .bitunix,
            markets: [Market(symbol: "bitunix:BTC/USDT:USDT", source: "sim:BTC/USDT:USDT")],
            otherMarkets: [],
            burst: 70),
        ConformancePair(
            connector: .coinTR, simulator: .coinTR,
            markets: [
                Market(symbol: "cointr:BTC/USDT", source: "sim:BTC/USDT"),
                Market(symbol: "cointr:BTC/USDT:USDT", source: "sim:BTC/USDT:USDT"),
            ],
            otherMarkets: [
                Market(symbol: "cointr:ETH/USDT", source: "sim:ETH/USDT"),
                Market(symbol: "cointr:PEPE/USDT", source: "sim:PEPE/USDT"),
            ],
            burst: 36, wrongLeverage: 126),
    ]
}
