internal import Glibc

/// A clock that never goes back and counts what the process lives, in nanoseconds.
///
/// It rests while the machine sleeps.
package func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
