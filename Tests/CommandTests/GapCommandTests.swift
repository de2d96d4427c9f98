import Foundation
import Testing

@Suite struct `runner gap` {
    private static let symbol = "coinex:BTC/USDT:USDT"

    /// Quotes on both sides, and takes now and then.
    private static let maker = """
        subscribe("\(symbol)", "quotes", "trades")
        local n = 0
        function on_quote(q)
          n = n + 1
          if not q.bid or not q.ask then return end
          if n % 5 == 1 then
            return {cancel{}, buy{qty = 0.01, price = q.bid}, sell{qty = 0.01, price = q.ask}}
          end
          if n % 7 == 1 then return n % 2 == 0 and buy{qty = 0.02} or sell{qty = 0.02} end
        end
        function on_start() every(0.5, "beat") end
        function on_timer() log.info("beat %d", n) end
        """

    private static let parts = [
        "fills_missed", "fills_extra", "price", "fee", "funding", "latency",
    ]

    private func gap(_ venue: LiveVenue, _ run: LiveRunner, _ more: String...) throws -> Runner {
        try Runner(
            ["gap", try run.session()] + more, environment: ["MOONRUNNER_HOME": venue.home])
    }

    private func onPaper(_ venue: LiveVenue) throws -> LiveRunner {
        let script = try venue.folder.write("maker.lua", Self.maker)
        let run = try LiveRunner(
            [script, "--duration", "3s"] + venue.address, home: venue.home)
        #expect(run.waitForEnd() == 0, "\(run.text)")
        return run
    }

    /// The sums in USDT.
    private func sums(_ runner: Runner) throws -> [String: Decimal] {
        let currencies = try #require(
            try runner.json()["currencies"] as? [String: [String: String]])
        return try #require(currencies["USDT"]).compactMapValues { Decimal(string: $0) }
    }

    private func expectWhole(_ sums: [String: Decimal]) {
        let whole = sums["session"].flatMap { own in sums["simulation"].map { own - $0 } }
        #expect(sums["difference"] == whole)
        #expect(Self.parts.reduce(Decimal(0)) { $0 + (sums[$1] ?? 1) } == whole, "\(sums)")
    }

    @Test func `explains a live session in parts that add up to the last digit`() throws {
        let venue = try LiveVenue("--tls")
        let run = try venue.ended(Self.maker)
        let json = try gap(venue, run, "--json")
        #expect(json.code == 0, "\(json.errors)")
        #expect(json.errors.isEmpty, "\(json.errors)")
        expectWhole(try sums(json))
        let facts = try json.json()
        #expect(facts["mode"] as? String == "live")
        #expect(facts["is_whole"] as? Bool == true)
        #expect(try #require(facts["orders"] as? Int) > 3)
        #expect(try #require(facts["filled_orders"] as? Int) > 0, "\(json.output)")
        let latency = try #require(facts["latency"] as? [String: Any])
        #expect(try #require(latency["measured_orders"] as? Int) > 0)
        #expect(facts["order_details"] == nil)

        let text = try gap(venue, run, "--orders")
        #expect(text.code == 0, "\(text.errors)")
        for part in [
            "live at coinex", "session ", "simulation ", "difference ", "fills missed",
            "fills extra", "price ", "fee ", "funding ", "latency", "5 ms to the venue",
            "time (UTC)", Self.symbol,
        ] { #expect(text.output.contains(part), "\(part) is not in \(text.output)") }

        // Without fees in the simulation, what the venue charged for is the fee.
        let free = try gap(venue, run, "--json", "--orders", "--fees", "maker=0,taker=0")
        let fees = try sums(free)
        expectWhole(fees)
        #expect(try #require(free.json()["order_details"] as? [[String: Any]]).count > 3)
    }

    @Test func `is nothing for a session on paper, but for what a flag sets otherwise`() throws {
        let venue = try LiveVenue()
        let run = try onPaper(venue)
        let same = try gap(venue, run, "--json")
        #expect(same.code == 0, "\(same.errors)")
        let sums = try sums(same)
        expectWhole(sums)
        #expect(sums["session"] != 0, "\(same.output)")
        #expect(sums["difference"] == 0, "\(same.output)")
        for part in Self.parts { #expect(sums[part] == 0, "\(part): \(same.output)") }

        let slow = try self.sums(try gap(venue, run, "--json", "--latency", "300ms"))
        expectWhole(slow)
        #expect(slow["latency"] == slow["difference"], "\(slow)")
        #expect(slow["latency"] != 0, "\(slow)")

        let free = try self.sums(try gap(venue, run, "--json", "--fees", "maker=0,taker=0"))
        expectWhole(free)
        // What was not paid in fees may pay for an order that the session could not pay for.
        #expect(free["latency"] == 0, "\(free)")
        #expect(free["price"] == 0, "\(free)")
        #expect(try #require(free["fee"]) < 0, "\(free)")
    }

    @Test func `goes as far as a session that was killed had been written`() throws {
        let venue = try LiveVenue()
        let run = try venue.start(try venue.folder.write("maker.lua", Self.maker))
        try run.wait(for: "beat", times: 5)
        run.kill()
        let killed = try gap(venue, run, "--json")
        #expect(killed.code == 0, "\(killed.errors)")
        #expect(killed.errors.contains("as far as it goes: "), "\(killed.errors)")
        #expect(killed.errors.contains("killed"), "\(killed.errors)")
        #expect(try killed.json()["is_whole"] as? Bool == false)
        expectWhole(try sums(killed))

        // The next run begins with what it left.
        let again = try venue.start(try venue.folder.write("maker.lua", Self.maker))
        try again.wait(for: "beat", times: 5)
        again.interrupt()
        #expect(again.waitForEnd() == 0, "\(again.text)")
        let next = try gap(venue, again, "--json")
        #expect(next.code == 0, "\(next.errors)")
        expectWhole(try sums(next))
    }

    @Test func `goes through reloads`() throws {
        let venue = try LiveVenue()
        let run = try venue.reloaded(Self.maker) {
            $0.replacingOccurrences(of: "% 5 == 1", with: "% 3 == 1")
        }
        let same = try gap(venue, run, "--json")
        #expect(same.code == 0, "\(same.errors)")
        #expect(try sums(same)["difference"] == 0, "\(same.output)")
    }

    @Test func `shows what can be read of a recording that was cut off, and fails`() throws {
        let venue = try LiveVenue()
        let run = try venue.ended(Self.maker)
        let file = URL(
            fileURLWithPath: venue.home + "/sessions/\(try run.session())/inputs-0001.mri")
        let bytes = try Data(contentsOf: file)
        try bytes.prefix(bytes.count / 2).write(to: file)
        let cut = try gap(venue, run)
        #expect(cut.code == 1, "\(cut.errors)")
        #expect(cut.output.contains("difference"), "\(cut.output)")
        #expect(cut.errors.contains("ends in the middle"), "\(cut.errors)")
        try FileManager.default.removeItem(at: file)
        expectOneMessage(
            try gap(venue, run), code: 2, containing: ["no recording of its inputs"])
    }

    @Test func `knows no session that is not there, and none on sim`() throws {
        let folder = try TemporaryFolder()
        let environment = ["MOONRUNNER_HOME": folder.url.path]
        expectOneMessage(
            try Runner(["gap", "nobody-20260131-235959"], environment: environment), code: 2,
            containing: ["there is no session nobody-20260131-235959"])
        let script = try folder.write(
            "still.lua", "subscribe('sim:BTC/USDT', 'trades') function on_trade(t) end")
        let run = try LiveRunner(
            [script, "--duration", "1s", "--speed", "100"], home: folder.url.path)
        #expect(run.waitForEnd() == 0, "\(run.text)")
        expectOneMessage(
            try Runner(["gap", try run.session()], environment: environment), code: 2,
            containing: ["traded on sim", "coinex:BTC/USDT"])
        expectOneMessage(
            try Runner(["gap", try run.session(), "--fees", "none"], environment: environment),
            code: 2, containing: ["--fees", "name=value"])
    }
}
