package import TradingModel
package import VenueSessions
package import VenueSimulators

/// A venue whose accounts are proven: its session, its simulator, and how that tells its books.
///
/// A new venue is a value here; every test of the suite is then its too.
package struct AccountVenue: Sendable {
    /// A kind of market at the venue, with one of its symbols.
    package struct Market: Sendable {
        /// As the simulator's books name it.
        package let kind: String
        package let symbol: String
        /// The market that the simulator's prices come from.
        package let source: String
        /// What the venue calls it; nil: by its two currencies.
        package var name: String?
    }

    package let connector: VenueConnector
    package let markets: [Market]
    /// What can be wrong with it, each as often as trading bears, and some together; as `--fault`
    /// takes them.
    package let faults: [String]
    /// Of those, the ones together.
    package let faultsTogether: [String]
    /// Whether it trades by requests, which faults of requests then strike; else only what must be
    /// known before there is a socket goes by them.
    package let tradesOverHTTP: Bool
    /// The fault that has its limits count any second, as the strictest would; empty: they do.
    package let slidingLimits: String
    /// What can go wrong with requests for several orders; empty: there are none.
    package let batchFaults: [String]
    package let hasPostOnly: Bool
    /// Whether it tells what orders bind of a balance.
    package let tellsAvailable: Bool
    /// A session with an account that the simulator has.
    package let makeSession: @Sendable ([Symbol], _ seed: UInt64) -> any VenueSession
    package let readFaults: @Sendable (String) throws -> FaultPlan
    package let makeSimulator:
        @Sendable (AccountSetting, SimulatedFeed, [Instrument], _ seed: UInt64, Timestamp) throws
            -> FaultySimulator
    /// Sends another program's order to the same account, far from the market; a fault may strike it.
    package let placeForeign:
        @Sendable (FaultySimulator, Market, _ number: Int, Timestamp) throws -> Void
    /// Whether a client order id is one of the other program's.
    package let isForeign: @Sendable (String) -> Bool
    /// The simulator's own account.
    package var key = VenueKey(id: "simulator-key", secret: "simulator-secret")
    /// What scripts trade at once, and limits count.
    package var size = Quantity(attos: attosPerUnit / 100)

    /// Of numbers for orders, where a venue takes those: few, so that more are asked for.
    package static let blockLength: Int64 = 16

    package static let all: [AccountVenue] = [.coinEx, .coinut, .bitunix, .coinTR]

    /// Each fault alone, as often as trading bears, and some together.
    ///
    /// - Parameter rarely: those that strike less often than elsewhere, for the venue tells more.
    package static func lively(
        _ names: [String], rarely: [String: String] = [:], together: [String]
    ) -> [String] {
        names.map { name in
            (rarely[name] ?? shares[name]).map { "\(name)=\($0)" } ?? name
        } + together
    }

    private static let shares = [
        "drop": "0.02", "delay": "0.2", "duplicate": "0.2", "reorder": "0.1", "fragment": "0.3",
        "torn-frame": "0.003", "cut": "0.003", "half-open": "0.002", "slow-reads": "0.3",
        "http-502": "0.1", "http-502-after": "0.1", "too-frequent": "0.1",
        "timeout-after": "0.1", "reply-lost": "0.1", "reply-silent": "0.05", "reply-late": "0.3",
        "busy": "0.1", "wrong-checksum": "0.02", "stale-timestamps": "0.2",
        "silent-cancels": "0.3", "stale-clock": "0.05", "lost-diffs": "0.1", "network-error": "0.1",
        "stale-lists": "0.5",
        "lost-updates": "0.02", "trade-disabled": "0.1", "cut-batches": "0.5",
    ]
}
