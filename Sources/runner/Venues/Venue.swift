import Bitunix
import CoinEx
import CoinTR
import Coinut
import PaperTrading
import TradingCore
import TradingModel
import Transport
import VenueSessions

/// A venue that the runner can connect to: what its target exports.
typealias Venue = VenueConnector

extension VenueConnector {
    /// All that there are; a new one is a line here.
    static let all: [Venue] = [.coinEx, .coinut, .bitunix, .coinTR]

    /// The environment's names of an account's key.
    var keyNames: (key: String, secret: String) {
        let prefix = name.uppercased()
        return (prefix + "_API_KEY", prefix + "_API_SECRET")
    }

    /// Where it is reached with these settings.
    func addresses(_ settings: VenueSettings) -> (request: String, socket: String) {
        let request = settings.baseURL ?? requestBase
        if let socket = settings.socketURL { return (request, socket) }
        guard let base = settings.baseURL else { return (request, socketBase) }
        // `https` becomes `wss`, `http` becomes `ws`.
        return (request, "ws" + base.dropFirst(4) + socketPath)
    }

    func network(_ settings: VenueSettings) throws(RunFailure) -> NetworkSettings {
        do {
            return NetworkSettings(
                requestBase: addresses(settings).request, certificateAuthorities: settings.caFile,
                proxies: try Proxies(environment: environmentVariables()))
        } catch {
            throw RunFailure(.usage, "\(error)")
        }
    }

    func session(
        of symbols: [Symbol], keys: VenueKeys?, settings: VenueSettings,
        clientNumbers: Range<Int64>? = nil, restoredOrders: [RestoredOrder] = [],
        settledUntil: [Symbol: Timestamp] = [:], adoptsOrders: Bool = false, seed: UInt64
    ) throws(RunFailure) -> any VenueSession {
        do throws(InvalidVenuePlan) {
            var plan = VenuePlan(
                symbols: symbols, key: keys, leverage: settings.leverage,
                isIsolated: settings.margin.map { $0 == .isolated },
                clientNumbers: clientNumbers, restoredOrders: restoredOrders,
                settledUntil: settledUntil, socketBase: addresses(settings).socket, seed: seed)
            plan.adoptsOrders = adoptsOrders
            return try makeSession(plan)
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }

    /// Whether it is the same venue.
    func isSame(as other: Venue) -> Bool { name == other.name }

    static func named(_ name: String) -> Venue? { all.first { $0.name == name } }

    /// The venue of a name that has accounts.
    static func trading(_ name: String) throws(RunFailure) -> Venue {
        if let venue = named(name) { return venue }
        guard name != SimulatedExchange.venue else {
            throw RunFailure(
                .usage, "\(name) is embedded: its orders end with the run that sent them")
        }
        let near = nearestName(to: name, among: all.map(\.name))
        throw RunFailure(
            .usage,
            "there is no venue `\(name)`"
                + (near.map { "; did you mean `\($0)`?" }
                    ?? "; there are: \(all.map(\.name).joined(separator: ", "))"))
    }
}

/// The venues of a script's symbols, in the order in which it names them; none: the embedded exchange.
func namedVenues(of symbols: [Symbol], embedded: String) throws(RunFailure) -> [Venue] {
    let names = RunAccounts(of: symbols, isShared: false).venues
    guard names != [embedded] else { return [] }
    let known = [embedded] + Venue.all.map(\.name)
    for name in names where !known.contains(name) {
        let symbol = symbols.first { $0.venue == name }?.description ?? name
        throw RunFailure(.usage, "\(symbol): \(unknownName("venue", name, among: known))")
    }
    guard !names.contains(embedded) else {
        throw RunFailure(
            .usage,
            "\(embedded) is the embedded exchange, with a time of its own, and the script names "
                + "\(names.joined(separator: ", ")): trade it in a run of its own")
    }
    return names.compactMap(Venue.named)
}
