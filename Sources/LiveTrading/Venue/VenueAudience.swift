public import TradingCore
public import TradingModel
public import VenueSessions

/// Who watches a run at a venue: a person at a screen, or a test.
public protocol VenueAudience: AnyObject {
    func log(_ level: LogLevel, _ text: String, at now: Timestamp)
    func status(_ status: VenueStatus, at now: Timestamp)
    func problem(_ problem: VenueProblem, at now: Timestamp)
    /// What the latest problem was about has failed again, and is tried again at `time`.
    func retries(at time: Timestamp, now: Timestamp)
    /// All is known: what is to happen is shown and asked about; the answer is ``VenueTrading/allow``
    /// or ``VenueTrading/decline``, at once or later.
    func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp)
}
