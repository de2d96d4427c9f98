internal import Glibc
internal import Threads
public import TradingModel

/// The system's date, which may be set while the program runs: for what is dated once.
@Sendable public func wallClock() -> Timestamp {
    Timestamp(nanoseconds: nanoseconds(of: CLOCK_REALTIME))
}

/// Time for a run: begins with the system's date and goes on evenly, whoever sets the date.
///
/// Waits, timers, pings and what is signed hang on it. It goes on while the machine sleeps or the
/// process is stopped, for the venue's does too.
public struct RunClock: Sendable {
    private let begin: Int64

    public init() {
        begin = nanoseconds(of: CLOCK_REALTIME) - nanoseconds(of: CLOCK_BOOTTIME)
    }

    @Sendable public func now() -> Timestamp {
        Timestamp(nanoseconds: begin + nanoseconds(of: CLOCK_BOOTTIME))
    }

    /// The system's date minus this clock, in nanoseconds: what it was set by since the beginning.
    public var drift: Int64 { nanoseconds(of: CLOCK_REALTIME) - now().nanoseconds }
}

/// How long something has run: time in which the process stood still does not count.
///
/// Read it often: what passes between two readings counts for a second at most.
public struct RunningTime {
    private static let longestStep: Int64 = 1_000_000_000  // ns: no loop here is busy for longer
    private let clock: () -> Int64
    private var last: Int64
    /// In nanoseconds.
    public private(set) var elapsed: Int64 = 0

    public init() { self.init(clock: monotonicNanoseconds) }

    /// - Parameter clock: gives nanoseconds and never goes back.
    package init(clock: @escaping () -> Int64) {
        self.clock = clock
        last = clock()
    }

    /// - Returns: what passed since the last reading, whether it counts or not.
    @discardableResult
    public mutating func advance() -> Int64 {
        let now = clock()
        defer { last = now }
        let passed = max(0, now - last)
        elapsed += min(passed, Self.longestStep)
        return passed
    }
}

private func nanoseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Waits, for a command that watches another process.
public func pause(milliseconds: Int) { usleep(UInt32(milliseconds * 1_000)) }
