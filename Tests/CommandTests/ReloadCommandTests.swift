import Foundation
import Testing

/// A runner at work whose lines come in as it prints them, so that a test can answer them.
final class LiveRunner {
    private let process = Process()
    private let output = Pipe()
    private let scratch: TemporaryFolder
    private var seen = Data()

    /// Standard output and standard error come together.
    ///
    /// - Parameter program: what is started; nil: the runner.
    init(
        program: String? = nil, _ arguments: [String], home: String,
        environment: [String: String] = [:]
    ) throws {
        scratch = try TemporaryFolder()
        process.executableURL = program.map { URL(fileURLWithPath: $0) } ?? Runner.program
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "MOONRUNNER_HOME": home]
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.start()
    }

    deinit { if process.isRunning { process.terminate() } }

    var text: String { String(decoding: seen, as: UTF8.self) }

    struct Ended: Error { let text: String }
    struct SaysNothing: Error { let text: String }

    /// Waits for text that has not been waited for yet.
    func wait(for wanted: String, times: Int = 1) throws {
        while text.components(separatedBy: wanted).count <= times {
            guard let part = output.fileHandleForReading.patientData() else {
                throw SaysNothing(text: text)
            }
            if part.isEmpty { throw Ended(text: text) }
            seen += part
        }
    }

    /// Waits, while it says something, for what shows elsewhere.
    func wait(until isReached: () throws -> Bool) throws {
        while try !isReached() {
            guard let part = output.fileHandleForReading.patientData() else {
                throw SaysNothing(text: text)
            }
            if part.isEmpty { throw Ended(text: text) }
            seen += part
        }
    }

    func waitForEnd() -> Int32 {
        while let part = output.fileHandleForReading.patientData(), !part.isEmpty { seen += part }
        process.waitForExit()
        return process.terminationStatus
    }

    func interrupt() { process.interrupt() }
    func suspend() { _ = process.suspend() }
    func send(_ signal: Int32) { _ = Foundation.kill(process.processIdentifier, signal) }
    /// As the power cut does it: nothing is tidied up.
    func kill() {
        _ = Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitForExit()
    }
}

@Suite struct `The reload commands` {
    private let folder: TemporaryFolder
    private let home: String

    init() throws {
        folder = try TemporaryFolder()
        home = folder.url.appendingPathComponent("home").path
    }

    private func write(_ mark: Int, every: Int) throws -> String {
        // Written aside and renamed, as editors do.
        let path = folder.url.appendingPathComponent("s.lua").path
        let text = """
            -- \(mark)
            subscribe("sim:BTC/USDT:USDT", "trades")
            state.n = state.n or 0
            function on_trade(t)
              state.n = state.n + 1
              if state.n % \(every) == 0 then
                return target("sim:BTC/USDT:USDT", math.random(-3, 3) * 0.01)
              end
            end
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        return path
    }

    private var sessions: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: home + "/sessions")) ?? []
    }

    private func runner(_ arguments: [String]) throws -> Runner {
        try Runner(arguments, environment: ["MOONRUNNER_HOME": home])
    }

    @Test func `a session with reloads replays to the same intents`() throws {
        let script = try write(1, every: 10)
        let run = try LiveRunner(
            [script, "--seed", "7", "--speed", "60", "--watch", "--fees", "taker=0.01%"], home: home
        )
        try run.wait(for: "fill")
        _ = try write(2, every: 7)
        try run.wait(for: "version 2 (")
        try run.wait(for: "fill", times: 8)
        _ = try write(3, every: 5)
        try run.wait(for: "version 3 (")
        try run.wait(for: "fill", times: 20)
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
        let hash = try #require(run.text.split(separator: "sha256 ").last?.prefix(64))
        let session = try #require(sessions.first)
        let replay = try runner(["replay", session, "--json"])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(try replay.json()["intents_sha256"] as? String == String(hash))
        #expect(replay.errors.contains("through 2 reloads"))
        #expect(try replay.json()["fees"] as? String != "0")
    }

    @Test func `a session that was rolled back replays to the same intents`() throws {
        let script = try write(1, every: 10)
        let run = try LiveRunner([script, "--seed", "9", "--speed", "60", "--watch"], home: home)
        try run.wait(for: "fill")
        let failing =
            try String(contentsOfFile: script, encoding: .utf8) + """

                live, heard = false, 0
                function on_start(why) live = not why.rehearsal end
                local trade = on_trade
                function on_trade(t)
                  if live then heard = heard + 1 end
                  if heard == 50 then error("late") end
                  return trade(t)
                end
                """
        try Data(failing.utf8).write(to: URL(fileURLWithPath: script), options: .atomic)
        try run.wait(for: "version 2 failed on probation: version 1 trades again")
        try run.wait(for: "fill", times: 12)
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
        let replay = try runner(["replay", try #require(sessions.first)])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.output.contains("version 1 trades again"))
    }

    @Test func `a replay of a record that was changed says that it is not the same`() throws {
        let script = try write(1, every: 10)
        let first = try runner([script, "--seed", "7", "--speed", "1000000", "--duration", "1m"])
        #expect(first.code == 0, "\(first.errors)")
        let session = try #require(sessions.first)
        #expect(try runner(["replay", session]).code == 0)
        let path = "\(home)/sessions/\(session)/session.jsonl"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data(text.replacingOccurrences(of: "% 10 ==", with: "% 11 ==").utf8)
            .write(to: URL(fileURLWithPath: path))
        let replay = try runner(["replay", session])
        #expect(replay.code == 1)
        #expect(replay.errors.contains("not the same"), "\(replay.errors)")
    }

    @Test func `a command reloads the only session, and lists several`() throws {
        let script = try write(1, every: 10)
        let none = try runner(["reload"])
        #expect(none.code == 2)
        #expect(none.errors.contains("no session runs"))

        let first = try LiveRunner([script, "--seed", "1"], home: home)
        try first.wait(for: "session s-")
        _ = try write(2, every: 7)
        let done = try runner(["reload"])
        #expect(done.code == 0, "\(done.errors)")
        #expect(done.output.contains("version 2 ("), "\(done.output)")
        try first.wait(for: "version 2 (")
        let again = try runner(["reload"])
        #expect(again.code == 0)
        #expect(again.output == "s.lua is unchanged: version 2 goes on\n")

        _ = try write(3, every: 0)
        try Data("x = = 1".utf8).write(to: URL(fileURLWithPath: script))
        let broken = try runner(["reload"])
        #expect(broken.code == 1)
        #expect(broken.output.contains("s.lua:1:5: error: unexpected symbol"), "\(broken.output)")

        _ = try write(4, every: 3)
        let second = try LiveRunner([script, "--seed", "2"], home: home)
        try second.wait(for: "session s-")
        let choice = try runner(["reload"])
        #expect(choice.code == 2)
        for session in sessions { #expect(choice.errors.contains(session)) }
        let named = try runner(["reload", try #require(sessions.first)])
        #expect(named.code == 0, "\(named.errors)")
        first.interrupt()
        second.interrupt()
        #expect(first.waitForEnd() == 0)
        #expect(second.waitForEnd() == 0)
        #expect(try runner(["reload"]).errors.contains("no session runs"))
    }

    @Test func `a reload waits for its confirmation where the settings ask for it`() throws {
        let script = try write(1, every: 10)
        let settings = folder.url.appendingPathComponent("confirm.yaml")
        try Data("reload:\n  confirm: true\n".utf8).write(to: settings)
        let run = try LiveRunner(
            [script, "--seed", "1", "--watch", "--settings", settings.path], home: home)
        try run.wait(for: "session s-")
        _ = try write(2, every: 7)
        try run.wait(for: "runner reload --confirm")
        #expect(!run.text.contains("reloaded s.lua: version 2"))
        let confirmed = try runner(["reload", "--confirm"])
        #expect(confirmed.code == 0, "\(confirmed.errors)")
        #expect(confirmed.output.contains("reloaded s.lua: version 2"))
        run.interrupt()
        #expect(run.waitForEnd() == 0)
    }

    @Test func `a session's folder can be read by its user alone`() throws {
        let script = try write(1, every: 10)
        #expect(try runner([script, "--speed", "1000000", "--duration", "1s"]).code == 0)
        let session = try #require(sessions.first)
        for path in [home, "\(home)/sessions/\(session)"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
        }
        let record = try FileManager.default.attributesOfItem(
            atPath: "\(home)/sessions/\(session)/session.jsonl")
        #expect(record[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a home that cannot be written does not stop trading`() throws {
        let script = try write(1, every: 10)
        let run = try Runner(
            [script, "--speed", "1000000", "--duration", "1s"],
            environment: ["MOONRUNNER_HOME": "/proc/none"])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("no session folder"), "\(run.errors)")
    }
}
