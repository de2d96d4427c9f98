import Foundation
import Testing

/// A hostile script of Tests/ScriptHostTests/Attacks, with what it says must become of it.
private struct Attack: CustomStringConvertible, Sendable {
    /// What an attack may end.
    enum End: String {
        /// The strategy: orders cancelled, exit code 3.
        case strategy
        /// The one callback: an error, counted.
        case failure
        /// Nothing: the script itself is shown that it does not work.
        case nothing
        /// One of the two: what it does is so expensive that the machine decides.
        case either = "failure or strategy"
        /// The load: exit code 2.
        case load
    }

    let name: String
    let end: End
    /// What the output must say.
    let message: String
    var description: String { name }

    static let folder = Runner.package.appendingPathComponent("Tests/ScriptHostTests/Attacks")

    static func all() throws -> [Attack] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("A") && $0.hasSuffix(".lua") }.sorted().map { name in
                let text = try String(
                    contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
                return Attack(
                    name: name, end: try #require(End(rawValue: try field("ends", of: text))),
                    message: try field("says", of: text))
            }
    }

    private static func field(_ name: String, of text: String) throws -> String {
        let mark = "-- \(name): "
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(mark) })
        return String(line.dropFirst(mark.count))
    }

    /// Runs it on paper: 15 s of simulated time, which end long before a second has passed.
    ///
    /// With four times the time of a callback: other tests run beside it, and what touches many megabytes
    /// in one step takes the longer for it. What should end it is mostly a count.
    func run() throws -> MeasuredProcess {
        try MeasuredProcess(
            [
                name, "--duration", "15s", "--speed", "100000", "--seed", "1", "--json",
                "--script", "time=200ms",
            ],
            in: Self.folder.path, seconds: Bounds.seconds, bytes: Bounds.addressSpace)
    }
}

/// What an attack may take, whatever it is after.
private enum Bounds {
    /// Processor time of the whole run, in seconds.
    ///
    /// One attack takes some 100 ms, 10,000 callbacks as much again; the rest is for a busy machine.
    static let seconds = 10
    static let addressSpace = 4 << 30
    /// Beyond a quiet script's memory: the script's own cap, and 32 MB.
    static let memory = 64_000_000 + 32 << 20
}

@Suite struct `Attacks on the sandbox` {
    private static let quiet = Result {
        try MeasuredProcess(
            ["attacked.lua", "--duration", "50ms", "--speed", "100000", "--seed", "1", "--json"],
            in: Attack.folder.path, seconds: Bounds.seconds, bytes: Bounds.addressSpace)
    }

    @Test func `there is one for each number at least`() throws {
        let numbers = Set(try Attack.all().compactMap { Int($0.name.dropFirst().prefix(2)) })
        #expect(numbers == Set(1...30))
    }

    @Test(arguments: try Attack.all())
    private func `end as their files say`(attack: Attack) throws {
        let run = try attack.run()
        #expect(run.output.contains(attack.message), "\(run.output)")
        #expect(run.memory < (try Self.quiet.get().memory) + Bounds.memory)
        switch attack.end {
        case .strategy: expectEnded(run)
        case .failure: expectAlive(run)
        case .nothing:
            expectAlive(run)
            #expect(!run.output.contains(": in on_timer: "), "no handler fails: \(run.output)")
        case .either: if run.code == 3 { expectEnded(run) } else { expectAlive(run) }
        case .load: #expect(run.code == 2, "\(run.output)")
        }
    }

    private func expectEnded(_ run: MeasuredProcess) {
        #expect(run.code == 3, "\(run.output)")
        #expect(run.output.contains("the strategy cannot go on"), "\(run.output)")
        #expect(run.output.contains("(script."), "\(run.output)")
        #expect(run.output.contains("\"orders\":1,"), "\(run.output)")
        #expect(run.output.contains("\"open_orders\":0,"), "\(run.output)")
    }

    private func expectAlive(_ run: MeasuredProcess) {
        #expect(run.code == 0, "\(run.output)")
        #expect(run.output.contains("10000 callbacks later"), "\(run.output)")
    }
}
