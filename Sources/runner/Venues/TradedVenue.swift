import LiveTrading
import ScriptHost
import Threads
import TradingModel
import Transport
import VenueSessions

/// One venue of a run, and the account that is traded there: the venue's own, or a simulated one over its
/// live data.
struct TradedVenue: Sendable {
    let venue: Venue
    let settings: VenueSettings
    let network: NetworkSettings
    /// What is traded here, in the order of the run.
    let symbols: [Symbol]
    /// Nil: on paper.
    let live: LiveAccount?
    /// Nil: the account is the venue's.
    let paper: PaperAccount?

    /// An account with real money.
    struct LiveAccount: Sendable {
        let keys: VenueKeys
        let orderIDs: RunOrderIDs
        /// What earlier runs left; nil: nothing, or it begins anew.
        let memory: StrategyMemory?
        /// What is said of them.
        let memoryLines: [String]
    }

    /// What it goes on with; nil: it begins anew.
    var memory: StrategyMemory? { live?.memory ?? paper?.memory }
    var address: String { venue.addresses(settings).request }
    /// What keeps the account from being traded; nil: it is simulated.
    var latch: AccountLatch? {
        live.map { AccountLatch(venue: venue.name, keyID: $0.keys.id) }
    }
}

extension [TradedVenue] {
    var live: [TradedVenue] { filter { $0.live != nil } }
    var isLive: Bool { contains { $0.live != nil } }
    /// `CoinEx`, `CoinEx and Coinut`.
    var titles: String { map(\.venue.title).joined(separator: " and ") }
    /// Whether accounts are simulated as one with the market, as that of a single venue is.
    var isPlainPaper: Bool { count == 1 && !isLive }
    /// How long what is slowest may take.
    var patience: VenuePatience {
        let all = map(\.venue.patience)
        let usual = VenuePatience.usual
        return VenuePatience(
            position: all.map(\.position).max() ?? usual.position,
            forcedPosition: all.map(\.forcedPosition).max() ?? usual.forcedPosition,
            windDown: all.map(\.windDown).max() ?? usual.windDown)
    }
}

/// Does the same with several things at once, each on a thread of its own but for the first: one that hangs
/// keeps none of the others waiting.
func concurrently<Item: Sendable, Result: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) -> Result
) -> [Result] {
    let others = items.dropFirst().map { item in
        let box = ResultBox<Result>()
        WorkerThread.detach { box.put(work(item)) }
        return box
    }
    return items.prefix(1).map(work) + others.map { $0.wait() }
}

extension TradedVenue {
    /// Cancels the run's orders on a connection of its own, and says how that went.
    ///
    /// - Returns: whether it is proven that none is left.
    func cancelOrders() -> Bool {
        guard let live else { return true }
        let (venue, symbols, keys, orders) = (venue, symbols, live.keys, live.orderIDs.orders)
        let cleaner: @Sendable () -> any VenueSession = {
            venue.makeCleaner(symbols, keys, orders)
        }
        switch EmergencyStop.run(cleaner, network: network) {
        case .proven:
            Console.warn("\(venue.title) shows no open order of this run any more.")
            return true
        case .refused(let problem): Console.warn(problem.description)
        case .unproven(let words): for word in words { Console.warn(word) }
        }
        Console.fail(
            "orders of this run may STILL BE OPEN at \(venue.title): cancel those whose client ids "
                + "\(orders.inWords), or: runner cancel-all \(venue.name)")
        return false
    }
}
