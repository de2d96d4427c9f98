internal import Synchronization

/// A strategy's own data as text, and the shape that it has.
///
/// The text of much data is made by a thread of its own while the strategy goes on: asking for it
/// waits for that.
public struct StrategyState: Hashable, Sendable {
    /// What the strategy declares; its own numbers, 1 where it declares none.
    public let shape: Int64
    private let source: Source

    private final class Source: Sendable {
        enum Text: Sendable {
            case known(Result<String, ReloadRefusal>)
            case later(@Sendable () -> Result<String, ReloadRefusal>)
        }
        private let text: Mutex<Text>

        init(_ text: Text) { self.text = Mutex(text) }

        var known: String? {
            text.withLock { if case .known(.success(let text)) = $0 { text } else { nil } }
        }

        var result: Result<String, ReloadRefusal> {
            text.withLock { text in
                switch text {
                case .known(let result): return result
                case .later(let make):
                    let result = make()
                    text = .known(result)
                    return result
                }
            }
        }
    }

    public init(text: String, shape: Int64) {
        self.shape = shape
        source = Source(.known(.success(text)))
    }

    /// - Parameter text: called once, on the first thread that needs the text; it may wait.
    public init(shape: Int64, text: @escaping @Sendable () -> Result<String, ReloadRefusal>) {
        self.shape = shape
        source = Source(.later(text))
    }

    /// The text.
    ///
    /// - Throws: ``ReloadRefusal`` naming an entry that cannot be carried over.
    public func resolved() throws(ReloadRefusal) -> String { try source.result.get() }

    /// The text, where that does not have to be waited for; nil: it does, or cannot be carried over.
    public var knownText: String? { source.known }

    /// The text; empty where the data cannot be carried over.
    public var text: String { (try? resolved()) ?? "" }

    public static func == (left: StrategyState, right: StrategyState) -> Bool {
        left.shape == right.shape && left.text == right.text
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(shape)
        hasher.combine(text)
    }
}

/// Why a version of a strategy cannot take over, in words for its author.
public struct ReloadRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let reason: String
    /// Whether it may go well when it is tried again at once.
    public let mayBeTriedAgain: Bool
    public init(_ reason: String, mayBeTriedAgain: Bool = false) {
        self.reason = reason
        self.mayBeTriedAgain = mayBeTriedAgain
    }
    public var description: String { reason }
}

/// A strategy that another version can replace while it trades.
public protocol ReloadableStrategy: Strategy {
    /// Whether what it is told now has happened before, and what it asks for is not acted on.
    var isRehearsing: Bool { get set }
    /// Whether it starts again because the version after it failed.
    var isRolledBack: Bool { get set }

    /// Its data at this instant: the same data gives the same text.
    func savedState() throws(ReloadRefusal) -> StrategyState
    /// Puts other data in the place of its own, brought to its own shape where they differ.
    func adopt(_ state: StrategyState) throws(ReloadRefusal)
    /// Puts back its own data of an earlier instant.
    func restore(_ state: StrategyState) throws(ReloadRefusal)

    /// Its data will be wanted soon, by ``stateNow()``.
    func prepareState()
    /// Its data at this instant, without keeping it from its work where that was prepared.
    func stateNow() throws(ReloadRefusal) -> StrategyState
    /// Its data, where it was called since the last time and made it another.
    func changedState() -> StateChange
    /// A way to carry its data over to another version, where there is too much for ``adopt(_:)``
    /// between two events.
    func carry(to other: any ReloadableStrategy) -> CarryStart
    /// How warm its indicators are, in the order of their making.
    var indicators: [IndicatorWarmth] { get }
}

/// What became of a strategy's data since it was asked for last.
public enum StateChange: Sendable {
    /// It is the same, or cannot be saved.
    case none
    case changed(StrategyState)
    /// There is more of it than can be saved between two events.
    case tooMuch
}

/// Whether data is carried over while the strategy that has it goes on.
public enum CarryStart: Sendable {
    case needed(any StateCarry)
    /// There is little: ``ReloadableStrategy/adopt(_:)`` does it.
    case notNeeded
    /// The data is being read for something else.
    case notNow
}

/// Data on its way from one version of a strategy to another, while the first trades on.
///
/// Called in this order; what is not said to be the engine's is for the thread that prepares the
/// other version.
public protocol StateCarry: AnyObject, Sendable {
    /// Makes the data ready to be copied.
    func arm()
    /// What there is now will be copied: on the engine's thread, between two events.
    func begin()
    /// Copies it.
    func copy() throws(ReloadRefusal)
    /// Makes the data of both ready for the end.
    func rearm()
    /// Brings over what has changed in either since: on the engine's thread, between two events.
    ///
    /// - Returns: the data of the first version then, and what the other one made of it.
    /// - Throws: ``ReloadRefusal``, one that may be tried again where too much has changed.
    func finish() throws(ReloadRefusal) -> (before: StrategyState, after: StrategyState)
    /// Gives it up: on the engine's thread, unless that stands still.
    func abandon()
}

extension ReloadableStrategy {
    public var indicators: [IndicatorWarmth] { [] }
    public func prepareState() {}
    public func changedState() -> StateChange { .none }
    public func stateNow() throws(ReloadRefusal) -> StrategyState { try savedState() }
    public func carry(to other: any ReloadableStrategy) -> CarryStart { .notNeeded }
}
