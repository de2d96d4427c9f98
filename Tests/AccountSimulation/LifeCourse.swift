import JournalStore
import LiveTrading
import PropertyTesting
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions
import VenueSimulators

/// What becomes of an account, run after run.
extension AccountLife {
    /// Lives through all of the plan; ``problems`` says what was wrong, and nothing is done behind that.
    package func live() throws {
        for run in 1...plan.runs {
            guard problems.isEmpty else { return }
            let isLast = run == plan.runs
            trace?(now, "=== run \(run)")
            guard try begin() else { continue }
            line.handle(.timer)
            if isLast {
                try liveToTheEnd()
            } else if random.chance(plan.switches) {
                try trade(random.int(1...20)) { try self.pullSwitch(flattens: self.random.bool()) }
            } else if random.chance(plan.stops) {
                try trade(random.int(1...20), then: stop)
            } else {
                try liveAndDie()
            }
            guard problems.isEmpty, !isLast else { return }
            try rest()
        }
    }

    private func liveAndDie() throws {
        let isDisturbed = random.chance(plan.fullDisks) || random.chance(plan.reloads)
        if isDisturbed, random.bool() {
            try trade(0) { try self.disturb() }
        }
        guard problems.isEmpty, trading != nil else { return }
        dieSoon()
        if !pass(240, until: { self.trading == nil }), problems.isEmpty {
            // A halted run has not much to say.
            die()
        }
    }

    private func liveToTheEnd() throws {
        try trade(5) {
            try self.disturb()
            _ = self.pass(5)
            try self.stop()
        }
    }

    /// Trades for some seconds, where it comes to that.
    private func trade(_ seconds: Int, then body: () throws -> Void) throws {
        guard pass(300, until: { self.trading?.stage == .trading }) else {
            if problems.isEmpty { problems.append("it did not come to trade") }
            return
        }
        _ = pass(Int64(seconds), until: { self.trading?.stage != .trading })
        guard problems.isEmpty else { return }
        try body()
    }

    /// Between two runs.
    private func rest() throws {
        // As long as a run waits that follows on another's heels.
        let due = now.advanced(byNanoseconds: VenuePlan.requestRest)
        _ = pass(2) { self.now >= due }
        guard plan.clockChanges + plan.cleanings > 0 else { return }
        if random.chance(plan.cleanings) { cleanUp() }
        if random.bool() { _ = pass(Int64(random.int(1...12))) }
        if random.chance(plan.clockChanges) {
            line.deliverSent()
            let hours = random.pick([-3_600, 3_600, -60, 2])
            trace?(now, "=== the clock is set by \(hours) s")
            line.setClock(ahead: Int64(hours) * 1_000_000_000)
        }
    }

    // MARK: - While it trades

    /// What else happens to a run: a disk that is full for a while, a reload, orders of others.
    private func disturb() throws {
        for number in 0..<plan.foreignOrders where random.chance(60) {
            for market in plan.setting.markets {
                try plan.setting.venue.placeForeign(
                    simulator, market, number + 10 * runs, line.venueNow)
            }
        }
        if random.chance(plan.fullDisks) {
            trace?(now, "=== the disk is full")
            disk.setFull(true)
            _ = pass(Int64(random.int(1...12)), until: { self.trading?.stage != .trading })
            disk.setFull(false)
            trace?(now, "=== the disk has room")
        }
        guard problems.isEmpty, random.chance(plan.reloads), trading?.stage == .trading else {
            return
        }
        try recording?.reload(self)
    }

    // MARK: - Its end

    private func stop() throws {
        guard trading != nil else { return }
        trading?.stop("interrupted", at: now)
        carryOn()
        try end("interrupted")
    }

    private func pullSwitch(flattens: Bool) throws {
        guard trading != nil else { return }
        trace?(now, "=== runner kill\(flattens ? " --flatten" : "")")
        trading?.kill("runner kill", flattens: flattens, at: now)
        carryOn()
        try end("runner kill")
        guard problems.isEmpty, let standing = simulator.standing else { return }
        if let order = standing.orders.first(where: isOwn) {
            problems.append("behind a kill order \(order.clientID) is open")
        }
        if flattens { checkFlat(standing) }
    }

    private func end(_ reason: String) throws {
        guard pass(300, until: { self.trading?.stage == .ended }) else {
            if problems.isEmpty { problems.append("it did not end") }
            return
        }
        checkEnd(reason)
        keepErrors()
        endRecording("over", isCut: false)
        if let run = trading?.run { run.run.journal?.keepLast(run.engine) }
        if let end = disk.finish(reason), end.unwritten + end.lost > 0 {
            problems.append("the journal lacks \(end.unwritten + end.lost) entries")
        }
        if problems.isEmpty { problems += try problemsOfBooks() }
        trading = nil
        line.deliverSent()
    }

    /// Cancels what a dead run left, past any run.
    private func cleanUp() {
        guard trading == nil else { return }
        let left = simulator.standing?.orders.filter(isOwn).map(\.clientID) ?? []
        trace?(now, "=== cleaning up \(left.count) orders")
        line.replace(with: connector.makeCleaner(symbols, plan.setting.venue.key, ids.orders(left)))
        isCleaned = false
        line.handle(.timer)
        let isProven = pass(120, until: { self.isCleaned })
        line.deliverSent()
        guard problems.isEmpty, isProven else { return }
        if let order = simulator.standing?.orders.first(where: isOwn) {
            problems.append("proven clean, and order \(order.clientID) is open")
        }
    }

    func isOwn(_ order: AccountStanding.OpenOrder) -> Bool {
        !plan.setting.venue.isForeign(order.clientID)
    }
}
