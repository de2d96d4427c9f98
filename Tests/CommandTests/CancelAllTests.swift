import Foundation
import Testing

@Suite struct `runner cancel-all` {
    private static let resting = """
        subscribe("coinex:BTC/USDT:USDT", "quotes")
        subscribe("coinex:ETH/USDT", "quotes")
        local sent = {}
        function on_quote(q)
          if sent[q.symbol] or not q.bid then return end
          sent[q.symbol] = true
          return {
            buy{symbol = q.symbol, qty = 0.01, price = q.bid * 0.8},
            buy{symbol = q.symbol, qty = 0.01, price = q.ask * 1.3, stop = q.ask * 1.2},
          }
        end
        function on_order(o) log.info("order %s", o.state) end
        """

    private func cancelAll(
        _ venue: LiveVenue, _ more: String..., environment: [String: String] = LiveVenue.key
    ) throws -> Runner {
        try Runner(
            ["cancel-all", "coinex", "--base-url", venue.base] + more, environment: environment)
    }

    /// A venue at which a run was killed that had two orders and two stops.
    private func leftBehind() throws -> LiveVenue {
        let venue = try LiveVenue()
        let run = try venue.start(try venue.folder.write("s.lua", Self.resting))
        try run.wait(for: "order working", times: 2)
        try run.wait(for: "order waiting", times: 2)
        run.kill()
        #expect(try venue.rows("open_orders").count == 2)
        #expect(try venue.rows("stop_orders").count == 2)
        return venue
    }

    @Test func `cancels what a dead run left, in all markets, stops too, and proves it`() throws {
        let venue = try leftBehind()
        let run = try cancelAll(venue, "--yes")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output == "cancelled 4 orders at CoinEx; no order is open\n")
        #expect(run.errors.contains("ETHUSDT (spot) buy 0.01"), "\(run.errors)")
        #expect(try venue.rows("open_orders").isEmpty)
        #expect(try venue.rows("stop_orders").isEmpty)
        let again = try cancelAll(venue, "--yes")
        #expect(again.code == 0)
        #expect(again.errors.contains("no order is open at CoinEx"), "\(again.errors)")
    }

    @Test func `says as JSON what it did`() throws {
        let venue = try leftBehind()
        let facts = try cancelAll(venue, "--yes", "--json").json()
        #expect(facts["cancelled"] as? Int == 4)
        #expect((facts["left"] as? [Any])?.isEmpty == true)
    }

    @Test func `asks first, and touches nothing where nobody can answer`() throws {
        let venue = try leftBehind()
        let run = try cancelAll(venue)
        expectOneMessage(run, code: 2, containing: ["asks first", "add --yes"])
        #expect(try venue.rows("open_orders").count == 2)
    }

    @Test func `needs a key, a venue, and one that answers`() throws {
        let venue = try LiveVenue()
        expectOneMessage(
            try cancelAll(venue, "--yes", environment: [:]), code: 2,
            containing: ["cancelling orders at CoinEx needs a key", "COINEX_API_KEY"])
        expectOneMessage(
            try Runner(["cancel-all", "coinx", "--yes"]), code: 2,
            containing: ["there is no venue `coinx`", "did you mean `coinex`?"])
        expectOneMessage(
            try Runner(["cancel-all", "sim", "--yes"]), code: 2, containing: ["embedded"])
        let wrong = try cancelAll(
            venue, "--yes",
            environment: ["COINEX_API_KEY": "simulator-key", "COINEX_API_SECRET": "wrong"])
        #expect(wrong.code == 1)
        #expect(wrong.errors.contains("the venue refuses the key"), "\(wrong.errors)")
        #expect(!wrong.errors.contains("simulator-secret"))
    }
}
