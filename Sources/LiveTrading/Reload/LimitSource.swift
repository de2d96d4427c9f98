public import TradingCore

/// Where the limits of a run are written, to be read again while it trades.
public protocol LimitSource: Sendable {
    /// The limits as they are written now, checked as at a start.
    ///
    /// - Throws: everything that is wrong with them; those that hold stay then.
    func read() throws(RefusedLimits) -> ReadLimits
    /// These hold now.
    func accept(_ limits: RunLimits)
}

/// Limits that may hold.
public struct ReadLimits: Sendable {
    public let limits: RunLimits
    /// What else there is to say about what was read.
    public let notes: [String]

    public init(limits: RunLimits, notes: [String]) {
        self.limits = limits
        self.notes = notes
    }
}

/// Why limits may not hold, a line for each problem.
public struct RefusedLimits: Error, Equatable, Sendable {
    public let problems: [String]
    public init(problems: [String]) { self.problems = problems }
}
