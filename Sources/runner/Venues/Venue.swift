import AccountSession
import CoinEx
import PaperTrading
import TradingModel
import Transport
import VenueSessions

/// A venue that the runner can connect to.
///
/// A new one is a value here, with its session in a target of its own.
struct Venue: Sendable {
    /// As symbols begin with it.
    let name: String
    let title: String
    /// What it trades, for `runner venues`.
    let markets: String
    /// Where its requests go, and where its sockets are.
    let requestBase: String
    let socketBase: String
    /// What follows a simulator's address in that of its sockets.
    let socketPath: String
    /// What the fees of its spot markets are taken out of, for backtests.
    let spotFee: SpotFee
    /// A market that it surely has, to try it with.
    let example: String
    /// What our connector of it can do.
    let abilities: VenueAbilities
    /// Asks it how it is, and with a key whether that works.
    let makeProbe: @Sendable (VenueKeys?) -> any VenueProbe
    /// What cancels the orders of a run whose client order ids begin so.
    let makeCleaner: @Sendable ([Symbol], VenueKeys, _ idPrefix: String) -> any VenueSession
    /// What looks through an account's open orders; cancels, where it is told to, those whose client order
    /// id is meant.
    let makeSweep:
        @Sendable (
            VenueKeys, _ cancels: Bool, OpenOrderSightings, @escaping @Sendable (String?) -> Bool
        ) -> any VenueSession
    private let makeSession: @Sendable (SessionPlan) throws(RunFailure) -> any VenueSession

    /// What a session begins with.
    struct SessionPlan {
        var symbols: [Symbol]
        /// Nil: public data only.
        var keys: VenueKeys?
        var settings: VenueSettings
        var socketBase: String
        var seed: UInt64
    }

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
        of symbols: [Symbol], keys: VenueKeys?, settings: VenueSettings, seed: UInt64
    ) throws(RunFailure) -> any VenueSession {
        try makeSession(
            SessionPlan(
                symbols: symbols, keys: keys, settings: settings,
                socketBase: addresses(settings).socket, seed: seed))
    }

    static let all: [Venue] = [.coinEx]
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

    @Sendable private static func coinExProbe(_ keys: VenueKeys?) -> any VenueProbe {
        CoinExProbe(key: keys.map { CoinExKey(accessID: $0.id, secret: $0.secret) })
    }

    static let coinEx = Venue(
        name: "coinex", title: "CoinEx", markets: "spot, linear and inverse perpetuals",
        requestBase: "https://api.coinex.com", socketBase: "wss://socket.coinex.com/v2",
        socketPath: "/v2", spotFee: CoinExInstruments.spotFee, example: "coinex:BTC/USDT",
        abilities: .coinEx,
        makeProbe: coinExProbe,
        makeCleaner: { symbols, keys, prefix in
            CoinExCleaner(
                key: CoinExKey(accessID: keys.id, secret: keys.secret), symbols: symbols,
                idPrefix: prefix)
        },
        makeSweep: { keys, cancels, sightings, isMeant in
            CoinExCleaner(
                key: CoinExKey(accessID: keys.id, secret: keys.secret), cancels: cancels,
                sightings: sightings, isMeant: isMeant)
        },
        makeSession: { plan throws(RunFailure) in try coinExSession(plan) })

    private static func coinExSession(
        _ plan: SessionPlan
    ) throws(RunFailure) -> any VenueSession {
        var settings = CoinExSettings(
            symbols: plan.symbols,
            key: plan.keys.map { CoinExKey(accessID: $0.id, secret: $0.secret) })
        settings.socketBase = plan.socketBase
        settings.seed = plan.seed
        switch (plan.settings.leverage, plan.settings.margin) {
        case (nil, nil): break
        case (let times?, let margin?):
            for symbol in plan.symbols where symbol.kind != .spot {
                settings.leverage[symbol] = CoinExSettings.Leverage(
                    times: times, isIsolated: margin == .isolated)
            }
        default:
            throw RunFailure(
                .usage,
                "CoinEx sets leverage and margin mode at once: set both venues.coinex.leverage and "
                    + "venues.coinex.margin (cross or isolated), or neither")
        }
        return CoinExSession(settings)
    }
}

/// The one venue of a script's symbols; nil: the embedded exchange.
func venue(of symbols: [Symbol], embedded: String) throws(RunFailure) -> Venue? {
    let names = Set(symbols.map(\.venue)).sorted()
    guard names != [embedded] else { return nil }
    let known = [embedded] + Venue.all.map(\.name)
    for name in names where !known.contains(name) {
        let symbol = symbols.first { $0.venue == name }?.description ?? name
        throw RunFailure(.usage, "\(symbol): \(unknownName("venue", name, among: known))")
    }
    guard names.count == 1 else {
        throw RunFailure(
            .usage,
            "a run trades at one venue, and the script names \(names.joined(separator: ", ")): start "
                + "a runner for each")
    }
    return Venue.named(names[0])
}
