import Testing
import TradingCore
import TradingModel

/// The timers of a run that a killed one left, whatever the machine's clock was set to since.
@Suite struct `Timers of an earlier run` {
    private static let now = Timestamp(nanoseconds: 1_790_000_000_000_000_000)
    private static let second: Int64 = 1_000_000_000

    /// When the only timer is due behind a start, in nanoseconds from then.
    private func wait(due: Int64, period: Int64?) throws -> Int64 {
        var engine = Engine(
            mode: .live, instruments: [try .linear()], strategy: Listener(),
            settings: EngineSettings(),
            now: Self.now)
        var earlier = EarlierRun()
        earlier.timers = [
            EarlierRun.KnownTimer(
                name: "beat", due: Self.now.advanced(byNanoseconds: due), period: period)
        ]
        var commands: [Command] = []
        engine.process(.resume(earlier, at: Self.now), into: &commands)
        engine.process(.start(.restart, at: Self.now), into: &commands)
        return engine.nextDeadline.nanoseconds - Self.now.nanoseconds
    }

    @Test func `that repeat are due a period from now at the latest`() throws {
        #expect(try wait(due: 3_600 * Self.second, period: 5 * Self.second) == 5 * Self.second)
        #expect(try wait(due: 2 * Self.second, period: 5 * Self.second) == 2 * Self.second)
        #expect(try wait(due: -2 * Self.second, period: 5 * Self.second) == -2 * Self.second)
    }

    @Test func `that are due once stay so`() throws {
        #expect(try wait(due: 3_600 * Self.second, period: nil) == 3_600 * Self.second)
    }
}
