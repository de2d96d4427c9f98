/// What a venue told when it was asked how it is.
public struct VenueReport: Hashable, Sendable {
    /// Whether the key that was tried works.
    public enum Key: Hashable, Sendable {
        /// None was given, or the venue has not answered.
        case untried
        /// It signs in. Its rights, and whether it can withdraw, where the venue tells; else nil.
        case works(rights: [String]?, canWithdraw: Bool?)
        case refused(VenueProblem)
    }

    /// The shortest way there and back, in nanoseconds; nil: no answer.
    public var roundTrip: Int64?
    /// How far the venue's clock is ahead of ours, and how wrong that may be; nanoseconds.
    public var clockOffset: Int64?
    public var clockUncertainty: Int64?
    public var key = Key.untried
    /// Why there is no answer, or no more of it.
    public var problem: VenueProblem?
    /// Whether all was asked.
    public var isDone = false

    public init() {}
}

/// A session that asks a venue how it is, changes nothing, and is done.
///
/// An object, for its report is read while and after a driver runs it.
public protocol VenueProbe: VenueSession, AnyObject {
    var report: VenueReport { get }
}
