internal import ScriptHost
internal import Synchronization
internal import Threads
internal import TradingModel

/// Who wanted a reload, and what is to become of it.
struct ReloadWish {
    /// Who waits for an answer; nil: it was a save.
    var request: ControlRequest?
    var isConfirmed = false
    /// Whether each intent that differs is shown.
    var isVerbose: Bool
}

/// A save on its way to a version that is ready, on a thread of its own.
///
/// Whatever the save holds, at worst that thread is stuck: a newer save abandons it, and the end of
/// the run does not wait for it.
final class ReloadAttempt: Sendable {
    enum Result: Sendable {
        case ready(PreparedVersion)
        case failed(PreparedVersion.Failure)
    }

    private struct Shared: Sendable {
        var isAbandoned = false
        var hasReturned = false
        var result: Result?
    }

    private let shared = Mutex(Shared())
    let began = monotonicNanoseconds()

    /// Begins at once and rings `bell` when there is a result.
    init(
        _ origin: ScriptOrigin, _ desk: EngineDesk, running: [Parameter], symbols: [Symbol],
        bell: Doorbell
    ) {
        WorkerThread.detach { [self] in
            let result: Result
            do throws(PreparedVersion.Failure) {
                result = .ready(
                    try PreparedVersion(
                        origin, desk, running: running, symbols: symbols,
                        isWanted: { [self] in !isAbandoned }))
            } catch {
                result = .failed(error)
            }
            // What nobody wants any more is freed here, behind the lock.
            let isWanted = shared.withLock { shared in
                shared.hasReturned = true
                if !shared.isAbandoned { shared.result = result }
                return !shared.isAbandoned
            }
            if !isWanted { withExtendedLifetime(result) {} }
            bell.ring()
        }
    }

    var isAbandoned: Bool { shared.withLock { $0.isAbandoned } }
    /// Whether its thread has come to an end.
    var hasReturned: Bool { shared.withLock { $0.hasReturned } }

    /// Lets it end as soon as the piece that it is at returns.
    func abandon() { shared.withLock { $0.isAbandoned = true } }

    /// The result, once; nil: there is none yet.
    func popResult() -> Result? { shared.withLock { $0.result.take() } }
}
