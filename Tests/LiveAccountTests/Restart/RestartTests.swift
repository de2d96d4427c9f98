import AccountSimulation
import Foundation
import Testing

@Suite struct `An account whose runs are killed` {
    /// What is wrong after some kills; empty: every book is the venue's.
    private func problems(
        _ setting: AccountSetting, seed: UInt64, mistake: LifePlan.Mistake? = nil
    ) throws -> [String] {
        var plan = LifePlan(setting, .mortal, seed: seed)
        plan.mistake = mistake
        let life = try AccountLife(plan)
        try life.live()
        return life.problems
    }

    @Test(arguments: AccountSetting.mortal)
    func `is the venue's own after each of them, and so is what its script knows`(
        setting: AccountSetting
    ) throws {
        for seed in AccountSetting.mortalSeeds {
            let found = try problems(setting, seed: seed)
            #expect(found == [], "seed \(seed)")
        }
    }

    @Test(arguments: AccountSetting.plain)
    func `is the venue's own wherever the machine's clock is set between two of them`(
        setting: AccountSetting
    ) throws {
        var setting = setting
        setting.faults = setting.venue.faultsTogether.first { $0.contains("late-executions") } ?? ""
        for seed in AccountSetting.mortalSeeds {
            var plan = LifePlan(setting, .mortal, seed: seed)
            plan.clockChanges = 100
            let life = try AccountLife(plan)
            try life.live()
            #expect(life.problems == [], "seed \(seed)")
        }
    }

    @Test(arguments: LifePlan.Mistake.allCases)
    func `shows every mistake that a restart could make`(mistake: LifePlan.Mistake) throws {
        var found = false
        for seed in 1...40 where !found {
            for setting in AccountSetting.plain where !found {
                // A mistake may also keep it from running at all.
                let problems = try? problems(setting, seed: UInt64(seed), mistake: mistake)
                found = problems?.isEmpty != true
            }
        }
        #expect(found, "\(mistake) was not found")
    }

    // `make simulate` has more of them.
    @Test(arguments: LifePlan.seedBlocks)
    func `is the venue's own whatever happens to it, seed by seed`(seeds: Range<UInt64>) throws {
        for seed in seeds {
            let life = try AccountLife(LifePlan(seed: seed))
            try life.live()
            #expect(life.problems == [], "seed \(seed): make simulate FIRST=\(seed) SEEDS=1")
        }
    }
}

extension LifePlan {
    /// Some of what `make simulate` takes.
    fileprivate static let seedBlocks: [Range<UInt64>] = stride(from: 1, to: 25, by: 6).map {
        UInt64($0)..<UInt64($0) + 6
    }
}

extension AccountSetting {
    /// Every market, with nothing wrong and with much.
    static let mortal: [AccountSetting] = plain.flatMap { setting in
        ([""] + setting.venue.faultsTogether).map {
            AccountSetting(venue: setting.venue, markets: setting.markets, faults: $0)
        }
    }.filter(\.isWanted)

    /// More of them for a longer search: up to `LIVE_ACCOUNT_SEEDS=1000`, from `LIVE_ACCOUNT_FIRST=1`.
    static let mortalSeeds: ClosedRange<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["LIVE_ACCOUNT_FIRST"].flatMap { UInt64($0) } ?? 1
        return first...(environment["LIVE_ACCOUNT_SEEDS"].flatMap { UInt64($0) } ?? first)
    }()
}
