import ScriptHost
import Testing
import TradingCore
import TradingModel

/// A script with a large `state`, which each trade changes a little.
private let script = """
    subscribe('sim:BTC/USDT:USDT', 'trades')
    if not state.rows then
      state.rows, state.named = {}, {}
      for i = 1, 4000 do state.rows[i] = { n = i, half = i / 2 } state.named['k' .. i] = { i } end
    end
    local rows = state.rows
    local calls = 0
    function on_trade(t)
      calls = calls + 1
      state.count = (state.count or 0) + 1
      rows[state.count * 37 % #rows + 1].n = t.price
      rows[#rows + 1] = { n = state.count }
      state.named['k' .. state.count] = nil
      state.named['new' .. state.count] = ('\\xff\\0'):rep(state.count)
      if state.count % 3 == 0 then state.last = { rows[1], { state.count } } end
      if rows ~= state.rows then error('the local holds another table') end
    end
    """

private func version(after state: StrategyState? = nil) throws -> LuaStrategy {
    let strategy = try LuaStrategy.version(startingWith: state) { (text) throws(ScriptError) in
        try LuaStrategy(text: script, state: text)
    }
    strategy.attach(
        to: TradingState(
            mode: .paper, instruments: try ScriptRun.instruments(strategy.symbols),
            now: Timestamp(nanoseconds: 1_700_000_000_000_000_000)))
    return strategy
}

private func trade(_ strategy: LuaStrategy, times: Int) throws {
    for _ in 0..<times {
        let outcome = strategy.onTrade(try ScriptRun.trade())
        var requests: [StrategyRequest] = []
        if outcome != .quiet { strategy.drainOutput(into: &requests) }
        #expect(requests.isEmpty)
    }
}

/// The carry of one version's state to another's; fails where none is needed.
private func carry(_ old: LuaStrategy, to new: LuaStrategy) throws -> any StateCarry {
    guard case .needed(let carry) = old.carry(to: new) else {
        Issue.record("the state is large, and must be carried over")
        throw ReloadRefusal("not large")
    }
    return carry
}

@Suite struct `A large state` {
    @Test func `is carried over while both versions go on, to the last entry`() throws {
        let old = try version()
        try trade(old, times: 50)
        let new = try version(after: try old.savedState())
        var done = 0
        for round in 1...8 {
            let carry = try carry(old, to: new)
            carry.arm()
            try trade(old, times: 20)
            carry.begin()
            try trade(old, times: 20)
            try carry.copy()
            try trade(old, times: 20)
            try trade(new, times: 10 * round)
            carry.rearm()
            try trade(old, times: 1)
            let before: StrategyState
            let after: StrategyState
            do throws(ReloadRefusal) {
                (before, after) = try carry.finish()
            } catch {
                // A list that has grown beyond its room is another one: it is copied again.
                #expect(error.mayBeTriedAgain)
                carry.abandon()
                continue
            }
            done += 1
            let now = try old.savedState()
            #expect(try new.savedState() == now)
            try trade(old, times: 20)
            try trade(new, times: 20)
            #expect(before == now)
            #expect(after == now)
        }
        #expect(done >= 4)
    }

    @Test func `is read as it was, while the script goes on`() throws {
        let strategy = try version()
        strategy.prepareState()
        try trade(strategy, times: 30)
        let expected = try strategy.savedState()
        let reading = try strategy.stateNow()
        try trade(strategy, times: 200)
        #expect(reading == expected)
    }

    @Test func `that was changed too much is carried over again`() throws {
        let old = try version()
        let new = try version(after: try old.savedState())
        let first = try carry(old, to: new)
        first.arm()
        first.begin()
        try first.copy()
        try trade(old, times: 3_000)
        first.rearm()
        do {
            _ = try first.finish()
            Issue.record("more has changed than is set between two events")
        } catch {
            #expect(error.mayBeTriedAgain)
        }
        first.abandon()
    }

    @Test func `of 16 MB comes back as text within no limit but its size`() throws {
        var text = "return {"
        for index in 1...150_000 {
            text += "[\(index)]={[\"price\"]=\(90_000 + index).25,[\"time\"]=\(index)},"
        }
        let strategy = try LuaStrategy(
            text: "subscribe('sim:BTC/USDT', 'trades')", state: text + "}")
        let first = try strategy.stateText()
        #expect(first.utf8.count > 6_000_000)
        try strategy.restore(StrategyState(text: first, shape: 1))
        #expect(try strategy.stateText() == first)
    }

    @Test(arguments: [
        #"[1]="a",[2]=0/0,[3]=1e999,[4]=-1e999,[5]=-0.0"#, "[1]=0x8000000000000000,[2]=5e-324",
        #"["\255\254A"]="\000\127\195\164",[true]=false,[-3]=1.0,[2.5]={}"#,
    ])
    func `comes back byte for byte`(_ entries: String) throws {
        let text = "return {" + entries + "}"
        let strategy = try LuaStrategy(text: "subscribe('sim:BTC/USDT', 'trades')", state: text)
        let first = try strategy.stateText()
        let second = try LuaStrategy(text: "subscribe('sim:BTC/USDT', 'trades')", state: first)
        #expect(try second.stateText() == first)
        #expect(first.utf8.allSatisfy { $0 < 128 })
    }

    @Test(arguments: ["return {[1]=}", "return {", "print(1)", "return {[0/0]=1}", "return {}x"])
    func `is refused where its text is no state`(_ text: String) {
        #expect(throws: ScriptError.self) {
            try LuaStrategy(text: "subscribe('sim:BTC/USDT', 'trades')", state: text)
        }
    }
}
