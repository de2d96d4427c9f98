internal import Glibc
internal import Synchronization

/// Ctrl-C and SIGTERM, as a question that a loop asks.
public enum Interrupt {
    private static let requests = Atomic<Int>(0)

    /// From now on the first signal only raises a flag; the second ends the process at once.
    public static func watch() {
        // A parent may have left them blocked, and would then never stop us.
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        unsafe sigaddset(&wanted, SIGINT)
        unsafe sigaddset(&wanted, SIGTERM)
        unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { _ in Interrupt.raise() }
            // No SA_RESTART: a sleep must end so that the loop can look at the flag.
            unsafe sigaction(number, &action, nil)
        }
    }

    /// Whether somebody asked the process to end.
    public static var isRaised: Bool { requests.load(ordering: .relaxed) > 0 }

    private static func raise() {
        if requests.add(1, ordering: .relaxed).oldValue > 0 { _exit(130) }
    }
}
