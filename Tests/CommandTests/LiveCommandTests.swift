import Foundation
import Testing

@Suite struct `Live trading` {
    private static let symbol = "coinex:BTC/USDT:USDT"

    /// Buys a little, and keeps an order far below the market.
    private static let holder = """
        subscribe("\(symbol)", "quotes")
        local sent = false
        function on_start() log.info("begins with %s", position("\(symbol)").qty) end
        function on_quote(q)
          if sent or not q.bid then return end
          sent = true
          return {
            buy{symbol = q.symbol, qty = 0.01},
            buy{symbol = q.symbol, qty = 0.02, price = q.bid * 0.8, tag = "far"},
          }
        end
        function on_order(o)
          if o.tag == "far" then log.info("far order %s", o.state) end
        end
        function on_fill(f) log.info("filled %s", f.qty) end
        function on_stop(why) log.info("stopping: %s", why.reason) end
        """

    private func check(_ arguments: String...) throws -> (code: Int32, output: String) {
        try Tool.runScript("live_check", ["--speed", "60"] + arguments)
    }

    // The whole of it, over TLS; `scripts/live_check RUNNER --faults all` does the rest.
    @Test(arguments: ["none", "reply-lost=0.05,delay=0.1,duplicate=0.1,http-502-after=0.05"])
    func `ends with the venue's own books to the last digit`(faults: String) throws {
        let (code, output) = try check(
            "--minutes", "6", "--faults", faults, "--symbol", Self.symbol, "--set", "pause=0.1")
        #expect(code == 0, "\(output)")
        #expect(output.contains("1 of 1 runs end with the venue's own books"), "\(output)")
    }

    @Test func `Ctrl-C cancels the orders and leaves the position`() throws {
        let venue = try LiveVenue()
        let run = try venue.start(try venue.folder.write("s.lua", Self.holder))
        try run.wait(for: "far order working")
        try run.wait(for: "filled 0.01")
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
        #expect(run.text.contains("stopping: interrupted"), "\(run.text)")
        #expect(run.text.contains("far order cancelled"), "\(run.text)")
        #expect(try venue.rows("open_orders").isEmpty)
        #expect(try venue.rows("positions").first?["quantity"] as? String == "0.01")
    }

    // On a terminal that closes, with keys pressed at once and with gaps, with clocks that are set.
    @Test(arguments: [
        "ctrl-c", "twice-5-ms", "twice-300-ms", "thrice", "thrice-slowly", "closed", "crashed",
        "suspended", "clock-back", "clock-forward",
    ])
    func `no end leaves an order without a word`(end: String) throws {
        let (code, output) = try Tool.runScript("ends_check", [end])
        #expect(code == 0, "\(output)")
        #expect(output.contains("1 of 1 ends hold"), "\(output)")
    }

    @Test func `a run that cannot be recorded says so when it happens and at the end`() throws {
        let venue = try LiveVenue()
        // The record has more than a block of 1,024 bytes, the log a few lines; on paper there is no journal.
        let script = try venue.folder.write("s.lua", Self.holder)
        let run = try limited(1, venue, [script, "--base-url", venue.base])
        #expect(run.waitForEnd() == 0, "\(run.text)")
        #expect(run.text.contains("this run is not recorded: "), "\(run.text)")
        #expect(run.text.contains("File too large"), "\(run.text)")
        #expect(run.text.contains("this run was not recorded to its end"), "\(run.text)")
    }

    @Test func `a run whose journal cannot be written trades nothing`() throws {
        let venue = try LiveVenue()
        let script = try venue.folder.write("s.lua", Self.holder)
        let run = try limited(1, venue, venue.arguments(script))
        #expect(run.waitForEnd() == 1, "\(run.text)")
        #expect(run.text.contains(".journal: "), "\(run.text)")
        #expect(run.text.contains("nothing was traded"), "\(run.text)")
        #expect(try venue.rows("open_orders").isEmpty)
        #expect(try venue.rows("positions").isEmpty)
    }

    /// A run whose files may have so many blocks of 1,024 bytes.
    private func limited(
        _ blocks: Int, _ venue: LiveVenue, _ arguments: [String]
    ) throws -> LiveRunner {
        try LiveRunner(
            program: "/bin/sh",
            [
                "-c", "ulimit -f \(blocks); exec \"$0\" \"$@\"", Runner.program.path,
            ] + arguments + ["--duration", "2s"],
            home: venue.home, environment: LiveVenue.key)
    }

    @Test func `a run that was killed leaves what that of another strategy finds`() throws {
        let venue = try LiveVenue()
        let script = try venue.folder.write("s.lua", Self.holder)
        let first = try venue.start(script)
        try first.wait(for: "far order working")
        try first.wait(for: "filled 0.01")
        first.kill()
        #expect(try venue.rows("open_orders").count == 1)

        let second = try venue.start(try venue.folder.write("other.lua", Self.holder))
        try second.wait(for: "far order working")
        try second.wait(for: "filled 0.01")
        second.interrupt()
        #expect(second.waitForEnd() == 0, "\(second.text)")
        #expect(second.text.contains("begins with 0.01"), "\(second.text)")
        #expect(second.text.contains("left by a run that is no more (mr"), "\(second.text)")
        // The dead run's order is nobody's to cancel; no id was used twice.
        #expect(try venue.rows("open_orders").count == 1)
        #expect(try venue.rows("positions").first?["quantity"] as? String == "0.02")
        let ids = try venue.rows("taken").compactMap { $0["client_id"] as? String }
        #expect(ids.count == 4 && Set(ids).count == 4, "\(ids)")
    }

    @Test func `a venue that comes back and remembers nothing is told of, and survived`() throws {
        let venue = try LiveVenue()
        let run = try venue.start(try venue.folder.write("s.lua", Self.holder))
        try run.wait(for: "far order working")
        try run.wait(for: "filled 0.01")
        try venue.restart { try run.wait(for: "coinex lost:") }
        try run.wait(for: "coinex resynchronised:")
        // Its order is gone, and the venue is asked until that is sure.
        try run.wait(for: "far order", times: 2)
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
    }

    @Test func `a script that keeps failing is stopped, and leaves no order`() throws {
        let venue = try LiveVenue()
        let script = try venue.folder.write(
            "s.lua",
            Self.holder + """

                function on_timer() error("no more") end
                local on_far = on_order
                function on_order(o)
                  on_far(o)
                  if o.tag == "far" and o.state == "working" then every(0.1, "fail") end
                end
                """)
        let run = try venue.start(script)
        #expect(run.waitForEnd() == 3, "\(run.text)")
        #expect(run.text.contains("3 handlers failed"), "\(run.text)")
        #expect(run.text.contains("far order cancelled"), "\(run.text)")
        #expect(try venue.rows("open_orders").isEmpty)
    }
}
