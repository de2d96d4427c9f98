internal import Glibc
internal import Synchronization
public import TradingModel

/// That trading is to end for good.
public struct KillRequest: Hashable, Sendable {
    public var reason: String
    /// Whether positions are to be closed.
    public var flattens: Bool

    public init(reason: String, flattens: Bool) {
        self.reason = reason
        self.flattens = flattens
    }
}

/// Everything that may end a run for good from outside: SIGUSR1, a file in its folder, and at a venue the
/// latch of its account, of several any of them.
public struct KillSwitch: Sendable {
    private static let isSignalled = Atomic<Bool>(false)
    private let folder: RunFolder?
    private let latches: [AccountLatch]

    /// - Parameter latches: of all accounts that are traded.
    public init(folder: RunFolder?, latches: [AccountLatch]) {
        self.folder = folder
        self.latches = latches
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in
            KillSwitch.isSignalled.store(true, ordering: .relaxed)
        }
        unsafe sigaction(SIGUSR1, &action, nil)
        // A parent may have left it blocked.
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        unsafe sigaddset(&wanted, SIGUSR1)
        unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Who asks for it now; nil: nobody.
    public var request: KillRequest? {
        if let request = folder.flatMap(RunPresence.requestedKill) { return request }
        if Self.isSignalled.load(ordering: .relaxed) {
            return KillRequest(reason: "SIGUSR1", flattens: false)
        }
        for latch in latches where latch.isOn {
            guard let halt = latch.halt else { continue }
            return KillRequest(reason: "the account is halted: \(halt.reason)", flattens: false)
        }
        return nil
    }

    /// What is asked for in its folder while it ends already; whoever asks is shown that it does.
    public func acknowledgeLater() -> KillRequest? {
        guard let folder, let request = RunPresence.requestedKill(of: folder) else { return nil }
        RunPresence.acknowledgeKill(of: folder)
        return request
    }

    /// Shows whoever asked that the run ends, and keeps the account from being traded again.
    ///
    /// - Throws: ``OrderIDProblem`` where that cannot be kept.
    public func acknowledge(_ request: KillRequest, at now: Timestamp) throws(OrderIDProblem) {
        if let folder { RunPresence.acknowledgeKill(of: folder) }
        var failure: OrderIDProblem?
        for latch in latches {
            do throws(OrderIDProblem) {
                try latch.set(request.reason, at: now)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
