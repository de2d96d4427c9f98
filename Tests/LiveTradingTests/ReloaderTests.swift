import Foundation
import LiveTrading
import PaperTrading
import ScriptHost
import Synchronization
import Testing
import TradingCore
import TradingModel

@Suite struct `A save of a running script` {
    @Test func `loses no event and tells none twice in 100 reloads under load`() throws {
        let run = try WatchedRun(countingScript("version 1"))
        for version in 2...101 {
            // By turns as editors do it: into the file, and with a rename.
            let text = countingScript("version \(version)")
            if version % 2 == 0 {
                try run.folder.write("s.lua", text)
            } else {
                try run.folder.replace("s.lua", text)
            }
            try run.play(until: { run.reloads.version == version })
        }
        let trades = run.trades
        run.finish()
        #expect(run.lines.contains("counted \(trades)"), "\(trades), \(run.lines.suffix(3))")
        #expect(trades > 1_000)
        #expect(run.swaps.map(\.swap.version) == Array(2...101))
        #expect(!run.lines.contains { $0.contains("not reloaded") }, "\(run.lines)")
    }

    @Test func `tells in a line what happened`() throws {
        let script = """
            local p = params { fast = 50, mode = { "calm", "wild" } }
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(t) if t.id % 10 == 0 then return target(p.fast / 1000) end end
            """
        let run = try WatchedRun(
            script.replacing("target(", with: "target('sim:BTC/USDT:USDT', "))
        try run.play(seconds: 20)
        try run.folder.replace(
            "s.lua",
            script.replacing("target(", with: "target('sim:BTC/USDT:USDT', ")
                .replacing("fast = 50", with: "fast = 20, slow = 7"))
        let line = try run.play(until: "reloaded s.lua: version 2 (")
        for part in [
            "swapped in ", " ms, gap ", " events queued; ", "rehearsed on ", " inputs, in ",
            "fast 50 → 20, slow = 7 (new)", "intents: 0 same, ",
        ] { #expect(line.contains(part), "\(part) in \(line)") }
    }

    @Test func `of a required file reloads the script`() throws {
        let run = try WatchedRun(
            "local lib = require 'lib.say' \(countingScript("1"))"
                + " function on_start() log.info(lib.word) end",
            files: ["lib/say.lua": "return { word = 'one' }"])
        try run.play(until: "one")
        try run.folder.replace("lib/say.lua", "return { word = 'two' }")
        try run.play(until: "reloaded")
        #expect(run.lines.contains("two"), "\(run.lines)")
    }

    @Test func `that changes nothing reloads nothing`() throws {
        let run = try WatchedRun(countingScript("1"))
        try run.play(seconds: 1)
        try run.folder.replace("s.lua", countingScript("1"))
        try run.folder.write("other.lua", "this is not Lua")
        try run.play(seconds: 600)
        #expect(run.lines.isEmpty, "\(run.lines)")
        try run.folder.write("s.lua", countingScript("2"))
        try run.play(until: "reloaded")
        #expect(run.reloads.version == 2)
    }

    /// What may be saved by mistake, and what the message must hold.
    private static let broken: [(text: String, says: [String])] = [
        ("x = = 1", ["s.lua:1:", "unexpected symbol", "x = = 1", "^"]),
        (countingScript("bad") + "\nlocal a = nil + 1", ["s.lua:12:", "arithmetic", "^"]),
        (
            countingScript("bad").replacing("on_trade", with: "on_trad"),
            ["s.lua:5:", "did you mean `on_trade`", "^"]
        ),
        (
            countingScript("bad", body: "local x = trade.prise"),
            ["s.lua:9:", "did you mean `price`", "^^^^^"]
        ),
        (
            // No check can know that; the rehearsal finds it.
            countingScript("bad", body: "local x = ({})[trade.id] .. 'x'"),
            ["s.lua:9:", "in on_trade", "concatenate a nil value", "^"]
        ),
        (
            countingScript("bad") + " state_version = 2",
            ["shape 1", "state_version is 2", "on_upgrade"]
        ),
        (
            countingScript("bad") + " state_version = 2 function on_upgrade(s) s.a.b = 1 end",
            ["s.lua:11:", "in on_upgrade"]
        ),
        (countingScript("bad") + " state_version = 'two'", ["state_version", "whole number"]),
        (countingScript("bad") + " state.f = function() end", ["state.f", "plain data"]),
        (
            countingScript("bad") + " subscribe('sim:ETH/USDT', 'trades')",
            ["sim:ETH/USDT", "does not trade", "sim:BTC/USDT:USDT"]
        ),
        ("local a = 1", ["subscribes to nothing"]),
        (countingScript("bad") + " require 'nowhere'", ["s.lua:11:", "nowhere"]),
        (
            countingScript("bad") + " function on_start() error('no, thanks') end",
            ["s.lua:11:", "in on_start", "no, thanks"]
        ),
    ]

    @Test(arguments: broken)
    func `that is broken keeps the old version, and the next good one heals`(
        text: String, says: [String]
    ) throws {
        let run = try WatchedRun(countingScript("1"))
        try run.play(seconds: 5)
        try run.folder.replace("s.lua", text)
        let line = try run.play(until: "not reloaded, version 1 goes on")
        for part in says { #expect(line.contains(part), "\(part) in \(line)") }
        #expect(run.reloads.version == 1)
        try run.folder.replace("s.lua", countingScript("good"))
        try run.play(until: "reloaded s.lua: version 2")
        try run.play(seconds: 5)
        let trades = run.trades
        run.finish()
        #expect(run.lines.contains("counted \(trades)"))
    }

    @Test func `that requires a file that comes later is tried again when it comes`() throws {
        let run = try WatchedRun(countingScript("1"))
        try run.folder.replace("s.lua", countingScript("2") + " require 'lib.late'")
        try run.play(until: "not reloaded")
        run.forgetLines()
        try run.folder.makeFolder("lib")
        try run.folder.write("lib/late.lua", "return {}")
        try run.play(until: "reloaded s.lua: version 2")
    }

    @Test func `that deletes the script keeps the old version until it is back`() throws {
        let run = try WatchedRun(countingScript("1"))
        try run.play(seconds: 1)
        try run.folder.remove("s.lua")
        try run.play(until: "not reloaded, version 1 goes on")
        try run.folder.write("s.lua", countingScript("2"))
        try run.play(until: "reloaded s.lua: version 2")
    }
}

@Suite struct `A reloaded script` {
    @Test func `that fails on probation gives way to the old one, with its state`() throws {
        let run = try WatchedRun(countingScript("1"))
        try run.play(seconds: 5)
        try run.folder.replace(
            "s.lua",
            countingScript(
                "2",
                body: "if not state.begun then state.begun = now() end "
                    + "if now() > state.begun + 10 and state.new then error('ten seconds') end")
                + " function on_start(why) if not why.rehearsal then state.new = true "
                + "state.begun = now() end end")
        try run.play(until: "reloaded s.lua: version 2")
        let line = try run.play(until: "version 2 failed on probation")
        #expect(line == "version 2 failed on probation: version 1 trades again")
        #expect(run.lines.contains { $0.contains("s.lua:9: in on_trade: ten seconds") })
        #expect(run.reloads.version == 1)
        // Its state is that of the swap: the counter finds trades missing, and that is a failure of
        // the version put back, so trading stops.
        try run.play(until: "stopped: version 1, put back after a failure, failed too")
    }

    @Test func `that was rolled back is healed by the next save`() throws {
        let script = { (body: String) in
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            live = false
            function on_start(why)
              live = not why.rehearsal
              log.info("%s %s", why.rehearsal, why.rollback)
            end
            function on_trade(trade) \(body) end
            """
        }
        let run = try WatchedRun(script("state.n = (state.n or 0) + 1"))
        try run.play(seconds: 5)
        try run.folder.replace("s.lua", script("if live then error('bad') end"))
        try run.play(until: { run.reloads.version == 1 && !run.swaps.isEmpty })
        #expect(run.lines.contains("false true"), "\(run.lines)")
        run.forgetLines()
        try run.folder.replace("s.lua", script("state.n = (state.n or 0) + 2"))
        try run.play(until: "reloaded s.lua: version 3")
        try run.play(seconds: 61)
        #expect(run.reloads.version == 3)
        #expect(run.run.stopReason == nil)
    }

    @Test func `finds state of an older shape brought over`() throws {
        let run = try WatchedRun(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(trade) state.count = (state.count or 0) + 1 end
            """)
        try run.play(seconds: 5)
        try run.folder.replace(
            "s.lua",
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            state_version = 2
            state.seen = state.seen or { trades = 0 }
            local seen = state.seen
            function on_upgrade(state, from)
              log.info("from %d", from)
              state.seen = { trades = state.count }
              state.count = nil
            end
            function on_trade(trade) state.seen.trades = state.seen.trades + 1 end
            function on_stop() log.info("counted %d", state.seen.trades) end
            """)
        try run.play(until: "reloaded s.lua: version 2")
        #expect(run.lines.contains("from 1"))
        try run.play(seconds: 5)
        let trades = run.trades
        run.finish()
        #expect(run.lines.contains("counted \(trades)"), "\(run.lines)")
    }

    @Test func `names an indicator that the rehearsal is too short for`() throws {
        func script(_ note: String) -> String {
            """
            subscribe("sim:BTC/USDT:USDT", "bars:1m")
            local slow, quick = ta.ema(30), ta.sma(2)
            function on_bar(bar) slow(bar.close) quick(bar.close) end
            -- \(note)
            """
        }
        let run = try WatchedRun(
            script("one"),
            settings: ReloadSettings(window: WindowLimits(span: 900_000_000_000)))
        try run.play(seconds: 2_400)
        try run.folder.replace("s.lua", script("two"))
        let line = try run.play(until: "reloaded s.lua")
        #expect(line.contains("; cold: ema(30) "), "\(line)")
        #expect(line.contains(" of 30 inputs (the version before had heard "), "\(line)")
        #expect(!line.contains("sma(2)"), "\(line)")
    }

    @Test func `finds in its rehearsal what on_start made at the first start`() throws {
        let script = """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_start(why) if why.reason == "first" then state.seen = {} end end
            function on_trade(t) state.seen[#state.seen % 5 + 1] = t.price end

            """
        let run = try WatchedRun(script)
        try run.play(seconds: 5)
        try run.folder.replace("s.lua", script + "-- another\n")
        try run.play(until: "reloaded s.lua")
    }

    @Test func `that is stuck while it loads stops neither the next save nor the end`() throws {
        let gate = Gate()
        let run = try WatchedRun(countingScript("1"), beforeLoad: { gate.wait() })
        try run.play(seconds: 1)
        gate.isShut = true
        try run.folder.replace("s.lua", countingScript("2"))
        try run.play(until: { gate.waiting == 1 })
        try run.folder.replace("s.lua", countingScript("3"))
        try run.play(until: { gate.waiting == 2 })
        gate.letOne(2)  // the newer one
        try run.play(until: "reloaded s.lua: version 2")
        // The older one is stuck yet, and the end of the run does not wait for it.
        let clock = ContinuousClock()
        let began = clock.now
        run.close()
        #expect(clock.now - began < .seconds(60))
        #expect(gate.waiting == 1)
        gate.isShut = false
    }

    @Test func `warms its indicators on the window before it trades`() throws {
        let run = try WatchedRun(
            "subscribe('sim:BTC/USDT:USDT', 'trades') function on_trade(t) end")
        try run.play(seconds: 120)
        try run.folder.replace(
            "s.lua",
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local mean = ta.sma(100)
            local told = false
            function on_start(why) if not why.rehearsal then live = true end end
            live = false
            function on_trade(trade)
              local m = mean(trade.price)
              if live and not told then told = true log.info("first mean: %s", m ~= nil) end
            end
            """)
        try run.play(until: "first mean: true")
    }
}

/// Holds threads up until it is told to let them go.
private final class Gate: Sendable {
    private struct Inside: Sendable {
        var isShut = false
        var waiting: Set<Int> = []
        var released: Set<Int> = []
        var last = 0
    }
    private let inside = Mutex(Inside())

    var isShut: Bool {
        get { inside.withLock { $0.isShut } }
        set { inside.withLock { $0.isShut = newValue } }
    }
    /// How many are held up now.
    var waiting: Int { inside.withLock { $0.waiting.count } }

    /// Lets the thread go that came as this number, and whatever it comes back for.
    func letOne(_ number: Int) { inside.withLock { _ = $0.released.insert(number) } }

    func wait() {
        let number: Int? = inside.withLock { inside in
            guard inside.isShut else { return nil }
            inside.last += 1
            if inside.released.contains(inside.last - 1) {
                inside.released.insert(inside.last)
                return nil
            }
            inside.waiting.insert(inside.last)
            return inside.last
        }
        guard let number else { return }
        while !mayGo(number) { sched_yield() }
    }

    private func mayGo(_ number: Int) -> Bool {
        inside.withLock { inside in
            guard !inside.isShut || inside.released.contains(number) else { return false }
            inside.waiting.remove(number)
            return true
        }
    }
}
