import LiveTrading
import TradingCore
import TradingModel
import VenueSessions

/// Somebody who reads along and says nothing.
final class Reader: VenueAudience {
    private(set) var said: [String] = []
    func clear() { said = [] }

    func log(_ level: LogLevel, _ text: String, at now: Timestamp) { said.append(text) }
    func status(_ status: VenueStatus, at now: Timestamp) {}
    func problem(_ problem: VenueProblem, at now: Timestamp) {}
    func retries(at time: Timestamp, now: Timestamp) {}
    func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) {}
}
