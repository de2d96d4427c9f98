internal import Glibc
internal import Synchronization

/// A thread that runs one function and can be waited for; signals go to the others.
package final class WorkerThread: Sendable {
    private let thread: Mutex<pthread_t?>
    /// Rung at the end.
    private let end = Doorbell()

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    package init(_ body: @escaping @Sendable () -> Void) {
        var ours = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&ours)
        unsafe sigaddset(&ours, SIGINT)
        for number in [SIGTERM, SIGHUP, SIGQUIT] { unsafe sigaddset(&ours, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &ours, &before)
        var made = pthread_t()
        let end = end
        let start = unsafe Unmanaged.passRetained(
            Start {
                body()
                end.ring()
            }
        ).toOpaque()
        let result = unsafe pthread_create(
            &made, nil,
            { pointer in
                guard let pointer = unsafe pointer else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, start)
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        precondition(result == 0, "the system has no thread left")
        thread = Mutex(made)
    }

    /// Runs `body` on a thread that nobody waits for.
    package static func detach(_ body: @escaping @Sendable () -> Void) {
        if let thread = WorkerThread(body).thread.withLock({ $0.take() }) {
            pthread_detach(thread)
        }
    }

    package func join() {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        pthread_join(thread, nil)
    }

    /// Waits for its end for a while; one that is stuck is left to itself.
    package func join(atMost milliseconds: Int32) {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        let deadline = monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
        while true {
            let left = deadline - monotonicNanoseconds()
            waitForAny([end.descriptor], milliseconds: Int32(max(0, left / 1_000_000)))
            if isReadable(end.descriptor) { break }
            guard monotonicNanoseconds() < deadline else {
                pthread_detach(thread)
                return
            }
        }
        pthread_join(thread, nil)
    }
}
