import Foundation
import Testing

@Suite struct `The venues command` {
    /// Nobody listens there: the port is of nobody's.
    private static let nobody = "http://127.0.0.1:1"

    private func rows(_ run: Runner) throws -> [[String: Any]] {
        try #require(try run.json()["venues"] as? [[String: Any]])
    }

    @Test func `a venue that answers is told with its way, its clock and the key`() throws {
        let venue = try SimulatedVenue()
        let run = try Runner(
            ["venues", "coinex", "--base-url", venue.baseURL, "--json"],
            environment: [
                "COINEX_API_KEY": "simulator-key", "COINEX_API_SECRET": "simulator-secret",
            ])
        #expect(run.code == 0, "\(run.errors)")
        let row = try #require(try rows(run).first)
        #expect(row["name"] as? String == "coinex")
        #expect(row["answers"] as? Bool == true)
        #expect((row["round_trip_ms"] as? Double ?? -1) > 0)
        let offset = try #require(row["clock_offset_ms"] as? Double)
        let doubt = try #require(row["clock_uncertainty_ms"] as? Double)
        #expect(abs(offset) <= doubt, "both read this computer's clock")
        #expect(row["key"] as? String == "works")
        #expect(row["key_can_withdraw"] is NSNull)
        #expect((row["feeds"] as? [String] ?? []).contains("book"))
    }

    @Test func `a key that the venue refuses is told with the reason, and no secret`() throws {
        let venue = try SimulatedVenue()
        let run = try Runner(
            ["venues", "coinex", "--base-url", venue.baseURL],
            environment: ["COINEX_API_KEY": "simulator-key", "COINEX_API_SECRET": "s3same"])
        #expect(run.code == 1, "\(run.errors)")
        #expect(run.output.contains("key      refused: "), "\(run.output)")
        #expect(run.output.contains("check that the secret belongs to the access id"))
        #expect(!(run.output + run.errors).contains("s3same"))
    }

    @Test func `a key in files that others can read is no secret, but where systemd hands it over`()
        throws
    {
        let venue = try SimulatedVenue()
        let folder = try TemporaryFolder()
        var environment: [String: String] = [:]
        for (name, value) in [("KEY", "simulator-key"), ("SECRET", "simulator-secret")] {
            let path = try folder.write(name, value + "\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
            environment["COINEX_API_\(name)_FILE"] = path
        }
        let call = ["venues", "coinex", "--base-url", venue.baseURL]
        let open = try Runner(call, environment: environment)
        #expect(open.code == 1, "\(open.errors)")
        #expect(open.output.contains("others can read"), "\(open.output)")
        // A credential is one user's by an access list, and its mode shows a group's right.
        environment["CREDENTIALS_DIRECTORY"] = folder.url.path
        let handed = try Runner(call, environment: environment)
        #expect(handed.code == 0, "\(handed.errors)")
        #expect(handed.output.contains("key      works"), "\(handed.output)")
    }

    @Test func `half a key is told, and the venue is asked without it`() throws {
        let venue = try SimulatedVenue()
        let run = try Runner(
            ["venues", "coinex", "--base-url", venue.baseURL],
            environment: ["COINEX_API_KEY": "simulator-key"])
        #expect(run.code == 1, "\(run.errors)")
        #expect(run.output.contains("COINEX_API_SECRET is not: set both"), "\(run.output)")
        #expect(run.output.contains("answers  yes"), "\(run.output)")
    }

    @Test func `a venue that is named and does not answer is a failure, in JSON too`() throws {
        let run = try Runner(["venues", "coinex", "--base-url", Self.nobody])
        #expect(run.code == 1, "\(run.errors)")
        #expect(run.output.contains("answers  no: "), "\(run.output)")
        #expect(run.output.contains("refuses connections"), "\(run.output)")
        #expect(run.output.contains("key      none in COINEX_API_KEY"), "\(run.output)")
        let json = try Runner(["venues", "coinex", "--base-url", Self.nobody, "--json"])
        #expect(json.code == 1)
        #expect(try rows(json).first?["answers"] as? Bool == false)
    }

    @Test func `a list of all is no failure where one is down`() throws {
        let run = try Runner(
            ["venues"], environment: ["MOONRUNNER__VENUES__COINEX__BASE_URL": Self.nobody])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("answers  no: "), "\(run.output)")
    }

    @Test func `the card of a venue is a line in the list, and whole where it is named`() throws {
        let list = try Runner(
            ["venues"], environment: ["MOONRUNNER__VENUES__COINEX__BASE_URL": Self.nobody])
        let lines = list.output.split(separator: "\n").filter { $0.hasPrefix("  card ") }
        #expect(lines.count == 4, "\(list.output)")
        #expect(lines.first?.hasSuffix("`runner venues coinex` shows it") == true, "\(lines)")
        let named = try Runner(["venues", "coinex", "--base-url", Self.nobody])
        #expect(named.output.contains("\n    passes      limit orders\n"), "\(named.output)")
        #expect(named.output.contains("\n    lacks       cancels many orders by one request\n"))
        #expect(named.output.contains("the real venue has not been reached"))
        let json = try Runner(["venues", "coinex", "--base-url", Self.nobody, "--json"])
        let card = try #require(try rows(json).first?["card"] as? [String: Any])
        let cases = try #require(card["cases"] as? [[String: Any]])
        let verdicts = cases.compactMap { $0["verdict"] as? String }
        #expect(Set(verdicts) == ["passes", "unverified", "lacks"])
        #expect(verdicts.count { $0 == "passes" } == cases.count { $0["reason"] is NSNull })
    }

    @Test func `the advice is given once`() throws {
        let run = try Runner(["venues", "coinex", "--base-url", "https://no-such-host.invalid"])
        #expect(run.output.components(separatedBy: "check the ").count == 2, "\(run.output)")
        #expect(
            run.output.components(separatedBy: "no-such-host.invalid has no address").count == 2,
            "\(run.output)")
    }

    @Test func `what they trade is what there is`() throws {
        let run = try Runner(["venues", "sim"])
        #expect(run.output.contains("trades   spot, linear and inverse perpetuals"))
    }

    @Test func `the embedded exchange needs nothing`() throws {
        let run = try Runner(["venues", "sim", "--json"])
        let row = try #require(try rows(run).first)
        #expect(row["answers"] as? Bool == true)
        #expect(row["live"] as? Bool == false)
    }

    @Test(arguments: [
        (["coinx"], ["no venue `coinx`", "did you mean `coinex`?"]),
        (["okx-global"], ["there are: sim, coinex"]),
        (["--base-url", "http://127.0.0.1:1"], ["name it"]),
        (["sim", "--base-url", "http://127.0.0.1:1"], ["sim is embedded"]),
        (["coinex", "--base-url", "ftp://x"], ["--base-url"]),
    ])
    func `a wrong call gets one message`(arguments: [String], parts: [String]) throws {
        expectOneMessage(try Runner(["venues"] + arguments), code: 2, containing: parts)
    }
}
