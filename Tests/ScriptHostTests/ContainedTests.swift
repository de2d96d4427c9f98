import ScriptHost
import Testing
import TradingCore
import TradingModel

/// Limits that a quick machine meets within a test.
private var tight: ScriptLimits {
    var limits = ScriptLimits()
    limits.time = 20_000_000
    limits.loadTime = 100_000_000
    return limits
}

/// What ends the strategy in its first trade; nil: it goes on.
private func end(of body: String) throws -> String? {
    let run = try ScriptRun(body, limits: tight)
    let requests = try run.trade()
    guard case .fatal(let text, _)? = requests.last else { return nil }
    #expect(run.strategy.hasEnded)
    #expect(try run.trade().isEmpty)
    return text
}

@Suite struct `A step that never ends` {
    @Test func `of a call that leads to itself ends the strategy, with its line`() throws {
        let text = try #require(
            try end(
                of: """
                    local meta = {} local twice = setmetatable({}, meta) meta.__call = twice
                    function on_trade()
                      pcall(twice, 1)
                    end
                    """))
        #expect(text.contains("strategy.lua:3: in on_trade"))
        #expect(text.contains("script.time"))
    }

    @Test func `of a table whose keys fall together ends the strategy`() throws {
        // Whole numbers that are the same modulo every size of the hash part.
        let text = try #require(
            try end(
                of: """
                    function on_trade()
                      local step, keys = 1, {}
                      for _, size in ipairs{1023, 2047, 4095, 8191, 16383, 32767, 65535} do
                        step = step * size // 1
                      end
                      for i = 1, 60000 do keys[i * (step >> 20) * 65535 * 32767] = true end
                      while true do end
                    end
                    """))
        #expect(text.contains("script.time") || text.contains("script.instructions"))
    }

    @Test func `of the compiler fails the load`() throws {
        var source = "subscribe('sim:BTC/USDT', 'trades') local a = 1 if a == 0 then\n"
        for index in 1...60_000 { source += "elseif a == \(index) then a = 2\n" }
        source += "end"
        let error = #expect(throws: ScriptError.self) {
            try LuaStrategy(text: source, limits: tight)
        }
        #expect(error?.message.contains("script.load_time") == true)
    }

    @Test func `leaves the other strategies of the process alone`() throws {
        let other = try ScriptRun("state.n = 0 function on_trade() state.n = state.n + 1 end")
        _ = try end(
            of: """
                local meta = {} local twice = setmetatable({}, meta) meta.__call = twice
                function on_trade() twice() end
                """)
        try other.trade()
        #expect(try other.strategy.stateText() == #"return {["n"]=1}"#)
    }
}

@Suite struct `What a script sees` {
    /// The lines that a script logs as it loads.
    private func lines(_ body: String) throws -> [String] {
        let run = try ScriptRun(body)
        return run.requests { $0.onStart(.first) }.lines
    }

    @Test func `of the length of a table with holes follows its entries alone`() throws {
        // Ways to the same entries, through names and objects that were there before.
        let ways = [
            "local t = {1, nil, 3, 4}", "local t = {nil, nil, 3, 4} t[1] = 1",
            "local t = {} for i = 1, 9 do t['n' .. i] = i end for i = 1, 9 do t['n' .. i] = nil end "
                + "t[1], t[3], t[4] = 1, 3, 4",
            "local t = {} for i = 1, 9 do t[{}] = i end t[4], t[3], t[1] = 4, 3, 1",
            "local t = {} for i = 1, 64 do t[i] = i end for i = 5, 64 do t[i] = nil end t[2] = nil",
        ]
        for way in ways {
            let body =
                "\(way) local n = #t table.insert(t, 9) log.info('%d %s %d', n, tostring(t[2]), #t)"
            #expect(try lines(body) == ["1 9 4"])
        }
    }

    @Test func `of lists is their length, however long`() throws {
        #expect(
            try lines(
                """
                local t, wrong = {}, 0
                for i = 1, 3000 do t[i] = i if #t ~= i then wrong = wrong + 1 end end
                for i = 3000, 1, -1 do t[i] = nil if #t ~= i - 1 then wrong = wrong + 1 end end
                log.info('%d', wrong)
                """) == ["0"])
    }

    @Test func `of weak tables is what is left of them, on every run the same`() throws {
        let body = """
            local seen = {}
            for round = 1, 40 do
              local cache = setmetatable({}, { __mode = 'v' })
              for i = 1, 200 do cache['key' .. round .. '_' .. i .. ('x'):rep(50)] = { i } end
              local n = 0
              for key, value in pairs(cache) do n = n + value[1] end
              seen[round] = n
            end
            log.info(table.concat(seen, ' '))
            """
        let first = try lines(body)
        for _ in 1...5 { #expect(try lines(body) == first) }
    }
}
