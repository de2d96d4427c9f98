internal import Bars
import TradingModel

/// A strategy that lives through the past, or through what happens now, without acting on it.
///
/// It hears all that the version at work heard: market, reports, balances, time. What it asks for is
/// held back, and orders that it sees are the real ones. Afterwards its indicators, bars and timers
/// are warm. One thread at a time may use it.
///
/// `@unchecked Sendable`: it is handed from the thread that rehearses to the engine's, and the one
/// that gave it away does not touch it again.
public final class Rehearsal: @unchecked Sendable {
    public let strategy: any ReloadableStrategy
    private let watch: WatchedStrategy
    private var engine: Engine
    private var commands: [Command] = []
    /// Where what has not been taken in begins.
    private var next: Int
    private var actual: [TimedIntent] = []
    private let began: Timestamp
    private var isGivenUp = false
    /// The data of the version at work on its way to this one; nil: it is adopted at the swap.
    public var carry: (any StateCarry)?
    private var stopReason: String?
    /// Inputs taken in.
    public private(set) var inputCount = 0

    /// A rehearsal of a new version from the beginning of what is kept.
    ///
    /// It begins with the data of that time, where it is known.
    ///
    /// - Parameter goesOn: asked now and then; false gives the rehearsal up.
    /// - Throws: ``ReloadRefusal`` when the strategy cannot take that data over.
    public init(
        of strategy: any ReloadableStrategy, with material: RehearsalMaterial,
        while goesOn: () -> Bool = { true }
    ) throws(ReloadRefusal) {
        self.strategy = strategy
        if let state = material.strategyState { try strategy.adopt(state) }
        strategy.isRehearsing = true
        watch = WatchedStrategy(strategy, keepsIntents: true)
        engine = Engine(from: material.start, strategy: watch, settings: EngineSettings())
        watch.state = engine.state
        next = material.end
        began = material.start.state.now
        engine.process(.start(.reload, at: engine.state.now), into: &commands)
        endWithCommands()
        for order in material.start.refused { engine.addRefused(order) }
        replay(material.chunks, while: goesOn)
    }

    /// The version that was replaced, kept warm in case the new one fails.
    init(standby strategy: any ReloadableStrategy, from snapshot: EngineSnapshot) {
        self.strategy = strategy
        watch = WatchedStrategy(strategy, keepsIntents: false)
        engine = Engine(from: snapshot, strategy: watch, settings: EngineSettings())
        engine.resume(snapshot.timers)
        watch.state = engine.state
        next = 0
        began = snapshot.state.now
    }

    /// Why it cannot go on; nil: it can.
    public var failure: String? {
        watch.failure ?? stopReason
            ?? (isGivenUp ? "the rehearsal was given up before its end" : nil)
    }
    /// How much engine time it has lived through, in nanoseconds.
    public var span: Int64 {
        engine.state.now.nanoseconds - began.nanoseconds
    }
    /// The bars that it gathers, by instrument.
    var bars: [[BarBuilder]] { engine.bars }
    /// What it would have asked for, against what was asked for.
    public var difference: IntentDifference {
        IntentDifference(rehearsed: watch.intents, actual: actual)
    }

    /// What has come since in the window that the material is from.
    func rest(of window: RehearsalWindow) -> RehearsalRest? { window.chunks(from: next) }

    /// Where it stands, to ask a window for the rest.
    public var position: Int { next }

    /// Takes in what has come since; `goesOn` as in the beginning.
    public func replay(_ rest: RehearsalRest, while goesOn: () -> Bool = { true }) {
        replay(rest.chunks, while: goesOn)
        next = rest.end
    }

    private func replay(_ chunks: [[WindowItem]], while goesOn: () -> Bool) {
        for chunk in chunks {
            guard failure == nil else { return }
            guard goesOn() else {
                isGivenUp = true
                return
            }
            for item in chunk where failure == nil { replay(item) }
        }
    }

    func replay(_ item: WindowItem) {
        switch item {
        case .trade(let trade):
            inputCount += 1
            engine.process(trade, into: &commands)
        case .change(let change):
            inputCount += 1
            engine.process(change, into: &commands)
        case .input(let input):
            inputCount += 1
            engine.process(input, into: &commands)
        case .order(let order): engine.state.orders.adopt(order)
        case .refused(let order): engine.addRefused(order)
        case .intent(let intent):
            if actual.count < IntentDifference.most {
                actual.append(TimedIntent(engine.state.now, intent))
            }
        }
        endWithCommands()
    }

    /// Nothing that the engine wants is done; that trading must stop is the version's failure.
    private func endWithCommands() {
        for command in commands {
            guard case .tradingStopped(let reason) = command else { continue }
            stopReason = stopReason ?? reason
        }
        commands.removeAll(keepingCapacity: true)
    }

    /// Everything that the engine needs to go on with the strategy; the rehearsal is over then.
    func handover(
        version: Int, probation: Int64, isRollback: Bool
    ) -> StrategyHandover {
        StrategyHandover(
            strategy: strategy, version: version, probation: probation, isRollback: isRollback,
            timers: engine.timers, bars: engine.bars)
    }
}

/// Stands between a rehearsal's engine and the strategy: holds intents back, notes failures.
private final class WatchedStrategy: ForwardingStrategy {
    let strategy: any Strategy
    private let keepsIntents: Bool
    private(set) var intents: [TimedIntent] = []
    private(set) var failure: String?
    var state: TradingState?

    init(_ strategy: any Strategy, keepsIntents: Bool) {
        self.strategy = strategy
        self.keepsIntents = keepsIntents
    }

    func drainOutput(into requests: inout [StrategyRequest]) {
        let first = requests.count
        strategy.drainOutput(into: &requests)
        for request in requests[first...] {
            switch request {
            case .failure(let text, _), .fatal(let text, _): failure = failure ?? text
            case .intent(let intent): keep(intent)
            default: break
            }
        }
        requests.removeAll { request in
            switch request {
            case .intent, .failure, .fatal, .log, .alert, .plot: true
            case .after, .every, .cancelTimer: false
            }
        }
    }

    private func keep(_ intent: Intent) {
        guard keepsIntents, let state, intents.count < IntentDifference.most else { return }
        intents.append(TimedIntent(state.now, intent))
    }
}
