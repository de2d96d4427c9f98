import LiveTrading
import Testing
import TradingModel

@Suite struct `The clocks of a run` {
    /// A clock that a test sets.
    private final class Hand: @unchecked Sendable {  // used by one test alone
        var nanoseconds: Int64 = 5_000
    }

    @Test func `time that passes between readings counts`() {
        let hand = Hand()
        var running = RunningTime { hand.nanoseconds }
        for _ in 0..<100 {
            hand.nanoseconds += 50_000_000
            running.advance()
        }
        #expect(running.elapsed == 5_000_000_000)
    }

    @Test func `a pause counts for a second at most, however long it is`() {
        let hand = Hand()
        var running = RunningTime { hand.nanoseconds }
        hand.nanoseconds += 86_400_000_000_000
        #expect(running.advance() == 86_400_000_000_000)
        #expect(running.elapsed == 1_000_000_000)
    }

    @Test func `a run's clock begins with the system's date and does not go back`() {
        let clock = RunClock()
        let before = wallClock()
        var last = clock.now()
        #expect(abs(last.nanoseconds - before.nanoseconds) < 60_000_000_000)
        for _ in 0..<1_000 {
            let next = clock.now()
            #expect(next >= last)
            last = next
        }
    }
}
