import ScriptHost
import Testing
import TradingCore
import TradingModel

private func load(_ body: String, state: String? = nil) throws -> LuaStrategy {
    try LuaStrategy(text: "subscribe('sim:BTC/USDT:USDT', 'trades') \(body)", state: state)
}

/// A new version as a reload loads it.
private func version(_ body: String, after state: StrategyState?) throws -> LuaStrategy {
    try LuaStrategy.version(startingWith: state) { (text) throws(ScriptError) in
        try LuaStrategy(
            text: "subscribe('sim:BTC/USDT:USDT', 'trades') \(body)", state: text)
    }
}

private func state(_ text: String, shape: Int64 = 1) -> StrategyState {
    StrategyState(text: "return {\(text)}", shape: shape)
}

@Suite struct `State of another version` {
    @Test func `takes the place of its own, with nothing left over`() throws {
        let strategy = try load("state.a = 1 state.b = { c = 2, d = { 3 } }")
        try strategy.restore(state(#"["b"]={["d"]={[1]=4,[2]=5}},["e"]="x""#))
        #expect(
            try strategy.savedState()
                == state(#"["b"]={["d"]={[1]=4,[2]=5}},["e"]="x""#))
    }

    @Test func `is seen through a local that holds a table of it`() throws {
        let strategy = try load(
            """
            state.book = { held = 0, fills = { 1, 2 } }
            local book = state.book
            local fills = book.fills
            function on_trade(t)
              log.info("%d %d %d %s", book.held, #fills, fills[1], book == state.book)
            end
            """)
        try strategy.adopt(state(#"["book"]={["fills"]={[1]=7},["held"]=5}"#))
        #expect(try lines(strategy) == ["5 1 7 true"])
    }

    @Test func `keeps two names for one table apart, as they are in text`() throws {
        let strategy = try load("local t = { n = 1 } state.a = t state.b = t")
        try strategy.adopt(state(#"["a"]={["n"]=2},["b"]={["n"]=3}"#))
        #expect(try strategy.savedState() == state(#"["a"]={["n"]=2},["b"]={["n"]=3}"#))
    }

    @Test func `replaces a read-only table instead of writing into it`() throws {
        let strategy = try load("state.p = params { fast = 1 }")
        try strategy.adopt(state(#"["p"]={["fast"]=2}"#))
        #expect(try strategy.savedState() == state(#"["p"]={["fast"]=2}"#))
    }

    @Test func `gets what only the new version's load sets, in the tables that it holds`() throws {
        let strategy = try version(
            """
            state.old = state.old or 0
            state.new = state.new or { n = 10 }
            local new = state.new
            function on_trade(t) new.n = new.n + 1 log.info("%d %d", state.old, state.new.n) end
            """, after: state(#"["old"]=3"#))
        strategy.attach(to: try attached(strategy))
        // A rehearsal changes what is new; the truth begins with the load's value.
        #expect(try lines(strategy, isAttached: true) == ["3 11"])
        try strategy.adopt(state(#"["old"]=8"#))
        #expect(try lines(strategy, isAttached: true) == ["8 11"])
    }

    @Test func `is there while the new version loads, when it has its shape`() throws {
        let strategy = try version(
            "for i = 1, state.n or 0 do log.info('%d', i) end", after: state(#"["n"]=2"#))
        #expect(try strategy.savedState() == state(#"["n"]=2"#))
        #expect(try lines(strategy, trades: 0) == ["1", "2"])
    }

    @Test func `of another shape goes through on_upgrade, and gets the new defaults then`() throws {
        let strategy = try version(
            """
            state_version = 3
            state.list = state.list or {}
            state.extra = state.extra or 'default'
            function on_upgrade(state, from)
              state.list = { state.single, from }
              state.single = nil
            end
            """, after: state(#"["single"]=5"#, shape: 2))
        try strategy.adopt(state(#"["single"]=5"#, shape: 2))
        #expect(
            try strategy.savedState()
                == state(#"["extra"]="default",["list"]={[1]=5,[2]=2}"#, shape: 3))
    }

    @Test func `that is empty needs no upgrade`() throws {
        let strategy = try load("state_version = 2")
        try strategy.adopt(state(""))
        #expect(try strategy.savedState().shape == 2)
    }

    @Test func `of another shape is refused where nothing brings it over`() throws {
        let strategy = try load("state_version = 2")
        let refusal = #expect(throws: ReloadRefusal.self) {
            try strategy.adopt(state(#"["a"]=1"#))
        }
        #expect(refusal?.reason.contains("on_upgrade") == true)
    }

    @Test(arguments: [
        ("return {}", "on_upgrade returned a table"), ("error('oh')", "in on_upgrade: oh"),
        ("while true do end", "in on_upgrade"),
    ])
    func `is refused when on_upgrade goes wrong`(body: String, says: String) throws {
        let strategy = try load("state_version = 2 function on_upgrade(state, from) \(body) end")
        let refusal = #expect(throws: ReloadRefusal.self) {
            try strategy.adopt(state(#"["a"]=1"#))
        }
        #expect(refusal?.reason.contains(says) == true, "\(refusal?.reason ?? "-")")
    }

    @Test(arguments: ["0", "-1", "1.5", "'2'", "{}"])
    func `has a shape that is a whole number`(shape: String) {
        #expect(
            loadFailure("subscribe('sim:BTC/USDT', 'trades') state_version = \(shape)")
                .contains("expected a whole number from 1"))
    }

    private func attached(_ strategy: LuaStrategy) throws -> TradingState {
        TradingState(
            mode: .paper, instruments: try ScriptRun.instruments(strategy.symbols),
            now: Timestamp(nanoseconds: 1_700_000_000_000_000_000))
    }

    /// What the script logs at its start and at trades.
    private func lines(
        _ strategy: LuaStrategy, trades: Int = 1, isAttached: Bool = false
    ) throws -> [String] {
        if !isAttached { strategy.attach(to: try attached(strategy)) }
        var requests: [StrategyRequest] = []
        if strategy.onStart(.reload) != .quiet { strategy.drainOutput(into: &requests) }
        for _ in 0..<trades where strategy.onTrade(try ScriptRun.trade()) != .quiet {
            strategy.drainOutput(into: &requests)
        }
        #expect(requests.failure == nil)
        return requests.lines
    }
}

@Suite struct `The text of a session` {
    @Test func `loads as the files did, required ones too`() throws {
        let files = [
            ScriptFile(
                "/gone/s.lua",
                "subscribe('sim:BTC/USDT', 'trades') state.word = require('lib.a').word"),
            ScriptFile("/gone/lib/a.lua", "return { word = require 'b' }"),
            ScriptFile("/gone/b.lua", "return 'deep'"),
        ]
        let strategy = try LuaStrategy(
            text: files[0].text, name: files[0].path, recorded: files)
        #expect(try strategy.savedState().text == #"return {["word"]="deep"}"#)
        #expect(strategy.sources.map(\.path) == files.map(\.path))
        #expect(strategy.sources.map(\.text) == files.map(\.text))
    }

    @Test func `does not reach for files on the disk`() throws {
        let files = [ScriptFile("s.lua", "require 'other'")]
        #expect(throws: ScriptError.self) {
            try LuaStrategy(text: files[0].text, name: files[0].path, recorded: files)
        }
    }
}
