internal import Glibc
internal import Synchronization

/// Wakes a thread that waits: rung from any thread, heard by one.
///
/// A ring before the wait ends it at once, and many rings are one.
public final class Doorbell: Sendable {
    /// What can be polled; the other end is rung.
    package let descriptor: Int32
    private let button: Int32
    private let forwarding = Mutex<(@Sendable () -> Void)?>(nil)

    public init() {
        var ends: [Int32] = [-1, -1]
        let isMade = unsafe pipe(&ends) == 0
        precondition(isMade, "the system has no descriptor left")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        button = ends[1]
    }

    deinit {
        close(descriptor)
        close(button)
    }

    public func ring() {
        if let forward = forwarding.withLock({ $0 }) { return forward() }
        var byte: UInt8 = 1
        _ = unsafe write(button, &byte, 1)  // a full pipe has been rung already
    }

    /// Lets rings call `action` instead, on the thread that rings.
    package func forward(to action: @escaping @Sendable () -> Void) {
        forwarding.withLock { $0 = action }
    }

    /// Forgets all rings.
    package func silence() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(descriptor, &bytes, bytes.count) > 0 {}
    }

    /// Waits for a ring, a signal, or `nanoseconds`; nil: as long as it takes.
    public func wait(nanoseconds: Int64?) {
        if let nanoseconds, nanoseconds < 1_000_000 {  // poll counts milliseconds
            var time = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
            _ = unsafe nanosleep(&time, nil)
        } else {
            waitForAny([descriptor], milliseconds: nanoseconds.map { Int32($0 / 1_000_000) } ?? -1)
        }
        silence()
    }
}

/// Waits until one of the descriptors can be read; at most `milliseconds`, -1: as long as it takes.
package func waitForAny(_ descriptors: [Int32], milliseconds: Int32) {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = unsafe poll(&entries, UInt(entries.count), milliseconds)
}

/// Whether a descriptor can be read now.
package func isReadable(_ descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, 0) > 0
}
