import Foundation
import JournalStore
import LiveTrading
import PlainJSON
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSimulators

@Suite struct `An account whose runs are killed` {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func account(
        _ setting: AccountSetting, seed: UInt64, mistake: MortalAccount.Mistake? = nil
    ) throws -> MortalAccount {
        let script = Self.package.appendingPathComponent(
            "Tests/LiveAccountTests/Strategies/mortal.lua")
        return try MortalAccount(setting, seed: seed, mistake: mistake) { state in
            try LuaStrategy.version(startingWith: state) { text throws(ScriptError) in
                try LuaStrategy(
                    file: script.path,
                    parameters: [ParameterOverride(name: "symbol", text: setting.symbols[0])],
                    seed: seed, state: text)
            }
        }
    }

    /// What is wrong after some kills; empty: every book is the venue's.
    private func problems(_ account: MortalAccount, runs: Int) throws -> [String] {
        guard try account.live(runs: runs) else { return ["it did not end"] }
        var found = account.errors + account.watcher.errors
        if account.trading?.end != .finished(reason: "interrupted") {
            found.append("its end: \(String(describing: account.trading?.end))")
        }
        let reply = account.simulator.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: account.now)
        let market = account.setting.markets[0]
        let books = try VenueBooks(
            JSON(parsing: reply.body), market, isForeign: account.setting.venue.isForeign)
        let fills = try account.executions()
        if fills.map(\.fill.id).sorted() != books.fills.map(\.id).sorted() {
            found.append("executions: \(fills.count), the venue's \(books.fills.count)")
        }
        if books.openOrders != 0 { found.append("\(books.openOrders) orders are open") }
        for ids in books.taken where Set(ids).count != ids.count {
            found.append("an id came twice")
        }
        guard let run = account.trading?.run else { return found + ["no run"] }
        let position = run.engine.state.positions[0]
        let fees = books.fills.filter { $0.feeCurrency == run.engine.state.instruments[0].settle }
            .reduce(Money.zero) { $0 + $1.fee }
        if market.kind == "futures", position.fees != fees {
            found.append("fees \(position.fees), the venue's \(fees)")
        }
        if let net = books.position, net.attos != position.net.attos {
            found.append("position \(position.net), the venue's \(net)")
        }
        let replayed = try replay(fills, of: run.engine.state.instruments[0])
        if replayed.net != position.net || replayed.realisedPnL != position.realisedPnL {
            found.append(
                "position \(position.net), realised \(position.realisedPnL); of its executions "
                    + "\(replayed.net), \(replayed.realisedPnL)")
        }
        found += try problemsOfState(account, fills.count)
        return found
    }

    /// The position that executions make, one after the other, in a run that nobody killed.
    private func replay(
        _ fills: [RecordedExecution], of instrument: Instrument
    ) throws -> Position {
        var position = Position(of: instrument)
        for fill in fills {
            let isCoin = instrument.isPosition(fill.fill.feeCurrency)
            if isCoin {
                try position.apply(
                    fill.side, price: fill.fill.price, quantity: fill.fill.quantity,
                    taken: fill.fill.fee)
            } else {
                try position.apply(
                    fill.side, price: fill.fill.price, quantity: fill.fill.quantity,
                    fee: fill.fill.fee)
            }
        }
        return position
    }

    /// At each start `state` is one event behind at most, never ahead; at the end each such step is missing.
    private func problemsOfState(_ account: MortalAccount, _ fills: Int) throws -> [String] {
        var found: [String] = []
        var missing = 0
        for (state, journalled) in account.restarts where !state.isEmpty {
            let count = count(in: state) + missing
            if count > journalled {
                found.append("state knows \(count) fills, the journal \(journalled)")
            }
            if journalled - count > 1 {
                found.append("state knows \(count) fills, the journal \(journalled)")
            }
            missing += max(0, journalled - count)
        }
        let last = count(in: try account.keptState())
        if last + missing != fills { found.append("state ends with \(last) fills of \(fills)") }
        return found
    }

    private func count(in state: String) -> Int {
        guard let place = state.range(of: "fills") else { return 0 }
        let digits = state[place.upperBound...].drop { !$0.isNumber }.prefix(while: \.isNumber)
        return Int(digits) ?? -1
    }

    @Test(arguments: AccountSetting.mortal)
    func `is the venue's own after each of them, and so is what its script knows`(
        setting: AccountSetting
    ) throws {
        for seed in AccountSetting.mortalSeeds {
            let found = try problems(try account(setting, seed: seed), runs: 6)
            #expect(found == [], "seed \(seed)")
        }
    }

    @Test(arguments: MortalAccount.Mistake.allCases)
    func `shows every mistake that a restart could make`(mistake: MortalAccount.Mistake) throws {
        var found = false
        for seed in 1...40 where !found {
            for setting in AccountSetting.plain where !found {
                let account = try account(setting, seed: UInt64(seed), mistake: mistake)
                found = try !problems(account, runs: 6).isEmpty
            }
        }
        #expect(found, "\(mistake) was not found")
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
