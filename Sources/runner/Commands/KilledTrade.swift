import LiveTrading
import ScriptHost
import TradingCore
import TradingModel
import Transport
import VenueSessions

/// What is done when a run at a venue is killed.
extension VenueTrade {
    var latch: AccountLatch? {
        keys.map { AccountLatch(venue: venue.name, keyID: $0.id) }
    }

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

    /// Shows from the venue's own lists that nothing is left; false: it was given up.
    func prove(_ kill: KillRequest, _ network: NetworkSettings, _ folder: RunFiles) -> Bool {
        guard let keys else { return true }
        func report(_ text: String) {
            folder.record("kill: " + text)
            Console.warn(text)
        }
        let evidence = AccountKill(
            venue: venue, keys: keys, settings: venueSettings, network: network,
            symbols: script.symbols, takesForeign: false, flattens: kill.flattens, report: report
        ).run()
        for line in evidence.lines(at: venue, on: UTCTime(wallClock())) { report(line) }
        report("the account is halted; to trade again: runner resume \(venue.name)")
        return evidence.hasNoOrders && evidence.isFlat
    }
}
