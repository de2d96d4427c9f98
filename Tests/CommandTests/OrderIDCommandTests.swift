import Foundation
import Testing

@Suite struct `Client order ids of live runs` {
    private static let symbol = "coinex:BTC/USDT:USDT"

    /// Keeps one order far below the market.
    private static let resting = """
        subscribe("\(symbol)", "quotes")
        local sent = false
        function on_quote(q)
          if sent or not q.bid then return end
          sent = true
          return buy{symbol = q.symbol, qty = 0.01, price = q.bid * 0.8}
        end
        function on_order(o) log.info("order %s", o.state) end
        """

    private func ids(at venue: LiveVenue) throws -> [String] {
        try venue.rows("taken").compactMap { $0["client_id"] as? String }
    }

    private func home(of venue: LiveVenue) -> URL {
        venue.folder.url.appendingPathComponent("home")
    }

    /// A run in a shell that first does this; it is over when its output ends.
    private func failed(
        _ venue: LiveVenue, after setting: String, home: String
    ) throws -> (code: Int32, text: String) {
        let run = try LiveRunner(
            program: "/bin/sh",
            ["-c", setting + "exec \"$0\" \"$@\"", Runner.program.path]
                + venue.arguments(try venue.folder.write("s.lua", Self.resting)), home: home,
            environment: LiveVenue.key)
        return (run.waitForEnd(), run.text)
    }

    @Test func `differ for runs on one account, of which one trades where they begin at once`()
        throws
    {
        let venue = try LiveVenue()
        let script = try venue.folder.write("s.lua", Self.resting)
        // Only one of those that begin at once may trade.
        let runs = try (0..<4).map { _ in try venue.start(script) }
        let first = try #require(runs.first { (try? $0.wait(for: "order working")) != nil })
        for run in runs where run !== first { #expect(run.waitForEnd() == 2, "\(run.text)") }
        let late = try venue.start(
            try venue.folder.write(
                "late.lua", Self.resting.replacingOccurrences(of: ":USDT\"", with: "\"")),
            "--share")
        try late.wait(for: "order working")
        let ids = try ids(at: venue)
        #expect(ids.count == 2 && Set(ids).count == 2, "\(ids)")
        for run in [first, late] {
            run.interrupt()
            #expect(run.waitForEnd() == 0, "\(run.text)")
        }
        #expect(try venue.rows("open_orders").isEmpty)
    }

    @Test func `are not made up where what was reserved cannot be read`() throws {
        let venue = try LiveVenue()
        let accounts = home(of: venue).appendingPathComponent("accounts")
        let first = try venue.start(try venue.folder.write("s.lua", Self.resting))
        try first.wait(for: "order working")
        first.interrupt()
        #expect(first.waitForEnd() == 0, "\(first.text)")
        let names = try FileManager.default.contentsOfDirectory(atPath: accounts.path)
        let name = try #require(names.first { $0.hasSuffix(".ids") })
        try Data("session 1\n".utf8).write(to: accounts.appendingPathComponent(name))

        let (code, text) = try failed(venue, after: "", home: home(of: venue).path)
        #expect(code == 1, "\(text)")
        #expect(
            text.contains("client order ids cannot be reserved, so nothing was traded"), "\(text)")
        #expect(text.contains("\(name): it is damaged. If no run trades the account"), "\(text)")
        #expect(try ids(at: venue).count == 1)
    }

    @Test(arguments: [
        ("ulimit -f 0; ", nil, "File too large"), ("", "/proc/none", "No such file or directory"),
        ("", "/dev/null", "Not a directory"),
    ])
    func `are not made up where nothing can be written down`(
        _ setting: String, _ elsewhere: String?, _ reason: String
    ) throws {
        let venue = try LiveVenue()
        let (code, text) = try failed(
            venue, after: setting, home: elsewhere ?? home(of: venue).path)
        #expect(code == 1, "\(text)")
        #expect(
            text.contains("client order ids cannot be reserved, so nothing was traded"), "\(text)")
        #expect(text.contains(reason), "\(text)")
        #expect(try ids(at: venue).isEmpty)
    }
}
