import Foundation
import Testing

@Suite struct `runner journal` {
    private static let symbol = "coinex:BTC/USDT:USDT"

    /// Buys and sells at the market, keeps an order far below it, and wants more than it may.
    private static let trader = """
        subscribe("\(symbol)", "quotes")
        local sent = 0
        function on_quote(q)
          if sent == 4 or not q.bid then return end
          sent = sent + 1
          if sent == 1 then return buy{qty = 0.013, tag = 'in, "first"'} end
          if sent == 2 then return buy{qty = 0.02, price = q.bid * 0.8, tag = "far"} end
          if sent == 3 then return buy{qty = 5} end
          return sell{qty = 0.005}
        end
        function on_order(o) log.info("%s %s is %s", o.id, o.tag or o.side, o.state) end
        """

    private func journal(
        _ venue: LiveVenue, _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Runner {
        try Runner(
            ["journal"] + arguments,
            environment: environment.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
    }

    /// A run that has traded all that it will.
    private func traded(_ venue: LiveVenue) throws -> LiveRunner {
        try traded(try venue.start(try venue.folder.write("trader.lua", Self.trader)))
    }

    /// Another strategy, in spot, beside one that trades.
    private func tradedBeside(_ venue: LiveVenue) throws -> LiveRunner {
        let script = Self.trader.replacingOccurrences(of: Self.symbol, with: "coinex:BTC/USDT")
        return try traded(
            try venue.start(try venue.folder.write("beside.lua", script), "--share"))
    }

    private func traded(_ run: LiveRunner) throws -> LiveRunner {
        try run.wait(for: "far is working")
        try run.wait(for: "sell is filled")
        return run
    }

    private func ended(_ venue: LiveVenue) throws {
        let run = try traded(venue)
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
    }

    private func rows(_ run: Runner) throws -> [[String: Any]] {
        #expect(run.code == 0, "\(run.errors)")
        return try run.rows()
    }

    /// What the journal and the venue's own books must agree on of each fill.
    private static let agreed = [
        "trade_id", "client_id", "side", "price", "quantity", "fee", "fee_currency", "liquidity",
    ]

    private func agreed(_ rows: [[String: Any]]) -> [[String?]] {
        rows.map { row in Self.agreed.map { row[$0] as? String } }
    }

    private func expectBooks(_ venue: LiveVenue, count: Int) throws {
        let fills = try rows(try journal(venue, "fills", "--json"))
        let booked = try venue.rows("fills")
        #expect(fills.count == count)
        #expect(agreed(fills) == agreed(booked))
        for (fill, booked) in zip(fills, booked) {
            let time = try #require(booked["time"] as? Int)
            #expect(fill["venue_time_ns"] as? Int == time * 1_000_000)
            #expect(fill["symbol"] as? String == Self.symbol)
        }
        let position = try #require(try rows(try journal(venue, "positions", "--json")).first)
        let held = try #require(try venue.rows("positions").first)
        #expect(position["quantity"] as? String == held["quantity"] as? String)
        #expect(position["average_price"] as? String == held["average_price"] as? String)
    }

    // MARK: - What it shows

    @Test func `shows fills, orders and positions as the venue has them, to the last digit`() throws
    {
        let venue = try LiveVenue()
        try ended(venue)
        try expectBooks(venue, count: 2)
        let orders = try rows(try journal(venue, "orders", "--json"))
        #expect(orders.map { $0["state"] as? String } == ["filled", "cancelled", "filled"])
        #expect(orders.map { $0["tag"] as? String } == ["in, \"first\"", "far", nil])
        let venueIDs = Set(try venue.rows("taken").compactMap { $0["order_id"] as? String })
        #expect(Set(orders.compactMap { $0["venue_id"] as? String }) == venueIDs)
        let refusals = try rows(try journal(venue, "refusals", "--json"))
        #expect(refusals.map { $0["rule"] as? String } == ["max_order_notional"])
        #expect(try rows(try journal(venue, "gaps", "--json")).isEmpty)
        #expect(try !rows(try journal(venue, "equity", "--json")).isEmpty)
        _ = try rows(try journal(venue, "reconciliations", "--json"))
    }

    @Test func `shows people a table, and programs CSV with quotes where they are needed`() throws {
        let venue = try LiveVenue()
        try ended(venue)
        let table = try journal(venue, "fills").output.split(separator: "\n").map(String.init)
        #expect(table.count == 3)
        #expect(table[0].hasPrefix("time (UTC)") && table[0].hasSuffix("tag"), "\(table)")
        #expect(table[1].contains("\(Self.symbol)  buy      0.013"), "\(table)")
        #expect(table[1].hasSuffix("in, \"first\""), "\(table)")
        #expect(!table.joined().contains("\u{1B}"))
        let csv = try journal(venue, "fills", "--csv").output.split(separator: "\n")
        #expect(
            csv[0] == "time,time_ns,venue_time,venue_time_ns,symbol,side,quantity,price,fee,"
                + "fee_currency,liquidity,trade_id,client_id,tag,session")
        #expect(csv.count == 3)
        #expect(csv[1].contains(#","in, ""first""","#), "\(csv)")
        let empty = try journal(venue, "gaps", "--csv").output
        #expect(empty == "time,time_ns,entries,reason,session\n")
        #expect(try journal(venue, "gaps").output == "no gaps\n")
    }

    @Test func `shows a summary where no view is named`() throws {
        let venue = try LiveVenue()
        try ended(venue)
        let text = try journal(venue).output
        for part in ["trader.lua", "interrupted", "0.008", "3 orders, 0 open; 2 fills; 1 refusal"] {
            #expect(text.contains(part), "\(text)")
        }
        let facts = try journal(venue, "--json").json()
        #expect(facts["orders"] as? Int == 3 && facts["fills"] as? Int == 2)
        #expect((facts["positions"] as? [[String: Any]])?.first?["quantity"] as? String == "0.008")
        let later = try journal(venue, "--since", "2100-01-01", "--json").json()
        #expect(later["orders"] as? Int == 0 && later["sessions"] as? Int == 0)
    }

    @Test func `begins at a time, or so long before now`() throws {
        let venue = try LiveVenue()
        try ended(venue)
        #expect(try rows(try journal(venue, "fills", "--json", "--since", "1h")).count == 2)
        #expect(try rows(try journal(venue, "fills", "--json", "--since", "2100-01-01")).isEmpty)
        let last = try #require(try rows(try journal(venue, "fills", "--json")).last)
        for time in [try #require(last["time"] as? String), "\(try #require(last["time_ns"]))"] {
            let since = try rows(try journal(venue, "fills", "--json", "--since", time))
            #expect(since.map { $0["side"] as? String } == ["sell"], "\(time)")
        }
    }

    // MARK: - Several runs, and runs that were killed

    @Test func `can be read while a run writes, and after it was killed`() throws {
        let venue = try LiveVenue()
        let run = try traded(venue)
        // What is asked for at once may not be written yet.
        while try rows(try journal(venue, "fills", "--json")).count < 2 {}
        let running = try rows(try journal(venue, "sessions", "--json"))
        #expect(running.map { $0["is_running"] as? Bool } == [true])
        run.kill()
        try expectBooks(venue, count: 2)
        let orders = try rows(try journal(venue, "orders", "--json"))
        #expect(orders.map { $0["state"] as? String } == ["filled", "working", "filled"])
        let sessions = try rows(try journal(venue, "sessions", "--json"))
        #expect(sessions.map { $0["status"] as? String } == ["was killed"])
    }

    @Test func `has runs that follow one another, and those beside another, by time`() throws {
        let venue = try LiveVenue()
        try ended(venue)
        let first = try traded(venue)
        let second = try tradedBeside(venue)
        #expect(second.text.contains("keeps a journal of its own"), "\(second.text)")
        for run in [first, second] {
            run.interrupt()
            #expect(run.waitForEnd() == 0, "\(run.text)")
        }
        let fills = try rows(try journal(venue, "fills", "--json"))
        #expect(agreed(fills) == agreed(try venue.rows("fills")))
        #expect(fills.count >= 6)  // one that takes may fill at several levels
        let sessions = try rows(try journal(venue, "sessions", "coinex", "--json"))
        #expect(sessions.count == 3)
        let begun = sessions.compactMap { $0["started_ns"] as? Int }
        #expect(begun == begun.sorted())
        #expect((try journal(venue, "--json").json()["files"] as? [Any])?.count == 2)
    }

    // MARK: - Which file

    @Test func `finds the account by the key's id, without its secret`() throws {
        let venue = try LiveVenue()
        try ended(venue)
        let id = ["COINEX_API_KEY": "simulator-key"]
        #expect(
            try rows(try journal(venue, "fills", "coinex", "--json", environment: id)).count == 2)
        #expect(try journal(venue, "coinex", environment: id).output.contains("2 fills"))
        expectOneMessage(
            try journal(venue, "fills", "coinex", environment: ["COINEX_API_KEY": "another"]),
            code: 2,
            containing: ["no journal of this key's account at CoinEx", "live runs write it"])
        let accounts = URL(fileURLWithPath: venue.home + "/accounts")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: accounts.path)
                .first { $0.hasSuffix(".journal") })
        let copy = accounts.appendingPathComponent("coinex-0123456789abcdef.journal")
        try FileManager.default.copyItem(at: accounts.appendingPathComponent(name), to: copy)
        expectOneMessage(
            try journal(venue, "fills"), code: 2,
            containing: ["2 accounts have journals", name, copy.path, "--file"])
        #expect(try rows(try journal(venue, "fills", "--json", "--file", copy.path)).count == 2)
    }

    @Test func `names a file that is damaged, and one that is not a journal`() throws {
        let venue = try LiveVenue()
        try ended(venue)
        let accounts = venue.home + "/accounts"
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: accounts)
                .first { $0.hasSuffix(".journal") })
        var bytes = try Data(contentsOf: URL(fileURLWithPath: accounts + "/" + name))
        for place in 4_096..<bytes.count { bytes[place] = 0x5A }
        let damaged = try venue.folder.write("damaged.journal", bytes)
        expectOneMessage(
            try journal(venue, "fills", "--file", damaged), code: 1,
            containing: [damaged, "it is damaged"])
        let other = try venue.folder.write("other.journal", "time,price\n")
        expectOneMessage(
            try journal(venue, "--file", other), code: 2,
            containing: [other, "it does not begin as a journal does"])
    }

    @Test func `says what is wrong with a call`() throws {
        let folder = try TemporaryFolder()
        let calls: [([String], [String])] = [
            ([], ["there is no journal in", "live runs write one", "--paper strategy.lua"]),
            (["fils"], ["there is no view `fils`", "did you mean `fills`?"]),
            (["fills", "coinx"], ["there is no venue `coinx`", "did you mean `coinex`?"]),
            (["fills", "sim"], ["embedded"]),
            (["fills", "--json", "--csv"], ["exclude each other"]),
            (["--csv"], ["runner journal fills --csv"]),
            (["fills", "coinex", "--file", "x"], ["leave out the venue"]),
            (["fills", "--file", "x"], ["x: there is no journal"]),
            (["fills", "--since", "soon"], ["--since is `soon`", "1h or 7d"]),
            (["fills", "--since", "01/02/2025"], ["--since is `01/02/2025`"]),
        ]
        for (arguments, parts) in calls {
            let run = try Runner(["journal"] + arguments, in: folder.url)
            expectOneMessage(run, code: 2, containing: parts)
        }
    }
}
