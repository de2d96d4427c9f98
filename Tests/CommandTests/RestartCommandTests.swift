import Foundation
import Testing

@Suite struct `A live run that is started again` {
    private static let keeper = KeptRun.script(
        "coinex:BTC/USDT:USDT",
        onStart: """
            log.info("start: %s, fills %d, orders %d, position %s", why.reason, state.fills, #orders(),
                     tostring(position("coinex:BTC/USDT:USDT").qty))
            """)

    private func script(_ venue: LiveVenue, _ text: String = keeper) throws -> String {
        try venue.folder.write("keeper.lua", text)
    }

    private func holding(_ venue: LiveVenue) throws -> LiveRunner {
        let run = try venue.start(try script(venue))
        try run.wait(for: "is working", times: 3)
        try run.wait(for: "all is kept")
        return run
    }

    @Test func `goes on with its orders, its position, its state and its timers`() throws {
        let venue = try LiveVenue()
        let first = try holding(venue)
        first.kill()
        let again = try venue.start(try script(venue))
        try again.wait(for: "start: restart, fills 1, orders 3, position 0.01")
        #expect(again.text.contains("which was killed: 3 orders, 1 timer, its `state`"))
        #expect(!again.text.contains("left by a run that is no more"), "\(again.text)")
        again.interrupt()
        #expect(again.waitForEnd() == 0, "\(again.text)")
        // It ended them as its own.
        #expect(try venue.rows("open_orders").isEmpty)
        let fills = try Runner(
            ["journal", "fills", "coinex", "--json"],
            environment: LiveVenue.key.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
        #expect(try fills.rows().count == 1)
    }

    @Test func `hears what became of its orders while it was dead, behind its start`() throws {
        let venue = try LiveVenue()
        let first = try holding(venue)
        first.kill()
        let cancel = try Runner(
            ["cancel-all", "coinex", "--yes", "--base-url", venue.base],
            environment: LiveVenue.key.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
        #expect(cancel.code == 0, "\(cancel.errors)")
        let again = try venue.start(try script(venue))
        try again.wait(for: "is cancelled", times: 3)
        let lines = again.text.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.contains("start: restart") })
        let told = lines.indices.filter { lines[$0].contains("is cancelled") }
        #expect(told.allSatisfy { $0 > start }, "\(again.text)")
    }

    @Test func `begins anew with --fresh, and says what it leaves`() throws {
        let venue = try LiveVenue()
        let first = try holding(venue)
        first.kill()
        let again = try venue.start(try script(venue), "--fresh")
        try again.wait(for: "start: first, fills 0, orders 0, position 0.01")
        #expect(again.text.contains("begins anew"), "\(again.text)")
        #expect(again.text.contains("it leaves 3 orders, 1 timer, its `state`"), "\(again.text)")
        #expect(again.text.contains("left by a run that is no more"), "\(again.text)")
    }

    @Test func `takes over what others have open with --adopt, and ends it as its own`() throws {
        let venue = try LiveVenue()
        let first = try holding(venue)
        first.kill()
        let other = try venue.folder.write(
            "other.lua",
            """
            subscribe("coinex:BTC/USDT:USDT", "quotes")
            function on_start(why)
              log.info("other: %s, orders %d, tag %s", why.reason, #orders(), orders()[1].tag or "-")
            end
            """)
        let next = try venue.start(other, "--adopt")
        try next.wait(for: "other: first, orders 3, tag -")
        #expect(next.text.contains("adopts"), "\(next.text)")
        #expect(next.text.contains("the run's own from now on"), "\(next.text)")
        // They stay its own, should it be killed.
        next.kill()
        let again = try venue.start(other)
        try again.wait(for: "other: restart, orders 3, tag t1")  // the journal knows it
        again.interrupt()
        #expect(again.waitForEnd() == 0, "\(again.text)")
        #expect(try venue.rows("open_orders").isEmpty)
        let orders = try Runner(
            ["journal", "orders", "coinex", "--json"],
            environment: LiveVenue.key.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
        #expect(try orders.rows().count == 4)
    }

    @Test func `is refused while another one trades the account, which it names`() throws {
        let venue = try LiveVenue()
        let first = try holding(venue)
        let environment = LiveVenue.key.merging(["MOONRUNNER_HOME": venue.home]) { $1 }
        let second = try Runner(venue.arguments(try script(venue)), environment: environment)
        expectOneMessage(
            second, code: 2,
            containing: [
                "another run trades this account", "keeper.lua", "BTC/USDT:USDT", "--share",
            ])
        let same = try Runner(
            venue.arguments(try script(venue)) + ["--share"], environment: environment)
        expectOneMessage(same, code: 2, containing: ["is traded already", "keeper.lua"])
        let other = try venue.start(
            try venue.folder.write(
                "other.lua",
                """
                subscribe("coinex:BTC/USDT", "quotes")
                function on_start(why) log.info("other: %s", why.reason) end
                """), "--share")
        try other.wait(for: "other: first")
        other.interrupt()
        #expect(other.waitForEnd() == 0, "\(other.text)")
        #expect(try venue.rows("open_orders").count == 3)
        withExtendedLifetime(first) {}
    }

    @Test func `brings its state over to another shape of it`() throws {
        let venue = try LiveVenue()
        let first = try holding(venue)
        first.kill()
        let next = """
            state_version = 2
            function on_upgrade(state, from) state.count = state.fills; state.fills = nil end
            subscribe("coinex:BTC/USDT:USDT", "quotes")
            function on_start(why) log.info("shape 2: %s, %d", why.reason, state.count) end
            """
        let again = try venue.start(try script(venue, next))
        try again.wait(for: "shape 2: restart, 1")
    }

    @Test func `names what it cannot go on with, and sends nothing`() throws {
        let venue = try LiveVenue()
        let first = try holding(venue)
        first.kill()
        let next = """
            state_version = 2
            subscribe("coinex:BTC/USDT:USDT", "quotes")
            function on_quote(q) return buy{qty = 0.01} end
            """
        let again = try Runner(
            venue.arguments(try script(venue, next)),
            environment: LiveVenue.key.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
        expectOneMessage(again, code: 2, containing: ["on_upgrade", "--fresh"])
        #expect(try venue.rows("open_orders").count == 3)
    }
}
