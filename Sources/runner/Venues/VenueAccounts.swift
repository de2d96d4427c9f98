import JournalStore
import LiveTrading
import RunInputs
import ScriptHost
import TradingModel
import Transport
import VenueSessions

/// A venue of a script, and how it is reached.
struct VenueMarket {
    let venue: Venue
    let settings: VenueSettings
    let network: NetworkSettings
    let symbols: [Symbol]
}

/// The venues of a script, before anything is known of accounts.
struct VenuePlaces {
    let venues: [Venue]
    let symbols: [Symbol]
    let settings: Settings
    let flags: SettingFlags

    /// How each is reached; what the sessions and the network would refuse is noted with the rest.
    func check(seed: UInt64, _ problems: inout CallProblems) throws -> [VenueMarket] {
        if venues.count > 1, let flag = flags.venueFlags.first {
            let name = flag == "--base-url" ? "base_url" : "ca_file"
            let settings = venues.map { "venues.\($0.name).\(name)" }
            problems.add(
                "\(flag) is of one venue, and the script names several: set "
                    + "\(settings.joined(separator: " and ")) in runner.yaml, or in the environment "
                    + "as MOONRUNNER__VENUES__\(venues[0].name.uppercased())__\(name.uppercased())")
            return []
        }
        var markets: [VenueMarket] = []
        for venue in venues {
            let own = symbols.filter { $0.venue == venue.name }
            let market = try problems.collect {
                let chosen = try flags.venueSettings(of: venue, in: settings)
                _ = try venue.session(of: own, keys: nil, settings: chosen, seed: seed)
                return VenueMarket(
                    venue: venue, settings: chosen, network: try venue.network(chosen),
                    symbols: own)
            }
            if let market { markets.append(market) }
        }
        return markets
    }
}

/// The accounts of a run: reserved, and with what earlier runs left on them.
struct VenueAccounts {
    let origin: ScriptOrigin
    let settings: Settings
    /// Whether other symbols may be traded beside another run.
    let shares: Bool
    /// Whether nothing is gone on with.
    let isFresh: Bool

    /// - Parameter keys: of the accounts with real money, by venue; the others are simulated.
    func open(
        _ markets: [VenueMarket], _ keys: [String: VenueKeys]
    ) throws(RunFailure) -> [TradedVenue] {
        for market in markets {
            if let own = keys[market.venue.name] { try refuseHalted(own, at: market.venue) }
        }
        var orderIDs = try RunOrderIDs.reserve(
            markets.compactMap { market in keys[market.venue.name].map { (market.venue, $0) } })[
                ...]
        var traded: [TradedVenue] = []
        for market in markets {
            var live: TradedVenue.LiveAccount?
            if let own = keys[market.venue.name], let ids = orderIDs.popFirst() {
                live = try account(own, ids, at: market, besides: Set(keys.keys))
            }
            traded.append(
                TradedVenue(
                    venue: market.venue, settings: market.settings, network: market.network,
                    symbols: market.symbols, live: live,
                    paper: live == nil ? paperAccount(at: market) : nil))
        }
        return traded
    }

    private func account(
        _ keys: VenueKeys, _ orderIDs: RunOrderIDs, at market: VenueMarket,
        besides live: Set<String>
    ) throws(RunFailure) -> TradedVenue.LiveAccount {
        let memory = try EarlierRuns(
            venue: market.venue, keys: keys, orderIDs: orderIDs, origin: origin
        ).memory(trading: market.symbols, shares: shares)
        return TradedVenue.LiveAccount(
            keys: keys, orderIDs: orderIDs, memory: isFresh ? nil : memory,
            memoryLines: (memory?.lines(isFresh: isFresh, at: market.venue) ?? [])
                + (memory.map { accountsLeft(by: $0.run.name, live) } ?? []))
    }

    /// The accounts with real money that an earlier run traded and this one does not, a line each.
    ///
    /// - Parameter live: the names of the venues where this one trades real money.
    private func accountsLeft(by name: String, _ live: Set<String>) -> [String] {
        guard let folder = try? RunFolder.find(name), let record = try? RecordedRun(of: folder)
        else { return [] }
        return record.header.accounts.filter { $0.isLive && !live.contains($0.venue) }.map {
            let title = Venue.named($0.venue)?.title ?? $0.venue
            return "it traded real money at \(title) too, and this run does not: what it left "
                + "there stays open; to close that: runner kill \($0.venue) --flatten"
        }
    }

    private func paperAccount(at market: VenueMarket) -> PaperAccount {
        PaperAccount(
            at: market.venue.name, trading: market.symbols, origin, settings, marketSeed: nil,
            fresh: isFresh ? "--fresh" : nil)
    }

    private func refuseHalted(_ keys: VenueKeys, at venue: Venue) throws(RunFailure) {
        guard let halt = AccountLatch(venue: venue.name, keyID: keys.id).halt else { return }
        throw RunFailure(
            .stopped, "\(halt.inWords(at: venue)); to trade again: runner resume \(venue.name)")
    }
}
