/// A strategy's own data as text, and the shape that it has.
public struct StrategyState: Hashable, Sendable {
    public var text: String
    /// What the strategy declares; its own numbers, 1 where it declares none.
    public var shape: Int64
    public init(text: String, shape: Int64) {
        self.text = text
        self.shape = shape
    }
}

/// Why a version of a strategy cannot take over, in words for its author.
public struct ReloadRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
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
}
