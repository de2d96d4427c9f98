import PropertyTesting
package import TradingCore
import TradingModel

/// What happens to an account in one simulated life, all of it from a seed.
package struct LifePlan: Sendable {
    /// What a test may leave out, to be found.
    package enum Mistake: CaseIterable, Sendable {
        /// The next run does not know the orders that the dead one left.
        case forgetsOrders
        /// It does not know the executions that were counted.
        case forgetsFills
        /// It begins with no position.
        case forgetsPositions
        /// `state` is that of a later instant than the journal's.
        case stateGoesAhead
        /// It gives its orders the numbers that the dead one gave.
        case repeatsNumbers
    }

    package let seed: UInt64
    package var setting: AccountSetting
    package var script: LifeScript
    package var limits = RiskLimits()
    /// All but the last end before their time.
    package var runs = 6
    /// The share of runs, in percent, that end as if somebody had pulled the switch, and as after Ctrl-C;
    /// the others are killed.
    package var switches = 0
    package var stops = 0
    /// Of deaths, in percent: with the power gone, too; in the middle of a write to the journal.
    package var powerCuts = 0
    package var tornWrites = 0
    /// Of deaths behind which the machine's clock is set, and its orders are cancelled past the run.
    package var clockChanges = 0
    package var cleanings = 0
    /// Of runs that have a full disk for a while, and a reload.
    package var fullDisks = 0
    package var reloads = 0
    package var foreignOrders = 0
    /// Whether each run is recorded and made again.
    package var isRecorded = false
    package var mistake: Mistake?

    package init(_ setting: AccountSetting, _ script: LifeScript, seed: UInt64) {
        self.seed = seed
        self.setting = setting
        self.script = script
    }

    /// Everything that can happen, the venue and the line's faults among it.
    package init(seed: UInt64) {
        var random = Seeded(seed &* 0x9E37_79B9_7F4A_7C15)
        let venue = random.pick(AccountVenue.all)
        let markets = random.chance(30) ? venue.markets : [random.pick(venue.markets)]
        let faults =
            random.chance(25)
            ? "" : random.pick(random.bool() ? venue.faults : venue.faultsTogether)
        self.init(AccountSetting(venue: venue, markets: markets, faults: faults), .life, seed: seed)
        setting.speed = Int64(random.pick([2, 8, 20]))
        runs = random.int(2...5)
        limits.maxPosition = random.pick([Quantity](sizes: [3, 6, 12], of: venue.size))
        limits.maxOpenOrders = random.pick([4, 8, 30])
        if random.chance(30) { limits.maxOrdersPerSecond = random.pick([2, 5]) }
        if random.chance(20) { limits.maxConsecutiveRejects = random.int(2...4) }
        switches = 10
        stops = 20
        powerCuts = 20
        tornWrites = 30
        clockChanges = 20
        cleanings = 15
        fullDisks = 15
        reloads = 25
        foreignOrders = random.chance(30) ? random.int(1...3) : 0
        isRecorded = true
    }
}

extension [Quantity] {
    /// So many of what the scripts trade at once.
    fileprivate init(sizes: [Int], of size: Quantity) {
        self = sizes.map { Quantity(attos: Int128($0) * size.attos) }
    }
}

extension LifePlan: CustomStringConvertible {
    package var description: String {
        "\(setting), speed \(setting.speed), \(runs) runs, "
            + "at most \(limits.maxPosition.map { "\($0)" } ?? "any") held, "
            + "\(limits.maxOpenOrders.map { "\($0)" } ?? "any number of") orders open"
    }
}
