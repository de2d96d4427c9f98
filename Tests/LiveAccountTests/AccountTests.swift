import AccountSimulation
import Foundation
import LiveTrading
import PropertyTesting
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions
import VenueSimulators

@Suite struct `A live account` {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let allKinds = "Tests/LiveAccountTests/Strategies/all_kinds.lua"

    /// Trades, compares every book, and says how much there was to compare.
    @discardableResult
    private func prove(
        _ setting: AccountSetting, seed: UInt64, seconds: Int64, strategy: String = allKinds,
        set parameters: [String: String] = [:], practises: Bool = false, foreignOrders: Int = 0
    ) throws -> AccountRun {
        var values = parameters.merging(["symbol": setting.symbols[0]]) { $1 }
        // Scripts trade fractions where nothing else is said.
        if values["size"] == nil, setting.venue.size.attos >= attosPerUnit {
            values["size"] = setting.venue.size.description
            if strategy.hasSuffix("market_maker.lua") { values["max_position"] = "5" }
        }
        if setting.symbols.count > 1 { values["other"] = setting.symbols[1] }
        let script = try LuaStrategy(
            file: Self.package.appendingPathComponent(strategy).path,
            parameters: values.sorted { $0.key < $1.key }
                .map { ParameterOverride(name: $0.key, text: $0.value) }, seed: seed)
        let account = try AccountRun(
            setting, strategy: script, seed: seed, practises: practises)
        for market in setting.markets {
            for number in 0..<foreignOrders {
                try setting.venue.placeForeign(account.simulator, market, number, account.now)
            }
        }
        #expect(account.trade(seconds: seconds), "it neither began nor ended, seed \(seed)")
        #expect(account.trading.end == .finished(reason: "interrupted"), "seed \(seed)")
        #expect(account.watcher.errors == [], "seed \(seed)")
        let state = try account.books()
        let all = try setting.markets.map {
            try VenueBooks(state, $0, isForeign: setting.venue.isForeign)
        }
        for (index, books) in all.enumerated() {
            #expect(!books.fills.isEmpty, "nothing was traded, so nothing is proven, seed \(seed)")
            try books.compare(with: LiveRunFigures(account, index), seed: seed)
            let foreign = account.trading.foreignOrders.filter { $0.instrument.index == index }
            #expect(
                foreign.map(\.venueID.text).sorted() == books.foreignOrders.sorted(),
                "seed \(seed)")
            #expect(books.foreignOrders.isEmpty == (foreignOrders == 0), "seed \(seed)")
        }
        try VenueBooks.compareBalances(
            all, with: LiveRunFigures(account), tellsAvailable: setting.venue.tellsAvailable,
            seed: seed)
        try VenueBooks.comparePaid(
            all.enumerated().map { (books: $1, run: try LiveRunFigures(account, $0)) }, seed: seed)
        return account
    }

    // Promise P8.
    @Test(arguments: AccountSetting.all)
    func `is the venue's own, whatever the line and the venue do`(setting: AccountSetting) throws {
        var struck: Set<FaultPlan.Fault> = []
        for seed in Self.faultSeeds {
            let account = try prove(setting, seed: seed, seconds: 30)
            struck.formUnion(account.simulator.strikes.keys)
        }
        let plan = try setting.venue.readFaults(setting.faults)
        for (fault, share) in plan.shares where share >= 0.02 {
            guard setting.venue.tradesOverHTTP || !fault.isAboutRequests else { continue }
            #expect(struck.contains(fault), "\(fault) struck nothing")
        }
    }

    @Test(arguments: AccountSetting.crowded)
    func `is the venue's own with all its markets in one run and orders of others between`(
        setting: AccountSetting
    ) throws {
        for seed in Self.faultSeeds {
            try prove(setting, seed: seed, seconds: 60, foreignOrders: 3)
        }
    }

    // Promise P14.
    @Test(arguments: AccountSetting.bursts)
    func `never asks more in any second than the venue takes`(setting: AccountSetting) throws {
        for seed in Self.faultSeeds {
            try prove(
                setting, seed: seed + 6, seconds: 30,
                strategy: "Tests/LiveAccountTests/Strategies/bursts.lua")
        }
    }

    // Promise P15.
    @Test(arguments: AccountSetting.plain)
    func `is the same whether orders are practised or not`(setting: AccountSetting) throws {
        let plain = try prove(setting, seed: 3, seconds: 30)
        let practised = try prove(setting, seed: 3, seconds: 30, practises: true)
        #expect(practised.practisedOrders > 10)
        let (one, other) = (try LiveRunFigures(plain), try LiveRunFigures(practised))
        #expect(one.fillIDs == other.fillIDs)
        #expect(one.traded == other.traded)
        #expect(one.position == other.position)
        #expect(one.balances == other.balances)
        #expect(one.openOrders == other.openOrders)
        #expect(one.orders == other.orders)
        #expect(plain.now == practised.now)
    }

    /// More of them for a longer search: up to `LIVE_ACCOUNT_SEEDS=50`, from `LIVE_ACCOUNT_FIRST=1`.
    private static let faultSeeds: ClosedRange<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["LIVE_ACCOUNT_FIRST"].flatMap { UInt64($0) } ?? 1
        return first...(environment["LIVE_ACCOUNT_SEEDS"].flatMap { UInt64($0) } ?? first)
    }()

    @Test(arguments: AccountSetting.plain)
    func `is the venue's own after an hour of its market`(setting: AccountSetting) throws {
        var setting = setting
        setting.speed = 30
        try prove(setting, seed: 11, seconds: 120)
    }

    /// Shipped strategies whose every order is post-only.
    private static let wantsPostOnly = ["market_maker", "grid"]

    @Test(
        arguments: [
            ("market_maker", "futures"), ("market_maker", "spot"), ("grid", "spot"),
            ("grid", "futures"), ("ema_cross", "futures"),
        ])
    func `is the venue's own under a shipped strategy`(strategy: String, kind: String) throws {
        let lively: [String: [String: String]] = [
            "grid": ["step": "0.02", "check": "1"],
            "ema_cross": ["fast": "5", "slow": "10"],
        ]
        let settings = AccountSetting.all(
            ofKind: kind, faults: "reply-late,drop=0.01", speed: 20
        ).filter { $0.venue.hasPostOnly || !Self.wantsPostOnly.contains(strategy) }
        #expect(!settings.isEmpty)
        for setting in settings {
            try prove(
                setting, seed: 5, seconds: 60, strategy: "strategies/\(strategy).lua",
                set: lively[strategy] ?? [:])
        }
    }
}
