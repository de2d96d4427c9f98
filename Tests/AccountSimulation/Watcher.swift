import LiveTrading
package import TradingCore
package import TradingModel
package import VenueSessions

/// Hears what a run says.
package final class Watcher: VenueAudience {
    /// What no run may say: an event that no order explains, a failed handler, an assertion.
    package private(set) var errors: [String] = []
    package private(set) var fillIDs: [InstrumentID: [String]] = [:]
    package private(set) var losses = 0
    package private(set) var isAsked = false

    package init() {}

    package func log(_ level: LogLevel, _ text: String, at now: Timestamp) {
        if level == .error { errors.append(text) }
    }
    package func status(_ status: VenueStatus, at now: Timestamp) {
        if status.state == .lost { losses += 1 }
    }
    package func problem(_ problem: VenueProblem, at now: Timestamp) {
        if problem.isPermanent { errors.append(problem.description) }
    }
    package func retries(at time: Timestamp, now: Timestamp) {}
    package func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) { isAsked = true }

    package func hear(_ command: Command) {
        if case .log(.error, let text) = command { errors.append(text) }
    }
    package func hear(_ report: ExecutionReport) {
        if case .fill(let fill) = report.event {
            fillIDs[report.instrument, default: []].append(fill.id)
        }
    }
}
