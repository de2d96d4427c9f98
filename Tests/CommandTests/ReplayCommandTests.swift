import Foundation
import Testing

@Suite struct `runner replay of a session at a venue` {
    private static let symbol = "coinex:BTC/USDT:USDT"

    /// Quotes on both sides, is refused now and then, and counts in its state.
    private static let maker = """
        subscribe("\(symbol)", "quotes", "trades")
        state.quotes = 0
        function on_quote(q)
          state.quotes = state.quotes + 1
          if not q.bid or not q.ask then return end
          if state.quotes % 5 == 1 then
            return {cancel{}, buy{qty = 0.01, price = q.bid}, sell{qty = 0.01, price = q.ask}}
          end
          if state.quotes % 7 == 1 then return buy{qty = 5} end
        end
        function on_start() every(0.5, "beat") end
        function on_timer() log.info("beat %d", state.quotes) end
        """

    private func replay(_ venue: LiveVenue, _ run: LiveRunner, _ more: String...) throws -> Runner {
        try Runner(
            ["replay", try run.session()] + more, environment: ["MOONRUNNER_HOME": venue.home])
    }

    private func orders(_ venue: LiveVenue) throws -> [[String: Any]] {
        let journal = try Runner(
            ["journal", "orders", "--json"], environment: ["MOONRUNNER_HOME": venue.home])
        return try #require(
            try JSONSerialization.jsonObject(with: Data(journal.output.utf8)) as? [[String: Any]])
    }

    private func recording(_ venue: LiveVenue, _ run: LiveRunner) throws -> URL {
        URL(fileURLWithPath: venue.home + "/sessions/\(try run.session())/inputs-0001.mri")
    }

    /// A session that has traded, and was refused.
    private func ended(_ venue: LiveVenue) throws -> LiveRunner {
        try venue.ended(Self.maker, saying: "max_order_notional")
    }

    @Test func `does the same again, refusals and all, with real money over TLS`() throws {
        let venue = try LiveVenue("--tls", "--fault", "delay=0.1,duplicate=0.1,cut=0.02")
        let run = try ended(venue)
        #expect(run.text.contains("max_order_notional"), "\(run.text)")
        let replay = try replay(venue, run)
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("the same: "), "\(replay.errors)")
        #expect(replay.errors.contains("sha256"), "\(replay.errors)")
        #expect(replay.output.contains("max_order_notional"), "\(replay.output)")
    }

    @Test func `explains an order and a moment`() throws {
        let venue = try LiveVenue()
        let run = try ended(venue)
        let orders = try orders(venue)
        let order = try #require(orders.first?["client_id"] as? String)
        let why = try replay(venue, run, "--why", order)
        #expect(why.code == 0, "\(why.errors)")
        for part in [
            "the last inputs before it:", "the script asks: place", "sent \(order): ",
            "max_order_notional: worth ", "USDT at most, the limit is ", "what became of it:",
            "at the end: ",
        ] { #expect(why.output.contains(part), "\(part) is not in \(why.output)") }
        let time = try #require(orders.first?["time"] as? String)
        let moment = try replay(venue, run, "--why", time)
        #expect(moment.code == 0, "\(moment.errors)")
        #expect(moment.output.contains("the last inputs up to then:"), "\(moment.output)")
        #expect(moment.output.contains("position "), "\(moment.output)")
        expectOneMessage(
            try replay(venue, run, "--why", "mr-none"), code: 2, containing: ["no order of this id"]
        )
    }

    @Test func `gives its market data to a backtest`() throws {
        let venue = try LiveVenue()
        let run = try ended(venue)
        let folder = venue.folder.url.appendingPathComponent("market").path
        let market = try replay(venue, run, "--out", folder)
        #expect(market.code == 0, "\(market.errors)")
        let file = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder).first {
                $0.hasSuffix(".npy")
            })
        let backtest = try Runner([
            "backtest", venue.folder.url.appendingPathComponent("maker.lua").path, "--data",
            folder + "/" + file, "--json",
        ])
        #expect(backtest.code == 0, "\(backtest.errors)")
        #expect(backtest.output.contains("\"orders\""), "\(backtest.output)")
    }

    @Test func `does the same again on paper over TLS`() throws {
        let venue = try LiveVenue("--tls")
        let script = try venue.folder.write("maker.lua", Self.maker)
        let run = try LiveRunner(
            [script, "--duration", "3s"] + venue.address, home: venue.home)
        #expect(run.waitForEnd() == 0, "\(run.text)")
        let replay = try replay(venue, run)
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("the same: "), "\(replay.errors)")
        // The queue in front of an order is simulated: a question about one that rested tells of it.
        let order = try #require(
            try orders(venue).compactMap { $0["client_id"] as? String }.first)
        let why = try self.replay(venue, run, "--why", order)
        #expect(why.code == 0, "\(why.errors)")
        #expect(why.output.contains("in the queue at "), "\(why.output)")
        #expect(why.output.contains(" in front of it"), "\(why.output)")
    }

    @Test func `does the same through a reload`() throws {
        let venue = try LiveVenue()
        let run = try venue.reloaded(Self.maker) {
            $0.replacingOccurrences(of: "% 5 == 1", with: "% 3 == 1")
        }
        let replay = try replay(venue, run)
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("through 1 reload"), "\(replay.errors)")
    }

    @Test func `goes as far as a session that was killed had been written`() throws {
        let venue = try LiveVenue("--tls")
        let run = try venue.start(try venue.folder.write("maker.lua", Self.maker))
        try run.wait(for: "beat", times: 5)
        run.kill()
        let replay = try replay(venue, run)
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("the same: "), "\(replay.errors)")
        #expect(replay.errors.contains("killed"), "\(replay.errors)")
    }

    @Test func `says where a recording was cut off or damaged, and what it had proven by then`()
        throws
    {
        let venue = try LiveVenue()
        let run = try ended(venue)
        let file = try recording(venue, run)
        let bytes = try Data(contentsOf: file)
        try bytes.prefix(bytes.count / 2).write(to: file)
        let cut = try replay(venue, run)
        #expect(cut.code == 1, "\(cut.errors)")
        #expect(cut.errors.contains("the same as far as it can be read: "), "\(cut.errors)")
        #expect(cut.errors.contains("ends in the middle"), "\(cut.errors)")
        var other = bytes
        other[bytes.count / 2] ^= 4
        try other.write(to: file)
        let damaged = try replay(venue, run)
        #expect(damaged.code == 1, "\(damaged.errors)")
        #expect(damaged.errors.contains("is damaged at byte"), "\(damaged.errors)")
        try FileManager.default.removeItem(at: file)
        expectOneMessage(
            try replay(venue, run), code: 2, containing: ["no recording of its inputs"])
    }

    @Test func `names the first input where the script would do something else`() throws {
        let venue = try LiveVenue()
        let run = try ended(venue)
        let path = URL(
            fileURLWithPath: venue.home + "/sessions/\(try run.session())/session.jsonl")
        let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        try Data(text.replacingOccurrences(of: "% 5 == 1", with: "% 5 == 3").utf8).write(to: path)
        let replay = try replay(venue, run)
        #expect(replay.code == 1, "\(replay.errors)")
        #expect(replay.errors.contains("not the same from input "), "\(replay.errors)")
        #expect(replay.errors.contains("the script asks: place"), "\(replay.errors)")
    }

    @Test func `knows that a recording ended before its session, at the size that was set`() throws
    {
        let venue = try LiveVenue()
        let settings = try venue.folder.write("small.yaml", "recording:\n  size: 2kB\n")
        let script = try venue.folder.write("maker.lua", Self.maker)
        let run = try LiveRunner(
            [script, "--base-url", venue.base, "--settings", settings, "--duration", "3s"],
            home: venue.home)
        #expect(run.waitForEnd() == 0, "\(run.text)")
        #expect(run.text.contains("the recording of this run's inputs ends here"), "\(run.text)")
        let replay = try replay(venue, run)
        #expect(replay.code == 1, "\(replay.errors)")
        #expect(replay.errors.contains("recording.size"), "\(replay.errors)")
    }

    @Test func `finds no recording where none was wanted, and old ones make room`() throws {
        let venue = try LiveVenue()
        let run = try ended(venue)
        let file = try recording(venue, run)
        let past = Date(timeIntervalSinceNow: -40 * 86_400)
        try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: file.path)
        let script = venue.folder.url.appendingPathComponent("maker.lua").path
        let next = try LiveRunner(
            [script, "--base-url", venue.base, "--duration", "1s"], home: venue.home)
        #expect(next.waitForEnd() == 0, "\(next.text)")
        #expect(next.text.contains("deleted the input recordings of \(try run.session())"))
        #expect(!FileManager.default.fileExists(atPath: file.path))
        let settings = try venue.folder.write("none.yaml", "recording:\n  size: 0\n")
        let last = try LiveRunner(
            [script, "--base-url", venue.base, "--settings", settings, "--duration", "1s"],
            home: venue.home)
        #expect(last.waitForEnd() == 0, "\(last.text)")
        #expect(!FileManager.default.fileExists(atPath: try recording(venue, last).path))
    }
}
