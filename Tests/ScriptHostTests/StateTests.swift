import ScriptHost
import Testing
import TradingCore
import TradingModel

@Suite struct `The state table` {
    @Test(arguments: [
        ("state.show = function() end", "`state.show` is a function"),
        ("state.show = print", "`state.show` is a function"),
        ("state['a b'] = coroutine.create(print)", "`state.a b` is an object"),
        ("state[1] = trade", "`state[1]` is a trade"),
        ("state.last = position()", "`state.last` is a position"),
        ("state.next = close()", "`state.next` is an intent"),
        ("state.t = {a = {b = {1, print}}}", "`state.t.a.b[2]` is a function"),
        ("state.lib = math", "`state.lib.abs` is a function"),
        ("state.t = {[{}] = 1}", "`state.t` has a table as a key"),
        ("state[print] = 1", "`state` has a function as a key"),
        ("local t = {} t.own = t state.t = t", "`state.t.own` contains itself"),
        ("state.own = state", "`state.own` contains itself"),
        ("state.t = {up = {state}}", "`state.t.up[1]` contains itself"),
        ("rawset(state, 'show', print)", "`state.show` is a function"),
        ("table.insert(state, print)", "`state[1]` is a function"),
        ("table.move({print}, 1, 1, 5, state)", "`state[5]` is a function"),
        ("state.old = 1 state.old = print", "`state.old` is a function"),
    ])
    func `takes plain data only, and says so at the line`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.hasPrefix("strategy.lua:1: in on_trade: "), "\(text)")
        #expect(text.contains(message), "\(text)")
    }

    @Test func `keeps what it had when something is refused`() throws {
        let run = try ScriptRun(
            "state.a = {1} function on_trade() pcall(function() state.a = print end) end")
        _ = try run.trade()
        #expect(try run.strategy.stateText() == #"return {["a"]={[1]=1}}"#)
    }

    @Test func `holds 100 levels and not one more`() throws {
        func nested(_ levels: Int) -> String {
            "local t = {} local at = t for _ = 1, \(levels - 1) do at.x = {} at = at.x end "
                + "state.deep = t"
        }
        #expect(try failure(nested(99)) == "no failure")
        let text = try failure(nested(100))
        let message = "`state.deep.x.x.x.x.x.x.x…` is nested more than 100 levels"
        #expect(text.contains(message), "\(text)")
        let run = try ScriptRun(nested(99))
        #expect(try run.strategy.stateText().contains("deep"))
    }

    @Test func `looks once at a table that is in it many times`() throws {
        let body = "local t = {} for _ = 1, 60 do t = {t, t} end state.t = t state.t = nil"
        #expect(try failure(body) == "no failure")
    }

    @Test func `counts what a look at a large table costs`() throws {
        var limits = ScriptLimits()
        limits.instructions = 200_000
        let run = try ScriptRun(
            """
            local big = {}
            for i = 1, 100000 do big[i] = i end
            function on_trade() while true do state.big = big state.big = nil end end
            """, limits: limits)
        #expect(try run.trade().fatal != nil)
    }

    @Test func `is walked, counted and compared as a plain table`() throws {
        let lines = try logged(
            """
            state.b, state.a, state[1], state[2] = 2, 1, 'x', 'y'
            local names = {}
            for name, value in pairs(state) do names[#names + 1] = name .. '=' .. value end
            log.info(table.concat(names, ' '))
            log.info('%d %d %s', #state, rawlen(state), table.concat(state, '+'))
            for i, value in ipairs(state) do log.info('%d %s', i, value) end
            table.insert(state, 'z')
            table.insert(state, 1, 'w')
            log.info('%s %s %s', table.remove(state), table.unpack(state))
            table.sort(state, function(a, b) return a > b end)
            log.info('%s %s %s', state[1], rawget(state, 2), rawget(state, 'b'))
            log.info('%s %s', next(state))
            rawset(state, 'c', 3)
            state.a = nil
            log.info('%s %s %s', state.a, state.c, state == state)
            """)
        #expect(
            lines == [
                "1=x 2=y a=1 b=2", "2 2 x+y", "1 x", "2 y", "z w x", "y x 2", "1 y", "nil 3 true",
            ])
    }

    @Test func `is the same table for on_upgrade`() throws {
        let strategy = try LuaStrategy(
            text: "subscribe('sim:BTC/USDT', 'trades') state_version = 2 "
                + "function on_upgrade(given) assert(given == state) given.f = print end")
        let refusal = #expect(throws: ReloadRefusal.self) {
            try strategy.adopt(StrategyState(text: "return {[\"a\"]=1}", shape: 1))
        }
        #expect(refusal?.reason.contains("`state.f` is a function") == true)
    }

    @Test func `does not look again at a table that is there already`() throws {
        let run = try ScriptRun(
            """
            local list = {}
            state.list = list
            function on_trade() list[#list + 1] = #list state.list = list log.info(#state.list) end
            """)
        #expect(try run.trade().lines == ["1"])
        #expect(try run.trade().lines == ["2"])
    }
}
