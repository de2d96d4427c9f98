import Foundation
import FoundationNetworking
import Testing

/// A venue simulator in a process of its own, and runs that trade live at it.
final class LiveVenue {
    private(set) var simulator: LiveRunner
    let folder: TemporaryFolder
    let base: String
    /// Certificates that clients must trust, with `--tls`.
    private let caFile: String?
    private let port: Int
    private let options: [String]

    init(_ options: String...) throws {
        folder = try TemporaryFolder()
        self.options = options
        simulator = try Self.simulator(0, options, folder.url.path)
        let line = try #require(simulator.text.split(separator: "\n").first)
        let facts = try Runner(code: 0, output: String(line), errors: "").json()
        port = try #require(facts["port"] as? Int)
        caFile = facts["ca_file"] as? String
        base = try #require(facts["base_url"] as? String)
    }

    deinit { simulator.kill() }

    private static func simulator(
        _ port: Int, _ options: [String], _ home: String
    ) throws -> LiveRunner {
        let simulator = try LiveRunner(
            ["simulate-venue", "coinex", "--port", "\(port)", "--json", "--speed", "20"] + options,
            home: home)
        try simulator.wait(for: "\n")
        return simulator
    }

    /// Ends the simulator without a word, and starts another on its port that remembers nothing.
    func restart(_ between: () throws -> Void) throws {
        simulator.kill()
        try between()
        simulator = try Self.simulator(port, options, folder.url.path)
    }

    static let key = [
        "COINEX_API_KEY": "simulator-key", "COINEX_API_SECRET": "simulator-secret",
    ]
    static let limits = ["--risk", "max_position=1", "--risk", "max_order_notional=100000"]

    /// The arguments of a live run here.
    func arguments(_ script: String) -> [String] {
        [script, "--live", "--yes"] + address + Self.limits
    }

    /// Where the venue is.
    var address: [String] {
        ["--base-url", base] + (caFile.map { ["--ca-file", $0] } ?? [])
    }

    /// A run that goes on until the test ends it.
    func start(_ script: String, _ more: String...) throws -> LiveRunner {
        try LiveRunner(arguments(script) + more, home: home, environment: Self.key)
    }

    /// Of the runs here.
    var home: String { folder.url.appendingPathComponent("home").path }

    /// A live run of a script that says `beat` now and then, until it has said it five times, and `words`.
    func ended(_ script: String, saying words: String = "beat") throws -> LiveRunner {
        let run = try start(try folder.write("maker.lua", script))
        try run.wait(for: "beat", times: 5)
        try run.wait(for: words)
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
        return run
    }

    /// The same on paper, through a reload of the script to what `edit` makes of it.
    func reloaded(_ script: String, _ edit: (String) -> String) throws -> LiveRunner {
        let run = try LiveRunner(
            [try folder.write("maker.lua", script), "--base-url", base, "--watch"], home: home)
        try run.wait(for: "beat", times: 3)
        _ = try folder.write("maker.lua", edit(script))
        try run.wait(for: "version 2")
        try run.wait(for: "beat", times: 7)
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
        return run
    }

    /// What the venue's own books say of the account.
    func account() throws -> [String: Any] {
        let address = try #require(URL(string: base + "/_simulator/state"))
        let text = String(decoding: try Data(contentsOf: address), as: UTF8.self)
        let state = try Runner(code: 0, output: text, errors: "").json()
        return try #require((state["accounts"] as? [[String: Any]])?.first)
    }

    func rows(_ name: String) throws -> [[String: Any]] {
        try account()[name] as? [[String: Any]] ?? []
    }
}

extension LiveRunner {
    /// The name of the session that it said it began.
    func session() throws -> String {
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("session ") })
        return String(line.dropFirst("session ".count))
    }
}
