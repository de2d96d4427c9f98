import Foundation
import Testing

@Suite struct `A live run that cannot begin` {
    private let folder: TemporaryFolder
    private let script: String

    init() throws {
        folder = try TemporaryFolder()
        script = try folder.write("s.lua", Self.listener("coinex:BTC/USDT:USDT"))
    }

    private static func listener(_ symbol: String) -> String {
        "subscribe(\"\(symbol)\", \"quotes\")\nfunction on_quote() end"
    }

    /// Where nobody listens: the port of a simulator that has ended.
    private func closedPort() throws -> String {
        let run = try Runner([
            "simulate-venue", "coinex", "--port", "0", "--duration", "0.1s", "--json",
        ])
        let line = try #require(run.output.split(separator: "\n").first)
        return try #require(
            try Runner(code: 0, output: String(line), errors: "").json()["base_url"] as? String)
    }

    private func live(
        at base: String, _ more: [String] = [], script: String? = nil, isConfirmed: Bool = true,
        limits: [String] = LiveVenue.limits, environment: [String: String] = LiveVenue.key
    ) throws -> Runner {
        let arguments =
            [script ?? self.script, "--live", "--base-url", base] + limits
            + (isConfirmed ? ["--yes"] : []) + more
        return try Runner(arguments, environment: environment)
    }

    /// Nothing was traded, and the last line says why and what to do.
    private func expectEnd(
        _ run: Runner, code: Int32, _ parts: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(run.code == code, "\(run.errors)\(run.output)", sourceLocation: sourceLocation)
        let errors = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
        for part in parts {
            #expect(
                errors.first?.contains(part) == true, "\(run.errors)",
                sourceLocation: sourceLocation)
        }
        #expect(!run.errors.contains("simulator-secret"), sourceLocation: sourceLocation)
    }

    @Test func `needs a key, limits and somebody who says yes`() throws {
        let base = try closedPort()
        expectEnd(
            try live(at: base, environment: [:]), code: 2, "needs a key", "COINEX_API_KEY")
        expectEnd(
            try live(at: base, limits: []), code: 2, "risk.max_position",
            "risk.max_order_notional")
        expectEnd(
            try live(at: base, isConfirmed: false), code: 2, "standard input is not a terminal",
            "--yes")
    }

    @Test func `says that a key or a secret is wrong`() throws {
        let venue = try LiveVenue()
        for (name, value) in [("COINEX_API_KEY", "nobody"), ("COINEX_API_SECRET", "wrong")] {
            let run = try live(
                at: venue.base, environment: LiveVenue.key.merging([name: value]) { $1 })
            expectEnd(run, code: 2, "key")
            #expect(!run.errors.contains("wrong'"), "\(run.errors)")
        }
    }

    @Test func `says that there is no such instrument`() throws {
        let venue = try LiveVenue()
        let misspelt = try folder.write("m.lua", Self.listener("coinex:BTX/USDT:USDT"))
        expectEnd(
            try live(at: venue.base, script: misspelt), code: 2, "coinex:BTX/USDT:USDT")
    }

    @Test func `gives a closed port up at once, or after the time that it was given`() throws {
        let base = try closedPort()
        expectEnd(
            try live(at: base, ["--connect-timeout", "0"]), code: 1, "refuses connections",
            "--connect-timeout")
        let patient = try live(at: base, ["--connect-timeout", "1s"])
        expectEnd(patient, code: 1, "refuses connections")
        #expect(patient.output.contains("it is tried again in 1 s"), "\(patient.output)")
    }

    @Test func `does not talk to a venue whose certificate it cannot trust`() throws {
        let venue = try LiveVenue("--tls")
        expectEnd(
            try live(at: venue.base, ["--connect-timeout", "0"]), code: 1, "certificate")
        let missing = try live(at: venue.base, ["--ca-file", "/nowhere/ca.pem"])
        expectEnd(missing, code: 2, "/nowhere/ca.pem", "cannot be read")
        let nonsense = try folder.write("ca.pem", "no certificate")
        expectEnd(
            try live(at: venue.base, ["--ca-file", nonsense, "--connect-timeout", "0"]), code: 2,
            "ca.pem", "no certificate")
    }

    @Test func `takes a time for --connect-timeout`() throws {
        expectEnd(
            try live(at: "https://127.0.0.1:1", ["--connect-timeout", "soon"]), code: 2,
            "--connect-timeout is `soon`")
    }
}
