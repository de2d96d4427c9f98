internal import PlainJSON
public import RunInputs
public import TradingCore
public import TradingModel

/// What a run began with: all that it takes to begin it again.
public struct RunHeader: Sendable {
    /// Where it trades: at one venue or at several, each with an account of its own.
    public var accounts: [RecordingHeader.Account]
    /// Live where real money is traded at any of them.
    public var mode: TradingMode { accounts.contains(where: \.isLive) ? .live : .paper }
    /// The names of its venues: `coinex`, `coinex+coinut`.
    public var venue: String { accounts.map(\.venue).joined(separator: "+") }
    public var seed: UInt64
    public var script: String
    /// Parameters as they were given.
    public var parameters: [(name: String, text: String)]
    /// Settings as they were written, in order: the parts of the name, then the value.
    ///
    /// No secret is among them.
    public var settings: [[String]]
    /// The data that the strategy began with, of the run before it; nil: it began anew.
    public var state: StrategyState?
    /// The number in its orders' client ids; nil: none is sent.
    public var orderSession: UInt64?
    /// What it goes on with; nil: it began anew.
    public var resumed: Resumed?

    /// What a run goes on with.
    public struct Resumed: Sendable {
        /// The run that left it.
        public var name: String
        /// The time of the run at which it goes on.
        public var time: Timestamp
        /// Where no inputs are recorded: what was left, see ``EarlierRunText``, the seed of the market, and the
        /// start of every client order id.
        public var replay: (earlier: String, marketSeed: UInt64, orderIDPrefix: String)?

        public init(
            of name: String, at time: Timestamp,
            replay: (earlier: String, marketSeed: UInt64, orderIDPrefix: String)? = nil
        ) {
            self.name = name
            self.time = time
            self.replay = replay
        }
    }

    /// Of a run at one venue.
    public init(
        mode: TradingMode, venue: String, seed: UInt64, script: String,
        parameters: [(name: String, text: String)], settings: [[String]]
    ) {
        self.init(
            accounts: [RecordingHeader.Account(venue: venue, isLive: mode == .live)], seed: seed,
            script: script, parameters: parameters, settings: settings)
    }

    public init(
        accounts: [RecordingHeader.Account], seed: UInt64, script: String,
        parameters: [(name: String, text: String)],
        settings: [[String]], state: StrategyState? = nil, orderSession: UInt64? = nil,
        resumed: Resumed? = nil
    ) {
        self.accounts = accounts
        self.seed = seed
        self.script = script
        self.parameters = parameters
        self.settings = settings
        self.state = state
        self.orderSession = orderSession
        self.resumed = resumed
    }
}

extension RunHeader.Resumed {
    var fields: [(String, JSON)] {
        var fields: [(String, JSON)] = [
            ("resumed_at", .integer(time.nanoseconds)), ("resumed_with", .text(name)),
        ]
        guard let replay else { return fields }
        fields.append(("market_seed", .text(String(replay.marketSeed))))
        fields.append(("order_id_prefix", .text(replay.orderIDPrefix)))
        fields.append(("earlier", .text(replay.earlier)))
        return fields
    }

    /// Nil: the session began anew.
    init?(_ line: JSON) {
        guard let time = line["resumed_at"]?.integer, let name = line["resumed_with"]?.text else {
            return nil
        }
        self.init(of: name, at: Timestamp(nanoseconds: time))
        guard let seed = line["market_seed"]?.text.flatMap({ UInt64($0) }),
            let prefix = line["order_id_prefix"]?.text, let earlier = line["earlier"]?.text
        else { return }
        replay = (earlier, seed, prefix)
    }
}

extension RunHeader {
    /// What a run at one venue has said with its mode.
    var accountFields: [(String, JSON)] {
        guard accounts.count > 1 else { return [] }
        let list = accounts.map { account in
            JSON.pairs([("venue", .text(account.venue)), ("live", .bool(account.isLive))])
        }
        return [("accounts", .array(list))]
    }

    /// Nil: it is a run at one venue.
    static func accounts(in line: JSON) -> [RecordingHeader.Account]? {
        line["accounts"]?.items?.compactMap { account in
            account["venue"]?.text.map {
                RecordingHeader.Account(venue: $0, isLive: account["live"] == .bool(true))
            }
        }
    }
}
