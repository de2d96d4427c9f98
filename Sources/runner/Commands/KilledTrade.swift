import LiveTrading
import ScriptHost
import TradingCore
import TradingModel
import Transport
import VenueSessions

/// What is done when a run at a venue is killed.
extension VenueTrade {
    var latches: [AccountLatch] { venues.compactMap(\.latch) }

    /// - Parameter earlier: what was asked for before.
    /// - Returns: what is asked for by now.
    func killIfAsked<Run: VenueRun>(
        _ trading: VenueTrading<Run>, _ earlier: KillRequest?, _ killSwitch: KillSwitch,
        _ screen: VenueScreen, at now: Timestamp
    ) -> KillRequest? {
        guard let earlier else {
            guard let request = killSwitch.request else { return nil }
            kill(trading, request, killSwitch, screen, at: now)
            return request
        }
        guard let more = killSwitch.acknowledgeLater(), more.flattens, !earlier.flattens else {
            return earlier
        }
        trading.kill(more.reason, flattens: true, at: now)
        return more
    }

    private func kill<Run: VenueRun>(
        _ trading: VenueTrading<Run>, _ request: KillRequest, _ killSwitch: KillSwitch,
        _ screen: VenueScreen, at now: Timestamp
    ) {
        screen.log(.warn, "killed: \(request.reason)", at: now)
        do throws(OrderIDProblem) {
            try killSwitch.acknowledge(request, at: wallClock())
        } catch {
            screen.log(.error, "the account cannot be marked as halted: \(error)", at: now)
        }
        trading.kill(request.reason, flattens: request.flattens, at: now)
    }

    /// Shows from the venues' own lists that nothing is left; false: it was given up.
    func prove(_ kill: KillRequest, _ folder: RunFiles) -> Bool {
        let log = folder.log
        let report: @Sendable (String) -> Void = { text in
            log?.add(("kill: " + text).onSomeLines)
            Console.warn(text)
        }
        let evidence = concurrently(venues.compactMap { $0.kill(kill, report) }) { $0.run() }
        for (place, evidence) in zip(venues.live, evidence) {
            for line in evidence.lines(at: place.venue, on: UTCTime(wallClock())) { report(line) }
            report(
                "the account is halted; to trade again: runner resume \(place.venue.name)")
        }
        return evidence.allSatisfy(\.isProven)
    }
}

extension TradedVenue {
    /// What ends all that the account has open; nil: it is simulated.
    fileprivate func kill(
        _ kill: KillRequest, _ report: @escaping @Sendable (String) -> Void
    ) -> AccountKill? {
        live.map { account in
            AccountKill(
                venue: venue, keys: account.keys, settings: settings, network: network,
                symbols: symbols, takesForeign: false, flattens: kill.flattens, report: report)
        }
    }
}
