import Synchronization
import Threads

/// Waits on one thread for what another one makes.
final class ResultBox<Result: Sendable>: Sendable {
    private let result = Mutex<Result?>(nil)
    private let isThere = Doorbell()

    func put(_ made: Result) {
        result.withLock { $0 = made }
        isThere.ring()
    }

    func wait() -> Result {
        while true {
            if let made = result.withLock({ $0 }) { return made }
            isThere.wait(nanoseconds: nil)
        }
    }
}
